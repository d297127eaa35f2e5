"""How a gradient was made: which front end served each signature, and what a call keeps.

What is kept is measured, not estimated: the program is interpreted on the arguments, and the bytes of every
value that goes on a tape are counted by the line that made it.
"""

from __future__ import annotations

import linecache
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from srcgrad.errors import SrcgradError
from srcgrad.ir.interpret import Interpreter, Values
from srcgrad.ir.nodes import Eqn, Program, Stmt

if TYPE_CHECKING:
    from srcgrad.runtime.gradient import Gradient

_AXES = "nmklpqrstuvwxyz"
_NUMBER = 8  # bytes that a Python number counts for


@dataclass(frozen=True)
class Served:
    """How one signature was served: by which front end, and why."""

    signature: str
    frontend: str
    why: str

    def __str__(self) -> str:
        what = "read from source" if self.frontend == "source" else f"recorded, because {self.why}"
        return f"{self.signature}: {what}"


@dataclass
class Saved:
    """What one line of the function keeps on tapes: how many values, and their bytes."""

    line: int
    text: str
    values: int = 0
    bytes: int = 0

    def __str__(self) -> str:
        return f"{self.bytes:>12,} bytes in {self.values:,} values, line {self.line}: {self.text}"


@dataclass(frozen=True)
class Explanation:
    """What is known of how a gradient was made, and what a call with given arguments keeps."""

    title: str
    served: tuple[Served, ...]
    saved: tuple[Saved, ...] | None = None

    @property
    def saved_bytes(self) -> int:
        """Bytes of all values on tapes at the end of the forward sweep; zero if not measured."""
        return sum(part.bytes for part in self.saved or ())

    def __str__(self) -> str:
        if not self.served:
            return f"{self.title}: not called yet"
        rows = [f"{self.title}{part}" for part in self.served]
        if self.saved is not None:
            rows.append(f"kept for the backward sweep: {self.saved_bytes:,} bytes")
            rows += map(str, self.saved)
        return "\n".join(rows)

    __repr__ = __str__


class _Meter(Interpreter):
    """Runs a program and counts what goes on its tapes."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.saved: dict[tuple[str, int], Saved] = {}

    def statement(self, stmt: Stmt, values: Values) -> None:
        """Count the values of a push, then execute it."""
        if isinstance(stmt, Eqn) and stmt.op.name == "push" and stmt.span is not None:
            file, line = stmt.span.file, stmt.span.line
            text = linecache.getline(file, line).strip()
            row = self.saved.setdefault((file, line), Saved(line, text))
            kept = [self.read(a, values) for a in stmt.args[1:]]
            row.values += len(kept)
            row.bytes += sum(getattr(v, "nbytes", _NUMBER) for v in kept)
        super().statement(stmt, values)


def explanation(
    gradient: Gradient, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
) -> Explanation:
    """Which front end served each signature, and why; with arguments, what a call of them keeps."""
    dispatch, names = gradient.dispatch, gradient.names
    saved = _measured(gradient, args, kwargs or {}) if args or kwargs else None
    served = [Served(signature_text(names, key), "source", "") for key in dispatch.forms]
    for key, refusal in dispatch.recorder.refusals.items():
        served.append(Served(signature_text(names, key), "record", str(refusal)))
    asked = saved is not None or dispatch.recorder.latest is not None
    if gradient.frontend == "record" and asked:
        served.append(Served("(...)", "record", 'frontend="record" asks for it'))
    return Explanation(gradient.__name__, tuple(served), saved)


def _measured(
    gradient: Gradient, args: Sequence[Any], kwargs: dict[str, Any]
) -> tuple[Saved, ...] | None:
    """What a call keeps on tapes, line by line; a recorded call has none, and is not run here."""
    dispatch = gradient.dispatch
    bound = dispatch.bind(tuple(args), kwargs)
    if dispatch.recorder.serves(bound):
        return ()
    try:
        emission = dispatch.compile(bound).compiled.emission
    except SrcgradError as refusal:
        if not dispatch.recorder.takes(refusal):
            raise
        dispatch.recorder.remember(bound, refusal)
        return ()
    values: list[Any] = []
    for leaf in emission.arguments.leaves:
        value: Any = bound[leaf.path[0][1]]
        for kind, key in leaf.path[1:]:
            value = getattr(value, key) if kind == "attr" else value[key]
        values.append(np.copy(value) if isinstance(value, np.ndarray) else value)
    captured = (c.read() for c in emission.derivation.lowered.captures)
    values += [np.copy(v) if isinstance(v, np.ndarray) else v for v in captured]
    meter = _Meter(emission.derivation.adjoint())
    with np.errstate(all="ignore"):
        meter.run(values)
    return tuple(sorted(meter.saved.values(), key=lambda row: -row.bytes))


def signature_text(names: tuple[str, ...], key: Any) -> str:
    """A signature as a person reads it: ``(x: float64[n], n: int)``."""
    return "(" + ", ".join(f"{n}: {_kind_text(k)}" for n, k in zip(names, key, strict=False)) + ")"


def _kind_text(kind: Any) -> str:
    if isinstance(kind, type):
        return kind.__name__
    if isinstance(kind, tuple) and len(kind) == 2:
        first, second = kind
        if isinstance(first, np.dtype):
            axes = [str(n) if n < 2 else _AXES[n - 2] for n in second]
            return f"{first}[{', '.join(axes)}]"
        if first is np.generic:
            return str(second)
        if isinstance(second, tuple):
            return f"{first.__name__} of {', '.join(_kind_text(k) for _, k in second) or 'nothing'}"
        return repr(second)
    return getattr(kind, "__name__", repr(kind))
