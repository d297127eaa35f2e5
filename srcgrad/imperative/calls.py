"""Calls on arrays: done on what they hold, and noted where an operand is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from srcgrad.imperative.context import CPU, placed
from srcgrad.imperative.family import add_copy
from srcgrad.imperative.steps import Op, op_of
from srcgrad.imperative.trace import local

if TYPE_CHECKING:
    from srcgrad.imperative.array import Array

_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)


def plain(value: Any) -> Any:
    """What arrays hold, also inside tuples, lists and slices; NumPy's scalars as Python numbers."""
    kind = type(value)
    if hasattr(kind, "_node"):
        return value._data
    if kind is tuple or kind is list:
        return kind([plain(v) for v in value])
    if kind is slice:
        return slice(plain(value.start), plain(value.stop), plain(value.step))
    return value.item() if isinstance(value, np.generic) else value


def arrays_in(value: Any) -> Iterator[Array]:
    """The arrays in an argument."""
    if hasattr(type(value), "_node"):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from arrays_in(part)
    elif isinstance(value, slice):
        yield from arrays_in((value.start, value.stop, value.step))


def invoke(
    cls: type[Array],
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    op: Op | None = None,
    eager: Callable[..., Any] | None = None,
) -> Any:
    """Call a function of NumPy, or one written with such functions, on arrays.

    Arguments:
        cls: the class of the results.
        args: its arguments: arrays, numbers, whatever the function takes.
        kwargs: those that go by name.
        function: what is called, and what the compiler reads when it is differentiated.
        op: what it is noted as, if not as a call of ``function``.
        eager: another function that gives the same and is faster to run.
    """
    given = tuple([plain(a) for a in args])
    named = {k: plain(v) for k, v in kwargs.items()}
    data = (eager or function)(*given, **named)
    operands = [a for part in (*args, *kwargs.values()) for a in arrays_in(part)]
    if any(a._context is not CPU for a in operands):
        cls = placed(cls, next(a._context for a in operands if a._context is not CPU))
    made: list[Array] = []
    result = _wrapped(cls, data, operands, made)
    trace = local.trace
    if trace is not None and made and any(a._node is not None for a in operands):
        trace.call(op or op_of("call", function), args, kwargs, made)
        if len(made) == 1:
            return narrowed(result, operands)
    elif len(made) == 1 and made[0]._data.dtype is _FLOAT64:
        return narrowed(result, operands)
    return result


def _wrapped(cls: type[Array], data: Any, operands: list[Array], made: list[Array]) -> Any:
    """Results as arrays, in the structure in which they came."""
    if isinstance(data, (tuple, list)):
        parts = [_wrapped(cls, part, operands, made) for part in data]
        return parts if isinstance(data, list) else tuple(parts)
    if isinstance(data, np.generic):
        data = np.asarray(data)
    if not isinstance(data, np.ndarray):
        return data
    out = cls._of(data)
    made.append(out)
    if data.base is not None or any(data is a._data for a in operands):
        _settle(out, operands)
    return out


def _settle(out: Array, operands: list[Array]) -> None:
    """A result that shows an operand is a copy of it, made when one of them is written."""
    if not out._data.flags.writeable:
        out._data = out._data.copy()
        return
    for operand in operands:
        if np.may_share_memory(out._data, operand._data):
            add_copy(operand, out)
            return


def narrowed(result: Array, operands: list[Array]) -> Array:
    """Results that are float64 only because NumPy makes them so of integers are float32."""
    if result._data.dtype is not _FLOAT64 or any(a._data.dtype is _FLOAT64 for a in operands):
        return result
    small: Array = result.astype(_FLOAT32)
    return small


__all__ = ["arrays_in", "invoke", "plain"]
