"""Writes the guard of a hot call: exact classes, dtypes and shapes, then one dict look-up.

A guard is generated for the kinds of arguments and captured values of a call. What it does not know
goes on to the guard written before it, and from the last one to the slow way, which finds or
compiles the right program and writes another guard. Invariant: a guard lets a call pass only if the
slow way would find the same program.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from inspect import CO_VARARGS, CO_VARKEYWORDS
from types import FunctionType
from typing import Any

import numpy as np

from srcgrad.frontend.kinds import is_namedtuple_type
from srcgrad.frontend.resolve import METHODS, Capture, Guard
from srcgrad.runtime.load import filename_for, load
from srcgrad.runtime.signature import CODE, Path, children

_MAX_LEAVES = 64
_MAX_SHAPES = 4096
_MAX_GUARDS = 6
_LOST = (LookupError, AttributeError, TypeError, ValueError)
_TEXT = """\
def call({parameters}):
    try:
{reads}
        {u}found = {u}table({key}) if {tests} else None
    except {u}lost:
        {u}found = None
    if {u}found is not None:
        {u}used[0] = {u}found
        return {u}found({arguments})
    return {u}slow({forward})
"""


class Unguardable(Exception):
    """No short guard can be written for a value."""


class _Writer:
    """Collects tests, key parts and constants for one guard; ``u`` starts all names of its own."""

    def __init__(self, names: Sequence[str], baked: frozenset[Path]) -> None:
        self.u = "_"
        while any(name.startswith(self.u) for name in names):
            self.u += "_"
        self.baked = baked
        self.tests: dict[str, None] = {}
        self.keys: list[str] = []
        self.space: dict[str, Any] = {}
        self.leaves = 0

    def constant(self, value: Any) -> str:
        """A name in the guard's namespace for an object."""
        for name, known in self.space.items():
            if known is value:
                return name
        name = f"{self.u}{len(self.space)}"
        self.space[name] = value
        return name

    def test(self, text: str) -> None:
        """Add a condition, once."""
        self.tests.setdefault(text)

    def is_(self, text: str, value: Any) -> None:
        """Add the test that an expression gives this very object."""
        self.test(f"{text} is {self.constant(value)}")

    def value(self, text: str, value: Any, path: Path) -> None:
        """Add what identifies the signature of one argument."""
        self.leaves += 1
        if self.leaves > _MAX_LEAVES:
            raise Unguardable
        if isinstance(value, CODE):
            self.is_(text, value)
            return
        self.is_(f"{text}.__class__", type(value))
        if type(value) is np.ndarray:
            self.keys += [f"{text}.dtype", f"{text}.shape"]
        elif type(value) in (bool, str, bytes) or (type(value) is int and path in self.baked):
            self.keys.append(text)
        elif type(value) not in (float, int, complex, type(None)) and not isinstance(
            value, np.generic
        ):
            self.container(text, value, path)

    def container(self, text: str, value: Any, path: Path) -> None:
        """Add the parts of a container of a known class."""
        parts = children(value)
        if parts is None:
            raise Unguardable
        if type(value) is dict:
            self.test(f"(*{text},) == {self.constant(tuple(value))}")
        elif type(value) in (tuple, list):
            self.test(f"len({text}) == {len(value)}")
        elif not (is_namedtuple_type(type(value)) or dataclasses.is_dataclass(value)):
            if not hasattr(value, "__dict__"):
                raise Unguardable
            self.test(f"(*{text}.__dict__,) == {self.constant(tuple(vars(value)))}")
        for (kind, key), part in parts:
            self.value(text + self.step(kind, key), part, (*path, (kind, key)))

    def default(self, function: FunctionType, name: str) -> str:
        """An expression for the default of a parameter, as it is at the time of a call."""
        owner = self.constant(function)
        if name in (function.__kwdefaults__ or {}):
            return f"{owner}.__kwdefaults__[{name!r}]"
        code = function.__code__
        first = code.co_argcount - len(function.__defaults__ or ())
        return f"{owner}.__defaults__[{code.co_varnames.index(name) - first}]"

    def capture(self, capture: Capture) -> str:
        """An expression that reads a captured value."""
        root = capture.root
        if root.kind == "global" and root.name in root.function.__globals__:
            text = f"{self.constant(root.function.__globals__)}[{root.name!r}]"
        elif root.kind == "closure":
            code, cells = root.function.__code__, root.function.__closure__ or ()
            text = f"{self.constant(cells[code.co_freevars.index(root.name)])}.cell_contents"
        elif root.kind == "default":
            text = self.default(root.function, root.name)
        elif root.kind == "object":
            text = self.constant(root.function)
        else:
            text = f"{self.constant(root.read)}()"
        for kind, key in capture.steps:
            text += self.step(kind, key)
        return text

    def step(self, kind: str, key: Any) -> str:
        """The attribute or item that one step of a path reads."""
        if kind == "attr":
            return f".{key}"
        return f"[{key!r}]" if type(key) in (str, int) else f"[{self.constant(key)}]"

    def guard(self, guard: Guard) -> None:
        """Add the test of a baked object."""
        text = self.capture(guard.capture)
        if guard.by_identity and not isinstance(guard.expected, METHODS):
            self.is_(text, guard.expected)
            return
        if guard.by_identity:  # ``a.f`` is a new object each time it is read
            self.is_(f"{text}.__class__", type(guard.expected))
            self.test(f"{text} == {self.constant(guard.expected)}")
            return
        shape, value = guard.expected
        self.is_(f"{text}.__class__", type(value))
        if isinstance(value, dict):
            self.test(f"(*{text},) == {self.constant(shape)}")
        elif isinstance(value, (tuple, list)):
            self.test(f"len({text}) == {shape}")
        else:
            self.test(f"{text} == {self.constant(shape)}")


