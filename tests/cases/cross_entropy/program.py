"""Mean cross-entropy of a linear classifier on labels 0, 1."""
import numpy as np

SAMPLE = lambda rng: dict(w=rng.normal(size=3), x=rng.normal(size=(6, 3)), y=np.array([0.0, 1, 1, 0, 1, 0]))
WRT = ("w",)


def loss(w, x, y):
    p = 1 / (1 + np.exp(-(x @ w)))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
