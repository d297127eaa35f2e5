"""Mean squared error with a quadratic penalty, and a bias."""
import numpy as np

SAMPLE = lambda rng: dict(w=rng.normal(size=3), b=0.3, x=rng.normal(size=(5, 3)), y=rng.normal(size=5), lam=0.1)
WRT = ("w", "b")


def loss(w, b, x, y, lam):
    r = x @ w + b - y
    return np.mean(r**2) + lam * np.dot(w, w)
