"""Row and column factors that broadcast over a matrix."""
import numpy as np

SAMPLE = lambda rng: dict(u=rng.normal(size=(4, 1)), v=rng.normal(size=(1, 3)), m=rng.normal(size=(4, 3)))
WRT = ("u", "v")


def f(u, v, m):
    z = u * v + m
    return np.sum(z**2)
