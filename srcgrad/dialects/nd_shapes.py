"""Functions of `srcgrad.nd` that give arrays another shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from srcgrad.dialects.nd_calls import call, checked, into
from srcgrad.errors import ShapeError

# -- over NumPy arrays ----------------------------------------------------------------------------


def _broadcast(x: Any, shape: Any) -> Any:
    return np.broadcast_to(x, shape)


def _transpose(x: Any, axes: Any) -> Any:
    return np.transpose(x, axes)


def _expand(x: Any, axis: int) -> Any:
    return np.expand_dims(x, axis)


def _squeeze(x: Any, axis: Any) -> Any:
    out = np.squeeze(x, axis)
    return np.reshape(out, (1,)) if np.ndim(out) == 0 else out


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
    for a, b in zip(listed(lhs_axes), listed(rhs_axes), strict=True):
        shape[a] = checked(rhs).shape[b]
    return broadcast_to(lhs, shape)


def broadcast_axis(data: Any, axis: Any, size: Any, out: Any = None) -> Any:
    """Axes of length one, repeated."""
    shape = list(checked(data).shape)
    for a, n in zip(listed(axis), listed(size), strict=True):
        shape[a] = n
    return broadcast_to(data, shape, out=out)


def listed(axis: Any) -> tuple[int, ...]:
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


SwapAxis = swapaxes
Flatten = flatten
Reshape = reshape
broadcast_axes = broadcast_axis

__all__ = [
    "Flatten",
    "Reshape",
    "SwapAxis",
    "broadcast_axes",
    "broadcast_axis",
    "broadcast_like",
    "broadcast_to",
    "expand_dims",
    "flatten",
    "moveaxis",
    "ones_like",
    "reshape",
    "reshape_like",
    "shape_array",
    "size_array",
    "squeeze",
    "swapaxes",
    "transpose",
    "zeros_like",
]
