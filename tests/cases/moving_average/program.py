"""Roughness of a signal against its moving average."""
import numpy as np

SAMPLE = lambda rng: dict(x=rng.normal(size=9))
WRT = ("x",)


def f(x):
    avg = (x[:-2] + x[1:-1] + x[2:]) / 3
    r = x[1:-1] - avg
    return np.sum(r * r)
