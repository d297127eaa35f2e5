"""When values are read, in the order of the text: whether an array is updated while a view of it is in use.

Statements are numbered as they are printed. A value that is read inside a loop that does not contain its
definition is in use until that loop ends; one that leaves its region, until the end, unless what leaves is
computed from it into memory of its own. What goes on a tape is copied there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from srcgrad.codegen.inline import Inlining
from srcgrad.ir.nodes import Block, Branch, Eqn, Loop, Stmt, Var, args_of, regions_of
from srcgrad.ir.ops import Storage


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
    readers: dict[Var, list[Stmt | Place]] = field(default_factory=dict)  # places: ends of regions
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
        self.count += 1
        for atom in block.results:
            if isinstance(atom, Var):
                self.readers.setdefault(atom, []).append(Place(self.count, loops))

    def updated_while_used(self, eqn: Eqn, roots: set[Var]) -> bool:
        """Whether one of the arrays is updated after the equation while its result is still read."""
        first = self.places[id(eqn)]
        last, start = self._last(eqn.out, first), first.number
        if last == inf and first.loops:  # what outlives its trip sees the updates of later trips
            start = self.places[first.loops[0]].number
        return any(start < number < last for number, root in self.updates if root in roots)

    def _last(self, var: Var, first: Place, apart: bool = False) -> float:
        """Number of the last statement that reads a value, itself or in an expression.

        ``apart`` says that the expression so far has memory of its own.
        """
        readers = self.readers.get(var, ())
        return max((self._read_by(s, first, apart) for s in readers), default=0)

    def _read_by(self, stmt: Stmt | Place, first: Place, apart: bool) -> float:
        if isinstance(stmt, Place):
            return self._end(stmt, first, stmt.number) if apart else inf
        if isinstance(stmt, Eqn) and stmt.op.name == "pack":
            return inf
        out = stmt.outs[0] if len(stmt.outs) == 1 else None
        if out is not None and out in self.inlining.inlined:
            fresh = isinstance(stmt, Eqn) and stmt.op.storage is Storage.FRESH
            return self._last(out, first, apart or fresh)
        place = self.places[id(stmt)]
        ends = isinstance(stmt, (Loop, Branch))
        return self._end(place, first, self.ends[id(stmt)] if ends else place.number)

    def _end(self, place: Place, first: Place, number: int) -> int:
        """The number, or the end of the outermost loop that is around the place and not the definition."""
        around = [loop for loop in place.loops if loop not in first.loops]
        return self.ends[around[0]] if around else number


__all__ = ["Spans"]
