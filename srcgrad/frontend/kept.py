"""Lowers calls that stay calls: functions that are run again, or whose derivative the user gives.

The function is lowered into a block of its own, which takes what it reads of the run as parameters. Its
halves, forward and backward, have its name and an ending; where the user gives none, the adjoint makes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from srcgrad.frontend.boxes import unboxed
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import ATOMS, AV, Ref, Seq, Static, leaves, map_leaves, structure
from srcgrad.frontend.resolve import Capture, Root
from srcgrad.frontend.traced import Traced
from srcgrad.ir.nodes import Atom, Block, Call, Const, Eqn, Var
from srcgrad.ir.ops import OPS
from srcgrad.ir.scopes import free_vars
from srcgrad.ir.types import SAVED, Number, is_differentiable


def call_again(cx: Context, function: AV, args: list[AV], kwargs: dict[str, AV], node: Any) -> AV:
    """Call a function of ``checkpoint``: its adjoint runs it again."""
    traced = Traced(cx, node, every=True).run(function, args, kwargs, {*range(len(args)), *kwargs})
    name, free = _named(cx, "again"), free_vars(traced.block)
    cx.functions[name] = _closed(cx, traced.block, free)
    return _called(cx, traced, name, free, node, "again")


def is_custom(function: Any) -> bool:
    """Whether a function has a derivative that the user has given."""
    return hasattr(function, "defvjp") and hasattr(function, "__srcgrad_primal__")


def call_custom(cx: Context, node: Any, custom: Any, *args: AV) -> AV:
    """Call a function whose derivative the user has given."""
    if custom in cx.within:  # its own derivative uses it
        return cx.call_value(Static(custom.function), list(args), {}, node)
    for attribute in ("forward", "backward", "tangent"):
        place = Capture(Root(custom, "object", custom.__name__), (("attr", attribute),))
        cx.captures.guard(place, getattr(custom, attribute), by_identity=True)
    traced = _run(cx, node, custom.function, list(args))
    name = _named(cx, custom.__name__)
    cx.within.append(custom)
    try:
        return _with_derivative(cx, node, custom, traced, name, list(args))
    finally:
        cx.within.pop()


def _with_derivative(
    cx: Context, node: Any, custom: Any, traced: Traced, name: str, args: list[AV]
) -> AV:
    if custom.tangent is not None:
        free = _with_tangent(cx, node, custom, traced, name, args)
    elif custom.backward is not None:
        free = _with_pullback(cx, node, custom, traced, name, args)
    else:
        message = f"{custom.__name__} has no derivative yet"
        cx.refuse("SG226", message, node, "give it with defvjp or defjvp")
    return _called(cx, traced, name, free, node, "custom")


def _run(cx: Context, node: Any, function: Any, args: list[AV]) -> Traced:
    return Traced(cx, node, every=True).run(Static(function), args, {}, set(range(len(args))))


def _named(cx: Context, base: str) -> str:
    name, count = base, 2
    while name in cx.functions:
        name, count = f"{base}_{count}", count + 1
    return name


def _called(
    cx: Context, traced: Traced, name: str, free: Sequence[Var], node: Any, kind: str
) -> AV:
    """The call, and its results in the structure that the function returns."""
    outs = tuple(Var(getattr(r, "name", ""), r.type) for r in traced.block.results)
    args, own = (*traced.given, *free), len(traced.given)
    cx.builder.append(Call(outs, name, args, cx.site(node), cx.source.span(node), kind, own))
    return traced.shaped(outs)


def _closed(cx: Context, block: Block, free: Sequence[Var]) -> Block:
    """A block with values from outside as parameters behind its own."""
    own = {v: Var(v.name, v.type) for v in free}
    inner = cx.derived.substituted(block, own)
    return Block((*block.params, *own.values()), inner.stmts, inner.results)


def _packed(block: Block, kept: Sequence[Atom]) -> Block:
    """A forward half: it also gives what the backward half reads."""
    saved = Var("saved", SAVED)
    pack = Eqn((saved,), OPS["pack"], tuple(kept))
    return Block(block.params, (*block.stmts, pack), (*block.results, saved))


def _unpacked(cx: Context, block: Block, kept: Sequence[Var]) -> Block:
    """A backward half: it takes what the forward half kept, in front of its parameters."""
    own = {v: Var(v.name, v.type) for v in kept}
    inner, saved = cx.derived.substituted(block, own), Var("saved", SAVED)
    unpack = Eqn(tuple(own.values()), OPS["unpack"], (saved,))
    stmts = (unpack, *inner.stmts) if kept else inner.stmts
    return Block((saved, *block.params), stmts, inner.results)


def _with_pullback(
    cx: Context, node: Any, custom: Any, traced: Traced, name: str, args: list[AV]
) -> list[Var]:
    """The halves that ``defvjp`` was given."""
    forward = _run(cx, node, custom.forward, args)
    if not (isinstance(forward.shape, Seq) and len(forward.shape.items) == 2):
        cx.refuse("SG204", "the forward function must return (value, saved)", node, "return both")
    value, residual = forward.shape.items
    if structure(value) != structure(traced.shape):
        message = f"the forward function of {custom.__name__} returns another value than it does"
        cx.refuse("SG204", message, node, "return the same")
    count = len(traced.block.results)
    given = [_stand_in(cx, part, forward.block.results) for part in (residual, value)]
    backward = _run(cx, node, custom.backward, given)
    kept = [r for r in forward.block.results[count:] if isinstance(r, Var)]
    inside = free_vars(backward.block)
    blocks = (traced.block, forward.block, backward.block)
    free = list(dict.fromkeys(v for block in blocks for v in free_vars(block)))
    cx.functions[name] = _closed(cx, traced.block, free)
    half = Block(forward.block.params, forward.block.stmts, forward.block.results[:count])
    cx.functions[f"{name}_fwd"] = _closed(cx, _packed(half, (*kept, *inside)), free)
    params = tuple(backward.params)
    results = _cotangents(cx, node, custom, backward, args)
    pulled = Block(params[len(kept) :], backward.block.stmts, results)
    cx.functions[f"{name}_bwd"] = _unpacked(cx, pulled, (*params[: len(kept)], *inside))
    return free


def _stand_in(cx: Context, shape: AV, results: Sequence[Atom]) -> AV:
    """Values of the types of results: of a function that is lowered on them, nothing else is read."""
    return map_leaves(
        shape,
        lambda v: cx.bind(results[v.value], mutable=True) if isinstance(v, Const) else v,
    )


def _cotangents(
    cx: Context, node: Any, custom: Any, backward: Traced, args: list[AV]
) -> tuple[Atom, ...]:
    """What the user's backward function gives, one for each differentiable value of the arguments."""
    parts = backward.shape.items if isinstance(backward.shape, Seq) else (backward.shape,)
    if len(parts) != len(args):
        message = f"the backward function of {custom.__name__} returns {len(parts)} cotangents"
        cx.refuse("SG313", message, node, f"return a tuple of {len(args)}, None for a constant")
    found: list[Atom] = []
    for part, argument in zip(parts, args, strict=True):
        values = leaves(unboxed(cx, argument, node))
        given = leaves(part) if len(leaves(part)) == len(values) else [part] * len(values)
        for value, cotangent in zip(values, given, strict=True):
            atom = cx.atom(value, node) if isinstance(value, (*ATOMS, Ref)) else Const(0.0)
            if isinstance(atom, Var) and is_differentiable(atom.type):
                known = isinstance(cotangent, Const)
                found.append(backward.block.results[cotangent.value] if known else Const(0.0))  # type: ignore[union-attr]
    return tuple(found)


