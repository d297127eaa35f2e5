"""Batch normalisation whose running statistics are arguments and are updated in place."""

import numpy as np

WRT = ("gamma", "beta", "x")


def batch_norm(x, gamma, beta, running, momentum=0.9, eps=1e-5, train=True):
    if train:
        mean = x.mean(axis=0)
        var = x.var(axis=0)
        running["mean"] *= momentum
        running["mean"] += (1 - momentum) * mean
        running["var"][...] = momentum * running["var"] + (1 - momentum) * var
        running["count"] += 1
    else:
        mean, var = running["mean"], running["var"]
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def loss(gamma, beta, x, running, y):
    h = batch_norm(x, gamma, beta, running)
    after = batch_norm(x, gamma, beta, running, train=False)
    return np.mean((np.tanh(h) - y) ** 2) + 0.1 * np.mean(after**2)


def SAMPLE(rng):
    running = {"mean": np.zeros(3), "var": np.ones(3), "count": 0}
    return (
        rng.uniform(0.5, 1.5, 3),
        rng.normal(size=3),
        rng.normal(size=(5, 3)),
        running,
        rng.normal(size=(5, 3)),
    )
