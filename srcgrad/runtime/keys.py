"""What decides a program, as text that is the same in every process: the parts of cache keys.

Invariant: two functions, classes or signatures with equal texts lead to equal programs, as far as
the guards of an entry do not say more. What has no such text raises `NotPersistent`.
"""

from __future__ import annotations

import dataclasses
import dis
import functools
import os
import platform
from collections.abc import Hashable, Sequence
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import gast
import numpy as np

from srcgrad.errors import SrcgradError
from srcgrad.frontend.kinds import is_namedtuple_type
from srcgrad.frontend.source import checked_function
from srcgrad.ir.ops import OPS
from srcgrad.runtime.cache import fingerprint

FORMAT = 1
_LOADS = frozenset(dis.hasconst)


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


def compiled_text(function: Any) -> str:
    """What a function does, as its compiled form says it: no comments, docstring or places.

    Its source must still be the one that is loaded: a program is made from the source.
    """
    try:
        plain = checked_function(function)
    except SrcgradError as error:
        raise NotPersistent from error
    defaults = [*(plain.__defaults__ or ()), *sorted((plain.__kwdefaults__ or {}).items())]
    shown = [_default_text(value) for value in defaults]
    return f"{_code_text(plain.__code__)} {shown!r}"


def _code_text(code: CodeType) -> str:
    """Instructions, names and constants of a code object and of those in it."""
    documented = _starts_with_docstring(code)
    constants = (None, *code.co_consts[1:]) if documented else code.co_consts
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    parts = [_constant_text(c) for c in constants]
    return f"{code.co_code.hex()} {names!r} {counts!r} {parts!r}"


def _starts_with_docstring(code: CodeType) -> bool:
    """Whether the first constant is a docstring that no instruction loads."""
    first = code.co_consts[0] if code.co_consts else None
    if not isinstance(first, str) or code.co_name.startswith("<"):
        return False
    pairs = zip(code.co_code[::2], code.co_code[1::2], strict=True)
    return not any(op in _LOADS and argument == 0 for op, argument in pairs)


def _constant_text(constant: Any) -> str:
    if isinstance(constant, CodeType):
        return _code_text(constant)
    if isinstance(constant, (tuple, frozenset)):
        inner = [_constant_text(c) for c in constant]
        return repr(sorted(inner) if isinstance(constant, frozenset) else inner)
    return f"{type(constant).__name__} {constant!r}"


def _default_text(value: Any) -> str:
    """What a program may bake in of a default; captured ones are checked as such."""
    if isinstance(value, tuple):
        return "(" + ",".join(map(_default_text, value)) + ")"
    plain = isinstance(value, (bool, int, float, complex, str, bytes)) or value is None
    return f"{type(value).__name__} {value!r}" if plain else type(value).__name__


def function_key(function: Any) -> str:
    """Module, name and compiled form of a function."""
    return fingerprint([function.__module__ or "", function.__qualname__, compiled_text(function)])


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


def recording_key(steps: str) -> str:
    """The cache key of recorded steps that are written down."""
    if _foreign_rules(len(OPS)):
        raise NotPersistent
    return fingerprint([*versions(), "recorded", steps])


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
