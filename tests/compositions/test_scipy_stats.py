"""Distributions and statistics of SciPy: value and gradient against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from composed_values import P, Q, check, flat

from srcgrad import SrcgradError, grad, value_and_grad

stats = pytest.importorskip("scipy.stats")

CASES: list[tuple[Callable[[Any], Any], Any]] = [
    (lambda x: flat(stats.norm.logpdf(x, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.norm.pdf(x)), P),
    (lambda x: flat(stats.norm.cdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.norm.logcdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.norm.sf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.norm.logsf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.cauchy.logpdf(x, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.cauchy.pdf(x)), P),
    (lambda x: flat(stats.cauchy.cdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.cauchy.logcdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.cauchy.sf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.cauchy.logsf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.laplace.logpdf(x, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.laplace.pdf(x)), P),
    (lambda x: flat(stats.laplace.cdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.laplace.logcdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.laplace.sf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.laplace.logsf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.logistic.logpdf(x, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.logistic.pdf(x)), P),
    (lambda x: flat(stats.logistic.cdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.logistic.logcdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.logistic.sf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.logistic.logsf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.gumbel_r.logpdf(x, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.gumbel_r.pdf(x)), P),
    (lambda x: flat(stats.gumbel_r.cdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.gumbel_r.logcdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.gumbel_r.sf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.gumbel_r.logsf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.gumbel_l.logpdf(x, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.gumbel_l.pdf(x)), P),
    (lambda x: flat(stats.uniform.logpdf(x, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.uniform.pdf(x)), P),
    (lambda x: flat(stats.uniform.cdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.uniform.logcdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.uniform.sf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.uniform.logsf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.expon.logpdf(x, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.expon.pdf(x)), P),
    (lambda x: flat(stats.expon.cdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.expon.logcdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.expon.sf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.expon.logsf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.halfnorm.logpdf(x, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.halfnorm.pdf(x)), P),
    (lambda x: flat(stats.halfnorm.cdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.halfnorm.logcdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.halfnorm.sf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.halfnorm.logsf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.halfcauchy.logpdf(x, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.halfcauchy.pdf(x)), P),
    (lambda x: flat(stats.rayleigh.logpdf(x, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.rayleigh.pdf(x)), P),
    (lambda x: flat(stats.rayleigh.cdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.rayleigh.logcdf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.rayleigh.sf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.rayleigh.logsf(x, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.t.logpdf(x, 3.5, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.t.pdf(x, 3.5)), P),
    (lambda x: flat(stats.t.cdf(x, 3.5, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.t.logcdf(x, 3.5, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.t.sf(x, 3.5, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.t.logsf(x, 3.5, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.gamma.logpdf(x, 1.7, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.gamma.pdf(x, 1.7)), P),
    (lambda x: flat(stats.gamma.cdf(x, 1.7, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.gamma.logcdf(x, 1.7, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.gamma.sf(x, 1.7, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.gamma.logsf(x, 1.7, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.chi2.logpdf(x, 3.2, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.chi2.pdf(x, 3.2)), P),
    (lambda x: flat(stats.chi2.cdf(x, 3.2, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.chi2.logcdf(x, 3.2, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.chi2.sf(x, 3.2, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.chi2.logsf(x, 3.2, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.chi.logpdf(x, 2.5, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.chi.pdf(x, 2.5)), P),
    (lambda x: flat(stats.beta.logpdf(x, 1.7, 2.3, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.beta.pdf(x, 1.7, 2.3)), P),
    (lambda x: flat(stats.beta.cdf(x, 1.7, 2.3, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.beta.logcdf(x, 1.7, 2.3, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.beta.sf(x, 1.7, 2.3, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.beta.logsf(x, 1.7, 2.3, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.lognorm.logpdf(x, 0.8, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.lognorm.pdf(x, 0.8)), P),
    (lambda x: flat(stats.lognorm.cdf(x, 0.8, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.lognorm.logcdf(x, 0.8, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.lognorm.sf(x, 0.8, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.lognorm.logsf(x, 0.8, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.invgamma.logpdf(x, 1.6, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.invgamma.pdf(x, 1.6)), P),
    (lambda x: flat(stats.f.logpdf(x, 3.1, 4.2, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.f.pdf(x, 3.1, 4.2)), P),
    (lambda x: flat(stats.weibull_min.logpdf(x, 1.4, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.weibull_min.pdf(x, 1.4)), P),
    (lambda x: flat(stats.weibull_min.cdf(x, 1.4, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.weibull_min.logcdf(x, 1.4, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.weibull_min.sf(x, 1.4, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.weibull_min.logsf(x, 1.4, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.pareto.logpdf(x + 1, 1.6, scale=0.9 + 0.1 * x[0])), P),
    (lambda x: flat(stats.pareto.pdf(x + 1, 1.6)), P),
    (lambda x: flat(stats.pareto.cdf(x + 1, 1.6, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.pareto.logcdf(x + 1, 1.6, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.pareto.sf(x + 1, 1.6, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.pareto.logsf(x + 1, 1.6, loc=-0.05, scale=1.1)), P),
    (lambda x: flat(stats.vonmises.logpdf(x, 1.3, loc=0.05, scale=0.9 + 0.3 * x[0])), P),
    (lambda x: flat(stats.vonmises.pdf(x, 1.3)), P),
    (lambda x: flat(stats.norm.ppf(x, loc=x[0])), P),
    (lambda x: flat(stats.gamma.logpdf(2.0, a=x, scale=x)), P),
    (lambda x: flat(stats.gamma.logpdf(np.array([-1.0, 2.0]), a=x[0])[1]), P),
    (lambda x: flat(stats.beta.logpdf(0.3, a=x, b=x + 1)), P),
    (lambda x: flat(stats.t.logpdf(0.3, df=x)), P),
    (lambda x: flat(stats.norm.logpdf(np.array([0.3, 1.2]), x[0], x[1])), P),
    (lambda x: flat(stats.poisson.logpmf(np.array([1, 3, 0, 2, 5, 1]), x)), P),
    (lambda x: flat(stats.poisson.pmf(3, x)), P),
    (lambda x: flat(stats.poisson.cdf(3, x)), P),
    (lambda x: flat(stats.binom.logpmf(np.array([1, 3, 0, 2, 5, 1]), 5, x)), P),
    (lambda x: flat(stats.binom.pmf(2, 5, x)), P),
    (lambda x: flat(stats.bernoulli.logpmf(1, x)), P),
    (lambda x: flat(stats.geom.logpmf(3, x)), P),
    (lambda x: flat(stats.nbinom.logpmf(3, 2.5, x)), P),
    (
        lambda x: flat(
            stats.multivariate_normal.logpdf(np.array([0.1, 0.3]), x[:2], np.diag(x[2:4]) + 0.1)
        ),
        P,
    ),
    (lambda x: flat(stats.multivariate_normal.logpdf(x, np.zeros(4), np.eye(4) + 0.2)), Q),
    (lambda x: flat(stats.multivariate_normal.pdf(x, np.zeros(4), 1.5)), Q),
    (lambda x: flat(stats.dirichlet.logpdf(np.array([0.2, 0.3, 0.5]), x[:3] + 1)), P),
    (lambda x: flat(stats.dirichlet.pdf(np.array([0.2, 0.3, 0.5]), x[:3] + 1)), P),
    (lambda x: flat(stats.multinomial.logpmf([1, 2, 1], 4, x[:3] / np.sum(x[:3]))), P),
    (lambda x: flat(stats.zscore(x)), Q),
    (lambda x: flat(stats.gmean(x, axis=1)), Q),
    (lambda x: flat(stats.hmean(x, axis=1)), Q),
    (lambda x: flat(stats.pmean(x, 2.5, axis=1)), Q),
    (lambda x: flat(stats.sem(x)), Q),
    (lambda x: flat(stats.moment(x, 3)), Q),
    (lambda x: flat(stats.skew(x)), Q),
    (lambda x: flat(stats.kurtosis(x, axis=1)), Q),
    (lambda x: flat(stats.variation(x)), Q),
    (lambda x: flat(stats.entropy(x)), Q),
    (lambda x: flat(stats.entropy(x, x[::-1])), P),
]


@pytest.mark.parametrize(("function", "x"), CASES)
def test_value_and_gradient(function: Callable[[Any], Any], x: Any) -> None:
    check(function, x)


def test_outside_its_range_a_density_is_flat() -> None:
    def f(x: Any) -> Any:
        density = stats.gamma.pdf(x, 1.7) + stats.beta.pdf(x, 2.0, 3.0) + stats.expon.pdf(x)
        return np.sum(density + stats.lognorm.pdf(x, 0.5) + stats.uniform.cdf(x))

    np.testing.assert_array_equal(grad(f)(np.array([-1.0, -0.5])), [0.0, 0.0])


def test_parameters_that_are_not_allowed_give_nan_as_scipy_does() -> None:
    def f(x: Any) -> Any:
        return np.sum(stats.norm.logpdf(0.3, 0.0, x))

    assert np.isnan(f(np.array([-1.0])))
    with np.errstate(invalid="ignore"):
        value, _ = value_and_grad(f)(np.array([-1.0]))
    assert np.isnan(value)


def test_slopes_along_shapes_of_distribution_functions_are_refused() -> None:
    with pytest.raises(SrcgradError, match=r"has no derivative rule \[SG201\]"):
        grad(lambda x: np.sum(stats.gamma.cdf(1.0, x)))(P)
