"""Modified Gram-Schmidt, overwriting A column by column."""

import numpy as np

WRT = 0


def gram_schmidt(A):
    n = A.shape[1]
    Q = np.zeros_like(A)
    R = np.zeros((n, n))
    for k in range(n):
        R[k, k] = np.sqrt(np.dot(A[:, k], A[:, k]))
        Q[:, k] = A[:, k] / R[k, k]
        for j in range(k + 1, n):
            R[k, j] = np.dot(Q[:, k], A[:, j])
            A[:, j] -= Q[:, k] * R[k, j]
    return Q, R


def loss(A, C):
    Q, R = gram_schmidt(A)
    return np.sum(Q * C) + np.sum(np.log(np.diag(R))) + R[0, -1] ** 2


def SAMPLE(rng):
    return (rng.normal(size=(5, 3)), rng.normal(size=(5, 3)))
