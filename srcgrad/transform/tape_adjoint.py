"""Reverses tapes: a derivative of code that keeps values, as the adjoint of a loop does.

What a tape hands on from ``push`` to ``pop``, a tape of cotangents hands back. It is filled where the first
one is emptied, and emptied where that is filled, both in the opposite order: so it too is last in, first out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from srcgrad.ir.nodes import Block, Eqn, Var, regions_of
from srcgrad.ir.ops import OPS
from srcgrad.ir.types import TAPE

if TYPE_CHECKING:
    from srcgrad.transform.reverse import Cotangents, Sweep


def pop(sweep: Sweep, eqn: Eqn, cotangents: Cotangents) -> None:
    """Keep the cotangent of what was taken off a tape for when it was put there."""
    g = cotangents.pop(eqn.out, None)
    tape = eqn.args[0]
    if g is None or eqn.out not in sweep.active or not isinstance(tape, Var):
        return
    back = sweep.back_tapes.setdefault(tape, Var(f"d{tape.name}", TAPE))
    value = sweep.cast(sweep.handed_on(g, eqn.out), eqn.out.type)
    sweep.builder.append(Eqn((), OPS["push"], (back, value), {}, eqn.span))


def push(sweep: Sweep, eqn: Eqn, cotangents: Cotangents) -> None:
    """Take the cotangent of what was put on a tape."""
    tape, value = eqn.args
    if tape not in sweep.back_tapes or not isinstance(value, Var) or value not in sweep.active:
        return
    g = Var("", sweep.map.handed_on(value))
    sweep.builder.append(Eqn((g,), OPS["pop"], (sweep.back_tapes[tape],), {}, eqn.span))
    sweep.contribute(value, g, cotangents)


def fills(sweep: Sweep, block: Block) -> bool:
    """Whether a block puts something on a tape from which cotangents come back."""
    return any(
        stmt.op.name == "push" and stmt.args[0] in sweep.back_tapes
        if isinstance(stmt, Eqn)
        else any(fills(sweep, inner) for inner in regions_of(stmt))
        for stmt in block.stmts
    )


def opened(sweep: Sweep) -> list[Eqn]:
    """What makes the tapes of cotangents, for the start of the backward sweep."""
    return [Eqn((tape,), OPS["new_tape"], ()) for tape in sweep.back_tapes.values()]


__all__ = ["fills", "opened", "pop", "push"]
