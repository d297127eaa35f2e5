"""Returns the value with the gradient."""
import numpy as np

SAMPLE = lambda rng: dict(x=rng.normal(size=4), m=rng.normal(size=(4, 4)))
WRT = ("x",)
VALUE = True


def f(x, m):
    y = m @ x
    return np.sum(np.sin(y) ** 2)
