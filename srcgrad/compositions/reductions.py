"""Reductions and scans of NumPy: with NaN left out, of chosen elements, from an initial value."""

from __future__ import annotations

from typing import Any

import numpy as np


def _root(x: Any) -> Any:
    """The square root, with slope zero at zero: that of a deviation that is zero."""
    moves = x != 0
    return np.where(moves, np.sqrt(np.where(moves, x, 1.0)), 0.0)


# -- NaN left out ---------------------------------------------------------------------------------


def nanprod(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False
) -> Any:
    """Product of what is not NaN."""
    return np.prod(np.where(np.isnan(a), 1.0, a), axis=axis, dtype=dtype, keepdims=keepdims)


def nancumsum(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Running sums, NaN as zero."""
    return np.cumsum(np.where(np.isnan(a), 0.0, a), axis=axis, dtype=dtype)


def nancumprod(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Running products, NaN as one."""
    return np.cumprod(np.where(np.isnan(a), 1.0, a), axis=axis, dtype=dtype)


def nanvar(a: Any, axis: Any = None, ddof: Any = 0, keepdims: Any = False) -> Any:
    """Variance of what is not NaN."""
    missing = np.isnan(a)
    there = np.where(missing, 0.0, a)
    count = np.sum(~missing, axis=axis, keepdims=True)
    mean = np.sum(there, axis=axis, keepdims=True) / count
    moved = np.where(missing, 0.0, there - mean)
    total = np.sum(moved * moved, axis=axis, keepdims=keepdims)
    return total / (np.sum(~missing, axis=axis, keepdims=keepdims) - ddof)


def nanstd(a: Any, axis: Any = None, ddof: Any = 0, keepdims: Any = False) -> Any:
    """Deviation of what is not NaN."""
    return _root(nanvar(a, axis, ddof, keepdims))


# -- chosen elements, initial values --------------------------------------------------------------


def total(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """``np.sum`` of chosen elements, and an initial value."""
    chosen = a if isinstance(where, bool) else np.where(where, a, 0)
    result = np.sum(chosen, axis=axis, dtype=dtype, keepdims=keepdims)
    return result if initial is None else result + initial


def product(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """``np.prod`` of chosen elements, and an initial value."""
    chosen = a if isinstance(where, bool) else np.where(where, a, 1)
    result = np.prod(chosen, axis=axis, dtype=dtype, keepdims=keepdims)
    return result if initial is None else result * initial


def largest(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """``np.max`` of chosen elements and an initial value."""
    chosen = a if isinstance(where, bool) else np.where(where, a, initial)
    if np.size(chosen) == 0:
        return np.sum(chosen, axis=axis, keepdims=keepdims) + initial
    return np.maximum(np.max(chosen, axis=axis, keepdims=keepdims), initial)


def smallest(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """``np.min`` of chosen elements and an initial value."""
    chosen = a if isinstance(where, bool) else np.where(where, a, initial)
    if np.size(chosen) == 0:
        return np.sum(chosen, axis=axis, keepdims=keepdims) + initial
    return np.minimum(np.min(chosen, axis=axis, keepdims=keepdims), initial)


def mean(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    *,
    where: Any = True,
) -> Any:
    """``np.mean`` of chosen elements."""
    count = np.sum(np.broadcast_to(where, np.shape(a)), axis=axis, keepdims=keepdims)
    return np.sum(np.where(where, a, 0), axis=axis, dtype=dtype, keepdims=keepdims) / count


def variance(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Any:
    """``np.var`` of chosen elements, about a mean that may be given."""
    lost = ddof if correction is None else correction
    chosen = np.broadcast_to(where, np.shape(a))
    count = np.sum(chosen, axis=axis, keepdims=True)
    kept = np.where(chosen, a, 0)
    center = np.sum(kept, axis=axis, dtype=dtype, keepdims=True) / count if mean is None else mean
    moved = np.where(chosen, a - center, 0)
    squares = np.sum(moved * moved, axis=axis, dtype=dtype, keepdims=keepdims)
    return squares / (np.sum(chosen, axis=axis, keepdims=keepdims) - lost)


def deviation(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Any:
    """``np.std`` of chosen elements, about a mean that may be given."""
    return _root(
        variance(a, axis, dtype, out, ddof, keepdims, where=where, mean=mean, correction=correction)
    )


def average(
    a: Any, axis: Any = None, weights: Any = None, returned: Any = False, *, keepdims: Any = False
) -> Any:
    """``np.average`` with the sum of the weights, or with axes kept."""
    if weights is None:
        weights = np.ones(np.shape(a))
    elif np.ndim(weights) != np.ndim(a):
        others = tuple(k for k in range(np.ndim(a)) if k != axis % np.ndim(a))
        weights = np.expand_dims(weights, others)
    whole = np.sum(weights + np.zeros(np.shape(a)), axis=axis, keepdims=keepdims)
    mean = np.sum(a * weights, axis=axis, keepdims=keepdims) / whole
    return (mean, whole) if returned else mean


# -- scans ----------------------------------------------------------------------------------------


def _from_start(running: Any, axis: Any, start: float) -> Any:
    """A scan with what it starts from in front."""
    first = np.full_like(np.take(running, [0], axis=axis), start)
    return np.concatenate([first, running], axis=axis)


def cumulative_sum(
    x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: Any = False
) -> Any:
    """Running sums along an axis, the only one unless told."""
    place = 0 if axis is None else axis
    running = np.cumsum(x, axis=place, dtype=dtype)
    return _from_start(running, place, 0.0) if include_initial else running


def cumulative_prod(
    x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: Any = False
) -> Any:
    """Running products along an axis, the only one unless told."""
    place = 0 if axis is None else axis
    running = np.cumprod(x, axis=place, dtype=dtype)
    return _from_start(running, place, 1.0) if include_initial else running


MEANINGS: dict[Any, Any] = {
    np.nanprod: nanprod,
    np.nancumsum: nancumsum,
    np.nancumprod: nancumprod,
    np.nanvar: nanvar,
    np.nanstd: nanstd,
    np.sum: total,
    np.add.reduce: total,
    np.prod: product,
    np.max: largest,
    np.min: smallest,
    np.mean: mean,
    np.var: variance,
    np.std: deviation,
    np.average: average,
    np.cumulative_sum: cumulative_sum,
    np.cumulative_prod: cumulative_prod,
}
