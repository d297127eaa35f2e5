"""Records a run: what each operation does to concrete values, and what of it the trace notes.

The operators and methods of recorded values, and NumPy's two dispatch protocols, end here.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.runtime.record_writes import FUNCTIONS, METHODS, REFUSED_METHODS, Writes
from srcgrad.runtime.recorded import Recorded, RecordedArray, is_operand, plain

_REDUCTIONS = {
    np.add: np.sum,
    np.multiply: np.prod,
    np.maximum: np.max,
    np.minimum: np.min,
    np.logical_and: np.all,
    np.logical_or: np.any,
}
_SCANS = {np.add: np.cumsum, np.multiply: np.cumprod}


class Recording(Writes):
    """One run that is being recorded."""

    # -- operations -------------------------------------------------------------------------------

    def binary(
        self, node: str, function: Callable[[Any, Any], Any], left: Any, right: Any, other: Any
    ) -> Any:
        """``left op right``; ``other`` is the operand that may be of a class of its own."""
        if not is_operand(other):
            return NotImplemented
        value = function(plain(left), plain(right))
        if node == "FloorDiv":
            return self.constant(value)
        return self.result("binary", node, (left, right), {}, value)

    def compare(self, function: Callable[[Any, Any], Any], left: Recorded, right: Any) -> Any:
        """A comparison: a plain boolean, or an array of them."""
        if not is_operand(right):
            return NotImplemented
        self.decided = self.decided or self.is_active(left) or self.is_active(right)
        return function(left._value, plain(right))

    def unary(self, node: str, function: Callable[[Any], Any], operand: Recorded) -> Any:
        """``op operand``."""
        return self.result("unary", node, (operand,), {}, function(operand._value))

    def call(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A function of Python or NumPy."""
        value = function(*[plain(a) for a in args], **{k: plain(v) for k, v in kwargs.items()})
        return self.result("call", function, args, kwargs, value)

    def construct(
        self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], *, simple: bool
    ) -> Any:
        """A new array: of recorded parts, or of constants that may be written over later."""
        result = self.call(function, args, kwargs)
        if simple and type(result) is RecordedArray and not result._storage.active:
            result._storage.origin = (function, args, kwargs)
        return result

    def method(self, receiver: Recorded, name: str, *args: Any, **kwargs: Any) -> Any:
        """A method of an array or NumPy scalar."""
        write = METHODS.get(name)
        if write is not None:
            return write(self, receiver, *args, **kwargs)
        if name in REFUSED_METHODS:
            self.refuse("SG206", f".{name}() in place is not recorded", f"use np.{name}")
        function = getattr(receiver._value, name)
        args, kwargs = with_named(getattr(np, name, None), "out", args, kwargs, 1)
        if kwargs.get("out") is not None:
            return self.into(kwargs, lambda rest: self.method(receiver, name, *args, **rest))
        value = function(*[plain(a) for a in args], **{k: plain(v) for k, v in kwargs.items()})
        return self.result("method", name, (receiver, *args), kwargs, value)

    def attribute(self, receiver: Recorded, name: str, value: Any) -> Any:
        """An attribute that is an array."""
        return self.result("attribute", name, (receiver,), {}, value)

    def index(self, receiver: Recorded, index: Any) -> Any:
        """``receiver[index]``."""
        return self.result("index", None, (receiver, index), {}, receiver._value[plain(index)])

    def joined(self, joiner: Any, index: Any) -> Any:
        """``np.r_[index]`` or ``np.c_[index]``."""
        return self.result("call", joiner, (index,), {}, joiner[plain(index)])

    def ufunc(self, ufunc: Any, method: str, inputs: tuple[Any, ...], kwargs: Any) -> Any:
        """A universal function, called by NumPy's dispatch."""
        if not all(map(is_operand, inputs)):
            return NotImplemented
        if kwargs.get("out") is not None:
            if not isinstance(kwargs["out"], tuple) or len(kwargs["out"]) == 1:
                return self.into(kwargs, lambda rest: self.ufunc(ufunc, method, inputs, rest))
            self.refuse("SG202", f"{ufunc.__name__} with several out=", "assign its results")
        if method == "at":
            return self.at(ufunc, *inputs)
        function = ufunc
        if method == "reduce" and ufunc in _REDUCTIONS:
            function = _REDUCTIONS[ufunc]
            kwargs = {"axis": 0, **kwargs}
        elif method == "accumulate" and ufunc in _SCANS:
            function = _SCANS[ufunc]
            kwargs = {"axis": 0, **kwargs}
        elif method != "__call__":
            function = getattr(ufunc, method)
        value = getattr(ufunc, method)(*[plain(a) for a in inputs], **_plain_items(kwargs))
        return self.result("call", function, inputs, kwargs, value)

    def function(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A NumPy function, called by NumPy's dispatch."""
        write = FUNCTIONS.get(func)
        if write is not None:
            return write(self, *args, **kwargs)
        if isinstance(func, np.ufunc):
            return self.ufunc(func, "__call__", args, kwargs)
        if func is np.nan_to_num and kwargs.get("copy", True) is not True:
            self.refuse("SG206", "np.nan_to_num in place is not recorded", "leave out copy=False")
        args, kwargs = with_named(func, "out", args, kwargs)
        if kwargs.get("out") is not None:
            return self.into(kwargs, lambda rest: self.function(func, args, rest))
        return self.call(func, args, kwargs)


def _plain_items(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {k: plain(v) for k, v in kwargs.items()}


@functools.lru_cache(maxsize=1024)
def _place_of(function: Any, name: str) -> int | None:
    """The position of a parameter among those of a function."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return None
    named = [
        n for n, p in parameters.items() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    several = any(p.kind is p.VAR_POSITIONAL for p in parameters.values())
    return named.index(name) if name in named and not several else None


def with_named(
    function: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], bound: int = 0
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments in which one, ``out`` or the like, and all after it go by name.

    ``bound`` of the parameters are not among them.
    """
    place = None if len(args) < 2 - bound or function is None else _place_of(function, name)
    if place is None or len(args) <= place - bound:
        return args, kwargs
    place -= bound
    names = list(inspect.signature(function).parameters)[place + bound :]
    return args[:place], {**kwargs, **dict(zip(names, args[place:], strict=False))}


__all__ = ["Recording", "with_named"]
