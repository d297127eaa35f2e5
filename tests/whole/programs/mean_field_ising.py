"""Mean-field magnetisation of an Ising lattice: damped sweeps over a checkerboard, in place."""

import numpy as np

WRT = ("J", "field")


def neighbours(m):
    return np.roll(m, 1, 0) + np.roll(m, -1, 0) + np.roll(m, 1, 1) + np.roll(m, -1, 1)


def loss(J, field, beta, sweeps):
    m = 0.1 * np.ones_like(field)
    black = np.indices(m.shape).sum(axis=0) % 2 == 0
    for _ in range(sweeps):
        for colour in (black, ~black):
            update = np.tanh(beta * (J * neighbours(m) + field))
            m[colour] = 0.5 * m[colour] + 0.5 * update[colour]
    energy = -0.5 * J * np.sum(m * neighbours(m)) - np.sum(field * m)
    p = (1 + m) / 2
    entropy = -np.sum(p * np.log(p) + (1 - p) * np.log1p(-p))
    return energy - entropy / beta


def SAMPLE(rng):
    return (0.4 + 0.1 * rng.random(), rng.normal(size=(4, 4)), 0.7, 3)
