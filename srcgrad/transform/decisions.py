"""Reads recorded decisions back: which arm each branch took, how many trips each loop made.

Decisions are a flat tuple; ``read`` walks the program in the order in which ``unroll`` takes them and
names the site of each. ``DecisionLog`` is what a person sees of all paths.

>>> site = Site("model.py", 4, 1, "while", "while norm(b) < 1000:")
>>> print(site)
model.py:4 while
"""

from __future__ import annotations

import linecache
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePath

from srcgrad.ir.nodes import Branch, Eqn, Loop, Program, Stmt, regions_of
from srcgrad.transform.unroll import Decisions, Unroller

_SHOWN = 8  # runs of equal decisions that a line shows of one site, and paths that a text shows


@dataclass(frozen=True)
class Site:
    """A branch or loop of the user's source; ``ordinal`` tells those of one line apart."""

    file: str
    line: int
    ordinal: int
    kind: str
    text: str

    def __str__(self) -> str:
        """Give ``file:line kind``, and the ordinal where it is not the first."""
        again = f" #{self.ordinal}" if self.ordinal > 1 else ""
        return f"{PurePath(self.file).name}:{self.line}{again} {self.kind}"

    def word(self, value: int) -> str:
        """A decision at this site in words."""
        if self.kind in ("for", "while"):
            return f"{value} trip" if value == 1 else f"{value} trips"
        return "then" if value else "else"


@dataclass(frozen=True)
class PathRecord:
    """One path: its decisions as recorded and by site, in the order of the run."""

    decisions: Decisions
    steps: tuple[tuple[Site, int], ...]
    calls: int
    compiled: bool

    @property
    def sites(program: Program) -> dict[str, Site]:
    """The branches and loops of a program, by the names they have there.

    Copies of one statement, from a helper inlined twice or a function that calls itself, are one site.
    """
    found: dict[str, Site] = {}
    columns: dict[tuple[str, int], list[tuple[int, str]]] = {}
    todo: list[Stmt] = []
    for block in (*reversed(program.functions.values()), program.entry):
        todo.extend(reversed(block.stmts))
    while todo:
        stmt = todo.pop()
        if isinstance(stmt, (Branch, Loop)) and stmt.site not in found:
            line, column, file = int(stmt.site.partition(".")[0]), 0, ""
            if stmt.span is not None:
                file, line, column = stmt.span.file, stmt.span.line, stmt.span.col
            kind = "if" if isinstance(stmt, Branch) else "while" if stmt.range is None else "for"
            known = columns.setdefault((file, line), [])
            if (column, kind) not in known:
                known.append((column, kind))
            ordinal = known.index((column, kind)) + 1
            text = linecache.getline(file, line).strip()
            found[stmt.site] = Site(file, line, ordinal, kind, text)
        for block in reversed(regions_of(stmt)):
            todo.extend(reversed(block.stmts))
    return found


__all__ = ["DecisionLog", "PathRecord", "Site", "read", "sites"]
