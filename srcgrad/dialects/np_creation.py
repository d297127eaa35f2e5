"""Functions of `srcgrad.np` that make arrays: floats of 32 bits, on the device of the context."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.dialects.np_array import ndarray
from srcgrad.imperative.array import Array
from srcgrad.imperative.calls import arrays_in, invoke, plain
from srcgrad.imperative.context import Context, current_context

FLOAT32 = np.dtype(np.float32)


def placed(data: Any, ctx: Context | None = None) -> Any:
    """New memory as an array on a device, that of this thread unless said."""
    return ndarray._on(current_context() if ctx is None else ctx, np.asarray(data))


def default(dtype: Any) -> Any:
    """The dtype to make an array of: float32 if none is given."""
    return FLOAT32 if dtype is None else np.dtype(dtype)


def array(object: Any, dtype: Any = None, ctx: Context | None = None) -> Any:
    """An array of the elements of nested sequences, of another array, or a number.

    Arguments:
        object: what it is made of; arrays in it that are recorded are differentiated through.
        dtype: of the result; by default that of an array, and float32 for Python's numbers.
        ctx: the device.
    """
    if isinstance(object, ndarray) or any(isinstance(a, ndarray) for a in arrays_in(object)):
        made = (
            object.copy()
            if isinstance(object, ndarray)
            else invoke(ndarray, np.array, (object,), {})
        )
        made = made if dtype is None else made.astype(dtype, copy=False)
        return made if ctx is None else made.as_in_context(ctx)
    if isinstance(object, Array):
        object = object.asnumpy()
    if hasattr(object, "__dlpack__") and not hasattr(object, "__array__"):
        object = np.from_dlpack(object)
    known = isinstance(object, (np.ndarray, np.generic)) or hasattr(object, "__dlpack__")
    data = np.array(object, dtype)
    if dtype is None and not known:
        data = data.astype(np.complex64 if data.dtype.kind == "c" else FLOAT32)
    return placed(data, ctx)


def asarray(object: Any, dtype: Any = None, ctx: Context | None = None) -> Any:
    """The array itself if it is one of this dtype, else a new one."""
    if isinstance(object, ndarray):
        return object if dtype is None else object.astype(dtype, copy=False)
    return array(object, dtype, ctx)


def from_dlpack(array: Any) -> Any:
    """An array over the memory of another library's, which both then show; a copy if it is read-only."""
    data = np.from_dlpack(array)
    return placed(data if data.flags.writeable else data.copy())


def arange(
    start: Any, stop: Any = None, step: Any = 1, dtype: Any = None, ctx: Context | None = None
) -> Any:
    """Numbers from ``start`` in steps, before ``stop``; from zero if only one bound is given."""
    first, last = (0, start) if stop is None else (start, stop)
    made: Any = np.arange(plain(first), plain(last), plain(step), dtype=default(dtype))
    return placed(made, ctx)


def zeros(shape: Any, dtype: Any = None, order: str = "C", ctx: Context | None = None) -> Any:
    """Zeros."""
    return placed(np.zeros(plain(shape), default(dtype)), ctx)


def ones(shape: Any, dtype: Any = None, order: str = "C", ctx: Context | None = None) -> Any:
    """Ones."""
    return placed(np.ones(plain(shape), default(dtype)), ctx)


def empty(shape: Any, dtype: Any = None, order: str = "C", ctx: Context | None = None) -> Any:
    """An array whose elements are not set."""
    return placed(np.empty(plain(shape), default(dtype)), ctx)


def full(
    shape: Any,
    fill_value: Any,
    dtype: Any = None,
    order: str = "C",
    ctx: Context | None = None,
    out: Any = None,
) -> Any:
    """One value everywhere; if it is an array, it is broadcast and differentiated through."""
    if isinstance(fill_value, ndarray):
        dtype = fill_value.dtype if dtype is None else np.dtype(dtype)
        made = invoke(ndarray, np.full, (plain(shape), fill_value), {"dtype": dtype})
    else:
        kind = bool if isinstance(fill_value, (bool, np.bool_)) else FLOAT32
        made = placed(np.full(plain(shape), fill_value, kind if dtype is None else dtype), ctx)
    if out is None:
        return made
    out[...] = made
    return out


def eye(
    N: int, M: int | None = None, k: int = 0, dtype: Any = None, ctx: Context | None = None
) -> Any:
    """Ones on a diagonal, zeros elsewhere."""
    return placed(np.eye(N, M, k, default(dtype)), ctx)


def identity(n: int, dtype: Any = None, ctx: Context | None = None) -> Any:
    """The identity matrix."""
    return placed(np.identity(n, default(dtype)), ctx)


def indices(dimensions: Any, dtype: Any = np.int32, ctx: Context | None = None) -> Any:
    """The indices of a grid: along the first axis one array for each axis of the grid."""
    return placed(np.indices(dimensions, dtype), ctx)


def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    ctx: Context | None = None,
) -> Any:
    """Numbers in equal steps from ``start`` to ``stop``; with ``retstep`` also the step."""
    kwargs = {"endpoint": endpoint, **({"axis": axis} if axis else {})}
    if isinstance(start, ndarray) or isinstance(stop, ndarray):
        made = invoke(ndarray, np.linspace, (start, stop, num), kwargs)
    else:
        made = placed(np.linspace(start, stop, num, **kwargs).astype(default(dtype)), ctx)  # type: ignore[call-overload]
    if dtype is not None:
        made = made.astype(dtype, copy=False)
    parts = num - 1 if endpoint else num
    return (made, (stop - start) / parts if parts else np.nan) if retstep else made


def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10.0,
    dtype: Any = None,
    axis: int = 0,
    ctx: Context | None = None,
) -> Any:
    """Numbers in equal ratios, from ``base ** start`` to ``base ** stop``."""
    kwargs = {"endpoint": endpoint, "base": base, **({"axis": axis} if axis else {})}
    if isinstance(start, ndarray) or isinstance(stop, ndarray):
        made = invoke(ndarray, np.logspace, (start, stop, num), kwargs)
        return made if dtype is None else made.astype(dtype, copy=False)
    return placed(np.logspace(start, stop, num, **kwargs).astype(default(dtype)), ctx)  # type: ignore[call-overload]


__all__ = [
    "arange",
    "array",
    "asarray",
    "empty",
    "eye",
    "from_dlpack",
    "full",
    "identity",
    "indices",
    "linspace",
    "logspace",
    "ones",
    "placed",
    "zeros",
]
