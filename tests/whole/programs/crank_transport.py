"""Advection with a flux limiter, written with keyword-only options and **kwargs."""

import numpy as np

WRT = ("u", "speed")


def minmod(a, b):
    return np.where(a * b > 0, np.where(np.abs(a) < np.abs(b), a, b), 0.0)


def advance(u, speed, *, dx, dt, limiter=minmod, **unused):
    padded = np.concatenate([u[-2:], u, u[:2]])
    slope = limiter(padded[1:-1] - padded[:-2], padded[2:] - padded[1:-1])
    left = padded[1:-1] + 0.5 * (1 - speed * dt / dx) * slope
    flux = speed * left
    new = u - dt / dx * (flux[1:-1] - flux[:-2])
    assert new.shape == u.shape, "the flux has one value more than there are cells"
    return new


def loss(u, speed, steps, target):
    options = {"dx": 0.1, "dt": 0.04}
    options.update(limiter=minmod, comment="upwind")
    for n in range(steps):
        u = advance(u, speed, **options)
    return np.sum((u - target) ** 2)


def SAMPLE(rng):
    return (rng.normal(size=8), 1.1, 3, rng.normal(size=8))
