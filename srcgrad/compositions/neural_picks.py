"""Reads by index in neural networks: rows of tables, one element of each row, masks of sequences.

Index arrays may have any dtype, floating ones included; they are cut to whole numbers and have no
derivative. All arguments but arrays are Python values, fixed when the function is compiled.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def _whole(index: Any, length: int, mode: str) -> Any:
    """An index as whole numbers inside an axis: those outside are moved to an end, or wrapped around."""
    whole = index.astype(np.int64)
    if mode == "wrap":
        return whole % length
    return np.clip(whole, 0, length - 1)


def one_hot(
    index: Any, depth: int, on: float = 1.0, off: float = 0.0, dtype: Any = "float32"
) -> Any:
    """``on`` at the index along a new last axis, ``off`` elsewhere, everywhere for an index outside.

    Returns:
        The shape of ``index`` with ``depth`` last, of the dtype that is given.
    """
    here = np.expand_dims(index.astype(np.int64), -1) == np.arange(depth)
    return np.where(here, on, off).astype(dtype)


def pick(x: Any, index: Any, axis: int = -1, keepdims: bool = False, mode: str = "clip") -> Any:
    """One element of each vector along an axis.

    Arguments:
        x: floating.
        index: the shape of ``x`` without the axis, or with length one there.
        axis: along which elements are chosen.
        keepdims: whether the axis stays, with length one.
        mode: ``"clip"`` moves an index outside to the end that is nearer, ``"wrap"`` counts on from zero.
    """
    whole = _whole(index, x.shape[axis], mode)
    if np.ndim(index) != np.ndim(x):
        whole = np.expand_dims(whole, axis)
    picked = np.take_along_axis(x, whole, axis)
    return picked if keepdims else np.squeeze(picked, axis)


def embedding(index: Any, weight: Any) -> Any:
    """The rows of ``weight``, (words, features), at an index; one outside is moved to the nearer end."""
    return weight[_whole(index, weight.shape[0], "clip")]


def sequence_mask(
    x: Any,
    lengths: Any = None,
    use_sequence_length: bool = False,
    value: float = 0.0,
    axis: int = 0,
) -> Any:
    """``x`` with ``value`` after the end of each sequence.

    Arguments:
        x: time along ``axis``, which is 0 or 1, and the batch along the other of these.
        lengths: of each sequence, (batch,).
        use_sequence_length: whether anything is masked.
        value: what is put there.
        axis: of time.
    """
    if not use_sequence_length:
        return x
    steps = np.expand_dims(np.arange(x.shape[axis]), 1 - axis)
    inside = steps < np.expand_dims(lengths, axis)
    inside = np.expand_dims(inside, tuple(range(2, np.ndim(x))))
    return np.where(inside, x, value)


def topk(
    x: Any, k: int = 1, axis: int | None = -1, ret_typ: str = "indices", is_ascend: bool = False
) -> Any:
    """The ``k`` largest elements along an axis in falling order, or the smallest in rising order.

    Of equal elements the one that comes first is taken first.

    Arguments:
        x: floating.
        k: how many, or 0 for all.
        axis: along which, ``None`` for all elements as one vector.
        ret_typ: ``"value"``, ``"indices"`` (float32), ``"both"`` or ``"mask"`` (ones where they are).
        is_ascend: whether the smallest are wanted.
    """
    rows, along = (np.ravel(x), 0) if axis is None else (x, axis)
    order = np.argsort(rows if is_ascend else -rows, axis=along, kind="stable")
    if ret_typ == "mask":
        rank = np.argsort(order, axis=along, kind="stable")
        taken = (rank < (k or rows.shape[along])).astype(x.dtype)
        return np.reshape(taken, np.shape(x))
    places = order if k == 0 else np.take(order, np.arange(k), axis=along)
    if ret_typ == "indices":
        return places.astype(np.float32)
    values = np.take_along_axis(rows, places, along)
    return values if ret_typ == "value" else (values, places.astype(np.float32))


__all__ = ["embedding", "one_hot", "pick", "sequence_mask", "topk"]
