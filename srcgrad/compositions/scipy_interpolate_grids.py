"""Interpolation of ``scipy.interpolate`` between the corners of the boxes of a grid."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from scipy import interpolate

from srcgrad.compositions.scipy_interpolate import checked, spread


class Grid:
    """What ``RegularGridInterpolator`` makes.

    Attributes:
        grid: The points of each axis, increasing: a tuple of arrays.
        values: Values at the crossings, of shape ``(len(grid[0]), len(grid[1]), ..., *more)``.
        method: ``"linear"`` or ``"nearest"``.
        bounds_error: Whether a point outside raises ``ValueError``.
        fill_value: Value outside, ``None`` where the function goes on.
    """

    def __init__(
        self, grid: Any, values: Any, method: Any, bounds_error: Any, fill_value: Any
    ) -> None:
        self.grid, self.values, self.method = grid, values, method
        self.bounds_error, self.fill_value = bounds_error, fill_value

    def __call__(self, xi: Any, method: Any = None) -> Any:
        """Values at points: an array with the coordinates on its last axis, or a tuple of coordinates."""
        coordinates = _coordinates(xi, len(self.grid))
        if self.bounds_error:
            for points, x in zip(self.grid, coordinates, strict=True):
                if not np.all((points[0] <= x) & (x <= points[-1])):
                    raise ValueError("One of the requested xi is out of bounds")
        value = self._inside(coordinates, self.method if method is None else method)
        if self.bounds_error or self.fill_value is None:
            return value
        outside = np.zeros(np.shape(coordinates[0]), dtype=bool)
        for points, x in zip(self.grid, coordinates, strict=True):
            outside = outside | (x < points[0]) | (x > points[-1])
        filling = np.nan if isinstance(self.fill_value, str) else self.fill_value
        return np.where(spread(outside, np.ndim(value) - np.ndim(outside)), filling, value)

    def _inside(self, coordinates: Any, method: Any) -> Any:
        """Values by the box that a point is in, or that is next to it; NaN where a coordinate is."""
        places: Any = ()
        parts: Any = ()
        for points, x in zip(self.grid, coordinates, strict=True):
            k = np.clip(np.searchsorted(points, x, side="right") - 1, 0, len(points) - 2)
            places = (*places, k)
            parts = (*parts, (x - points[k]) / (points[k + 1] - points[k]))
        if method == "linear":
            return _between(self.values, places, parts)
        if method != "nearest":
            raise ValueError("this method of interpolation: use linear or nearest")
        pairs = zip(places, parts, strict=True)
        near = self.values[tuple(np.where(t <= 0.5, k, k + 1) for k, t in pairs)]
        for t in parts:
            near = np.where(spread(np.isnan(t), np.ndim(near) - np.ndim(t)), np.nan, near)
        return near


def _between(values: Any, places: Any, parts: Any) -> Any:
    """The mean of the values at all corners, weighted by nearness."""
    value = None
    sides = tuple(((k, 1 - t), (k + 1, t)) for k, t in zip(places, parts, strict=True))
    for corner in itertools.product(*sides):
        near = values[tuple(k for k, _ in corner)]
        weight = corner[0][1]
        for _, t in corner[1:]:
            weight = weight * t
        term = near * spread(weight, np.ndim(near) - np.ndim(weight))
        value = term if value is None else value + term
    return value


def _coordinates(xi: Any, count: Any) -> Any:
    """One array of each coordinate."""
    if isinstance(xi, tuple) and len(xi) > 1:
        return tuple(np.broadcast_arrays(*xi))
    points = np.asarray(xi[0] if isinstance(xi, tuple) else xi)
    if np.ndim(points) == 1:
        points = np.reshape(points, (-1, count))
    if np.shape(points)[-1] != count:
        raise ValueError("The requested sample points xi have another dimension than the grid")
    return tuple(points[..., k] for k in range(count))


def regular(
    points: Any,
    values: Any,
    method: Any = "linear",
    bounds_error: Any = True,
    fill_value: Any = "nan",
) -> Any:
    """``RegularGridInterpolator`` of increasing points, by the nearest corner or between all of them."""
    grid = tuple(checked(p) for p in points)
    for p in grid:
        if len(p) < 2:
            raise ValueError("a grid with one point along an axis")
    return Grid(grid, np.asarray(values) * 1.0, method, bounds_error, fill_value)


def interpn(
    points: Any,
    values: Any,
    xi: Any,
    method: Any = "linear",
    bounds_error: Any = True,
    fill_value: Any = "nan",
) -> Any:
    """``interpn``, as the class does it."""
    return regular(points, values, method, bounds_error, fill_value)(xi)


MEANINGS: dict[Any, Any] = {
    interpolate.RegularGridInterpolator: regular,
    interpolate.interpn: interpn,
}


def stored(made: Any) -> Any:
    """For a ``RegularGridInterpolator`` that was made outside."""
    return Grid(made.grid, made.values, made.method, made.bounds_error, made.fill_value)


OBJECTS: dict[type, Any] = {interpolate.RegularGridInterpolator: (stored, lambda made: ())}
