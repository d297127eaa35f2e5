"""Shortest paths, a convolution by loops, bodies under gravity."""

from __future__ import annotations

import numpy as np

from polybench import Kernel


def floyd_warshall(lengths, weights):
    D = lengths.copy()
    n = D.shape[0]
    for k in range(n):
        for i in range(n):
            D[i] = np.minimum(D[i], D[i, k] + D[k])
    return np.sum(weights * D)


def floyd_warshall_by_hand(lengths, weights):
    D = lengths.copy()
    n = D.shape[0]
    shorter = np.empty((n, n, n), dtype=bool)
    for k in range(n):
        for i in range(n):
            through = D[i, k] + D[k]
            np.less(through, D[i], out=shorter[k, i])
            D[i] = np.minimum(D[i], through)
    dD = weights.copy()
    for k in reversed(range(n)):
        for i in reversed(range(n)):
            g = dD[i] * shorter[k, i]
            dD[i] -= g
            dD[i, k] += g.sum()
            dD[k] += g
    return (dD,)


def conv2d(x, kernel, weights):
    kh, kw = kernel.shape
    h, w = x.shape[0] - kh + 1, x.shape[1] - kw + 1
    out = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            out[i, j] = np.sum(x[i : i + kh, j : j + kw] * kernel)
    return np.sum(weights * out**2)


def conv2d_by_hand(x, kernel, weights):
    kh, kw = kernel.shape
    h, w = x.shape[0] - kh + 1, x.shape[1] - kw + 1
    out = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            out[i, j] = np.sum(x[i : i + kh, j : j + kw] * kernel)
    dout = 2 * weights * out
    dx, dkernel = np.zeros_like(x), np.zeros_like(kernel)
    for i in range(h):
        for j in range(w):
            g = dout[i, j]
            dx[i : i + kh, j : j + kw] += g * kernel
            dkernel += g * x[i : i + kh, j : j + kw]
    return dx, dkernel


def nbody(pos, vel, mass, steps):
    pos, vel = pos.copy(), vel.copy()
    n = len(mass)
    acc = np.zeros_like(pos)
    for _ in range(steps):
        for i in range(n):
            d = pos - pos[i]
            r2 = np.sum(d * d, axis=1) + 0.01
            acc[i] = (mass / (r2 * np.sqrt(r2))) @ d
        vel += 0.01 * acc
        pos += 0.01 * vel
    return np.sum(pos[:, 0] ** 2) + np.sum(vel**2)


def nbody_by_hand(pos, vel, mass, steps):
    pos, vel = pos.copy(), vel.copy()
    n = len(mass)
    acc = np.zeros_like(pos)
    positions = []
    for _ in range(steps):
        positions.append(pos.copy())
        for i in range(n):
            d = pos - pos[i]
            r2 = np.sum(d * d, axis=1) + 0.01
            acc[i] = (mass / (r2 * np.sqrt(r2))) @ d
        vel += 0.01 * acc
        pos += 0.01 * vel
    dvel, dpos, dmass = 2 * vel, np.zeros_like(pos), np.zeros_like(mass)
    dpos[:, 0] = 2 * pos[:, 0]
    for pos in reversed(positions):
        dvel += 0.01 * dpos
        dacc = 0.01 * dvel
        for i in range(n):
            d = pos - pos[i]
            r2 = np.sum(d * d, axis=1) + 0.01
            s = 1 / (r2 * np.sqrt(r2))
            g = d @ dacc[i]
            dmass += s * g
            dd = np.outer(mass * s, dacc[i])
            dd -= (3.0 * mass * g * s / r2)[:, None] * d
            dpos += dd
            dpos[i] -= dd.sum(axis=0)
    return dpos, dvel, dmass


OTHERS = {
    "floyd_warshall": Kernel(
        floyd_warshall,
        floyd_warshall_by_hand,
        lambda rng: (rng.uniform(0.5, 9.0, (80, 80)), rng.normal(size=(80, 80))),
        (0,),
    ),
    "conv2d": Kernel(
        conv2d,
        conv2d_by_hand,
        lambda rng: (rng.normal(size=(64, 64)), rng.normal(size=(5, 4)), rng.normal(size=(60, 61))),
        (0, 1),
    ),
    "nbody": Kernel(
        nbody,
        nbody_by_hand,
        lambda rng: (
            rng.normal(size=(60, 3)),
            rng.normal(size=(60, 3)),
            rng.uniform(0.5, 1.5, 60),
            12,
        ),
        (0, 1, 2),
    ),
}
