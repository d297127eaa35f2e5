"""Writes the guard of a hot call: exact classes, dtypes and shapes, then one dict look-up.

The guard is generated for the kinds of arguments seen last; anything else falls back to the slow way,
which finds or compiles the right program and writes the guard anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.frontend.resolve import Capture, Guard
from srcgrad.runtime.load import filename_for, load
from srcgrad.runtime.signature import Path, children

_MAX_LEAVES = 64
_MAX_SHAPES = 4096


class _Writer:
    """Collects tests, key parts and constants for one guard."""

    def __init__(self, baked: frozenset[Path]) -> None:
        self.baked = baked
        self.tests: list[str] = []
        self.keys: list[str] = []
        self.space: dict[str, Any] = {"ndarray": np.ndarray}
        self.leaves = 0

    def constant(self, value: Any) -> str:
        """A name in the guard's namespace for an object."""
        name = f"c{len(self.space)}"
        self.space[name] = value
        return name

    def value(self, text: str, value: Any, path: Path) -> bool:
        """Add what identifies the signature of one argument; whether that can be done."""
        self.leaves += 1
        if self.leaves > _MAX_LEAVES:
            return False
        if type(value) is np.ndarray:
            self.tests.append(f"{text}.__class__ is ndarray")
            self.keys += [f"{text}.dtype", f"{text}.shape"]
            return True
        if type(value) in (float, int, bool, str, type(None)) or isinstance(value, np.generic):
            self.tests.append(f"{text}.__class__ is {self.constant(type(value))}")
            if type(value) in (bool, str) or (type(value) is int and path in self.baked):
                self.keys.append(text)
            return True
        parts = children(value)
        if parts is None or type(value) not in (tuple, list, dict):
            return False
        self.tests.append(f"{text}.__class__ is {self.constant(type(value))}")
        self.tests.append(f"len({text}) == {len(value)}")
        if isinstance(value, dict):
            self.tests += [f"{self.constant(k)} in {text}" for k in value]
        return all(
            self.value(f"{text}[{self.constant(k)}]", v, (*path, (kind, k)))
            for (kind, k), v in parts
        )

    def capture(self, capture: Capture) -> str:
        """An expression that reads a captured value."""
        root = capture.root
        if root.kind == "global" and root.name in root.function.__globals__:
            text = f"{self.constant(root.function.__globals__)}[{root.name!r}]"
        elif root.kind == "closure":
            cell = (root.function.__closure__ or ())[
                root.function.__code__.co_freevars.index(root.name)
            ]
            text = f"{self.constant(cell)}.cell_contents"
        else:
            return f"{self.constant(capture.read)}()"
        for kind, key in capture.steps:
            text += f".{key}" if kind == "attr" else f"[{self.constant(key)}]"
        return text

    def guard(self, guard: Guard) -> None:
        """Add the test of a baked object."""
        text = self.capture(guard.capture) if guard.by_identity else "()"
        if "()" in text:
            self.tests.append(f"{self.constant(guard.holds)}()")
        else:
            self.tests.append(f"{text} is {self.constant(guard.expected)}")


_TEXT = """\
def call({parameters}):
    if {tests}:
        found = get({key})
        if found is not None:
            return found({arguments})
    return slow({parameters})
"""


class Guarded:
    """A generated guard with its table of entries."""

    def __init__(
        self, text: str, space: dict[str, Any], key: str, names: list[str], slow: Callable[..., Any]
    ) -> None:
        self.table: dict[Any, Callable[..., Any]] = {}
        self.text, self.space = text, space
        self._key = compile(key, "<srcgrad key>", "eval")
        self._names = names
        full = {**space, "get": self.table.get, "slow": slow}
        self.call: Callable[..., Any] = load(text, "call", full, filename_for("guard", text))

    def add(self, values: list[Any], entry: Callable[..., Any]) -> None:
        """Let calls with exactly these shapes, dtypes and baked values go to ``entry``."""
        if len(self.table) >= _MAX_SHAPES:
            self.table.clear()
        space = {**self.space, **dict(zip(self._names, values, strict=True))}
        self.table[eval(self._key, space)] = entry  # noqa: S307 - the expression was written here

    def same(self, text: str, space: dict[str, Any]) -> bool:
        """Whether another guard would test the same."""
        if text != self.text or space.keys() != self.space.keys():
            return False
        return all(
            value is self.space[name] or value == self.space[name] for name, value in space.items()
        )


def extend(
    guarded: Guarded | None,
    slow: Callable[..., Any],
    bound: dict[str, Any],
    entry: Callable[..., Any],
    found: Any,
    baked: frozenset[Path],
) -> Guarded | None:
    """The guard for arguments like ``bound``: the one there is, if it fits, with one more entry.

    ``None`` where no short guard can be written; calls then go the slow way.
    """
    writer = _Writer(baked)
    names = [f"a{k}" for k in range(len(bound))]
    for text, (name, value) in zip(names, bound.items(), strict=True):
        if not writer.value(text, value, (("arg", name),)):
            return None
    reads = [writer.capture(c) or "" for c in found.captures]
    for text, capture in zip(reads, found.captures, strict=True):
        if not writer.value(text, capture.read(), (("arg", capture.name),)):
            return None
    for guard in found.guards:
        writer.guard(guard)
    key = writer.keys[0] if len(writer.keys) == 1 else f"({''.join(k + ', ' for k in writer.keys)})"
    text = _TEXT.format(
        parameters=", ".join(names),
        tests=" and ".join(writer.tests) or "True",
        key=key,
        arguments=", ".join([*names, *reads]),
    )
    if guarded is None or not guarded.same(text, writer.space):
        guarded = Guarded(text, writer.space, key, names, slow)
    guarded.add(list(bound.values()), entry)
    return guarded
