"""Discrete distributions of ``scipy.stats``: mass functions and their logarithms, in their parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special, stats


def _mass(valid: Any, k: Any, inside: Any, value: Any) -> Any:
    """The value at whole numbers in the range, minus infinity elsewhere."""
    return np.where(valid, np.where(inside & (k == np.floor(k)), value, -np.inf), np.nan)


def poisson_logpmf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """Poisson's."""
    n = np.asarray(k) - loc
    at = np.where(n >= 0, n, 0)
    return _mass(mu >= 0, n, n >= 0, special.xlogy(at, mu) - special.gammaln(at + 1) - mu)


def binom_logpmf(k: Any, n: Any, p: Any, loc: Any = 0) -> Any:
    """Binomial."""
    at = np.asarray(k) - loc
    inside = (at >= 0) & (at <= n)
    at = np.where(inside, at, 0)
    ways = special.gammaln(n + 1) - (special.gammaln(at + 1) + special.gammaln(n - at + 1))
    value = ways + special.xlogy(at, p) + special.xlog1py(n - at, -p)
    return _mass((p >= 0) & (p <= 1), np.asarray(k) - loc, inside, value)


def bernoulli_logpmf(k: Any, p: Any, loc: Any = 0) -> Any:
    """Bernoulli's."""
    return binom_logpmf(k, 1, p, loc)


def geom_logpmf(k: Any, p: Any, loc: Any = 0) -> Any:
    """Geometric."""
    n = np.asarray(k) - loc
    value = special.xlog1py(np.where(n >= 1, n, 1) - 1, -p) + np.log(p)
    return _mass((p > 0) & (p <= 1), n, n >= 1, value)


def nbinom_logpmf(k: Any, n: Any, p: Any, loc: Any = 0) -> Any:
    """Negative binomial."""
    at = np.asarray(k) - loc
    inside = at >= 0
    at = np.where(inside, at, 0)
    ways = special.gammaln(n + at) - special.gammaln(at + 1) - special.gammaln(n)
    value = ways + n * np.log(p) + special.xlog1py(at, -p)
    return _mass((n > 0) & (p > 0) & (p <= 1), np.asarray(k) - loc, inside, value)


def poisson_cdf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """Poisson's."""
    n = np.floor(np.asarray(k) - loc)
    inside = n >= 0
    return np.where(inside, special.gammaincc(np.where(inside, n, 0) + 1.0, mu), 0.0)


def _exponential(logarithm: Any) -> Any:
    def mass(k: Any, *args: Any, **kwds: Any) -> Any:
        return np.exp(logarithm(k, *args, **kwds))

    return mass


MEANINGS: dict[Any, Any] = {stats.poisson.cdf: poisson_cdf}
for _name in ("poisson", "binom", "bernoulli", "geom", "nbinom"):
    _table, _logpmf = getattr(stats, _name), globals()[f"{_name}_logpmf"]
    MEANINGS.update({_table.logpmf: _logpmf, _table.pmf: _exponential(_logpmf)})
