"""Moves statements down to where they are needed: what is taken off a tape, and what zeroes a cotangent.

The planner takes everything off the tapes at the start of a trip. A value that is taken where it is needed
can be printed in the expression that reads it, and may have the name of the value that it replaces. Each
tape is taken from once per trip, so the order among tapes does not matter. The cotangent of an array element
that was overwritten is zeroed only after all that reads it, so that it need not be copied.
"""

from __future__ import annotations

from dataclasses import replace

from srcgrad.ir.nodes import Atom, Block, Branch, Const, Eqn, Loop, Program, Stmt, args_of


def sink(program: Program) -> Program:
    """The program with every ``pop`` and zeroing right before the statement that reads its result."""
    return Program(_sunk(program.entry), {k: _sunk(f) for k, f in program.functions.items()})


def _sunk(block: Block) -> Block:
    result: list[Stmt] = []
    waiting: list[Eqn] = []
    for stmt in block.stmts:
        if waiting:
            read = _reads(stmt)
            result += [eqn for eqn in waiting if not read.isdisjoint(eqn.outs)]
            waiting = [eqn for eqn in waiting if read.isdisjoint(eqn.outs)]
        if isinstance(stmt, Eqn) and (stmt.op.name == "pop" or _zeroes(stmt)):
            waiting.append(stmt)
            continue
        result.append(_inner(stmt))
    return Block(block.params, (*result, *waiting), block.results)


def _zeroes(eqn: Eqn) -> bool:
    """Whether an equation only puts a zero into an array."""
    return eqn.op.name == "store" and isinstance(eqn.args[1], Const) and eqn.args[1].value == 0.0


def _inner(stmt: Stmt) -> Stmt:
    if isinstance(stmt, Branch):
        return replace(stmt, then=_sunk(stmt.then), orelse=_sunk(stmt.orelse))
    if isinstance(stmt, Loop):
        return replace(stmt, body=_sunk(stmt.body))
    return stmt


def _reads(stmt: Stmt) -> set[Atom]:
    """All that a statement reads, in its regions too."""
    found: set[Atom] = set(args_of(stmt))
    blocks: tuple[Block, ...] = ()
    if isinstance(stmt, Branch):
        blocks = (stmt.then, stmt.orelse)
    elif isinstance(stmt, Loop):
        blocks = (stmt.body,) if stmt.cond is None else (stmt.cond, stmt.body)
    for block in blocks:
        found.update(block.results)
        for inner in block.stmts:
            found |= _reads(inner)
    return found
