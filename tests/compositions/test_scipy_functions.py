"""Functions of SciPy: value and gradient against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from composed_values import A, M, P, S, V, check, flat

from srcgrad import SrcgradError, grad

integrate = pytest.importorskip("scipy.integrate")
linalg = pytest.importorskip("scipy.linalg")
ndimage = pytest.importorskip("scipy.ndimage")
signal = pytest.importorskip("scipy.signal")
special = pytest.importorskip("scipy.special")

CASES: list[tuple[Callable[[Any], Any], Any]] = [
    (lambda x: flat(linalg.solve(x, np.arange(3.0))), S),
    (lambda x: flat(linalg.inv(x)), S),
    (lambda x: flat(linalg.det(x)), S),
    (lambda x: flat(linalg.pinv(x)), S),
    (lambda x: flat(linalg.solve_triangular(x, np.arange(3.0))), S),
    (lambda x: flat(linalg.solve_triangular(x, x * 2, lower=True)), S),
    (lambda x: flat(linalg.solve_triangular(x, x * 2, lower=True, trans=1)), S),
    (lambda x: flat(linalg.solve_triangular(x, x * 2, trans="C", unit_diagonal=True)), S),
    (lambda x: flat(linalg.cho_solve(linalg.cho_factor(x), np.arange(3.0))), A),
    (lambda x: flat(linalg.cho_solve(linalg.cho_factor(x, lower=True), np.arange(3.0))), A),
    (lambda x: flat(linalg.cho_factor(x)[0]), A),
    (lambda x: flat(linalg.cholesky(x)), A),
    (lambda x: flat(linalg.cholesky(x, lower=True)), A),
    (lambda x: flat(linalg.expm(x / 3)), S),
    (lambda x: flat(linalg.sqrtm(x)), A),
    (lambda x: flat(linalg.logm(x)), A),
    (lambda x: flat(linalg.sinm(x / 3)), S),
    (lambda x: flat(linalg.cosm(x / 3)), S),
    (lambda x: flat(linalg.tanm(x / 9)), S),
    (lambda x: flat(linalg.sinhm(x / 3)), S),
    (lambda x: flat(linalg.coshm(x / 3)), S),
    (lambda x: flat(linalg.tanhm(x / 9)), S),
    (lambda x: flat(linalg.block_diag(x, x[:2] * 2, x[0])), M),
    (lambda x: flat(linalg.toeplitz(x)), V),
    (lambda x: flat(linalg.toeplitz(x[:3], x[2:])), V),
    (lambda x: flat(linalg.circulant(x)), V),
    (lambda x: flat(linalg.hankel(x)), V),
    (lambda x: flat(linalg.hankel(x[:3], x[2:])), V),
    (lambda x: flat(linalg.companion(x)), V),
    (lambda x: flat(linalg.khatri_rao(x, x[:2])), M),
    (lambda x: flat(linalg.lu_factor(x)[0]), S),
    (lambda x: flat(linalg.lu_solve(linalg.lu_factor(x), np.arange(3.0))), S),
    (lambda x: flat(linalg.lu_solve(linalg.lu_factor(x), np.arange(3.0), trans=1)), S),
    (lambda x: flat(linalg.lu_solve(linalg.lu_factor(x[[2, 0, 1]]), x)), S),
    (lambda x: flat(linalg.lu(x[[2, 0, 1]])[1]), S),
    (lambda x: flat(linalg.eigh(x)[0]), A),
    (lambda x: flat(linalg.eigh(x, eigvals_only=True)), A),
    (lambda x: flat(linalg.eigvalsh(x)), A),
    (lambda x: flat(linalg.eigvals(x).real), S),
    (lambda x: flat(linalg.eig(x)[0].real), S),
    (lambda x: flat(linalg.svd(x)[1]), S),
    (lambda x: flat(linalg.svdvals(x)), S),
    (lambda x: flat(linalg.qr(x)[1]), S),
    (lambda x: flat(linalg.norm(x, 1)), S),
    (lambda x: flat(linalg.norm(x)), V),
    (lambda x: flat(linalg.lstsq(x, np.arange(3.0))[0]), S),
    (lambda x: flat(linalg.solve_sylvester(x, x.T, x * 2)), S),
    (lambda x: flat(linalg.solve_continuous_lyapunov(x, x * 2)), S),
    (lambda x: flat(linalg.solve_discrete_lyapunov(x / 9, x * 2)), S),
    (lambda x: flat(np.linalg.eig(x)[0].real), S),
    (lambda x: flat(np.linalg.eig(x)[1].real), S),
    (lambda x: flat(np.linalg.eig(x)[1].imag), S),
    (lambda x: flat(np.linalg.eig(x - 3 * np.eye(3))[0].imag), S),
    (lambda x: flat(signal.convolve(x, x[:3])), V),
    (lambda x: flat(signal.convolve(x, x[:3], mode="same")), V),
    (lambda x: flat(signal.convolve(x, x[:2], mode="same")), V),
    (lambda x: flat(signal.convolve(x, x[:3], "valid")), V),
    (lambda x: flat(signal.fftconvolve(x, x[:3], mode="same")), V),
    (lambda x: flat(signal.correlate(x, x[:3])), V),
    (lambda x: flat(signal.correlate(x, x[:3], mode="same")), V),
    (lambda x: flat(signal.convolve2d(x, x[:2, :2])), M),
    (lambda x: flat(signal.convolve2d(x, x[:2, :2], mode="same")), M),
    (lambda x: flat(signal.convolve2d(x, x[:2, :2], mode="valid")), M),
    (lambda x: flat(signal.convolve(x, x[:2, :2])), M),
    (lambda x: flat(signal.fftconvolve(x, x[:2, :2])), M),
    (lambda x: flat(signal.lfilter([0.5, 0.2], [1.0, -0.3, 0.1], x)), V),
    (lambda x: flat(signal.lfilter(x[:2], np.array([2.0, 0.3]), x)), V),
    (lambda x: flat(signal.lfilter([0.5, 0.2], [1.0, -0.3, 0.1], x, axis=0)), M),
    (lambda x: flat(signal.detrend(x)), M),
    (lambda x: flat(signal.detrend(x, type="constant", axis=0)), M),
    (lambda x: flat(np.abs(signal.hilbert(x))), V),
    (lambda x: flat(integrate.trapezoid(x, dx=0.3)), V),
    (lambda x: flat(integrate.simpson(x, dx=0.3)), M),
    (lambda x: flat(integrate.simpson(x, dx=0.3, axis=0)), M),
    (lambda x: flat(integrate.simpson(x, x=np.arange(6.0) ** 1.5)), V),
    (lambda x: flat(integrate.simpson(x[:5], x=np.arange(5.0) ** 1.5)), V),
    (lambda x: flat(integrate.cumulative_trapezoid(x, dx=0.3, axis=0, initial=0)), M),
    (lambda x: flat(integrate.cumulative_trapezoid(x, np.arange(6.0) ** 1.5)), V),
    (lambda x: flat(ndimage.gaussian_filter(x, 0.8)), M),
    (lambda x: flat(ndimage.gaussian_filter(x, 2.0, mode="nearest")), M),
    (lambda x: flat(ndimage.gaussian_filter(x, (0.5, 1.0), mode="wrap")), M),
    (lambda x: flat(ndimage.gaussian_filter1d(x, 1.0, axis=0, mode="mirror")), M),
    (lambda x: flat(ndimage.gaussian_filter1d(x, 1.0, mode="constant", cval=1.5)), M),
    (lambda x: flat(ndimage.convolve(x, np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 10]]))), M),
    (
        lambda x: flat(ndimage.correlate(x, np.array([[1.0, 2], [4, 5], [7, 8]]), mode="constant")),
        M,
    ),
    (lambda x: flat(ndimage.convolve1d(x, np.array([1.0, 2.0, 3.0]))), V),
    (lambda x: flat(ndimage.convolve1d(x, np.array([1.0, 2.0, 3.0, 5.0]))), V),
    (lambda x: flat(ndimage.correlate1d(x, x[:3])), V),
    (lambda x: flat(ndimage.uniform_filter(x, 3)), M),
    (lambda x: flat(ndimage.uniform_filter1d(x, 4, axis=1)), M),
    (lambda x: flat(ndimage.sobel(x)), M),
    (lambda x: flat(ndimage.prewitt(x, axis=0)), M),
    (lambda x: flat(ndimage.laplace(x)), M),
    (
        lambda x: flat(
            special.y0(x * x)
            + special.y1(x * x)
            + special.k0(x * x)
            + special.k1(x * x)
            + special.k0e(x * x)
            + special.k1e(x * x)
        ),
        V,
    ),
    (
        lambda x: flat(
            special.i0e(x) + special.i1e(x) + special.j1(x) + special.i1(x) + special.exprel(x)
        ),
        V,
    ),
    (
        lambda x: flat(
            special.j1(x - x[0])
            + special.i1(x - x[0])
            + special.exprel(x - x[0])
            + special.i1e(x * 2 - 2 * x[0])
        ),
        V,
    ),
    (
        lambda x: flat(
            special.jv(1.5, x) + special.yv(1.5, x) + special.iv(1.5, x) + special.kv(1.5, x)
        ),
        P,
    ),
    (
        lambda x: flat(
            special.jve(1.5, x) + special.yve(1.5, x) + special.ive(1.5, x) + special.kve(1.5, x)
        ),
        P,
    ),
    (lambda x: flat(special.kn(2, x) + special.yn(2, x) + special.jn(2, x)), P),
    (lambda x: flat(special.expi(x) + special.exp1(x) + special.expn(3, x)), P),
    (lambda x: flat(special.erfcx(x) + special.erfi(x) + special.dawsn(x)), V),
    (lambda x: flat(special.erfcinv(x) + special.spence(x) + special.wrightomega(x)), P),
    (lambda x: flat(special.ellipk(x) + special.ellipe(x) + special.ellipkm1(x)), P),
    (lambda x: flat(special.ellipkinc(x, 0.3) + special.ellipeinc(x, 0.4)), P),
    (
        lambda x: flat(
            special.hyp0f1(1.5, x)
            + special.hyp1f1(1.5, 0.4, x)
            + special.hyp2f1(0.3, 1.2, 0.7, x / 2)
            + special.hyperu(0.3, 0.8, x)
        ),
        P,
    ),
    (
        lambda x: flat(
            special.sindg(x)
            + special.cosdg(x)
            + special.tandg(x)
            + special.cosm1(x)
            + special.cotdg(x)
        ),
        V,
    ),
    (
        lambda x: flat(
            special.exp2(x)
            + special.exp10(x)
            + special.expm1(x)
            + special.log1p(x)
            + special.cbrt(x)
        ),
        P,
    ),
    (
        lambda x: flat(
            special.gammainc(1.5, x)
            + special.gammaincc(0.7, x)
            + special.gammaincinv(1.5, x)
            + special.gammainccinv(1.5, x)
        ),
        P,
    ),
    (
        lambda x: flat(
            special.betainc(1.5, 0.8, x)
            + special.betaincc(0.7, 1.2, x)
            + special.betaincinv(1.5, 2.0, x)
            + special.betainccinv(1.5, 2.0, x)
        ),
        P,
    ),
    (lambda x: flat(special.stdtr(3.5, x) + special.stdtrit(3.5, x)), P),
    (
        lambda x: flat(
            special.rgamma(x)
            + special.loggamma(x)
            + special.binom(x + 3, x)
            + special.poch(x, x + 1)
            + special.zeta(2.5, x)
        ),
        P,
    ),
    (lambda x: flat(special.huber(0.5, x) + special.pseudo_huber(0.5, x)), V),
    (lambda x: flat(special.huber(x, 0.5) + special.pseudo_huber(x, 0.5)), P),
    (
        lambda x: flat(
            special.boxcox(x, 0.4)
            + special.boxcox(0.4, x)
            + special.boxcox(x, 0.0)
            + special.boxcox1p(x, 0.4)
            + special.boxcox1p(0.3, x)
        ),
        P,
    ),
    (lambda x: flat(special.inv_boxcox(x, 0.4) + special.inv_boxcox1p(x, 0.4)), P),
    (lambda x: flat(special.softplus(x)), V),
    (lambda x: flat(special.logsumexp(x, axis=1, b=np.arange(1.0, 5))), M),
    (lambda x: flat(special.logsumexp(x, axis=0, b=x, return_sign=True)[0]), M),
    (lambda x: flat(special.multigammaln(x[0] + 3, 3)), P),
    (
        lambda x: flat(
            special.chdtr(3.0, x)
            + special.chdtrc(3.0, x * 2)
            + special.gdtr(0.3, 1.2, x)
            + special.gdtrc(x, 1.2, 3.0)
        ),
        P,
    ),
    (
        lambda x: flat(
            special.pdtr(3, x)
            + special.pdtrc(2, x)
            + special.fdtr(3.0, 4.0, x)
            + special.fdtrc(3.0, 4.0, 2 * x)
            + special.bdtr(2, 5, x)
            + special.bdtrc(2, 5, x / 2)
        ),
        P,
    ),
    (lambda x: flat(special.diric(x, 5)), P),
    (lambda x: flat(np.i0(x)), V),
    (lambda x: flat(np.i0(x - x[0])), V),
    (lambda x: flat(np.frexp(x)[0]), V),
    (lambda x: flat(np.ldexp(x, 3)), V),
    (lambda x: flat(np.ldexp(x, np.arange(6))), V),
    (lambda x: flat(np.nextafter(x, 2.0)), V),
    (lambda x: flat(np.spacing(x) * x), V),
]


@pytest.mark.parametrize(("function", "x"), CASES)
def test_value_and_gradient(function: Callable[[Any], Any], x: Any) -> None:
    check(function, x)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.sum(special.jv(x, 1.0)),
        lambda x: np.sum(special.gammainc(x, 1.5)),
        lambda x: np.sum(special.betainc(1.5, x, 0.3)),
        lambda x: np.sum(special.hyp2f1(0.3, x, 0.7, 0.2)),
    ],
)
def test_slopes_along_orders_and_shapes_are_refused(function: Callable[[Any], Any]) -> None:
    with pytest.raises(SrcgradError, match=r"has no derivative rule \[SG201\]"):
        grad(function)(P)


def test_limits_at_zero() -> None:
    def f(x: Any) -> Any:
        return np.sum(special.j1(x) + special.i1(x) + special.exprel(x) + special.i1e(x))

    np.testing.assert_allclose(grad(f)(np.zeros(1)), [2.0])
