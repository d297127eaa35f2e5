"""Keeps what the backward sweep makes of kept values in their place, where that is less.

Where ``x`` and ``y`` are taken off tapes for ``x < y`` alone, the comparison is made in the forward sweep and
kept as one array of booleans. The forward sweep's own value serves if it has made the same.

Invariant: no more values are kept than before, and none that is larger than the one in whose place it is.

>>> import srcgrad.rules
>>> from srcgrad.ir.build import Builder
>>> from srcgrad.ir.ops import OPS
>>> from srcgrad.ir.show import show
>>> from srcgrad.ir.types import FLOAT
>>> x, y, b = Var("x", FLOAT), Var("y", FLOAT), Builder()
>>> tapes, popped = [Var("tape", TAPE) for _ in "xy"], [Var("t", FLOAT) for _ in "xy"]
>>> b.stmts += [Eqn((t,), OPS["new_tape"], ()) for t in tapes]
>>> b.stmts += [Eqn((), OPS["push"], (t, v)) for t, v in zip(tapes, (x, y))]
>>> b.stmts += [Eqn((v,), OPS["pop"], (t,)) for t, v in zip(tapes, popped)]
>>> print(show(condense(Program(b.block((b.emit("less", *popped),), (x, y))))), end="")
entry(x: float, y: float):
    tape: tape = new_tape()
    t.1: bool = less(x, y)
    push(tape, t.1)
    t.2: bool = pop(tape)
    return t.2
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from srcgrad.ir.build import Builder
from srcgrad.ir.nodes import (
    Atom,
    Block,
    Branch,
    Const,
    Eqn,
    Loop,
    Program,
    Stmt,
    Var,
    args_of,
    regions_of,
)
from srcgrad.ir.ops import OPS, Storage
from srcgrad.ir.scopes import free_vars
from srcgrad.ir.types import TAPE, Array, dims_of
from srcgrad.transform.tapes import Place, Tape, find_tapes, grouped


def condense(program: Program) -> Program:
    """The program with fewer or smaller values on its tapes."""
    functions = {name: _condensed(block) for name, block in program.functions.items()}
    return Program(_condensed(program.entry), functions)


def _condensed(block: Block) -> Block:
    tapes = find_tapes(block)
    changes = _Changes(tapes)
    for group in grouped(tapes):
        by_pop = {id(tapes[t].pops[0].eqn): t for t in group}
        taken = tapes[group[0]].pops[0].block
        kept = {s.outs[0]: by_pop[id(s)] for s in taken.stmts if id(s) in by_pop}
        for part in _parts(taken, set(kept), frozenset(block.params)):
            changes.make(part, kept)
    return changes.applied(block) if changes.instead else block


@dataclass
class _Part:
    """Values taken off tapes for nothing but ``eqns``, and the results of these that others read."""

    eqns: list[Eqn]
    kept: list[Var]
    results: list[Var]

    def pays(self) -> bool:
        """Whether the results are fewer or smaller, and each fits in the place of a kept value."""
        places = sorted(self.kept, key=_bytes)
        smaller = False
        for result in sorted(self.results, key=_bytes, reverse=True):
            fits = [v for v in places if _dims(v) == _dims(result) and _bytes(v) >= _bytes(result)]
            if not fits or _dims(result) is None:
                return False
            places.remove(fits[-1])
            smaller = smaller or (_dims(result) != () and _bytes(fits[-1]) > _bytes(result))
        return bool(self.results) and (smaller or bool(places))


def _dims(var: Var) -> object:
    return dims_of(var.type)


def _bytes(var: Var) -> int:
    """Bytes of an element; a Python number counts as a float."""
    dtype = var.type.dtype if isinstance(var.type, Array) else None
    return 8 if dtype is None else dtype.itemsize


def _movable(stmt: Stmt, known: set[Var], given: frozenset[Var]) -> bool:
    """Whether a statement is cheap arithmetic on kept values, constants and arguments alone."""
    if not isinstance(stmt, Eqn) or not _is_plain(stmt):
        return False
    variables = [a for a in stmt.args if not isinstance(a, Const)]
    return all(a in known or a in given for a in variables) and any(a in known for a in variables)


def _is_plain(eqn: Eqn) -> bool:
    op = eqn.op
    return op.cheap and op.storage is Storage.FRESH and not (op.effect or op.inplace)


def _parts(block: Block, kept: set[Var], given: frozenset[Var]) -> list[_Part]:
    """The parts of a region whose results are better kept than what they are made of."""
    made: dict[Var, Eqn] = {}
    known = set(kept)
    read: set[Atom] = set(block.results)  # by what stays
    for stmt in block.stmts:
        if _movable(stmt, known, given):
            made[stmt.outs[0]] = stmt  # type: ignore[assignment]
            known.add(stmt.outs[0])
        else:
            read.update(args_of(stmt))
            for inner in regions_of(stmt):
                read.update(free_vars(inner))
    closed = kept - read
    parent = {v: v for v in known}
    for out, eqn in made.items():
        for arg in eqn.args:
            if isinstance(arg, Var) and (arg in made or arg in closed):
                parent[_root(parent, arg)] = _root(parent, out)
    parts: dict[Var, _Part] = {}
    for out, eqn in made.items():
        part = parts.setdefault(_root(parent, out), _Part([], [], []))
        part.eqns.append(eqn)
        part.results += [out] if out in read else []
    for var in closed:
        if _root(parent, var) in parts:
            parts[_root(parent, var)].kept.append(var)
    return [part for part in parts.values() if part.pays()]


def _root(parent: dict[Var, Var], var: Var) -> Var:
    """Representative of the values that one belongs together with."""
    while parent[var] is not var:
        parent[var] = parent[parent[var]]
        var = parent[var]
    return var


class _Changes:
    """What stands in the place of statements of both sweeps, and which tape in that of another."""

    def __init__(self, tapes: dict[Var, Tape]) -> None:
        self.tapes = tapes
        self.instead: dict[int, tuple[Stmt, ...]] = {}
        self.renamed: dict[Atom, Var] = {}

    def make(self, part: _Part, kept: dict[Var, Var]) -> None:
        """Move a part into the forward sweep; ``kept`` says which tape each value is taken off."""
        order = [v for v in kept if v in part.kept]
        new = [Var("tape", TAPE) for _ in part.results]
        for place, value in enumerate(order):
            tape = self.tapes[kept[value]]
            used = new[place : place + 1]
            self.instead[id(tape.opened)] = tuple(replace(tape.opened, outs=(t,)) for t in used)
            self.instead[id(tape.pushes[0].eqn)] = self.instead[id(tape.pops[0].eqn)] = ()
            self.renamed[kept[value]] = used[0] if used else new[0]
        self.instead.update((id(eqn), ()) for eqn in part.eqns)
        first = self.tapes[kept[order[0]]].pops[0].eqn
        self.instead[id(first)] = tuple(
            replace(first, outs=(r,), args=(t,)) for r, t in zip(part.results, new, strict=True)
        )
        pushes = {v: self.tapes[t].pushes[0] for v, t in kept.items()}
        last, stmts = self._moved(part, new, pushes)
        self.instead[id(last)] = (*self.instead.get(id(last), (last,)), *stmts)

    @staticmethod
    def _moved(part: _Part, new: list[Var], pushes: dict[Var, Place]) -> tuple[Eqn, list[Stmt]]:
        """What the forward sweep does to keep the results, and the push after which it does."""
        block = pushes[part.kept[0]].block
        order = {id(s): k for k, s in enumerate(block.stmts)}
        reads = (a for eqn in part.eqns for a in eqn.args if isinstance(a, Var) and a in pushes)
        last = max((pushes[v].eqn for v in reads), key=lambda push: order[id(push)])
        builder = Builder()
        for stmt in block.stmts[: order[id(last)]]:
            if isinstance(stmt, Eqn) and _is_plain(stmt):
                builder.share(stmt)
        builder.span = last.span
        here: dict[Atom, Atom] = {v: push.eqn.args[1] for v, push in pushes.items()}
        for eqn in part.eqns:
            args = (here.get(a, a) for a in eqn.args)
            here[eqn.out] = builder.emit(eqn.op.name, *args, **eqn.attrs)
        for tape, result in zip(new, part.results, strict=True):
            builder.append(Eqn((), OPS["push"], (tape, here[result]), {}, last.span))
        return last, builder.stmts

    def applied(self, block: Block) -> Block:
        """The block with all changes made."""
        stmts = tuple(new for s in block.stmts for new in self._stmt(s))
        return Block(block.params, stmts, block.results)

    def _stmt(self, stmt: Stmt) -> tuple[Stmt, ...]:
        if isinstance(stmt, Branch):
            then, orelse = self.applied(stmt.then), self.applied(stmt.orelse)
            return (replace(stmt, then=then, orelse=orelse),)
        if isinstance(stmt, Loop):
            return (replace(stmt, body=self.applied(stmt.body)),)
        if id(stmt) in self.instead:
            return self.instead[id(stmt)]
        if any(a in self.renamed for a in stmt.args):
            return (replace(stmt, args=tuple(self.renamed.get(a, a) for a in stmt.args)),)
        return (stmt,)


__all__ = ["condense"]
