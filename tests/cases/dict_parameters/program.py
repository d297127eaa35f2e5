"""A small network whose parameters come in a dict."""
import numpy as np

SAMPLE = lambda rng: dict(
    params={"w": rng.normal(size=(3, 4)), "v": rng.normal(size=4), "b": rng.normal(size=4)}, x=rng.normal(size=(5, 3))
)
WRT = ("params",)


def loss(params, x):
    h = np.tanh(x @ params["w"] + params["b"])
    return np.sum(h @ params["v"])
