"""Cotangents and broadcasting: the compiler's side of every elementwise rule.

Invariant: the cotangent of a value broadcasts to the shape of the value; it is spread to exactly that
shape only where an op needs it. So the adjoint of a full sum costs nothing.
"""

from __future__ import annotations

from srcgrad.ir.types import AnyDim, Dim, Dims
from srcgrad.rules.symbols import Sym


def full(g: Sym, like: Sym) -> Sym:
    """``g`` spread to exactly the shape of ``like``."""
    return g if g.atom is like.atom or _covers(g.dims, like.dims) else g.call("spread", like)


def _covers(g: Dims, like: Dims) -> bool:
    """Whether what broadcasts to ``like`` surely has its shape: an axis of two or more is never spread."""
    if g is None or like is None or len(g) != len(like):
        return False
    return all(a == b or (isinstance(a, Dim) and a.long) for a, b in zip(g, like, strict=True))


def _keeps(own: AnyDim, out: AnyDim) -> bool | None:
    """Whether an operand axis was not broadcast; ``None`` where that is not known."""
    if own == out or (isinstance(own, Dim) and own.long):
        return True
    return False if own == 1 else None


def _plan(out: Dims, own: Dims) -> tuple[list[int], list[int]] | None:
    """Axes of the result, counted from the right, to sum away and to sum keeping them; ``None``: unknown."""
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
    if g.dims is None or out.dims is None:
        if operand.dims == ():
            return full(g, out).call("sum", via="np")
        return full(g, out).call("unbroadcast", operand)
    plan = _plan(out.dims, operand.dims)
    if plan is None:
        return full(g, out).call("unbroadcast", operand)
    gone, kept = plan
    return _sum_axes(g, out, gone, kept)


def _sum_axes(g: Sym, out: Sym, gone: list[int], kept: list[int]) -> Sym:
    """Sum over axes of ``out`` (numbered from the right), times the lengths that ``g`` does not have."""
    assert g.dims is not None
    assert out.dims is not None
    rank = len(g.dims)
    counted = [k for k in gone + kept if (k > rank or g.dims[-k] == 1) and out.dims[-k] != 1]
    summed = [k for k in kept if k <= rank and k not in counted and g.dims[-k] != 1]
    dropped = [k for k in gone if k <= rank]
    if len(dropped) == rank and not summed and rank:
        g = g.call("sum", via="np")
    else:
        if summed:
            g = g.call("sum", via="np", axis=_axes(summed, rank), keepdims=True)
        if dropped:
            g = g.call("sum", via="np", axis=_axes(dropped, rank))
    if counted and len(counted) == len(out.dims):
        return g * out.call("size")
    for k in counted:
        g = g * out.call("length", axis=len(out.dims) - k)
    return g


def _axes(from_right: list[int], rank: int) -> int | tuple[int, ...]:
    axes = tuple(sorted(rank - k for k in from_right))
    return axes[0] if len(axes) == 1 else axes
