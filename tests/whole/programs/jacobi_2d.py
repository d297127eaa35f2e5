"""Jacobi sweeps with two buffers that swap roles."""

import numpy as np

WRT = (0, 1)


def jacobi(u, f, h, sweeps):
    v = u.copy()
    for _ in range(sweeps):
        v[1:-1, 1:-1] = 0.25 * (
            u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - h * h * f[1:-1, 1:-1]
        )
        u, v = v, u
    return u


def loss(u, f, target):
    result = jacobi(u, f, 0.2, 5)
    return np.sum((result - target) ** 2)


def SAMPLE(rng):
    return tuple(rng.normal(size=(6, 7)) for _ in range(3))
