"""Arrays made of numbers that are floats on one path and integers on another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from srcgrad import grad, value_and_grad

X = np.array([0.5, -0.4, 0.8, 0.9])


def filled_in_a_loop(x, a):
    total = 0.0
    for v in x:
        if v > 0.3:
            total = total + np.sum(np.full((4, 1), a)[:, 0] * v)
            a = 0
    return total + 0.68 * a


def filled_after_a_choice(x, a):
    b = a * x[0] if x[1] > 0 else 1
    return np.sum((np.full(3, b) * 2)[1:] * x[:2]) + a


def element_or_integer(x, a):
    b = x[2]
    if a > 0:
        b = 2
    return np.sum(np.array([b, 3])[::-1][:1] * a) + x[0] * b


def beside_an_array_of_integers(x, a):
    b = 1 if a < 0 else 0
    for k in range(3):
        b = b * 2 if x[k] < 0 else b + x[k]
    return np.sum((np.arange(4) * b)[1:] * x[1:]) * a


@pytest.mark.parametrize("a", [0.7, -0.7])
@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize(
    "function",
    [
        filled_in_a_loop,
        filled_after_a_choice,
        element_or_integer,
        beside_an_array_of_integers,
    ],
)
def test_gradient_agrees_with_differences(
    function: Callable[..., Any], unroll: bool, a: float
) -> None:
    value, (dx, da) = value_and_grad(function, (0, 1), frontend="source", unroll=unroll)(X, a)
    assert value == function(X, a)
    h = 1e-6
    slopes = [(function(X + h * e, a) - function(X - h * e, a)) / (2 * h) for e in np.eye(4)]
    np.testing.assert_allclose(dx, slopes, rtol=1e-7, atol=1e-8)
    slope = (function(X, a + h) - function(X, a - h)) / (2 * h)
    assert da == pytest.approx(slope, rel=1e-7, abs=1e-8)


def test_second_order_through_such_an_array() -> None:
    found = grad(lambda x: np.sum(grad(filled_in_a_loop)(x, 0.7) * X))(X)
    assert np.all(found == 0.0)
