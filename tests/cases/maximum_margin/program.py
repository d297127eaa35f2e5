"""Hinge loss with two terms."""
import numpy as np

SAMPLE = lambda rng: dict(w=rng.normal(size=3), x=rng.normal(size=(6, 3)), y=np.sign(rng.normal(size=6)))
WRT = ("w",)


def hinge(w, x, y):
    slack = np.maximum(0, 1 - y * (x @ w))
    return np.sum(slack) + 0.5 * np.sum(w * w)
