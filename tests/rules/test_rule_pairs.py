"""Functions that give several results at once: slogdet, eigh, qr, through the compiler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from case_values import normal, positive, regular

from srcgrad import grad, jvp, value_and_grad

C = normal(4, 4, seed=9)


def slogdet(x: Any) -> Any:
    sign, logdet = np.linalg.slogdet(x)
    return np.sum(sign * logdet)


def slogdet_field(x: Any) -> Any:
    return np.sum(np.linalg.slogdet(x).logabsdet ** 2)


def eigenvalues(x: Any) -> Any:
    w, _ = np.linalg.eigh(x)
    return np.sum(w * np.arange(1.0, 5.0))


def both(x: Any) -> Any:
    w, v = np.linalg.eigh(x)
    return np.sum(w[:2] * v[0, :2] ** 2 * v[1, :2] * v[2, :2]) + w[3] ** 2


def reconstructed(x: Any) -> Any:
    w, v = np.linalg.eigh(x)
    return np.sum(C * ((v * np.exp(0.2 * w)) @ v.T))


def in_a_loop(x: Any) -> Any:
    total = 0.0
    for k in range(3):
        w, v = np.linalg.eigh(x * (1.0 + k))
        total = total + np.sum(C[k] * v[:, 1] ** 2 * w)
    return total


def triangular(x: Any) -> Any:
    q, r = np.linalg.qr(x)
    return np.sum(C[:, :3] * q) + np.sum(r**2 * C[:3, :3])


def only_r(x: Any) -> Any:
    return np.sum(np.linalg.qr(x).R * C[:3, :3])


def singular(x: Any) -> Any:
    u, s, v = np.linalg.svd(x, full_matrices=False)
    n = len(s)
    return np.sum(C[:3, :n] * (u[:3] ** 2) * s) + np.sum(C[:n, :3] * v[:, :3] ** 2) + s[1] ** 2


def low_rank(x: Any) -> Any:
    u, s, v = np.linalg.svd(x, full_matrices=False)
    return np.sum(((u[:, :2] * s[:2]) @ v[:2]) ** 3)


def general_eigenvalues(x: Any) -> Any:
    w, _ = np.linalg.eig(x)
    return np.sum((w**2).real * np.arange(1.0, 5.0)) + np.sum(np.abs(w.imag))


def general_eigenvectors(x: Any) -> Any:
    w, v = np.linalg.eig(x)
    squares = v * v * w  # LAPACK does not say which sign a vector has
    return np.sum(C * squares.real) + np.sum(C.T * squares.imag)


CASES: list[tuple[Callable[..., Any], Any]] = [
    (slogdet, regular(4, 4)),
    (slogdet, regular(2, 3, 3)),
    (slogdet_field, regular(4, 4)),
    (eigenvalues, positive(4, 4)),
    (both, positive(4, 4)),
    (reconstructed, positive(4, 4)),
    (in_a_loop, positive(4, 4)),
    (triangular, normal(4, 3)),
    (only_r, normal(4, 3)),
    (only_r, regular(3, 3)),
    (singular, normal(4, 3)),
    (singular, normal(3, 4)),
    (low_rank, normal(4, 3)),
    (low_rank, normal(3, 5)),
    (general_eigenvalues, regular(4, 4)),
    (general_eigenvalues, normal(4, 4, seed=3)),
    (general_eigenvectors, regular(4, 4)),
    (general_eigenvectors, normal(4, 4, seed=3)),
]


@pytest.mark.parametrize(("function", "x"), CASES, ids=lambda v: getattr(v, "__name__", "x"))
def test_gradient_agrees_with_differences(function: Callable[..., Any], x: Any) -> None:
    value, g = value_and_grad(function)(x)
    assert value == function(x)
    step = 1e-6
    for place in np.ndindex(x.shape):
        t = np.zeros_like(x)
        t[place] = step
        wanted = (function(x + t) - function(x - t)) / (2 * step)
        assert abs(g[place] - wanted) < 2e-7 * max(1.0, abs(wanted)), place


def test_both_parts_come_from_one_call() -> None:
    derived = grad(reconstructed)
    derived(positive(4, 4))
    code = [line for line in derived.source.splitlines() if not line.lstrip().startswith("#")]
    assert "".join(code).count("np.linalg.eigh(") == 1


@pytest.mark.parametrize(("function", "x"), CASES, ids=lambda v: getattr(v, "__name__", "x"))
def test_second_derivative_agrees_with_differences_in_both_modes(
    function: Callable[..., Any], x: Any
) -> None:
    u, t = normal(*x.shape, seed=21), normal(*x.shape, seed=22)

    def along(y):
        return np.sum(grad(function)(y) * u)

    def onward(y):
        return jvp(function, (y,), (u,))[1]

    step = 1e-5
    first = grad(function)
    wanted = np.sum((first(x + step * t) - first(x - step * t)) * u) / (2 * step)
    found = [
        np.sum(grad(along, unroll=False)(x) * t),
        jvp(along, (x,), (t,))[1],
        np.sum(grad(onward, unroll=False)(x) * t),
        jvp(onward, (x,), (t,))[1],
    ]
    scale = max(1.0, abs(wanted))
    assert abs(found[0] - wanted) < 1e-6 * scale, (found, wanted)
    np.testing.assert_allclose(found, found[0], rtol=0, atol=1e-9 * scale)
