"""Stands in, during a recorded run, for functions that NumPy's dispatch protocols do not show.

Constructors such as ``np.zeros`` make arrays that are seen when active values are written into
them; ``np.array`` of recorded parts and ``math.sin`` of a recorded number are recorded; ``float`` of
one keeps its derivative. The stand-ins are put in the global names of the user's modules only:
NumPy, libraries and compiled code have the originals always, and in other threads each stand-in
does what its original does. Invariant: the names are as before when the last run is over.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import ModuleType
from typing import Any

import numpy as np

from srcgrad.runtime.record import Recording
from srcgrad.runtime.recorded import is_recorded
from srcgrad.runtime.usermodules import namespaces

_ABSENT = object()
_CONSTRUCTORS = (
    *("zeros", "ones", "empty", "full", "zeros_like", "ones_like", "empty_like", "full_like"),
    *("eye", "identity", "arange", "linspace", "logspace", "geomspace", "tri", "array", "copy"),
    *("asarray", "asanyarray", "ascontiguousarray", "asfortranarray", "require"),
)
_ORIGIN = frozenset({np.zeros, np.ones})
_OF_ITEMS = frozenset({"fsum", "prod", "sumprod", "dist"})
current: ContextVar[Recording | None] = ContextVar("recording", default=None)


def active_recording() -> Recording | None:
    """The recording that the calling code takes part in."""
    recording = current.get()
    return None if recording is None or recording.closed else recording


# -- the stand-ins --------------------------------------------------------------------------------


class StandIn:
    """A function in place of another; equal to it, so tables by function know it."""

    def __init__(self, original: Callable[..., Any]) -> None:
        self.__wrapped__ = original
        self.__name__ = original.__name__
        self.__doc__ = original.__doc__

    def __hash__(self) -> int:
        return hash(self.__wrapped__)

    def __eq__(self, other: object) -> bool:
        return other is self or other is self.__wrapped__

    def __repr__(self) -> str:
        return repr(self.__wrapped__)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__wrapped__, name)


class Constructor(StandIn):
    """Makes arrays that are seen when active values are written into them."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        recording, original = active_recording(), self.__wrapped__
        if recording is None:
            return original(*args, **kwargs)
        return recording.construct(original, args, kwargs, simple=original in _ORIGIN)


class NumberFunction(StandIn):
    """A function of ``math`` that records what it does to recorded numbers."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        recording, original = active_recording(), self.__wrapped__
        if recording is None:
            return original(*args, **kwargs)
        if self.__name__ in _OF_ITEMS:
            args = tuple([a if isinstance(a, (list, tuple)) else list(a) for a in args])
        elif not any(map(is_recorded, args)):
            return original(*args, **kwargs)
        return recording.call(original, args, kwargs)


class Library(ModuleType):
    """A module with stand-ins for some of its functions."""

    def __init__(self, module: ModuleType, stand_ins: dict[str, Any]) -> None:
        super().__init__(module.__name__, module.__doc__)
        self.__dict__.update({**vars(module), **stand_ins})
        self.__dict__["_original"] = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_original"], name)


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


_NUMPY = {name: Constructor(getattr(np, name)) for name in _CONSTRUCTORS}
_MATH = {
    name: NumberFunction(function)
    for name, function in vars(math).items()
    if callable(function) and not name.startswith("_")
}
_BUILTINS = {"float": Float, "type": Type}
_STAND_INS: dict[Any, Any] = {
    np: Library(np, _NUMPY),
    math: Library(math, _MATH),
    **{new.__wrapped__: new for new in (*_NUMPY.values(), *_MATH.values())},
}


# -- installing -----------------------------------------------------------------------------------


class _Installed:
    """One namespace with stand-ins: what they replaced, and how many runs use them."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names
        self.uses = 0
        self.stand_ins = {k: v for k, v in _BUILTINS.items() if k not in names}
        for name, value in list(names.items()):
            new = _known(value)
            if new is not None:
                self.stand_ins[name] = new
        self.before = {name: names.get(name, _ABSENT) for name in self.stand_ins}
        names.update(self.stand_ins)

    def remove(self) -> None:
        """Put the names back, but for those that the user's code has bound anew."""
        for name, new in self.stand_ins.items():
            if self.names.get(name) is not new:
                continue
            if self.before[name] is _ABSENT:
                del self.names[name]
            else:
                self.names[name] = self.before[name]


_lock = threading.RLock()
_installed: dict[int, _Installed] = {}


def _known(value: Any) -> Any:
    if not callable(value) and not isinstance(value, ModuleType):
        return None
    try:
        return _STAND_INS.get(value)
    except TypeError:  # not hashable
        return None


def _install(every: list[dict[str, Any]]) -> list[int]:
    with _lock:
        for names in every:
            if id(names) not in _installed:
                _installed[id(names)] = _Installed(names)
            _installed[id(names)].uses += 1
        return [id(names) for names in every]


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
    used = _install(namespaces(function, arguments))
    token = current.set(recording)
    try:
        yield
    finally:
        current.reset(token)
        _remove(used)
