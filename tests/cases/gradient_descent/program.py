"""The loss after a few steps of descent, in the learning rate."""
import numpy as np

SAMPLE = lambda rng: dict(rate=0.1, a=np.array([[2.0, 0.3], [0.1, 1.0]]), x=rng.normal(size=2))
WRT = ("rate",)


def f(rate, a, x):
    for _ in range(5):
        g = a @ x
        x = x - rate * g
    return x @ a @ x
