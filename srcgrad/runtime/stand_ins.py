"""Stands in, during a recorded run, for functions that NumPy's dispatch protocols do not show.

Constructors such as ``np.zeros`` make arrays that are seen when active values are written into
them; ``np.array`` of recorded parts and ``math.sin`` of a recorded number are recorded; ``float`` of
one keeps its derivative. Outside a recorded run, and in other threads, each stand-in does what its
original does.
"""

from __future__ import annotations

import cmath
import json
import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from srcgrad.runtime.record import Recording
from srcgrad.runtime.recorded import current, is_recorded, plain

_CONSTRUCTORS = (
    *("zeros", "ones", "empty", "full", "zeros_like", "ones_like", "empty_like", "full_like"),
    *("eye", "identity", "arange", "linspace", "logspace", "geomspace", "tri", "array", "copy"),
    *("asarray", "asanyarray", "ascontiguousarray", "asfortranarray", "require"),
)
_ORIGIN = frozenset({np.zeros, np.ones})
_OF_ITEMS = frozenset({"fsum", "prod", "sumprod", "dist"})


def active_recording() -> Recording | None:
    """The recording that the calling code takes part in."""
    recording: Recording | None = current.get()
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
        """Do it, and let the recording see it."""
        recording, original = active_recording(), self.__wrapped__
        if recording is None:
            return original(*args, **kwargs)
        return recording.construct(original, args, kwargs, simple=original in _ORIGIN)


class ListFunction(StandIn):
    """A NumPy function that records also where recorded values are inside a list or tuple."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do it, and let the recording see it."""
        recording, original = active_recording(), self.__wrapped__
        if recording is not None and any(isinstance(a, _LISTS) and holds_recorded(a) for a in args):
            return recording.function(original, args, kwargs)
        return original(*args, **kwargs)


_LISTS = (list, tuple)
_JOINER = type(np.r_).__mro__[1]  # the class of ``np.r_`` and ``np.c_``


def holds_recorded(values: Any) -> bool:
    """Whether a recorded value is in nested lists."""
    return any(is_recorded(v) or (isinstance(v, _LISTS) and holds_recorded(v)) for v in values)


class Joiner(StandIn):
    """``np.r_`` or ``np.c_``."""

    __wrapped__: Any

    def __init__(self, original: Any, name: str) -> None:
        self.__wrapped__ = original
        self.__name__ = name
        self.__doc__ = original.__doc__

    def __getitem__(self, index: Any) -> Any:
        recording, joiner = active_recording(), self.__wrapped__
        return joiner[index] if recording is None else recording.joined(joiner, index)


class NumberFunction(StandIn):
    """A function of ``math`` or ``cmath`` that records what it does to recorded numbers."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do it, and let the recording see it."""
        recording, original = active_recording(), self.__wrapped__
        if recording is None:
            return original(*args, **kwargs)
        if self.__name__ in _OF_ITEMS:
            args = tuple([a if isinstance(a, (list, tuple)) else list(a) for a in args])
        elif not any(map(is_recorded, args)):
            return original(*args, **kwargs)
        return recording.call(original, args, kwargs)


class TextFunction(StandIn):
    """A function of ``json`` that writes values as text, which has no derivative."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do it with the numbers of the run."""
        return self.__wrapped__(*plain(args), **plain(kwargs))


class Library(ModuleType):
    """A module with stand-ins for some of its functions."""

    def __init__(self, module: ModuleType, stand_ins: dict[str, Any]) -> None:
        super().__init__(module.__name__, module.__doc__)
        self.__dict__.update(_original=module, _stand_ins=stand_ins)

    def renew(self) -> None:
        """Take the attributes of the module as they are now."""
        names = self.__dict__
        names.update(vars(names["_original"]))
        names.update(names["_stand_ins"])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_original"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.__dict__["_original"], name, value)
        self.__dict__[name] = value


class _NumberKind(type):
    """Makes a class answer as the class of Python's that it derives from does."""

    @property
    def original(cls) -> Any:
        """``float`` or ``complex``."""
        return cls.__mro__[1]

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        recording = active_recording()
        if recording is not None and any(map(is_recorded, args)) and not kwargs:
            return recording.call(cls.original, args, {})
        return cls.original(*args, **kwargs)

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, cls.original)

    def __subclasscheck__(cls, other: Any) -> bool:
        return issubclass(other, cls.original)

    def __eq__(cls, other: object) -> bool:
        return other is cls or other is cls.original

    def __hash__(cls) -> int:
        return hash(cls.original)

    def __repr__(cls) -> str:
        return repr(cls.original)


class Float(float, metaclass=_NumberKind):
    """``float`` as the user's modules see it during a run."""

    dtype = np.dtype(float)


class Complex(complex, metaclass=_NumberKind):
    """``complex`` as the user's modules see it during a run."""

    dtype = np.dtype(complex)


for _kind in (Float, Complex):
    _kind.__name__ = _kind.__qualname__ = _kind.__name__.lower()
    _kind.__module__ = "builtins"


class _TypeKind(type):
    """Makes `Type` answer as ``type`` does, and with the stand-ins for classes."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if len(args) != 1 or kwargs:
            return type(*args, **kwargs)
        kind = args[0].__class__ if is_recorded(args[0]) else type(args[0])
        return {float: Float, complex: Complex}.get(kind, kind)

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


def _numbers(module: ModuleType) -> dict[str, StandIn]:
    public = {k: v for k, v in vars(module).items() if callable(v) and not k.startswith("_")}
    return {name: NumberFunction(function) for name, function in public.items()}


def _lists(module: ModuleType) -> dict[str, StandIn]:
    kinds = (np.ufunc, type(np.sum))
    return {k: ListFunction(v) for k, v in vars(module).items() if isinstance(v, kinds)}


def _stand_ins() -> dict[Any, Any]:
    """What replaces what: modules, and each function that has a stand-in."""
    constructors = {name: Constructor(getattr(np, name)) for name in _CONSTRUCTORS}
    linalg, fft = _lists(np.linalg), _lists(np.fft)
    parts = {"linalg": Library(np.linalg, linalg), "fft": Library(np.fft, fft)}
    joiners = {name: Joiner(getattr(np, name), name) for name in ("r_", "c_")}
    own = {**_lists(np), **constructors, **joiners}
    texts: dict[str, StandIn] = {
        name: TextFunction(getattr(json, name)) for name in ("dump", "dumps")
    }
    tables = {math: _numbers(math), cmath: _numbers(cmath), json: texts}
    found: dict[Any, Any] = {np: Library(np, {**own, **parts})}
    found.update({np.linalg: parts["linalg"], np.fft: parts["fft"]})
    found.update({module: Library(module, table) for module, table in tables.items()})
    for table in (own, linalg, fft, *tables.values()):
        found.update({new.__wrapped__: new for new in table.values()})
    return found


BUILTINS = {"float": Float, "complex": Complex, "type": Type}
_STAND_INS = _stand_ins()


def stand_in_for(value: Any) -> Any:
    """What replaces a module or function in the user's names; ``None`` if nothing does."""
    if not callable(value) and not isinstance(value, (ModuleType, _JOINER)):
        return None
    try:
        return _STAND_INS.get(value)
    except Exception:  # an object of the user's that cannot be hashed
        return None


def renew() -> None:
    """Let the modules that stand in have the attributes of now."""
    for value in (np, np.linalg, np.fft, math, cmath, json):
        _STAND_INS[value].renew()


__all__ = [
    "BUILTINS",
    "ListFunction",
    "StandIn",
    "active_recording",
    "holds_recorded",
    "renew",
    "stand_in_for",
]
