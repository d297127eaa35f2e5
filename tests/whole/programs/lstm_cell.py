"""An LSTM over a sequence, its parameters in a dictionary, with softmax cross entropy."""

import numpy as np

WRT = 0


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def lstm_step(params, x, h, c):
    z = np.concatenate([h, x])
    gates = {name: params["W" + name] @ z + params["b" + name] for name in "fiog"}
    f, i, o = (sigmoid(gates[k]) for k in "fio")
    g = np.tanh(gates["g"])
    c = f * c + i * g
    h = o * np.tanh(c)
    return h, c


def loss(params, inputs, targets):
    hidden = params["bf"].shape[0]
    h = np.zeros(hidden)
    c = np.zeros(hidden)
    total = 0.0
    for x, target in zip(inputs, targets):
        h, c = lstm_step(params, x, h, c)
        scores = params["Wy"] @ h + params["by"]
        scores = scores - np.max(scores)
        total -= scores[target] - np.log(np.sum(np.exp(scores)))
    return total / len(inputs)


def SAMPLE(rng):
    params = {}
    for name in "fiog":
        params["W" + name] = 0.5 * rng.normal(size=(3, 5))
        params["b" + name] = 0.1 * rng.normal(size=3)
    params["Wy"] = rng.normal(size=(4, 3))
    params["by"] = np.zeros(4)
    return (params, rng.normal(size=(6, 2)), rng.integers(0, 4, 6))