def _with_tangent(
    cx: Context, node: Any, custom: Any, traced: Traced, name: str, args: list[AV]
) -> list[Var]:
    """The tangent that ``defjvp`` was given, and its transpose."""
    both: list[AV] = [Seq(tuple(args)), Seq(tuple(args))]
    pushed = _run(cx, node, custom.tangent, both)
    if not (isinstance(pushed.shape, Seq) and len(pushed.shape.items) == 2):
        cx.refuse("SG204", "the tangent function must return (value, tangent)", node, "return both")
    half, count = len(pushed.params) // 2, len(traced.block.results)
    primals, tangents = pushed.params[:half], pushed.params[half:]
    pairs = list(zip(primals, tangents, strict=True))
    still = {t: p for p, t in pairs if not is_differentiable(p.type)}
    moved = tuple(t for t in tangents if t not in still)
    block = cx.derived.substituted(pushed.block, still)
    free = list(dict.fromkeys([*free_vars(traced.block), *free_vars(pushed.block)]))
    same = dict(zip(traced.params, primals, strict=True))
    plain = cx.derived.substituted(Block(tuple(primals), *_body(traced.block)), same)
    cx.functions[name] = _closed(cx, plain, free)
    tangent = _closed(cx, Block(tuple(primals), *_body(block)), free)
    cx.functions[f"{name}_jvp"] = Block((*tangent.params, *moved), *_body(tangent))
    pulled = cx.derived.cotangent(cx, Block(moved, block.stmts, block.results[count:]))
    stmts, zeros = _zeros([(p, t) for p, t in pairs if t in moved])
    opened = Block(pulled.params[len(moved) :], (*stmts, *pulled.stmts), pulled.results)
    back = cx.derived.substituted(opened, zeros)
    residuals = free_vars(back)
    cx.functions[f"{name}_fwd"] = _closed(cx, _packed(plain, residuals), free)
    cx.functions[f"{name}_bwd"] = _unpacked(cx, back, residuals)
    return free


def _body(block: Block) -> tuple[Any, Any]:
    return block.stmts, block.results


def _zeros(pairs: Sequence[tuple[Var, Var]]) -> tuple[list[Eqn], dict[Var, Atom]]:
    """Zero tangents: where a linear function is transposed makes no difference."""
    stmts: list[Eqn] = []
    found: dict[Var, Atom] = {}
    for primal, tangent in pairs:
        found[tangent] = Const(0.0)
        if not isinstance(primal.type, Number):
            zero = Var("", primal.type)
            stmts.append(Eqn((zero,), OPS["zeros_like"], (primal,), {"via": "np"}))
            found[tangent] = zero
    return stmts, found


__all__ = ["call_again", "call_custom", "is_custom"]
