"""Distributions of vectors of ``scipy.stats``, and statistics of samples."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special, stats

_SINGULAR = 1e6 * float(np.finfo(float).eps)  # what SciPy takes for zero, of the largest eigenvalue


def multivariate_normal_logpdf(
    x: Any, mean: Any = None, cov: Any = 1, allow_singular: Any = False
) -> Any:
    """Normal vectors, by the factor of the covariance."""
    points = np.asarray(x)
    n = 1 if np.ndim(points) == 0 else np.shape(points)[-1]
    if mean is not None and np.ndim(mean) == 1:
        n = np.shape(mean)[0]
    if np.ndim(cov) == 2:
        n = np.shape(cov)[0]
        matrix = cov
    else:
        matrix = np.diag(cov) if np.ndim(cov) == 1 else cov * np.eye(n)
    if allow_singular:
        sizes = np.linalg.eigvalsh(matrix)
        if sizes[0] <= _SINGULAR * sizes[-1]:
            raise ValueError("multivariate_normal of a singular covariance: pass a regular one")
    moved = points if mean is None else points - mean
    factor = np.linalg.cholesky(matrix)
    rows = np.reshape(moved, (-1, n))
    white = np.linalg.solve(factor, np.transpose(rows))
    squares = np.sum(white * white, axis=0)
    sizes = 2.0 * np.sum(np.log(np.diagonal(factor)))
    value = -0.5 * (n * np.log(2 * np.pi) + sizes + squares)
    return value[0] if np.ndim(moved) < 2 else np.reshape(value, np.shape(moved)[:-1])


def multivariate_normal_pdf(
    x: Any, mean: Any = None, cov: Any = 1, allow_singular: Any = False
) -> Any:
    """Normal vectors."""
    return np.exp(multivariate_normal_logpdf(x, mean, cov, allow_singular))


def dirichlet_logpdf(x: Any, alpha: Any) -> Any:
    """Dirichlet's."""
    points = x
    if np.ndim(x) == 1 and np.shape(x)[0] != np.shape(alpha)[0]:
        points = np.concatenate([x, np.atleast_1d(1.0 - np.sum(x))])
    scale = np.sum(special.gammaln(alpha)) - special.gammaln(np.sum(alpha))
    return -scale + np.sum(np.transpose(special.xlogy(alpha - 1, np.transpose(points))), axis=0)


def dirichlet_pdf(x: Any, alpha: Any) -> Any:
    """Dirichlet's."""
    return np.exp(dirichlet_logpdf(x, alpha))


def multinomial_logpmf(x: Any, n: Any, p: Any) -> Any:
    """Multinomial."""
    counts = np.asarray(x)
    terms = special.xlogy(counts, p) - special.gammaln(counts + 1)
    return special.gammaln(n + 1) + np.sum(terms, axis=-1)


def zscore(a: Any, axis: Any = 0, ddof: Any = 0) -> Any:
    """Distances from the mean, in deviations."""
    mean = np.mean(a, axis=axis, keepdims=True)
    return (a - mean) / np.std(a, axis=axis, ddof=ddof, keepdims=True)


def gmean(a: Any, axis: Any = 0) -> Any:
    """The geometric mean."""
    return np.exp(np.mean(np.log(a), axis=axis))


def hmean(a: Any, axis: Any = 0) -> Any:
    """The harmonic mean."""
    return 1.0 / np.mean(1.0 / a, axis=axis)


def pmean(a: Any, p: Any, *, axis: Any = 0) -> Any:
    """The mean of powers."""
    return gmean(a, axis) if p == 0 else np.mean(a**p, axis=axis) ** (1.0 / p)


def sem(a: Any, axis: Any = 0, ddof: Any = 1) -> Any:
    """The deviation of the mean."""
    return np.std(a, axis=axis, ddof=ddof) / np.sqrt(np.shape(a)[axis])


def _central(a: Any, order: int, axis: Any) -> Any:
    return np.mean((a - np.mean(a, axis=axis, keepdims=True)) ** order, axis=axis)


def moment(a: Any, order: Any = 1, axis: Any = 0) -> Any:
    """Central moments."""
    return _central(a, order, axis)


def skew(a: Any, axis: Any = 0) -> Any:
    """How far a sample leans."""
    return _central(a, 3, axis) / _central(a, 2, axis) ** 1.5


def kurtosis(a: Any, axis: Any = 0, fisher: Any = True) -> Any:
    """How heavy the tails of a sample are."""
    ratio = _central(a, 4, axis) / _central(a, 2, axis) ** 2
    return ratio - 3 if fisher else ratio


def variation(a: Any, axis: Any = 0) -> Any:
    """The deviation over the mean."""
    return np.std(a, axis=axis) / np.mean(a, axis=axis)


def entropy(pk: Any, qk: Any = None, base: Any = None, axis: Any = 0) -> Any:
    """The entropy of a distribution, or relative to another."""
    p = pk / np.sum(pk, axis=axis, keepdims=True)
    terms = (
        special.entr(p)
        if qk is None
        else special.rel_entr(p, qk / np.sum(qk, axis=axis, keepdims=True))
    )
    total = np.sum(terms, axis=axis)
    return total if base is None else total / np.log(base)


MEANINGS: dict[Any, Any] = {
    stats.multivariate_normal.logpdf: multivariate_normal_logpdf,
    stats.multivariate_normal.pdf: multivariate_normal_pdf,
    stats.dirichlet.logpdf: dirichlet_logpdf,
    stats.dirichlet.pdf: dirichlet_pdf,
    stats.multinomial.logpmf: multinomial_logpmf,
}
for _name in [
    "zscore",
    "gmean",
    "hmean",
    "pmean",
    "sem",
    "moment",
    "skew",
    "kurtosis",
    "variation",
    "entropy",
]:
    MEANINGS[getattr(stats, _name)] = globals()[_name]
