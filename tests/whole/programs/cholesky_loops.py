"""Cholesky factorisation by loops, and a Gaussian log density from it."""

import numpy as np

WRT = ("cov", "mean")


def cholesky(A):
    n = len(A)
    L = np.zeros_like(A)
    for i in range(n):
        for j in range(i + 1):
            s = sum(L[i, k] * L[j, k] for k in range(j))
            if i == j:
                L[i, j] = np.sqrt(A[i, i] - s)
            else:
                L[i, j] = (A[i, j] - s) / L[j, j]
    return L


def loss(cov, mean, x):
    L = cholesky(cov)
    r = x - mean
    z = np.zeros_like(r)
    for i in range(len(r)):
        z[i] = (r[i] - np.dot(L[i, :i], z[:i])) / L[i, i]
    return 0.5 * np.dot(z, z) + np.sum(np.log(np.diag(L))) + 0.5 * len(x) * np.log(2 * np.pi)


def SAMPLE(rng):
    B = rng.normal(size=(4, 6))
    return (B @ B.T / 6 + 0.5 * np.eye(4), rng.normal(size=4), rng.normal(size=4))
