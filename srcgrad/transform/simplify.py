"""Removes what nothing reads: dead equations, loop parameters, branch results, tapes.

Invariant: a push lives exactly if the pop of its tape lives, so both sweeps stay matched. Loop parameters
that never change are replaced by their initial value. Linear in the size of the block per loop depth.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.ir.nodes import (
    Atom,
    Block,
    Branch,
    Call,
    Eqn,
    Loop,
    Program,
    Stmt,
    Undef,
    Var,
    args_of,
    regions_of,
)
from srcgrad.ir.ops import OPS
from srcgrad.ir.types import AnyDim
from srcgrad.rules.registry import Elementwise
from srcgrad.transform.guards import compared

_TAPES = frozenset(
    {"new_tape", "push", "pop"}
)  # effects that are kept only if the adjoint reads them

_SILENT = _TAPES | {"boundary"}


def simplify(program: Program, *, final: bool = True) -> Program:
    """The program without copies and dead code.

    Unless ``final``, what passes to come may need is left: guards that stand before an equation that is kept,
    and the derivatives that users have given of functions.
    """
    program = Program(
        _Copies().block(program.entry),
        {k: _Copies().block(f) for k, f in program.functions.items()},
    )
    sweep = _Sweep(final)
    entry, _ = sweep.block(program.entry, set())
    functions = {k: sweep.block(f, set())[0] for k, f in program.functions.items()}
    return Program(entry, _called(entry, functions, final))


def _called(entry: Block, functions: dict[str, Block], final: bool) -> dict[str, Block]:
    """The functions that the entry block needs, in order of first call."""
    found: dict[str, Block] = {}
    todo = [entry]
    while todo:
        block = todo.pop(0)
        for stmt in block.stmts:
            names = [stmt.function] if isinstance(stmt, Call) else []
            if isinstance(stmt, Call) and stmt.kind == "custom" and not final:
                names += [f"{stmt.function}_{half}" for half in ("fwd", "bwd", "jvp")]
            for name in names:
                if name in functions and name not in found:
                    found[name] = functions[name]
                    todo.append(functions[name])
            todo.extend(regions_of(stmt))
    return found


def simplify_block(block: Block) -> Block:
    """One block without copies and dead code."""
    return _Sweep(final=False).block(_Copies().block(block), set())[0]


def substituted(block: Block, same: dict[Var, Atom]) -> Block:
    """The block with other atoms in place of some of the values that it reads."""
    return _Copies(same).block(block)


class _Copies:
    """Replaces values that only rename others."""

    def __init__(self, same: dict[Var, Atom] | None = None) -> None:
        self.same: dict[Var, Atom] = same or {}

    def atom(self, atom: Atom) -> Atom:
        while isinstance(atom, Var) and atom in self.same:
            atom = self.same[atom]
        return atom

    def atoms(self, atoms: tuple[Atom, ...]) -> tuple[Atom, ...]:
        return tuple(map(self.atom, atoms))

    def block(self, block: Block) -> Block:
        stmts = tuple(self.stmt(s) for s in block.stmts)
        return Block(block.params, stmts, self.atoms(block.results))

    def stmt(self, stmt: Stmt) -> Stmt:
        if isinstance(stmt, Eqn):
            return replace(stmt, args=self.atoms(stmt.args)) if self.same else stmt
        if isinstance(stmt, Branch):
            then, orelse = self.block(stmt.then), self.block(stmt.orelse)
            for out, a, b in zip(stmt.outs, then.results, orelse.results, strict=True):
                if a is b and isinstance(a, Var):
                    self.same[out] = a
            return replace(stmt, test=self.atom(stmt.test), then=then, orelse=orelse)
        if isinstance(stmt, Loop):
            return self.loop(stmt)
        return replace(stmt, args=self.atoms(stmt.args))

    def loop(self, stmt: Loop) -> Loop:
        inits = self.atoms(stmt.inits)
        for k, (param, init) in enumerate(zip(stmt.params, inits, strict=True)):
            if stmt.body.results[k] is param and not isinstance(init, Undef) and k != stmt.exit:
                self.same[param] = init
                self.same[stmt.outs[k]] = init
        cond = None if stmt.cond is None else self.block(stmt.cond)
        span = None
        if stmt.range is not None:
            start, stop, step = self.atoms(stmt.range)
            span = (start, stop, step)
        return replace(stmt, inits=inits, cond=cond, body=self.block(stmt.body), range=span)


def _mark(atoms: Any, live: set[Var]) -> None:
    live.update(a for a in atoms if isinstance(a, Var))


class _Repeated:
    """Knows which guards are idle: what stands behind them, before any effect, raises in their place."""

    def __init__(self) -> None:
        self.next: Stmt | None = None
        self.divisors: set[Atom] = set()
        self.lengths: set[frozenset[AnyDim]] = set()
        self.read: set[Atom] = set()

    def before(self, stmt: Stmt) -> None:
        """Step back over a statement that is kept."""
        self.next = stmt
        if not isinstance(stmt, Eqn) or (stmt.op.effect and stmt.op.name not in _SILENT):
            self.divisors.clear()
            self.lengths.clear()
            self.read.clear()
            return
        self.lengths |= compared(stmt)
        if stmt.op.name == "divide":
            self.divisors.add(stmt.args[1])
        if isinstance(stmt.op.diff, Elementwise):  # others may take None
            self.read.update(stmt.args)

    def by_what_follows(self, stmt: Stmt) -> bool:
        """Whether a statement is an idle guard."""
        if not (isinstance(stmt, Eqn) and stmt.op.name == "guard"):
            return False
        guarded, after = replace(stmt, op=OPS[stmt.attrs["of"]]), self.next
        if guarded.op.name == "real" and stmt.args[0] in self.read:
            return True
        if guarded.op.name == "divide" and stmt.args[1] in self.divisors:
            return True
        if compared(guarded) and compared(guarded) <= self.lengths:
            return True
        return isinstance(after, Eqn) and after.op is guarded.op and after.args == stmt.args


class _Sweep:
    """Walks backwards; ``live`` is what is read by what is kept."""

    def __init__(self, final: bool) -> None:
        self.final = final

    def block(self, block: Block, live: set[Var]) -> tuple[Block, bool]:
        """The block without dead statements, and whether it has effects; ``live`` gains what it reads."""
        _mark(block.results, live)
        kept: list[Stmt] = []
        effects = False
        repeated = _Repeated()
        for stmt in reversed(block.stmts):
            if self.final and repeated.by_what_follows(stmt):
                continue
            new, effect = self.stmt(stmt, live)
            effects = effects or effect
            if new is not None:
                kept.append(new)
                repeated.before(new)
        return Block(block.params, tuple(reversed(kept)), block.results), effects

    def stmt(self, stmt: Stmt, live: set[Var]) -> tuple[Stmt | None, bool]:
        if isinstance(stmt, Branch):
            return self.branch(stmt, live)
        if isinstance(stmt, Loop):
            return self.loop(stmt, live)
        effect = isinstance(stmt, Eqn) and stmt.op.effect
        wanted = any(out in live for out in stmt.outs)
        if isinstance(stmt, Eqn) and effect:
            pushes = stmt.op.name == "push" and stmt.args[0] in live
            wanted = wanted or pushes or stmt.op.name not in _TAPES
        if not wanted:
            return None, False
        _mark(args_of(stmt), live)
        return stmt, effect or isinstance(stmt, Call)

    def branch(self, stmt: Branch, live: set[Var]) -> tuple[Stmt | None, bool]:
        keep = [k for k, out in enumerate(stmt.outs) if out in live]
        arms, effects = [], False
        for arm in (stmt.then, stmt.orelse):
            results = tuple(arm.results[k] for k in keep)
            new, effect = self.block(Block(arm.params, arm.stmts, results), live)
            arms.append(new)
            effects = effects or effect
        if not keep and not effects:
            return None, False
        _mark((stmt.test,), live)
        outs = tuple(stmt.outs[k] for k in keep)
        return replace(stmt, then=arms[0], orelse=arms[1], outs=outs), effects

    def loop(self, stmt: Loop, live: set[Var]) -> tuple[Stmt | None, bool]:
        keep = {k for k, out in enumerate(stmt.outs) if out in live}
        if stmt.exit is not None:
            keep.add(stmt.exit)
        while True:
            inner = set(live)
            cond = None if stmt.cond is None else self.block(stmt.cond, inner)[0]
            results = tuple(stmt.body.results[k] for k in sorted(keep))
            body, effects = self.block(Block((), stmt.body.stmts, results), inner)
            more = {k for k, p in enumerate(stmt.params) if p in inner} - keep
            if not more:
                break
            keep |= more
        if not effects and not any(out in live for out in stmt.outs):
            return None, False
        order = sorted(keep)
        live |= inner
        _mark((stmt.inits[k] for k in order), live)
        _mark(stmt.range or (), live)
        new = replace(
            stmt,
            params=tuple(stmt.params[k] for k in order),
            inits=tuple(stmt.inits[k] for k in order),
            outs=tuple(stmt.outs[k] for k in order),
            cond=cond,
            body=body,
            exit=None if stmt.exit is None else order.index(stmt.exit),
        )
        return new, effects
