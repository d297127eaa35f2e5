"""Classical Runge-Kutta integration of a satellite's orbit into a preallocated array."""

import numpy as np

WRT = ("state", "mu")


def gravity(t, y, mu):
    r = y[:2]
    v = y[2:]
    dydt = np.empty_like(y)
    dydt[:2] = v
    dydt[2:] = -mu * r / np.linalg.norm(r) ** 3
    return dydt


def rk4(f, t, y0, *args):
    y = np.zeros((len(t), len(y0)))
    y[0] = y0
    for k in range(len(t) - 1):
        h = t[k + 1] - t[k]
        k1 = f(t[k], y[k], *args)
        k2 = f(t[k] + h / 2, y[k] + h / 2 * k1, *args)
        k3 = f(t[k] + h / 2, y[k] + h / 2 * k2, *args)
        k4 = f(t[k] + h, y[k] + h * k3, *args)
        y[k + 1] = y[k] + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


def loss(state, mu, t):
    orbit = rk4(gravity, t, state, mu)
    radius = np.sqrt(orbit[:, 0] ** 2 + orbit[:, 1] ** 2)
    return np.sum((radius - 1.0) ** 2) + orbit[-1, 0]


def SAMPLE(rng):
    state = np.array([1.0, 0.1, -0.1, 1.0]) + 0.05 * rng.normal(size=4)
    return (state, 1.0 + 0.1 * rng.random(), np.linspace(0.0, 2.0, 15))
