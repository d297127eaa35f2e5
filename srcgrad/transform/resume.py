"""An adjoint that does not run the forward sweep again: what is known of it comes as parameters."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace

from srcgrad.ir.nodes import Block, Eqn, Program, Stmt, Var
from srcgrad.ir.scopes import free_vars
from srcgrad.ir.types import Type, dims_of
from srcgrad.transform.simplify import simplify


def resumed(program: Program, known: AbstractSet[Var]) -> Program:
    """The program with known values as parameters, and without what led to them.

    Parameters that nobody reads are dropped; those that stay keep their order, known values follow
    in the order in which they are read first. What is read for its shape only is not computed again
    where a known value has that shape.
    """
    block = program.entry
    stmts: list[Stmt] = []
    given = [*block.params, *known]
    shaped = {v.type: v for v in reversed(given) if dims_of(v.type)}
    for stmt in block.stmts:
        if isinstance(stmt, Eqn) and stmt.outs and not stmt.op.effect:
            if stmt.out not in known:
                stmts.append(_by_shape(stmt, shaped, known))
        else:
            outs = tuple(Var(o.name, o.type) if o in known else o for o in stmt.outs)
            stmts.append(replace(stmt, outs=outs))
    rest = simplify(Program(Block((), tuple(stmts), block.results), program.functions))
    read = free_vars(rest.entry)
    before, wanted = set(block.params), set(read)
    params = [p for p in block.params if p in wanted] + [v for v in read if v not in before]
    return Program(replace(rest.entry, params=tuple(params)), rest.functions)


def _by_shape(eqn: Eqn, shaped: dict[Type, Var], known: AbstractSet[Var]) -> Eqn:
    """The equation with known values in place of others that are read for their shape only."""
    if not eqn.op.shape_only:
        return eqn
    args = list(eqn.args)
    for k in eqn.op.shape_only:
        arg = args[k]
        if isinstance(arg, Var) and arg not in known:
            args[k] = shaped.get(arg.type, arg)
    return replace(eqn, args=tuple(args))


__all__ = ["resumed"]
