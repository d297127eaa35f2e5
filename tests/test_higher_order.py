"""Derivatives of derivatives, through loops, writes, decisions and calls, against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from srcgrad import checkpoint, grad, hvp, jvp

Function = Callable[..., Any]


def heat(u):
    u = u.copy()
    for _ in range(4):
        u[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1]
    return np.sum(u**3)


def horner(x):
    p = 0.0
    for k in range(5):
        p = p * x[k % 3] + np.sin(x[(k + 1) % 3])
    return p


def halving(x):
    s, n = np.sum(x), 0
    while s * s > 0.1 and n < 20:
        s = s * 0.5 * np.cos(x[0])
        n += 1
    return s * np.sum(x * x * x)


def decided(x):
    y = 0.0
    for v in x:
        if v > 0:
            y = y + v**3
        else:
            y = y * np.exp(v)
    return y * y


def scaled(z, a):
    return a * np.tanh(z)


def helper_calls(x):
    h = x
    for k in range(3):
        h = scaled(h, k + 1.0) * h
    return np.sum(h)


def cholesky_by_hand(x):
    a = np.outer(x, x) + 3 * np.eye(len(x))
    n = len(x)
    factor = np.zeros((n, n))
    for j in range(n):
        factor[j, j] = np.sqrt(a[j, j] - np.sum(factor[j, :j] ** 2))
        for i in range(j + 1, n):
            inner = np.sum(factor[i, :j] * factor[j, :j])
            factor[i, j] = (a[i, j] - inner) / factor[j, j]
    return np.sum(np.log(np.diag(factor))) + np.sum(factor)


def shortest_paths(x):
    d = np.outer(x, x) + np.abs(x)[:, None]
    for k in range(len(x)):
        d = np.minimum(d, d[:, k : k + 1] + d[k])
    return np.sum(d * d)


def left_early(x):
    t = 1.0
    for v in x:
        t = t * (1 + v * v)
        if t > 3:
            break
    return t * np.sum(np.cos(x))


def gradient_inside(x):
    g = grad(lambda y: np.sum(np.sin(y) * y))(x)
    return np.sum(g * g)


def descent_inside(x):
    y = x * x
    for _ in range(3):
        y = y - 0.1 * grad(lambda z: np.sum((z - x) ** 4))(y)
    return np.sum(y**2)


def nested_loops(x):
    total = 0.0
    for i in range(3):
        row = x[i]
        for j in range(i + 1):
            row = row * x[j] + np.sin(row)
        total += row**2
    return total


def writes_and_views(x):
    a = np.outer(x, x)
    diagonal = a[1:, 0]
    diagonal *= 2.0
    a[0] += a[:, 0]
    a[a > 1] = 0.5
    return np.sum(a**3)


def bound_on_some_paths(x):
    total = 0.0
    for _ in range(2):
        for k in range(3):
            large = x[k] > 0.5
            if large:
                row = np.full(2, x[k]) ** 2
            total = total + np.sum(np.array([x[1], k]) * x[0])
            if large:
                row = np.tanh(row) * row
            total = total + np.sum(row) if large else total
    return total * np.sum(x**2)


PROGRAMS = [
    bound_on_some_paths,
    heat,
    horner,
    halving,
    decided,
    helper_calls,
    cholesky_by_hand,
    shortest_paths,
    left_early,
    gradient_inside,
    descent_inside,
    nested_loops,
    writes_and_views,
]


def slope(function: Function, x: Any, v: Any, h: float = 1e-6) -> Any:
    return (function(x + h * v) - function(x - h * v)) / (2 * h)


def close(found: Any, expected: Any, tolerance: float) -> None:
    scale = 1 + np.max(np.abs(expected))
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * scale)


@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_second_and_third_order_agree_with_differences(function: Function, unroll: bool) -> None:
    rng = np.random.default_rng(3)
    x, v, w = rng.normal(size=(3, 5))

    def second(y, v):
        return np.sum(grad(function)(y) * v)

    def third(y, v, w):
        return np.sum(grad(second)(y, v) * w)

    twice, thrice = grad(second, unroll=unroll), grad(third, unroll=unroll)
    close(twice(x, v), slope(grad(function), x, v), 1e-7)
    close(thrice(x, v, w), slope(lambda y: twice(y, v), x, w), 1e-6)


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_forward_over_reverse_is_reverse_over_reverse(function: Function) -> None:
    rng = np.random.default_rng(4)
    x, v, w = rng.normal(size=(3, 5))

    def second(y, v):
        return np.sum(grad(function)(y) * v)

    product = hvp(function)
    close(product(x, v), grad(second, unroll=False)(x, v), 1e-12)
    assert w @ product(x, v) == pytest.approx(v @ product(x, w), rel=1e-9)


def test_gradient_of_a_gradient_of_a_gradient() -> None:
    found = grad(grad(grad(lambda x: x**4 * np.sin(x))))(1.3)
    s, c = np.sin(1.3), np.cos(1.3)
    expected = 24 * 1.3 * s + 36 * 1.3**2 * c - 12 * 1.3**3 * s - 1.3**4 * c
    assert found == pytest.approx(expected, rel=1e-13)


def test_decorators_stack_and_keep_the_signature() -> None:
    @grad
    @grad
    def cubic(x, y=2.0):
        return x * x * x * y

    assert cubic(3.0) == pytest.approx(36.0)
    assert cubic(3.0, y=1.0) == pytest.approx(18.0)
    assert cubic.source.startswith("def ddcubic(x, y):")


def test_tangents_of_tangents() -> None:
    def speed(x):
        return jvp(lambda y: np.exp(2 * y), (x,), (1.0,))[1]

    assert jvp(speed, (0.3,), (1.0,))[1] == pytest.approx(4 * np.exp(0.6))


def test_second_derivative_through_recursion() -> None:
    def power(x, n):
        return 1.0 if n == 0 else x * power(x, n - 1)

    assert grad(grad(lambda x: power(x, 4)))(0.5) == pytest.approx(12 * 0.5**2)


def test_change_outside_of_a_nested_derivative_is_refused() -> None:
    def change(x):
        log = [0.0]

        def inner(y):
            log.append(y)
            return y * y

        return grad(inner)(x) + log[-1]

    with pytest.raises(Exception, match="SG227"):
        grad(change, frontend="source")(2.0)


def test_nested_derivative_of_a_function_that_writes_its_argument_is_refused() -> None:
    def inner(y):
        y[0] = 2.0
        return np.sum(y * y)

    def outer(x):
        y = x * 1.0
        g = grad(inner)(y)
        return np.sum(g) + y[0]

    with pytest.raises(Exception, match="SG227"):
        grad(outer, frontend="source")(np.ones(3))


def test_checkpointed_loop_inside_a_derivative_is_right() -> None:
    def decay(x):
        for _ in checkpoint(range(7)):
            x = x - 0.1 * x * x
        return x

    def plain(x):
        for _ in range(7):
            x = x - 0.1 * x * x
        return x

    assert grad(decay)(0.7) == grad(plain)(0.7)
