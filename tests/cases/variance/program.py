"""Variance of a sample, by hand."""
import numpy as np

SAMPLE = lambda rng: dict(x=rng.normal(size=7))
WRT = ("x",)


def var(x):
    n = len(x)
    mean = np.sum(x) / n
    d = x - mean
    return np.sum(d * d) / (n - 1)
