"""Programs on disk: what makes a cached text valid, written down and checked.

An entry is found by a key over the normalised source, the signature, the options and the versions;
it is used only if all that the compiler looked at beyond that (sources of helpers, baked globals
and closure cells) is still the same. What cannot be written down is kept in memory only.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from srcgrad.frontend.resolve import Capture, Guard, Root, shape_key
from srcgrad.runtime.cache import Entry, fingerprint, open_cache
from srcgrad.runtime.compiled import Code
from srcgrad.runtime.keys import NotPersistent, class_text, described
from srcgrad.runtime.signature import children, key_of


@dataclass(frozen=True)
class Stored:
    """A program from disk, checked to be valid now; ``functions`` are those it was made from."""

    texts: dict[str, str]
    meta: dict[str, Any]
    captures: tuple[Capture, ...]
    guards: tuple[Guard, ...]
    functions: tuple[Any, ...]


class Codec:
    """Writes captures and guards as JSON, relative to the functions that they are reached from.

    The first of these are ``entries``: the function itself, and those among its arguments.
    """

    def __init__(self, entries: Sequence[Any]) -> None:
        self.functions: list[Any] = list(entries)

    def capture(self, capture: Capture) -> list[Any]:
        """A capture as JSON."""
        root, steps = capture.root, [list(s) for s in capture.steps]
        if not all(type(k) in (str, int) for _, k in capture.steps):
            raise NotPersistent
        if root.kind == "object" and isinstance(root.function, ModuleType):
            return [0, root.kind, root.function.__name__, steps]
        if root.kind == "object" or root.function not in self.functions:
            raise NotPersistent
        return [self.functions.index(root.function), root.kind, root.name, steps]

    def read(self, data: list[Any]) -> Capture:
        """The capture for what ``capture`` wrote."""
        index, kind, name, steps = data
        owner = sys.modules[name] if kind == "object" else self.functions[index]
        return Capture(Root(owner, kind, name), tuple((k, v) for k, v in steps))

    def guard(self, guard: Guard) -> list[Any]:
        """A guard as JSON; functions that it bakes can be roots of later ones."""
        place = self.capture(guard.capture)
        if not guard.by_identity:
            return [place, "value", *_value_text(guard.expected[1])]
        if isinstance(guard.expected, FunctionType):
            self.functions.append(guard.expected)
        return [place, "object", *described(guard.expected)]

    def check(self, data: list[Any]) -> Guard | None:
        """The guard, if what it bakes is still the same."""
        place, kind, *rest = data
        capture = self.read(place)
        value = capture.read()
        if kind == "value":
            same = _value_text(value) == rest
            return Guard(capture, (shape_key(value), value), False) if same else None
        if described(value) != rest:
            return None
        if isinstance(value, FunctionType):
            self.functions.append(value)
        return Guard(capture, value, True)


def _value_text(value: Any) -> list[str]:
    """What a guard by value compares: the value, or the class and size of a container."""
    shape = shape_key(value)
    parts = shape if isinstance(shape, tuple) else (shape,)
    if not all(
        isinstance(p, (str, bytes, int, float, bool, type(Ellipsis), type(None))) for p in parts
    ):
        raise NotPersistent
    return [class_text(type(value)), repr(shape)]


def entries_of(function: Any, bound: dict[str, Any]) -> list[Any]:
    """The function and those among its arguments: the key says what they are."""
    found, todo = [function], list(reversed(bound.values()))
    while todo:
        value = todo.pop()
        if isinstance(value, FunctionType):
            found.append(value)
        todo += [part for _, part in reversed(children(value) or [])]
    return found


def store(
    key: str,
    entries: Sequence[Any],
    texts: dict[str, str],
    meta: dict[str, Any],
    captures: Sequence[Capture],
    guards: Sequence[Guard],
    inlined: Sequence[Any],
) -> bool:
    """Write a program to disk, if the cache is on and everything it depends on can be described."""
    cache = open_cache()
    if cache is None:
        return False
    codec = Codec(entries)
    try:
        written = [codec.guard(g) for g in guards]
        if any(f not in codec.functions for f in inlined):
            return False
        places = [codec.capture(c) for c in captures]
    except NotPersistent:
        return False
    try:
        cache.put(key, Entry(texts, {**meta, "guards": written, "captures": places}))
    except (TypeError, ValueError):  # a key of a dictionary that JSON has no form for
        return False
    return True


def fetch(key: str, entries: Sequence[Any] = ()) -> Stored | None:
    """A program from disk whose guards hold now."""
    cache = open_cache()
    found = None if cache is None else cache.get(key)
    if found is None:
        return None
    codec = Codec(entries)
    guards: list[Guard] = []
    try:
        for data in found.meta["guards"]:
            guard = codec.check(data)
            if guard is None:
                return None
            guards.append(guard)
        captures = tuple(codec.read(c) for c in found.meta["captures"])
    except (NotPersistent, LookupError, TypeError, ValueError, AttributeError):
        return None
    return Stored(found.texts, found.meta, captures, tuple(guards), tuple(codec.functions))


def captured_key(captures: Sequence[Capture]) -> Hashable:
    """The signature of the captured values; ``None`` if one is not there any more."""
    try:
        return tuple([key_of(c.read(), (("arg", c.name),), frozenset()) for c in captures])
    except (AttributeError, LookupError, TypeError):
        return None


def decode(kind: str, text: str, meta: dict[str, Any]) -> Code:
    """The code of a kind from a stored text."""
    places = tuple(None if p is None else (p[0], p[1], p[2]) for p in meta["places"][kind])
    return Code(text, meta["names"][kind], places)


def class_texts(classes: dict[str, type]) -> dict[str, str]:
    """The classes that a text names, described."""
    return {name: class_text(cls) for name, cls in sorted(classes.items())}


def named_classes(
    wanted: dict[str, str], bound: dict[str, Any], guards: Sequence[Guard]
) -> dict[str, type] | None:
    """The classes that a stored text names, found among the arguments and baked objects."""
    candidates = {g.expected for g in guards if isinstance(g.expected, type)}
    todo = list(bound.values()) if wanted else []
    while todo:
        value = todo.pop()
        candidates.add(type(value))
        todo += [part for _, part in children(value) or ()]
    known: dict[str, list[type]] = {}
    for cls in candidates:
        if cls.__name__ in wanted:
            known.setdefault(class_text(cls), []).append(cls)
    found = {name: known.get(text, []) for name, text in wanted.items()}
    if any(len(classes) != 1 for classes in found.values()):
        return None
    return {name: classes[0] for name, classes in found.items()}


def _path_key(program: Sequence[str], decisions: tuple[int, ...]) -> str:
    return fingerprint([*program, "path", repr(decisions)])


def keep_path(
    program: Sequence[str], decisions: tuple[int, ...], code: Code | None, title: str
) -> None:
    """Write the code of one path of a program, or that ``auto`` stays rolled on it.

    ``program`` is the key of the program and its texts: a path is that of one very program.
    """
    texts = {} if code is None else {"path": code.text}
    meta: dict[str, Any] = {"title": f"{title} path {decisions[:8]}"}
    if code is not None:
        meta |= {"places": {"path": code.places}, "names": {"path": code.name}}
    store(_path_key(program, decisions), (), texts, meta, (), (), ())


def recall_path(program: Sequence[str], decisions: tuple[int, ...]) -> tuple[Code | None] | None:
    """What ``keep_path`` wrote, or ``None``."""
    stored = fetch(_path_key(program, decisions))
    if stored is None:
        return None
    return (decode("path", stored.texts["path"], stored.meta) if stored.texts else None,)
