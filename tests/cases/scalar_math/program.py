"""Scalar code with math functions."""
import math

SAMPLE = lambda rng: dict(x=0.6, y=1.4)
WRT = ("x", "y")


def f(x, y):
    r = math.sqrt(x * x + y * y)
    phi = math.atan2(y, x)
    return r * math.exp(-phi)
