"""Differentiates blocks on behalf of the front end: derivatives that are taken inside a function.

What comes out is plain IR again, tapes, writes and all, so a derivative around it differentiates it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from srcgrad.frontend.context import Context
from srcgrad.ir.nodes import Atom, Block, Branch, Call, Eqn, Loop, Program, Stmt, Var
from srcgrad.transform.batch import Unbatchable, batch
from srcgrad.transform.forward import forward
from srcgrad.transform.promote import promoted
from srcgrad.transform.reverse import pullback, reverse
from srcgrad.transform.segments import cut
from srcgrad.transform.simplify import simplify, substituted


class Derived:
    """The three ways of differentiating a block."""

    substituted = staticmethod(substituted)

    @staticmethod
    def gradient(cx: Context, block: Block, first: int) -> Block:
        """Results of the block, then the gradient of one of them for each parameter."""
        results = block.results
        ordered = (results[first], *results[:first], *results[first + 1 :])
        program = _prepared(cx, replace(block, results=ordered))
        found = _adopted(cx, reverse(program, block.params, value=True))
        values = list(found.results[: len(results)])
        values.insert(first, values.pop(0))
        return replace(found, results=(*values, *found.results[len(results) :]))

    @staticmethod
    def cotangent(cx: Context, block: Block) -> Block:
        """Cotangents of the parameters; one more parameter for the cotangent of each result."""
        return _adopted(cx, pullback(_prepared(cx, block), block.params))

    @staticmethod
    def tangent(cx: Context, block: Block) -> Block:
        """Results, then their tangents; one more parameter for the tangent of each parameter."""
        return _adopted(cx, forward(_prepared(cx, block), block.params))

    @staticmethod
    def tangents(cx: Context, block: Block) -> Block:
        """Results, then tangents for many directions at once, along one more axis; else ``ValueError``."""
        whole = Derived.tangent(cx, block)
        try:
            return batch(whole, whole.params[len(block.params) :])
        except Unbatchable as reason:
            raise ValueError(str(reason)) from None


def _prepared(cx: Context, block: Block) -> Program:
    """The block as a program to be differentiated, with the functions that it calls by name."""
    functions = {name: _run_again(function) for name, function in cx.functions.items()}
    return simplify(cut(promoted(Program(_run_again(block), functions))), final=False)


def _run_again(block: Block) -> Block:
    """The block whose calls by name are differentiated by running them again.

    What the forward half of a pair saves is packed, and no derivative goes through that.
    """

    def again(stmt: Stmt) -> Stmt:
        if isinstance(stmt, Call) and not stmt.kind:
            return replace(stmt, kind="again", own=len(stmt.args))
        return stmt

    return _everywhere(block, again)


def _adopted(cx: Context, program: Program) -> Block:
    """The entry block, once the functions that it calls by name are known to the lowering."""
    program = simplify(program)
    for name, function in program.functions.items():
        cx.functions.setdefault(name, function)
    return one_sweep(program.entry)


def one_sweep(block: Block) -> Block:
    """The block as one sweep."""

    def kept(stmt: Stmt) -> Stmt | None:
        return None if isinstance(stmt, Eqn) and stmt.op.name == "boundary" else stmt

    return _everywhere(block, kept)


def _everywhere(block: Block, change: Callable[[Stmt], Stmt | None]) -> Block:
    """The block with statements changed or left out, in arms and bodies too."""
    stmts: list[Stmt] = []
    for stmt in block.stmts:
        new = change(stmt)
        if isinstance(new, Branch):
            then, orelse = _everywhere(new.then, change), _everywhere(new.orelse, change)
            new = replace(new, then=then, orelse=orelse)
        elif isinstance(new, Loop):
            new = replace(new, body=_everywhere(new.body, change))
        if new is not None:
            stmts.append(new)
    return replace(block, stmts=tuple(stmts))


def place(cx: Context, block: Block, given: Sequence[Atom]) -> tuple[Atom, ...]:
    """Append a block's statements, its parameters replaced; gives its results."""
    same: dict[Var, Atom] = dict(zip(block.params, given, strict=True))
    placed = substituted(block, same)
    for stmt in placed.stmts:
        cx.builder.append(stmt)
    return placed.results


def install() -> None:
    """Let the front end differentiate."""
    Context.derived = Derived
    Context.placed = place


__all__ = ["install", "one_sweep"]
