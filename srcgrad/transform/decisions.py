"""Reads recorded decisions back: which arm each branch took, how many trips each loop made.

Decisions are a flat tuple; ``read`` walks the program in the order in which ``unroll`` takes them
and names the site of each. ``DecisionLog`` is what a person sees of all paths.

>>> site = Site("model.py", 4, 1, "while", "while norm(b) < 1000:")
>>> print(site)
model.py:4 while
"""

from __future__ import annotations

import linecache
from collections import Counter
from collections.abc import Iterable, Sequence
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
    def sites(self) -> dict[Site, tuple[int, ...]]:
        """The decisions of each site, in order."""
        found: dict[Site, list[int]] = {}
        for site, value in self.steps:
            found.setdefault(site, []).append(value)
        return {site: tuple(values) for site, values in found.items()}

    def __str__(self) -> str:
        """Give a heading and one line for each site."""
        calls = f"{self.calls} call{'' if self.calls == 1 else 's'}"
        rows = [f"{calls}, {'compiled' if self.compiled else 'run rolled'}"]
        return "\n".join([*rows, *_table((s, _runs(s, v)) for s, v in self.sites.items())])


@dataclass(frozen=True)
class DecisionLog:
    """The paths that calls of one differentiated function took.

    Attributes:
        title: Name of the function.
        paths: Those seen, in order of first call.
        unrecorded: Calls that ran with their loops, without recording a path.
        note: Why there is nothing to see, if so.
    """

    title: str
    paths: tuple[PathRecord, ...]
    unrecorded: int = 0
    note: str = ""

    @property
    def sites(self) -> dict[Site, Counter[int]]:
        """How often each site decided what, over all recorded calls."""
        found: dict[Site, Counter[int]] = {}
        for path in self.paths:
            for site, value in path.steps:
                found.setdefault(site, Counter())[value] += path.calls
        order = lambda item: (item[0].file, item[0].line, item[0].ordinal)
        return dict(sorted(found.items(), key=order))

    def __len__(self) -> int:
        return len(self.paths)

    def __repr__(self) -> str:
        paths = "1 path" if len(self.paths) == 1 else f"{len(self.paths)} paths"
        return f"<{paths} of {self.title}, {self.unrecorded} calls not recorded>"

    def __str__(self) -> str:
        """Give the paths, what each site decided, and what was not recorded."""
        rows = [f"path {k}: {path}" for k, path in enumerate(self.paths[:_SHOWN], 1)]
        if len(self.paths) > _SHOWN:
            rows.append(f"... and {len(self.paths) - _SHOWN} more paths")
        if len(self.paths) > 1:
            rows += ["all paths", *_table((s, _counts(s, c)) for s, c in self.sites.items())]
        if self.unrecorded:
            verb = "call ran" if self.unrecorded == 1 else "calls ran"
            rows.append(f"{self.unrecorded} {verb} with loops, not recorded")
        if self.note:
            rows.append(f"{self.title}: {self.note}")
        return "\n".join(rows)


def _table(rows: Iterable[tuple[Site, str]]) -> list[str]:
    """Sites and words in two columns."""
    named = [(str(site), words) for site, words in rows]
    width = max((len(name) for name, _ in named), default=0)
    return [f"    {name:{width}}  {words}" for name, words in named]


def _runs(site: Site, values: Sequence[int]) -> str:
    """Decisions in order, equal neighbours together."""
    groups = [(value, len(list(same))) for value, same in groupby(values)]
    shown = [f"{site.word(v)}{f' x{n}' if n > 1 else ''}" for v, n in groups[:_SHOWN]]
    return ", ".join(shown) + (", ..." if len(groups) > _SHOWN else "")


def _counts(site: Site, counts: Counter[int]) -> str:
    shown = [f"{site.word(v)} x{n}" for v, n in counts.most_common(_SHOWN)]
    return ", ".join(shown) + (", ..." if len(counts) > _SHOWN else "")


def read(program: Program, decisions: Decisions) -> tuple[tuple[Site, int], ...]:
    """The site and the value of each decision of a path, in order.

    Raises:
        PathError: the decisions do not fit the program.
    """
    reader = _Reader(program, decisions)
    reader.run(program.entry)
    return tuple(reader.steps)


class _Reader(Unroller):
    """Walks a path as ``unroll`` does, but keeps only what decisions depend on."""

    def __init__(self, program: Program, decisions: Decisions) -> None:
        super().__init__(iter(decisions), program)
        self.steps: list[tuple[Site, int]] = []
        self._sites = sites(program)

    def decision(self, stmt: Branch | Loop) -> int:
        """Note the site of a decision."""
        value = super().decision(stmt)
        self.steps.append((self._sites[stmt.site], value))
        return value

    def equation(self, eqn: Eqn) -> None:
        """Keep known numbers; other values stand for themselves."""
        folded = self._folded(eqn, tuple(map(self.atom, eqn.args))) if eqn.outs else None
        self.env.update(zip(eqn.outs, eqn.outs if folded is None else (folded,), strict=True))


def sites(program: Program) -> dict[str, Site]:
    """The branches and loops of a program, by the names they have there.

    Copies of one statement, of a helper inlined twice or of a recursive function, are one site.
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
