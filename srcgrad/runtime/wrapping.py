"""Puts recorded values in the arguments of a run, and takes them out of everything afterwards.

Invariant: after `unwrap`, no recorded value is in the arguments, in the result, in closure cells or
in containers that were reached from them; what the function changed in its arguments is changed.
"""

from __future__ import annotations

import gc
import sys
from collections import deque
from dataclasses import dataclass, field
from operator import is_not
from types import (
    BuiltinFunctionType,
    CellType,
    FrameType,
    FunctionType,
    MethodType,
    ModuleType,
)
from typing import Any

import numpy as np

from srcgrad.errors import ArgumentError
from srcgrad.frontend.kinds import is_namedtuple_type
from srcgrad.frontend.resolve import refuse_value
from srcgrad.runtime.memo import clear_caches
from srcgrad.runtime.record import Recording
from srcgrad.runtime.recorded import RecordedNumber, Storage, is_recorded
from srcgrad.runtime.signature import Path, path_text

_ATOMIC = (str, bytes, bool, int, ModuleType, FunctionType, BuiltinFunctionType, type)
_LIBRARIES = frozenset({"numpy", "scipy", *sys.stdlib_module_names}) - {"__main__"}


@dataclass
class Input:
    """A differentiated leaf: its way, its number in the trace, its value on entry."""

    path: Path
    number: int
    value: Any
    storage: Storage | None

    written: bool = False

    def settle(self) -> None:
        """Keep the value on entry, though the function may have written to the array since."""
        if self.storage is not None and self.storage.entry is not None:
            self.value, self.written = self.storage.entry, True
        self.storage = None


@dataclass
class Wrapping:
    """The arguments of one run."""

    recording: Recording
    inputs: list[Input] = field(default_factory=list)
    _copies: list[tuple[Any, Any]] = field(default_factory=list)
    _objects: dict[int, Any] = field(default_factory=dict)

    def wrap(self, value: Any, path: Path, *, active: bool) -> Any:
        """The argument with recorded values as leaves."""
        if type(value) is np.ndarray:
            return self._array(value, path, active)
        if isinstance(value, (float, complex, np.inexact)):
            return self._number(value, path) if active else value
        if active and not _in_object(path):
            _refuse_leaf(value, path)
        if value is None or isinstance(value, _ATOMIC):
            return value
        if isinstance(value, (np.ndarray, np.generic)):
            return value
        if isinstance(value, (dict, list, tuple)):
            return self._container(value, path, active)
        if isinstance(value, MethodType):
            self.wrap(value.__self__, (*path, ("attr", "__self__")), active=False)
            return value
        return self._object(value, path, active)

    def _array(self, value: Any, path: Path, active: bool) -> Any:
        if active and not _in_object(path):
            _refuse_leaf(value, path)
        if value.dtype.kind not in "fc":
            return value
        wrapped = self.recording.own(value, active=active)
        if active:
            self.inputs.append(Input(path, wrapped._id or 0, value, wrapped._storage))
        return wrapped

    def _number(self, value: Any, path: Path) -> Any:
        if not _in_object(path):
            refuse_value(value, path_text(path))
        number = self.recording.next()
        self.inputs.append(Input(path, number, value, None))
        return RecordedNumber(self.recording, value, number)

    def _container(self, value: Any, path: Path, active: bool) -> Any:
        if isinstance(value, dict):
            pairs = {k: self.wrap(v, (*path, ("item", k)), active=active) for k, v in value.items()}
            if all(pairs[k] is value[k] for k in value):
                return value
            copy: Any = _like(value)
            copy.update(pairs)
        else:
            named = is_namedtuple_type(type(value))
            steps = [("attr", n) for n in type(value)._fields] if named else None
            items = [
                self.wrap(v, (*path, ("item", k) if steps is None else steps[k]), active=active)
                for k, v in enumerate(value)
            ]
            if all(a is b for a, b in zip(items, value, strict=True)):
                return value
            copy = _sequence_like(value, items)
        if not isinstance(value, tuple):
            self._copies.append((value, copy))
        return copy

    def _object(self, value: Any, path: Path, active: bool) -> Any:
        """An object keeps its identity: its attributes are exchanged until the run is over."""
        module = type(value).__module__.partition(".")[0]
        if id(value) in self._objects or module in _LIBRARIES:
            return value
        self._objects[id(value)] = value
        for name, part in attributes_of(value):
            new = self.wrap(part, (*path, ("attr", name)), active=active)
            if new is not part:
                object.__setattr__(value, name, new)
        return value

    def wrap_all(self, bound: dict[str, Any], active: tuple[str, ...]) -> dict[str, Any]:
        """All arguments, by name; the differentiated ones must hold something to differentiate."""
        wrapped = {n: self.wrap(v, (("arg", n),), active=n in active) for n, v in bound.items()}
        for name in active:
            if not any(i.path[0][1] == name for i in self.inputs):
                message = f"argument {name!r} holds nothing to differentiate"
                raise ArgumentError("SG306", message, "pass float arrays in it")
        return wrapped

    # -- afterwards -------------------------------------------------------------------------------

    def unwrap(self, result: Any, function: Any) -> Any:
        """The result in plain values; arguments, cells and what they hold are made plain too."""
        seen: dict[int, Any] = {}
        for original, copy in reversed(self._copies):
            seen[id(copy)] = original
            if isinstance(original, dict):
                new = {k: unwrapped(v, seen) for k, v in copy.items()}
                if list(new) != list(original) or any(original[k] is not new[k] for k in new):
                    original.clear()
                    original.update(new)
            else:
                items = [unwrapped(v, seen) for v in copy]
                if len(items) != len(original) or any(map(is_not, items, original)):
                    original[:] = items
        for value in self._objects.values():
            unwrapped(value, seen)
        for cell in getattr(function, "__closure__", None) or ():
            _clean_cell(cell, seen)
        return unwrapped(result, seen)

    def finish(self) -> None:
        """Let go of recorded values: what is still held then has leaked."""
        for item in self.inputs:
            item.settle()
        self._copies.clear()
        self._objects.clear()


