"""Continuous distributions of ``scipy.stats``: their logarithmic densities, and the table of all methods.

Densities are exponentials of what is written here; logarithms and rests of distribution functions
are made from the functions themselves, but for the normal one.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special, stats

from srcgrad.compositions import scipy_stats_functions as functions
from srcgrad.compositions.scipy_stats_functions import chosen

_HALF_LOG_TWO_PI = math.log(2 * math.pi) / 2


# -- standard forms: (y, shapes) --------------------------------------------------------------------


def _norm_log(y: Any) -> Any:
    return -(y**2) / 2.0 - _HALF_LOG_TWO_PI


def _t_log(y: Any, df: Any) -> Any:
    scale = special.gammaln((df + 1) / 2) - special.gammaln(df / 2) - 0.5 * np.log(df * np.pi)
    return scale - (df + 1) / 2 * np.log1p(y * y / df)


def _gamma_log(y: Any, a: Any) -> Any:
    return special.xlogy(a - 1.0, y) - y - special.gammaln(a)


def _beta_log(y: Any, a: Any, b: Any) -> Any:
    return special.xlog1py(b - 1.0, -y) + special.xlogy(a - 1.0, y) - special.betaln(a, b)


def _lognorm_log(y: Any, s: Any) -> Any:
    return -(np.log(y) ** 2) / (2 * s * s) - np.log(s * y * np.sqrt(2 * np.pi))


def _logistic_log(y: Any) -> Any:
    size = -np.abs(y)
    return size - 2.0 * special.log1p(np.exp(size))


def _invgamma_log(y: Any, a: Any) -> Any:
    return -(a + 1) * np.log(y) - special.gammaln(a) - 1.0 / y


def _f_log(y: Any, dfn: Any, dfd: Any) -> Any:
    powers = dfd / 2 * np.log(dfd) + dfn / 2 * np.log(dfn) + special.xlogy(dfn / 2 - 1, y)
    return powers - (dfn + dfd) / 2 * np.log(dfd + dfn * y) - special.betaln(dfn / 2, dfd / 2)


# -- logarithmic densities: (x, shapes, loc, scale) ---------------------------------------------------


def norm_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Normal."""
    return np.where(scale > 0, _norm_log((x - loc) / scale) - np.log(scale), np.nan)


