"""Interpolation of ``scipy.interpolate`` along one axis: every class is made of polynomials on intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import interpolate

from srcgrad.rules.tridiagonal import solve_tridiagonal

# -- polynomials on intervals -----------------------------------------------------------------------------


class Pieces:
    """A function that is a polynomial on each interval between breakpoints.

    Attributes:
        powers: Coefficients of ``(t - breaks[i]) ** k``, the highest power first: one array of shape
            ``(len(breaks) - 1, ...)`` for each power, the interpolated axis in front.
        breaks: Breakpoints, increasing.
        extrapolate: Whether the outer polynomials go on outside, which is NaN else; or ``"periodic"``.
        axis: Where the axes of the points are put in the result.
    """

    def __init__(self, powers: Any, breaks: Any, extrapolate: Any, axis: Any) -> None:
        self.powers = powers
        self.breaks = breaks
        self.extrapolate = extrapolate
        self.axis = axis

    def __call__(self, x: Any, nu: Any = 0, extrapolate: Any = None) -> Any:
        """Values at ``x``, or those of the derivative of order ``nu``."""
        if nu < 0:
            raise ValueError("Order of derivative cannot be negative")
        return self.derivative(nu).at(x, self.extrapolate if extrapolate is None else extrapolate)

    def at(self, x: Any, outside: Any) -> Any:
        """Values at ``x``; ``outside`` is what ``extrapolate`` is."""
        breaks, points = self.breaks, np.asarray(x)
        if outside == "periodic":
            points = breaks[0] + (points - breaks[0]) % (breaks[-1] - breaks[0])
        k = np.clip(np.searchsorted(breaks, points, side="right") - 1, 0, len(breaks) - 2)
        step = spread(points - breaks[k], np.ndim(self.powers[0]) - 1)
        value = self.powers[0][k]
        for power in self.powers[1:]:
            value = value * step + power[k]
        if not outside:
            inside = (points >= breaks[0]) & (points <= breaks[-1])
            value = np.where(spread(inside, np.ndim(value) - np.ndim(points)), value, np.nan)
        return behind(value, np.ndim(points), self.axis)

    def derivative(self, nu: Any = 1) -> Any:
        """The derivative of order ``nu``, on the same intervals."""
        if nu < 0:
            return self.antiderivative(-nu)
        powers = self.powers
        for _ in range(nu):
            powers = _slopes(powers)
        return type(self)(powers, self.breaks, self.extrapolate, self.axis)

    def antiderivative(self, nu: Any = 1) -> Any:
        """The function whose derivative of order ``nu`` this is, zero at the first breakpoint."""
        if nu < 0:
            return self.derivative(-nu)
        powers = self.powers
        for _ in range(nu):
            powers = _areas(powers, self.breaks)
        outside = False if self.extrapolate == "periodic" else self.extrapolate
        return type(self)(powers, self.breaks, outside, self.axis)


class Polynomials(Pieces):
    """``PPoly``, and the classes that it is the base of."""

    @property
    def c(self) -> Any:
        """All coefficients, of shape ``(powers, intervals, ...)``."""
        return np.stack(self.powers)

    @property
    def x(self) -> Any:
        """The breakpoints."""
        return self.breaks

    def integrate(self, a: Any, b: Any, extrapolate: Any = None) -> Any:
        """The integral from ``a`` to ``b``, numbers."""
        outside = self.extrapolate if extrapolate is None else extrapolate
        area = self.antiderivative()
        if outside != "periodic":
            return area(b, 0, outside) - area(a, 0, outside)
        first, last = self.breaks[0], self.breaks[-1]
        period = last - first
        whole = area(last, 0, True)
        rounds = np.floor((b - first) / period) - np.floor((a - first) / period)
        ends = area(b, 0, "periodic") - area(a, 0, "periodic")
        return rounds * whole + ends


def spread(x: Any, count: Any) -> Any:
    """With axes of length one behind its own."""
    return np.reshape(x, (*np.shape(x), *(1,) * count)) if count else x


def behind(value: Any, count: Any, axis: Any) -> Any:
    """The first ``count`` axes, those of the points, moved to the interpolated axis."""
    if count == 0 or axis == 0:
        return value
    return np.moveaxis(value, tuple(range(count)), tuple(range(axis, axis + count)))


def _slopes(powers: Any) -> Any:
    """Coefficients of the derivative."""
    top = len(powers) - 1
    if top == 0:
        return (np.zeros(np.shape(powers[0])),)
    return tuple(c * (top - k) for k, c in enumerate(powers[:-1]))


def _areas(powers: Any, breaks: Any) -> Any:
    """Coefficients of the antiderivative: each interval starts where the one before ends."""
    count = len(powers)
    higher = tuple(c / (count - k) for k, c in enumerate(powers))
    width = spread(np.diff(breaks), np.ndim(powers[0]) - 1)
    gain = higher[0] * width
    for c in higher[1:]:
        gain = (gain + c) * width
    ends = np.cumsum(gain, axis=0)
    return (*higher, np.concatenate((np.zeros(np.shape(ends[:1])), ends[:-1])))


# -- values and slopes at breakpoints -----------------------------------------------------------------------


def checked(x: Any) -> Any:
    """The breakpoints, which must increase."""
    breaks = np.asarray(x, dtype=float)
    if not np.all(np.diff(breaks) > 0):
        raise ValueError("`x` must be strictly increasing sequence.")
    return breaks


def rows(x: Any, y: Any, axis: Any) -> Any:
    """Breakpoints, values with the interpolated axis in front, its place, widths, slopes between."""
    x, y = checked(x), np.asarray(y, dtype=complex if np.iscomplexobj(y) else float)
    place = axis % np.ndim(y)
    y = np.moveaxis(y, place, 0) if place else y
    width = spread(np.diff(x), np.ndim(y) - 1)
    return x, y, place, width, np.diff(y, axis=0) / width


def _through(y: Any, slope: Any, s: Any, width: Any) -> Any:
    """Coefficients of the cubics with values ``y`` and derivatives ``s`` at the breakpoints."""
    t = (s[:-1] + s[1:] - 2 * slope) / width
    return (t / width, (slope - s[:-1]) / width - t, s[:-1], y[:-1])


def hermite(x: Any, y: Any, dydx: Any, axis: Any = 0, extrapolate: Any = None) -> Any:
    """``CubicHermiteSpline``: values and derivatives are given."""
    x, y, place, width, slope = rows(x, y, axis)
    s = np.moveaxis(np.asarray(dydx), place, 0)
    outside = True if extrapolate is None else extrapolate
    return Polynomials(_through(y, slope, s, width), x, outside, place)


def pchip(x: Any, y: Any, axis: Any = 0, extrapolate: Any = None) -> Any:
    """``PchipInterpolator``: harmonic means of slopes, zero where they change sign."""
    if np.iscomplexobj(y):
        raise ValueError("`PchipInterpolator` only works with real values for `y`.")
    x, y, place, width, slope = rows(x, y, axis)
    outside = True if extrapolate is None else extrapolate
    if len(x) == 2:
        s = np.concatenate((slope, slope))
    else:
        before, after = slope[:-1], slope[1:]
        near, far = 2 * width[1:] + width[:-1], width[1:] + 2 * width[:-1]
        same = before * after > 0
        low, high = np.where(same, before, 1.0), np.where(same, after, 1.0)
        mean = np.where(same, (near + far) / (near / low + far / high), 0.0)
        first = _pchip_end(width[0], width[1], slope[0], slope[1])
        last = _pchip_end(width[-1], width[-2], slope[-1], slope[-2])
        s = np.concatenate((first[None], mean, last[None]))
    return Polynomials(_through(y, slope, s, width), x, outside, place)


def _pchip_end(h0: Any, h1: Any, m0: Any, m1: Any) -> Any:
    """The slope at an end by three points, cut where it would overshoot."""
    s = ((2 * h0 + h1) * m0 - h0 * m1) / (h0 + h1)
    cut = (np.sign(m0) != np.sign(m1)) & (np.abs(s) > 3.0 * np.abs(m0))
    return np.where(np.sign(s) != np.sign(m0), 0.0, np.where(cut, 3.0 * m0, s))


def akima(x: Any, y: Any, axis: Any = 0, *, method: Any = "akima", extrapolate: Any = None) -> Any:
    """``Akima1DInterpolator``: means of slopes, weighted by how much the slopes beyond them turn."""
    if np.iscomplexobj(y):
        raise ValueError("`Akima1DInterpolator` only works with real values for `y`.")
    if method not in ("akima", "makima"):
        raise NotImplementedError("`method` is unsupported.")  # SciPy's own error and text
    x, y, place, width, slope = rows(x, y, axis)
    if len(x) == 2:
        s = np.concatenate((slope, slope))
    else:
        left, right = 2 * slope[:1] - slope[1:2], 2 * slope[-1:] - slope[-2:-1]
        m = np.concatenate((2 * left - slope[:1], left, slope, right, 2 * right - slope[-1:]))
        turn = np.abs(np.diff(m, axis=0))
        if method == "makima":
            turn = turn + 0.5 * np.abs(m[1:] + m[:-1])
        f1, f2 = turn[2:], turn[:-2]
        known = f1 + f2 > 1e-9 * np.max(f1 + f2)
        weight = f2 / np.where(known, f1 + f2, 1.0)
        mean = m[1:-2] + weight * (m[2:-1] - m[1:-2])
        s = np.where(known, mean, 0.5 * (m[3:] + m[:-3]))
    outside = False if extrapolate is None else extrapolate
    return Polynomials(_through(y, slope, s, width), x, outside, place)


def polynomials(c: Any, x: Any, extrapolate: Any = None, axis: Any = 0) -> Any:
    """``PPoly``: coefficients are given."""
    if not isinstance(c, (tuple, list)):
        raise ValueError("PPoly of an array of coefficients: pass a tuple with one for each power")
    outside = True if extrapolate is None else extrapolate
    return Polynomials(tuple(np.asarray(power) for power in c), checked(x), outside, axis)


# -- cubic splines ----------------------------------------------------------------------------------------


def cubic(
    x: Any, y: Any, axis: Any = 0, bc_type: Any = "not-a-knot", extrapolate: Any = None
) -> Any:
    """``CubicSpline``: derivatives at the breakpoints that make the second derivative continuous."""
    x, y, place, width, slope = rows(x, y, axis)
    if bc_type == "periodic":
        outside = "periodic" if extrapolate is None else extrapolate
        s = _periodic(y, width, slope)
    else:
        outside = True if extrapolate is None else extrapolate
        first, last = (bc_type, bc_type) if isinstance(bc_type, str) else bc_type
        s = _continuous(width, slope, first, last)
    return Polynomials(_through(y, slope, s, width), x, outside, place)


def _continuous(width: Any, slope: Any, first: Any, last: Any) -> Any:
    """Derivatives at the breakpoints, by one equation for each."""
    h = np.ravel(width)
    start = _end_row(first, h, width, slope, 1.0)
    stop = _end_row(last, h[::-1], width[::-1], slope[::-1], -1.0)
    if first == "not-a-knot" and last == "not-a-knot" and len(h) == 2:  # a parabola
        start = np.ones(1), np.ones(1), 2 * slope[:1]
        stop = np.ones(1), np.ones(1), 2 * slope[1:]
    inner = 3 * (width[1:] * slope[:-1] + width[:-1] * slope[1:])
    middle = np.concatenate((start[0], 2 * (h[:-1] + h[1:]), stop[0]))
    above = np.concatenate((start[1], h[:-1]))
    below = np.concatenate((h[1:], stop[1]))
    right = np.concatenate((start[2], inner, stop[2]))
    s = solve_tridiagonal(below, middle, above, np.reshape(right, (len(right), -1)))
    return np.reshape(s, np.shape(right))


def _end_row(condition: Any, h: Any, width: Any, slope: Any, sign: Any) -> Any:
    """The equation of an end: factors of the derivatives there and next to it, the right side."""
    if condition == "not-a-knot":
        if len(h) == 1:
            return np.ones(1), np.zeros(1), slope[:1]
        d = width[:1] + width[1:2]
        right = (width[:1] + 2 * d) * width[1:2] * slope[:1] + width[:1] ** 2 * slope[1:2]
        return h[1:2], h[:1] + h[1:2], right / d
    if condition == "clamped":
        order, value = 1, 0.0
    elif condition == "natural":
        order, value = 2, 0.0
    else:
        order, value = condition
    if order == 1:
        return np.ones(1), np.zeros(1), np.broadcast_to(value, np.shape(slope[:1]))
    if order == 2:
        right = 3 * width[:1] * slope[:1] - sign * 0.5 * value * width[:1] ** 2
        return 2 * h[:1], h[:1], right
    raise ValueError("The specified derivative order must be 1 or 2.")


def _periodic(y: Any, width: Any, slope: Any) -> Any:
    """Derivatives at the breakpoints where the last one is the first again: the equations go round.

    All but the last are solved for their right side and for the last unknown, which the last one gives.
    """
    if not np.allclose(y[0], y[-1], rtol=1e-15, atol=1e-15):
        raise ValueError("The first and last `y` point must be identical.")
    if len(slope) == 1:
        return np.concatenate((slope, slope))
    before = np.roll(width, 1, axis=0)
    right = 3 * (width * np.roll(slope, 1, axis=0) + before * slope)
    flat = np.reshape(right, (len(right), -1))
    h, p = np.ravel(width), np.ravel(before)
    middle = 2 * (h + p)
    column = np.zeros(len(h) - 1)
    column[0] += h[0]
    column[-1] += p[-2]
    both = np.concatenate((flat[:-1], column[:, None]), axis=1)
    both = solve_tridiagonal(h[1:-1], middle[:-1], p[:-2], both)
    rest, by_last = both[:, :-1], both[:, -1:]
    last = flat[-1:] - h[-1] * rest[-1:] - p[-1] * rest[:1]
    last = last / (middle[-1] - h[-1] * by_last[-1] - p[-1] * by_last[0])
    s = np.concatenate((rest - by_last * last, last))
    return np.reshape(np.concatenate((s, s[:1])), np.shape(y))


MEANINGS: dict[Any, Any] = {
    interpolate.CubicSpline: cubic,
    interpolate.CubicHermiteSpline: hermite,
    interpolate.PchipInterpolator: pchip,
    interpolate.Akima1DInterpolator: akima,
    interpolate.PPoly: polynomials,
}


def stored(made: Any, count: Any, axis: Any) -> Any:
    """For an object with ``count`` powers that was made outside."""
    if len(made.c) != count:
        raise ValueError("the coefficients of the spline were replaced")
    powers = tuple(made.c[k] for k in range(count))
    return Polynomials(powers, made.x, made.extrapolate, axis)


_OWNERS = "CubicSpline CubicHermiteSpline PchipInterpolator Akima1DInterpolator PPoly"
OBJECTS: dict[type, Any] = {
    getattr(interpolate, name): (stored, lambda made: (len(made.c), made.axis))
    for name in _OWNERS.split()
}
