"""The page of functions names only what is there."""

from __future__ import annotations

import cmath
import math
import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcgrad.compositions.table import composition_of
from srcgrad.frontend import library_stores as _stores  # noqa: F401  completes the table
from srcgrad.frontend.builtins import HANDLERS
from srcgrad.rules.bindings import FUNCTIONS, SCIPY

SCIPY_MODULES = {
    name: import_module(f"scipy.{name}") if find_spec("scipy") else None
    for name in ("linalg", "signal", "ndimage", "integrate", "interpolate", "special", "stats")
}
PAGE = Path(__file__).parents[2] / "docs" / "functions.md"
WORDS = {
    "_like",
    "logical_*",
    "axis",
    "keepdims",
    "dtype",
    "n",
    "s",
    "axes",
    "norm",
    "reduce",
    "reduceat",
    "accumulate",
    "at",
    "outer",
    "scipy",
    "interpolate",
    "derivative",
    "antiderivative",
    "numpy.random",
    "where",
    "initial",
    "out",
}
TEXT = PAGE.read_text(encoding="utf-8").split("## Conventions")[0].split("its line.")[1]
NAMES = sorted(
    {
        word
        for quoted in re.findall(r"`([^`]*)`", TEXT)
        for word in re.findall(r"(?<![\w.])[a-z_]\w*(?:\.\w+)?\*?", quoted)
    }
    - WORDS
)


def known(function: Any) -> bool:
    try:
        found = function in HANDLERS or function in FUNCTIONS
    except TypeError:
        return False
    return found or composition_of(function) is not None


def found(name: str) -> bool:
    """Whether some library has a function of this name that is known."""
    builtin = {"abs": abs, "divmod": divmod, "round": round, "complex": complex, "pow": pow}
    if name in SCIPY or known(builtin.get(name)):
        return True
    if name in SCIPY_MODULES:
        return True
    for owner in (
        np,
        np.linalg,
        np.fft,
        np.lib.stride_tricks,
        math,
        cmath,
        *filter(None, SCIPY_MODULES.values()),
    ):
        value: Any = owner
        for part in name.split("."):
            value = getattr(value, part, None)
        if value is not None and known(value):
            return True
    return False


@pytest.mark.parametrize("name", NAMES)
def test_listed_function_is_known(name: str) -> None:
    assert found(name) or name in (
        "scipy.special",
        "linalg",
        "fft",
        "math",
        "cmath",
        "a",
        "b",
        "x",
        "base",
    )
