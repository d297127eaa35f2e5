"""Functions of `srcgrad.nd` that make arrays: float32 unless said."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.dialects.nd_array import NDArray
from srcgrad.dialects.nd_calls import into
from srcgrad.errors import NotAnArrayError, ShapeError
from srcgrad.imperative.array import Array
from srcgrad.imperative.calls import arrays_in
from srcgrad.imperative.context import Context, current_context

Device = Context | None


def placed(data: Any, ctx: Device) -> NDArray:
    """An array over memory, on a device; the one of this thread unless said."""
    out: NDArray = NDArray._on(current_context() if ctx is None else ctx, data)
    return out


def array(source_array: Any, ctx: Device = None, dtype: Any = None) -> NDArray:
    """An array with the contents of another, or of nested lists of numbers.

    Arguments:
        source_array: what is copied; a copy of an NDArray is recorded.
        ctx: the device.
        dtype: that of an NDArray, else float32, unless said.

    Raises:
        NotAnArrayError: it holds something else than numbers.
    """
    if isinstance(source_array, Array):
        kept = source_array._data.dtype if dtype is None else dtype
        out: NDArray = source_array.astype(kept)
        if type(out) is not NDArray:
            out = NDArray._of(out._data)
        return out if ctx is None else out.as_in_context(ctx)
    if next(arrays_in(source_array), None) is not None:
        raise NotAnArrayError("SG708", "a list of arrays is given", "join them with nd.stack")
    try:
        data = np.array(source_array, np.float32 if dtype is None else dtype)
    except (TypeError, ValueError) as error:
        raise NotAnArrayError("SG708", str(error), "give numbers, as an array or lists") from error
    return placed(data, ctx)


def zeros(shape: Any, ctx: Device = None, dtype: Any = None, out: Any = None) -> Any:
    """Zeros."""
    return into(out, placed(np.zeros(shape, dtype or np.float32), ctx))


def ones(shape: Any, ctx: Device = None, dtype: Any = None, out: Any = None) -> Any:
    """Ones."""
    return into(out, placed(np.ones(shape, dtype or np.float32), ctx))


def full(shape: Any, val: Any, ctx: Device = None, dtype: Any = np.float32, out: Any = None) -> Any:
    """One number everywhere."""
    data = np.empty(shape, dtype)
    data[...] = np.asarray(val).astype(data.dtype)
    return into(out, placed(data, ctx))


def empty(shape: Any, ctx: Device = None, dtype: Any = None) -> NDArray:
    """An array whose contents are not set."""
    return placed(np.empty(shape, dtype or np.float32), ctx)


def arange(
    start: Any,
    stop: Any = None,
    step: Any = 1.0,
    repeat: int = 1,
    infer_range: bool | None = None,
    ctx: Device = None,
    dtype: Any = np.float32,
) -> NDArray:
    """Numbers in equal steps, each of them ``repeat`` times."""
    first: Any = 0 if stop is None else start
    end: Any = start if stop is None else stop
    if not step or (end - first) / step <= 0:
        message = f"arange from {first} to {end} in steps of {step} is empty"
        raise ShapeError("SG708", message, "let the end lie in the direction of the step")
    data = np.arange(first, end, step, dtype=np.float64).astype(dtype)
    return placed(np.repeat(data, repeat) if repeat != 1 else data, ctx)


def linspace(
    start: float,
    stop: float,
    num: int,
    endpoint: bool = True,
    ctx: Device = None,
    dtype: Any = np.float32,
) -> NDArray:
    """Some numbers at equal distances."""
    return placed(np.linspace(start, stop, num, endpoint).astype(dtype), ctx)


def eye(N: int, M: int = 0, k: int = 0, ctx: Device = None, dtype: Any = np.float32) -> NDArray:
    """Ones on a diagonal; (N, N), or (N, M)."""
    return placed(np.eye(N, M or None, k, dtype), ctx)


def waitall() -> None:
    """Nothing: results are there when an operation returns."""


__all__ = [
    "arange",
    "array",
    "empty",
    "eye",
    "full",
    "linspace",
    "ones",
    "waitall",
    "zeros",
]
