"""Heat in a block whose conductivity depends on temperature: explicit steps in place."""

import numpy as np

WRT = ("T", "alpha")


def heat_step(T, alpha, dt):
    k = alpha * (1.0 + 0.1 * T**2)
    lap = np.zeros_like(T)
    core = (slice(1, -1),) * 3
    lap[core] -= 6 * T[core]
    for axis in range(3):
        for shift in (slice(None, -2), slice(2, None)):
            index = list(core)
            index[axis] = shift
            lap[core] += T[tuple(index)]
    T[core] += dt * k[core] * lap[core]


def loss(T, alpha, steps):
    for _ in range(steps):
        heat_step(T, alpha, 0.05)
    return np.mean(T**2)


def SAMPLE(rng):
    return (rng.normal(size=(4, 5, 4)), 1.3, 4)
