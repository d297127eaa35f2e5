"""Gauss-Seidel relaxation, element by element in place, with over-relaxation."""

import numpy as np

WRT = (0, 2)


def seidel(A, steps, omega):
    n, m = A.shape
    for _t in range(steps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                mean = (A[i - 1, j] + A[i + 1, j] + A[i, j - 1] + A[i, j + 1]) / 4.0
                A[i, j] = (1.0 - omega) * A[i, j] + omega * mean


def loss(A, steps, omega):
    seidel(A, steps, omega)
    return np.sqrt(np.sum(A * A))


def SAMPLE(rng):
    return (rng.normal(size=(5, 4)), 3, 1.2)
