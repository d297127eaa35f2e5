"""Functions of NumPy in all their forms: value and gradient against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from composed_values import A, B, M, P, S, T, V, check, flat

from srcgrad import SrcgradError, grad

CASES: list[tuple[Callable[[Any], Any], Any]] = [
    (lambda x: flat(np.nanprod(x)), V),
    (lambda x: flat(np.nanprod(x, axis=1)), M),
    (lambda x: flat(np.nancumsum(x, axis=1)), M),
    (lambda x: flat(np.nancumprod(x)), V),
    (lambda x: flat(np.nanvar(x, axis=0)), M),
    (lambda x: flat(np.nanvar(x, axis=0, ddof=1, keepdims=True)), M),
    (lambda x: flat(np.nanstd(x)), M),
    (lambda x: flat(np.nanmedian(x)), V),
    (lambda x: flat(np.nanmedian(x, axis=1)), M),
    (lambda x: flat(np.nanpercentile(x, 30)), V),
    (lambda x: flat(np.nanquantile(x, 0.3, axis=0)), M),
    (lambda x: flat(np.percentile(x, [20, 30], axis=0)), M),
    (lambda x: flat(np.quantile(x, np.array([0.2, 0.7]), axis=1)), M),
    (lambda x: flat(np.quantile(x, [0.2, 0.7], axis=1, keepdims=True)), M),
    (lambda x: flat(np.average(x, axis=0, weights=np.array([1.0, 2, 3]))), M),
    (lambda x: np.average(x, axis=0, weights=np.array([1.0, 2, 3]), returned=True)[0][1], M),
    (lambda x: flat(np.cumulative_sum(x)), V),
    (lambda x: flat(np.cumulative_sum(x, include_initial=True)), V),
    (lambda x: flat(np.cumulative_prod(x, axis=1)), M),
    (lambda x: flat(np.partition(x, 2)[2]), V),
    (lambda x: flat(np.partition(x, 2, axis=0)[2]), M),
    (lambda x: flat(np.add.accumulate(x)), V),
    (lambda x: flat(np.multiply.accumulate(x)), V),
    (lambda x: flat(np.subtract.accumulate(x)), V),
    (lambda x: flat(np.maximum.accumulate(x)), V),
    (lambda x: flat(np.minimum.accumulate(x)), V),
    (lambda x: flat(np.subtract.reduce(x)), V),
    (lambda x: flat(np.divide.reduce(x)), V),
    (lambda x: flat(np.add.reduce(x, axis=1, keepdims=True)), M),
    (lambda x: flat(np.power.outer(x, np.array([1.0, 2.0]))), P),
    (lambda x: flat(np.arctan2.outer(x, np.array([1.0, 2.0]))), P),
    (lambda x: flat(np.hypot.outer(x, np.array([1.0, 2.0]))), P),
    (lambda x: flat(np.hypot.reduce(x)), P),
    (lambda x: flat(np.logaddexp.accumulate(x)), P),
    (lambda x: flat(np.logaddexp2.reduce(x)), P),
    (lambda x: flat(np.add.reduceat(x, [0, 2, 4])), P),
    (lambda x: flat(np.sum(x, where=np.arange(4) > 1)), M),
    (lambda x: flat(np.sum(x, axis=0, initial=2.0)), M),
    (lambda x: flat(np.sum(x, axis=0, where=x > 0, initial=2.0)), M),
    (lambda x: flat(x.sum(axis=0, where=x > 0)), M),
    (lambda x: flat(np.mean(x, axis=0, where=np.array([[True], [False], [True]]))), M),
    (lambda x: flat(np.prod(x, axis=0, where=x > 0, initial=2.0)), M),
    (lambda x: flat(np.max(x, axis=0, where=x > 0, initial=-2.0)), M),
    (lambda x: flat(np.min(x, axis=0, initial=0.1)), M),
    (lambda x: flat(np.var(x, axis=0, where=np.array([[True], [False], [True]]))), M),
    (lambda x: flat(np.std(x, axis=0, where=np.array([[True], [False], [True]]))), M),
    (lambda x: flat(np.var(x, axis=0, mean=np.mean(x, axis=0, keepdims=True))), M),
    (lambda x: flat(np.var(x, axis=0, correction=1)), M),
    (lambda x: flat(np.exp(x, where=x > 0, out=np.zeros((3, 4)))), M),
    (lambda x: flat(np.multiply(x, 2.0, out=np.zeros((3, 4)))), M),
    (lambda x: flat(np.piecewise(x, [x < 0, x >= 0], [lambda t: t * t, lambda t: 3 * t])), V),
    (lambda x: flat(np.piecewise(x, [x < 0], [lambda t: t * t, 2.0])), V),
    (lambda x: flat(np.select([x < 0, x < 1], [x * x, 3 * x], 7.0)), V),
    (lambda x: flat(np.select([x < 0, x < 1], [x * x, 3 * x])), V),
    (lambda x: flat(np.choose(np.array([0, 1, 1]), [x[:3], 2 * x[3:]])), V),
    (lambda x: flat(np.choose(np.array([0, 3, -1]), [x[:3], 2 * x[3:]], mode="clip")), V),
    (lambda x: flat(np.i0(x)), V),
    (lambda x: flat(np.vander(x)), V),
    (lambda x: flat(np.vander(x, 3, increasing=True)), V),
    (lambda x: flat(np.apply_along_axis(lambda r: r * r[0], 1, x)), M),
    (lambda x: flat(np.apply_over_axes(np.sum, x, [0, 1])), M),
    (lambda x: flat(np.fmod(x, 0.7)), V),
    (lambda x: flat(np.mod(x, 0.7)), V),
    (lambda x: flat(np.modf(x)[0]), V),
    (lambda x: flat(np.frexp(x)[0]), V),
    (lambda x: flat(np.ldexp(x, 3)), V),
    (lambda x: flat(np.divmod(x, 0.7)[1]), V),
    (lambda x: flat(divmod(x, 0.7)[1]), V),
    (lambda x: flat(np.trapezoid(x)), V),
    (lambda x: flat(np.trapezoid(x, np.arange(6.0) ** 2)), V),
    (lambda x: flat(np.resize(x, (2, 3))), M),
    (lambda x: flat(np.resize(x, (5, 4))), M),
    (lambda x: flat(x[np.unique(np.array([3, 1, 1, 2]))]), V),
    (lambda x: flat(np.unique(x)), V),
    (lambda x: flat(np.nan_to_num(x, nan=3.0)), V),
    (lambda x: flat(np.lexsort((x,)) * x), V),
    (lambda x: flat(np.linalg.norm(x)), M),
    (lambda x: flat(np.linalg.norm(x, "nuc")), M),
    (lambda x: flat(np.linalg.norm(x, 2)), M),
    (lambda x: flat(np.linalg.norm(x, -2)), M),
    (lambda x: flat(np.linalg.norm(x, 1)), M),
    (lambda x: flat(np.linalg.norm(x, -1)), M),
    (lambda x: flat(np.linalg.norm(x, np.inf)), M),
    (lambda x: flat(np.linalg.norm(x, -np.inf)), M),
    (lambda x: flat(np.linalg.norm(x, 3, axis=1)), M),
    (lambda x: flat(np.linalg.norm(x, 0.5, axis=1, keepdims=True)), M),
    (lambda x: flat(np.linalg.norm(x, 0) * x), V),
    (lambda x: flat(np.linalg.norm(x, -3)), V),
    (lambda x: flat(np.linalg.norm(x, "fro", axis=(1, 2))), T),
    (lambda x: flat(np.linalg.norm(x, 1, axis=(1, 2))), T),
    (lambda x: flat(np.linalg.norm(x, np.inf, axis=(0, 2), keepdims=True)), T),
    (lambda x: flat(np.linalg.norm(x, 2, axis=(0, 2))), T),
    (lambda x: flat(np.linalg.norm(x, "nuc", axis=(2, 0), keepdims=True)), T),
    (lambda x: flat(np.linalg.eig(x)[0].real), S),
    (lambda x: flat(np.abs(np.linalg.eigvals(x))), S),
    (lambda x: flat(np.abs(np.linalg.eig(x)[1])), S),
    (lambda x: flat(np.abs(np.linalg.eigvals(x))), B),
    (lambda x: flat(np.linalg.inv(x)), B),
    (lambda x: flat(np.linalg.det(x)), B),
    (lambda x: flat(np.linalg.slogdet(x)[1]), B),
    (lambda x: flat(np.linalg.solve(x, np.ones((2, 3, 1)))), B),
    (lambda x: flat(np.linalg.eigvalsh(x)), B),
    (lambda x: flat(np.linalg.svd(x, compute_uv=False)), B),
    (lambda x: flat(np.linalg.qr(x)[1]), B),
    (lambda x: flat(np.linalg.pinv(x)), B),
    (lambda x: flat(np.linalg.cholesky(x @ np.swapaxes(x, 1, 2))), B),
    (lambda x: flat(np.linalg.matrix_power(x, 3)), B),
    (lambda x: flat(np.linalg.cond(x)), B),
    (lambda x: flat(np.linalg.cond(x, 1)), S),
    (lambda x: flat(np.linalg.cond(x, "fro")), S),
    (lambda x: flat(np.linalg.pinv(x, rcond=1e-10)), S),
    (lambda x: flat(np.linalg.pinv(x, rcond=1e-10)), M),
    (lambda x: flat(np.linalg.eigvalsh(x, "U")), A),
    (lambda x: flat(np.sign(x * (1 + 2j) + 1j).real), V),
    (lambda x: flat(np.frexp(x)[0]), V),
    (lambda x: flat(np.linalg.eigh(x, UPLO="U")[0]), A),
    (lambda x: flat(np.linalg.cholesky(x, upper=True)), A),
    (
        lambda x: flat(
            np.linalg.tensorsolve(np.reshape(np.kron(x, np.eye(2)), (3, 2, 6)), np.ones((3, 2)))
        ),
        S,
    ),
    (lambda x: flat(np.linalg.tensorinv(np.reshape(np.kron(x, np.eye(2)), (3, 2, 6)), ind=2)), S),
    (lambda x: flat(np.linalg.matrix_norm(x)), M),
    (lambda x: flat(np.linalg.matrix_norm(x, ord=1)), T),
    (lambda x: flat(np.linalg.matrix_norm(x, ord=2, keepdims=True)), T),
    (lambda x: flat(np.linalg.vector_norm(x, axis=1)), T),
    (lambda x: flat(np.linalg.vector_norm(x)), T),
    (lambda x: flat(np.linalg.vector_norm(x, ord=3, axis=(0, 1))), T),
    (lambda x: flat(np.linalg.outer(x, x)), V),
    (lambda x: flat(np.linalg.cross(x[:3], x[3:])), V),
    (lambda x: flat(np.linalg.diagonal(x)), M),
    (lambda x: flat(np.linalg.trace(x)), M),
    (lambda x: flat(np.linalg.matmul(x, x.T)), M),
    (lambda x: flat(np.linalg.matrix_transpose(x)), M),
    (lambda x: flat(np.linalg.tensordot(x, x)), M),
    (lambda x: flat(np.linalg.vecdot(x, x)), V),
    (lambda x: flat(np.vecdot(x, x)), V),
    (lambda x: flat(np.matvec(x, np.arange(4.0))), M),
    (lambda x: flat(np.vecmat(np.arange(3.0), x)), M),
    (lambda x: flat(np.linalg.svdvals(x)), M),
    (lambda x: flat(np.linalg.multi_dot([x, x, x])), S),
    (lambda x: flat(np.linalg.matrix_rank(x) * x), S),
    (lambda x: flat(np.linalg.lstsq(x.T, np.arange(4.0), rcond=None)[0]), M),
    (lambda x: flat(np.einsum("ij,kj->ik", x, x)), M),
    (lambda x: flat(np.einsum("ij->j", x)), M),
    (lambda x: flat(np.einsum("ij,ij", x, x)), M),
    (lambda x: flat(np.einsum("ii", x)), S),
    (lambda x: flat(np.einsum("ii->i", x)), S),
    (lambda x: flat(np.einsum("...ij,kj->...ik", x, x[0])), T),
    (lambda x: flat(np.einsum(x, [0, 1], x, [2, 1], [0, 2])), M),
    (lambda x: flat(np.einsum(x, [0, 1], x, [0, 1])), M),
    (lambda x: flat(np.split(x, [1, 3], axis=1)[1]), M),
    (lambda x: flat(np.array_split(x, 3, axis=1)[1]), M),
    (lambda x: flat(np.hsplit(x, 2)[1]), M),
    (lambda x: flat(np.vsplit(x, 3)[1]), M),
    (lambda x: flat(np.dsplit(x, 2)[1]), T),
    (lambda x: flat(np.pad(x, 2)), M),
    (lambda x: flat(np.pad(x, ((1, 2), (0, 1)), mode="edge")), M),
    (lambda x: flat(np.pad(x, 2, mode="linear_ramp", end_values=1.5)), M),
    (lambda x: flat(np.pad(x, 2, mode="maximum")), M),
    (lambda x: flat(np.pad(x, 2, mode="mean")), M),
    (lambda x: flat(np.pad(x, 2, mode="median")), M),
    (lambda x: flat(np.pad(x, 2, mode="minimum", stat_length=2)), M),
    (lambda x: flat(np.pad(x, 2, mode="reflect")), M),
    (lambda x: flat(np.pad(x, 2, mode="reflect", reflect_type="odd")), M),
    (lambda x: flat(np.pad(x, 3, mode="symmetric")), M),
    (lambda x: flat(np.pad(x, 5, mode="wrap")), M),
    (lambda x: flat(np.pad(x, 2, mode="empty") * 0), M),
    (lambda x: flat(np.pad(x, 1, constant_values=((1, 2), (3, 4)))), M),
    (lambda x: flat(np.polyfit(np.arange(6.0), x, 2)), V),
    (lambda x: flat(np.polyadd(x, x[:2])), V),
    (lambda x: flat(np.polysub(x, x[:2])), V),
    (lambda x: flat(np.polymul(x, x[:2])), V),
    (lambda x: flat(np.polyder(x)), V),
    (lambda x: flat(np.polyint(x)), V),
    (lambda x: flat(np.poly(x)), V),
    (lambda x: flat(np.abs(np.roots(x))), V),
    (lambda x: flat(np.round(x, 2) * x), V),
    (lambda x: flat(np.around(x) * x), V),
    (lambda x: flat(np.interp(np.linspace(0, 5, 7), np.arange(6.0), x)), V),
    (
        lambda x: flat(
            np.interp(np.linspace(0, 5, 7), np.arange(6.0), x, left=1.0, right=2.0, period=None)
        ),
        V,
    ),
    (lambda x: flat(np.interp(np.linspace(0, 5, 7), np.arange(6.0), x, period=5.5)), V),
    (lambda x: flat(np.correlate(x, x[:3], "same")), V),
    (lambda x: flat(np.correlate(x, x[:3], "full")), V),
    (lambda x: flat(np.convolve(x, x[:3], "valid")), V),
    (lambda x: flat(np.ediff1d(x, to_begin=x[0], to_end=np.array([1.0, 2.0]))), V),
    (lambda x: flat(np.gradient(x, np.arange(6.0) ** 1.5)), V),
    (lambda x: flat(np.gradient(x, 0.5, edge_order=2)), V),
    (lambda x: flat(np.trim_zeros(x)), V),
    (lambda x: flat(np.rot90(x, 3)), M),
    (lambda x: flat(np.tril(x, 1)), M),
    (lambda x: flat(np.tri(3, 4) * x), M),
    (lambda x: x[np.tril_indices(3)].sum(), M),
    (lambda x: x[np.triu_indices(3, 1)].sum(), M),
    (lambda x: x[np.diag_indices(3)].sum(), S),
    (lambda x: flat(x[np.ix_([0, 2], [1, 2])]), S),
    (lambda x: flat(x.flat[3]), M),
    (lambda x: flat(np.diagflat(x, 1)), V),
    (lambda x: flat(np.permute_dims(x, (1, 0))), M),
    (lambda x: flat(np.matrix_transpose(x)), M),
    (lambda x: flat(np.concat([x, x])), M),
    (lambda x: flat(np.histogram(x, bins=4)[0] * 1.0) + x[0], V),
    (lambda x: flat(np.convolve(x, [1.0, 2.0], mode="same")), V),
    (lambda x: flat(np.pow(x, 2)), V),
    (
        lambda x: flat(
            np.acos(x / 9)
            + np.asin(x / 9)
            + np.atan(x)
            + np.acosh(2 + x * x)
            + np.asinh(x)
            + np.atanh(x / 9)
            + np.atan2(x, 2)
        ),
        V,
    ),
    (lambda x: flat(np.astype(x, np.float64)), V),
    (lambda x: flat(np.real_if_close(x)), V),
    (lambda x: flat(np.require(x)), V),
    (lambda x: flat(np.spacing(x) * x), V),
    (lambda x: flat(np.nextafter(x, 2.0)), V),
    (lambda x: flat(np.cross(x[:, :, 0], x[:, :, 1], axis=1)), T),
    (lambda x: flat(np.cross(x[:, 0, :3], x[:, 1, :3])), T),
    (lambda x: flat(np.cross(x, x[::-1] * x, axisa=0, axisb=0)), M),
    (lambda x: flat(np.cov(x, x[::-1] ** 2)), M),
    (lambda x: flat(np.cov(x, aweights=np.arange(1.0, 5))), M),
    (lambda x: flat(np.corrcoef(x)), M),
    (lambda x: flat(np.float_power(x * x, 1.5)), M),
    (lambda x: flat(np.fabs(x)), M),
    (lambda x: flat(np.degrees(x) + np.radians(x)), V),
    (lambda x: flat(np.flip(x)), V),
    (lambda x: flat(np.argmax(x, axis=1) * x[:, 0]), M),
    (lambda x: flat(np.delete(x, [1, 2])), V),
    (lambda x: flat(np.insert(x, [1, 3], [7.0, 8.0])), V),
    (lambda x: flat(np.tile(x, (2, 2))), V),
    (lambda x: flat(np.bartlett(5)[:3] * x[:3]), V),
    (lambda x: flat(np.hamming(6) * x + np.hanning(6) + np.blackman(6) + np.kaiser(6, 3.0)), V),
    (lambda x: flat(np.geomspace(1.0, 2.0 + x[0], 5)), V),
    (lambda x: flat(np.logspace(0.0, x[0], 5)), V),
    (lambda x: flat(np.linspace(x[0], x[1], 5)), V),
    (lambda x: flat(np.nanargmax(x) * x), V),
    (lambda x: flat(np.fft.fft(x).real), V),
    (lambda x: flat(np.fft.hfft(x)), V),
    (lambda x: flat(np.fft.ihfft(x).imag), V),
    (lambda x: flat(np.setdiff1d(x, [0.1])), V),
    (lambda x: flat(np.fix(x) * x), V),
    (lambda x: flat(np.broadcast_shapes((3, 1), (1, 2))[0] * x), V),
]


@pytest.mark.parametrize(("function", "x"), CASES)
def test_value_and_gradient(function: Callable[[Any], Any], x: Any) -> None:
    check(function, x)


def with_gaps(x: Any) -> Any:
    """Some elements missing."""
    y = np.where(np.arange(12).reshape(3, 4) % 5 == 1, np.nan, x)
    spread = np.nanvar(y, axis=1, ddof=1) + np.nanstd(y, axis=1) + np.nanprod(y, axis=1)
    middle = np.nanmedian(y, axis=1) + np.nanquantile(y, 0.3, axis=1)
    return flat(spread) + flat(middle) + flat(np.nancumsum(y, axis=0)) + np.nanpercentile(y, 70)


def in_place(x: Any) -> Any:
    """Functions that write."""
    y = x * 1.0
    np.place(y, y > 0, [1.0, 2.0])
    np.multiply.at(y, [0, 1, 0], x[:3])
    return flat(y)


@pytest.mark.parametrize(("function", "x"), [(with_gaps, M), (in_place, V)])
def test_missing_elements_and_stores(function: Callable[[Any], Any], x: Any) -> None:
    check(function, x)


def test_distinct_elements_are_read_from_where_they_are() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.unique(x) * np.array([1.0, 10.0, 100.0]))

    g = grad(f)(np.array([2.0, 1.0, 3.0, 1.0]))
    np.testing.assert_array_equal(g, [10.0, 1.0, 100.0, 0.0])


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.sum(np.unstack(x)[0]) if hasattr(np, "unstack") else np.sum(np.roots(x[0])),
        lambda x: np.sum(np.linalg.pinv(x @ x.T, hermitian=True)),
        lambda x: np.sum(np.linalg.lstsq(x, x, rcond=None)[1]),
        lambda x: np.sum(np.percentile(x, 30, method="hazen")),
    ],
)
def test_other_forms_are_refused(function: Callable[[Any], Any]) -> None:
    with pytest.raises(SrcgradError):
        grad(function)(M)
