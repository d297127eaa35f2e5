"""Runge-Kutta-Fehlberg with an adaptive step: steps that are too coarse are rejected."""

import numpy as np

WRT = (0, 1)


def van_der_pol(t, y, mu):
    return np.array([y[1], mu * (1.0 - y[0] ** 2) * y[1] - y[0]])


def step(f, t, y, h, mu):
    k1 = f(t, y, mu)
    k2 = f(t + h / 4, y + h * k1 / 4, mu)
    k3 = f(t + 3 * h / 8, y + h * (3 * k1 + 9 * k2) / 32, mu)
    k4 = f(t + 12 * h / 13, y + h * (1932 * k1 - 7200 * k2 + 7296 * k3) / 2197, mu)
    k5 = f(t + h, y + h * (439 / 216 * k1 - 8 * k2 + 3680 / 513 * k3 - 845 / 4104 * k4), mu)
    k6 = f(
        t + h / 2,
        y + h * (-8 / 27 * k1 + 2 * k2 - 3544 / 2565 * k3 + 1859 / 4104 * k4 - 11 / 40 * k5),
        mu,
    )
    fourth = y + h * (25 / 216 * k1 + 1408 / 2565 * k3 + 2197 / 4104 * k4 - k5 / 5)
    fifth = y + h * (
        16 / 135 * k1 + 6656 / 12825 * k3 + 28561 / 56430 * k4 - 9 / 50 * k5 + 2 / 55 * k6
    )
    return fifth, np.max(np.abs(fifth - fourth))


def loss(y0, mu, end, tolerance):
    t = 0.0
    y = y0
    h = 0.8
    path = np.zeros((200, 2))
    n = 0
    rejected = 0
    while t < end:
        if t + h > end:
            h = end - t
        proposal, error = step(van_der_pol, t, y, h, mu)
        if error > tolerance:
            h = 0.5 * h
            rejected += 1
            continue
        t += h
        y = proposal
        path[n] = y
        n += 1
        if error < tolerance / 20:
            h *= 1.5
    return np.sum(path[:n] ** 2) / n + y[0] * y[1]


def SAMPLE(rng):
    return (rng.uniform(0.8, 1.6, 2), 1.0 + rng.random(), 3.0, 1e-4)