class Guarded:
    """A generated guard with its table of entries."""

    def __init__(
        self, writer: _Writer, parts: dict[str, str], names: Sequence[str], used: list[Any]
    ) -> None:
        self.table: dict[Any, Callable[..., Any]] = {}
        self.text, self.space = _TEXT.format(u=writer.u, **parts), writer.space
        self.call: Callable[..., Any] = _unwritten
        self._u, self._used = writer.u, used
        self._names = names
        self._key = parts["key"]
        self._reads = parts["reads"]

    def write(self, slow: Callable[..., Any]) -> None:
        """Load the guard; ``slow`` takes the calls that it does not let pass."""
        own = {"table": self.table.get, "lost": _LOST, "slow": slow, "used": self._used}
        own["missing"] = _MISSING
        space = {**self.space, **{self._u + name: value for name, value in own.items()}}
        self.call = load(self.text, "call", space, filename_for("guard", self.text))

    def add(self, key: Any, entry: Callable[..., Any]) -> None:
        """Let calls with exactly these shapes, dtypes and baked values go to ``entry``."""
        if len(self.table) >= _MAX_SHAPES:
            self.table.clear()
        self.table[key] = entry

    def same(self, other: Guarded) -> bool:
        """Whether another guard tests the same."""
        if self.text != other.text or self.space.keys() != other.space.keys():
            return False
        return all(_same(value, other.space[name]) for name, value in self.space.items())


_MISSING = object()


def _unwritten(*args: Any) -> Any:
    raise AssertionError


def _same(a: Any, b: Any) -> bool:
    """Whether a constant of one guard means the same in another."""
    if a is b:
        return True
    plain = (bool, int, float, str, bytes)
    if isinstance(a, tuple) and type(a) is type(b) and len(a) == len(b):
        return all(map(_same, a, b))
    return type(a) is type(b) and isinstance(a, plain) and a == b


def _read_lines(
    writer: _Writer, found: Any, function: FunctionType, names: Sequence[str]
) -> list[str]:
    """Statements that fill in defaults and read captured values."""
    rows = []
    for name in _defaulted(function, names):
        rows.append(f"if {name} is {writer.u}missing: {name} = {writer.default(function, name)}")
    for k, capture in enumerate(found.captures):
        rows.append(f"{writer.u}v{k} = {writer.capture(capture)}")
    return [f"        {row}" for row in rows] or ["        pass"]


def _defaulted(function: FunctionType, names: Sequence[str]) -> list[str]:
    code, keyword = function.__code__, function.__kwdefaults__ or {}
    positional = code.co_varnames[: code.co_argcount]
    own = positional[code.co_argcount - len(function.__defaults__ or ()) :]
    return [n for n in names if n in own or n in keyword]


def _parameters(function: FunctionType, names: Sequence[str], u: str) -> tuple[str, str]:
    """The parameters of the guard, those of the function; and how it hands them on."""
    code, defaulted = function.__code__, _defaulted(function, names)
    listed, handed = [], []
    for k, name in enumerate(names):
        if k == code.co_argcount:
            listed.append("*")
        listed.append(f"{name}={u}missing" if name in defaulted else name)
        handed.append(f"{name}={name}" if k >= code.co_argcount else name)
        if k + 1 == code.co_posonlyargcount:
            listed.append("/")
    return ", ".join(listed), ", ".join(handed)


def guard_for(
    function: FunctionType,
    bound: dict[str, Any],
    found: Any,
    baked: frozenset[Path],
    used: list[Any],
) -> tuple[Guarded, Any] | None:
    """A guard for arguments like ``bound``, and their key in its table; ``None`` if it is long."""
    if function.__code__.co_flags & (CO_VARARGS | CO_VARKEYWORDS):
        return None
    names = list(bound)
    writer = _Writer(names, baked)
    try:
        for name, value in bound.items():
            writer.value(name, value, (("arg", name),))
        reads = _read_lines(writer, found, function, names)
        for k, capture in enumerate(found.captures):
            writer.value(f"{writer.u}v{k}", capture.read(), (("arg", capture.name),))
        for inlined, code in found.codes:
            writer.is_(f"{writer.constant(inlined)}.__code__", code)
        for guard in found.guards:
            writer.guard(guard)
    except Unguardable:
        return None
    key = writer.keys[0] if len(writer.keys) == 1 else f"({''.join(k + ', ' for k in writer.keys)})"
    parameters, forward = _parameters(function, names, writer.u)
    captured = {f"{writer.u}v{k}": c.read() for k, c in enumerate(found.captures)}
    parts = {
        "parameters": parameters,
        "reads": "\n".join(reads),
        "key": key,
        "tests": " and ".join(writer.tests) or "True",
        "arguments": ", ".join([*names, *captured]),
        "forward": forward,
    }
    space = {**writer.space, **bound, **captured}
    return Guarded(writer, parts, names, used), eval(key, space)  # noqa: S307 - written above


def extend(
    guards: list[Guarded],
    guard: tuple[Guarded, Any] | None,
    slow: Callable[..., Any],
    entry: Callable[..., Any],
) -> list[Guarded]:
    """The chain of guards with one more entry: in the guard there is, if one tests the same."""
    if guard is None:
        return guards
    made, key = guard
    for known in guards:
        if known.same(made):
            known.add(key, entry)
            return guards
    if len(guards) >= _MAX_GUARDS:
        guards = []
    made.write(guards[-1].call if guards else slow)
    made.add(key, entry)
    return [*guards, made]
