"""Gives recorded values Python's operators, from tables: each asks the recording to do it."""

from __future__ import annotations

import opcode
import operator
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

Class = TypeVar("Class", bound=type)
Function = Callable[[Any, Any], Any]
_BINARY: dict[str, tuple[str, Function]] = {
    "add": ("Add", operator.add),
    "sub": ("Sub", operator.sub),
    "mul": ("Mult", operator.mul),
    "truediv": ("Div", operator.truediv),
    "floordiv": ("FloorDiv", operator.floordiv),
    "mod": ("Mod", operator.mod),
    "pow": ("Pow", operator.pow),
    "matmul": ("MatMult", operator.matmul),
}
_REMAINDERS = {k for k, (_, sign) in enumerate(getattr(opcode, "_nb_ops", ())) if sign[0] == "%"}
_COMPARE = ("lt", "le", "gt", "ge", "eq", "ne")


def arithmetic(cls: Class) -> Class:
    """Class decorator: binary operators, with the value on either side."""
    for name, (node, function) in _BINARY.items():
        setattr(cls, f"__{name}__", _forward(node, function))
        setattr(cls, f"__r{name}__", _reflected(node, function))
    return cls


def in_place(cls: Class) -> Class:
    """Class decorator: augmented assignments, which write."""
    for name, (node, _) in _BINARY.items():
        setattr(cls, f"__i{name}__", _augmented(node, getattr(operator, f"i{name}")))
    return cls


def comparisons(cls: Class) -> Class:
    """Class decorator: comparisons, which give plain booleans."""
    for name in _COMPARE:
        setattr(cls, f"__{name}__", _comparison(getattr(operator, name)))
    return cls


def formats_text(frame: FrameType) -> bool:
    """Whether a frame is at a ``%``: on a recorded value's right it can only format a string."""
    code = frame.f_code.co_code
    name, argument = opcode.opname[code[frame.f_lasti]], code[frame.f_lasti + 1]
    return name == "BINARY_MODULO" or (name == "BINARY_OP" and argument in _REMAINDERS)


def _forward(node: str, function: Function) -> Any:
    def method(self: Any, other: Any, *rest: Any) -> Any:
        if rest and rest[0] is not None:
            self._recording.refuse_cut("pow with a modulus", self)
        return self._recording.binary(node, function, self, other, other)

    return method


def _reflected(node: str, function: Function) -> Any:
    def method(self: Any, other: Any, *rest: Any) -> Any:
        return self._recording.binary(node, function, other, self, other)

    return method


def _augmented(node: str, function: Function) -> Any:
    def method(self: Any, other: Any) -> Any:
        return self._recording.augment(node, function, self, other)

    return method


def _comparison(function: Function) -> Any:
    def method(self: Any, other: Any) -> Any:
        return self._recording.compare(function, self, other)

    return method
