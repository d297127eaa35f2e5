"""Distance to a point plus the weighted lengths of rows."""
import numpy as np

SAMPLE = lambda rng: dict(p=rng.normal(size=3), q=rng.normal(size=3))
WRT = ("p",)


def f(p, q):
    d = np.linalg.norm(p - q)
    return d**3
