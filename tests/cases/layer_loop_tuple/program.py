"""A deep network whose square weights are stacked in one array."""
import numpy as np

SAMPLE = lambda rng: dict(ws=rng.normal(size=(3, 2, 2)), x=rng.normal(size=2))
WRT = ("ws",)


def f(ws, x):
    for w in ws:
        x = np.tanh(w @ x)
    return np.sum(x)
