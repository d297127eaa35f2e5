"""Library functions as users call them: value bit-equal, gradient equal to differences."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from srcgrad import grad, value_and_grad

RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(3, 4))
Y = RANDOM.normal(size=(3, 4))
V = RANDOM.normal(size=5)
S = RANDOM.normal(size=(4, 4)) + 4.0 * np.eye(4)
P = 0.1 * (S + S.T) + np.diag([1.0, 2.0, 4.0, 7.0])
T = np.linspace(0.5, 2.0, 5)
ROWS = np.array([2, 0, 2])


def _w(x: Any) -> Any:
    """Weights that tell every element from every other."""
    return np.cos(1.0 + np.arange(x.size)).reshape(x.shape)


PROGRAMS: dict[str, tuple[Callable[..., Any], Any]] = {}


def program(x: Any) -> Callable[..., Any]:
    """Collect a program to test at a point."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        PROGRAMS[function.__name__] = (function, x)
        return function

    return add


@program(X)
def flips(x):
    return np.sum(np.fliplr(x) * x + np.flipud(x) ** 2 * np.flip(x, axis=1) + np.rot90(x, 2) * x)


@program(X)
def rolls(x):
    return np.sum(
        np.roll(x, 1, axis=0) * x + np.roll(x, (1, 2), axis=(0, 1)) ** 2 * x + np.roll(x, 3) * x
    )


@program(X)
def tiles(x):
    return (
        np.sum(np.tile(x, 2)[0] ** 2)
        + np.sum(np.tile(x, (2, 1))[3] * x[1])
        + np.tile(x, (2, 1, 1))[1, 0, 0]
    )


@program(V)
def repeats(x):
    a = np.repeat(x, 2) * np.arange(10.0)
    b = np.repeat(x, [0, 2, 1, 3, 1]) ** 2
    return np.sum(a) + np.sum(b * np.arange(7.0)) + np.sum(x.repeat(3) ** 3)


@program(X)
def repeats_along(x):
    n = len(x)
    return np.sum(np.repeat(x, n, axis=1)[0] ** 2) + np.sum(np.repeat(x, ROWS, axis=0)[1] * x[2])


@program(X)
def pads(x):
    a = np.pad(x, 1)
    b = np.pad(x, ((1, 0), (0, 2)), mode="edge")
    c = np.pad(x[0], (2, 1), "wrap")
    return (
        np.sum(a[1:4] ** 2) + np.sum(b**2) + np.sum(c * np.pad(x[1], (2, 1), constant_values=0.5))
    )


@program(X)
def takes(x):
    a = np.take(x, ROWS, axis=0) * np.arange(12.0).reshape(3, 4)
    b = x.take([1, 5, 1])
    c = np.take_along_axis(x, np.argsort(x, axis=1), axis=1)
    return (
        np.sum(a**2)
        + np.sum(b**2)
        + np.sum(c * np.arange(4.0))
        + np.sum(np.compress([True, False, True], x, axis=0) ** 2)
    )


@program(X)
def sorts(x):
    return (
        np.sum(np.sort(x) * np.arange(4.0))
        + np.sum(np.sort(x, axis=0)[1] ** 2)
        + np.sort(x, axis=None)[5] ** 2
    )


@program(X)
def differences(x):
    return (
        np.sum(np.diff(x) ** 2)
        + np.sum(np.diff(x, n=2, axis=1) ** 3)
        + np.sum(np.diff(x, axis=0, prepend=0.5) ** 2)
        + np.sum(np.ediff1d(x) ** 2)
    )


@program(X)
def scans(x):
    return (
        np.sum(np.cumsum(x, axis=1) ** 2)
        + np.sum(np.cumprod(x, axis=0) * Y)
        + np.sum(x.cumsum() ** 2)
        + np.sum(np.maximum.accumulate(x, axis=1) * Y)
        + np.sum(np.add.accumulate(x) ** 2)
    )


