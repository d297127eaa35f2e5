"""One hidden layer with tanh and a squared error."""
import numpy as np

SAMPLE = lambda rng: dict(
    w1=rng.normal(size=(3, 4)), b1=rng.normal(size=4), w2=rng.normal(size=(4, 2)), b2=rng.normal(size=2),
    x=rng.normal(size=(5, 3)), y=rng.normal(size=(5, 2)),
)
WRT = ("w1", "b1", "w2", "b2")


def loss(w1, b1, w2, b2, x, y):
    h = np.tanh(x @ w1 + b1)
    out = h @ w2 + b2
    return np.sum((out - y) ** 2)
