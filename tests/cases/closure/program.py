"""A polynomial whose coefficients a closure captures."""
import numpy as np

SAMPLE = lambda rng: dict(x=rng.normal(size=4))
WRT = ("x",)


def make(a, b):
    def poly(x):
        return a * x**2 + b * x

    return poly


poly = make(2.0, np.array([1.0, 2.0, 3.0, 4.0]))


def f(x):
    return np.sum(poly(x) * np.sin(x))
