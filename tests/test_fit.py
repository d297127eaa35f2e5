"""Fits by SciPy, rules of users, implicit derivatives, the fixture for test suites."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from srcgrad import (
    check_grads,
    custom_vjp,
    fixed_point,
    grad,
    implicit_diff,
    register,
    stop_gradient,
)
from srcgrad.errors import ArgumentError, RegistrationError, SrcgradError
from srcgrad.fit import problem
from srcgrad.ir.ops import OPS
from srcgrad.register import op
from srcgrad.rules.bindings import FUNCTIONS

optimize = pytest.importorskip("scipy.optimize")
special = pytest.importorskip("scipy.special")
RNG = np.random.default_rng(5)


def logistic(params, x, y):
    z = x @ params["w"] + params["b"]
    return np.mean(np.logaddexp(0.0, z) - y * z) + 0.05 * np.sum(params["w"] ** 2)


def data() -> tuple[Any, Any]:
    x = RNG.normal(size=(40, 3))
    return x, (x @ np.array([1.0, -2.0, 0.5]) + 0.3 * RNG.normal(size=40) > 0) * 1.0


@pytest.mark.parametrize("method", ["L-BFGS-B", "trust-ncg", "Newton-CG"])
def test_fit_of_a_tree_of_parameters(method: str) -> None:
    x, y = data()
    start = {"w": np.zeros(3), "b": 0.0}
    task = problem(logistic, start, (x, y), second=method != "L-BFGS-B")
    options = {} if method == "Newton-CG" else {"gtol": 1e-9}
    result = optimize.minimize(**task, method=method, options=options)
    found = task.parameters(result.x)
    slope = grad(logistic)(found, x, y)
    assert np.max(np.abs(slope["w"])) < 1e-4 and abs(slope["b"]) < 1e-4
    assert found["w"].shape == (3,) and isinstance(found["b"], float)


def test_vector_of_a_fit_holds_every_number_once() -> None:
    start = {"w": np.arange(6.0).reshape(2, 3), "b": [1.5, np.array(2.5)]}
    task = problem(lambda p: np.sum(p["w"]) * p["b"][0], start)
    np.testing.assert_array_equal(task["x0"], [0, 1, 2, 3, 4, 5, 1.5, 2.5])
    again = task.parameters(task["x0"] * 2)
    np.testing.assert_array_equal(again["w"], 2 * start["w"])
    assert again["b"] == [3.0, np.array(5.0)]


def test_parameter_that_is_no_float_is_named() -> None:
    with pytest.raises(ArgumentError, match=r"start\['n'\]"):
        problem(lambda p: p["w"], {"w": 1.0, "n": 3})


def coupled(x, a, b):
    return np.array([x[0] ** 2 + x[1] - a, x[0] * x[1] + np.sin(x[1]) - b])


def newton(a, b):
    x = np.array([1.0, 0.5])
    for _ in range(30):
        j = np.array([[2 * x[0], 1.0], [x[1], x[0] + np.cos(x[1])]])
        x = x - np.linalg.solve(j, coupled(x, a, b))
    return x


def test_derivative_of_a_root() -> None:
    root = implicit_diff(coupled, newton)

    def loss(a, b):
        x = root(a, b)
        return x[0] ** 3 + 2 * x[1]

    def plain(a, b):
        x = newton(a, b)
        return x[0] ** 3 + 2 * x[1]

    a, b, h = 1.7, 0.9, 1e-6
    expected = (
        (plain(a + h, b) - plain(a - h, b)) / (2 * h),
        (plain(a, b + h) - plain(a, b - h)) / (2 * h),
    )
    np.testing.assert_allclose(grad(loss, (0, 1))(a, b), expected, rtol=1e-8)
    np.testing.assert_allclose(root(a, b), newton(a, b))


def test_derivative_of_a_fixed_point_is_that_of_the_steps() -> None:
    def iterate(m, c):
        x = np.zeros(3)
        for _ in range(200):
            x = np.tanh(m @ x) * 0.5 + c
        return x

    found = fixed_point(lambda x, m, c: np.tanh(m @ x) * 0.5 + c, iterate)
    m, c = 0.3 * RNG.normal(size=(3, 3)), RNG.normal(size=3)
    mine = grad(lambda m, c: np.sum(found(m, c) ** 2), (0, 1))(m, c)
    true = grad(lambda m, c: np.sum(iterate(m, c) ** 2), (0, 1))(m, c)
    for a, b in zip(mine, true, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


@pytest.fixture
def owens() -> Iterator[None]:
    """Rules of a user for Owen's T function, for one test."""
    erf, exp = op("erf"), op("exp")
    register.elementwise(
        special.owens_t,
        lambda h, a, out: -exp(-h * h / 2) * erf(a * h / 2**0.5) / (8 * np.pi) ** 0.5,
        lambda h, a, out: exp(-h * h * (1 + a * a) / 2) / (2 * np.pi * (1 + a * a)),
    )
    yield
    del OPS[FUNCTIONS.pop(special.owens_t).op]


@pytest.mark.usefixtures("owens")
def test_rule_of_a_user_is_used_and_spelled() -> None:
    h, a = np.array([0.3, -0.8, 1.5]), 0.7
    slope = grad(lambda h, a: np.sum(special.owens_t(h, a) ** 2), (0, 1))
    check_grads(slope.primal, (h, a), (0, 1), order=2)
    slope(h, a)
    assert "scipy.special.owens_t(h, a)" in slope.source
    assert "import scipy.special" in slope.source
    for known in (special.owens_t, special.spence, np.sin):
        with pytest.raises(RegistrationError, match="rule already"):
            register.elementwise(known, lambda x, out: 1)


def test_wrong_rule_is_refused_with_both_numbers() -> None:
    with pytest.raises(RegistrationError, match="differences"):
        register.elementwise(special.ber, lambda x, out: 2 * x)
    with pytest.raises(SrcgradError):
        grad(lambda x: special.ber(x))(0.5)
    with pytest.raises(RegistrationError, match="takes 1 arguments"):
        register.elementwise(special.ber, lambda x: x)
    with pytest.raises(RegistrationError, match="not found by that name"):
        register.elementwise(lambda x: x, lambda x, out: 1)


def test_fixture_checks_gradients() -> None:
    from srcgrad import pytest_plugin
    from srcgrad.testing import check_grads

    assert pytest_plugin.fixture_check_grads.__wrapped__() is check_grads


def test_higher_orders_are_checked_too() -> None:
    def cubic(x, y):
        return np.sum(np.sin(x) * y**3)

    check_grads(cubic, (np.array([0.3, 0.7]), 2.0), (0, 1), order=3)

    @custom_vjp
    def crooked(x):
        return x**3

    crooked.defvjp(lambda x: (x**3, x), lambda x, g: (g * 3 * stop_gradient(x) * x,))
    check_grads(lambda x: crooked(x), (0.7,))
    with pytest.raises(SrcgradError):
        check_grads(lambda x: crooked(x), (0.7,), order=2)
