"""Dense linear algebra by loops: Cholesky, LU, Gram-Schmidt, trmm, Durbin.

The adjoints of the factorisations read nothing but the factors.
"""

from __future__ import annotations

import numpy as np

from polybench import Kernel


def cholesky(A, weights):
    L = A.copy()
    n = L.shape[0]
    for i in range(n):
        for j in range(i):
            L[i, j] -= np.dot(L[i, :j], L[j, :j])
            L[i, j] /= L[j, j]
        L[i, i] -= np.dot(L[i, :i], L[i, :i])
        L[i, i] = np.sqrt(L[i, i])
    return np.sum(weights * L)


def cholesky_by_hand(A, weights):
    L = A.copy()
    n = L.shape[0]
    for i in range(n):
        for j in range(i):
            L[i, j] -= np.dot(L[i, :j], L[j, :j])
            L[i, j] /= L[j, j]
        L[i, i] -= np.dot(L[i, :i], L[i, :i])
        L[i, i] = np.sqrt(L[i, i])
    dL = weights.copy()
    for i in reversed(range(n)):
        dL[i, i] /= 2 * L[i, i]
        dL[i, :i] -= 2 * dL[i, i] * L[i, :i]
        for j in reversed(range(i)):
            g = dL[i, j] / L[j, j]
            dL[i, j] = g
            dL[j, j] -= g * L[i, j]
            dL[i, :j] -= g * L[j, :j]
            dL[j, :j] -= g * L[i, :j]
    return (dL,)


def lu(A, weights):
    A = A.copy()
    n = A.shape[0]
    for i in range(n):
        for j in range(i):
            A[i, j] -= np.dot(A[i, :j], A[:j, j])
            A[i, j] /= A[j, j]
        for j in range(i, n):
            A[i, j] -= np.dot(A[i, :i], A[:i, j])
    return np.sum(weights * A)


def lu_by_hand(A, weights):
    A = A.copy()
    n = A.shape[0]
    for i in range(n):
        for j in range(i):
            A[i, j] -= np.dot(A[i, :j], A[:j, j])
            A[i, j] /= A[j, j]
        for j in range(i, n):
            A[i, j] -= np.dot(A[i, :i], A[:i, j])
    dA = weights.copy()
    for i in reversed(range(n)):
        for j in reversed(range(i, n)):
            g = dA[i, j]
            dA[i, :i] -= g * A[:i, j]
            dA[:i, j] -= g * A[i, :i]
        for j in reversed(range(i)):
            g = dA[i, j] / A[j, j]
            dA[i, j] = g
            dA[j, j] -= g * A[i, j]
            dA[i, :j] -= g * A[:j, j]
            dA[:j, j] -= g * A[i, :j]
    return (dA,)


def gramschmidt(A, weights):
    A = A.copy()
    n = A.shape[1]
    Q = np.zeros_like(A)
    R = np.zeros((n, n))
    for k in range(n):
        R[k, k] = np.sqrt(np.dot(A[:, k], A[:, k]))
        Q[:, k] = A[:, k] / R[k, k]
        for j in range(k + 1, n):
            R[k, j] = np.dot(Q[:, k], A[:, j])
            A[:, j] -= Q[:, k] * R[k, j]
    return np.sum(weights * Q) + np.sum(R)


def gramschmidt_by_hand(A, weights):
    A = A.copy()
    n = A.shape[1]
    Q = np.zeros_like(A)
    R = np.zeros((n, n))
    for k in range(n):
        R[k, k] = np.sqrt(np.dot(A[:, k], A[:, k]))
        Q[:, k] = A[:, k] / R[k, k]
        for j in range(k + 1, n):
            R[k, j] = np.dot(Q[:, k], A[:, j])
            A[:, j] -= Q[:, k] * R[k, j]
    dA, dQ, dR = np.zeros_like(A), weights.copy(), np.ones((n, n))
    for k in reversed(range(n)):
        q, dq = Q[:, k], dQ[:, k]
        for j in reversed(range(k + 1, n)):
            A[:, j] += q * R[k, j]
            g = dR[k, j] - np.dot(q, dA[:, j])
            dq += g * A[:, j] - R[k, j] * dA[:, j]
            dA[:, j] += g * q
        g = dR[k, k] - np.dot(dq, q) / R[k, k]
        dA[:, k] += dq / R[k, k] + g * q
    return (dA,)


