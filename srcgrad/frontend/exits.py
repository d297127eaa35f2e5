"""Exit codes of loops: from how the last trip ended to how the loop was left.

``continue`` at the end of a trip means going on, so a code that may say "continue" is rewritten where it
is made, if nothing else reads it, else by arithmetic: "break" and "return" are odd, the others even.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from srcgrad.frontend.context import BREAK, CONTINUE, NEXT, RETURN, Context, Exit
from srcgrad.ir.nodes import Atom, Block, Branch, Const, Stmt, Var, args_of, regions_of


def leaving_code(cx: Context, exit_: Exit) -> Exit:
    """The exit of a loop from that of its last trip: ``continue`` there means going on."""
    if CONTINUE not in exit_.codes:
        return exit_
    if not exit_.codes & {BREAK, RETURN}:
        return Exit.always(NEXT)
    codes = exit_.codes - {CONTINUE} | {NEXT}
    if isinstance(exit_.atom, Var):
        rewritten = _going_on(cx.builder.stmts, exit_.atom)
        if rewritten is not None:
            cx.builder.stmts[:] = rewritten
            return Exit(codes, exit_.atom)
    odd = cx.emit("remainder", exit_.atom, Const(2))
    return Exit(codes, cx.emit("multiply", exit_.atom, odd))


def _going_on(stmts: Sequence[Stmt], code: Var) -> list[Stmt] | None:
    """The statements with "next" for "continue" in the branch that makes the code; ``None``: not possible."""
    for k in reversed(range(len(stmts))):
        stmt = stmts[k]
        if not (isinstance(stmt, Branch) and code in stmt.outs):
            continue
        if any(_reads(later, code) for later in stmts[k + 1 :]):
            return None
        place = stmt.outs.index(code)
        then, orelse = (_arm_going_on(arm, place) for arm in (stmt.then, stmt.orelse))
        if then is None or orelse is None:
            return None
        return [*stmts[:k], replace(stmt, then=then, orelse=orelse), *stmts[k + 1 :]]
    return None


def _arm_going_on(arm: Block, place: int) -> Block | None:
    results = list(arm.results)
    stmts: list[Stmt] | None = list(arm.stmts)
    code = results[place]
    if isinstance(code, Const):
        results[place] = Const(NEXT) if code.value == CONTINUE else code
    elif isinstance(code, Var) and results.count(code) == 1:
        stmts = _going_on(arm.stmts, code)
    else:
        return None
    return None if stmts is None else Block(arm.params, tuple(stmts), tuple(results))


def _reads(stmt: Stmt, var: Var) -> bool:
    """Whether a statement, or one nested in it, reads a value."""
    atoms: list[Atom] = list(args_of(stmt))
    for block in regions_of(stmt):
        if any(_reads(inner, var) for inner in block.stmts):
            return True
        atoms += block.results
    return var in atoms


__all__ = ["leaving_code"]
