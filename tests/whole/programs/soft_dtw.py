"""Soft dynamic time warping between two sequences."""

import numpy as np

WRT = (0, 1)


def softmin(a, b, c, gamma):
    values = np.array([-a / gamma, -b / gamma, -c / gamma])
    top = values.max()
    return -gamma * (np.log(np.exp(values - top).sum()) + top)


def loss(x, y, gamma):
    n, m = len(x), len(y)
    R = np.full((n + 2, m + 2), 1e3)
    R[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = ((x[i - 1] - y[j - 1]) ** 2).sum()
            R[i, j] = cost + softmin(R[i - 1, j], R[i - 1, j - 1], R[i, j - 1], gamma)
    return R[n, m]


def SAMPLE(rng):
    return (rng.normal(size=(5, 2)), rng.normal(size=(4, 2)), 0.7)
