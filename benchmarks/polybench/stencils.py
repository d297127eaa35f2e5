"""Stencils: Jacobi, heat, Seidel, FDTD, ADI.

All are linear, so their adjoints keep no field, and but for FDTD do not run the kernel at all.
"""

from __future__ import annotations

import numpy as np

from polybench import Kernel


def jacobi_2d(A, weights, steps):
    A = A.copy()
    B = A.copy()
    for _ in range(steps):
        B[1:-1, 1:-1] = 0.2 * (
            A[1:-1, 1:-1] + A[1:-1, :-2] + A[1:-1, 2:] + A[2:, 1:-1] + A[:-2, 1:-1]
        )
        A[1:-1, 1:-1] = 0.2 * (
            B[1:-1, 1:-1] + B[1:-1, :-2] + B[1:-1, 2:] + B[2:, 1:-1] + B[:-2, 1:-1]
        )
    return np.sum(weights * A)


def spread_2d(source, target, g):
    """Turn the cotangent of a five-point average into that of what it read, gathering."""
    np.multiply(source[1:-1, 1:-1], 0.2, out=g[1:-1, 1:-1])
    source[1:-1, 1:-1] = 0.0
    inner = target[1:-1, 1:-1]
    inner += g[1:-1, 1:-1] + g[1:-1, :-2] + g[1:-1, 2:] + g[2:, 1:-1] + g[:-2, 1:-1]
    target[0, 1:-1] += g[1, 1:-1]
    target[-1, 1:-1] += g[-2, 1:-1]
    target[1:-1, 0] += g[1:-1, 1]
    target[1:-1, -1] += g[1:-1, -2]


def jacobi_2d_by_hand(A, weights, steps):
    dA, dB, scratch = weights.copy(), np.zeros_like(A), np.zeros_like(A)
    for _ in range(steps):
        spread_2d(dA, dB, scratch)
        spread_2d(dB, dA, scratch)
    return (dA + dB,)


def heat_3d(A, weights, steps):
    A = A.copy()
    B = A.copy()
    for _ in range(steps):
        for a, b in ((A, B), (B, A)):
            c = a[1:-1, 1:-1, 1:-1]
            b[1:-1, 1:-1, 1:-1] = (
                0.125 * (a[2:, 1:-1, 1:-1] - 2.0 * c + a[:-2, 1:-1, 1:-1])
                + 0.125 * (a[1:-1, 2:, 1:-1] - 2.0 * c + a[1:-1, :-2, 1:-1])
                + 0.125 * (a[1:-1, 1:-1, 2:] - 2.0 * c + a[1:-1, 1:-1, :-2])
                + c
            )
    return np.sum(weights * A)


def heat_3d_by_hand(A, weights, steps):
    dA, dB = weights.copy(), np.zeros_like(A)
    inner = (slice(1, -1),) * 3
    for _ in range(steps):
        for source, target in ((dA, dB), (dB, dA)):
            g = 0.125 * source[inner]
            source[inner] = 0.0
            target[inner] += 2.0 * g
            target[2:, 1:-1, 1:-1] += g
            target[:-2, 1:-1, 1:-1] += g
            target[1:-1, 2:, 1:-1] += g
            target[1:-1, :-2, 1:-1] += g
            target[1:-1, 1:-1, 2:] += g
            target[1:-1, 1:-1, :-2] += g
    return (dA + dB,)


def seidel_2d(A, weights, steps):
    A = A.copy()
    n = A.shape[0]
    for _ in range(steps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                A[i, j] = 0.2 * (A[i - 1, j] + A[i, j - 1] + A[i, j] + A[i, j + 1] + A[i + 1, j])
    return np.sum(weights * A)


def seidel_2d_by_hand(A, weights, steps):
    n = A.shape[0]
    dA = weights.copy()
    for _ in range(steps):
        for i in range(n - 2, 0, -1):
            for j in range(n - 2, 0, -1):
                g = 0.2 * dA[i, j]
                dA[i, j] = g
                dA[i - 1, j] += g
                dA[i, j - 1] += g
                dA[i, j + 1] += g
                dA[i + 1, j] += g
    return (dA,)


def fdtd_2d(source, hz, weights):
    ex = np.zeros_like(hz)
    ey = np.zeros_like(hz)
    hz = hz.copy()
    for t in range(len(source)):
        ey[0, :] = source[t]
        ey[1:, :] -= 0.5 * (hz[1:, :] - hz[:-1, :])
        ex[:, 1:] -= 0.5 * (hz[:, 1:] - hz[:, :-1])
        hz[:-1, :-1] -= 0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1])
    return np.sum(weights * hz) + np.sum(ex * ey)


