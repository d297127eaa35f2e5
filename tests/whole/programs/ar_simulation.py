"""An autoregressive model simulated by a growing list, compared by its autocovariance."""

import numpy as np

WRT = ("phi", "sigma")


def simulate(phi, sigma, shocks):
    order = len(phi)
    series = [0.0] * order
    for e in shocks:
        recent = series[-order:][::-1]
        series.append(sum(p * x for p, x in zip(phi, recent)) + sigma * e)
    return np.array(series[order:])


def autocovariance(x, lags):
    x = x - x.mean()
    return np.array([np.mean(x[lag:] * x[: len(x) - lag]) for lag in lags])


def loss(phi, sigma, shocks, target):
    x = simulate(phi, sigma, shocks)
    return ((autocovariance(x, range(len(target))) - target) ** 2).sum()


def SAMPLE(rng):
    return (
        np.array([0.5, -0.2]) + 0.05 * rng.normal(size=2),
        0.8,
        rng.normal(size=15),
        rng.random(3),
    )
