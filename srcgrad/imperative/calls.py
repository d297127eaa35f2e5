"""Calls on arrays: done on what they hold, and noted where an operand is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from srcgrad.errors import OperandError
from srcgrad.imperative.context import CPU
from srcgrad.imperative.family import add_copy
from srcgrad.imperative.steps import Op, op_of
from srcgrad.imperative.trace import Effect, Trace, local

if TYPE_CHECKING:
    from srcgrad.imperative.array import Array

_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
_SIMPLE = frozenset({int, float, bool, str, type(None), type(Ellipsis), np.ndarray})
_ndarray = np.ndarray


def plain(value: Any, found: list[Array] | None = None) -> Any:
    """What arrays hold, also inside tuples, lists and slices; NumPy's scalars as Python numbers.

    Arguments:
        value: any argument.
        found: what arrays in it are appended to.
    """
    kind = type(value)
    if kind in _SIMPLE:
        return value
    if hasattr(kind, "_node"):
        if found is not None:
            found.append(value)
        return value._data
    if kind is tuple or kind is list:
        return kind([plain(v, found) for v in value])
    if kind is slice:
        start, stop, step = value.start, value.stop, value.step
        if (start is None or type(start) is int) and (stop is None or type(stop) is int):
            return value if step is None else slice(start, stop, plain(step, found))
        return slice(plain(start, found), plain(stop, found), plain(step, found))
    return value.item() if isinstance(value, np.generic) else value


def arrays_in(value: Any) -> Iterator[Array]:
    """The arrays in an argument."""
    found: list[Array] = []
    plain(value, found)
    return iter(found)


def mixed(left: type, right: type) -> OperandError:
    """The refusal of arrays of two dialects."""
    message = f"an {left.__name__} meets an {right.__name__}"
    return OperandError("SG708", message, "convert one: x.as_nd_ndarray() or x.as_np_ndarray()")


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

    Raises:
        OperandError: arrays of another dialect are among the operands.
    """
    operands: list[Array] = []
    given = [plain(a, operands) for a in args]
    named = {k: plain(v, operands) for k, v in kwargs.items()} if kwargs else kwargs
    for operand in operands:
        if type(operand) is not cls:
            cls = _class_of_results(cls, operand)
    data = (eager or function)(*given, **named)
    made: list[Array] = []
    result = _wrapped(cls, data, operands, made)
    if not made:
        return result
    trace = local.trace
    if trace is not None and any([a._node is not None for a in operands]):
        trace.call(op or op_of("call", function), args, kwargs, made)
    if made[0]._data.dtype is _FLOAT64 and not _double(operands, (*given, *named.values())):
        return narrowed(result)
    return result


def _class_of_results(cls: type[Array], operand: Array) -> type[Array]:
    """The class of the dialect on the device of an operand."""
    home = getattr(cls, "_home", cls)
    if not isinstance(operand, home):
        raise mixed(home, type(operand))
    return cls if operand._context is CPU else type(operand)


def _wrapped(cls: type[Array], data: Any, operands: list[Array], made: list[Array]) -> Any:
    """Results as arrays, in the structure in which they came."""
    if type(data) is not _ndarray:
        if isinstance(data, (tuple, list)):
            parts = [_wrapped(cls, part, operands, made) for part in data]
            return parts if isinstance(data, list) else tuple(parts)
        if not isinstance(data, (np.generic, _ndarray)):
            return data
        data = np.asarray(data)
    out = cls._of(data)
    made.append(out)
    if data.base is not None or any([data is a._data for a in operands]):
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


def _double(operands: list[Array], given: tuple[Any, ...]) -> bool:
    """Whether float64 was asked for: by an operand, one of NumPy's own arrays too, or by ``dtype``."""
    return any(a._data.dtype.char in "dD" for a in operands) or any(map(_wide, given))


def _wide(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_wide, value))
    if isinstance(value, _ndarray):
        return value.dtype.char in "dD"
    return value is _FLOAT64 or value is float or value is np.float64 or value == "float64"


def narrowed(result: Any) -> Any:
    """Results that are float64 only because NumPy makes them so of integers are float32."""
    if isinstance(result, (tuple, list)):
        return type(result)([narrowed(part) for part in result])
    wide = hasattr(type(result), "_node") and result._data.dtype is _FLOAT64
    return result.astype(_FLOAT32) if wide else result


def add_effect(array: Array, run: Callable[[], None]) -> None:
    """Let backward passes in training mode that go through a recorded array run a function."""
    trace = array._node
    if type(trace) is Trace:
        trace.effects.append(Effect(array._index, run))


__all__ = ["add_effect", "arrays_in", "invoke", "mixed", "plain"]
