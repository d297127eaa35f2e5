"""Gathers tapes: values that are kept and taken back together go on one tape, as tuples.

Two tapes are one if both are pushed to in the same region and popped from in the same region, once each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from srcgrad.ir.nodes import Atom, Block, Branch, Eqn, Loop, Program, Stmt, Var, regions_of


@dataclass(frozen=True)
class Place:
    """A push or a pop, and the region that it stands in."""

    block: Block
    eqn: Eqn


@dataclass
class Tape:
    """Where a tape is opened, pushed to and popped from; ``first`` orders tapes by their first push."""

    opened: Eqn
    pushes: list[Place] = field(default_factory=list)
    pops: list[Place] = field(default_factory=list)
    first: int = 0


def gather_tapes(program: Program) -> Program:
    """The program with as few tapes as there are pairs of regions that keep and take."""
    functions = {name: _gathered(block) for name, block in program.functions.items()}
    return Program(_gathered(program.entry), functions)


def _gathered(block: Block) -> Block:
    tapes = find_tapes(block)
    several = [group for group in grouped(tapes) if len(group) > 1]
    return _Gatherer(several, tapes).block(block) if several else block


def find_tapes(block: Block) -> dict[Var, Tape]:
    """The tapes that a block opens, with what happens to them in it and in its regions."""
    tapes: dict[Var, Tape] = {}
    _scan(block, tapes, count())
    return tapes


def grouped(tapes: dict[Var, Tape]) -> list[list[Var]]:
    """Tapes that one region pushes to and one pops from, once each, by these regions, in order."""
    groups: dict[tuple[int, int], list[Var]] = {}
    for tape, found in tapes.items():
        if len(found.pushes) == 1 == len(found.pops):
            regions = id(found.pushes[0].block), id(found.pops[0].block)
            groups.setdefault(regions, []).append(tape)
    for group in groups.values():
        group.sort(key=lambda tape: tapes[tape].first)
    return list(groups.values())


def _scan(block: Block, tapes: dict[Var, Tape], order: Iterator[int]) -> None:
    for stmt in block.stmts:
        if isinstance(stmt, Eqn) and stmt.op.name == "new_tape":
            tapes[stmt.out] = Tape(stmt)
        elif isinstance(stmt, Eqn) and stmt.op.name in ("push", "pop"):
            tape = tapes.get(stmt.args[0])  # type: ignore[arg-type]
            if tape is not None:  # a function called by name is given its tapes
                places = tape.pushes if stmt.op.name == "push" else tape.pops
                places.append(Place(block, stmt))
                if stmt.op.name == "push":
                    tape.first = next(order)
        for inner in regions_of(stmt):
            _scan(inner, tapes, order)


class _Gatherer:
    """Rewrites blocks: the last push of a group keeps all its values, the first pop takes them."""

    def __init__(self, groups: list[list[Var]], tapes: dict[Var, Tape]) -> None:
        self.first: dict[Var, Var] = {}
        self.pushed: dict[int, tuple[Atom, ...]] = {}
        self.gone: set[int] = set()
        self.opened: set[Var] = set()
        self.groups = groups
        self.tapes = tapes
        self.pops = {id(tapes[t].pops[0].eqn): group for group in groups for t in group}
        for group in groups:
            self.first.update(dict.fromkeys(group, Var("tape", group[0].type)))

    def block(self, block: Block) -> Block:
        order = {id(s): k for k, s in enumerate(block.stmts)}
        for group in self.groups:
            self._place([self.tapes[t].pushes[0].eqn for t in group], order)
        return Block(block.params, tuple(self._stmts(block)), block.results)

    def _place(self, pushes: list[Eqn], order: dict[int, int]) -> None:
        if id(pushes[0]) not in order:
            return
        last = max(pushes, key=lambda push: order[id(push)])
        self.pushed[id(last)] = tuple(push.args[1] for push in pushes)
        self.gone.update(id(push) for push in pushes if push is not last)

    def _stmts(self, block: Block) -> Iterator[Stmt]:
        taken: set[int] = set()
        for stmt in block.stmts:
            if isinstance(stmt, Branch):
                yield replace(stmt, then=self.block(stmt.then), orelse=self.block(stmt.orelse))
            elif isinstance(stmt, Loop):
                yield replace(stmt, body=self.block(stmt.body))
            elif not isinstance(stmt, Eqn):
                yield stmt
            elif id(stmt) in self.pops:
                group = self.pops[id(stmt)]
                if id(group) not in taken:
                    taken.add(id(group))
                    outs = tuple(self.tapes[t].pops[0].eqn.out for t in group)
                    yield replace(stmt, outs=outs, args=(self.first[group[0]],))
            elif id(stmt) not in self.gone:
                yield from self._eqn(stmt)

    def _eqn(self, eqn: Eqn) -> Iterator[Stmt]:
        if eqn.op.name == "new_tape" and eqn.out in self.first:
            tape = self.first[eqn.out]
            if tape not in self.opened:
                self.opened.add(tape)
                yield replace(eqn, outs=(tape,))
            return
        args = tuple(self.first.get(a, a) if isinstance(a, Var) else a for a in eqn.args)
        if id(eqn) in self.pushed:
            args = (args[0], *self.pushed[id(eqn)])
        yield replace(eqn, args=args)


__all__ = ["Place", "Tape", "find_tapes", "gather_tapes", "grouped"]
