"""Reverses a branch: a branch on the same test whose arms walk the forward arms backwards.

A value that either arm adds to gets one cotangent, in one shape, from both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from srcgrad.ir import build
from srcgrad.ir.nodes import Atom, Block, Branch, Const, Var
from srcgrad.ir.types import dims_of, join
from srcgrad.transform.loop_adjoint import Chain
from srcgrad.transform.needed import Scope
from srcgrad.transform.tape_adjoint import fills

if TYPE_CHECKING:
    from srcgrad.transform.reverse import Cotangents, Sweep

    Arms = list[tuple[Scope, Cotangents]]


def branch(sweep: Sweep, stmt: Branch, cotangents: Cotangents) -> None:
    """Append the branch that walks the arms of a forward branch backwards."""
    seeds = [(k, cotangents.pop(out)) for k, out in enumerate(stmt.outs) if out in cotangents]
    for k, g in seeds:
        sweep.name_cotangent(g, stmt.outs[k])
    if not seeds and not any(fills(sweep, arm) for arm in (stmt.then, stmt.orelse)):
        return
    test = sweep.supply.reach(stmt.test)
    arms: Arms = []
    for arm in (stmt.then, stmt.orelse):
        own = dict(cotangents)
        scope = sweep.enter(sweep.map.of(arm))
        for k, g in seeds:
            sweep.contribute(arm.results[k], g, own)
        sweep.statements(arm.stmts, own)
        sweep.leave(scope)
        arms.append((scope, own))
    sweep.builder.span = stmt.span
    _merge(sweep, stmt, test, arms, cotangents)


def _merge(sweep: Sweep, stmt: Branch, test: Atom, arms: Arms, cotangents: Cotangents) -> None:
    """One cotangent for each value that an arm contributed to."""
    region = sweep.map.of(stmt.then).parent
    _fold_into_chains(sweep, arms, cotangents)
    changed = {
        var: None
        for _, own in arms
        for var, g in own.items()
        if cotangents.get(var) is not g and _visible(sweep, var, region)
    }
    outs: list[Var] = []
    results: tuple[list[Atom], list[Atom]] = ([], [])
    for var in changed:
        pair = _matched(sweep, var, [own.get(var) for _, own in arms], [s for s, _ in arms])
        if build.atom_key(pair[0]) == build.atom_key(pair[1]) and isinstance(pair[0], Const):
            cotangents[var] = pair[0]
            continue
        own_var = var.of if isinstance(var, Chain) else var
        out = Var("", join(pair[0].type, pair[1].type) or own_var.type)
        if isinstance(var, Chain):
            sweep.name_cotangent(out, own_var)
        outs.append(out)
        results[0].append(pair[0])
        results[1].append(pair[1])
        cotangents[var] = out
    blocks = [
        Block((), (*scope.header, *scope.builder.stmts), tuple(r))
        for (scope, _), r in zip(arms, results, strict=True)
    ]
    sweep.builder.append(Branch(test, blocks[0], blocks[1], tuple(outs), stmt.site, stmt.span))


def _fold_into_chains(sweep: Sweep, arms: Arms, cotangents: Cotangents) -> None:
    """What only one arm adds to an accumulated cotangent is added there, so the other does nothing."""
    for k, (scope, own) in enumerate(arms):
        other = arms[1 - k][1]
        for var in [v for v in own if isinstance(v, Var) and v not in other and Chain(v) in own]:
            sweep.resume(scope)
            rest = sweep.cast(own.pop(var), var.type)
            own[Chain(var)] = build.add(sweep.builder, own[Chain(var)], rest)
            sweep.leave(scope)


def _visible(sweep: Sweep, var: Var | Chain, region: Any) -> bool:
    """Whether a forward value is defined in a region or around it."""
    home = sweep.map.home[var.of if isinstance(var, Chain) else var]
    while region is not None:
        if region is home:
            return True
        region = region.parent
    return False


def _matched(
    sweep: Sweep, key: Var | Chain, pair: list[Atom | None], scopes: list[Scope]
) -> list[Atom]:
    """The cotangents of the two arms in one shape; a missing one is zero."""
    var = key.of if isinstance(key, Chain) else key
    dims = {dims_of(g.type) for g in pair if g is not None}
    scalar = dims == {()}
    result: list[Atom] = []
    for g, scope in zip(pair, scopes, strict=True):
        sweep.resume(scope)
        if g is None:
            g = Const(0.0) if scalar else sweep.zero(var)
        result.append(g if scalar else sweep.handed_on(g, var))
        sweep.leave(scope)
    return result


__all__ = ["branch"]