def _refuse_leaf(value: Any, path: Path) -> None:
    """Refuse what cannot be differentiated where a derivative is asked for."""
    label, remedy = path_text(path), "leave it out of argnums, or pass it as float"
    refuse_value(value, label)
    if isinstance(value, np.ndarray) and value.dtype.kind in "biu":
        message = f"argument {label!r} is an array of {value.dtype}"
        raise ArgumentError("SG301", message, remedy)
    if isinstance(value, (bool, int, np.integer, np.bool_)):
        message = f"argument {label!r} holds the {type(value).__name__} {value!r}"
        raise ArgumentError("SG301", message, remedy)


def _in_object(path: Path) -> bool:
    return any(kind == "attr" for kind, _ in path)


def _sequence_like(value: Any, items: list[Any]) -> Any:
    """A list or tuple of the same class."""
    import copy

    if is_namedtuple_type(type(value)):
        return type(value)(*items)
    if type(value) in (list, tuple) or isinstance(value, tuple):
        return type(value)(items)
    new = copy.copy(value)
    new[:] = items
    return new


def _like(value: dict[Any, Any]) -> Any:
    """An empty dict of the same class."""
    import copy

    if type(value) is dict:
        return {}
    new = copy.copy(value)
    new.clear()
    return new


def attributes_of(value: Any) -> list[tuple[str, Any]]:
    """The attributes that an object itself holds: of its dict and its slots."""
    found = dict(getattr(value, "__dict__", None) or {})
    for cls in type(value).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(value, name):
                found.setdefault(name, getattr(value, name))
    return list(found.items())


def _clean_cell(cell: CellType, seen: dict[int, Any]) -> None:
    try:
        held = cell.cell_contents
    except ValueError:
        return
    clean = unwrapped(held, seen)
    if clean is not held:
        cell.cell_contents = clean


def unwrapped(value: Any, seen: dict[int, Any]) -> Any:
    """The value with recorded values replaced by plain ones; mutable containers keep identity."""
    if is_recorded(value):
        return value._value
    if value is None or isinstance(value, (*_ATOMIC, float, complex, np.ndarray)):
        return value
    if id(value) in seen:
        return seen[id(value)]
    seen[id(value)] = value
    if isinstance(value, tuple):
        parts = [unwrapped(v, seen) for v in value]
        if all(a is b for a, b in zip(parts, value, strict=True)):
            return value
        return type(value)(*parts) if is_namedtuple_type(type(value)) else type(value)(parts)
    if isinstance(value, (list, deque)):
        _replace(value, range(len(value)), seen)
    elif isinstance(value, dict):
        _replace(value, list(value), seen)
    elif isinstance(value, (set, frozenset)):
        return _plain_set(value, seen)
    elif type(value).__module__.partition(".")[0] not in _LIBRARIES:
        for name, part in attributes_of(value):
            new = unwrapped(part, seen)
            if new is not part:
                object.__setattr__(value, name, new)
    return value


def _plain_set(value: Any, seen: dict[int, Any]) -> Any:
    if not any(map(is_recorded, value)):
        return value
    parts = [unwrapped(v, seen) for v in value]
    if isinstance(value, frozenset):
        return type(value)(parts)
    value.clear()
    value.update(parts)
    return value


def _replace(value: Any, keys: Any, seen: dict[int, Any]) -> None:
    for key in keys:
        new = unwrapped(value[key], seen)
        if new is not value[key]:
            value[key] = new


def sweep_leaks(recording: Recording) -> None:
    """Make plain what still holds recorded values: containers, objects, cells, wherever."""
    leaked = [r for r in gc.get_referrers(recording) if is_recorded(r)]
    if not leaked:
        return
    holders = [h for h in gc.get_referrers(*leaked) if h is not leaked]  # one look at the heap
    if any(isinstance(h, (tuple, dict)) or "lru" in type(h).__name__ for h in holders):
        clear_caches()
    for holder in holders:
        _clean_holder(holder)


def _clean_holder(holder: Any) -> None:
    """Put plain values in place of recorded ones; tuples and frames stay as they are."""
    if isinstance(holder, (list, deque)):
        for k, value in enumerate(holder):
            if is_recorded(value):
                holder[k] = value._value
    elif isinstance(holder, dict):
        if any(map(is_recorded, holder)):
            items = list(holder.items())
            holder.clear()
            holder.update((key._value if is_recorded(key) else key, held) for key, held in items)
        for key, value in list(holder.items()):
            if is_recorded(value):
                holder[key] = value._value
    elif isinstance(holder, CellType):
        _clean_cell(holder, {})
    elif isinstance(holder, set):
        _plain_set(holder, {})
    elif not isinstance(holder, (tuple, FrameType)) and not is_recorded(holder):
        for name, value in attributes_of(holder):
            if is_recorded(value):
                object.__setattr__(holder, name, value._value)
