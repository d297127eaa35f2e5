"""Stands in, during a recorded run, for functions that NumPy's dispatch protocols do not show.

Constructors such as ``np.zeros`` make arrays that are seen when active values are written into
them; ``np.array`` of recorded parts and ``math.sin`` of a recorded number are recorded; ``float`` of
one keeps its derivative. Invariant: the originals are back when the last run is over; other
threads, NumPy's own code and libraries get the originals meanwhile.
"""

from __future__ import annotations

import functools
import math
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from srcgrad.runtime.record import Recording
from srcgrad.runtime.recorded import is_recorded
from srcgrad.runtime.trace import is_internal
from srcgrad.runtime.usermodules import namespaces

_ABSENT = object()
_CONSTRUCTORS = {
    *("zeros", "ones", "empty", "full", "zeros_like", "ones_like", "empty_like", "full_like"),
    *("eye", "identity", "arange", "linspace", "logspace", "geomspace", "tri", "array", "copy"),
    *("asarray", "asanyarray", "ascontiguousarray", "asfortranarray", "require"),
}
_ORIGIN = frozenset({np.zeros, np.ones})
_OF_ITEMS = frozenset({"fsum", "prod", "sumprod", "dist"})
current: ContextVar[Recording | None] = ContextVar("recording", default=None)


def active_recording(depth: int = 2) -> Recording | None:
    """The recording that the calling code of the user's takes part in."""
    recording = current.get()
    if recording is None or recording.closed:
        return None
    return None if is_internal(sys._getframe(depth)) else recording


# -- the stand-ins --------------------------------------------------------------------------------


def _constructor(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def construct(*args: Any, **kwargs: Any) -> Any:
        recording = active_recording()
        if recording is None:
            return original(*args, **kwargs)
        return recording.construct(original, args, kwargs, simple=original in _ORIGIN)

    return construct


def _scalar_function(original: Callable[..., Any]) -> Callable[..., Any]:
    of_items = original.__name__ in _OF_ITEMS

    @functools.wraps(original)
    def compute(*args: Any, **kwargs: Any) -> Any:
        recording = active_recording()
        if recording is None:
            return original(*args, **kwargs)
        if of_items:
            args = tuple([a if isinstance(a, (list, tuple)) else list(a) for a in args])
        elif not any(map(is_recorded, args)):
            return original(*args, **kwargs)
        return recording.call(original, args, kwargs)

    return compute


class _FloatKind(type):
    """Makes `Float` answer as ``float`` does."""

    def __call__(cls, value: Any = 0.0, /) -> Any:
        if is_recorded(value):
            recording = active_recording()
            if recording is not None:
                return recording.call(float, (value,), {})
        return float(value)

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, float)

    def __subclasscheck__(cls, other: Any) -> bool:
        return issubclass(other, float)

    def __eq__(cls, other: object) -> bool:
        return other is cls or other is float

    def __hash__(cls) -> int:
        return hash(float)

    def __repr__(cls) -> str:
        return repr(float)


class Float(float, metaclass=_FloatKind):
    """``float`` as the user's modules see it during a run."""

    dtype = np.dtype(float)


Float.__name__ = Float.__qualname__ = "float"
Float.__module__ = "builtins"


class _TypeKind(type):
    """Makes `Type` answer as ``type`` does, and with `Float` for floats."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if len(args) != 1 or kwargs:
            return type(*args, **kwargs)
        kind = args[0].__class__ if is_recorded(args[0]) else type(args[0])
        return Float if kind is float else kind

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, type)

    def __subclasscheck__(cls, other: Any) -> bool:
        return issubclass(other, type)

    def __eq__(cls, other: object) -> bool:
        return other is cls or other is type

    def __hash__(cls) -> int:
        return hash(type)

    def __repr__(cls) -> str:
        return repr(type)


class Type(type, metaclass=_TypeKind):
    """``type`` as the user's modules see it during a run."""


_NUMPY = {name: _constructor(getattr(np, name)) for name in _CONSTRUCTORS}
_MATH = {
    name: _scalar_function(function)
    for name, function in vars(math).items()
    if callable(function) and not name.startswith("_")
}
_BUILTINS = {"float": Float, "type": Type}
_STAND_INS: dict[Any, Any] = {
    **{getattr(np, name): new for name, new in _NUMPY.items()},
    **{getattr(math, name): new for name, new in _MATH.items()},
}


# -- installing -----------------------------------------------------------------------------------


class _Installed:
    """One namespace with stand-ins: what they replaced, and how many runs use them."""

    def __init__(self, names: dict[str, Any], stand_ins: dict[str, Any]) -> None:
        self.names = names
        self.uses = 0
        self.stand_ins = stand_ins
        self.before = {name: names.get(name, _ABSENT) for name in stand_ins}
        names.update(stand_ins)

    def remove(self) -> None:
        for name, new in self.stand_ins.items():
            if self.names.get(name) is not new:  # rebound meanwhile: the user's word counts
                continue
            if self.before[name] is _ABSENT:
                del self.names[name]
            else:
                self.names[name] = self.before[name]


_lock = threading.RLock()
_installed: dict[int, _Installed] = {}


def _stand_ins_for(names: dict[str, Any]) -> dict[str, Any]:
    """The stand-ins that a namespace of the user's takes."""
    found = {k: v for k, v in _BUILTINS.items() if k not in names}
    for name, value in names.items():
        new = _known(value)
        if new is not None:
            found[name] = new
    return found


def _known(value: Any) -> Any:
    try:
        return _STAND_INS.get(value)
    except TypeError:  # not hashable
        return None


def _install(namespaces_: list[dict[str, Any]]) -> list[int]:
    used: list[int] = []
    with _lock:
        for names in namespaces_:
            installed = _installed.get(id(names))
            if installed is None:
                if names is vars(np):
                    stand_ins: dict[str, Any] = dict(_NUMPY)
                elif names is vars(math):
                    stand_ins = dict(_MATH)
                else:
                    stand_ins = _stand_ins_for(names)
                installed = _installed[id(names)] = _Installed(names, stand_ins)
            installed.uses += 1
            used.append(id(names))
    return used


def _remove(used: list[int]) -> None:
    with _lock:
        for key in used:
            installed = _installed[key]
            installed.uses -= 1
            if not installed.uses:
                del _installed[key]
                installed.remove()


@contextmanager
def intercepted(recording: Recording, function: Any, arguments: dict[str, Any]) -> Iterator[None]:
    """Install the stand-ins for the duration of a run."""
    used = _install([vars(np), vars(math), *namespaces(function, arguments)])
    token = current.set(recording)
    try:
        yield
    finally:
        current.reset(token)
        _remove(used)