@program(X)
def stacks(x):
    a = np.hstack([x, x[:, :1]])
    b = np.vstack((x[0], x[1] ** 2, x[2]))
    c = np.dstack([x, Y])
    d = np.column_stack([x[:, 0], x[:, 1] ** 2, Y])
    e = np.hstack([x[0], x[1]])
    f = np.append(x[0], x[1] * 2.0)
    g = np.append(x, Y, axis=1)
    h = np.block([[x, Y], [Y, x**2]])
    return (
        np.sum(a**2)
        + np.sum(b**3)
        + np.sum(c**2)
        + np.sum(d[1] ** 2)
        + np.sum(e**3)
        + np.sum(f**2)
        + np.sum(g[0] ** 3)
        + np.sum(h[4] ** 2)
    )


@program(X)
def splits(x):
    a, b = np.split(x, 2, axis=1)
    c, d, e = np.split(x, [1, 3], axis=1)
    f = np.array_split(x, 2)
    g, h = np.hsplit(x, 2)
    return (
        np.sum(a * b)
        + np.sum(c * e)
        + np.sum(d**2)
        + np.sum(f[0] ** 3)
        + np.sum(f[1] ** 2)
        + np.sum(g * h**2)
    )


@program(V)
def grids(x):
    a, b = np.meshgrid(x, T)
    c, d = np.meshgrid(x, T, indexing="ij")
    e, f = np.broadcast_arrays(x, np.ones((2, 5)))
    return np.sum(a * b**2) + np.sum(np.sin(c) * d) + np.sum(e**2 * f)


@program(V)
def at_least(x):
    return (
        np.sum(np.atleast_2d(x) ** 2)
        + np.sum(np.atleast_3d(x)[0, :, 0] ** 3)
        + np.atleast_1d(x[0])[0] ** 2
    )


@program(S)
def diagonals(x):
    return (
        np.trace(x) ** 2
        + np.trace(x @ x, offset=1)
        + np.sum(np.diag(x) ** 2)
        + np.sum(np.diag(x[0]) @ x)
        + np.sum(np.diagonal(x, 1) ** 3)
        + np.sum(np.triu(x, 1) ** 2 + np.tril(x) ** 3)
        + x.trace()
        + x.diagonal()[1]
    )


@program(X)
def kron_and_cross(x):
    a = np.kron(x[:2, :2], Y[:2])
    b = np.cross(x[:, :3], Y[:, 1:])
    return np.sum(a**2) + np.sum(b**2 * x[:, :3]) + np.sum(np.kron(x[0], x[1]) ** 2)


@program(X)
def einsums(x):
    a = np.einsum("ij,kj->ik", x, Y)
    b = np.einsum("ij,kj,kl", x, Y, X)
    c = np.einsum("ii->i", x[:, :3])
    d = np.einsum("...j,j->...", x, Y[0])
    return (
        np.sum(a**2)
        + np.sum(b**2)
        + np.sum(c**3)
        + np.sum(d**2)
        + np.einsum("ii", x[:, 1:]) ** 2
        + np.einsum("ij,ij", x, x, optimize=True)
    )


@program(X)
def products(x):
    return (
        np.sum(np.tensordot(x, Y, axes=([1], [1])) ** 2)
        + np.tensordot(x, Y) ** 2
        + np.sum(np.inner(x, Y[1]) ** 2)
        + np.vdot(x, Y)
        + np.sum(np.outer(x[0], x[1]) ** 2)
        + np.sum(np.tensordot(x, Y, 0)[1, 2] ** 2)
    )


@program(V)
def convolutions(x):
    k = np.array([0.5, -1.0, 2.0])
    return (
        np.sum(np.convolve(x, k) ** 2)
        + np.sum(np.convolve(x, k, "same") ** 2)
        + np.sum(np.convolve(k, x, mode="valid") ** 3)
        + np.sum(np.correlate(x, k) ** 2)
        + np.sum(np.correlate(x, k, "full") ** 3)
    )


