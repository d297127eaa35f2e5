"""One minus the cosine of the angle between two vectors."""
import numpy as np

SAMPLE = lambda rng: dict(u=rng.normal(size=4), v=rng.normal(size=4))
WRT = ("u",)


def f(u, v):
    return 1 - np.dot(u, v) / (np.sqrt(np.dot(u, u)) * np.sqrt(np.dot(v, v)))
