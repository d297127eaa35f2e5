"""What is written out is also recorded: SciPy by every way to a name, its objects, joined arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from composed_values import A, M, P, S, V, check, flat
from numpy import c_, r_

from srcgrad import SrcgradError, grad

pytest.importorskip("scipy")
import scipy.linalg as sla
import scipy.stats
from scipy import integrate, interpolate, linalg, ndimage
from scipy.interpolate import CubicSpline
from scipy.linalg import cholesky, inv
from scipy.special import expit, logsumexp
from scipy.stats import multivariate_normal, norm
from test_numpy_functions import CASES as OF_NUMPY
from test_scipy_functions import CASES as OF_SCIPY
from test_scipy_stats import CASES as OF_STATISTICS

TIMES = np.linspace(0.0, 1.0, 6)
SPLINE = CubicSpline(TIMES, np.sin(3 * TIMES))
STEPS = interpolate.interp1d(TIMES, TIMES**2)


def imported_inside(x: Any) -> Any:
    import scipy.linalg as inner
    from scipy.linalg import solve_triangular

    return flat(solve_triangular(inner.cholesky(x), np.arange(3.0)))


def written_to_an_output(x: Any) -> Any:
    buffer = np.zeros((3, 4))
    ndimage.gaussian_filter1d(x, 1.0, output=buffer)
    return flat(buffer * x)


def written_to_an_output_by_position(x: Any) -> Any:
    buffer = np.zeros((3, 4))
    ndimage.gaussian_filter1d(x, 1.0, -1, 0, buffer, "wrap")
    return flat(buffer * x)


def slopes_that_close_over_the_argument(x: Any) -> Any:
    def slope(t: Any, y: Any) -> Any:
        return np.array([y[1] - x[0] * y[0], x[1] * np.cos(t)])

    times, tight = [0.5, 1.0], {"rtol": 1e-9, "atol": 1e-11}
    return flat(integrate.solve_ivp(slope, (0, 1), [1.0, 2.0], t_eval=times, **tight).y)


def spline_of_constants_made_inside(x: Any) -> Any:
    spline = CubicSpline(TIMES, np.cos(TIMES))
    return flat(spline(x)) + len(spline.roots()) * spline.derivative()(x[0])


WAYS: list[tuple[Any, Any]] = [
    (lambda x: flat(cholesky(x)), A),
    (lambda x: flat(inv(x)), A),
    (lambda x: flat(inv(x, overwrite_a=True) * x), A),
    (lambda x: flat(inv(x, True) * x), A),
    (lambda x: flat(linalg.sqrtm(x)), A),
    (lambda x: flat(sla.expm(x / 9)), A),
    (lambda x: flat(scipy.linalg.solve(x, np.arange(3.0))), A),
    (lambda x: linalg.norm(x), M),
    (lambda x: norm.logpdf(x[0]) + norm.cdf(0.3, x[1], P[0]), V),
    (lambda x: multivariate_normal.logpdf(np.ones(3), x[0], x, allow_singular=True), A),
    (lambda x: logsumexp([x[0], x[1], 0.4]) + flat(expit([x[2], 0.1])), V),
    (lambda x: flat(c_[x, x[:, 0] ** 2]), M),
    (lambda x: flat(r_[x, x[:2] ** 2]), M),
    (lambda x: flat(np.r_[0:3, x[1] ** 2, 1.5]), V),
    (lambda x: flat(np.c_[x, x**2]), V),
    (lambda x: np.linalg.lstsq(x, np.arange(3.0), rcond=None)[0][1], S),
    (lambda x: flat(np.linalg.norm(x, np.inf)), M),
    (lambda x: flat(SPLINE(x) + STEPS(x)) + SPLINE.derivative()(x[0]), P),
    (lambda x: flat(interpolate.make_interp_spline(TIMES, x)(TIMES[1:5] + 0.1)), V),
    (lambda x: flat(CubicSpline(TIMES, x).derivative()(TIMES + 0.1)), V),
    (spline_of_constants_made_inside, P),
    (imported_inside, A),
    (written_to_an_output, M),
    (written_to_an_output_by_position, M),
]


@pytest.mark.parametrize("k", range(len(WAYS)))
def test_every_way_to_a_function_is_recorded(k: int) -> None:
    check(*WAYS[k], frontend="record")


def _is_refused(function: Any) -> bool:
    """Whether it takes a part that no run depends on: ``.imag`` of reals, ``out=`` with ``where=``."""
    code = function.__code__
    return "imag" in code.co_names or ("where", "out") in code.co_consts


TABLES = {"numpy": OF_NUMPY, "scipy": OF_SCIPY, "statistics": OF_STATISTICS}


@pytest.mark.parametrize("name", TABLES)
def test_what_is_written_out_is_recorded_with_the_gradient_of_its_source(name: str) -> None:
    for function, x in TABLES[name]:
        try:
            wanted = grad(function, frontend="source")(x.copy())
        except SrcgradError:
            continue
        if _is_refused(function):
            continue
        found = grad(function, frontend="record")(x.copy())
        np.testing.assert_allclose(found, wanted, rtol=1e-8, atol=1e-10)


def test_object_that_may_keep_an_array_forbids_writes_to_it() -> None:
    def kept(x: Any) -> Any:
        values = np.zeros(6)
        spline = CubicSpline(TIMES, values)
        values[0] = x[0]
        return spline(0.1) + x[0]

    with pytest.raises(SrcgradError, match="SG206"):
        grad(kept, frontend="record")(V)


def test_function_that_calls_back_from_compiled_code_is_refused() -> None:
    for function in (
        slopes_that_close_over_the_argument,
        lambda x: integrate.quad(lambda t: x[0] * t, 0, 1)[0],
        lambda x: flat(integrate.solve_ivp(lambda t, y: -y, (0, 1), x, t_eval=[1.0]).y),
    ):
        with pytest.raises(SrcgradError, match="SG232"):
            grad(function, frontend="record")(V)


def test_what_an_object_of_scipy_does_beyond_its_composition_is_refused_at_the_line() -> None:
    cases = [
        (lambda y: flat(CubicSpline(TIMES, y).roots()), "SG203", "'roots'"),
        (lambda y: interpolate.interp1d(TIMES, y, kind="quadratic")(0.3), "SG202", "interp1d"),
    ]
    for function, code, text in cases:
        with pytest.raises(SrcgradError, match=text) as caught:
            grad(function, frontend="record")(V)
        assert caught.value.code == code and __file__ in str(caught.value)


def test_output_of_a_filter_is_not_lost_from_source() -> None:
    with pytest.raises(SrcgradError, match="output="):
        grad(written_to_an_output, frontend="source")(M)
    check(written_to_an_output, M)


def test_stand_ins_answer_as_what_they_stand_for() -> None:
    def asks(x: Any) -> Any:
        spline = CubicSpline(TIMES, np.cos(TIMES))
        assert isinstance(spline, CubicSpline)
        assert isinstance(norm, scipy.stats.rv_continuous)
        assert scipy.linalg.inv is inv and scipy.stats.norm is norm
        assert norm.cdf == norm.cdf and {inv: 1}[linalg.inv]
        assert repr(linalg.inv) == REPR and "inv" in dir(linalg)
        return x[0] * norm.pdf(0.1)

    assert grad(asks, frontend="record")(V)[0] == norm.pdf(0.1)
    assert scipy.linalg.inv is inv and repr(inv) == REPR


REPR = repr(inv)
