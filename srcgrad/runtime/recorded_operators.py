"""Gives recorded values Python's operators, from tables: each asks the recording to do it."""

from __future__ import annotations

import opcode
import operator
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

import numpy as np

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


def place_of(frame: FrameType) -> tuple[int, int]:
    """Where a frame is: two calls from one place in it are parts of one operation."""
    return id(frame), frame.f_lasti


def not_as_key(value: Any, other: Any, found: Any, frame: FrameType) -> Any:
    """Whether a recorded number equals another; refused if that finds it among keys of other runs.

    What is stored under such a key is a constant. Comparisons and ``in`` give nothing but a truth.
    """
    recording = value._recording
    if not isinstance(found, (bool, np.bool_)) or not found or recording.key_at != place_of(frame):
        return found
    own = type(other) is type(value) and other._home is value._home is recording
    asked = opcode.opname[frame.f_code.co_code[frame.f_lasti]] in ("COMPARE_OP", "CONTAINS_OP")
    if not own and not asked:
        remedy = "make the cache in the function, or leave it out where its keys are differentiated"
        recording.refuse_cut("what is stored under an equal key", value, remedy)
    return found


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
