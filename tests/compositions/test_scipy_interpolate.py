"""Interpolation of SciPy: values, and slopes along points, values and breakpoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from composed_values import WEIGHTS, flat

from srcgrad import SrcgradError, grad, jvp, value_and_grad
from srcgrad.testing import check_grads

interpolate = pytest.importorskip("scipy.interpolate")

_RANDOM = np.random.default_rng(3)
X = np.cumsum(_RANDOM.uniform(0.3, 1.2, 7))
Y = _RANDOM.normal(size=7)
Y3 = _RANDOM.normal(size=(2, 7, 3))
Q = _RANDOM.uniform(X[0] + 0.05, X[-1] - 0.05, 5)
FAR = np.concatenate((Q, [X[0] - 0.7, X[-1] + 0.4]))


def closed(y: Any) -> Any:
    """Values that end as they start."""
    return np.concatenate((y[:-1], y[:1]))


def bell(x: Any, y: Any, q: Any) -> Any:
    spline = interpolate.CubicSpline(x, y, bc_type=("clamped", (2, q[0])))
    slope = spline.derivative()
    return flat(slope(q)) + spline.integrate(q[0], q[1]) + flat(spline.c) + spline.x[0]


def round_and_round(x: Any, y: Any, q: Any) -> Any:
    spline = interpolate.CubicSpline(x, closed(y), bc_type="periodic")
    return flat(spline(3 * q - 4)) + spline.integrate(3 * q[0], q[1] - 7)


def outside(x: Any, y: Any, q: Any) -> Any:
    spline = interpolate.Akima1DInterpolator(x, y, method="makima")
    return np.nansum(spline(q) * WEIGHTS[: len(q)]) + flat(spline(q, extrapolate=True))


CASES: list[tuple[Callable[..., Any], Any, Any]] = [
    (lambda x, y, q: flat(interpolate.CubicSpline(x, y)(q)), Y, FAR),
    (lambda x, y, q: flat(interpolate.CubicSpline(x, y)(q[0])), Y, Q),
    (lambda x, y, q: flat(interpolate.CubicSpline(x, y, axis=1)(q)), Y3, Q),
    (lambda x, y, q: flat(interpolate.CubicSpline(x, y, axis=-2)(q)), Y3, Q.reshape(5, 1)),
    (lambda x, y, q: flat(interpolate.CubicSpline(x, y, bc_type="natural")(q)), Y, FAR),
    (lambda x, y, q: flat(interpolate.CubicSpline(x, y, bc_type="clamped")(q, 1)), Y, FAR),
    (lambda x, y, q: flat(interpolate.CubicSpline(x, y)(q, nu=2)), Y, Q),
    (lambda x, y, q: flat(interpolate.CubicSpline(x, y)(q, 3)), Y, Q),
    (lambda x, y, q: flat(interpolate.CubicSpline(x, y)(q, 4)) + np.sum(x * y), Y, Q),
    (lambda x, y, q: flat(interpolate.CubicSpline(x, y).antiderivative(2)(q)), Y, FAR),
    (lambda x, y, q: flat(np.abs(interpolate.CubicSpline(x, y + 1j * y**2)(q))), Y, Q),
    (bell, Y, Q),
    (round_and_round, Y, Q),
    (outside, Y, FAR),
    (lambda x, y, q: flat(interpolate.PchipInterpolator(x, y)(q)), Y, FAR),
    (lambda x, y, q: flat(interpolate.PchipInterpolator(x, y, 1)(q)), Y3, Q),
    (lambda x, y, q: flat(interpolate.PchipInterpolator(x, y).derivative()(q)), Y, Q),
    (lambda x, y, q: flat(interpolate.Akima1DInterpolator(x, y)(q)), Y, Q),
    (lambda x, y, q: flat(interpolate.Akima1DInterpolator(x, y[:, :, 0], axis=1)(q)), Y3, Q),
    (lambda x, y, q: flat(interpolate.CubicHermiteSpline(x, y, y**2)(q)), Y, FAR),
    (lambda x, y, q: flat(interpolate.PPoly((y[1:], y[:-1] ** 2), x)(q)), Y, FAR),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_value_and_slopes_are_those_of_scipy(case: int) -> None:
    function, y, q = CASES[case]
    args = (X, y, q)
    assert_value(function, args)
    check_grads(function, args, (0, 1, 2), rtol=2e-5)
    check_forward(function, args)


def assert_value(function: Callable[..., Any], args: Any) -> None:
    """The value is that of SciPy but for the last digits."""
    expected = function(*args)
    value, _ = value_and_grad(function, argnums=(0, 1, 2))(*args)
    assert abs(value - expected) <= 1e-12 * max(1.0, abs(expected))


def check_forward(function: Callable[..., Any], args: Any) -> None:
    """Forward mode gives what the gradient gives."""
    tangents = tuple(np.cos(np.arange(1.0, np.size(a) + 1)).reshape(np.shape(a)) for a in args)
    found = jvp(function, args, tangents)[1]
    gradients = grad(function, argnums=(0, 1, 2))(*args)
    wanted = sum(np.sum(g * t) for g, t in zip(gradients, tangents, strict=True))
    assert np.isclose(found, wanted, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("case", [0, 4, 5, 11, 14, 17])
def test_second_derivatives(case: int) -> None:
    function, y, q = CASES[case]
    check_grads(function, (X, y, q), (0, 1, 2), order=2, rtol=2e-4, atol=1e-5)


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("bc_type", ["not-a-knot", "natural", "clamped", "periodic"])
def test_few_points(count: int, bc_type: str) -> None:
    def spline(x: Any, y: Any, q: Any) -> Any:
        values = closed(y) if bc_type == "periodic" else y
        return flat(interpolate.CubicSpline(x, values, bc_type=bc_type)(q))

    x, y, q = X[:count], Y[:count], np.linspace(X[0] + 0.01, X[count - 1] - 0.02, 5)
    assert_value(spline, (x, y, q))
    check_grads(spline, (x, y, q), (0, 1, 2))


@pytest.mark.parametrize("name", ["PchipInterpolator", "Akima1DInterpolator"])
def test_two_points_are_joined_by_a_line(name: str) -> None:
    make = getattr(interpolate, name)

    def line(y: Any) -> Any:
        return flat(make(X[:2], y)(np.array([X[0] + 0.1, X[1] - 0.2])))

    assert np.isclose(value_and_grad(line)(Y[:2])[0], line(Y[:2]), rtol=1e-14)
    check_grads(line, (Y[:2],))


def test_monotone_pieces_stay_flat_where_values_are_equal() -> None:
    y = np.array([0.0, 0.0, 1.0, 1.0, 0.5, 2.0, 2.0])

    def level(y: Any, q: Any) -> Any:
        return flat(interpolate.PchipInterpolator(X, y)(q))

    value, (gy, gq) = value_and_grad(level, argnums=(0, 1))(y, Q)
    assert np.isclose(value, level(y, Q), rtol=1e-13)
    assert np.all(np.isfinite(gy))
    assert np.allclose(gq, interpolate.PchipInterpolator(X, y)(Q, 1) * WEIGHTS[:5])


def test_integers_and_single_precision_are_taken_as_doubles() -> None:
    def spline(x: Any, y: Any) -> Any:
        return flat(interpolate.CubicSpline(x, y)(np.array([0.5, 2.5])))

    x, y = np.array([0, 1, 3, 6], dtype=np.uint8), Y[:4].astype(np.float32)
    value, g = value_and_grad(spline, argnums=1)(x, y)
    assert np.isclose(value, spline(x, y), rtol=1e-14)
    assert g.dtype == np.float32
    assert np.allclose(g, grad(spline, argnums=1)(x.astype(float), y.astype(float)))


def test_breakpoints_must_increase() -> None:
    with pytest.raises(ValueError, match="strictly increasing"):
        grad(lambda y: flat(interpolate.CubicSpline(X[::-1].copy(), y)(Q)))(Y)


@pytest.mark.parametrize(
    "function",
    [
        lambda y: flat(interpolate.CubicSpline(X, y).roots()),
        lambda y: flat(interpolate.CubicSpline(X, y, bc_type="cyclic")(Q)),
        lambda y: flat(interpolate.CubicSpline(X, y, bc_type=((3, 0.0), (1, 0.0)))(Q)),
        lambda y: flat(interpolate.Akima1DInterpolator(X, y, method="other")(Q)),
        lambda y: flat(interpolate.PchipInterpolator(X, y * 1j)(Q)),
        lambda y: flat(interpolate.UnivariateSpline(X, y)(Q)),
    ],
)
def test_what_is_not_written_out_is_refused(function: Callable[[Any], Any]) -> None:
    with pytest.raises((SrcgradError, NotImplementedError, ValueError)):  # SciPy's, if it has one
        grad(function)(Y)
