"""Functions of two operands of `srcgrad.nd`, elementwise: arithmetic, comparisons, logic."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.dialects.nd_calls import call, checked, first_of, into
from srcgrad.errors import ShapeError
from srcgrad.imperative.array import Array
from srcgrad.imperative.operators import forward

# -- over NumPy arrays ----------------------------------------------------------------------------


def _equal(x: Any, y: Any) -> Any:
    """One where both are equal, else zero, in the dtype of the operands."""
    return (x == y).astype(x.dtype)


def _not_equal(x: Any, y: Any) -> Any:
    """One where they differ, else zero."""
    return (x != y).astype(x.dtype)


def _less(x: Any, y: Any) -> Any:
    """One where ``x < y``, else zero."""
    return (x < y).astype(x.dtype)


def _less_equal(x: Any, y: Any) -> Any:
    """One where ``x <= y``, else zero."""
    return (x <= y).astype(x.dtype)


def _greater(x: Any, y: Any) -> Any:
    """One where ``x > y``, else zero."""
    return (x > y).astype(x.dtype)


def _greater_equal(x: Any, y: Any) -> Any:
    """One where ``x >= y``, else zero."""
    return (x >= y).astype(x.dtype)


COMPARISONS = {
    "eq": _equal,
    "ne": _not_equal,
    "lt": _less,
    "le": _less_equal,
    "gt": _greater,
    "ge": _greater_equal,
}


def _and(x: Any, y: Any) -> Any:
    return np.logical_and(x, y).astype(x.dtype)


def _or(x: Any, y: Any) -> Any:
    return np.logical_or(x, y).astype(x.dtype)


def _xor(x: Any, y: Any) -> Any:
    return np.logical_xor(x, y).astype(x.dtype)


# -- over NDArrays --------------------------------------------------------------------------------


def _operator(function: Callable[[Any, Any], Any], doc: str) -> Callable[..., Any]:
    """A function of two that is an operator of arrays."""

    def run(lhs: Any, rhs: Any, out: Any = None) -> Any:
        if not isinstance(lhs, (int, float)) or not isinstance(rhs, (int, float)):
            first_of((lhs, rhs))
        return into(out, function(lhs, rhs))

    run.__doc__ = f"{doc}\n\n    Operands are arrays of one dtype, and numbers."
    run.__name__ = run.__qualname__ = function.__name__
    return run


def _function(function: Callable[[Any, Any], Any], doc: str) -> Callable[..., Any]:
    """A function of two, at least one of which is an array."""
    short = forward("call", function, function)

    def run(lhs: Any, rhs: Any, out: Any = None) -> Any:
        if isinstance(lhs, Array):
            return into(out, short(checked(lhs), rhs))
        if isinstance(lhs, (int, float)) and isinstance(rhs, (int, float)):
            return function(np.asarray(lhs), np.asarray(rhs)).item()
        first = first_of((lhs, rhs))
        whole = first._data.dtype.kind != "f"
        args = [v if v is first else first._operand(v, whole) for v in (lhs, rhs)]
        return call(function, *args, out=out)

    run.__doc__ = f"{doc}\n\n    Operands are arrays of one dtype, and numbers."
    run.__name__ = run.__qualname__ = function.__name__.strip("_")
    return run


def _alike(function: Callable[[Any, Any], Any], doc: str) -> Callable[..., Any]:
    """An operator of two arrays of one shape."""

    def run(lhs: Any, rhs: Any, out: Any = None) -> Any:
        if checked(lhs).shape != checked(rhs).shape:
            message = f"operands have shapes {lhs.shape} and {rhs.shape}"
            raise ShapeError("SG708", message, "use the function that broadcasts")
        return into(out, function(lhs, rhs))

    run.__doc__ = f"{doc}\n\n    Operands are arrays of one shape and dtype."
    run.__name__ = run.__qualname__ = f"elemwise_{function.__name__}"
    return run


add = _operator(operator.add, "The sum.")
subtract = _operator(operator.sub, "The difference.")
multiply = _operator(operator.mul, "The product.")
divide = _operator(operator.truediv, "The quotient.")
modulo = _operator(operator.mod, "The remainder, with the sign of the divisor.")
power = _operator(operator.pow, "The power.")
equal = _operator(operator.eq, "One where both are equal, else zero.")
not_equal = _operator(operator.ne, "One where they differ, else zero.")
greater = _operator(operator.gt, "One where the left operand is larger, else zero.")
greater_equal = _operator(operator.ge, "One where the left operand is not smaller, else zero.")
lesser = _operator(operator.lt, "One where the left operand is smaller, else zero.")
lesser_equal = _operator(operator.le, "One where the left operand is not larger, else zero.")
maximum = _function(np.maximum, "The larger element; equal ones share the derivative.")
minimum = _function(np.minimum, "The smaller element; equal ones share the derivative.")
hypot = _function(np.hypot, "``sqrt(x * x + y * y)``.")
arctan2 = _function(np.arctan2, "The angle of a point, of its height and width.")
logical_and = _function(_and, "One where neither is zero, else zero.")
logical_or = _function(_or, "One where one of them is not zero, else zero.")
logical_xor = _function(_xor, "One where exactly one of them is not zero, else zero.")
elemwise_add = _alike(operator.add, "The sum.")
elemwise_sub = _alike(operator.sub, "The difference.")
elemwise_mul = _alike(operator.mul, "The product.")
elemwise_div = _alike(operator.truediv, "The quotient.")
true_divide = divide
mod = modulo
pow = power
broadcast_add = broadcast_plus = add
broadcast_sub = broadcast_minus = subtract
broadcast_mul = multiply
broadcast_div = divide
broadcast_mod = modulo
broadcast_power = power
broadcast_maximum = maximum
broadcast_minimum = minimum
broadcast_hypot = hypot
broadcast_equal = equal
broadcast_not_equal = not_equal
broadcast_greater = greater
broadcast_greater_equal = greater_equal
broadcast_lesser = lesser
broadcast_lesser_equal = lesser_equal
broadcast_logical_and = logical_and
broadcast_logical_or = logical_or
broadcast_logical_xor = logical_xor


def add_n(*args: Any, out: Any = None) -> Any:
    """The sum of several arrays of one shape."""
    total = checked(args[0])
    for other in args[1:]:
        total = elemwise_add(total, other)
    return into(out, total)


ElementWiseSum = add_n

# Universal functions of NumPy that mean the same.
UFUNCS = ("hypot", "arctan2", "maximum", "minimum", "logical_and", "logical_or", "logical_xor")

__all__ = [
    "ElementWiseSum",
    "add",
    "add_n",
    "arctan2",
    "broadcast_add",
    "broadcast_div",
    "broadcast_equal",
    "broadcast_greater",
    "broadcast_greater_equal",
    "broadcast_hypot",
    "broadcast_lesser",
    "broadcast_lesser_equal",
    "broadcast_logical_and",
    "broadcast_logical_or",
    "broadcast_logical_xor",
    "broadcast_maximum",
    "broadcast_minimum",
    "broadcast_minus",
    "broadcast_mod",
    "broadcast_mul",
    "broadcast_not_equal",
    "broadcast_plus",
    "broadcast_power",
    "broadcast_sub",
    "divide",
    "elemwise_add",
    "elemwise_div",
    "elemwise_mul",
    "elemwise_sub",
    "equal",
    "greater",
    "greater_equal",
    "hypot",
    "lesser",
    "lesser_equal",
    "logical_and",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "mod",
    "modulo",
    "multiply",
    "not_equal",
    "pow",
    "power",
    "subtract",
    "true_divide",
]
