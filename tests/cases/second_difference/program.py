"""A weighted second difference: a minus sign of a factor moves into the update."""

import numpy as np

SAMPLE = lambda rng: dict(x=rng.normal(size=7), c=0.4)
WRT = ("x",)


def f(x, c):
    r = -c * x[:-2] + x[1:-1] - c * x[2:]
    return np.sum(r**2)
