"""Distribution functions of the continuous distributions of ``scipy.stats``."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special


def chosen(valid: Any, inside: Any, value: Any, outside: Any) -> Any:
    """The value where it is defined, NaN where the parameters are not allowed."""
    return np.where(valid, np.where(inside, value, outside), np.nan)


def norm_cdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Normal."""
    return np.where(scale > 0, special.ndtr((x - loc) / scale), np.nan)


def norm_logcdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Normal."""
    return np.where(scale > 0, special.log_ndtr((x - loc) / scale), np.nan)


def norm_sf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Normal."""
    return np.where(scale > 0, special.ndtr(-((x - loc) / scale)), np.nan)


def norm_logsf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Normal."""
    return np.where(scale > 0, special.log_ndtr(-((x - loc) / scale)), np.nan)


def norm_ppf(q: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Normal."""
    return np.where(scale > 0, special.ndtri(q) * scale + loc, np.nan)


def t_cdf(x: Any, df: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Student's t."""
    return np.where((scale > 0) & (df > 0), special.stdtr(df, (x - loc) / scale), np.nan)


def cauchy_cdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Cauchy's."""
    return np.where(scale > 0, np.arctan2(1.0, -((x - loc) / scale)) / np.pi, np.nan)


def laplace_cdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Laplace's."""
    y = (x - loc) / scale
    tail = 0.5 * np.exp(-np.abs(y))
    return np.where(scale > 0, np.where(y > 0, 1.0 - tail, tail), np.nan)


def logistic_cdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Logistic."""
    return np.where(scale > 0, special.expit((x - loc) / scale), np.nan)


def gumbel_r_cdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Gumbel's, of largest values."""
    return np.where(scale > 0, np.exp(-np.exp(-((x - loc) / scale))), np.nan)


def uniform_cdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Uniform."""
    return np.where(scale > 0, np.clip((x - loc) / scale, 0.0, 1.0), np.nan)


def expon_cdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Exponential."""
    y = (x - loc) / scale
    return chosen(scale > 0, y > 0, -np.expm1(-y), 0.0)


def gamma_cdf(x: Any, a: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Gamma."""
    y = (x - loc) / scale
    inside = y > 0
    value = special.gammainc(a, np.where(inside, y, 1.0))
    return chosen((scale > 0) & (a > 0), inside, value, 0.0)


def chi2_cdf(x: Any, df: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Chi square."""
    return gamma_cdf(x, df / 2.0, loc, 2 * scale)


def beta_cdf(x: Any, a: Any, b: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Beta."""
    y = (x - loc) / scale
    inside = (y > 0) & (y < 1)
    value = special.betainc(a, b, np.where(inside, y, 0.5))
    return chosen((scale > 0) & (a > 0) & (b > 0), inside, value, np.where(y >= 1, 1.0, 0.0))


def lognorm_cdf(x: Any, s: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Log-normal."""
    y = (x - loc) / scale
    inside = y > 0
    value = special.ndtr(np.log(np.where(inside, y, 1.0)) / s)
    return chosen((scale > 0) & (s > 0), inside, value, 0.0)


def weibull_min_cdf(x: Any, c: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Weibull's."""
    y = (x - loc) / scale
    inside = y > 0
    value = -np.expm1(-(np.where(inside, y, 1.0) ** c))
    return chosen((scale > 0) & (c > 0), inside, value, 0.0)


def pareto_cdf(x: Any, b: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Pareto's."""
    y = (x - loc) / scale
    inside = y > 1
    value = 1 - np.where(inside, y, 1.0) ** (-b)
    return chosen((scale > 0) & (b > 0), inside, value, 0.0)


def rayleigh_cdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Rayleigh's."""
    y = (x - loc) / scale
    return chosen(scale > 0, y > 0, -np.expm1(-0.5 * y**2), 0.0)


def halfnorm_cdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """Half-normal."""
    y = (x - loc) / scale
    return chosen(scale > 0, y > 0, special.erf(y / np.sqrt(2)), 0.0)
