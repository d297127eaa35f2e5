"""Replaces operations that stand for a longer expression by it, where its derivative is wanted.

The adjoint of a product over an axis, say, calls one function. Only a derivative of that adjoint looks into
the function: it is then written out in operations that have rules of their own.

>>> from srcgrad.ir.build import Builder
>>> from srcgrad.ir.nodes import Var
>>> from srcgrad.ir.types import Array
>>> import numpy as np
>>> import srcgrad.rules
>>> x, b = Var("x", Array(np.dtype(float), (3,))), Builder()
>>> program = Program(b.block((b.emit("product_of_others", x),), (x,)))
>>> sorted({s.op.name for s in expanded(program, [x]).entry.stmts})
['concatenate', 'cumprod', 'index', 'multiply', 'ones_like']
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from srcgrad.ir.build import Builder
from srcgrad.ir.nodes import Atom, Block, Branch, Eqn, Loop, Program, Stmt, Var, regions_of
from srcgrad.rules.registry import Defined
from srcgrad.rules.symbols import Sym
from srcgrad.transform.activity import active
from srcgrad.transform.simplify import substituted


def expanded(program: Program, wrt: Sequence[Var]) -> Program:
    """The program with what carries a derivative and is defined by an expression written out."""
    if not any(map(_defines, (program.entry, *program.functions.values()))):
        return program
    moving = active(program, wrt, program.entry.results)
    functions = {k: _written_out(f, None) for k, f in program.functions.items()}
    return Program(_written_out(program.entry, moving), functions)


def _defines(block: Block) -> bool:
    return any(
        isinstance(stmt.op.diff, Defined)
        if isinstance(stmt, Eqn)
        else any(map(_defines, regions_of(stmt)))
        for stmt in block.stmts
    )


def _written_out(block: Block, moving: Set[Var] | None) -> Block:
    """A block with definitions in place; ``moving`` are the values that carry a derivative."""
    same: dict[Var, Atom] = {}

    def inner(block: Block) -> Block:
        builder = Builder(local=True)
        for stmt in block.stmts:
            builder.span = stmt.span
            put(builder, stmt)
        return builder.block(block.results, block.params)

    def put(builder: Builder, stmt: Stmt) -> None:
        if isinstance(stmt, Eqn) and isinstance(stmt.op.diff, Defined):
            if moving is None or stmt.out in moving:
                attrs = {k: v for k, v in stmt.attrs.items() if k != "via"}
                found = stmt.op.diff.definition(*(Sym(builder, a) for a in stmt.args), **attrs)
                same[stmt.out] = found.atom
                return
        elif isinstance(stmt, Branch):
            stmt = replace(stmt, then=inner(stmt.then), orelse=inner(stmt.orelse))
        elif isinstance(stmt, Loop):
            stmt = replace(stmt, body=inner(stmt.body))
        builder.append(stmt)

    found = inner(block)
    return substituted(found, same) if same else found


__all__ = ["expanded"]
