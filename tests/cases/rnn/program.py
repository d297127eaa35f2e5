"""A tanh recurrence over the rows of a sequence."""
import numpy as np

SAMPLE = lambda rng: dict(w=rng.normal(size=(3, 3)), u=rng.normal(size=(2, 3)), xs=rng.normal(size=(6, 2)))
WRT = ("w", "u")


def loss(w, u, xs):
    h = np.zeros(3)
    for x in xs:
        h = np.tanh(h @ w + x @ u)
    return np.sum(h * h)
