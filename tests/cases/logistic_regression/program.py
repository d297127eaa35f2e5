"""Logistic regression with labels -1 and 1."""
import numpy as np

SAMPLE = lambda rng: dict(w=rng.normal(size=3), x=rng.normal(size=(6, 3)), y=np.sign(rng.normal(size=6)))
WRT = ("w",)


def loss(w, x, y):
    margin = y * (x @ w)
    return np.sum(np.log(1 + np.exp(-margin)))
