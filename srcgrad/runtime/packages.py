"""Stands in, during a recorded run, for SciPy: what the front end knows of it is recorded.

SciPy converts what it is given to plain arrays, so a recorded value must be seen before that: at the
name by which the user's code calls. A module answers with a stand-in for each function, class or
object that has a rule or a composition, and with what it always has for everything else. What makes
objects runs as its composition, whose operations are recorded.
"""

from __future__ import annotations

import inspect
from copy import copy
from functools import lru_cache
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from srcgrad.compositions.table import composition_of, has_methods, stand_in_of
from srcgrad.frontend.library import HANDLERS
from srcgrad.rules.bindings import binding_of
from srcgrad.runtime.record import Recording, with_named
from srcgrad.runtime.recorded import is_recorded, plain
from srcgrad.runtime.stand_ins import ListFunction, StandIn, active_recording, holds_recorded

_PACKAGE = "scipy"
COMPOSITIONS = "srcgrad.compositions."
_OWN = "srcgrad.rules."  # functions that compositions call
_NAMED = (FunctionType, BuiltinFunctionType, MethodType)  # they say which module they are from


class PackageFunction(StandIn):
    """A function, class or method that is recorded where it is given recorded values."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do it, and let the recording see it."""
        recording, original = active_recording(), self.__wrapped__
        given = (*args, *kwargs.values())
        if recording is None:
            return original(*args, **kwargs)
        if not holds_recorded(given):
            return _shown(original(*args, **kwargs))
        for name in _modes(original):  # a run keeps its arrays: the adjoint reads them
            args, kwargs = with_named(original, name, args, kwargs)
            if name == "output" and isinstance(kwargs.get(name), np.ndarray):
                kwargs["out"] = kwargs.pop(name)
            elif name != "output":
                kwargs.pop(name, None)
        if kwargs.get("out") is not None:
            return recording.into(kwargs, lambda rest: self._recorded(recording, args, rest))
        return self._recorded(recording, args, kwargs)

    def _recorded(self, recording: Recording, args: Any, kwargs: Any) -> Any:
        original, given = self.__wrapped__, (*args, *kwargs.values())
        value = original(*plain(args), **plain(kwargs))
        if isinstance(value, tuple) or not type(value).__module__.startswith(_PACKAGE):
            return recording.result("call", original, args, kwargs, value)
        if not recording.is_active(given):  # an object, which may keep the arrays
            for part in filter(is_recorded, given):
                recording.exported(part, self.__name__)
            return _shown(value)
        found = composition_of(original)
        if found is None or any(callable(part) and not isinstance(part, type) for part in given):
            recording.refuse_cut(f"{self.__name__}()", None)  # it would call functions anew
        composition, first = found
        recording.exchange_once(COMPOSITIONS)
        return composition(*first, *map(copy, args), **{k: copy(v) for k, v in kwargs.items()})

    def __instancecheck__(self, value: Any) -> bool:
        return isinstance(value, self.__wrapped__)  # type: ignore[arg-type]

    def __mro_entries__(self, bases: Any) -> tuple[Any, ...]:
        return (self.__wrapped__,)


@lru_cache(maxsize=1024)
def _modes(function: Any) -> tuple[str, ...]:
    """The parameters that say where a result is written."""
    try:
        names = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return ()
    return tuple(n for n in names if n == "output" or n.startswith("overwrite_"))


class PackageObject:
    """An object, such as a distribution or a spline, that is recorded where it computes."""

    def __init__(self, original: Any) -> None:
        object.__setattr__(self, "__wrapped__", original)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self.__wrapped__)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.__wrapped__, name)
        if not inspect.ismethod(value):
            return value
        return _function(value) or ObjectMethod(value)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.__wrapped__, name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return ObjectMethod(self.__wrapped__.__call__)(*args, **kwargs)

    def __hash__(self) -> int:
        return hash(self.__wrapped__)

    def __eq__(self, other: object) -> bool:
        return other is self or other == self.__wrapped__

    def __repr__(self) -> str:
        return repr(self.__wrapped__)


class ObjectMethod(StandIn):
    """A method of an object that is itself written out by a composition."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do it; of recorded values, as a method of what stands for the object."""
        recording, original = active_recording(), self.__wrapped__
        owner: Any = original.__self__  # type: ignore[attr-defined]
        found = stand_in_of(owner)
        if recording is None or found is None or not holds_recorded((*args, *kwargs.values())):
            return _shown(original(*args, **kwargs))
        composition, first = found
        recording.exchange_once(COMPOSITIONS)
        return getattr(composition(*first), self.__name__)(*args, **kwargs)


class Package(ModuleType):
    """A module that answers with stand-ins."""

    def __init__(self, module: ModuleType) -> None:
        super().__init__(module.__name__, module.__doc__)
        self.__dict__["_original"] = module

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.__dict__["_original"], name)
        return package_stand_in(value) or value

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.__dict__["_original"], name, value)

    def __dir__(self) -> list[str]:
        return dir(self.__dict__["_original"])


# One stand-in for each, so that one name is the same object wherever it is read.
_packages: dict[ModuleType, Package] = {}
_functions: dict[Any, StandIn | None] = {}
_tables: dict[Any, PackageObject] = {}  # of distributions


def package_stand_in(value: Any) -> Any:
    """What replaces a module, function or object of SciPy; ``None`` if nothing does."""
    if isinstance(value, ModuleType):
        if value.__name__.partition(".")[0] != _PACKAGE or type(value) is Package:
            return None
        return _packages.get(value) or _packages.setdefault(value, Package(value))
    if type(value) is np.ufunc:
        return _function(value)
    if type(value) in (PackageFunction, PackageObject):
        return None
    named = type(value) in _NAMED or issubclass(type(value), type)
    home = value.__module__ if named else type(value).__module__
    if not isinstance(home, str) or not home.startswith((f"{_PACKAGE}.", _OWN)):
        return None
    return _function(value) or _object(value)


def _function(value: Any) -> StandIn | None:
    """The stand-in for a function, class or method that the front end knows."""
    if not callable(value) or not hasattr(value, "__name__"):
        return None
    try:
        if value not in _functions:
            known = value in HANDLERS or binding_of(value) or composition_of(value)
            if not known and type(value) is MethodType:
                return None  # of any object: not to be kept
            kind = ListFunction if type(value) is np.ufunc else PackageFunction
            _functions[value] = kind(value) if known else None
        return _functions[value]
    except TypeError:
        return None


def _object(value: Any) -> PackageObject | None:
    """The stand-in for an object that the front end knows, or methods of which it knows."""
    if isinstance(value, type) or inspect.isroutine(value):
        return None
    if stand_in_of(value):
        return PackageObject(value)
    if value not in _tables and has_methods(value):
        _tables[value] = PackageObject(value)
    return _tables.get(value)


def _shown(value: Any) -> Any:
    """An object that was made in the run as it stands in for itself; any other value as it is."""
    home = type(value).__module__
    known = home.partition(".")[0] == _PACKAGE and stand_in_of(value) is not None
    return PackageObject(value) if known else value


__all__ = ["COMPOSITIONS", "package_stand_in"]
