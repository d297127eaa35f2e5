"""Gaussian bumps through helper functions with defaults."""
import numpy as np

SAMPLE = lambda rng: dict(a=rng.normal(size=3), x=rng.normal(size=3))
WRT = ("a",)


def bump(x, width=1.0):
    return np.exp(-(x**2) / width)


def mix(a, x):
    return a * bump(x - a, width=2.0)


def f(a, x):
    return np.sum(mix(a, x))
