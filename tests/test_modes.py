"""Modes against what defines them: differences, closed forms, each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from srcgrad import (
    compiled,
    elementwise_grad,
    grad,
    gvp,
    hessian,
    holomorphic_grad,
    hvp,
    jacobian,
    jvp,
    linearize,
    vjp,
)
from srcgrad.errors import ArgumentError, SrcgradError

RNG = np.random.default_rng(11)
X, V = RNG.normal(size=(2, 3))
A = RNG.normal(size=(4, 3))


def residuals(x):
    return np.tanh(A @ x) * x[0] + A[:, 1]


def recurrence(x):
    y = np.zeros(4)
    y[0] = x[0]
    for k in range(1, 4):
        y[k] = np.sin(y[k - 1]) * x[k % 3] + x[2] ** 2
    return y


def loss(x):
    return np.sum(np.sin(x) ** 2 * x[::-1])


def differences(function: Any, x: Any, h: float = 1e-6) -> Any:
    columns = [(function(x + h * e) - function(x - h * e)) / (2 * h) for e in np.eye(len(x))]
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("function", [residuals, recurrence, loss, np.sin])
def test_jacobian_in_both_modes(function: Any) -> None:
    expected = differences(lambda x: function(x), X)
    for mode in ("forward", "reverse", "auto"):
        found = jacobian(lambda x: function(x), mode=mode)(X)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8)


B = RNG.normal(size=(3, 3))
STRAIGHT = {
    "product": lambda x: np.tanh(A @ x),
    "row times matrix": lambda x: x @ A.T,
    "broadcast": lambda x: (x[:, None] * B).T.ravel(),
    "slices": lambda x: x[::-1] * x[1],
    "roll": lambda x: np.roll(x, 1) * x,
    "mean with keepdims": lambda x: np.mean(B * x, axis=0, keepdims=True),
    "where": lambda x: np.where(x > 0, x**2, x),
    "softmax": lambda x: np.exp(x - np.max(x)) / np.sum(np.exp(x)),
    "cumsum": lambda x: np.cumsum(x * x),
    "scalar": lambda x: np.dot(x, x),
    "outer": lambda x: np.outer(x, x) @ x,
    "solve": lambda x: np.linalg.solve(B + np.diag(x), x),
    "sum of an axis": lambda x: np.sum(B * x, axis=1),
}
ONE_BY_ONE = {"outer", "solve"}  # no form for many tangents at once


@pytest.mark.parametrize("name", STRAIGHT)
def test_many_tangents_at_once_are_those_taken_one_by_one(name: str) -> None:
    function = STRAIGHT[name]
    matrix = jacobian(function, mode="forward")
    found = matrix(X)
    np.testing.assert_allclose(found, differences(function, X), rtol=0, atol=1e-8)
    one_by_one = matrix.columns(X).reshape(found.shape)
    np.testing.assert_allclose(found, one_by_one, rtol=0, atol=1e-14)
    assert (matrix.at_once is None) == (name in ONE_BY_ONE)


def test_jacobian_takes_the_shapes_of_value_and_argument() -> None:
    def product(a, b):
        return a @ b

    a, b = RNG.normal(size=(2, 3)), RNG.normal(size=(3, 4))
    found = jacobian(product, 1)(a, b)
    assert found.shape == (2, 4, 3, 4)
    np.testing.assert_allclose(found, np.einsum("ij,kl->ikjl", a, np.eye(4)), atol=1e-14)


def test_tangent_and_cotangent_are_transposes() -> None:
    for function in (residuals, recurrence):
        value, tangent = jvp(function, (X,), (V,))
        same, pullback = vjp(function, X)
        np.testing.assert_array_equal(value, function(X))
        np.testing.assert_array_equal(same, value)
        w = RNG.normal(size=4)
        assert w @ tangent == pytest.approx(pullback(w)[0] @ V, rel=1e-12)
        np.testing.assert_array_equal(linearize(function, X)[1](V), tangent)


def test_trees_of_arrays_go_in_and_come_out() -> None:
    def model(p):
        return {"a": p["w"] * p["c"], "b": (p["c"] ** 2, np.sum(p["w"]))}

    point = {"w": X, "c": 2.0}
    value, tangent = jvp(model, (point,), ({"w": V, "c": 1.0},))
    np.testing.assert_allclose(tangent["a"], V * 2.0 + X)
    assert tangent["b"] == (4.0, pytest.approx(V.sum()))
    np.testing.assert_array_equal(value["a"], X * 2.0)
    (found,) = vjp(model, point)[1]({"a": V, "b": (1.0, 2.0)})
    np.testing.assert_allclose(found["w"], 2.0 * V + 2.0)
    assert found["c"] == pytest.approx(V @ X + 4.0)


def test_hessian_and_its_product() -> None:
    expected = differences(grad(loss), X)
    found = hessian(loss)(X)
    np.testing.assert_allclose(found, expected, atol=1e-8)
    np.testing.assert_allclose(found, found.T, atol=1e-14)
    np.testing.assert_allclose(hvp(loss)(X, V), found @ V, rtol=1e-12)


def test_hessian_of_a_quadratic_form_is_exact() -> None:
    q = A.T @ A
    np.testing.assert_allclose(hessian(lambda x: 0.5 * x @ q @ x)(X), q, rtol=1e-14)


def test_products_with_respect_to_a_later_argument() -> None:
    def model(scale, x):
        return scale * np.sum(x**4)

    np.testing.assert_allclose(hvp(model, 1)(2.0, X, V), 24 * X**2 * V)


def test_gauss_newton_product() -> None:
    j = jacobian(residuals)(X)
    np.testing.assert_allclose(gvp(residuals)(X, V), j.T @ j @ V, rtol=1e-12)

    def quartic(r):
        return np.sum(r**4)

    h = np.diag(12 * residuals(X) ** 2)
    np.testing.assert_allclose(gvp(residuals, loss=quartic)(X, V), j.T @ h @ j @ V, rtol=1e-12)


def test_elementwise_slopes() -> None:
    np.testing.assert_allclose(elementwise_grad(lambda x: x * np.exp(x))(X), (1 + X) * np.exp(X))
    second = elementwise_grad(elementwise_grad(lambda x: x**3))
    np.testing.assert_allclose(second(X), 6 * X)


def test_compiled_function_shows_the_derivatives_in_it() -> None:
    newton = compiled(lambda x: x - (x * x - 2) / grad(lambda y: y * y - 2)(x))
    assert newton(1.5) == pytest.approx(1.5 - 0.25 / 3)
    assert "2.0 * x" in newton.source


def test_pullback_keeps_the_point_it_was_taken_at() -> None:
    x = X.copy()
    _, pullback = vjp(lambda y: y * y, x)
    x[:] = 0.0
    np.testing.assert_allclose(pullback(np.ones(3))[0], 2 * X)


def test_what_does_not_fit_is_refused_by_its_path() -> None:
    with pytest.raises(ArgumentError, match=r"tangent\[0\] has the shape \(2,\)"):
        jvp(residuals, (X,), (np.ones(2),))
    with pytest.raises(ArgumentError, match=r"tangent\[0\]\['w'\]"):
        jvp(lambda p: p["w"], ({"w": X},), ({"w": np.ones(2)},))
    with pytest.raises(ArgumentError, match="cotangent has the shape"):
        vjp(residuals, X)[1](np.ones(3))
    with pytest.raises(ArgumentError, match="same keys"):
        jvp(lambda p: p["w"], ({"w": X},), ({"v": X},))
    with pytest.raises(ArgumentError, match="mode"):
        jacobian(residuals, mode="sideways")
    with pytest.raises(SrcgradError, match="not a scalar"):
        hessian(residuals)(X)


def test_complex_derivative_of_a_holomorphic_function() -> None:
    def f(z, c):
        return np.exp(c * z) * z**2

    z, c = 0.3 - 0.7j, 1.4
    expected = np.exp(c * z) * (c * z**2 + 2 * z)
    assert holomorphic_grad(f)(z, c) == pytest.approx(expected, rel=1e-13)
    assert holomorphic_grad(f)(np.complex128(z), c) == pytest.approx(expected, rel=1e-13)
