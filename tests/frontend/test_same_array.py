"""Names that a loop binds to the array that they have: ``p = step(p)`` that writes ``p`` and returns it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from srcgrad import grad
from tests.frontend.language_cases import noting

CASES: list[Any] = []
case = noting(CASES)
U, P = np.array([0.5, -0.4, 0.8, 1.1, 0.3]), np.array([1.0, 0.2, -0.6, 0.9, 0.4])


def step(p: Any, u: Any) -> Any:
    p[1:-1] = p[2:] * u[1:-1] + p[:-2]
    return p


def relaxed(p: Any, u: Any) -> Any:
    for _ in range(2):
        before = p.copy()
        p[1:-1] = 0.5 * (before[2:] + before[:-2]) * u[1:-1]
        p[0] = p[1]
    return p


@case(U, P)
def argument(u, p):
    for _ in range(3):
        p = step(p, u)
    return np.sum(p**2)


@case(U, P)
def argument_read_by_its_own_name(u, p):
    q = p
    for k in range(3):
        q[1:-1] = q[2:] * u[k]
        q = q
    return np.sum(p**2)


@case(U, P)
def one_loop_in_another(u, p):
    for k in range(2):
        b = u * p[k]
        for _ in range(2):
            p = step(p, b)
        p = relaxed(p, u)
    return np.sum(p**3)


@case(U, P)
def in_a_while(u, p):
    k = 0
    while k < 3 and np.sum(p) < 50:
        p = step(p, u) if k != 1 else p
        k += 1
    return np.sum(p**2)


@case(U, P)
def two_arguments(u, p):
    for _ in range(2):
        p, u = step(p, u), relaxed(u, p)
    return np.sum(p * u)


@pytest.mark.parametrize(("function", "args"), CASES)
def test_gradient_agrees_with_differences(function: Any, args: Any) -> None:
    def value(*moved: Any) -> Any:
        return function(*(np.copy(a) for a in moved))

    given, left = [[np.copy(a) for a in args] for _ in range(2)]
    found = grad(function, (0, 1), frontend="source")(*given)
    function(*left)
    for a, b in zip(given, left, strict=True):
        np.testing.assert_array_equal(a, b)
    for k, gradient in enumerate(found):
        for i in range(5):
            ends = []
            for sign in (1, -1):
                moved = [np.copy(a) for a in args]
                moved[k][i] += sign * 1e-6
                ends.append(value(*moved))
            assert gradient[i] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-7, abs=1e-8)


def swapped(u, p):
    for _ in range(3):
        p, u = u, step(p, u)
    return np.sum(p * u)


def copied_in_one_trip(u, p):
    for k in range(3):
        p = step(p.copy() if k == 1 else p, u)
    return np.sum(p**2)


@pytest.mark.parametrize("function", [swapped, copied_in_one_trip])
def test_names_that_move_are_recorded(function: Any) -> None:
    given, left = [[np.copy(a) for a in (U, P)] for _ in range(2)]
    found = grad(function)(*given)
    function(*left)
    np.testing.assert_array_equal(given[1], left[1])
    ends = [[function(U + sign * h, P.copy()) for sign in (1e-6, -1e-6)] for h in np.eye(5)]
    np.testing.assert_allclose(found, [(a - b) / 2e-6 for a, b in ends], rtol=1e-7, atol=1e-8)
