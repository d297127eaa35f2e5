"""Doubles until the norm is large, then scales by the sign of the sum."""
import numpy as np

SAMPLE = lambda rng: dict(a=np.array([0.9, 0.3, -0.2, 0.5]))
WRT = ("a",)


def f(a):
    b = a * 2
    while np.linalg.norm(b) < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return np.sum(c)
