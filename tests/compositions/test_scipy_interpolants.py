"""Lines, steps and grids of SciPy's interpolation, and objects of it that were made outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from composed_values import WEIGHTS, flat

from srcgrad import SrcgradError, grad, value_and_grad
from srcgrad.testing import check_grads

interpolate = pytest.importorskip("scipy.interpolate")

_RANDOM = np.random.default_rng(4)
X = np.cumsum(_RANDOM.uniform(0.3, 1.2, 7))
Y = _RANDOM.normal(size=7)
Y3 = _RANDOM.normal(size=(2, 7, 3))
Q = _RANDOM.uniform(X[0] + 0.05, X[-1] - 0.05, 5)
FAR = np.concatenate((Q, [X[0] - 0.7, X[-1] + 0.4]))
G = np.array([-1.0, 1.0, 2.5, 9.0])
V = _RANDOM.normal(size=(7, 4, 2))
GOES_ON = ["linear", "nearest", "nearest-up", "zero", "slinear", "cubic", 0, 1, 3]
KINDS = [*GOES_ON, "previous", "next"]


def filled(x: Any, y: Any, q: Any) -> Any:
    ends = (y[0, 0, 1], y[:, 1])
    return flat(interpolate.interp1d(x, y, axis=1, bounds_error=False, fill_value=ends)(q))


def one_sided(x: Any, y: Any, q: Any) -> Any:
    before = interpolate.interp1d(x, y, "previous", fill_value="extrapolate")(q)
    after = interpolate.interp1d(x, y, "next", fill_value="extrapolate")(q)
    missing = interpolate.interp1d(x, y, bounds_error=False)(q)
    return np.nansum(before * WEIGHTS[:7]) + np.nansum(after) + np.nansum(missing * WEIGHTS[:7])


def unknown_point(x: Any, y: Any, q: Any) -> Any:
    points = np.concatenate((q, np.array([np.nan])))
    grid = interpolate.RegularGridInterpolator((x, G), y[:, :, 0], "nearest", False, q[0])
    return np.nansum(grid((points, 2.0)) * WEIGHTS[:8])


CASES: list[tuple[Callable[..., Any], Any, Any]] = [
    (lambda x, y, q: flat(interpolate.interp1d(x, y)(q)), Y, Q),
    (lambda x, y, q: flat(interpolate.interp1d(x[::-1], y[::-1])(q[1])), Y, Q),
    (lambda x, y, q: flat(interpolate.interp1d(x, y, axis=1)(q)), Y3, Q.reshape(5, 1)),
    (filled, Y3, FAR),
    (one_sided, Y, FAR),
    (lambda x, y, q: flat(interpolate.make_interp_spline(x, y)(q, 1)), Y, FAR),
    (lambda x, y, q: flat(interpolate.make_interp_spline(x, y, k=1)(q)), Y, FAR),
    (lambda x, y, q: flat(interpolate.make_interp_spline(x, y, 3, bc_type="natural")(q)), Y, Q),
    (lambda x, y, q: flat(interpolate.pchip_interpolate(x, y, q, der=1)), Y, Q),
    (lambda x, y, q: flat(interpolate.interpn((x, G), y, np.stack((q, q / 2), axis=-1))), V, Q),
    (lambda x, y, q: flat(interpolate.interpn((x, q), y[:, :, 0], (x[1:] - 0.1, 0.3))), V, G),
    (lambda x, y, q: flat(interpolate.interpn([x, G], y, (q, q[:, None]), "nearest")), V, Q),
    (lambda x, y, q: flat(interpolate.interpn((x, G), y, (q, 1.3), "linear", False, None)), V, FAR),
    (lambda x, y, q: flat(interpolate.interpn((x, G), y, (q, 1.3), "linear", False, 2.0)), V, FAR),
    (lambda x, y, q: flat(interpolate.RegularGridInterpolator((x,), y)(q)), V, Q),
    (lambda x, y, q: flat(interpolate.interpn((G, x, G), y, [q[0], q[1], q[2]])), "cube", Q),
    (unknown_point, V, FAR),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_value_and_slopes_are_those_of_scipy(case: int) -> None:
    function, y, q = CASES[case]
    y = np.multiply.outer(G, V[:, :, 0]) if isinstance(y, str) else y
    assert_slopes(function, X, y, q)


def assert_slopes(function: Callable[..., Any], *args: Any) -> None:
    """Value and slopes are those of SciPy."""
    expected = function(*args)
    value, _ = value_and_grad(function, argnums=(0, 1, 2))(*args)
    assert abs(value - expected) <= 1e-12 * max(1.0, abs(expected))
    check_grads(function, args, (0, 1, 2))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_with_values_outside(kind: Any) -> None:
    def function(x: Any, y: Any, q: Any) -> Any:
        made = interpolate.interp1d(x, y, kind=kind, bounds_error=False, fill_value=(0.5, y[2]))
        return flat(made(q)) + flat(made(q[0]))

    assert_slopes(function, X, Y, FAR)


@pytest.mark.parametrize("kind", GOES_ON)
def test_every_kind_that_goes_on_outside(kind: Any) -> None:
    def function(x: Any, y: Any, q: Any) -> Any:
        return flat(interpolate.interp1d(x, y, kind, 1, fill_value="extrapolate")(q))

    assert_slopes(function, X, Y3, FAR)


@pytest.mark.parametrize("kind", ["nearest", "nearest-up", "previous", "next", "zero", "linear"])
def test_at_breakpoints_and_halfway_between_them(kind: str) -> None:
    def function(y: Any, q: Any) -> Any:
        return flat(interpolate.interp1d(np.arange(4.0), y, kind)(q))

    q = np.array([0.0, 0.5, 1.0, 1.5, 3.0])
    assert value_and_grad(function)(Y[:4], q)[0] == pytest.approx(function(Y[:4], q), abs=1e-14)


@pytest.mark.parametrize("case", [0, 3, 9])
def test_second_derivatives(case: int) -> None:
    function, y, q = CASES[case]
    check_grads(function, (X, y, q), (0, 1, 2), order=2, rtol=2e-4, atol=1e-5)


def test_a_point_outside_raises_as_in_scipy() -> None:
    with pytest.raises(ValueError, match="interpolation range"):
        grad(lambda q: flat(interpolate.interp1d(X, Y)(q)))(FAR)
    with pytest.raises(ValueError, match="interpolation range"):
        grad(lambda q: flat(interpolate.interp1d(X, Y, fill_value=0.0)(q)))(FAR)
    with pytest.raises(ValueError, match="out of bounds"):
        grad(lambda q: flat(interpolate.interpn((X, G), V, (q, 0.0))))(FAR)


def by_knots(t: Any, c: Any, q: Any) -> Any:
    cubic, square = interpolate.BSpline(t, c, 3), interpolate.BSpline(t[1:-1], c, 2)
    return flat(cubic(q)) + flat(square(q, 2)) + flat(cubic.derivative()(q[0])) + flat(cubic.t)


def test_splines_by_knots_and_coefficients() -> None:
    t = np.cumsum(_RANDOM.uniform(0.3, 1.2, 12))
    args = t, _RANDOM.normal(size=8), np.linspace(t[3] + 0.05, t[8] - 0.1, 5)
    assert_slopes(by_knots, *args)
    check_grads(by_knots, args, (1, 2), order=2, rtol=2e-4, atol=1e-5)


def test_coefficients_along_another_axis() -> None:
    def curve(c: Any, q: Any) -> Any:
        return flat(interpolate.BSpline(np.arange(12.0), np.stack((c, c**2)), 3, axis=1)(q))

    args = _RANDOM.normal(size=8), np.linspace(3.1, 9.7, 6).reshape(3, 2)
    assert value_and_grad(curve)(*args)[0] == pytest.approx(curve(*args), rel=1e-12)
    check_grads(curve, args, (0, 1))


SPLINE = interpolate.CubicSpline(X, Y)
SLOPE = SPLINE.derivative()
MONOTONE = interpolate.PchipInterpolator(X, Y3, axis=1)
AREA = interpolate.CubicSpline(X, np.r_[Y[:-1], Y[0]], bc_type="periodic").antiderivative()
STEPS = interpolate.interp1d(X, Y3, axis=1, kind="nearest")
CUBICS = interpolate.interp1d(X, Y, kind="cubic", fill_value="extrapolate")
GRID = interpolate.RegularGridInterpolator((X, G[::-1]), V, bounds_error=False, fill_value=None)


FITTED = interpolate.make_lsq_spline(X, Y, np.r_[[X[0]] * 3, X[3], [X[-1]] * 3], k=2)
QUINTIC = interpolate.make_interp_spline(X, np.r_[Y[:-1], Y[0]], k=5, bc_type="periodic")
BASIS = interpolate.make_interp_spline(X, Y3, axis=1)


class Material:
    def __init__(self, curve: Any) -> None:
        self.curve = curve


STEEL = Material(SPLINE)


@pytest.mark.parametrize(
    "function",
    [
        lambda q: flat(SPLINE(q)) + SPLINE(q[0], 2) + SPLINE.integrate(q[0], q[1]),
        lambda q: flat(SPLINE.derivative()(q)) + flat(SPLINE.c) * q[0] + flat(SLOPE(q)),
        lambda q: flat(MONOTONE(q)) + flat(MONOTONE.antiderivative(2)(q)),
        lambda q: flat(AREA(q)) + flat(STEEL.curve(q)),
        lambda q: flat(STEPS(q) * q[:, None]) + flat(CUBICS(q)),
        lambda q: flat(FITTED(q)) + flat(QUINTIC(3 * q)) + flat(BASIS(q, 1)),
        lambda q: flat(GRID(np.stack((q, q / 3), axis=-1))) + flat(GRID((q, 0.3))),
    ],
)
def test_an_object_made_outside_is_read(function: Callable[[Any], Any]) -> None:
    value, g = value_and_grad(function)(Q)
    assert value == pytest.approx(function(Q), rel=1e-12)
    for k in range(len(Q)):
        up, down = Q.copy(), Q.copy()
        up[k] += 1e-6
        down[k] -= 1e-6
        assert g[k] == pytest.approx((function(up) - function(down)) / 2e-6, rel=1e-6, abs=1e-7)


def test_coefficients_of_an_object_made_outside_are_read_at_each_call() -> None:
    spline = interpolate.CubicSpline(X, Y)
    derived = value_and_grad(lambda q: flat(spline(q)))
    derived(Q)
    spline.c[1] *= 2
    value, g = derived(Q)
    assert value == pytest.approx(flat(spline(Q)), rel=1e-13)
    assert np.allclose(g, spline(Q, 1) * WEIGHTS[:5])


QUADRATIC = interpolate.interp1d(X, Y, kind="quadratic")
KROGH = interpolate.KroghInterpolator(X, Y)


@pytest.mark.parametrize(
    "function",
    [
        lambda q: flat(interpolate.interp1d(X, q, kind="quadratic")(Q)),
        lambda q: flat(interpolate.make_interp_spline(X, q, k=2)(Q)),
        lambda q: flat(interpolate.interpn((X, G), q[:, None] * G, (Q, 0.0), method="cubic")),
        lambda q: flat(interpolate.RegularGridInterpolator((X, G[::-1]), q[:, None] * G)((Q, 0.0))),
        lambda q: flat(QUADRATIC(q)),
        lambda q: flat(KROGH(q)),
    ],
)
def test_what_is_not_written_out_is_refused(function: Callable[[Any], Any]) -> None:
    with pytest.raises((SrcgradError, ValueError)):
        grad(function)(np.sort(X) - 0.0)
