"""Finds the active values: those that depend on the inputs and reach the outputs differentiably."""

from __future__ import annotations

from collections.abc import Iterable

from srcgrad.ir.nodes import Atom, Block, Branch, Eqn, Loop, Program, Stmt, Var
from srcgrad.ir.types import SAVED, TAPE, Type, is_differentiable
from srcgrad.rules.registry import NONDIFF


def active(program: Program, wrt: Iterable[Var], outputs: Iterable[Atom]) -> set[Var]:
    """Values of the entry block that are both varied and useful."""
    varied = set(wrt)
    _varied(program.entry, varied)
    useful = {a for a in outputs if isinstance(a, Var)}
    _useful(program.entry, useful)
    return {v for v in varied & useful if v.type not in CARRIERS}


CARRIERS = (TAPE, SAVED)  # what hands values on: derivatives flow through it, but it has none


def _carries(type_: Type) -> bool:
    return type_ in CARRIERS or is_differentiable(type_)


def _operands(eqn: Eqn) -> list[Var]:
    """Operands through which a derivative may flow."""
    return [
        a
        for k, a in enumerate(eqn.args)
        if isinstance(a, Var) and k not in eqn.op.shape_only and is_differentiable(a.type)
    ]


def _varied(block: Block, varied: set[Var]) -> None:
    for stmt in block.stmts:
        _varied_stmt(stmt, varied)


def _varied_stmt(stmt: Stmt, varied: set[Var]) -> None:
    if isinstance(stmt, Eqn) and stmt.op.name in ("push", "pop"):
        if any(a in varied for a in stmt.args):
            varied.update(o for o in stmt.outs if is_differentiable(o.type))
            varied.update(a for a in stmt.args if isinstance(a, Var) and a.type == TAPE)
    elif isinstance(stmt, Eqn):
        if stmt.op.diff is not NONDIFF and any(a in varied for a in _operands(stmt)):
            varied.update(o for o in stmt.outs if is_differentiable(o.type))
    elif isinstance(stmt, Branch):
        for arm in (stmt.then, stmt.orelse):
            _varied(arm, varied)
            _flow(zip(arm.results, stmt.outs, strict=True), varied)
    elif isinstance(stmt, Loop):
        _flow(zip(stmt.inits, stmt.params, strict=True), varied)
        while True:
            size = len(varied)
            _varied(stmt.body, varied)
            _flow(zip(stmt.body.results, stmt.params, strict=True), varied)
            if len(varied) == size:
                break
        _flow(zip(stmt.params, stmt.outs, strict=True), varied)
    elif any(a in varied for a in stmt.args):
        varied.update(o for o in stmt.outs if _carries(o.type))


def _flow(pairs: Iterable[tuple[Atom, Var]], marked: set[Var]) -> None:
    for source, target in pairs:
        if source in marked and is_differentiable(target.type):
            marked.add(target)


def _back(pairs: Iterable[tuple[Atom, Atom]], marked: set[Var]) -> None:
    for source, target in pairs:
        if target in marked and isinstance(source, Var):
            marked.add(source)


def _useful(block: Block, useful: set[Var]) -> None:
    for stmt in reversed(block.stmts):
        _useful_stmt(stmt, useful)


def _useful_stmt(stmt: Stmt, useful: set[Var]) -> None:
    if isinstance(stmt, Eqn) and stmt.op.name in ("push", "pop"):
        if any(v in useful for v in (*stmt.outs, *stmt.args)):
            useful.update(a for a in stmt.args if isinstance(a, Var) and _carries(a.type))
    elif isinstance(stmt, Eqn):
        if stmt.op.diff is not NONDIFF and any(o in useful for o in stmt.outs):
            useful.update(_operands(stmt))
    elif isinstance(stmt, Branch):
        for arm in (stmt.then, stmt.orelse):
            _back(zip(arm.results, stmt.outs, strict=True), useful)
            _useful(arm, useful)
    elif isinstance(stmt, Loop):
        _back(zip(stmt.params, stmt.outs, strict=True), useful)
        while True:
            size = len(useful)
            _back(zip(stmt.body.results, stmt.params, strict=True), useful)
            _useful(stmt.body, useful)
            if len(useful) == size:
                break
        _back(zip(stmt.inits, stmt.params, strict=True), useful)
        _back(zip(stmt.body.results, stmt.params, strict=True), useful)
    elif any(o in useful for o in stmt.outs):
        useful.update(a for a in stmt.args if isinstance(a, Var) and _carries(a.type))
