"""Maxwell's equations on a staggered grid: fields updated in place, a hard source, a probe."""

import numpy as np

WRT = ("source", "eps")


def loss(source, eps, shape, probe):
    ny, nx = shape
    ex = np.zeros((ny, nx))
    ey = np.zeros((ny, nx))
    hz = np.zeros((ny, nx))
    signal = 0.0
    for t in range(len(source)):
        ey[0, :] = source[t]
        ey[1:, :] -= 0.5 / eps[1:, :] * (hz[1:, :] - hz[:-1, :])
        ex[:, 1:] -= 0.5 / eps[:, 1:] * (hz[:, 1:] - hz[:, :-1])
        hz[:-1, :-1] -= 0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1])
        signal += hz[probe] ** 2
    return signal + np.sum(ex * ey)


def SAMPLE(rng):
    return (rng.normal(size=6), rng.uniform(1.0, 2.0, (5, 6)), (5, 6), (2, 3))
