"""Integrals of samples, by ``scipy.integrate``."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import integrate


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Any:
    """By the trapezoidal rule."""
    return np.trapezoid(y, x, dx, axis)


def _rows(y: Any, axis: Any) -> Any:
    return np.moveaxis(y, axis, 0)


def _steps(rows: Any, x: Any, dx: Any, axis: Any) -> Any:
    """The steps between places, in a form that broadcasts over the rows."""
    if x is None:
        return dx + np.zeros(np.shape(rows[1:]))
    steps = np.diff(x) if np.ndim(x) == 1 else np.diff(_rows(x, axis), axis=0)
    if np.ndim(x) == 1 and np.ndim(rows) > 1:
        steps = np.expand_dims(steps, tuple(range(1, np.ndim(rows))))
    return steps + np.zeros(np.shape(rows[1:]))


def cumulative_trapezoid(
    y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1, initial: Any = None
) -> Any:
    """Running integrals by the trapezoidal rule."""
    rows = _rows(y, axis)
    h = _steps(rows, x, dx, axis)
    running = np.cumsum(h * (rows[1:] + rows[:-1]) / 2.0, axis=0)
    if initial is not None:
        running = np.concatenate([0.0 * rows[:1] + initial, running], axis=0)
    return np.moveaxis(running, 0, axis)


def simpson(y: Any, x: Any = None, *, dx: Any = 1.0, axis: Any = -1) -> Any:
    """By parabolas through three points each; the last interval of an even number by Cartwright's rule."""
    rows = _rows(y, axis)
    h = _steps(rows, x, dx, axis)
    n = np.shape(rows)[0]
    odd = n if n % 2 == 1 else n - 1
    h0, h1 = h[0 : odd - 1 : 2], h[1 : odd - 1 : 2]
    y0, y1, y2 = rows[0 : odd - 2 : 2], rows[1 : odd - 1 : 2], rows[2:odd:2]
    whole = h0 + h1
    parts = (
        whole / 6.0 * (y0 * (2.0 - h1 / h0) + y1 * whole * whole / (h0 * h1) + y2 * (2.0 - h0 / h1))
    )
    total = np.sum(parts, axis=0)
    if n % 2 == 0:
        a, b = h[n - 3], h[n - 2]
        total = total + rows[n - 1] * (2 * b**2 + 3 * a * b) / (6 * (b + a))
        total = total + rows[n - 2] * (b**2 + 3.0 * a * b) / (6 * a)
        total = total - rows[n - 3] * b**3 / (6 * a * (a + b))
    return total


MEANINGS: dict[Any, Any] = {
    integrate.trapezoid: trapezoid,
    integrate.cumulative_trapezoid: cumulative_trapezoid,
    integrate.simpson: simpson,
}
