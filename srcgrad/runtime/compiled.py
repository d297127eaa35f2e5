"""One function compiled for one signature: derivation, texts, loaded functions, paths.

``auto`` takes the path form where it pays: where the adjoint of a path is short and needs little of the
forward sweep, since each call first runs the primal once to learn its path.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from srcgrad.ir.nodes import Eqn, Program
from srcgrad.runtime.emission import Emission, Text
from srcgrad.runtime.load import annotate, filename_for, load
from srcgrad.transform.simplify import simplify
from srcgrad.transform.unroll import Path, has_decisions, record

PATH_EQUATIONS = 64  # a path adjoint longer than this stays rolled in "auto"
PATHS_KEPT = 64  # compiled paths kept for one signature, least recently used first out


@dataclass
class Loaded:
    """A loaded function and its text."""

    function: Callable[..., Any]
    text: str
    filename: str
    lines: dict[int, tuple[str, int, str]]


@dataclass
class PathCount:
    """How often a path was taken, and whether it was compiled."""

    calls: int = 0
    compiled: bool = False


@dataclass
class Compiled:
    """What is known of one signature."""

    emission: Emission
    unroll: bool | str
    paths: OrderedDict[tuple[int, ...], Loaded] = field(default_factory=OrderedDict)
    seen: dict[tuple[int, ...], PathCount] = field(default_factory=dict)
    unrecorded: int = 0
    _rolled: Loaded | None = None
    _scout: Loaded | None = None

    @property
    def branches(self) -> bool:
        """Whether the primal makes decisions at all."""
        return has_decisions(self.emission.derivation.primal)

    def rolled(self) -> Loaded:
        """The gradient with its loops and branches."""
        if self._rolled is None:
            self._rolled = load_text(self.emission.gradient())
        return self._rolled

    def scout(self) -> Loaded:
        """The primal that records its decisions."""
        if self._scout is None:
            program = simplify(record(self.emission.derivation.primal))
            title = self.emission.derivation.lowered.source.tree.name
            self._scout = load_text(self.emission.primal(program, f"{title}_path"))
        return self._scout

    def path(self, decisions: tuple[int, ...]) -> Loaded:
        """The straight-line gradient of one path."""
        found = self.paths.get(decisions)
        if found is None:
            found = load_text(self.emission.gradient(decisions))
            self.paths[decisions] = found
            if len(self.paths) > PATHS_KEPT:
                self.paths.popitem(last=False)
        else:
            self.paths.move_to_end(decisions)
        self.seen[decisions].compiled = True
        return found

    def entry(self) -> Callable[..., Any]:
        """The function to call for this signature: gradients of the arguments and captured values."""
        if not self.branches or self.unroll is False:
            return self.rolled().function
        return self.run_path

    def learn(self, args: tuple[Any, ...]) -> tuple[int, ...]:
        """The decisions of a run on these arguments."""
        path = Path()
        self.scout().function(*args, path)
        decisions = tuple(path)
        if len(self.seen) < 10_000 or decisions in self.seen:
            self.seen.setdefault(decisions, PathCount()).calls += 1
        return decisions

    def run_path(self, *args: Any) -> Any:
        """Learn the path of the call, then run the straight-line gradient of it if that pays."""
        if self.unroll == "auto" and self.unrecorded:
            self.unrecorded += 1
            return self.rolled().function(*args)
        decisions = self.learn(args)
        if self.unroll == "auto" and decisions not in self.paths and not self.pays(decisions):
            self.unrecorded = 1
            return self.rolled().function(*args)
        return self.path(decisions).function(*args)

    def pays(self, decisions: tuple[int, ...]) -> bool:
        """Whether the path form is likely faster than the rolled one."""
        if len(decisions) > PATH_EQUATIONS or len(self.paths) >= PATHS_KEPT:
            return False
        adjoint = self.emission.derivation.adjoint(decisions)
        before, after = _sweeps(adjoint)
        return before + after <= PATH_EQUATIONS and 4 * before <= after


def _sweeps(program: Program) -> tuple[int, int]:
    """Equations of the forward and of the backward sweep."""
    stmts = program.entry.stmts
    for k, stmt in enumerate(stmts):
        if isinstance(stmt, Eqn) and stmt.op.name == "boundary":
            return k, len(stmts) - k - 1
    return len(stmts), 0


def load_text(text: Text) -> Loaded:
    """Load an emitted function; errors in it name the user's line."""
    emitted = text.emitted
    filename = filename_for(emitted.name, emitted.text)
    function = load(emitted.text, emitted.name, dict(text.classes), filename)
    return Loaded(function, emitted.text, filename, {})


__all__ = ["Compiled", "Loaded", "annotate", "load_text"]
