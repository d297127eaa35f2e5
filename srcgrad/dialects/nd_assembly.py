"""Functions of `srcgrad.nd` that join, cut, repeat and choose."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np

from srcgrad.dialects.nd_calls import axis_of, call, checked, different, read
from srcgrad.dialects.nd_shapes import listed
from srcgrad.errors import ChoiceError, ShapeError
from srcgrad.imperative.array import Array

# -- over NumPy arrays ----------------------------------------------------------------------------


def _joined(parts: Any, axis: int) -> Any:
    return np.concatenate(parts, axis=axis)


def _stacked(parts: Any, axis: int) -> Any:
    return np.stack(parts, axis=axis)


def _cut(x: Any, places: Any, axis: int, squeeze: bool) -> Any:
    parts = [x[place] for place in places]
    return tuple([np.squeeze(part, axis) for part in parts] if squeeze else parts)


def _flip(x: Any, axis: Any) -> Any:
    return np.flip(x, axis)


def _pad(x: Any, width: Any, mode: Any, value: float) -> Any:
    if mode == "constant":
        return np.pad(x, width, mode="constant", constant_values=value)
    return np.pad(x, width, mode=mode)


def _tile(x: Any, reps: Any) -> Any:
    return np.tile(x, reps)


def _repeat(x: Any, repeats: int, axis: Any) -> Any:
    return np.repeat(x, repeats, axis=axis)


def _where(condition: Any, x: Any, y: Any) -> Any:
    return np.where(condition != 0, x, y)


def _where_rows(condition: Any, x: Any, y: Any) -> Any:
    return np.where(np.expand_dims(condition, tuple(range(1, np.ndim(x)))) != 0, x, y)


def _diagonal(x: Any, k: int, axis1: int, axis2: int) -> Any:
    return np.diag(x, k) if np.ndim(x) < 3 else np.diagonal(x, k, axis1, axis2)


def _to_space(x: Any, n: int) -> Any:
    b, c, h, w = x.shape
    parts = np.transpose(np.reshape(x, (b, n, n, c // (n * n), h, w)), (0, 3, 4, 1, 5, 2))
    return np.reshape(parts, (b, c // (n * n), h * n, w * n))


def _to_depth(x: Any, n: int) -> Any:
    b, c, h, w = x.shape
    parts = np.transpose(np.reshape(x, (b, c, h // n, n, w // n, n)), (0, 3, 5, 1, 2, 4))
    return np.reshape(parts, (b, c * n * n, h // n, w // n))


# -- over NDArrays --------------------------------------------------------------------------------


def concat(*data: Any, dim: int = 1, num_args: int | None = None, out: Any = None) -> Any:
    """Arrays in a row along an axis, which is the second unless said."""
    return call(_joined, _list(data), dim, out=out)


def concatenate(arrays: Any, axis: int = 0, always_copy: bool = True) -> Any:
    """Arrays in a row along an axis, which is the first unless said."""
    return call(_joined, _list(arrays), axis)


def stack(*data: Any, axis: int = 0, num_args: int | None = None, out: Any = None) -> Any:
    """Arrays of one shape along a new axis."""
    return call(_stacked, _list(data), axis, out=out)


def _list(data: Any) -> list[Any]:
    """Arrays as they are given: several, or a list of them."""
    return list(data[0]) if len(data) == 1 and isinstance(data[0], (list, tuple)) else list(data)


def _along(axis: int, bounds: Iterable[tuple[int, int]]) -> tuple[Any, ...]:
    """The index of each part between two places of an axis."""
    return tuple([(*(slice(None),) * axis, slice(start, end)) for start, end in bounds])


def split(data: Any, num_outputs: int, axis: int = 1, squeeze_axis: bool = False) -> Any:
    """Equal parts along an axis: a list, or the array if it is one part.

    Raises:
        ShapeError: the length is no multiple of the number of parts.
    """
    axis = axis_of(data, axis)
    length = data.shape[axis]
    if length % num_outputs:
        message = f"an axis of length {length} cannot be cut into {num_outputs} equal parts"
        raise ShapeError("SG708", message, "use split_v2 with the places to cut at")
    step = length // num_outputs
    places = _along(axis, [(k * step, (k + 1) * step) for k in range(num_outputs)])
    parts = call(_cut, data, places, axis, squeeze_axis)
    return list(parts) if num_outputs > 1 else parts[0]


def split_v2(ary: Any, indices_or_sections: Any, axis: int = 0, squeeze_axis: bool = False) -> Any:
    """Parts along an axis, cut at some places."""
    if isinstance(indices_or_sections, int):
        return split(ary, indices_or_sections, axis, squeeze_axis)
    axis = axis_of(ary, axis)
    cuts = [0, *(int(k) for k in indices_or_sections), ary.shape[axis]]
    places = _along(axis, itertools.pairwise(cuts))
    parts = call(_cut, ary, places, axis, squeeze_axis)
    return list(parts) if len(places) > 1 else parts[0]


def slices(begin: Any, end: Any, step: Any = None) -> tuple[slice, ...]:
    """The index that reads from places to places on the first axes."""
    starts, ends = listed(begin), listed(end)
    steps = (None,) * len(starts) if step is None or step == () else listed(step)
    return tuple(slice(*part) for part in zip(starts, ends, steps, strict=True))


def slice_(data: Any, begin: Any, end: Any, step: Any = None, out: Any = None) -> Any:
    """What lies between two places on the first axes; a copy."""
    return call(read, data, slices(begin, end, step), out=out)


def slice_axis(data: Any, axis: int, begin: int, end: int | None, out: Any = None) -> Any:
    """What lies between two places on one axis; a copy."""
    before = (slice(None),) * axis_of(data, axis)
    return call(read, data, (*before, slice(begin, end)), out=out)


def slice_like(data: Any, shape_like: Any, axes: Any = (), out: Any = None) -> Any:
    """The beginning of axes, as long as those of another array."""
    chosen = [axis_of(data, a) for a in listed(axes)] or range(data.ndim)
    index = [slice(None)] * data.ndim
    for a in chosen:
        index[a] = slice(0, checked(shape_like).shape[a])
    return call(read, data, tuple(index), out=out)


def flip(data: Any, axis: Any, out: Any = None) -> Any:
    """The elements in reverse order along axes."""
    return call(_flip, data, tuple(axis) if isinstance(axis, (list, tuple)) else axis, out=out)


def tile(data: Any, reps: Any, out: Any = None) -> Any:
    """The whole array, repeated along each axis."""
    return call(_tile, data, tuple(reps) if isinstance(reps, (list, tuple)) else reps, out=out)


def repeat(data: Any, repeats: int, axis: int | None = None, out: Any = None) -> Any:
    """Each element, repeated along an axis; without one, of all elements in order."""
    return call(_repeat, data, repeats, axis, out=out)


def pad(data: Any, mode: str = "constant", pad_width: Any = (), constant_value: float = 0.0) -> Any:
    """More elements around the array: a number, the elements at the edge, or a reflection.

    Arguments:
        data: floating.
        mode: ``"constant"``, ``"edge"`` or ``"reflect"``.
        pad_width: how many before and after, axis by axis, in one row.
        constant_value: what is put there in the mode of that name.

    Raises:
        ChoiceError: the mode is another one.
    """
    if mode not in ("constant", "edge", "reflect"):
        raise ChoiceError("SG710", f"mode is {mode!r}", "use 'constant', 'edge' or 'reflect'")
    widths = tuple(zip(pad_width[::2], pad_width[1::2], strict=True))
    return call(_pad, data, widths, mode, float(constant_value))


def where(condition: Any, x: Any, y: Any, out: Any = None) -> Any:
    """``x`` where the condition is not zero, else ``y``; a vector of conditions chooses rows."""
    if isinstance(x, Array) and isinstance(y, Array) and x._data.dtype is not y._data.dtype:
        raise different(x, y)
    rows = condition.ndim == 1 and np.ndim(getattr(x, "_data", x)) > 1
    return call(_where_rows if rows else _where, condition, x, y, out=out, mixed=True)


def diag(data: Any, k: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonal of a matrix, or the matrix of a diagonal."""
    return call(_diagonal, data, k, axis1, axis2)


def depth_to_space(data: Any, block_size: int) -> Any:
    """Channels as blocks of pixels: (batch, channels, height, width)."""
    return call(_to_space, data, block_size)


def space_to_depth(data: Any, block_size: int) -> Any:
    """Blocks of pixels as channels: (batch, channels, height, width)."""
    return call(_to_depth, data, block_size)


reverse = flip
crop = slice_
Concat = concat
SliceChannel = split
Pad = pad

__all__ = [
    "Concat",
    "Pad",
    "SliceChannel",
    "concat",
    "concatenate",
    "crop",
    "depth_to_space",
    "diag",
    "flip",
    "pad",
    "repeat",
    "reverse",
    "slice_axis",
    "slice_like",
    "space_to_depth",
    "split",
    "split_v2",
    "stack",
    "tile",
    "where",
]
