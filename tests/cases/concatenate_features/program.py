"""A linear score of concatenated features."""
import numpy as np

SAMPLE = lambda rng: dict(a=rng.normal(size=3), b=rng.normal(size=2), w=rng.normal(size=5))
WRT = ("a", "b")


def f(a, b, w):
    x = np.concatenate([a, b])
    return np.sum(np.tanh(x * w))
