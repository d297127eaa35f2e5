"""How functions of NumPy become functions of `srcgrad.np`: operands checked, ``out=`` written, fast paths."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from srcgrad.errors import OperandError
from srcgrad.imperative.array import Array
from srcgrad.imperative.calls import arrays_in, invoke, plain
from srcgrad.imperative.operators import unary
from srcgrad.imperative.steps import op_of
from srcgrad.imperative.trace import local

if TYPE_CHECKING:
    from srcgrad.dialects.np_array import ndarray

_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
_plain_ndarray = np.ndarray
Function = Callable[..., Any]


def apply(
    cls: type[ndarray],
    function: Function,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    eager: Function | None = None,
) -> Any:
    """Call a function on arrays; numbers alone give what NumPy gives.

    Raises:
        OperandError: an array of another dialect is among the operands.
    """
    out = kwargs.pop("out", None)
    arrays = 0
    for part in (*args, *kwargs.values()):
        kind = type(part)
        if kind is cls or kind is tuple or kind is list or kind is _plain_ndarray:
            arrays += 1
        for array in () if kind is cls else arrays_in(part):
            if not isinstance(array, cls):
                raise mixed(cls, type(array))
    if not arrays:
        return function(*[plain(a) for a in args], **kwargs)
    result = invoke(cls, function, args, kwargs, eager=eager)
    return result if out is None else write_into(out, result)


def write_into(out: Any, result: Any) -> Any:
    """Write results into what was given as ``out=``: an array, or as NumPy has it a tuple of one."""
    if isinstance(out, tuple):
        if len(out) > 1:
            return tuple(write_into(o, r) for o, r in zip(out, result, strict=True))
        (out,) = out
    if isinstance(out, Array):
        if out._data.shape != result._data.shape:
            message = f"out has shape {out._data.shape}, the result {result._data.shape}"
            raise OperandError("SG708", message, "pass an array of the shape of the result")
        out._replace(result)
    else:
        out[...] = plain(result)
    return out


def mixed(left: type, right: type) -> OperandError:
    """What to say where arrays of two dialects meet."""
    message = f"an {left.__name__} meets an {right.__name__}"
    return OperandError("SG708", message, "convert one: as_nd_ndarray() or as_np_ndarray()")


def general(cls: type[ndarray], function: Function) -> Function:
    """A function of NumPy for arrays of a class."""

    def called(*args: Any, **kwargs: Any) -> Any:
        return apply(cls, function, args, kwargs)

    return called


def of_one(cls: type[ndarray], function: Function, eager: Function | None = None) -> Function:
    """A function whose usual argument is one floating array: fast for that."""
    fast = unary(eager or function, "call", function)

    def called(x: Any, *args: Any, **kwargs: Any) -> Any:
        if type(x) is cls and not args and not kwargs:
            dtype = x._data.dtype
            if dtype is _FLOAT32 or dtype is _FLOAT64:
                return fast(x)
        return apply(cls, function, (x, *args), kwargs)

    return called


def of_two(cls: type[ndarray], function: Function) -> Function:
    """A function whose usual arguments are two floating arrays of one dtype: fast for those."""
    op = op_of("call", function)

    def called(x: Any, y: Any, *args: Any, **kwargs: Any) -> Any:
        if type(x) is cls and type(y) is cls and not args and not kwargs:
            left, right = x._data, y._data
            dtype = left.dtype
            if dtype is right.dtype and (dtype is _FLOAT32 or dtype is _FLOAT64):
                data = function(left, right)
                out = cls._of(data if type(data) is _plain_ndarray else np.asarray(data))
                trace = local.trace
                if trace is not None and (x._node is not None or y._node is not None):
                    trace.binary(op, x, y, out)
                return out
        return apply(cls, function, (x, y, *args), kwargs)

    return called


def named(function: Function, name: str, original: Any, module: str) -> Function:
    """The function under the name and with the first line of the documentation of another."""
    function.__name__ = function.__qualname__ = name
    function.__module__ = module
    text = (getattr(original, "__doc__", None) or "").strip().split("\n\n")
    lines = [part for part in text if part and not part.startswith((name + "(", "."))]
    function.__doc__ = " ".join(lines[0].split()) if lines else name
    return function


__all__ = ["apply", "general", "mixed", "named", "of_one", "of_two", "write_into"]
