"""Puts stand-ins and recorded arrays in the names that the user's code reads, for one run.

The global names of the user's modules, what they import meanwhile and the closure cells of the
function are exchanged, nothing else: NumPy, libraries and compiled code have the originals always.
Captured arrays are exchanged too, so that what is computed from them is seen when an active value
is written into it. Invariant: the names are as before when the last run is over, but for those that
the user's code has bound.
"""

from __future__ import annotations

import builtins
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import CellType, FunctionType
from typing import Any

import numpy as np

from srcgrad.runtime.memo import cached
from srcgrad.runtime.packages import package_stand_in
from srcgrad.runtime.record import Recording
from srcgrad.runtime.recorded import current, is_recorded
from srcgrad.runtime.stand_ins import BUILTINS, renew, stand_in_for
from srcgrad.runtime.usermodules import namespaces

_ABSENT = object()
_CELL = "cell_contents"
_KNOWN = ("numpy", "scipy", "json", "srcgrad")
_DATA = frozenset({int, float, bool, str, bytes, type(None), list, dict, tuple, set})


class Names:
    """Names of the user's that are exchanged: a namespace, or one closure cell."""

    def __init__(self, owner: dict[str, Any] | CellType, recording: Recording) -> None:
        self.owner = owner
        self.uses = 0
        found = self.read()
        self.new = {k: v for k, v in BUILTINS.items() if k not in found and type(owner) is dict}
        for name, value in found.items():
            new = _exchanged(value, recording)
            if new is not None:
                self.new[name] = new
        self.before = {name: found.get(name, _ABSENT) for name in self.new}
        for name, value in self.new.items():
            self.write(name, value)

    def read(self) -> dict[str, Any]:
        """The values of now."""
        if isinstance(self.owner, dict):
            return dict(self.owner)
        try:
            return {_CELL: self.owner.cell_contents}
        except ValueError:  # an empty cell
            return {}

    def write(self, name: str, value: Any) -> None:
        """Bind a name."""
        if not isinstance(self.owner, dict):
            self.owner.cell_contents = value
        elif value is _ABSENT:
            del self.owner[name]
        else:
            self.owner[name] = value

    def remove(self) -> None:
        """Put the names back; what the user's code has bound to recorded values becomes plain."""
        for name, value in self.read().items():
            if name in self.new and value is self.new[name]:
                self.write(name, self.before[name])
            elif is_recorded(value):
                self.write(name, value._value)


def _exchanged(value: Any, recording: Recording) -> Any:
    if type(value) in _DATA or (type(value) is FunctionType and _is_users(value)):
        return None
    if type(value) is np.ndarray:
        return recording.own(value) if value.dtype.kind in "fc" else None
    return cached(value) or stand_in_for(value) or package_stand_in(value)


def _is_users(function: FunctionType) -> bool:
    """Whether nothing stands in for a function, by the module that it says it is from."""
    return not str(function.__module__).startswith(_KNOWN)


_lock = threading.RLock()
_installed: dict[int, Names] = {}
_import: Any = builtins.__import__


def _importing(name: str, globals: Any = None, *rest: Any, **options: Any) -> Any:
    """``import`` of the user's code inside a function gives the module that stands in."""
    module = _import(name, globals, *rest, **options)
    if globals is None or current.get() is None or id(globals) not in _installed:
        return module
    return stand_in_for(module) or package_stand_in(module) or module


def _exchange_import(*, install: bool) -> None:
    """Let imports of the user's modules go through here, or no longer."""
    global _import
    if install:
        _import = builtins.__import__
        builtins.__import__ = _importing
    elif builtins.__import__ is _importing:
        builtins.__import__ = _import


def _install(owners: Sequence[dict[str, Any] | CellType], recording: Recording) -> list[int]:
    with _lock:
        if not _installed:
            renew()
            _exchange_import(install=True)
        for owner in owners:
            if id(owner) not in _installed:
                _installed[id(owner)] = Names(owner, recording)
            _installed[id(owner)].uses += 1
        return [id(owner) for owner in owners]


def _remove(used: list[int]) -> None:
    with _lock:
        for key in used:
            names = _installed[key]
            names.uses -= 1
            if not names.uses:
                del _installed[key]
                names.remove()
        if not _installed:
            _exchange_import(install=False)


def cells_of(function: Any) -> list[CellType]:
    """The closure cells of a function, and of the functions that they hold."""
    found: dict[int, CellType] = {}
    todo = [getattr(function, "func", getattr(function, "__func__", function))]
    while todo:
        for cell in getattr(todo.pop(), "__closure__", None) or ():
            if id(cell) in found:
                continue
            found[id(cell)] = cell
            try:
                held = cell.cell_contents
            except ValueError:
                continue
            if isinstance(held, FunctionType):
                todo.append(held)
    return list(found.values())


@contextmanager
def intercepted(recording: Recording, function: Any, arguments: dict[str, Any]) -> Iterator[None]:
    """Exchange the names for the duration of a run."""
    used = _install([*namespaces(function, arguments), *cells_of(function)], recording)
    recording.exchange = lambda names: used.extend(_install(names, recording))
    token = current.set(recording)
    try:
        yield
    finally:
        current.reset(token)
        recording.exchange = None  # it holds the recording
        _remove(used)
