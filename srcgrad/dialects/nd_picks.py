"""Functions of `srcgrad.nd` that read at indices, and that order elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.compositions import neural_picks
from srcgrad.dialects.nd_calls import axis_of, call, checked, read
from srcgrad.errors import BoundsError, ChoiceError, OperandError, ShapeError

# -- over NumPy arrays ----------------------------------------------------------------------------


def _take(x: Any, index: Any, axis: int, mode: str) -> Any:
    whole = index.astype(np.int64)
    length = x.shape[axis]
    whole = whole % length if mode == "wrap" else np.clip(whole, 0, length - 1)
    return np.take(x, whole, axis=axis)


def _take_in_rows(x: Any, index: Any) -> Any:
    return x[np.arange(x.shape[0]), index.astype(np.int64)]


def _scatter(x: Any, index: Any, shape: Any) -> Any:
    out = np.zeros(shape, x.dtype)
    out[index] = x
    return out


def _of_rows(x: Any, places: Any) -> Any:
    return x[np.arange(x.shape[0]), places]


def _sort(x: Any, axis: Any, ascending: bool) -> Any:
    rows, along = (np.ravel(x), 0) if axis is None else (x, axis)
    found = np.sort(rows, axis=along)
    return found if ascending else np.flip(found, along)


def _argsort(x: Any, axis: Any, ascending: bool, dtype: Any) -> Any:
    rows, along = (np.ravel(x), 0) if axis is None else (x, axis)
    return np.argsort(rows if ascending else -rows, axis=along, kind="stable").astype(dtype)


# -- over NDArrays --------------------------------------------------------------------------------


def take(a: Any, indices: Any, axis: int = 0, mode: str = "clip", out: Any = None) -> Any:
    """The elements at indices along an axis.

    Arguments:
        a: any dtype.
        indices: whole numbers of any dtype, of any shape, which takes the place of the axis.
        axis: along which elements are taken.
        mode: ``"clip"`` moves an index outside to the end that is nearer, ``"wrap"`` counts on
            from zero, ``"raise"`` refuses it.
        out: an array to write the result to.

    Raises:
        BoundsError: an index is outside, in the mode ``"raise"``.
    """
    length = checked(a).shape[axis]
    if mode == "raise":
        whole = checked(indices).asnumpy()
        if whole.size and (whole.min() < 0 or whole.max() >= length):
            message = f"an index of take is outside of an axis of length {length}"
            raise BoundsError("SG711", message, "use the mode 'clip' or 'wrap'")
    return call(_take, a, indices, axis, mode, out=out, mixed=True)


def batch_take(a: Any, indices: Any) -> Any:
    """One element of each row."""
    return call(_take_in_rows, a, indices, mixed=True)


def one_hot(
    indices: Any,
    depth: int,
    on_value: float = 1.0,
    off_value: float = 0.0,
    dtype: Any = "float32",
    out: Any = None,
) -> Any:
    """``on_value`` at the index along a new last axis, ``off_value`` elsewhere."""
    args = (int(depth), float(on_value), float(off_value), np.dtype(dtype))
    return call(neural_picks.one_hot, indices, *args, out=out, mixed=True)


def pick(
    data: Any,
    index: Any,
    axis: int | None = -1,
    keepdims: bool = False,
    mode: str = "clip",
    out: Any = None,
) -> Any:
    """One element of each vector along an axis."""
    if axis is None:
        data, axis = data.reshape((-1,)), 0
    _fits(data, index, axis)
    if data.ndim == 2 and axis in (1, -1) and mode == "clip" and not keepdims:
        return of_rows(data, index, out)
    return call(neural_picks.pick, data, index, axis, keepdims, mode, out=out, mixed=True)


def _points(data: Any, indices: Any) -> tuple[Any, ...]:
    """An index array for each axis."""
    return tuple(data._of(row) for row in checked(indices)._data.astype(np.int64))


def of_rows(data: Any, index: Any, out: Any = None) -> Any:
    """One element of each row of a matrix; an index outside is moved to the nearer end."""
    whole = index._data.reshape(-1).astype(np.int64)
    places = np.minimum(np.maximum(whole, 0), data.shape[1] - 1)
    return call(_of_rows, data, data._of(places), out=out, mixed=True)


def _fits(data: Any, index: Any, axis: int) -> None:
    """Check the shape of the index of `pick`."""
    shape, place = checked(data).shape, axis_of(data, axis)
    without = shape[:place] + shape[place + 1 :]
    if checked(index).shape not in (without, (*shape[:place], 1, *shape[place + 1 :])):
        message = f"pick takes along axis {axis} of {shape} by an index of shape {index.shape}"
        raise ShapeError("SG708", message, f"give an index of shape {without}")


def gather_nd(data: Any, indices: Any) -> Any:
    """The elements at points; ``indices`` is (axes, ...)."""
    return call(read, data, _points(checked(data), indices), mixed=True)


def scatter_nd(data: Any, indices: Any, shape: Any) -> Any:
    """Zeros of a shape, with ``data`` at points, which must differ; ``indices`` is (axes, ...)."""
    return call(_scatter, data, _points(checked(data), indices), tuple(shape), mixed=True)


def topk(
    data: Any,
    axis: int | None = -1,
    k: int = 1,
    ret_typ: str = "indices",
    is_ascend: bool = False,
    dtype: Any = "float32",
) -> Any:
    """The ``k`` largest elements along an axis, or the smallest, or where they are.

    Arguments:
        data: floating.
        axis: along which; ``None`` for all elements as one vector.
        k: how many, or 0 for all.
        ret_typ: ``"indices"``, ``"value"``, ``"both"`` or ``"mask"``.
        is_ascend: whether the smallest are wanted.
        dtype: of indices.

    Raises:
        ChoiceError: ``ret_typ`` is another one.
    """
    if ret_typ not in ("indices", "value", "both", "mask"):
        remedy = "use 'indices', 'value', 'both' or 'mask'"
        raise ChoiceError("SG710", f"ret_typ is {ret_typ!r}", remedy)
    found = call(neural_picks.topk, data, k, axis, ret_typ, is_ascend)
    if ret_typ == "both":
        return [found[0], found[1].astype(dtype)]
    return found.astype(dtype, copy=False) if ret_typ == "indices" else found


def sort(data: Any, axis: int | None = -1, is_ascend: bool = True, out: Any = None) -> Any:
    """The elements in order along an axis; ``None`` for all elements as one vector."""
    return call(_sort, data, axis, is_ascend, out=out)


def argsort(
    data: Any, axis: int | None = -1, is_ascend: bool = True, dtype: Any = "float32"
) -> Any:
    """Where the elements of the sorted array are; equal ones in the order in which they come."""
    return call(_argsort, data, axis, is_ascend, np.dtype(dtype), mixed=True)


def sequence_mask(
    data: Any,
    sequence_length: Any = None,
    use_sequence_length: bool = False,
    value: float = 0.0,
    axis: int = 0,
) -> Any:
    """``data`` with ``value`` after the end of each sequence; time along axis 0 or 1."""
    if use_sequence_length and sequence_length is None:
        raise OperandError("SG708", "sequence_length is missing", "pass one length a sequence")
    args = (sequence_length, use_sequence_length, float(value), axis)
    return call(neural_picks.sequence_mask, data, *args, mixed=True)


def _last(x: Any, ends: Any, axis: int) -> Any:
    rows = np.swapaxes(x, 0, 1) if axis == 1 else x
    return rows[ends, np.arange(rows.shape[1])]


def SequenceLast(
    data: Any, sequence_length: Any = None, use_sequence_length: bool = False, axis: int = 0
) -> Any:
    """The last element of each sequence; time along axis 0 or 1, the batch along the other."""
    ends, batch = _ends(data, sequence_length, use_sequence_length, axis)
    last = data._of(np.broadcast_to(ends - 1, (batch,)).copy())
    return call(_last, data, last, axis, mixed=True)


def _reversed(x: Any, order: Any) -> Any:
    return x[order, np.arange(x.shape[1])]


def SequenceReverse(
    data: Any, sequence_length: Any = None, use_sequence_length: bool = False, axis: int = 0
) -> Any:
    """Each sequence in reverse order, up to its end; time along axis 0, the batch along axis 1."""
    ends, batch = _ends(data, sequence_length, use_sequence_length, 0)
    steps = np.arange(data.shape[0])[:, None]
    order = np.where(steps < ends, ends - 1 - steps, steps)
    return call(
        _reversed, data, data._of(np.broadcast_to(order, (steps.size, batch)).copy()), mixed=True
    )


def _ends(data: Any, sequence_length: Any, used: bool, axis: int) -> tuple[Any, int]:
    """The lengths of sequences, and how many there are."""
    if used and sequence_length is None:
        raise OperandError("SG708", "sequence_length is missing", "pass one length a sequence")
    ends = checked(sequence_length)._data.astype(np.int64) if used else checked(data).shape[axis]
    return ends, data.shape[1 - axis]


def ravel_multi_index(data: Any, shape: Any) -> Any:
    """The place of points in the elements in order; ``data`` is (axes, points)."""
    flat = np.ravel_multi_index(tuple(checked(data)._data.astype(np.int64)), tuple(shape))
    return data._of(np.asarray(flat).astype(data.dtype))


def unravel_index(data: Any, shape: Any) -> Any:
    """The points of places in the elements in order, (axes, ...)."""
    places = np.unravel_index(checked(data)._data.astype(np.int64), tuple(shape))
    return data._of(np.stack(places).astype(data.dtype))


SequenceMask = sequence_mask
choose_element_0index = pick

__all__ = [
    "SequenceLast",
    "SequenceMask",
    "SequenceReverse",
    "argsort",
    "batch_take",
    "choose_element_0index",
    "gather_nd",
    "one_hot",
    "pick",
    "ravel_multi_index",
    "scatter_nd",
    "sequence_mask",
    "sort",
    "take",
    "topk",
    "unravel_index",
]
