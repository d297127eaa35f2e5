"""Operators of arrays: the short way for operands of one dtype, the dialect's own for the rest."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from srcgrad.errors import ShapeError
from srcgrad.imperative.family import overwrite
from srcgrad.imperative.steps import op_of
from srcgrad.imperative.trace import local

if TYPE_CHECKING:
    from srcgrad.imperative.array import Array

_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
_ndarray = np.ndarray
ARITHMETIC = {
    "add": ("Add", operator.add),
    "sub": ("Sub", operator.sub),
    "mul": ("Mult", operator.mul),
    "truediv": ("Div", operator.truediv),
    "mod": ("Mod", operator.mod),
    "pow": ("Pow", operator.pow),
}


def misfit(left: Any, right: Any, error: ValueError | None = None) -> ShapeError:
    """The refusal of operands whose shapes do not go together; in the words of an error, if given."""
    if error is not None:
        return ShapeError("SG708", str(error), "give operands whose shapes fit")
    shapes = f"{np.shape(left)} and {np.shape(right)}"
    message = f"operands could not be broadcast together with shapes {shapes}"
    return ShapeError("SG708", message, "their last axes must have one length, or length one")


def forward(
    kind: str, target: Any, function: Callable[[Any, Any], Any]
) -> Callable[[Any, Any], Any]:
    """The method for ``self op other``."""
    op = op_of(kind, target)

    def method(self: Array, other: Any) -> Any:
        kind, cls, left = type(other), type(self), self._data
        if kind is cls:
            right, origin = other._data, other._node
            dtype = left.dtype
            if right.dtype is not dtype or (dtype is not _FLOAT32 and dtype is not _FLOAT64):
                return self._arithmetic(other, op, function, False)
        elif (kind is float or kind is int) and (left.dtype is _FLOAT32 or left.dtype is _FLOAT64):
            right, origin = other, None
        else:
            return self._arithmetic(other, op, function, False)
        try:
            data = function(left, right)
        except ValueError as error:
            raise misfit(left, right, None if op.kind == "binary" else error) from error
        out = cls.__new__(cls)
        out._data = data if type(data) is _ndarray else np.asarray(data)
        trace = local.trace
        if trace is None or (origin is None and self._node is None):
            out._node = None
        else:
            trace.binary(op, self, other, out)
        return out

    return method


def backward(
    kind: str, target: Any, function: Callable[[Any, Any], Any]
) -> Callable[[Any, Any], Any]:
    """The method for ``other op self``."""
    op = op_of(kind, target)

    def method(self: Array, other: Any) -> Any:
        kind, cls, right = type(other), type(self), self._data
        if not (kind is float or kind is int) or not (
            right.dtype is _FLOAT32 or right.dtype is _FLOAT64
        ):
            return self._arithmetic(other, op, function, True)
        data = function(other, right)
        out = cls.__new__(cls)
        out._data = data if type(data) is _ndarray else np.asarray(data)
        trace = local.trace
        if trace is None or self._node is None:
            out._node = None
        else:
            trace.binary(op, other, self, out)
        return out

    return method


def unary(function: Callable[[Any], Any], kind: str, target: Any) -> Callable[[Any], Any]:
    """A function of one array, elementwise, that keeps floating dtypes."""
    op = op_of(kind, target)

    def method(self: Array) -> Any:
        cls, data = type(self), function(self._data)
        out = cls.__new__(cls)
        out._data = data if type(data) is _ndarray else np.asarray(data)
        trace = local.trace
        if trace is None or self._node is None:
            out._node = None
        else:
            trace.unary(op, self, out)
        return out

    return method


def augmented(name: str) -> Callable[[Any, Any], Any]:
    """The method for ``self op= other``: on the memory, where nothing is recorded.

    ``name`` is that of the operator in the module of this name: ``"add"``.
    """
    function = getattr(operator, f"__{name}__")
    inplace = getattr(operator, f"i{name}")

    def method(self: Array, other: Any) -> Any:
        kind, data = type(other), self._data
        floats = data.dtype is _FLOAT32 or data.dtype is _FLOAT64
        if kind is type(self):
            right, fits = other._data, other._data.dtype is data.dtype
        else:
            right, fits = other, kind is float or kind is int
        if floats and fits and local.trace is None:
            overwrite(self, lambda: inplace(self._data, right))
        else:
            self._replace(function(self, other))
        return self

    return method


def install(cls: Any) -> None:
    """Give a class the arithmetic operators."""
    for name, (node, function) in ARITHMETIC.items():
        setattr(cls, f"__{name}__", forward("binary", node, function))
        setattr(cls, f"__r{name}__", backward("binary", node, function))
        setattr(cls, f"__i{name}__", augmented(name))
    cls.__neg__ = unary(operator.neg, "unary", "USub")
    cls.__abs__ = unary(np.abs, "call", np.abs)


__all__ = ["ARITHMETIC", "augmented", "backward", "forward", "install", "misfit", "unary"]
