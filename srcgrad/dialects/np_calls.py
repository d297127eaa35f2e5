"""How functions of NumPy become functions of `srcgrad.np`: operands checked, ``out=`` written, fast paths."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from srcgrad.errors import ShapeError, SrcgradError
from srcgrad.imperative.array import Array
from srcgrad.imperative.calls import arrays_in, invoke, plain
from srcgrad.imperative.context import current_context
from srcgrad.imperative.operators import forward, misfit, unary
from srcgrad.imperative.steps import op_of
from srcgrad.imperative.trace import local

if TYPE_CHECKING:
    from srcgrad.dialects.np_array import ndarray

_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
_ndarray = np.ndarray
_STATIC = frozenset({int, bool, type(None), str})
_ABSENT = object()
Function = Callable[..., Any]


def apply(
    cls: type[ndarray],
    function: Function,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    eager: Function | None = None,
) -> Any:
    """Call a function on arrays; numbers alone give numbers of NumPy, or new arrays of float32.

    Raises:
        OperandError: an array of another dialect is among the operands.
        ShapeError: NumPy refuses the values of the operands, most often their shapes.
    """
    out = kwargs.pop("out", None) if kwargs else None
    if len(args) > 1 and len(args) > place_of_out(function):
        out, args = args[place_of_out(function)], args[: place_of_out(function)]
    for part in args:
        kind = type(part)
        if kind is cls or kind is tuple or kind is list or kind is _ndarray:
            break
    else:
        if next(arrays_in([*args, *kwargs.values()]), None) is None:
            return _arrays_of(cls, function(*[plain(a) for a in args], **kwargs))
    try:
        result = invoke(cls, function, args, kwargs, eager=eager)
    except ValueError as error:
        if isinstance(error, (SrcgradError, np.linalg.LinAlgError)):
            raise
        raise ShapeError("SG708", str(error), "give operands that fit") from error
    return result if out is None else write_into(out, result)


def _arrays_of(cls: type[ndarray], found: Any) -> Any:
    """What NumPy made of numbers: arrays as those of this dialect."""
    if isinstance(found, (tuple, list)):
        return tuple([_arrays_of(cls, part) for part in found])
    if not isinstance(found, _ndarray):
        return found
    return cls._on(current_context(), found.astype(_FLOAT32) if found.dtype is _FLOAT64 else found)


@functools.cache
def place_of_out(function: Function) -> int:
    """The position of ``out`` among the arguments of a function of NumPy; beyond all if there is none."""
    if isinstance(function, np.ufunc):
        return int(function.nin)
    try:
        found = list(inspect.signature(function).parameters.values())
    except ValueError:
        return _OUT.get(function, sys.maxsize)
    named = [p.name for p in found if p.kind is p.POSITIONAL_OR_KEYWORD]
    return named.index("out") if "out" in named else sys.maxsize


_OUT: dict[Any, int] = {np.dot: 2, np.concatenate: 2}  # of functions that do not tell


def write_into(out: Any, result: Any) -> Any:
    """Write results into what was given as ``out=``: an array, or as NumPy has it a tuple of one."""
    if isinstance(out, tuple):
        if len(out) > 1:
            return tuple(write_into(o, r) for o, r in zip(out, result, strict=True))
        (out,) = out
    if isinstance(out, Array):
        return out._receive(result)
    out[...] = plain(result)
    return out


def general(cls: type[ndarray], function: Function, eager: Function | None = None) -> Function:
    """A function of NumPy for arrays of a class."""

    def called(*args: Any, **kwargs: Any) -> Any:
        return apply(cls, function, args, kwargs, eager)

    return called


def calling(cls: type[ndarray], function: Function) -> Function:
    """A function that calls another, which may be one of this dialect: NumPy's own stands for it."""

    def called(*args: Any, **kwargs: Any) -> Any:
        return apply(cls, function, tuple([of_numpy(a) for a in args]), kwargs)

    return called


