"""Products of `srcgrad.nd`: of vectors, matrices and stacks of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.compositions.neural import batch_dot as _batch_dot
from srcgrad.dialects.nd_calls import TITLE, call, first_of, taken
from srcgrad.dialects.nd_reductions import one
from srcgrad.errors import ShapeError
from srcgrad.imperative.array import Array
from srcgrad.imperative.operators import forward

# -- over NumPy arrays ----------------------------------------------------------------------------


def _dot(a: Any, b: Any) -> Any:
    return one(np.dot(a, b))


def _dot_matrices(a: Any, b: Any, turn_a: bool, turn_b: bool) -> Any:
    return (a.T if turn_a else a) @ (b.T if turn_b else b)


def _dot_axes(a: Any, b: Any, turn_a: bool, turn_b: bool) -> Any:
    return np.tensordot(a, b, axes=((0 if turn_a else -1,), (-1 if turn_b else 0,)))


def _khatri_rao(a: Any, b: Any) -> Any:
    product = np.expand_dims(a, 1) * np.expand_dims(b, 0)
    return np.reshape(product, (a.shape[0] * b.shape[0], a.shape[1]))


_short = forward("call", np.dot, np.dot)

# -- over NDArrays --------------------------------------------------------------------------------


def dot(
    lhs: Any, rhs: Any, transpose_a: bool = False, transpose_b: bool = False, out: Any = None
) -> Any:
    """The sum of products along the last axis of ``lhs`` and the first of ``rhs``.

    Arguments:
        lhs: (..., k); with ``transpose_a`` (k, ...).
        rhs: (k, ...); with ``transpose_b`` (..., k).
        transpose_a: whether the first axis of ``lhs`` is summed over.
        transpose_b: whether the last axis of ``rhs`` is summed over.
        out: an array to write the result to.

    Returns:
        The other axes of ``lhs``, then those of ``rhs``; (1,) of two vectors.

    Raises:
        ShapeError: the axes differ in length.
    """
    usual = type(lhs) is type(rhs) and isinstance(lhs, Array) and out is None
    if usual and not transpose_a and not transpose_b and lhs.title is TITLE:
        left, right = lhs._data, rhs._data
        if left.ndim == 2 and 1 <= right.ndim <= 2 and left.shape[1] == right.shape[0]:
            return _short(lhs, rhs)
    first = first_of((lhs, rhs))
    a, b = taken(lhs, first, False), taken(rhs, first, False)
    shapes = first_of((a,)).shape, first_of((b,)).shape
    inner = shapes[0][0 if transpose_a else -1] if shapes[0] else 0
    outer = shapes[1][-1 if transpose_b else 0] if shapes[1] else 0
    if inner != outer or not all(shapes):
        message = f"dot of arrays with shapes {shapes[0]} and {shapes[1]}"
        raise ShapeError("SG708", message, "the axes that are summed over must have one length")
    ranks = len(shapes[0]), len(shapes[1])
    if ranks == (2, 2) and (transpose_a or transpose_b):
        return call(_dot_matrices, a, b, transpose_a, transpose_b, out=out)
    if min(ranks) == 1 and max(ranks) <= 2 and not _turns(ranks, transpose_a, transpose_b):
        return call(_dot, a, b, out=out)
    if ranks == (2, 2):
        return call(np.dot, a, b, out=out)
    return call(_dot_axes, a, b, transpose_a, transpose_b, out=out)


def _turns(ranks: tuple[int, int], turn_a: bool, turn_b: bool) -> bool:
    """Whether a transposition matters: that of a vector does not."""
    return (turn_a and ranks[0] > 1) or (turn_b and ranks[1] > 1)


def batch_dot(
    lhs: Any, rhs: Any, transpose_a: bool = False, transpose_b: bool = False, out: Any = None
) -> Any:
    """The products of two stacks of matrices, (batch, n, k) and (batch, k, m)."""
    return call(_batch_dot, lhs, rhs, transpose_a, transpose_b, out=out)


def khatri_rao(*args: Any) -> Any:
    """The products of columns of matrices, as Kronecker has it."""
    found = args[0]
    for other in args[1:]:
        found = call(_khatri_rao, found, other)
    return found


__all__ = [
    "batch_dot",
    "dot",
    "khatri_rao",
]
