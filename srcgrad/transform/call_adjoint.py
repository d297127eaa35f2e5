"""Reverses calls by name: a user function becomes a pair, forward and backward.

The forward half gives its results and what the backward half reads of the run, packed; a call is reversed
by a call of the backward half on that. A call that is to be run again is reversed by a function that does
both, of the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import TYPE_CHECKING

from srcgrad.errors import MissingRuleError
from srcgrad.ir.nodes import Atom, Block, Call, Eqn, Program, Var
from srcgrad.ir.ops import OPS
from srcgrad.ir.scopes import free_vars
from srcgrad.ir.types import SAVED, is_differentiable
from srcgrad.transform import tape_adjoint
from srcgrad.transform.activity import active
from srcgrad.transform.simplify import simplify_block

if TYPE_CHECKING:
    from srcgrad.transform.reverse import Cotangents, Plan, Sweep

AGAIN = "_again"  # ends the name of a function that runs another one again and differentiates it
ROUNDS = 4  # walks over a block until what one finds is what it was given


def call_pairs(
    program: Program,
    wanted: set[tuple[str, bool]],
    walk: Callable[[Program, list[Var], Plan | None], Sweep],
) -> dict[str, Block]:
    """Forward and backward halves of user functions, and of those that they call."""
    made: dict[str, Block] = {}
    todo = sorted(wanted)
    while todo:
        name, whole = todo.pop()
        first = f"{name}{AGAIN}" if whole else f"{name}_fwd"
        if first in made or first in program.functions:
            continue
        block = program.functions[name]
        inputs = [p for p in block.params if is_differentiable(p.type)]
        plan: Plan | None = None
        for _ in range(ROUNDS):
            sweep = walk(Program(block, program.functions), inputs, plan)
            if whole:
                made[first] = _whole(sweep)
            else:
                made[f"{name}_fwd"], made[f"{name}_bwd"] = _halves(sweep)
            plan = sweep.found()
            if plan == sweep.plan:
                break
        todo += sorted(sweep.pairs)
    return made


def _whole(sweep: Sweep) -> Block:
    """The block run again and differentiated: cotangents of its parameters, from those of its results."""
    seeds, gradients = _swept(sweep)
    forward = sweep.supply.forward(sweep.block)
    stmts = (*forward, *tape_adjoint.opened(sweep), *sweep.builder.stmts)
    return simplify_block(Block((*sweep.block.params, *seeds), stmts, gradients))


def _swept(sweep: Sweep) -> tuple[tuple[Var, ...], tuple[Atom, ...]]:
    """Walk over the block: cotangents of its results as parameters, and those of its own parameters."""
    sweep.active = active(Program(sweep.block, sweep.functions), sweep.wrt, sweep.block.results)
    seeds: list[Var] = []
    cotangents: Cotangents = {}
    for result in sweep.block.results:
        if is_differentiable(result.type):
            seeds.append(Var(f"d{getattr(result, 'name', '') or 'result'}", result.type))
            sweep.contribute(result, seeds[-1], cotangents)
    sweep.statements(sweep.block.stmts, cotangents)
    return tuple(seeds), tuple(_argument_gradient(sweep, p, cotangents) for p in sweep.wrt)


def _halves(sweep: Sweep) -> tuple[Block, Block]:
    """The block as a pair: forward, which also gives what is saved, and backward, which takes it."""
    sweep.supply.absent_is_none = True
    seeds, gradients = _swept(sweep)
    stmts = (*tape_adjoint.opened(sweep), *sweep.builder.stmts)
    backward = simplify_block(Block(seeds, stmts, gradients))
    kept = tuple(free_vars(backward))
    saved, given = Var("saved", SAVED), Var("saved", SAVED)
    pack = Eqn((saved,), OPS["pack"], kept)
    unpack = Eqn(kept, OPS["unpack"], (given,))
    forward = Block(
        sweep.block.params,
        (*sweep.supply.forward(sweep.block), pack),
        (*sweep.block.results, saved),
    )
    opened = (unpack, *backward.stmts) if kept else backward.stmts
    return forward, Block((given, *seeds), opened, gradients)


def _argument_gradient(sweep: Sweep, param: Var, cotangents: Cotangents) -> Atom:
    """The cotangent of a parameter; unlike a gradient it may share storage."""
    g = cotangents.get(param)
    return sweep.zero(param) if g is None else sweep.cast(sweep.full(g, param), param.type)


def call(sweep: Sweep, stmt: Call, cotangents: Cotangents) -> None:
    """The adjoint of a user function: a call of its backward half on what its forward half saved."""
    outs = [o for o in stmt.outs if is_differentiable(o.type)]
    if not any(o in cotangents for o in outs):
        return
    refuse_saved(stmt)
    block = sweep.functions[stmt.function]
    again = stmt.kind == "again"
    sweep.pairs.add((stmt.function, again))
    seeds: list[Atom] = []
    for out in outs:
        g = cotangents.pop(out, None)
        seeds.append(sweep.zero(out) if g is None else sweep.full(g, out))
        sweep.name_cotangent(seeds[-1], out)
    given = stmt.args if again else (sweep.supply.saved(stmt),)
    places = [k for k, p in enumerate(block.params) if is_differentiable(p.type)]
    if stmt.kind == "custom":
        refuse_captured(stmt, sweep.active)
        places = [k for k in places if k < stmt.own]
    results = tuple(Var("", block.params[k].type) for k in places)
    backward = f"{stmt.function}{AGAIN if again else '_bwd'}"
    args = (*map(sweep.supply.reach, given), *seeds)
    sweep.builder.append(Call(results, backward, args, stmt.site, stmt.span))
    for k, result in zip(places, results, strict=True):
        sweep.contribute(stmt.args[k], result, cotangents)


def refuse_captured(stmt: Call, moving: Container[Atom]) -> None:
    """Refuse a derivative that the user gives, where another than that of the arguments is asked for."""
    if any(a in moving for a in stmt.args[stmt.own :]):
        message = f"{stmt.function} reads a differentiated value that is not an argument of it"
        raise MissingRuleError("SG226", message, stmt.span, "pass it as an argument")


def refuse_saved(stmt: Call) -> None:
    """Refuse the derivative of a call that is half of a derivative itself."""
    if any(a.type == SAVED for a in stmt.args):
        name = stmt.function.removesuffix("_bwd")
        message = f"a second derivative through {name}, which is kept as a call"
        raise MissingRuleError("SG226", message, stmt.span, "write it in place, or as a loop")


__all__ = ["ROUNDS", "call", "call_pairs", "refuse_captured", "refuse_saved"]
