"""Sum, the simplest loss."""
import numpy as np

SAMPLE = lambda rng: dict(x=rng.normal(size=(2, 3)))
WRT = ("x",)


def f(x):
    return 3 * np.sum(x)
