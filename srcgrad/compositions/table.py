"""Which library function is written out by which composition.

A composition takes the arguments of the function that it stands for, and is inlined like a
function of the user's. One of SciPy is looked up only where the user's code has imported that
module, so nothing of SciPy is imported here.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib import import_module
from types import FunctionType
from typing import Any

import numpy as np

from srcgrad.compositions import (
    arrays,
    constants,
    matrices,
    padding,
    polynomials,
    quantiles,
    reductions,
    transforms,
    ufuncs,
)

NUMPY = (
    arrays,
    constants,
    matrices,
    padding,
    polynomials,
    quantiles,
    reductions,
    transforms,
    ufuncs,
)
SCIPY = {
    "scipy.integrate": ("scipy_integrate", "scipy_ode"),
    "scipy.interpolate": (
        "scipy_interpolate",
        "scipy_interpolate_grids",
        "scipy_interpolate_knots",
        "scipy_interpolate_lines",
    ),
    "scipy.linalg": ("scipy_linalg",),
    "scipy.ndimage": ("scipy_ndimage",),
    "scipy.signal": ("scipy_signal",),
    "scipy.special": ("scipy_special",),
    "scipy.stats": ("scipy_stats", "scipy_stats_discrete", "scipy_stats_vectors"),
}
COMPOSED: dict[Any, FunctionType] = {f: c for module in NUMPY for f, c in module.MEANINGS.items()}


def composition_of(function: Any) -> tuple[FunctionType, tuple[Any, ...]] | None:
    """The composition for a library function, and the objects that its first parameters take."""
    try:
        found = COMPOSED.get(function)
    except TypeError:
        return None
    if found is not None:
        return found, ()
    owner = getattr(function, "__self__", None)
    if isinstance(owner, np.ufunc):
        general: Any = ufuncs.GENERAL.get(function.__name__)
        return None if general is None or owner.nin != 2 else (general, (owner,))
    home = _home(function)
    found = _of_scipy(home).get(function) if home else None
    return None if found is None else (found, ())


def _home(function: Any) -> str:
    """The public SciPy module of a function, if it is one of those with compositions."""
    for owner in (function, getattr(function, "__self__", None)):
        module = getattr(owner, "__module__", None) or type(owner).__module__
        name = ".".join(module.split(".")[:2]) if isinstance(module, str) else ""
        if name in SCIPY and name in sys.modules:
            return name
    if isinstance(function, np.ufunc) and "scipy.special" in sys.modules:
        return "scipy.special"
    return ""


def has_methods(value: Any) -> bool:
    """Whether methods of an object of SciPy, such as a distribution, have compositions."""
    home = _home(value)
    return bool(home) and any(
        getattr(function, "__self__", None) is value for function in _of_scipy(home)
    )


@lru_cache(maxsize=16)
def _of_scipy(home: str) -> dict[Any, FunctionType]:
    """The compositions of one module of SciPy."""
    modules = [import_module(f"srcgrad.compositions.{name}") for name in SCIPY[home]]
    return {f: c for module in modules for f, c in module.MEANINGS.items()}


def stand_in_of(value: Any) -> tuple[FunctionType, tuple[Any, ...]] | None:
    """For an object that SciPy made: the composition that makes what stands for it, and its arguments."""
    home = ".".join(type(value).__module__.split(".")[:2])
    found = _objects_of(home).get(type(value)) if home in SCIPY and home in sys.modules else None
    if found is None:
        return None
    composition, known = found
    return composition, (value, *known(value))


@lru_cache(maxsize=16)
def _objects_of(home: str) -> dict[type, Any]:
    """For classes of one module of SciPy: a composition, and what of an object steers it."""
    modules = [import_module(f"srcgrad.compositions.{name}") for name in SCIPY[home]]
    return {c: f for module in modules for c, f in getattr(module, "OBJECTS", {}).items()}


@lru_cache(maxsize=16)
def _instead(home: str) -> dict[Any, str]:
    """What one module of SciPy has in place of functions that are refused."""
    modules = [import_module(f"srcgrad.compositions.{name}") for name in SCIPY[home]]
    return {f: text for m in modules for f, text in getattr(m, "INSTEAD", {}).items()}


def instead_of(function: Any) -> str:
    """What to do in place of calling a function that is refused; empty where nothing special is known."""
    home = _home(function)
    return _instead(home).get(function, "") if home else ""


def scipy_compositions() -> dict[Any, FunctionType]:
    """The compositions of all modules of SciPy that are imported."""
    return {f: c for home in SCIPY if home in sys.modules for f, c in _of_scipy(home).items()}


__all__ = [
    "COMPOSED",
    "composition_of",
    "has_methods",
    "instead_of",
    "scipy_compositions",
    "stand_in_of",
]