@program(S)
def solves(x):
    return (
        np.sum(np.linalg.solve(x, V[:4]) ** 2)
        + np.sum(np.linalg.inv(x) ** 2)
        + np.linalg.det(x) / 100.0
        + np.linalg.slogdet(x)[1]
        + np.sum(np.linalg.pinv(x) ** 2)
    )


@program(P)
def symmetric(x):
    w, v = np.linalg.eigh(x)
    return (
        np.sum(np.linalg.cholesky(x) ** 3)
        + np.sum(np.linalg.eigvalsh(x) ** 2)
        + np.sum(w * v[0] ** 2)
    )


@program(S)
def powers(x):
    return (
        np.sum(np.linalg.matrix_power(x, 3)) / 10
        + np.sum(np.linalg.matrix_power(x, -2))
        + np.sum(np.linalg.matrix_power(x, 5)) / 100
        + np.sum(np.linalg.multi_dot([x, S, x[:, :2]]))
    )


@program(S)
def norms(x):
    v = x[0]
    a = (
        np.linalg.norm(v)
        + np.linalg.norm(v, 1)
        + np.linalg.norm(v, np.inf)
        + np.linalg.norm(v, -np.inf)
        + np.linalg.norm(v, ord=3)
    )
    b = (
        np.linalg.norm(x, "fro")
        + np.linalg.norm(x, "nuc")
        + np.linalg.norm(x, 2)
        + np.linalg.norm(x, 1)
        + np.linalg.norm(x, np.inf)
    )
    return (
        a
        + b
        + np.sum(np.linalg.norm(x, axis=1) ** 3)
        + np.sum(np.linalg.norm(x, 1, axis=0, keepdims=True) ** 2)
    )


@program(X)
def statistics(x):
    return (
        np.var(x)
        + np.std(x, axis=0, ddof=1).sum()
        + x.var(axis=1).sum() ** 2
        + np.average(x, weights=np.abs(Y))
        + np.sum(np.average(x, axis=0, weights=T[:3]) ** 2)
        + np.ptp(x)
        + np.median(x) ** 2
        + np.sum(np.median(x, axis=1) ** 2)
        + np.percentile(x, 30)
        + np.sum(np.quantile(x, 0.6, axis=0) ** 2)
    )


@program(X)
def sums(x):
    return (
        np.sum(np.logaddexp.reduce(x, axis=1))
        + np.add.reduce(x)[0] ** 2
        + np.multiply.reduce(x[0])
        + np.maximum.reduce(x)[1]
        + np.sum(x, dtype=float) ** 2
        + np.sum(np.mean(x, axis=(0, 1), dtype=np.float64) ** 2)
    )


@program(V)
def quadratures(x):
    return (
        np.trapezoid(x**2)
        + np.trapezoid(x**2, T)
        + np.trapezoid(x, dx=0.3) ** 2
        + np.sum(np.gradient(x, 0.5) ** 2)
        + np.sum(np.gradient(np.outer(x, x))[1] ** 2)
    )


@program(V)
def pointwise(x):
    return np.sum(
        np.clip(x, -0.5, 0.5) ** 2
        + np.clip(x, -T, T) ** 3
        + x.clip(0.0, None)
        + np.logaddexp(x, T)
        + np.hypot(x, T)
        + np.arctan2(x, T)
        + np.sinc(x)
        + np.heaviside(x, 0.5)
        + np.nan_to_num(x)
        + np.fmod(x, T)
        + np.copysign(T * x, x)
        + np.unwrap(x)
    )


@program(V)
def choices(x):
    a = np.select([x > 0.5, x > -0.5], [x**2, x**3], 0.5)
    rows = np.nonzero(x > 0)[0]
    b = x[np.where(x < 0)]
    c = np.extract(x > 0, x)
    return (
        np.sum(a)
        + np.sum(x[rows] ** 3)
        + np.sum(b**2)
        + np.sum(c**2)
        + np.sum(x[np.flatnonzero(x > 0)])
    )


