"""Rosenbrock's function of a vector."""
import numpy as np

SAMPLE = lambda rng: dict(x=rng.normal(size=5))
WRT = ("x",)


def f(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
