"""A multilayer perceptron from scratch: one hidden layer between the pixels and the digits.

Parameters are a dictionary this time. The loss takes scores instead of probabilities: the logarithm
of a softmax is a difference, which stays exact where the softmax itself is nearly zero.

    python examples/imperative/perceptron.py
"""

from __future__ import annotations

from typing import Any

import numpy
from training import Log, accuracy, batches, cross_entropy, digits, sgd

from srcgrad import autograd, np, random

HIDDEN = 64
EPOCHS = 20
BATCH = 32
RATE = 0.1


def make_params() -> dict[str, Any]:
    """Weights (64, `HIDDEN`) and (`HIDDEN`, 10), and the biases that go with them."""
    params = {
        "w1": np.random.normal(0, 0.1, (64, HIDDEN)),
        "b1": np.zeros(HIDDEN),
        "w2": np.random.normal(0, 0.1, (HIDDEN, 10)),
        "b2": np.zeros(10),
    }
    for param in params.values():
        param.attach_grad()
    return params


def relu(x: Any) -> Any:
    return np.maximum(x, 0)


def net(x: Any, params: dict[str, Any]) -> Any:
    hidden = relu(np.dot(x, params["w1"]) + params["b1"])
    return np.dot(hidden, params["w2"]) + params["b2"]


def main(epochs: int = EPOCHS, quiet: bool = False, count: int | None = None, seed: int = 0) -> Log:
    """Train; return the log, whose score is the accuracy on unseen images."""
    random.seed(seed)
    rng = numpy.random.default_rng(seed)
    data = digits(count)
    params = make_params()
    log = Log("test accuracy", quiet)
    for _ in log.epochs(epochs):
        for x, y in batches(np.array, data, BATCH, rng):
            with autograd.record():
                loss = cross_entropy(net(x, params), y)
            loss.backward()
            sgd(params.values(), RATE / len(x))
            log.add(loss)
        log.score(accuracy(net(np.array(data.x_test), params), data.y_test))
    return log


if __name__ == "__main__":
    main()
