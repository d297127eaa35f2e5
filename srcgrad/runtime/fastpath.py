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
        return all(self.value(f"{text}[{self.constant(k)}]", v, (*path, (kind, k))) for (kind, k), v in parts)

    def capture(self, capture: Capture) -> str | None:
        """An expression that reads a captured value, or ``None`` if only the slow way can."""
        root = capture.root
        if root.kind == "global" and root.name in root.function.__globals__:
            text = f"{self.constant(root.function.__globals__)}[{root.name!r}]"
        elif root.kind == "closure":
            cell = (root.function.__closure__ or ())[root.function.__code__.co_freevars.index(root.name)]
            text = f"{self.constant(cell)}.cell_contents"
        else:
            return f"{self.constant(capture.read)}()"
        for kind, key in capture.steps:
            text += f".{key}" if kind == "attr" else f"[{self.constant(key)}]"
        return text

    def guard(self, guard: Guard) -> None:
        """Add the test of a baked object."""
        text = self.capture(guard.capture) if guard.by_identity else None
        if text is None or "()" in text:
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


def make_fast(
    slow: Callable[..., Any],
    bound: dict[str, Any],
    entry: Callable[..., Any],
    captures: tuple[Capture, ...],
    guards: tuple[Guard, ...],
    baked: frozenset[Path],
) -> Callable[..., Any]:
    """A guarded call for arguments like ``bound``, or ``slow`` where no short guard can be written."""
    writer = _Writer(baked)
    names = [f"a{k}" for k in range(len(bound))]
    for text, (name, value) in zip(names, bound.items(), strict=True):
        if not writer.value(text, value, (("arg", name),)):
            return slow
    reads = [writer.capture(c) for c in captures]
    if any(r is None for r in reads):
        return slow
    for text, capture in zip(reads, captures, strict=True):
        value = capture.read()
        if text is None or not writer.value(text, value, (("arg", capture.name),)):
            return slow
    for guard in guards:
        writer.guard(guard)
    key = writer.keys[0] if len(writer.keys) == 1 else f"({''.join(k + ', ' for k in writer.keys)})"
    table: dict[Any, Callable[..., Any]] = {}
    space = {**writer.space, "get": table.get, "slow": slow}
    text = _TEXT.format(
        parameters=", ".join(names),
        tests=" and ".join(writer.tests) or "True",
        key=key,
        arguments=", ".join([*names, *(r for r in reads if r is not None)]),
    )
    call = load(text, "call", space, filename_for("guard", text))
    values = {**dict(zip(names, bound.values(), strict=True))}
    table[eval(key, {**space, **values})] = entry  # noqa: S307 - the key expression was written above
    return call
