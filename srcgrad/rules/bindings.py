"""Which library function means which op, and how an op runs and prints in each library."""

from __future__ import annotations

import cmath
import math
import operator
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Binding:
    """How a Python callable maps to an op: its operands, then keyword attributes."""

    op: str
    via: str
    operands: int
    attrs: tuple[str, ...]


FUNCTIONS: dict[Any, Binding] = {}
SCIPY: dict[str, Binding] = {}  # by name in scipy.special, which is not imported here
MODULES = {"scipy.special"}  # modules that emitted text imports where it names them
HELPERS: dict[str, Callable[..., Any]] = {}  # functions whose source travels with emitted text


def spellings(
    name: str, np_: str, math_: str, operator_: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """How the op runs and prints, for each library that has it."""
    runs: dict[str, Any] = {}
    spells: dict[str, str] = {}
    if operator_:
        runs[""], spells[""] = getattr(operator, _OPERATORS.get(name, name)), operator_
    if np_:
        runs["np"], spells["np"] = _dotted(np, np_), f"np.{np_}"
    if math_:
        runs["math"], spells["math"] = getattr(math, math_), f"math.{math_}"
    if hasattr(cmath, math_ or "-"):
        runs["cmath"], spells["cmath"] = getattr(cmath, math_), f"cmath.{math_}"
    return runs, spells


_OPERATORS = {
    "subtract": "sub",
    "multiply": "mul",
    "divide": "truediv",
    "floor_divide": "floordiv",
    "remainder": "mod",
    "power": "pow",
    "negative": "neg",
    "positive": "pos",
    "absolute": "abs",
    "bitwise_and": "and_",
    "bitwise_or": "or_",
    "bitwise_xor": "xor",
    "left_shift": "lshift",
    "right_shift": "rshift",
    "less": "lt",
    "less_equal": "le",
    "greater": "gt",
    "greater_equal": "ge",
    "equal": "eq",
    "not_equal": "ne",
}


def scipy_special(name: str) -> Callable[..., Any]:
    """The function of ``scipy.special``, imported when it is first run."""

    def run(*args: Any, **attrs: Any) -> Any:
        from scipy import special

        return getattr(special, name)(*args, **attrs)

    return run


def binding_of(function: Any) -> Binding | None:
    """The op that a library function means, if it means one."""
    try:
        found = FUNCTIONS.get(function)
    except TypeError:
        return None
    special = sys.modules.get("scipy.special")
    return _special_functions(special).get(function) if found is None and special else found


@lru_cache(maxsize=1)
def _special_functions(special: Any) -> dict[Any, Binding]:
    """The functions of ``scipy.special`` that are known, some of them under several names."""
    return {getattr(special, n): b for n, b in SCIPY.items() if hasattr(special, n)}


def _dotted(module: Any, path: str) -> Any:
    for part in path.split("."):
        module = getattr(module, part)
    return module
