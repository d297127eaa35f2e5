"""Levinson-Durbin recursion for a Toeplitz system, after Polybench."""

import numpy as np

WRT = 0


def durbin(r):
    n = len(r)
    y = np.empty_like(r)
    alpha = -r[0]
    beta = 1.0
    y[0] = -r[0]
    for k in range(1, n):
        beta *= 1.0 - alpha * alpha
        alpha = -(r[k] + np.dot(r[:k][::-1], y[:k])) / beta
        y[:k] += alpha * y[:k][::-1]
        y[k] = alpha
    return y


def loss(r, target):
    y = durbin(r)
    return np.sum((y - target) ** 2)


def SAMPLE(rng):
    n = 6
    return (0.3 * rng.uniform(-1, 1, n) / np.arange(1, n + 1), rng.normal(size=n))