def of_numpy(value: Any) -> Any:
    """NumPy's function for one of this dialect; other values as they are."""
    if isinstance(value, list):
        return [of_numpy(v) for v in value]
    return getattr(value, "__wrapped__", value) if callable(value) else value


def indexed(cls: type[ndarray], function: Function, places: tuple[int | str, ...]) -> Function:
    """A function some of whose arguments are indices, which may be whole numbers in any dtype.

    Arguments:
        cls: the class of arrays.
        function: of NumPy.
        places: the arguments that are indices, by position and by name.
    """

    def called(*args: Any, **kwargs: Any) -> Any:
        given = [whole(a) if k in places else a for k, a in enumerate(args)]
        for name in places:
            if name in kwargs:
                kwargs[str(name)] = whole(kwargs[str(name)])
        return apply(cls, function, tuple(given), kwargs)

    return called


def whole(index: Any) -> Any:
    """An index in whole numbers: arrays are made with floats if nothing is said."""
    floating = isinstance(index, Array) and index._data.dtype.kind == "f"
    return index.astype(np.int64) if floating else index


def of_one(
    cls: type[ndarray], function: Function, eager: Function | None = None, keeps: bool = False
) -> Function:
    """A function whose usual argument is one floating array: fast for that.

    Arguments:
        cls: the class of arrays.
        function: of NumPy; its results are of new memory.
        eager: what gives the same and is faster to run.
        keeps: whether results of integers are cast back to their dtype.
    """
    run = eager or function
    fast = unary(run, "call", function)
    op = op_of("call", function)

    def called(x: Any = _ABSENT, *args: Any, **kwargs: Any) -> Any:
        if type(x) is cls:
            dtype = x._data.dtype
            if dtype is _FLOAT32 or dtype is _FLOAT64:
                if not args and not kwargs:
                    return fast(x)
                if _static(args) and _static(kwargs.values()):
                    try:
                        data = run(x._data, *args, **kwargs)
                    except ValueError as error:
                        raise misfit(x, None, error) from error
                    out = cls._of(data if type(data) is _ndarray else np.asarray(data))
                    if x._node is not None and local.trace is not None:
                        local.trace.call(op, (x, *args), kwargs, [out])
                    return out
        if x is _ABSENT:  # it is given by name
            return apply(cls, function, args, kwargs)
        made = apply(cls, function, (x, *args), kwargs)
        return _kept(made, x, args, kwargs) if keeps else made

    return called


def _static(values: Iterable[Any]) -> bool:
    """Whether there are only numbers and names among arguments: axes and the like."""
    return _STATIC.issuperset(map(type, values))


def _kept(made: Any, x: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A sum or product of integers in their own dtype, as in MXNet, and not in a wider one."""
    told = len(args) > 1 or not {"dtype", "out"}.isdisjoint(kwargs)
    if told or not isinstance(x, Array) or x._data.dtype.kind not in "iu":
        return made
    return made.astype(x._data.dtype, copy=False)


def of_two(cls: type[ndarray], function: Function) -> Function:
    """A function whose usual arguments are two arrays, or an array and a number: fast for those."""
    fast = forward("call", function, function)
    usual = frozenset({cls, float, int})

    def called(*args: Any, **kwargs: Any) -> Any:
        if len(args) == 2 and not kwargs:
            x, y = args
            if type(x) is cls and type(y) in usual:
                return fast(x, y)
        return apply(cls, function, args, kwargs)

    return called


def named(function: Function, name: str, original: Any, module: str) -> Function:
    """The function under the name and with the first line of the documentation of another."""
    function.__wrapped__ = original  # type: ignore[attr-defined]
    function.__name__ = function.__qualname__ = name
    function.__module__ = module
    text = (getattr(original, "__doc__", None) or "").strip().split("\n\n")
    lines = [part for part in text if part and not part.startswith((name + "(", "."))]
    function.__doc__ = " ".join(lines[0].split()) if lines else name
    return function


__all__ = [
    "apply",
    "calling",
    "general",
    "indexed",
    "named",
    "of_one",
    "of_two",
    "whole",
    "write_into",
]