def fdtd_2d_by_hand(source, hz, weights):
    steps = len(source)
    ex = np.zeros_like(hz)
    ey = np.zeros_like(hz)
    hz = hz.copy()
    for t in range(steps):
        ey[0, :] = source[t]
        ey[1:, :] -= 0.5 * (hz[1:, :] - hz[:-1, :])
        ex[:, 1:] -= 0.5 * (hz[:, 1:] - hz[:, :-1])
        hz[:-1, :-1] -= 0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1])
    dex, dey, dhz = ey, ex, weights.copy()
    dsource = np.zeros_like(source)
    for t in reversed(range(steps)):
        g = 0.7 * dhz[:-1, :-1]
        dex[:-1, 1:] -= g
        dex[:-1, :-1] += g
        dey[1:, :-1] -= g
        dey[:-1, :-1] += g
        g = 0.5 * dex[:, 1:]
        dhz[:, 1:] -= g
        dhz[:, :-1] += g
        g = 0.5 * dey[1:, :]
        dhz[1:, :] -= g
        dhz[:-1, :] += g
        dsource[t] = dey[0].sum()
        dey[0, :] = 0.0
    return dsource, dhz


A_, B_, D_, E_ = -0.8, 2.6, -0.5, 2.0


def adi(u, weights, steps):
    u = u.copy()
    n = u.shape[0]
    v = np.ones_like(u)
    p = np.zeros_like(u)
    q = np.ones_like(u)
    for _ in range(steps):
        for j in range(1, n - 1):
            p[1:-1, j] = -A_ / (A_ * p[1:-1, j - 1] + B_)
            q[1:-1, j] = (
                -D_ * u[j, :-2] + (1 + 2 * D_) * u[j, 1:-1] - D_ * u[j, 2:] - A_ * q[1:-1, j - 1]
            ) / (A_ * p[1:-1, j - 1] + B_)
        for j in range(n - 2, 0, -1):
            v[j, 1:-1] = p[1:-1, j] * v[j + 1, 1:-1] + q[1:-1, j]
        for j in range(1, n - 1):
            p[1:-1, j] = -D_ / (D_ * p[1:-1, j - 1] + E_)
            q[1:-1, j] = (
                -A_ * v[:-2, j] + (1 + 2 * A_) * v[1:-1, j] - A_ * v[2:, j] - D_ * q[1:-1, j - 1]
            ) / (D_ * p[1:-1, j - 1] + E_)
        for j in range(n - 2, 0, -1):
            u[1:-1, j] = p[1:-1, j] * u[1:-1, j + 1] + q[1:-1, j]
    return np.sum(weights * u)


def adi_by_hand(u, weights, steps):
    n = u.shape[0]
    # The coefficients are the same in every step: one row of them is all that is needed.
    p1, p2 = np.zeros(n), np.zeros(n)
    for j in range(1, n - 1):
        p1[j] = -A_ / (A_ * p1[j - 1] + B_)
        p2[j] = -D_ / (D_ * p2[j - 1] + E_)
    r1, r2 = 1 / (A_ * p1 + B_), 1 / (D_ * p2 + E_)
    du, dv, dq = weights.copy(), np.zeros_like(u), np.zeros_like(u)
    for _ in range(steps):
        for j in range(1, n - 1):
            g = du[1:-1, j].copy()
            du[1:-1, j] = 0.0
            du[1:-1, j + 1] += p2[j] * g
            dq[1:-1, j] += g
        for j in range(n - 2, 0, -1):
            g = dq[1:-1, j] * r2[j - 1]
            dq[1:-1, j] = 0.0
            dv[:-2, j] -= A_ * g
            dv[1:-1, j] += (1 + 2 * A_) * g
            dv[2:, j] -= A_ * g
            dq[1:-1, j - 1] -= D_ * g
        for j in range(1, n - 1):
            g = dv[j, 1:-1].copy()
            dv[j, 1:-1] = 0.0
            dv[j + 1, 1:-1] += p1[j] * g
            dq[1:-1, j] += g
        for j in range(n - 2, 0, -1):
            g = dq[1:-1, j] * r1[j - 1]
            dq[1:-1, j] = 0.0
            du[j, :-2] -= D_ * g
            du[j, 1:-1] += (1 + 2 * D_) * g
            du[j, 2:] -= D_ * g
            dq[1:-1, j - 1] -= A_ * g
    return (du,)


def fields(*shape):
    return lambda rng: tuple(rng.normal(size=shape) for _ in range(2))


STENCILS = {
    "jacobi_2d": Kernel(
        jacobi_2d, jacobi_2d_by_hand, lambda rng: (*fields(300, 300)(rng), 30), (0,)
    ),
    "heat_3d": Kernel(heat_3d, heat_3d_by_hand, lambda rng: (*fields(40, 40, 40)(rng), 20), (0,)),
    "seidel_2d": Kernel(seidel_2d, seidel_2d_by_hand, lambda rng: (*fields(40, 40)(rng), 15), (0,)),
    "fdtd_2d": Kernel(
        fdtd_2d, fdtd_2d_by_hand, lambda rng: (rng.normal(size=40), *fields(250, 240)(rng)), (0, 1)
    ),
    "adi": Kernel(adi, adi_by_hand, lambda rng: (*fields(100, 100)(rng), 15), (0,)),
}
