"""Adam as a class with state by parameter name, unrolled on a small problem."""

import numpy as np

WRT = ("params", "rate")


class Optimizer:
    """Keeps hyperparameters and counts steps."""

    def __init__(self, lr):
        self.lr = lr
        self.t = 0

    def step(self, params, grads):
        self.t += 1
        for name, g in grads.items():
            self.update(name, params[name], g)


class Adam(Optimizer):
    """Adaptive moments."""

    def __init__(self, lr, b1=0.9, b2=0.999, eps=1e-8):
        super().__init__(lr)
        self.b1, self.b2, self.eps = b1, b2, eps
        self.m = {}
        self.v = {}

    def update(self, name, p, g):
        m = self.m.setdefault(name, np.zeros_like(p))
        v = self.v.setdefault(name, np.zeros_like(p))
        m += (1 - self.b1) * (g - m)
        v += (1 - self.b2) * (g * g - v)
        mhat = m / (1 - self.b1**self.t)
        vhat = v / (1 - self.b2**self.t)
        p -= self.lr * mhat / (np.sqrt(vhat) + self.eps)


def rosenbrock(p):
    x, y = p["x"], p["y"]
    value = np.sum((1 - x) ** 2 + 10 * (y - x**2) ** 2)
    grads = {"x": -2 * (1 - x) - 40 * x * (y - x**2), "y": 20 * (y - x**2)}
    return value, grads


def loss(params, rate, steps):
    optimizer = Adam(lr=rate)
    for _ in range(steps):
        _, grads = rosenbrock(params)
        optimizer.step(params, grads)
    value, _ = rosenbrock(params)
    return value


def SAMPLE(rng):
    return ({"x": rng.normal(size=2), "y": rng.normal(size=2)}, 0.05, 4)
