"""Shortest paths between all pairs, row by row: of each comparison only the outcome is kept."""

import numpy as np

SAMPLE = lambda rng: dict(lengths=rng.uniform(1.0, 9.0, (5, 5)), weights=rng.normal(size=(5, 5)))
WRT = ("lengths",)


def total(lengths, weights):
    d = lengths.copy()
    n = len(d)
    for k in range(n):
        for i in range(n):
            d[i] = np.minimum(d[i], d[i, k] + d[k])
    return np.sum(weights * d)