def t_logpdf(x: Any, df: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Student's t."""
    valid = (scale > 0) & (df > 0)
    return np.where(valid, _t_log((x - loc) / scale, df) - np.log(scale), np.nan)


def cauchy_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Cauchy's."""
    y = (x - loc) / scale
    return np.where(scale > 0, -np.log(np.pi * (1 + y * y)) - np.log(scale), np.nan)


def laplace_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Laplace's."""
    return np.where(scale > 0, np.log(0.5) - np.abs((x - loc) / scale) - np.log(scale), np.nan)


def logistic_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Logistic."""
    return np.where(scale > 0, _logistic_log((x - loc) / scale) - np.log(scale), np.nan)


def gumbel_r_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Gumbel's, of largest values."""
    y = (x - loc) / scale
    return np.where(scale > 0, -y - np.exp(-y) - np.log(scale), np.nan)


def gumbel_l_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Gumbel's, of smallest values."""
    y = (x - loc) / scale
    return np.where(scale > 0, y - np.exp(y) - np.log(scale), np.nan)


def vonmises_logpdf(x: Any, kappa: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Von Mises'."""
    y = (x - loc) / scale
    value = kappa * special.cosm1(y) - np.log(2 * np.pi) - np.log(special.i0e(kappa))
    return np.where(scale > 0, value - np.log(scale), np.nan)


def uniform_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Uniform."""
    y = (x - loc) / scale
    return chosen(scale > 0, (y >= 0) & (y <= 1), 0.0 * y - np.log(scale), -np.inf)


def expon_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Exponential."""
    y = (x - loc) / scale
    return chosen(scale > 0, y >= 0, -y - np.log(scale), -np.inf)


def gamma_logpdf(x: Any, a: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Gamma."""
    y = (x - loc) / scale
    inside = y >= 0
    value = _gamma_log(np.where(inside, y, 1.0), a) - np.log(scale)
    return chosen((scale > 0) & (a > 0), inside, value, -np.inf)


def chi2_logpdf(x: Any, df: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Chi square."""
    return gamma_logpdf(x, df / 2.0, loc, 2 * scale)


def chi_logpdf(x: Any, df: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Chi."""
    y = (x - loc) / scale
    inside = y >= 0
    safe = np.where(inside, y, 1.0)
    value = np.log(2) - 0.5 * np.log(2) * df - special.gammaln(0.5 * df)
    value = value + special.xlogy(df - 1.0, safe) - 0.5 * safe**2 - np.log(scale)
    return chosen((scale > 0) & (df > 0), inside, value, -np.inf)


def beta_logpdf(x: Any, a: Any, b: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Beta."""
    y = (x - loc) / scale
    inside = (y >= 0) & (y <= 1)
    value = _beta_log(np.where(inside, y, 0.5), a, b) - np.log(scale)
    return chosen((scale > 0) & (a > 0) & (b > 0), inside, value, -np.inf)


def lognorm_logpdf(x: Any, s: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Log-normal."""
    y = (x - loc) / scale
    inside = y > 0
    value = _lognorm_log(np.where(inside, y, 1.0), s) - np.log(scale)
    return chosen((scale > 0) & (s > 0), inside, value, -np.inf)


def invgamma_logpdf(x: Any, a: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Inverse gamma."""
    y = (x - loc) / scale
    inside = y > 0
    value = _invgamma_log(np.where(inside, y, 1.0), a) - np.log(scale)
    return chosen((scale > 0) & (a > 0), inside, value, -np.inf)


def f_logpdf(x: Any, dfn: Any, dfd: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Fisher's F."""
    y = (x - loc) / scale
    inside = y >= 0
    value = _f_log(np.where(inside, y, 1.0), dfn, dfd) - np.log(scale)
    return chosen((scale > 0) & (dfn > 0) & (dfd > 0), inside, value, -np.inf)


def weibull_min_logpdf(x: Any, c: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Weibull's."""
    y = (x - loc) / scale
    inside = y >= 0
    safe = np.where(inside, y, 1.0)
    value = np.log(c) + special.xlogy(c - 1, safe) - safe**c - np.log(scale)
    return chosen((scale > 0) & (c > 0), inside, value, -np.inf)


def pareto_logpdf(x: Any, b: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Pareto's."""
    y = (x - loc) / scale
    inside = y >= 1
    value = np.log(b) - (b + 1) * np.log(np.where(inside, y, 1.0)) - np.log(scale)
    return chosen((scale > 0) & (b > 0), inside, value, -np.inf)


def halfnorm_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Half-normal."""
    y = (x - loc) / scale
    value = 0.5 * np.log(2.0 / np.pi) - y * y / 2.0 - np.log(scale)
    return chosen(scale > 0, y >= 0, value, -np.inf)


def halfcauchy_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Half-Cauchy."""
    y = (x - loc) / scale
    return chosen(
        scale > 0, y >= 0, np.log(2.0 / np.pi) - special.log1p(y * y) - np.log(scale), -np.inf
    )


def rayleigh_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Rayleigh's."""
    y = (x - loc) / scale
    inside = y > 0
    safe = np.where(inside, y, 1.0)
    return chosen(scale > 0, inside, np.log(safe) - 0.5 * safe * safe - np.log(scale), -np.inf)


# -- what is the same for all -------------------------------------------------------------------------


def _exponential(logarithm: Any) -> Any:
    def density(x: Any, *args: Any, **kwds: Any) -> Any:
        return np.exp(logarithm(x, *args, **kwds))

    return density


def _logarithm(function: Any) -> Any:
    def value(x: Any, *args: Any, **kwds: Any) -> Any:
        return np.log(function(x, *args, **kwds))

    return value


def _rest(function: Any) -> Any:
    def survival(x: Any, *args: Any, **kwds: Any) -> Any:
        return 1.0 - function(x, *args, **kwds)

    return survival


def _meanings(name: str) -> dict[Any, Any]:
    """The methods of one distribution, from what is written for it above."""
    own, table = {**globals(), **vars(functions)}, getattr(stats, name)
    density, function = own[f"{name}_logpdf"], own.get(f"{name}_cdf")
    found = {table.logpdf: density, table.pdf: _exponential(density)}
    if function is not None:
        found.update({table.cdf: function, table.logcdf: _logarithm(function)})
        found.update({table.sf: _rest(function), table.logsf: _logarithm(_rest(function))})
    for method in ("logcdf", "sf", "logsf", "ppf"):
        if f"{name}_{method}" in own:
            found[getattr(table, method)] = own[f"{name}_{method}"]
    return found


MEANINGS: dict[Any, Any] = {}
for _name in [n.removesuffix("_logpdf") for n in list(globals()) if n.endswith("_logpdf")]:
    MEANINGS.update(_meanings(_name))
