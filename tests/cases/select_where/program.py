"""Softplus that is safe on both sides."""
import numpy as np

SAMPLE = lambda rng: dict(x=3 * rng.normal(size=6))
WRT = ("x",)


def f(x):
    y = np.where(x > 0, x + np.log1p(np.exp(-x)), np.log1p(np.exp(x)))
    return np.sum(y)
