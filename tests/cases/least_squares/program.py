"""Sum of squared residuals of a linear model."""
import numpy as np

SAMPLE = lambda rng: dict(w=rng.normal(size=3), x=rng.normal(size=(5, 3)), y=rng.normal(size=5))
WRT = ("w",)


def loss(w, x, y):
    r = x @ w - y
    return np.sum(r * r)
