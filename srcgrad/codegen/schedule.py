"""Moves values off the tapes down to where they are first read.

The planner takes everything off the tapes at the start of a trip. A value that is taken where it is needed
can be printed in the expression that reads it, and may have the name of the value that it replaces.
Each tape is taken from once per trip, so the order among tapes does not matter.
"""

from __future__ import annotations

from dataclasses import replace

from srcgrad.ir.nodes import Atom, Block, Branch, Eqn, Loop, Program, Stmt, Var, args_of


def sink_pops(program: Program) -> Program:
    """The program with every ``pop`` right before the statement that reads its value."""
    return Program(_sunk(program.entry), {k: _sunk(f) for k, f in program.functions.items()})


def _sunk(block: Block) -> Block:
    result: list[Stmt] = []
    waiting: dict[Var, Eqn] = {}
    for stmt in block.stmts:
        if isinstance(stmt, Eqn) and stmt.op.name == "pop":
            waiting[stmt.out] = stmt
            continue
        if waiting:
            read = _reads(stmt)
            result += [waiting.pop(v) for v in tuple(waiting) if v in read]
        result.append(_inner(stmt))
    return Block(block.params, (*result, *waiting.values()), block.results)


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
