"""The Thomas algorithm in place, inside a Crank-Nicolson step."""

import numpy as np

WRT = ("u", "conductivity")


def thomas(a, b, c, d):
    n = len(d)
    for i in range(1, n):
        w = a[i - 1] / b[i - 1]
        b[i] -= w * c[i - 1]
        d[i] -= w * d[i - 1]
    d[-1] /= b[-1]
    for i in range(n - 2, -1, -1):
        d[i] = (d[i] - c[i] * d[i + 1]) / b[i]


def crank_nicolson(u, conductivity, dt):
    n = u.shape[0]
    k = 0.5 * (conductivity[1:] + conductivity[:-1])
    diagonal = np.ones(n)
    diagonal[:-1] += dt / 2 * k
    diagonal[1:] += dt / 2 * k
    off = -dt / 2 * k
    flux = k * np.diff(u)
    rhs = u.copy()
    rhs[:-1] += dt / 2 * flux
    rhs[1:] -= dt / 2 * flux
    thomas(off.copy(), diagonal, off, rhs)
    u[:] = rhs


def loss(u, conductivity, target):
    for _ in range(3):
        crank_nicolson(u, conductivity, 0.4)
    return np.sum((u - target) ** 2)


def SAMPLE(rng):
    return (rng.normal(size=6), rng.uniform(0.5, 1.5, 6), rng.normal(size=6))
