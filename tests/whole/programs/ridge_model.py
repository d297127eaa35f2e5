"""The loss of a model object, with respect to the arrays that the object holds."""

import numpy as np

WRT = "model"


class Model:
    """Features by random cosines, then a linear layer; counts its calls."""

    def __init__(self, W, phase, beta, lam):
        self.W = W
        self.phase = phase
        self.beta = beta
        self.lam = lam
        self.calls = 0
        self.names = ["W", "phase", "beta"]

    def features(self, x):
        self.calls += 1
        return np.cos(x @ self.W + self.phase)

    def predict(self, x):
        return self.features(x) @ self.beta

    def penalty(self):
        return self.lam * sum(np.sum(getattr(self, name) ** 2) for name in self.names)


def loss(model, x, y):
    error = model.predict(x) - y
    return np.mean(error**2) + model.penalty() / model.calls


def SAMPLE(rng):
    model = Model(rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=3), 0.1)
    return (model, rng.normal(size=(5, 2)), rng.normal(size=5))
