"""Distance of a matrix to a rank-one matrix."""
import numpy as np

SAMPLE = lambda rng: dict(a=rng.normal(size=3), b=rng.normal(size=4), m=rng.normal(size=(3, 4)))
WRT = ("a", "b")


def f(a, b, m):
    r = m - np.outer(a, b)
    return np.sum(r * r)
