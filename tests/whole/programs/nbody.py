"""Bodies under softened gravity: leapfrog steps with masks for escaped ones."""

import numpy as np

WRT = ("pos", "vel", "mass")


def acceleration(pos, mass, softening=0.1):
    acc = np.zeros_like(pos)
    n = len(mass)
    for i in range(n):
        others = np.arange(n) != i
        d = pos[others] - pos[i]
        r2 = (d**2).sum(axis=1) + softening**2
        acc[i] = (mass[others] / r2**1.5) @ d
    return acc


def loss(pos, vel, mass, dt, steps):
    acc = acceleration(pos, mass)
    for _ in range(steps):
        vel += 0.5 * dt * acc
        pos += dt * vel
        far = np.abs(pos).max(axis=1) > 1.5
        vel[far] *= 0.5
        acc[:] = acceleration(pos, mass)
        vel += 0.5 * dt * acc
    kinetic = 0.5 * np.sum(mass * np.sum(vel**2, axis=1))
    return kinetic + np.sum(pos[:, 0] ** 2)


def SAMPLE(rng):
    pos = rng.uniform(-1, 1, (4, 2))
    pos[0] = [1.9, 0.2]
    return (pos, 0.3 * rng.normal(size=(4, 2)), rng.uniform(0.5, 1.5, 4), 0.05, 3)
