"""Mean absolute error of a line."""
import numpy as np

SAMPLE = lambda rng: dict(a=0.5, b=-0.2, x=rng.normal(size=6), y=rng.normal(size=6))
WRT = ("a", "b")


def f(a, b, x, y):
    return np.mean(np.abs(a * x + b - y))
