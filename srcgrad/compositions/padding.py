"""The modes of ``np.pad`` that read more than single elements: ramps, statistics, odd reflections."""

from __future__ import annotations

from typing import Any

import numpy as np


def _pairs(value: Any, rank: int) -> Any:
    """A pair for each axis, from the forms that NumPy takes."""
    if not isinstance(value, (tuple, list)):
        return [(value, value)] * rank
    if isinstance(value[0], (tuple, list)):
        pairs = [(v[0], v[-1]) for v in value]
        return pairs * rank if len(pairs) == 1 else pairs
    return [(value[0], value[-1])] * rank


def _part(array: Any, axis: int, start: Any, stop: Any) -> Any:
    """A range along an axis."""
    return np.moveaxis(np.moveaxis(array, axis, 0)[start:stop], 0, axis)


def _ramp(edge: Any, end: Any, count: int, axis: int) -> Any:
    """Even steps from an end value towards the edge, which is left out."""
    steps = np.linspace(0.0, 1.0, count, endpoint=False)
    shape = [1] * np.ndim(edge)
    shape[axis] = count
    return end + (edge - end) * np.reshape(steps, tuple(shape))


def _statistic(mode: str, part: Any, axis: int) -> Any:
    """What is repeated beyond an edge."""
    if mode == "maximum":
        return np.max(part, axis=axis, keepdims=True)
    if mode == "minimum":
        return np.min(part, axis=axis, keepdims=True)
    if mode == "mean":
        return np.mean(part, axis=axis, keepdims=True)
    return np.median(part, axis=axis, keepdims=True)


def _odd(array: Any, before: int, after: int, axis: int, mode: str) -> Any:
    """Reflections about the edges, turned about the values there too; at most one array long."""
    rows = np.moveaxis(array, axis, 0)
    first, last = rows[:1], rows[-1:]
    skip = 1 if mode == "reflect" else 0
    n = np.shape(rows)[0]
    parts = [rows]
    if before:
        parts = [2 * first - rows[skip : before + skip][::-1], *parts]
    if after:
        parts = [*parts, 2 * last - rows[n - after - skip : n - skip][::-1]]
    return np.moveaxis(np.concatenate(parts), 0, axis)


def pad(
    array: Any,
    pad_width: Any,
    mode: Any = "constant",
    *,
    constant_values: Any = 0,
    end_values: Any = 0,
    stat_length: Any = None,
    reflect_type: Any = "even",
) -> Any:
    """``np.pad``, one axis after the other."""
    rank = np.ndim(array)
    widths = _pairs(pad_width, rank)
    fills = _pairs(constant_values, rank)
    ends = _pairs(end_values, rank)
    lengths = _pairs(stat_length, rank)
    result = array
    for axis, _ in enumerate(np.shape(array)):
        before, after = widths[axis]
        n = np.shape(result)[axis]
        if mode in ("reflect", "symmetric"):
            if reflect_type != "odd":
                raise ValueError("call np.pad without reflect_type")
            result = _odd(result, before, after, axis, mode)
            continue
        first, last = _part(result, axis, 0, 1), _part(result, axis, n - 1, n)
        if mode == "linear_ramp":
            left = _ramp(first, ends[axis][0], before, axis)
            right = np.flip(_ramp(last, ends[axis][1], after, axis), axis)
        else:
            if mode in ("constant", "empty"):
                left, right = fills[axis][0] + 0.0 * first, fills[axis][1] + 0.0 * last
            elif mode in ("maximum", "minimum", "mean", "median"):
                low, high = lengths[axis]
                start = _part(result, axis, 0, n if low is None else low)
                left = _statistic(mode, start, axis)
                right = _statistic(
                    mode, _part(result, axis, 0 if high is None else n - high, n), axis
                )
            else:
                raise ValueError("this mode of np.pad")
            left, right = np.repeat(left, before, axis), np.repeat(right, after, axis)
        result = np.concatenate([left, result, right], axis=axis)
    return result


MEANINGS: dict[Any, Any] = {np.pad: pad}
