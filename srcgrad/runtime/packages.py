"""Stands in, during a recorded run, for SciPy: what the front end knows of it is recorded.

SciPy converts what it is given to plain arrays, so a recorded value must be seen before that: at the
name by which the user's code calls. A module answers with a stand-in for each function, class or
object that has a rule or a composition, and with what it always has for everything else.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from srcgrad.compositions.table import composition_of, has_methods, stand_in_of
from srcgrad.frontend.library import HANDLERS
from srcgrad.rules.bindings import binding_of
from srcgrad.runtime.record import with_named
from srcgrad.runtime.stand_ins import ListFunction, StandIn, active_recording, holds_recorded

_PACKAGE = "scipy"


class PackageFunction(StandIn):
    """A function, class or method that is recorded where it is given recorded values."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do it, and let the recording see it."""
        recording, original = active_recording(), self.__wrapped__
        if recording is None or not holds_recorded((*args, *kwargs.values())):
            return original(*args, **kwargs)
        for name in _modes(original):  # a run keeps its arrays: the adjoint reads them
            args, kwargs = with_named(original, name, args, kwargs)
            if name == "output" and isinstance(kwargs.get(name), np.ndarray):
                kwargs["out"] = kwargs.pop(name)
            elif name != "output":
                kwargs.pop(name, None)
        if "out" in kwargs:
            return recording.into(kwargs, lambda rest: recording.call(original, args, rest))
        return recording.call(original, args, kwargs)

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
    """An object, such as a distribution, whose methods are recorded."""

    def __init__(self, original: Any) -> None:
        object.__setattr__(self, "__wrapped__", original)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self.__wrapped__)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.__wrapped__, name)
        return (_function(value) if inspect.ismethod(value) else None) or value

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.__wrapped__, name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return PackageFunction(self.__wrapped__)(*args, **kwargs)

    def __hash__(self) -> int:
        return hash(self.__wrapped__)

    def __eq__(self, other: object) -> bool:
        return other is self or other == self.__wrapped__

    def __repr__(self) -> str:
        return repr(self.__wrapped__)


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


_packages: dict[ModuleType, Package] = {}


def package_stand_in(value: Any) -> Any:
    """What replaces a module, function or object of SciPy; ``None`` if nothing does."""
    if isinstance(value, ModuleType):
        if value.__name__.partition(".")[0] != _PACKAGE or type(value) is Package:
            return None
        return _packages.get(value) or _packages.setdefault(value, Package(value))
    if type(value) is np.ufunc:
        return ListFunction(value) if binding_of(value) or composition_of(value) else None
    if type(value) in (PackageFunction, PackageObject):
        return None
    home = getattr(value, "__module__", None)
    if not isinstance(home, str) or home.partition(".")[0] != _PACKAGE:
        return None
    return _function(value) or _object(value)


def _function(value: Any) -> StandIn | None:
    """The stand-in for a function, class or method that the front end knows."""
    if not callable(value) or not hasattr(value, "__name__"):
        return None
    try:
        known = value in HANDLERS or binding_of(value) or composition_of(value)
    except TypeError:
        return None
    return PackageFunction(value) if known else None


def _object(value: Any) -> PackageObject | None:
    """The stand-in for an object that has methods which the front end knows, or is known itself."""
    if isinstance(value, type) or inspect.isroutine(value):
        return None
    return PackageObject(value) if stand_in_of(value) or has_methods(value) else None


__all__ = ["PackageFunction", "package_stand_in"]
