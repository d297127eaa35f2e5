"""Classical Runge-Kutta steps of a damped oscillator, with a helper."""
import numpy as np

SAMPLE = lambda rng: dict(s=rng.normal(size=2), k=1.3, c=0.2)
WRT = ("k",)


def rate(s, k, c):
    return np.stack([s[1], -k * s[0] - c * s[1]])


def final(s, k, c):
    h = 0.1
    for _ in range(5):
        k1 = rate(s, k, c)
        k2 = rate(s + h / 2 * k1, k, c)
        k3 = rate(s + h / 2 * k2, k, c)
        k4 = rate(s + h * k3, k, c)
        s = s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return s[0] ** 2
