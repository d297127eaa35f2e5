"""What is computed twice is computed once only where no write in between can have touched what it reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from srcgrad import value_and_grad
from srcgrad.testing import check_grads

Function = Any


def behind(x: Any) -> Any:
    p, q = x.copy(), x.copy()
    for j in range(1, len(x)):
        p[j] = x[j] / (3.0 * p[j - 1] + 9.0)
        q[j] = q[j - 1] / (3.0 * p[j - 1] + 9.0)
    return np.sum(p * q)


def wrapped(x: Any) -> Any:
    p, q = x.copy(), x.copy()
    for j in range(len(x)):
        p[j] = x[j] / (3.0 * p[j - 1] + 9.0)
        q[j] = q[j - 1] / (3.0 * p[j - 1] + 9.0)
    return np.sum(p * q)


def far_behind(x: Any) -> Any:
    p, q = x.copy(), x.copy()
    for j in range(len(x) if len(x) > 1 else 0):
        p[j] = x[j] / (3.0 * p[j - 2] + 9.0)
        q[j] = q[j - 1] / (3.0 * p[j - 2] + 9.0)
    return np.sum(p * q)


def ahead(x: Any) -> Any:
    p, q = x.copy(), x.copy()
    for j in range(len(x) - 2, -1, -1):
        p[j] = x[j] / (3.0 * p[j + 1] + 9.0)
        q[j] = q[j + 1] / (3.0 * p[j + 1] + 9.0)
    return np.sum(p * q)


def from_below(x: Any) -> Any:
    p, q = x.copy(), x.copy()
    for j in range(-len(x), 0):
        p[j] = x[j] / (3.0 * p[j + 2] + 9.0) if j < -2 else x[j]
        q[j] = q[j] / (3.0 * p[j + 2 if j < -2 else j] + 9.0)
    return np.sum(p * q)


def both_ends(x: Any) -> Any:
    p = x.copy()
    first = 3.0 * p[0]
    p[-1] = 2.0 * x[-1] * x[0]
    return first * (3.0 * p[0]) + np.sum(p)


def two_firsts(x: Any) -> Any:
    p = x.copy()
    first = 3.0 * p[0]
    p[1 - len(x)] = 2.0 * x[-1] * x[0]
    return first * (3.0 * p[0]) + np.sum(p)


def another_column(x: Any) -> Any:
    p = np.outer(x, x)
    n = len(x)
    for j in range(1, n):
        p[:, j] = np.sin(p[:, j - 1] * x) + p[:, j]
        p[1:, 0] = np.sin(p[:, j - 1] * x)[1:]
    return np.sum(p)


@pytest.mark.parametrize("length", [1, 2, 3, 5])
@pytest.mark.parametrize(
    "function",
    [behind, wrapped, far_behind, ahead, from_below, both_ends, two_firsts, another_column],
)
@pytest.mark.parametrize("unroll", [False, True])
def test_value_and_gradient_are_those_of_the_function(
    function: Function, length: int, unroll: bool
) -> None:
    x = np.linspace(0.3, 1.7, length) ** 2
    value, _ = value_and_grad(function, unroll=unroll)(x)
    assert value == function(x)
    check_grads(function, (x,), order=1)


def quotients(function: Function) -> int:
    """Divisors that the emitted code works out: sums of a product and nine."""
    gradient = value_and_grad(function, unroll=False)
    gradient(np.linspace(0.3, 1.7, 5))
    code = "\n".join(line.partition("#")[0] for line in gradient.source.splitlines())
    return code.count("+ 9.0")


@pytest.mark.parametrize(
    ("function", "count"), [(behind, 1), (wrapped, 1), (ahead, 1), (far_behind, 2)]
)
def test_a_divisor_is_worked_out_once_where_the_write_is_surely_elsewhere(
    function: Function, count: int
) -> None:
    assert quotients(function) == count
