"""Solution of a linear system by elimination with partial pivoting, in place."""

import numpy as np

WRT = (0, 1)


def solve(A, b):
    n = len(b)
    for k in range(n):
        p = k + np.argmax(np.abs(A[k:, k]))
        if p != k:
            A[[k, p]] = A[[p, k]]
            b[k], b[p] = b[p], b[k]
        for i in range(k + 1, n):
            factor = A[i, k] / A[k, k]
            A[i, k:] -= factor * A[k, k:]
            b[i] -= factor * b[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]
    return x


def loss(A, b, weights):
    x = solve(A, b)
    return np.sum(weights * x**2)


def SAMPLE(rng):
    n = 5
    A = rng.normal(size=(n, n))
    A[0, 0] = 1e-3
    return (A, rng.normal(size=n), rng.uniform(0.5, 1.5, n))
