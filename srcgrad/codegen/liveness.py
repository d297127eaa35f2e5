"""Which named values are alive together: what out-of-SSA naming must keep apart.

Arm-aware: a value of one arm never meets a value of the other. Only values that meet at a loop or branch
(the candidates for sharing a name) are tracked.
"""

from __future__ import annotations

from collections.abc import Iterable

from srcgrad.codegen.inline import Inlining
from srcgrad.ir.nodes import Atom, Block, Branch, Eqn, Loop, Program, Stmt, Var


class Interference:
    """Pairs of candidates of which one is alive where the other is defined."""

    def __init__(self, inlining: Inlining, candidates: set[Var]) -> None:
        self.inlining = inlining
        self.candidates = candidates
        self.pairs: dict[Var, set[Var]] = {v: set() for v in candidates}
        self.live_after: dict[int, frozenset[Var]] = {}

    def define(self, outs: Iterable[Var], live: set[Var]) -> None:
        """Values come into being while ``live`` are alive."""
        for out in outs:
            if out in self.candidates:
                for other in live:
                    if other is not out:
                        self.pairs[out].add(other)
                        self.pairs[other].add(out)

    def use(self, atoms: Iterable[Atom], live: set[Var]) -> None:
        """Values are read: they are alive before this point."""
        for atom in atoms:
            for var in self.inlining.leaves(atom):
                if var in self.candidates:
                    live.add(var)

    def block(self, block: Block, live: set[Var]) -> set[Var]:
        """Alive before the block, given what is alive after it; the results count as read at its end."""
        live = set(live)
        self.use(block.results, live)
        for stmt in reversed(block.stmts):
            self.stmt(stmt, live)
        return live

    def stmt(self, stmt: Stmt, live: set[Var]) -> None:
        """Update ``live`` across one statement."""
        if isinstance(stmt, Branch):
            self._branch(stmt, live)
        elif isinstance(stmt, Loop):
            self._loop(stmt, live)
        elif not (len(stmt.outs) == 1 and stmt.outs[0] in self.inlining.inlined):
            live.difference_update(stmt.outs)
            self.live_after[id(stmt)] = frozenset(live)
            self.define(stmt.outs, live | self.candidates.intersection(stmt.outs))
            self.use(stmt.args, live)

    def _branch(self, stmt: Branch, live: set[Var]) -> None:
        if len(stmt.outs) == 1 and stmt.outs[0] in self.inlining.inlined:
            return
        outs = [o for o in stmt.outs if o in self.candidates]
        self.define(outs, live)
        live.difference_update(stmt.outs)
        arms = [self.block(arm, live) for arm in (stmt.then, stmt.orelse)]
        live |= arms[0] | arms[1]
        self.use((stmt.test,), live)

    def _loop(self, stmt: Loop, live: set[Var]) -> None:
        self.define(stmt.outs, live)
        live.difference_update(stmt.outs)
        bound = {*stmt.params, *(() if stmt.index is None else (stmt.index,))}
        around = set(live)
        while True:
            inside = self.block(stmt.body, around)
            if stmt.cond is not None:
                inside = self.block(stmt.cond, inside)
            grown = around | (inside - bound)
            if grown == around:
                break
            around = grown
        head = inside | around
        params = [p for p in bound if p in self.candidates]
        self.define(params, head)
        live |= around
        live.difference_update(bound)
        self.use(stmt.inits, live)
        self.use(stmt.range or (), live)


def candidates_of(block: Block, found: set[Var]) -> set[Var]:
    """Values that meet others at the edges of loops and branches, or are updated in place."""
    for stmt in block.stmts:
        if isinstance(stmt, Branch):
            found.update(stmt.outs)
            found.update(
                a for arm in (stmt.then, stmt.orelse) for a in arm.results if isinstance(a, Var)
            )
            candidates_of(stmt.then, found)
            candidates_of(stmt.orelse, found)
        elif isinstance(stmt, Loop):
            found.update(stmt.outs)
            found.update(stmt.params)
            if stmt.index is not None:
                found.add(stmt.index)
            found.update(a for a in (*stmt.inits, *stmt.body.results) if isinstance(a, Var))
            candidates_of(stmt.body, found)
            if stmt.cond is not None:
                candidates_of(stmt.cond, found)
        elif isinstance(stmt, Eqn) and stmt.op.inplace:
            found.add(stmt.out)
            if isinstance(stmt.args[0], Var):
                found.add(stmt.args[0])
    return found


def _in_loops(block: Block, found: set[Var], *, inside: bool = False) -> set[Var]:
    """Named values of loops: a backward loop may use the word of the forward one."""
    for stmt in block.stmts:
        if inside:
            found.update(o for o in stmt.outs if o.name)
        if isinstance(stmt, Branch):
            _in_loops(stmt.then, found, inside=inside)
            _in_loops(stmt.orelse, found, inside=inside)
        elif isinstance(stmt, Loop):
            _in_loops(stmt.body, found, inside=True)
    return found


def analyse(program: Program, inlining: Inlining) -> Interference:
    """Interference among the candidates of the entry block."""
    found = candidates_of(program.entry, _in_loops(program.entry, set()))
    found = {v for v in found if v not in inlining.inlined}
    result = Interference(inlining, found)
    before = result.block(program.entry, set())
    params = [p for p in program.entry.params if p in found]
    result.define(params, before | set(params))
    return result
