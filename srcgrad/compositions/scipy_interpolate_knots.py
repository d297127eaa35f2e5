"""Splines of ``scipy.interpolate`` that are given by knots and coefficients, of any order."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from scipy import interpolate

from srcgrad.compositions.scipy_interpolate import behind, spread


class KnotSpline:
    """What ``BSpline`` makes.

    Attributes:
        t: Knots, not decreasing.
        c: Coefficients, of shape ``(len(t) - k - 1, ...)``; more are not read.
        k: The order, known when the code is made.
        extrapolate: Whether the outer polynomials go on outside, which is NaN else; or ``"periodic"``.
        axis: Where the axes of the points are put in the result.
    """

    def __init__(self, t: Any, c: Any, k: Any, extrapolate: Any, axis: Any) -> None:
        self.t, self.c, self.k = t, c, k
        self.extrapolate, self.axis = extrapolate, axis

    def __call__(self, x: Any, nu: Any = 0, extrapolate: Any = None) -> Any:
        """Values at ``x``, or those of the derivative of order ``nu``."""
        return self.derivative(nu).at(x, self.extrapolate if extrapolate is None else extrapolate)

    def at(self, x: Any, outside: Any) -> Any:
        """Values at ``x``, by de Boor's algorithm."""
        t, k, points = self.t, self.k, np.asarray(x)
        last = len(t) - k - 1
        if outside == "periodic":
            points = t[k] + (points - t[k]) % (t[last] - t[k])
        place = np.clip(np.searchsorted(t, points, side="right") - 1, k, last - 1)
        level = tuple(self.c[place - k + j] for j in range(k + 1))
        more = np.ndim(self.c) - 1
        for r, _ in enumerate(level[1:], 1):
            finer: Any = ()
            for j, (left, right) in enumerate(itertools.pairwise(level), r):
                low, high = t[place + j - k], t[place + j + 1 - r]
                part = spread((points - low) / (high - low), more)
                finer = (*finer, (1 - part) * left + part * right)
            level = finer
        value = level[0]
        if not outside:
            inside = (points >= t[k]) & (points <= t[last])
            value = np.where(spread(inside, more), value, np.nan)
        return behind(value, np.ndim(points), self.axis)

    def derivative(self, nu: Any = 1) -> Any:
        """The derivative of order ``nu``, up to the third."""
        if nu < 0 or nu > 3:
            raise ValueError("a derivative above the third order, or the order of the spline")
        if nu == 0:
            return self
        made = self.slope()
        if nu == 1:
            return made
        return made.slope() if nu == 2 else made.slope().slope()

    def slope(self) -> Any:
        """The first derivative: differences of the coefficients over those of the knots."""
        t, k = self.t, self.k
        c = self.c[: len(t) - k - 1]
        width = t[k + 1 : -1] - t[1 : -k - 1]
        c = k * np.diff(c, axis=0) / spread(width, np.ndim(c) - 1)
        return KnotSpline(t[1:-1], c, k - 1, self.extrapolate, self.axis)


def knots(t: Any, c: Any, k: Any, extrapolate: Any = True, axis: Any = 0) -> Any:
    """``BSpline``: knots and coefficients are given."""
    t = np.asarray(t, dtype=float)
    if not np.all(np.diff(t) >= 0):
        raise ValueError("Knots must be in a non-decreasing order.")
    c = np.asarray(c) * 1.0
    place = axis % np.ndim(c)
    return KnotSpline(t, np.moveaxis(c, place, 0) if place else c, k, extrapolate, place)


def stored(made: Any, k: Any, axis: Any) -> Any:
    """For a ``BSpline`` that was made outside: its coefficients have the interpolated axis in front."""
    return KnotSpline(made.t, made.c, k, made.extrapolate, axis)


MEANINGS: dict[Any, Any] = {interpolate.BSpline: knots}
OBJECTS: dict[type, Any] = {interpolate.BSpline: (stored, lambda made: (made.k, made.axis))}
