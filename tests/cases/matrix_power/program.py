"""Trace of a power of a matrix, by repeated products."""
import numpy as np

SAMPLE = lambda rng: dict(a=rng.normal(size=(3, 3)), v=rng.normal(size=3))
WRT = ("a",)


def f(a, v):
    for _ in range(4):
        v = a @ v
    return np.sum(v)
