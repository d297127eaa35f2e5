"""Classical Runge-Kutta steps of a small neural differential equation, with a helper."""
import numpy as np

SAMPLE = lambda rng: dict(a=rng.normal(size=(3, 3)), s=rng.normal(size=3))
WRT = ("a",)


def rate(s, a):
    return np.tanh(a @ s)


def final(a, s):
    h = 0.1
    for _ in range(5):
        k1 = rate(s, a)
        k2 = rate(s + h / 2 * k1, a)
        k3 = rate(s + h / 2 * k2, a)
        k4 = rate(s + h * k3, a)
        s = s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return np.sum(s**2)
