"""Cotangents and broadcasting: the compiler's side of every elementwise rule.

Invariant: the cotangent of a value broadcasts to the shape of the value; it is spread to exactly
that shape only where an op needs it. So the adjoint of a full sum costs nothing.
"""

from __future__ import annotations

from srcgrad.ir.types import AnyDim, Dim, Dims
from srcgrad.rules.symbols import Sym


def full(g: Sym, like: Sym) -> Sym:
    """``g`` spread to exactly the shape of ``like``."""
    return g if g.atom is like.atom or _covers(g.dims, like.dims) else g.call("spread", like)


def _covers(g: Dims, like: Dims) -> bool:
    """Whether what broadcasts to ``like`` surely has its shape: a long axis is never spread."""
    if g is None or like is None or len(g) != len(like):
        return False
    return all(a == b or (isinstance(a, Dim) and a.long) for a, b in zip(g, like, strict=True))


def _keeps(own: AnyDim, out: AnyDim) -> bool | None:
    """Whether an operand axis was not broadcast; ``None`` where that is not known."""
    if own == out or (isinstance(own, Dim) and own.long):
        return True
    return False if own == 1 else None


def _plan(out: Dims, own: Dims) -> tuple[list[int], list[int]] | None:
    """Axes of the result, from the right, to sum away and to sum keeping; ``None``: unknown."""
    if out is None or own is None or len(own) > len(out):
        return None
    gone, kept = [], []
    for k in range(1, len(out) + 1):
        if k > len(own):
            gone.append(k)
            continue
        keeps = _keeps(own[-k], out[-k])
        if keeps is None:
            return None
        if not keeps:
            kept.append(k)
    return gone, kept


def unbroadcast(g: Sym, out: Sym, operand: Sym) -> Sym:
    """Cotangent of an operand of a broadcasting op from that of its result.

    Decided from the dimensions wherever they decide it: nothing, or a sum over named axes.
    """
    minus = g.builder.definition(g.atom, "negative")
    if minus is not None:
        return -unbroadcast(Sym(g.builder, minus.args[0]), out, operand)
    own, dims = g.dims, out.dims
    if own is None or dims is None:
        if operand.dims == ():
            return full(g, out).sum()
        return full(g, out).call("unbroadcast", operand)
    plan = _plan(dims, operand.dims)
    if plan is None:
        return full(g, out).call("unbroadcast", operand)
    gone, kept = plan
    rank = len(own)
    counted = [k for k in gone + kept if (k > rank or own[-k] == 1) and dims[-k] != 1]
    summed = [k for k in kept if k <= rank and k not in counted and own[-k] != 1]
    g = _sum_axes(g, rank, [k for k in gone if k <= rank], summed)
    if counted and len(counted) == len(dims):
        return g * out.call("size")
    for k in counted:
        g = g * out.call("length", axis=len(dims) - k)
    return g


def _sum_axes(g: Sym, rank: int, dropped: list[int], summed: list[int]) -> Sym:
    """``g`` summed over axes, numbered from the right: some dropped, some kept with length one."""
    if len(dropped) == rank and rank:
        return g.sum()
    if summed:
        g = g.sum(axis=_axes(summed, rank), keepdims=True)
    return g.sum(axis=_axes(dropped, rank)) if dropped else g


def _axes(from_right: list[int], rank: int) -> int | tuple[int, ...]:
    axes = tuple(sorted(rank - k for k in from_right))
    return axes[0] if len(axes) == 1 else axes
