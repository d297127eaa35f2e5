"""Programs on disk: what makes a cached text valid, written down and checked.

An entry is found by a key over the normalised source, the signature, the options and the versions; it is
used only if all that the compiler looked at beyond that (sources of helpers, baked globals and closure
cells) is still the same. What cannot be written down is kept in memory only.
"""

from __future__ import annotations

import ast
import functools
import os
import platform
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import gast
import numpy as np

from srcgrad.errors import SrcgradError
from srcgrad.frontend.resolve import Capture, Guard, Root, shape_key
from srcgrad.frontend.source import read_source
from srcgrad.runtime.cache import Entry, fingerprint, open_cache
from srcgrad.runtime.compiled import Code
from srcgrad.runtime.signature import children, key_of

FORMAT = 1


class NotPersistent(Exception):
    """Something that decides the program has no stable description."""


@dataclass(frozen=True)
class Stored:
    """A program from disk, checked to be valid now."""

    texts: dict[str, str]
    meta: dict[str, Any]
    captures: tuple[Capture, ...]
    guards: tuple[Guard, ...]


@functools.lru_cache(maxsize=1)
def rules_version() -> str:
    """A digest of srcgrad's own files (names, sizes, times): its rules and passes are part of every key."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parts: list[str] = []
    for folder, folders, files in os.walk(root):
        folders.sort()
        for file in sorted(files):
            if file.endswith(".py"):
                info = os.stat(os.path.join(folder, file))
                parts.append(f"{file} {info.st_size} {info.st_mtime_ns}")
    return fingerprint(parts)


def versions() -> list[str]:
    """Versions that a program depends on."""
    python = ".".join(platform.python_version_tuple()[:2])
    numpy = np.__version__.partition(".")[0]
    return [str(FORMAT), rules_version(), python, gast.__dict__.get("__version__", ""), numpy]


def normal_source(function: Any) -> str:
    """The source of a function without comments, blank lines and places."""
    try:
        source = read_source(function)
    except SrcgradError as error:
        raise NotPersistent from error
    defaults = repr((source.function.__defaults__, source.function.__kwdefaults__))
    return ast.dump(gast.gast_to_ast(source.tree)) + defaults


def function_key(function: Any) -> str:
    """Module, name and source of a function."""
    return fingerprint([function.__module__ or "", function.__qualname__, normal_source(function)])


def key_text(key: Hashable) -> str:
    """A signature key as text that is the same in every process."""
    if isinstance(key, tuple):
        return "(" + ",".join(map(key_text, key)) + ")"
    if isinstance(key, type):
        return f"{key.__module__}.{key.__qualname__}"
    if isinstance(key, np.dtype):
        return key.str
    if isinstance(key, FunctionType):
        return function_key(key)
    if isinstance(key, (str, bytes, int, float, bool)) or key is None:
        return repr(key)
    raise NotPersistent


def program_key(function: Any, key: Hashable, options: Sequence[str]) -> str:
    """The cache key of one function at one signature."""
    plain = function.__func__ if isinstance(function, MethodType) else function
    return fingerprint([*versions(), function_key(plain), key_text(key), *options])


def described(value: Any) -> list[str]:
    """What identifies a baked object in another process."""
    if isinstance(value, FunctionType):
        return ["function", function_key(value)]
    if isinstance(value, ModuleType):
        return ["module", value.__name__]
    if isinstance(value, type):
        return ["class", value.__module__, value.__qualname__]
    if isinstance(value, (np.ufunc, BuiltinFunctionType)) or type(value).__module__ == "numpy":
        return [
            "library",
            str(getattr(value, "__module__", "")),
            str(getattr(value, "__name__", "")),
        ]
    raise NotPersistent


class Codec:
    """Writes captures and guards as JSON, relative to the functions that they are reached from."""

    def __init__(self, entry: Any) -> None:
        self.functions: list[Any] = [entry]

    def capture(self, capture: Capture) -> list[Any]:
        """A capture as JSON."""
        if capture.root.function not in self.functions:
            raise NotPersistent
        if not all(isinstance(k, (str, int)) for _, k in capture.steps):
            raise NotPersistent
        index = self.functions.index(capture.root.function)
        return [index, capture.root.kind, capture.root.name, [list(s) for s in capture.steps]]

    def read(self, data: list[Any]) -> Capture:
        """The capture for what ``capture`` wrote."""
        index, kind, name, steps = data
        return Capture(Root(self.functions[index], kind, name), tuple((k, v) for k, v in steps))

    def guard(self, guard: Guard) -> list[Any]:
        """A guard as JSON; functions that it bakes can be roots of later ones."""
        place = self.capture(guard.capture)
        if not guard.by_identity:
            return [place, "value", type(guard.expected[1]).__name__, repr(guard.expected[0])]
        if isinstance(guard.expected, FunctionType):
            self.functions.append(guard.expected)
        return [place, "object", *described(guard.expected)]

    def check(self, data: list[Any]) -> Guard | None:
        """The guard, if what it bakes is still the same."""
        place, kind, *rest = data
        capture = self.read(place)
        value = capture.read()
        if kind == "value":
            same = [type(value).__name__, repr(shape_key(value))] == rest
            return Guard(capture, (shape_key(value), value), False) if same else None
        if described(value) != rest:
            return None
        if isinstance(value, FunctionType):
            self.functions.append(value)
        return Guard(capture, value, True)


def store(
    key: str,
    entry: Any,
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
    codec = Codec(entry)
    try:
        written = [codec.guard(g) for g in guards]
        if any(f not in codec.functions for f in inlined):
            return False
        places = [codec.capture(c) for c in captures]
    except NotPersistent:
        return False
    cache.put(key, Entry(texts, {**meta, "guards": written, "captures": places}))
    return True


def fetch(key: str, entry: Any) -> Stored | None:
    """A program from disk whose guards hold now."""
    cache = open_cache()
    found = None if cache is None else cache.get(key)
    if found is None:
        return None
    codec = Codec(entry)
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
    return Stored(found.texts, found.meta, captures, tuple(guards))


def captured_key(captures: Sequence[Capture]) -> Hashable:
    """The signature of the captured values."""
    return tuple([key_of(c.read(), (("arg", c.name),), frozenset()) for c in captures])


def decode(kind: str, text: str, meta: dict[str, Any]) -> Code:
    """The code of a kind from a stored text."""
    places = tuple(None if p is None else (p[0], p[1], p[2]) for p in meta["places"][kind])
    return Code(text, meta["names"][kind], places)


def named_classes(
    names: Sequence[str], bound: dict[str, Any], guards: Sequence[Guard]
) -> dict[str, type] | None:
    """Classes that a stored text names, found among the arguments and baked objects."""
    known: dict[str, type] = {
        g.expected.__name__: g.expected for g in guards if isinstance(g.expected, type)
    }
    todo = list(bound.values())
    while todo and not set(names) <= set(known):
        value = todo.pop()
        known.setdefault(type(value).__name__, type(value))
        todo += [part for _, part in children(value) or ()]
    return {n: known[n] for n in names} if set(names) <= set(known) else None


def _path_key(key: str, decisions: tuple[int, ...]) -> str:
    return fingerprint([key, "path", repr(decisions)])


def keep_path(
    key: str, decisions: tuple[int, ...], code: Code | None, title: str, entry: Any
) -> None:
    """Write the code of one path, or that ``auto`` stays rolled on it."""
    texts = {} if code is None else {"path": code.text}
    meta: dict[str, Any] = {"title": f"{title} path {decisions[:8]}"}
    if code is not None:
        meta |= {"places": {"path": code.places}, "names": {"path": code.name}}
    store(_path_key(key, decisions), entry, texts, meta, (), (), ())


def recall_path(key: str, decisions: tuple[int, ...], entry: Any) -> tuple[Code | None] | None:
    """What ``keep_path`` wrote, or ``None``."""
    stored = fetch(_path_key(key, decisions), entry)
    if stored is None:
        return None
    return (decode("path", stored.texts["path"], stored.meta) if stored.texts else None,)
