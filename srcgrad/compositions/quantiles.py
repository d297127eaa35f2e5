"""Quantiles of any levels, with or without NaN, from the sorted elements."""

from __future__ import annotations

from typing import Any

import numpy as np


def _rows(a: Any, axis: Any) -> Any:
    """The elements that are ranked together on the last axis, and the axes that go."""
    rank = np.ndim(a)
    axes = tuple(range(rank)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(k % rank for k in axes)
    moved = np.moveaxis(a, axes, tuple(range(rank - len(axes), rank)))
    return np.reshape(moved, (*moved.shape[: rank - len(axes)], -1)), axes


def _between(low: Any, high: Any, part: Any) -> Any:
    """Between two neighbours, rounded as NumPy rounds it."""
    step = high - low
    return np.where(part >= 0.5, high - step * (1 - part), low + step * part)


def _in_place(result: Any, q: Any, axes: Any, keepdims: Any) -> Any:
    """The levels in front, and the axes that went, if they are kept."""
    if np.ndim(q) == 0:
        result = result[..., 0]
        return np.expand_dims(result, axes) if keepdims else result
    result = np.moveaxis(result, -1, 0)
    return np.expand_dims(result, tuple(k + 1 for k in axes)) if keepdims else result


def quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: Any = False,
    method: Any = "linear",
    keepdims: Any = False,
) -> Any:
    """``np.quantile``, at levels of the run too."""
    rows, axes = _rows(a, axis)
    ordered = np.sort(rows, axis=-1)
    last = ordered.shape[-1] - 1
    place = last * np.atleast_1d(q)
    before = np.floor(place)
    part = place - before
    if method == "linear":
        pass
    elif method == "lower":
        part = 0.0 * part
    elif method == "higher":
        part = np.ceil(part)
    elif method == "nearest":
        part = np.round(place) - before
    elif method == "midpoint":
        part = np.where(part > 0, 0.5, 0.0)
    else:
        raise ValueError("only the methods linear, lower, higher, nearest and midpoint")
    index = before.astype(int)
    low, high = ordered[..., index], ordered[..., np.minimum(index + 1, last)]
    found = np.where(np.isnan(ordered[..., -1:]), np.nan, _between(low, high, part))
    return _in_place(found, q, axes, keepdims)


def percentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: Any = False,
    method: Any = "linear",
    keepdims: Any = False,
) -> Any:
    """``np.percentile``, at levels of the run too."""
    level = np.asarray(q) / 100 if np.ndim(q) else q / 100
    return quantile(a, level, axis, method=method, keepdims=keepdims)


def nanquantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: Any = False,
    method: Any = "linear",
    keepdims: Any = False,
) -> Any:
    """Quantiles of what is not NaN: NaN is sorted to the end."""
    if method != "linear":
        raise ValueError("only the method linear")
    rows, axes = _rows(a, axis)
    ordered = np.sort(rows, axis=-1)
    last = np.sum(~np.isnan(rows), axis=-1, keepdims=True) - 1
    place = np.maximum(last, 0) * np.atleast_1d(q)
    before = np.floor(place)
    index = before.astype(int)
    low = np.take_along_axis(ordered, index, axis=-1)
    high = np.take_along_axis(ordered, np.minimum(index + 1, np.maximum(last, 0)), axis=-1)
    return _in_place(_between(low, high, place - before), q, axes, keepdims)


def nanpercentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: Any = False,
    method: Any = "linear",
    keepdims: Any = False,
) -> Any:
    """Percentiles of what is not NaN."""
    level = np.asarray(q) / 100 if np.ndim(q) else q / 100
    return nanquantile(a, level, axis, method=method, keepdims=keepdims)


def nanmedian(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False, keepdims: Any = False
) -> Any:
    """The median of what is not NaN: the mean of the middle two."""
    rows, axes = _rows(a, axis)
    ordered = np.sort(rows, axis=-1)
    count = np.sum(~np.isnan(rows), axis=-1, keepdims=True)
    low = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=-1)
    high = np.take_along_axis(ordered, np.minimum(count // 2, rows.shape[-1] - 1), axis=-1)
    found = np.where(count > 0, (low + high) / 2, np.nan)
    return _in_place(found, 0.5, axes, keepdims)


MEANINGS: dict[Any, Any] = {
    np.quantile: quantile,
    np.percentile: percentile,
    np.nanquantile: nanquantile,
    np.nanpercentile: nanpercentile,
    np.nanmedian: nanmedian,
}