@program(X)
def nans(x):
    y = np.where(x > 1.0, np.nan, x)
    return np.nansum(y) ** 2 + np.sum(np.nanmean(y, axis=0) ** 2) + np.nanmax(y) + np.nanmin(x)


@program(X)
def inserted(x):
    a = np.delete(x, 1, axis=0)
    b = np.delete(x, -1)
    c = np.insert(x, 2, 0.5, axis=1)
    d = np.insert(x, 1, x[0] ** 2, axis=0)
    e = np.insert(x[0], 1, 3.0)
    return (
        np.sum(a**2) + np.sum(b**3) + np.sum(c[1] ** 2) + np.sum(d**2) + np.sum(e * np.arange(5.0))
    )


@program(V)
def polynomials(x):
    return np.sum(np.polyval(x, T) ** 2) + np.sum(np.polyval([1.0, 2.0, 3.0], x))


@program(V)
def outers(x):
    a = np.add.outer(x, T) * np.subtract.outer(x, x)
    b = np.multiply.outer(np.outer(x, x), T)[1, 2]
    q, r = np.divmod(x, T)
    return np.sum(a**2) + np.sum(b**2) + np.sum(q * r) + np.ndim(a) * np.sum(np.float_power(T, x))


@program(X)
def covariances(x):
    return (
        np.sum(np.cov(x) ** 2)
        + np.sum(np.cov(x, rowvar=False, bias=True)[0])
        + np.cov(x[0])
        + np.corrcoef(x)[0, 1]
    )


@program(V)
def by_subscript(x):
    a = np.r_[x, 1.0, x[:2] ** 2, 0:3]
    b = np.c_[x, x**2, T]
    return np.sum(a * np.arange(11.0)) + np.sum(b**2 * np.arange(3.0))


@program(X)
def counted_and_stacked(x):
    a = np.bincount(ROWS, weights=x[:, 1] ** 2, minlength=5)
    b = np.dot(x, np.ones((2, 4, 3)) * np.arange(3.0))
    c = np.rollaxis(x, 1) * x.T + np.rollaxis(x, 0, 2) ** 2
    return np.sum(a**2 * np.arange(5.0)) + np.sum(b**2) + np.sum(c)


@program(V)
def interpolated(x):
    return (
        np.sum(np.interp(x, T - 1.2, V**2))
        + np.sum(np.interp(T, T, x) ** 2)
        + np.interp(0.7, T, x * 2.0)
    )


@program(V)
def made(x):
    a = np.zeros(shape=(5,), dtype=float) + x
    b = np.ones_like(x, dtype=np.float64) * x + np.full_like(x, 0.5)
    c = np.full((2, 5), x, dtype=float)
    d = np.linspace(x[0], x[1], 4, endpoint=False)
    e = np.eye(5, k=1) @ x + np.identity(5) @ x + np.eye(5, 5, dtype=float)[0] * x
    f = (
        np.arange(5, dtype=float) * x
        + np.arange(0, 10, step=2) * x
        + np.arange(start=0, stop=5) * x
    )
    return np.sum(a * b) + np.sum(c**2) + np.sum(d**2) + np.sum(e * f)


@program(V)
def without_slope(x):
    k = int(np.argmax(x)) + int(np.searchsorted(T, 0.9)) + np.count_nonzero(x > 0)
    near = np.isclose(x, 0.3)
    flat = np.sum(np.floor(x) + np.round(x, 1) + np.sign(x) + np.trunc(x) + np.rint(x) + np.fix(x))
    order = np.argsort(x)
    places = np.unique(np.array([3, 1, 3]))
    scale = 2.0 if np.allclose(x, x) and np.any(x > 0) and not np.all(near) else 3.0
    return k * np.sum(x[order] * T) + flat * 0.0 + scale * np.sum(x[places] ** 2)


