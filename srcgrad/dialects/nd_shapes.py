"""Functions of `srcgrad.nd` that rearrange, join and cut arrays."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from srcgrad.dialects.nd_calls import call, checked, into
from srcgrad.errors import ShapeError

# -- over NumPy arrays ----------------------------------------------------------------------------


def _joined(parts: Any, axis: int) -> Any:
    return np.concatenate(parts, axis=axis)


def _stacked(parts: Any, axis: int) -> Any:
    return np.stack(parts, axis=axis)


def _cut(x: Any, places: Any, axis: int, squeeze: bool) -> Any:
    parts = [x[place] for place in places]
    return tuple([np.squeeze(part, axis) for part in parts] if squeeze else parts)


def _read(x: Any, index: Any) -> Any:
    return x[index]


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


def _broadcast(x: Any, shape: Any) -> Any:
    return np.broadcast_to(x, shape)


def _transpose(x: Any, axes: Any) -> Any:
    return np.transpose(x, axes)


def _expand(x: Any, axis: int) -> Any:
    return np.expand_dims(x, axis)


def _squeeze(x: Any, axis: Any) -> Any:
    out = np.squeeze(x, axis)
    return np.reshape(out, (1,)) if np.ndim(out) == 0 else out


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


# -- shapes ---------------------------------------------------------------------------------------


def lengths(shape: Sequence[int], wanted: Sequence[Any], reverse: bool = False) -> tuple[int, ...]:
    """The shape that MXNet's codes mean.

    0 copies a length, -1 is what is left, -2 copies all that follow, -3 joins two, -4 splits one
    into the next two.

    >>> lengths((2, 3, 4), (0, -1)), lengths((2, 3, 4), (-3, 0)), lengths((8, 3), (-4, 2, -1, 0))
    ((2, 12), (6, 4), (2, 4, 3))
    """
    codes = [int(k) for k in wanted]
    if reverse:
        return lengths(tuple(shape)[::-1], codes[::-1])[::-1]
    found: list[int] = []
    place = at = 0
    while at < len(codes):
        code = codes[at]
        at += 1
        if code == -2:
            found += shape[place:]
            place = len(shape)
        elif code == -3:
            found.append(math.prod(shape[place : place + 2]))
            place += 2
        elif code == -4:
            whole, parts = shape[place], codes[at : at + 2]
            at, place = at + 2, place + 1
            found += [whole // -math.prod(parts) if k == -1 else k for k in parts]
        elif code == 0:
            if place >= len(shape):
                raise _unfit(shape, wanted)
            found.append(shape[place])
            place += 1
        elif code >= -1:
            found.append(code)
            place += 1
        else:
            raise _unfit(shape, wanted)
    total, known = math.prod(shape), math.prod(k for k in found if k != -1)
    if -1 in found and known:
        found[found.index(-1)] = total // known
    if -1 in found or math.prod(found) != total:
        raise _unfit(shape, wanted)
    return tuple(found)


def _unfit(shape: Sequence[int], wanted: Sequence[Any]) -> ShapeError:
    message = f"an array of shape {tuple(shape)} cannot have the shape {tuple(wanted)}"
    return ShapeError("SG708", message, "give a shape with as many elements")


def reshape(
    data: Any, shape: Any = None, reverse: bool = False, out: Any = None, **named: Any
) -> Any:
    """A copy in another shape, with the codes of `NDArray.reshape`."""
    wanted = lengths(checked(data).shape, shape, reverse)
    return call(np.reshape, data, wanted, out=out)


def reshape_like(lhs: Any, rhs: Any, out: Any = None) -> Any:
    """A copy of ``lhs`` in the shape of ``rhs``."""
    return reshape(lhs, checked(rhs).shape, out=out)


def flatten(data: Any, out: Any = None) -> Any:
    """A matrix: the first axis, and all others as one."""
    shape = checked(data).shape
    return call(np.reshape, data, (shape[0], math.prod(shape[1:])), out=out)


def expand_dims(data: Any, axis: int, out: Any = None) -> Any:
    """One more axis, of length one."""
    return call(_expand, data, axis, out=out)


def squeeze(data: Any, axis: Any = None, out: Any = None) -> Any:
    """Without axes of length one."""
    return call(_squeeze, data, axis, out=out)


def transpose(data: Any, axes: Any = None, *more: int, out: Any = None) -> Any:
    """The axes in another order; reversed, if none is given."""
    order = (axes, *more) if isinstance(axes, int) else axes
    return call(_transpose, data, tuple(order) if order else None, out=out)


def swapaxes(data: Any, dim1: int = 0, dim2: int = 0, out: Any = None) -> Any:
    """Two axes, exchanged."""
    return call(np.swapaxes, data, dim1, dim2, out=out)


def moveaxis(tensor: Any, source: Any, destination: Any) -> Any:
    """Axes, moved to other places."""
    return call(np.moveaxis, tensor, source, destination)


def broadcast_to(data: Any, shape: Any, out: Any = None) -> Any:
    """A larger shape, with axes of length one repeated; 0 keeps a length."""
    old = checked(data).shape
    full = (1,) * (len(shape) - len(old)) + old
    wanted = tuple(int(k) or full[n] for n, k in enumerate(shape))
    return call(_broadcast, data, wanted, out=out)


def broadcast_like(lhs: Any, rhs: Any, lhs_axes: Any = None, rhs_axes: Any = None) -> Any:
    """The shape of another array; of some of its axes, if they are given."""
    shape = list(checked(lhs).shape)
    if lhs_axes is None:
        return broadcast_to(lhs, checked(rhs).shape)
    for a, b in zip(_axes(lhs_axes), _axes(rhs_axes), strict=True):
        shape[a] = checked(rhs).shape[b]
    return broadcast_to(lhs, shape)


def broadcast_axis(data: Any, axis: Any, size: Any, out: Any = None) -> Any:
    """Axes of length one, repeated."""
    shape = list(checked(data).shape)
    for a, n in zip(_axes(axis), _axes(size), strict=True):
        shape[a] = n
    return broadcast_to(data, shape, out=out)


def _axes(axis: Any) -> tuple[int, ...]:
    return tuple(axis) if isinstance(axis, (list, tuple)) else (axis,)


def zeros_like(data: Any, out: Any = None) -> Any:
    """Zeros of the same shape and dtype."""
    return into(out, checked(data)._of(np.zeros_like(data._data)))


def ones_like(data: Any, out: Any = None) -> Any:
    """Ones of the same shape and dtype."""
    return into(out, checked(data)._of(np.ones_like(data._data)))


def shape_array(data: Any) -> Any:
    """The lengths of the axes, int64."""
    return checked(data)._of(np.array(data.shape, np.int64))


def size_array(data: Any) -> Any:
    """The number of elements, (1,) and int64."""
    return checked(data)._of(np.array([data.size], np.int64))


# -- joining and cutting --------------------------------------------------------------------------


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
    axis = axis % checked(data).ndim
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
    axis = axis % checked(ary).ndim
    cuts = [0, *(int(k) for k in indices_or_sections), ary.shape[axis]]
    places = _along(axis, itertools.pairwise(cuts))
    parts = call(_cut, ary, places, axis, squeeze_axis)
    return list(parts) if len(places) > 1 else parts[0]


def slices(begin: Any, end: Any, step: Any = None) -> tuple[slice, ...]:
    """The index that reads from places to places on the first axes."""
    starts, ends = _axes(begin), _axes(end)
    steps = (None,) * len(starts) if step is None or step == () else _axes(step)
    return tuple(slice(*part) for part in zip(starts, ends, steps, strict=True))


def slice_(data: Any, begin: Any, end: Any, step: Any = None, out: Any = None) -> Any:
    """What lies between two places on the first axes; a copy."""
    return call(_read, data, slices(begin, end, step), out=out)


def slice_axis(data: Any, axis: int, begin: int, end: int | None, out: Any = None) -> Any:
    """What lies between two places on one axis; a copy."""
    before = (slice(None),) * (axis % checked(data).ndim)
    return call(_read, data, (*before, slice(begin, end)), out=out)


def slice_like(data: Any, shape_like: Any, axes: Any = (), out: Any = None) -> Any:
    """The beginning of axes, as long as those of another array."""
    chosen = [a % checked(data).ndim for a in _axes(axes)] or range(data.ndim)
    index = [slice(None)] * data.ndim
    for a in chosen:
        index[a] = slice(0, checked(shape_like).shape[a])
    return call(_read, data, tuple(index), out=out)


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
        ValueError: the mode is another one.
    """
    if mode not in ("constant", "edge", "reflect"):
        raise ValueError(f"pad has the modes 'constant', 'edge' and 'reflect', not {mode!r}")
    widths = tuple(zip(pad_width[::2], pad_width[1::2], strict=True))
    return call(_pad, data, widths, mode, float(constant_value))


def where(condition: Any, x: Any, y: Any, out: Any = None) -> Any:
    """``x`` where the condition is not zero, else ``y``; a vector of conditions chooses rows."""
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
Concat = concat
SliceChannel = split
SwapAxis = swapaxes
Flatten = flatten
Reshape = reshape
Pad = pad
broadcast_axes = broadcast_axis

__all__ = [
    "Concat",
    "Flatten",
    "Pad",
    "Reshape",
    "SliceChannel",
    "SwapAxis",
    "broadcast_axes",
    "broadcast_axis",
    "broadcast_like",
    "broadcast_to",
    "concat",
    "concatenate",
    "depth_to_space",
    "diag",
    "expand_dims",
    "flatten",
    "flip",
    "moveaxis",
    "ones_like",
    "pad",
    "repeat",
    "reshape",
    "reshape_like",
    "reverse",
    "shape_array",
    "size_array",
    "slice_axis",
    "slice_like",
    "space_to_depth",
    "split",
    "split_v2",
    "squeeze",
    "stack",
    "swapaxes",
    "tile",
    "transpose",
    "where",
    "zeros_like",
]
