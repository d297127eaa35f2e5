"""Computes at compile time what is known at compile time: methods of text, operators, pure functions.

Invariant: only functions without effects whose result depends on their arguments alone are called here.
"""

from __future__ import annotations

import math
import operator
from types import BuiltinFunctionType, BuiltinMethodType, MethodWrapperType
from typing import Any

from srcgrad.frontend.kinds import AV, lift
from srcgrad.frontend.operators import DYNAMIC, static_value

_CHANGES = frozenset({"add", "clear", "discard", "pop", "remove", "update", "__setitem__"})
_PURE_TYPES = (str, bytes, int, float, bool, frozenset, set, tuple, range)
_PURE = frozenset(
    {
        *(f for n, f in vars(operator).items() if callable(f) and not n.startswith(("_", "i"))),
        *(f for n, f in vars(math).items() if callable(f)),
        *(
            str,
            bytes,
            int,
            float,
            bool,
            abs,
            ord,
            chr,
            bin,
            hex,
            oct,
            repr,
            format,
            divmod,
            round,
            frozenset,
        ),
    }
)


def evaluated(function: Any, args: list[AV], kwargs: dict[str, AV]) -> AV | None:
    """The result of a pure function of known values, ``None`` if it is not one.

    Raises:
        Exception: what the function itself raises for these values.
    """
    if not is_pure(function):
        return None
    known = [static_value(a) for a in args]
    named = {k: static_value(v) for k, v in kwargs.items()}
    if any(v is DYNAMIC for v in (*known, *named.values())):
        return None
    if not all(_plain(v) for v in (*known, *named.values())):
        return None
    result = function(*known, **named)
    if isinstance(result, float) and getattr(function, "__module__", "") == "math":
        return None  # `math.sqrt(2)` says more than its digits
    return lift(result)


def is_pure(function: Any) -> bool:
    """Whether a function may be called at compile time."""
    try:
        if function in _PURE:
            return True
    except TypeError:
        return False
    if not isinstance(function, (BuiltinFunctionType, BuiltinMethodType, MethodWrapperType)):
        return False
    owner = getattr(function, "__self__", None)
    return type(owner) in _PURE_TYPES and function.__name__ not in _CHANGES


def _plain(value: Any) -> bool:
    """Whether a value is made of literals alone."""
    if isinstance(value, (tuple, list, set, frozenset)):
        return all(map(_plain, value))
    return value is None or isinstance(value, (str, bytes, bool, int, float, type))


__all__ = ["evaluated", "is_pure"]
