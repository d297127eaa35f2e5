"""Derivatives of derivatives through what stays a call: recursion, checkpointed functions and loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from srcgrad import checkpoint, grad, hvp


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1) * np.cos(0.1 * x)


def tree(x, n):
    if n <= 1:
        return np.sin(x)
    return tree(x, n - 1) * tree(x * 0.5, n - 2)


def recursive(x):
    return power(x, 4)


def branching(x):
    return tree(x, 5)


def layer(x):
    return np.sin(x) * x


def checkpointed(x):
    return checkpoint(layer)(checkpoint(layer)(x))


def segmented(x):
    for _ in checkpoint(range(7)):
        x = x - 0.1 * np.sin(x) * x
    return x


def scheduled(x):
    for _ in checkpoint(range(7), keep=2):
        x = x - 0.1 * np.sin(x) * x
    return x


PROGRAMS: list[Callable[..., Any]] = [recursive, branching, checkpointed, segmented, scheduled]


@pytest.mark.parametrize("order", [2, 3])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_each_order_is_the_slope_of_the_one_before(program: Any, order: int) -> None:
    before = program
    for _ in range(order - 1):
        before = grad(before)
    step = 1e-5
    slope = (before(0.7 + step) - before(0.7 - step)) / (2 * step)
    assert grad(before)(0.7) == pytest.approx(slope, rel=1e-7)


@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_a_derivative_inside_a_function(program: Any, unroll: bool) -> None:
    def penalised(x):
        return program(x) + grad(program)(x) ** 2

    step = 1e-6
    slope = (penalised(0.7 + step) - penalised(0.7 - step)) / (2 * step)
    assert grad(penalised, unroll=unroll)(0.7) == pytest.approx(slope, rel=1e-7)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_products_with_the_hessian(program: Any) -> None:
    def loss(x):
        return np.sum(program(x) * x)

    x, v, step = np.array([0.7, 0.2, 1.1]), np.array([1.0, -2.0, 0.5]), 1e-6
    slope = (grad(loss)(x + step * v) - grad(loss)(x - step * v)) / (2 * step)
    np.testing.assert_allclose(hvp(loss)(x, v), slope, rtol=1e-6)
