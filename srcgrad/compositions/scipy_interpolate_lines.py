"""Functions of ``scipy.interpolate`` that have a kind or an order: lines, steps, splines through points."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import interpolate

from srcgrad.compositions.scipy_interpolate import (
    Pieces,
    behind,
    cubic,
    pchip,
    rows,
    spread,
)

_ORDERS = ("zero", "linear", "quadratic", "cubic", "quartic", "quintic")


class Interpolant:
    """What ``interp1d`` makes: pieces or steps inside, given values outside.

    Attributes:
        kind: ``"linear"``, ``"cubic"``, or which step is taken.
        x: Breakpoints, increasing.
        y: Values with the interpolated axis in front.
        axis: The interpolated axis.
        ends: Values below and above the breakpoints, ``None`` where the function goes on.
        bounds_error: Whether a point outside raises ``ValueError``.
    """

    def __init__(self, kind: Any, x: Any, y: Any, axis: Any, ends: Any, bounds_error: Any) -> None:
        self.kind, self.x, self.y, self.axis = kind, x, y, axis
        self.ends, self.bounds_error = ends, bounds_error

    def __call__(self, x: Any) -> Any:
        """Values at ``x``."""
        points, count = np.asarray(x), np.ndim(self.y) - 1
        if self.kind == "linear":
            slope = np.diff(self.y, axis=0) / spread(np.diff(self.x), count)
            value = Pieces((slope, self.y[:-1]), self.x, True, 0)(points)
        elif self.kind == "cubic":
            value = cubic(self.x, self.y)(points)
        else:
            value = self.y[_step(self.kind, self.x, points)]
        if self.ends is not None:
            below, above = points < self.x[0], points > self.x[-1]
            if self.bounds_error and np.any(below | above):
                raise ValueError("A value in x_new is outside the interpolation range.")
            value = np.where(spread(below, count), self.ends[0], value)
            value = np.where(spread(above, count), self.ends[1], value)
        if self.kind == "zero":
            value = np.where(spread(np.isnan(points), count), np.nan, value)
        return behind(value, np.ndim(points), self.axis)


def _step(kind: Any, x: Any, points: Any) -> Any:
    """The number of the breakpoint whose value is taken."""
    if kind in ("nearest", "nearest-up"):
        middle = x[1:] / 2.0 + x[:-1] / 2.0
        return np.searchsorted(middle, points, side="left" if kind == "nearest" else "right")
    if kind in ("previous", "zero"):
        return np.maximum(np.searchsorted(x, points, side="right") - 1, 0)
    if kind == "next":
        return np.minimum(np.searchsorted(x, points, side="left"), len(x) - 1)
    raise NotImplementedError("this kind of interp1d")  # "quadratic": read as a refusal


def interp1d(
    x: Any,
    y: Any,
    kind: Any = "linear",
    axis: Any = -1,
    copy: Any = True,
    bounds_error: Any = None,
    fill_value: Any = "nan",
    assume_sorted: Any = False,
) -> Any:
    """``interp1d``; of the orders 0, 1 and 3."""
    x, y = np.asarray(x) * 1.0, np.asarray(y) * 1.0
    if not assume_sorted:
        order = np.argsort(x, kind="stable")
        x, y = x[order], np.take(y, order, axis=axis)
    place = axis % np.ndim(y)
    if not isinstance(kind, str):
        kind = _ORDERS[kind]
    elif kind == "slinear":
        kind = "linear"
    least = 4 if kind == "cubic" else 2 if kind == "linear" else 1
    if len(x) < least:
        raise ValueError("x and y arrays have too few entries for this kind")
    y = np.moveaxis(y, place, 0) if place else y
    return _with_ends(kind, x, y, place, fill_value, bounds_error)


def _with_ends(kind: Any, x: Any, y: Any, axis: Any, fill_value: Any, bounds_error: Any) -> Any:
    """The interpolant, by what ``fill_value`` says of the outside."""
    goes_on = isinstance(fill_value, str) and fill_value == "extrapolate"
    if goes_on and bounds_error:
        raise ValueError("Cannot extrapolate and raise at the same time.")
    if goes_on:  # steps go on at one end alone
        ends = (np.nan, y[-1]) if kind == "previous" else None
        ends = (y[0], np.nan) if kind == "next" else ends
    elif isinstance(fill_value, str):
        ends = (np.nan, np.nan)
    elif isinstance(fill_value, tuple) and len(fill_value) == 2:
        ends = fill_value
    else:
        ends = (fill_value, fill_value)
    strict = not goes_on if bounds_error is None else bounds_error
    return Interpolant(kind, x, y, axis, ends, strict)


def spline(x: Any, y: Any, k: Any = 3, t: Any = None, bc_type: Any = None, axis: Any = 0) -> Any:
    """``make_interp_spline`` of the orders 1 and 3, with knots of its own choice."""
    if t is not None:
        raise ValueError("make_interp_spline with knots: leave t out")
    if k == 3:
        made = cubic(x, y, axis, "not-a-knot" if bc_type is None else bc_type)
        return Pieces(made.powers, made.breaks, made.extrapolate, made.axis)
    if k != 1 or bc_type is not None:
        raise ValueError("make_interp_spline of an order other than 1 and 3")
    x, y, place, _, slope = rows(x, y, axis)
    return Pieces((slope, y[:-1]), x, True, place)


def pchip_interpolate(xi: Any, yi: Any, x: Any, der: Any = 0, axis: Any = 0) -> Any:
    """``pchip_interpolate``; of one derivative."""
    return pchip(xi, yi, axis)(x, der)


MEANINGS: dict[Any, Any] = {
    interpolate.interp1d: interp1d,
    interpolate.make_interp_spline: spline,
    interpolate.pchip_interpolate: pchip_interpolate,
}


def stored(made: Any, kind: Any, axis: Any) -> Any:
    """For an ``interp1d`` that was made outside."""
    y = np.moveaxis(made.y, axis, 0) if axis else made.y
    return _with_ends(kind, made.x, y, axis, made.fill_value, made.bounds_error)


def _kind(made: Any) -> Any:
    """The kind of an ``interp1d``, which keeps the order of a spline alone."""
    return _ORDERS[made._spline.k] if made._kind == "spline" else made._kind


OBJECTS: dict[type, Any] = {
    interpolate.interp1d: (stored, lambda made: (_kind(made), made.axis)),
}
