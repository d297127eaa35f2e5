"""Says which classes are the user's, and what they hold under a name."""

from __future__ import annotations

import sys
from types import FunctionType, ModuleType
from typing import Any

from srcgrad.frontend.kinds import AV, Box, Instance, Seq, Static, is_namedtuple_type

MISSING = object()
_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: classes that a class statement makes
_LIBRARIES = frozenset(
    {*sys.stdlib_module_names, "srcgrad", "numpy", "scipy", "cupy", "pandas", "xarray", "torch"}
    | {"jax", "jaxlib", "tensorflow"}
) - {"__main__"}
_WRITTEN_OUT = "srcgrad.compositions."


def class_of_object(value: AV) -> type | None:
    """The user's class of an object, ``None`` for anything else."""
    if isinstance(value, Box):
        return None if _is_library(value.make) else value.make
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, Seq) and is_namedtuple_type(value.make):
        return value.make
    if isinstance(value, Static) and is_user_object(value.value):
        return type(value.value)
    return None


def is_user_object(value: Any) -> bool:
    """Whether something captured is an object of a class written in Python."""
    if value is None or isinstance(value, (str, bytes, type, FunctionType, ModuleType)):
        return False
    cls = type(value)
    return bool(cls.__flags__ & _HEAP_TYPE) and not _is_library(cls)


def _is_library(cls: type) -> bool:
    """Whether a class is opaque: those that stand for a class of SciPy are read like the user's."""
    module = cls.__module__
    if module.startswith("_cython_"):
        return True
    return module.partition(".")[0] in _LIBRARIES and not module.startswith(_WRITTEN_OUT)


def class_attribute(cls: type, name: str, behind: type | None = None) -> tuple[Any, type | None]:
    """What a class has under a name, unbound, and the class that defines it."""
    mro = cls.__mro__
    for owner in mro[mro.index(behind) + 1 :] if behind is not None else mro:
        if name in owner.__dict__:
            return owner.__dict__[name], owner
    return MISSING, None


def is_user_class(cls: Any) -> bool:
    """Whether calling a class makes an object that can be followed."""
    if not isinstance(cls, type) or _is_library(cls):
        return False
    plain = class_attribute(cls, "__new__")[1] is object
    plain = plain and class_attribute(type(cls), "__call__")[1] is type
    return plain and not issubclass(cls, BaseException)


def is_generated(function: Any) -> bool:
    """Whether a method was written by ``dataclass``."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_filename == "<string>"


def is_random(function: Any) -> bool:
    """Whether a function is one of ``np.random`` or ``random``, or a method of their generators."""
    owner = getattr(function, "__self__", None)
    homes = (getattr(function, "__module__", None), type(owner).__module__)
    return any((home or "").split(".")[:2] in (["numpy", "random"], ["random"]) for home in homes)


__all__ = [
    "MISSING",
    "class_attribute",
    "class_of_object",
    "is_generated",
    "is_random",
    "is_user_class",
    "is_user_object",
]
