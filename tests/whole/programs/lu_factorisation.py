"""Log determinant and quadratic form from an LU factorisation in place, by three loops."""

import math

import numpy as np

WRT = 0


def lu(A):
    n = A.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            A[i, k] /= A[k, k]
            for j in range(k + 1, n):
                A[i, j] -= A[i, k] * A[k, j]


def lu_solve(LU, b):
    n = len(b)
    x = b.copy()
    for i in range(n):
        for j in range(i):
            x[i] -= LU[i, j] * x[j]
    for i in reversed(range(n)):
        for j in range(i + 1, n):
            x[i] -= LU[i, j] * x[j]
        x[i] /= LU[i, i]
    return x


def loss(A, b):
    work = np.array(A)
    lu(work)
    logdet = 0.0
    for i in range(work.shape[0]):
        logdet += math.log(abs(work[i, i]))
    return logdet + b @ lu_solve(work, b)


def SAMPLE(rng):
    return (4.0 * np.eye(4) + rng.normal(size=(4, 4)), rng.normal(size=4))
