"""How the functions of `srcgrad.nd` are called: operands are checked, results are theirs in dtype."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from srcgrad.errors import NotAnArrayError, OperandError, ShapeError
from srcgrad.imperative.array import Array
from srcgrad.imperative.calls import invoke
from srcgrad.imperative.operators import unary

TITLE = "NDArray"
_SIMPLE = frozenset({int, float, bool, str, type(None)})


def call(
    function: Callable[..., Any],
    *args: Any,
    out: Any = None,
    eager: Callable[..., Any] | None = None,
    mixed: bool = False,
) -> Any:
    """Call a function over NumPy arrays on arrays of `srcgrad.nd`; recorded.

    Arguments:
        function: what is called, and what the compiler reads.
        args: its arguments in order. NumPy's own arrays among them are constants.
        out: an array that is written with the result, and returned.
        eager: another function that gives the same and is faster to run.
        mixed: whether operands may have different dtypes, as indices have.

    Raises:
        NotAnArrayError: there is no array of `srcgrad.nd` among the operands.
        OperandError: operands are of different dtypes, or of another dialect.
        ShapeError: their shapes do not fit.
    """
    first = args[0]
    if not isinstance(first, Array) or first.title is not TITLE:
        first = first_of(args)
    cls, dtype, given = type(first), first._data.dtype, args
    for value in args:
        if type(value) is cls:
            if value._data.dtype is not dtype and not mixed:
                raise different(first, value)
        elif type(value) not in _SIMPLE:
            given = tuple([taken(a, first, mixed) for a in args])
            break
    if not mixed and dtype.kind != "f":
        eager = _kept(eager or function, dtype)
    try:
        result = invoke(cls, function, given, {}, eager=eager)
    except ValueError as error:
        if isinstance(error, (OperandError, SyntaxError)):
            raise
        raise ShapeError("SG708", str(error), "give operands whose shapes fit") from error
    return into(out, result)


def into(out: Any, result: Any) -> Any:
    """The result, written over ``out`` where one is given."""
    return result if out is None else out._receive(result)


def read(x: Any, index: Any) -> Any:
    """``x[index]``, over NumPy arrays."""
    return x[index]


def axis_of(data: Any, axis: int) -> int:
    """An axis, counted from the first.

    Raises:
        ShapeError: the array has no such axis.
    """
    ndim: int = checked(data).ndim
    if not -ndim <= axis < ndim:
        message = f"axis {axis} is asked for of an array of {ndim} axes"
        raise ShapeError("SG708", message, "count from 0, or from -1 at the end")
    return axis % ndim


def first_of(args: Any) -> Any:
    """The first array of `srcgrad.nd` among operands."""
    for value in _flat(args):
        if isinstance(value, Array):
            return checked(value)
    what = next((type(v).__name__ for v in _flat(args)), "nothing")
    raise NotAnArrayError("SG708", f"{what} is given for an NDArray", "make one with nd.array")


def checked(value: Any) -> Any:
    """The value, if it is an array of `srcgrad.nd`."""
    if isinstance(value, Array) and value.title == TITLE:
        return value
    what = type(value).__name__
    if isinstance(value, Array):
        raise OperandError("SG708", f"{what} is given for an NDArray", "use x.as_nd_ndarray()")
    raise NotAnArrayError("SG708", f"{what} is given for an NDArray", "make one with nd.array")


def taken(value: Any, first: Any, mixed: bool) -> Any:
    """An argument, if it goes with the first array."""
    if isinstance(value, Array):
        checked(value)
        if not mixed and value._data.dtype is not first._data.dtype:
            raise different(first, value)
        return value
    if isinstance(value, np.ndarray):
        return constant(value, first)
    if type(value) in (tuple, list):
        return type(value)([taken(v, first, mixed) for v in value])
    return value


def constant(value: Any, like: Any) -> Any:
    """NumPy's own array as a constant in the dtype of another."""
    return type(like)._of(np.array(value, like._data.dtype))


def different(left: Any, right: Any) -> OperandError:
    """The refusal of two dtypes."""
    message = f"an NDArray of {left._data.dtype} meets one of {right._data.dtype}"
    return OperandError("SG708", message, "convert one with astype")


def _flat(args: Any) -> Iterator[Any]:
    for value in args:
        if type(value) in (tuple, list):
            yield from _flat(value)
        else:
            yield value


def _kept(function: Callable[..., Any], dtype: np.dtype[Any]) -> Callable[..., Any]:
    """The function with results of integers cut to their dtype."""

    def run(*args: Any) -> Any:
        found = function(*args)
        if isinstance(found, (tuple, list)):
            return [np.asarray(part).astype(dtype) for part in found]
        return np.asarray(found).astype(dtype)

    return run


def elementwise(
    function: Callable[[Any], Any], doc: str, eager: Callable[[Any], Any] | None = None
) -> Callable[..., Any]:
    """A function of one array that keeps its shape and dtype."""
    short = unary(eager or function, "call", function)

    def run(data: Any, out: Any = None, name: str | None = None) -> Any:
        if checked(data)._data.dtype.kind != "f":
            return call(function, data, out=out, eager=eager)
        return into(out, short(data))

    run.__doc__ = f"{doc}\n\n    Elementwise; the shape and dtype of ``data`` are kept."
    run.__name__ = run.__qualname__ = function.__name__.strip("_")
    return run


__all__ = [
    "TITLE",
    "axis_of",
    "call",
    "checked",
    "constant",
    "different",
    "elementwise",
    "first_of",
    "into",
    "read",
    "taken",
]
