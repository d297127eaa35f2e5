"""Polynomials by their coefficients, the highest first; least squares through points."""

from __future__ import annotations

from typing import Any

import numpy as np


def _filled(a: Any, n: int) -> Any:
    """Coefficients with zeros in front, up to a number of them."""
    return np.concatenate([np.zeros(n - len(a)), a])


def polyadd(a1: Any, a2: Any) -> Any:
    """The sum."""
    a, b = np.atleast_1d(a1), np.atleast_1d(a2)
    n = max(len(a), len(b))
    return _filled(a, n) + _filled(b, n)


def polysub(a1: Any, a2: Any) -> Any:
    """The difference."""
    a, b = np.atleast_1d(a1), np.atleast_1d(a2)
    n = max(len(a), len(b))
    return _filled(a, n) - _filled(b, n)


def polymul(a1: Any, a2: Any) -> Any:
    """The product."""
    return np.convolve(np.atleast_1d(a1), np.atleast_1d(a2))


def polyder(p: Any, m: Any = 1) -> Any:
    """The derivative, ``m`` times."""
    result = np.asarray(p)
    for _ in range(m):
        n = len(result) - 1
        result = result[:-1] * np.arange(n, 0, -1)
    return result


def polyint(p: Any, m: Any = 1) -> Any:
    """The integral, ``m`` times, without constants."""
    result = np.asarray(p)
    for _ in range(m):
        result = np.concatenate([result / np.arange(len(result), 0, -1), np.zeros(1)])
    return result


def poly(seq_of_zeros: Any) -> Any:
    """The polynomial with these zeros."""
    zeros = np.asarray(seq_of_zeros)
    if np.ndim(zeros) != 1:
        raise ValueError("np.poly of a matrix: pass its eigenvalues")
    result = np.ones(1)
    for k in range(len(zeros)):
        result = np.convolve(result, np.stack([np.ones_like(zeros[k]), -zeros[k]]))
    return result


def roots(p: Any) -> Any:
    """The zeros, of a polynomial whose first and last coefficients are not zero."""
    p = np.atleast_1d(p)
    if p[0] == 0 or p[-1] == 0:
        raise ValueError("np.roots needs a first and a last coefficient that are not zero")
    first = -p[1:] / p[0]
    below = np.eye(len(first))[:-1]
    return np.linalg.eigvals(np.concatenate([np.expand_dims(first, 0), below], axis=0))


def polyfit(x: Any, y: Any, deg: Any, rcond: Any = None, full: Any = False, w: Any = None) -> Any:
    """The polynomial through points by least squares, with scaled columns as NumPy has them."""
    y = np.asarray(y)
    lhs, rhs = vandermonde(np.asarray(x), deg), y
    if w is not None:
        w = np.asarray(w)
        lhs, rhs = lhs * w[:, np.newaxis], y * (w if np.ndim(y) == 1 else w[:, np.newaxis])
    scale = np.sqrt(np.sum(lhs * lhs, axis=0))
    c = np.linalg.lstsq(lhs / scale, rhs)[0]
    return c / scale if np.ndim(y) == 1 else c / scale[:, np.newaxis]


def vandermonde(x: Any, deg: Any) -> Any:
    """Powers of the points, the highest first."""
    return np.vander(x + 0.0, deg + 1)


MEANINGS: dict[Any, Any] = {
    np.polyadd: polyadd,
    np.polysub: polysub,
    np.polymul: polymul,
    np.polyder: polyder,
    np.polyint: polyint,
    np.poly: poly,
    np.polyfit: polyfit,
    np.roots: roots,
}
