"""A European call by explicit finite differences, interpolated at the spot."""

import numpy as np

WRT = ("spot", "sigma", "rate")


def payoff(S, strike):
    return np.maximum(S - strike, 0.0)


def loss(spot, sigma, rate, strike, maturity, nodes, steps):
    S = np.linspace(0.0, 3.0 * strike, nodes)
    dS = S[1] - S[0]
    dt = maturity / steps
    V = payoff(S, strike)
    for step in range(steps):
        tau = (step + 1) * dt
        delta = (V[2:] - V[:-2]) / (2 * dS)
        gamma = (V[2:] - 2 * V[1:-1] + V[:-2]) / dS**2
        theta = 0.5 * sigma**2 * S[1:-1] ** 2 * gamma + rate * S[1:-1] * delta - rate * V[1:-1]
        V[1:-1] += dt * theta
        V[0] = 0.0
        V[-1] = S[-1] - strike * np.exp(-rate * tau)
    i = int(spot / dS)
    w = spot / dS - i
    return (1.0 - w) * V[i] + w * V[i + 1]


def SAMPLE(rng):
    return (95.3 + rng.random(), 0.2 + 0.1 * rng.random(), 0.04, 100.0, 0.5, 21, 12)
