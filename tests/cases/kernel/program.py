"""Sum of a Gaussian kernel over all pairs of points."""
import numpy as np

SAMPLE = lambda rng: dict(x=rng.normal(size=(4, 2)), y=rng.normal(size=(3, 2)), gamma=0.7)
WRT = ("x", "gamma")


def f(x, y, gamma):
    d = x[:, None, :] - y[None, :, :]
    d2 = np.sum(d * d, axis=2)
    return np.sum(np.exp(-gamma * d2))
