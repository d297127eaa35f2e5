"""Causal attention with a loop over heads that writes into one output array."""

import numpy as np

WRT = ("params", "x")


def softmax(scores, axis=-1):
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    e /= e.sum(axis=axis, keepdims=True)
    return e


def attention(x, params, heads):
    T, D = x.shape
    size = D // heads
    q, k, v = (x @ params[name] for name in ("query", "key", "value"))
    out = np.empty((T, D))
    mask = np.triu(np.ones((T, T), dtype=bool), 1)
    for head in range(heads):
        cols = slice(head * size, (head + 1) * size)
        scores = q[:, cols] @ k[:, cols].T / np.sqrt(size)
        scores[mask] = -1e9
        np.matmul(softmax(scores), v[:, cols], out=out[:, cols])
    return out @ params["out"]


def layer_norm(x, gain, eps=1e-5):
    mean = x.mean(-1, keepdims=True)
    return gain * (x - mean) / np.sqrt(x.var(-1, keepdims=True) + eps)


def loss(params, x, y):
    h = layer_norm(x + attention(x, params, heads=2), params["gain"])
    return np.square(h - y).mean()


def SAMPLE(rng):
    params = {name: 0.5 * rng.normal(size=(4, 4)) for name in ("query", "key", "value", "out")}
    params["gain"] = rng.uniform(0.5, 1.5, 4)
    return (params, rng.normal(size=(3, 4)), rng.normal(size=(3, 4)))
