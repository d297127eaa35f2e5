"""An American put option on a binomial tree, values rolled back in place."""

import numpy as np

WRT = (0, 1, 2, 3)


def loss(spot, strike, rate, volatility, maturity, steps):
    dt = maturity / steps
    u = np.exp(volatility * np.sqrt(dt))
    d = 1.0 / u
    p = (np.exp(rate * dt) - d) / (u - d)
    discount = np.exp(-rate * dt)
    prices = spot * u ** np.arange(steps, -steps - 1, -2.0)
    values = np.maximum(strike - prices, 0.0)
    for n in range(steps - 1, -1, -1):
        for j in range(n + 1):
            values[j] = discount * (p * values[j] + (1.0 - p) * values[j + 1])
            exercise = strike - spot * u ** (n - 2 * j)
            if exercise > values[j]:
                values[j] = exercise
    return values[0]


def SAMPLE(rng):
    return (100.0 + rng.random(), 104.0 + rng.random(), 0.03, 0.25, 1.0, 10)
