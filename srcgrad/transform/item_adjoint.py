"""Reverses reads and writes by index: a read adds to a cotangent in place, a write takes from it.

A read of ``A[i]`` adds into the cotangent of ``A`` at ``i``. A write ``A[i] = v`` gives ``v`` the
cotangent of ``A`` at ``i``, which is then zero: what ``A[i]`` held before had no influence on what
came after.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from srcgrad.ir import build
from srcgrad.ir.nodes import Atom, Const, Eqn, Stmt, Var, args_of, regions_of
from srcgrad.ir.types import dims_of
from srcgrad.rules.indexing import Gather, is_basic, is_whole, may_repeat, shifted
from srcgrad.rules.stores import Scatter
from srcgrad.transform.loop_adjoint import Chain

if TYPE_CHECKING:
    from srcgrad.transform.reverse import Cotangents, Sweep

_NEAR = 16  # statements to look back for the write that zeroed an element


def gather(
    sweep: Sweep, eqn: Eqn, rule: Gather, g: Atom, args: Any, attrs: Any, cotangents: Cotangents
) -> None:
    """Add the cotangent of an element into the cotangent buffer of the array it was read from."""
    source = eqn.args[0]
    if not isinstance(source, Var) or source not in sweep.active:
        return
    inserted = rule.inserted_axes(attrs["index"])
    if inserted and dims_of(source.type) is not None:
        part = build.squeeze(sweep.builder, sweep.full(g, eqn.out), inserted)
        sweep.contribute(source, part, cotangents)
        return
    if is_whole(attrs["index"]):
        sweep.contribute(source, sweep.full(g, eqn.out), cotangents)
        return
    if rule.permutes(attrs["index"]):
        whole = sweep.sym(sweep.full(g, eqn.out))
        sweep.contribute(source, whole.call("index", index=attrs["index"]).atom, cotangents)
        return
    chain = Chain(source)
    key: Var | Chain = chain if chain in cotangents else source
    before = cotangents.get(key)
    base = sweep.zero(source) if before is None else before
    if before is not None or source in sweep.map.partial:
        base = sweep.filled(base, source)
    exact = sweep.cast(g, source.type)
    bare = build.negated(sweep.builder, exact)
    if bare is not None:  # a minus sign of its own, so that it is printed as ``-=``
        exact = sweep.builder.emit_new("negative", sweep.supply.reach(bare))
    if _filled_instead_of_zeroed(sweep, base, exact, args, attrs["index"]):
        cotangents[key] = base
        return
    cotangents[key] = rule.accumulate(sweep.sym(base), sweep.sym(exact), args, attrs).atom


def _filled_instead_of_zeroed(sweep: Sweep, base: Atom, g: Atom, args: Any, index: Any) -> bool:
    """Put ``g`` where the cotangent was zeroed, if only additions have happened to it since.

    They are moved behind it: additions to one array may change their order.
    """
    parts = [a.atom for a in args[1:]]
    if not is_basic(index, tuple(a.atom for a in args)):
        return False
    stmts = sweep.builder.stmts
    chain: list[Eqn] = []
    added = sweep.builder.definition(base, "index_add")
    while added is not None and len(chain) < _NEAR:
        chain.append(added)
        base = added.args[0]
        added = sweep.builder.definition(base, "index_add")
    zeroed = sweep.builder.definition(base, "store")
    if zeroed is None or not any(s is zeroed for s in stmts[-_NEAR:]):
        return False  # in another region both versions would be alive
    same = build.freeze(zeroed.attrs["index"]) == build.freeze(shifted(index, 1))
    zero = isinstance(zeroed.args[1], Const) and zeroed.args[1].value == 0.0
    keys = [
        list(map(build.atom_key, atoms))
        for atoms in (zeroed.args[2:], map(sweep.supply.reach, parts))
    ]
    if not (same and zero and keys[0] == keys[1]):
        return False
    moved = [zeroed, *reversed(chain)]
    place = next(k for k, s in enumerate(stmts) if s is zeroed)
    others = [s for s in stmts[place:] if not any(s is m for m in moved)]
    if len(others) + len(moved) != len(stmts) - place or _read(others, moved):
        return False
    filled = replace(zeroed, args=(zeroed.args[0], g, *zeroed.args[2:]))
    stmts[place:] = others
    for stmt in (filled, *moved[1:]):
        sweep.builder.append(stmt)
    return True


def _read(stmts: list[Stmt], moved: list[Eqn]) -> bool:
    """Whether one of the statements, or of those in them, reads a version that is to be moved."""
    versions = {m.out for m in moved}

    def reads(stmt: Stmt) -> bool:
        inner = regions_of(stmt)
        return (
            not versions.isdisjoint(args_of(stmt))
            or any(not versions.isdisjoint(b.results) for b in inner)
            or any(reads(s) for b in inner for s in b.stmts)
        )

    return any(map(reads, stmts))


def scatter(
    sweep: Sweep, eqn: Eqn, rule: Scatter, g: Atom, args: Any, attrs: Any, cotangents: Cotangents
) -> None:
    """Take the cotangent of what was written off the elements that it went to."""
    base, value = eqn.args[0], eqn.args[1]
    index, parts = attrs["index"], args[2:]
    whole = sweep.sym(sweep.filled(g, eqn.out))
    if isinstance(value, Var) and value in sweep.active:
        repeats = may_repeat(shifted(index, -1), (base, *eqn.args[2:]), sweep.map.definition.get)
        taken = rule.written(
            whole, args[1], parts, index, fits=attrs.get("fits", False), repeats=repeats
        )
        sweep.contribute(value, taken.atom, cotangents)
    if isinstance(base, Var) and base in sweep.active and not is_whole(index):
        zeroed = whole.call("store", 0.0, *parts, index=index)
        sweep.contribute(base, zeroed.atom, cotangents)


__all__ = ["gather", "scatter"]