def trmm(alpha, A, B, weights):
    B = B.copy()
    m, n = B.shape
    for i in range(m):
        for j in range(n):
            B[i, j] += np.dot(A[i + 1 :, i], B[i + 1 :, j])
            B[i, j] = alpha * B[i, j]
    return np.sum(weights * B)


def trmm_by_hand(alpha, A, B, weights):
    C = B.copy()
    m, n = B.shape
    for i in range(m):
        for j in range(n):
            C[i, j] += np.dot(A[i + 1 :, i], C[i + 1 :, j])
            C[i, j] = alpha * C[i, j]
    dB, dA = weights.copy(), np.zeros_like(A)
    dalpha = float(np.sum(dB * C)) / alpha
    for i in reversed(range(m)):
        for j in reversed(range(n)):
            g = alpha * dB[i, j]
            dB[i, j] = g
            dA[i + 1 :, i] += g * B[i + 1 :, j]
            dB[i + 1 :, j] += g * A[i + 1 :, i]
    return dalpha, dA, dB


def durbin(r, weights):
    n = len(r)
    y = np.zeros(n)
    alpha = -r[0]
    beta = 1.0
    y[0] = -r[0]
    for k in range(1, n):
        beta = (1.0 - alpha * alpha) * beta
        alpha = -(r[k] + np.dot(r[:k][::-1], y[:k])) / beta
        y[:k] += alpha * y[:k][::-1]
        y[k] = alpha
    return np.sum(weights * y)


def durbin_by_hand(r, weights):
    n = len(r)
    y = np.zeros(n)
    alpha, beta = -r[0], 1.0
    y[0] = -r[0]
    alphas, betas, before = [alpha], [beta], [None]
    for k in range(1, n):
        beta = (1.0 - alpha * alpha) * beta
        alpha = -(r[k] + np.dot(r[:k][::-1], y[:k])) / beta
        before.append(y[:k].copy())
        alphas.append(alpha)
        betas.append(beta)
        y[:k] += alpha * y[:k][::-1]
        y[k] = alpha
    dy, dr = weights.copy(), np.zeros(n)
    dalpha = dbeta = 0.0
    for k in reversed(range(1, n)):
        old = before[k]
        dalpha += dy[k] + np.dot(dy[:k], old[::-1])
        dy[:k] += alphas[k] * dy[:k][::-1]
        g = -dalpha / betas[k]
        dbeta += g * alphas[k]
        dr[k] += g
        dr[:k][::-1] += g * old
        dy[:k] += g * r[:k][::-1]
        dalpha = -2 * alphas[k - 1] * betas[k - 1] * dbeta
        dbeta *= 1.0 - alphas[k - 1] ** 2
    dr[0] -= dy[0] + dalpha
    return (dr,)


def positive_definite(n):
    def sample(rng):
        B = rng.normal(size=(n, n))
        return B @ B.T / n + np.eye(n), rng.normal(size=(n, n))

    return sample


def dominant(n):
    return lambda rng: (rng.normal(size=(n, n)) + n * np.eye(n), rng.normal(size=(n, n)))


FACTORISATIONS = {
    "cholesky": Kernel(cholesky, cholesky_by_hand, positive_definite(120), (0,)),
    "lu": Kernel(lu, lu_by_hand, dominant(100), (0,)),
    "gramschmidt": Kernel(
        gramschmidt,
        gramschmidt_by_hand,
        lambda rng: (rng.normal(size=(150, 90)), rng.normal(size=(150, 90))),
        (0,),
    ),
    "trmm": Kernel(
        trmm,
        trmm_by_hand,
        lambda rng: (1.3, *(rng.normal(size=(90, 90)) / 9 for _ in range(3))),
        (0, 1, 2),
    ),
    "durbin": Kernel(
        durbin,
        durbin_by_hand,
        lambda rng: (0.1 * rng.uniform(-1, 1, 1500) / np.arange(1, 1501), rng.normal(size=1500)),
        (0,),
    ),
}
