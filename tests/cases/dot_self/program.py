"""Twice the squared length."""
import numpy as np

SAMPLE = lambda rng: dict(x=rng.normal(size=4))
WRT = ("x",)


def f(x):
    return 2 * np.dot(x, x)
