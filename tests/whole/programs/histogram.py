"""A weighted histogram with linear sharing between bins, and its entropy."""

import numpy as np

WRT = ("values", "weights")


def deposit(values, weights, bins):
    counts = np.zeros(bins)
    x = values * bins - 0.5
    low = np.floor(x).astype(int)
    share = x - low
    np.add.at(counts, np.clip(low, 0, bins - 1), weights * (1.0 - share))
    np.add.at(counts, np.clip(low + 1, 0, bins - 1), weights * share)
    return counts


def per_group(values, group, groups):
    totals = [0.0] * groups
    for v, g in zip(values, group):
        totals[g] += v
    return totals


def loss(values, weights, group):
    counts = deposit(values, weights, 6)
    p = counts / counts.sum()
    filled = p > 0
    entropy = -np.sum(p[filled] * np.log(p[filled]))
    totals = per_group(weights, group, 3)
    return entropy + max(totals) + 0.5 * totals[-1] ** 2


def SAMPLE(rng):
    return (rng.uniform(0.02, 0.98, 12), rng.uniform(0.5, 1.5, 12), rng.integers(0, 3, 12).tolist())
