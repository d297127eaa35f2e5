"""Smoothness of a curve given by its coordinates."""
import numpy as np

SAMPLE = lambda rng: dict(px=rng.normal(size=6), py=rng.normal(size=6))
WRT = ("px", "py")


def f(px, py):
    p = np.stack([px, py], axis=1)
    d = p[1:] - p[:-1]
    return np.sum(d * d)
