"""An adjoint that does not run the forward sweep again: what is known of it comes as parameters."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace

from srcgrad.ir.nodes import Block, Eqn, Program, Stmt, Var
from srcgrad.ir.scopes import free_vars
from srcgrad.transform.simplify import simplify


def resumed(program: Program, known: AbstractSet[Var]) -> Program:
    """The program with known values as parameters, and without what led to them.

    Parameters that nobody reads are dropped; those that stay keep their order, known values follow
    in the order in which they are read first.
    """
    block = program.entry
    stmts: list[Stmt] = []
    for stmt in block.stmts:
        if isinstance(stmt, Eqn) and stmt.outs and not stmt.op.effect:
            if stmt.out not in known:
                stmts.append(stmt)
        else:
            outs = tuple(Var(o.name, o.type) if o in known else o for o in stmt.outs)
            stmts.append(replace(stmt, outs=outs))
    rest = simplify(Program(Block((), tuple(stmts), block.results), program.functions))
    read = free_vars(rest.entry)
    before, wanted = set(block.params), set(read)
    params = [p for p in block.params if p in wanted] + [v for v in read if v not in before]
    return Program(replace(rest.entry, params=tuple(params)), rest.functions)


__all__ = ["resumed"]
