"""What decides a program, as text that is the same in every process: the parts of cache keys.

Invariant: two functions, classes or signatures with equal texts lead to equal programs, as far as
the guards of an entry do not say more. What has no such text raises `NotPersistent`.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import os
import platform
from collections.abc import Hashable, Sequence
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import gast
import numpy as np

from srcgrad.errors import SrcgradError
from srcgrad.frontend.kinds import is_namedtuple_type
from srcgrad.frontend.normalise import normalise
from srcgrad.frontend.source import read_source
from srcgrad.ir.ops import OPS
from srcgrad.runtime.cache import fingerprint

FORMAT = 1


class NotPersistent(Exception):
    """Something that decides the program has no stable description."""


@functools.lru_cache(maxsize=1)
def rules_version() -> str:
    """A digest of srcgrad's own files: its rules and passes are part of every key."""
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
    return [str(FORMAT), rules_version(), python, _stamp(gast.__file__), numpy]


def _stamp(path: str) -> str:
    info = os.stat(path)
    return f"{os.path.basename(path)} {info.st_size} {info.st_mtime_ns}"


@functools.lru_cache(maxsize=4)
def _foreign_rules(count: int) -> bool:
    """Whether an operation was defined outside srcgrad: its text is then part of no key."""
    for op in OPS.values():
        made = getattr(op.diff, "__dict__", None) or {}
        rules = [
            v for part in made.values() for v in (part if isinstance(part, tuple) else (part,))
        ]
        if any(not str(getattr(r, "__module__", "srcgrad")).startswith("srcgrad") for r in rules):
            return True
    return False


def normal_source(function: Any) -> str:
    """The source of a function without comments, blank lines, docstring, annotations and places."""
    try:
        source = read_source(function)
    except SrcgradError as error:
        raise NotPersistent from error
    plain = source.function
    defaults = [*(plain.__defaults__ or ()), *sorted((plain.__kwdefaults__ or {}).items())]
    shown = [_default_text(value) for value in defaults]
    return ast.dump(gast.gast_to_ast(normalise(source.tree))) + repr(shown)


def _default_text(value: Any) -> str:
    """What a program may bake in of a default; captured ones are checked as such."""
    if isinstance(value, tuple):
        return "(" + ",".join(map(_default_text, value)) + ")"
    plain = isinstance(value, (bool, int, float, complex, str, bytes)) or value is None
    return f"{type(value).__name__} {value!r}" if plain else type(value).__name__


def function_key(function: Any) -> str:
    """Module, name and source of a function."""
    return fingerprint([function.__module__ or "", function.__qualname__, normal_source(function)])


def class_text(cls: type) -> str:
    """Module, name and fields of a class; what its methods do is not part of it."""
    name = f"{cls.__module__}.{cls.__qualname__}"
    if is_namedtuple_type(cls):
        defaults = cls._field_defaults  # type: ignore[attr-defined]
        fields = [(f, _default_text(defaults.get(f))) for f in cls._fields]  # type: ignore[attr-defined]
    elif dataclasses.is_dataclass(cls):
        fields = [(f.name, _default_text(f.default)) for f in dataclasses.fields(cls)]
        fields.append(("__post_init__", str(hasattr(cls, "__post_init__"))))
    elif cls.__module__.partition(".")[0] in ("builtins", "numpy"):
        fields = []
    else:
        raise NotPersistent
    return f"{name} {fields!r}"


def key_text(key: Hashable) -> str:
    """A signature key as text that is the same in every process."""
    if isinstance(key, tuple):
        return "(" + ",".join(map(key_text, key)) + ")"
    if isinstance(key, type):
        return class_text(key)
    if isinstance(key, np.dtype):
        return key.str
    if isinstance(key, FunctionType):
        return function_key(key)
    if isinstance(key, (str, bytes, int, float, bool)) or key is None:
        return f"{type(key).__name__} {key!r}"
    raise NotPersistent


def program_key(function: Any, key: Hashable, options: Sequence[str]) -> str:
    """The cache key of one function at one signature."""
    if _foreign_rules(len(OPS)):
        raise NotPersistent
    return fingerprint([*versions(), function_key(function), key_text(key), *options])


def described(value: Any) -> list[str]:
    """What identifies a baked object in another process."""
    if isinstance(value, FunctionType):
        return ["function", function_key(value)]
    if isinstance(value, ModuleType):
        return ["module", value.__name__]
    if isinstance(value, type):
        return ["class", class_text(value)]
    name = getattr(value, "__name__", "")
    library = (
        isinstance(value, (np.ufunc, BuiltinFunctionType)) or type(value).__module__ == "numpy"
    )
    if library and name:
        return ["library", type(value).__name__, str(getattr(value, "__module__", "")), str(name)]
    raise NotPersistent