@program(np.array([0.3, 0.8, 1.4, 2.2]))
def numbers(x):
    a, b, c = float(x[0]), float(x[1]), float(x[2])
    d = (
        math.hypot(a, b)
        + math.hypot(a, b, c)
        + math.dist((a, b), (c, 0.5))
        + math.prod([a, b, c])
        + math.fsum([a, b, c])
    )
    e = (
        math.gamma(b)
        + math.lgamma(c)
        + math.erf(a)
        + math.erfc(b)
        + math.atan2(a, b)
        + math.copysign(c, -1.0)
        + math.fabs(a)
        + math.fmod(c, 0.6)
    )
    f = (
        math.expm1(a)
        + math.log1p(b)
        + math.log2(c)
        + math.log10(a)
        + math.log(b, 3.0)
        + math.log(c, 2)
        + math.degrees(a)
        + math.radians(b)
    )
    g = math.cbrt(a) + math.exp2(b) if a > 0 else 0.0
    q, r = divmod(c, 0.5)
    h = float(math.comb(5, 2)) * a + round(b, 1) * c + round(c) * a + q * a + r
    return d + e + f + g + h + float(math.isclose(a, b))


@program(T)
def numbers_in_a_row(x):
    s = np.cumsum(np.abs(x))
    t = np.arange(0, s[-1], 0.75 * x[0])
    u = np.arange(x[0], s[-1]) * np.arange(x[1], 9.0, x[2] * 2)[:7].sum()
    v = np.arange(0.3 + float(x[3]), 0.0, -float(x[4]) / 7)
    return np.sum(np.sin(t)) + np.sum(u**2) + np.sum(v * x[0]) + np.sum(np.arange(x[4] * 2.3))


@program(S)
def products_in_the_best_order(x):
    a = np.linalg.multi_dot([x[0], x, x.T, x[1]]) + np.linalg.multi_dot([x[0], x])[2]
    b = np.linalg.multi_dot([x, x.T, x[:, 2]]) * np.linalg.multi_dot([x[1], x, x])
    return a + np.sum(b**2) * 1e-6 + np.sum(np.linalg.multi_dot([x, x, x])) * 1e-3


@program(X)
def windows_that_slide(x):
    view = np.lib.stride_tricks.sliding_window_view
    means = view(x[0], 3).mean(axis=-1) * [1.0, 2.0]
    y = x.copy()
    seen = view(y, (2, 2))
    y[1] *= 2.0
    return (
        np.sum(means**2) + np.sum(seen**3 * [1.0, 2.0]) + np.sum(view(x, 2, axis=0)[..., 1] * x[1:])
    )


@program(np.array([0.37, 2.9, -1.7]))
def numbers_of_python(x):
    a, b, c = (float(v) for v in x)
    factor, power = math.frexp(b * 5)
    size, angle = cmath.polar(complex(a, c))
    rest = math.remainder(b * 5, 1.3) * math.remainder(c, a) + math.remainder(7.0, b)
    return factor**2 * power + rest + size * angle + math.nextafter(a, 10.0) ** 2


@pytest.mark.parametrize("name", list(PROGRAMS))
def test_library_function_has_its_value_and_gradient(name: str) -> None:
    function, x = PROGRAMS[name]
    if name == "numbers" and not hasattr(math, "cbrt"):
        pytest.skip("math.cbrt is new in Python 3.11")
    value, g = value_and_grad(function)(x)
    assert value == function(x)
    for seed in range(4):
        t = np.random.default_rng(seed).normal(size=x.shape)
        step = 1e-6
        wanted = (function(x + step * t) - function(x - step * t)) / (2 * step)
        found = np.sum(g * t)
        assert abs(found - wanted) <= 1e-6 * max(1.0, np.sum(np.abs(g * t))), (found, wanted)


def test_a_minus_sign_before_a_mask_of_slopes() -> None:
    x = np.array([1.0, np.nan, -2.0])
    np.testing.assert_array_equal(grad(lambda x: -np.nansum(x))(x), [-1.0, 0.0, -1.0])
    np.testing.assert_array_equal(grad(lambda x: 3.0 - np.nansum(2.0 * x))(x), [-2.0, 0.0, -2.0])
