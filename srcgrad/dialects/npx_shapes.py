"""The functions of `srcgrad.npx` about shapes, dtypes and places."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from srcgrad.dialects.np_creation import placed
from srcgrad.dialects.np_functions import FUNCTIONS
from srcgrad.errors import ShapeError
from srcgrad.imperative.context import Context

_INFER, _SAME, _DROP, _REST, _JOIN, _SPLIT = range(-1, -7, -1)


def reshape(a: Any, newshape: Any, reverse: bool = False, order: str = "C") -> Any:
    """The elements in another shape, which may refer to the old one by codes.

    Arguments:
        a: the array.
        newshape: lengths, and codes: -1 is what is left, -2 copies a length, -3 drops an axis of
            length one, -4 copies all that follow, -5 joins the next two, -6 splits the next into the
            two lengths behind the code, one of which may be -1.
        reverse: whether codes are read from the right.
        order: of the elements; only C.

    Raises:
        ShapeError: the shape does not fit.
    """
    wanted = (newshape,) if isinstance(newshape, int) else tuple(newshape)
    if reverse:
        return FUNCTIONS["reshape"](a, target(a.shape[::-1], wanted[::-1])[::-1])
    return FUNCTIONS["reshape"](a, target(a.shape, wanted))


def target(shape: tuple[int, ...], codes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that codes stand for.

    >>> target((2, 3, 4), (-2, -1)), target((2, 3, 4), (-5, -4)), target((8, 3), (-6, 2, -1, -4))
    ((2, 12), (6, 4), (2, 4, 3))
    """
    found: list[int] = []
    lengths, rest = list(shape), list(codes)
    try:
        while rest:
            code = rest.pop(0)
            if code == _SAME:
                found.append(lengths.pop(0))
            elif code == _DROP:
                if lengths.pop(0) != 1:
                    raise _misfit(shape, codes)
            elif code == _REST:
                found += lengths
                lengths = []
            elif code == _JOIN:
                found.append(lengths.pop(0) * lengths.pop(0))
            elif code == _SPLIT:
                found += _split(lengths.pop(0), rest.pop(0), rest.pop(0))
            else:
                found.append(code)
                lengths = lengths[1:]
    except IndexError as error:
        raise _misfit(shape, codes) from error
    if found.count(_INFER) == 1:
        known, size = -math.prod(found), math.prod(shape)
        if not known or size % known:
            raise _misfit(shape, codes)
        found[found.index(_INFER)] = size // known
    return tuple(found)


def _split(length: int, first: int, second: int) -> tuple[int, int]:
    """A length as a product of two, one of which may be left open."""
    return (
        length // second if first == _INFER else first,
        length // first if second == _INFER else second,
    )


def _misfit(shape: tuple[int, ...], codes: tuple[int, ...]) -> ShapeError:
    message = f"an array of shape {shape} cannot be given the shape {codes}"
    return ShapeError("SG708", message, "see the codes that npx.reshape takes")


def reshape_like(
    lhs: Any,
    rhs: Any,
    lhs_begin: int | None = None,
    lhs_end: int | None = None,
    rhs_begin: int | None = None,
    rhs_end: int | None = None,
) -> Any:
    """The elements of one array in the shape of another, or with some of its axes."""
    first, last, _ = builtins.slice(lhs_begin, lhs_end).indices(lhs.ndim)
    middle = rhs.shape[rhs_begin:rhs_end]
    return FUNCTIONS["reshape"](lhs, lhs.shape[:first] + middle + lhs.shape[last:])


def batch_flatten(data: Any) -> Any:
    """The array with all axes but the first as one."""
    return FUNCTIONS["reshape"](data, (data.shape[0], math.prod(data.shape[1:])))


def slice(data: Any, begin: Any, end: Any, step: Any = None) -> Any:
    """A part of an array, as a copy; ``None`` among the bounds is an end of the axis."""
    steps = step if step else (None,) * len(begin)
    parts = [builtins.slice(b, e, s) for b, e, s in zip(begin, end, steps, strict=True)]
    return data[tuple(parts)].copy()


def arange_like(
    data: Any,
    start: float = 0.0,
    step: float = 1.0,
    repeat: int = 1,
    ctx: Context | None = None,
    axis: int | None = None,
) -> Any:
    """Numbers in steps, as many as an array has elements and in its shape, or as long as an axis."""
    count = data.size if axis is None else data.shape[axis]
    made = (start + step * (np.arange(count) // repeat)).astype(data.dtype)
    return placed(np.reshape(made, data.shape) if axis is None else made, ctx or data.context)


def shape_array(data: Any) -> Any:
    """The lengths of the axes as an array of int64."""
    return placed(np.array(data.shape, np.int64))


def nonzero(a: Any) -> Any:
    """The places that are not zero, a row of coordinates for each."""
    return FUNCTIONS["argwhere"](a)


def constraint_check(x: Any, msg: str = "Constraint violated!") -> Any:
    """True as an array, if all elements hold.

    Raises:
        ValueError: with the message, if one does not.
    """
    if not bool(x.all()):
        raise ValueError(msg)
    return placed(np.array(True))


__all__ = [
    "arange_like",
    "batch_flatten",
    "constraint_check",
    "nonzero",
    "reshape",
    "reshape_like",
    "shape_array",
    "slice",
]
