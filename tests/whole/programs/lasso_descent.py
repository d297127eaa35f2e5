"""Cyclic coordinate descent for the lasso: residual kept up to date in place."""

import numpy as np

WRT = ("X", "y", "lam")


def soft_threshold(z, t):
    if z > t:
        return z - t
    elif z < -t:
        return z + t
    return 0.0


def loss(X, y, lam, sweeps):
    n, p = X.shape
    w = np.zeros(p)
    residual = y.copy()
    norms = (X**2).sum(axis=0)
    for _ in range(sweeps):
        for j in range(p):
            if w[j] != 0.0:
                residual += w[j] * X[:, j]
            w[j] = soft_threshold(X[:, j] @ residual, n * lam) / norms[j]
            if w[j] != 0.0:
                residual -= w[j] * X[:, j]
    return 0.5 * np.mean(residual**2) + lam * np.sum(np.abs(w))


def SAMPLE(rng):
    X = rng.normal(size=(8, 4))
    return (X, X @ np.array([1.5, 0.0, -2.0, 0.1]) + 0.1 * rng.normal(size=8), 0.15, 4)
