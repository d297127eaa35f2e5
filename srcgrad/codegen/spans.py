"""When values are read, in the order of the text: whether an array is updated while a view of it is in use.

Statements are numbered as they are printed. A value that is read inside a loop that does not contain its
definition is in use until that loop ends; one that leaves its region, until the end. What goes on a tape is
copied there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from srcgrad.codegen.inline import Inlining
from srcgrad.ir.nodes import Block, Branch, Eqn, Loop, Stmt, Var, args_of, regions_of


@dataclass
class Place:
    """A statement in the order of the text: its number, and the loops around it with their ends."""

    number: int
    loops: tuple[int, ...]


@dataclass
class Spans:
    """Numbers of statements, what reads each value, and which statements update an array in place."""

    inlining: Inlining
    updated: Callable[[Eqn], Var | None]
    places: dict[int, Place] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)
    readers: dict[Var, list[Stmt | None]] = field(default_factory=dict)
    updates: list[tuple[int, Var]] = field(default_factory=list)
    count: int = 0

    def scan(self, block: Block, loops: tuple[int, ...] = ()) -> None:
        """Number the statements of a region and of those in it."""
        for stmt in block.stmts:
            self.count += 1
            self.places[id(stmt)] = Place(self.count, loops)
            inner = (*loops, id(stmt)) if isinstance(stmt, Loop) else loops
            for atom in args_of(stmt):
                if isinstance(atom, Var):
                    self.readers.setdefault(atom, []).append(stmt)
            root = self.updated(stmt) if isinstance(stmt, Eqn) else None
            if root is not None:
                self.updates.append((self.count, root))
            for region in regions_of(stmt):
                self.scan(region, inner)
            self.count += 1
            self.ends[id(stmt)] = self.count
        for atom in block.results:
            if isinstance(atom, Var):
                self.readers.setdefault(atom, []).append(None)

    def updated_while_used(self, eqn: Eqn, roots: set[Var]) -> bool:
        """Whether one of the arrays is updated after the equation while its result is still read."""
        first = self.places[id(eqn)]
        last, start = self._last(eqn.out, first), first.number
        if last == inf and first.loops:  # what outlives its trip sees the updates of later trips
            start = self.places[first.loops[0]].number
        return any(start < number < last for number, root in self.updates if root in roots)

    def _last(self, var: Var, first: Place) -> float:
        """Number of the last statement that reads a value, itself or in an expression."""
        return max((self._read_by(s, first) for s in self.readers.get(var, ())), default=0)

    def _read_by(self, stmt: Stmt | None, first: Place) -> float:
        if stmt is None or (isinstance(stmt, Eqn) and stmt.op.name == "pack"):
            return inf
        out = stmt.outs[0] if len(stmt.outs) == 1 else None
        if out is not None and out in self.inlining.inlined:
            return self._last(out, first)
        place = self.places[id(stmt)]
        around = [loop for loop in place.loops if loop not in first.loops]
        if around:
            return self.ends[around[0]]
        return self.ends[id(stmt)] if isinstance(stmt, (Loop, Branch)) else place.number


__all__ = ["Spans"]
