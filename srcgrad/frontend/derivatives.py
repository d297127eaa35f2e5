"""Lowers derivatives that are taken inside a function: ``grad(f)(x)``, ``jvp``, ``vjp``.

The function is lowered on parameters of its own into a block, the block is differentiated, and the result is
put in the place of the call. Values of the run that the function captures stay what they are: to this
derivative they are constants, to one taken around it they are not. So no two derivatives are confused.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from srcgrad.frontend.boxes import boxed, unboxed
from srcgrad.frontend.context import Context
from srcgrad.frontend.kept import call_again, is_custom
from srcgrad.frontend.kinds import (
    ATOMS,
    AV,
    ITERATORS,
    NONE,
    Box,
    Derivative,
    Mapping,
    Range,
    Ref,
    Segmented,
    Seq,
    Static,
    UserFunction,
    describe,
    leaves,
    map_leaves,
    structure,
)
from srcgrad.frontend.operators import static_value
from srcgrad.frontend.perhaps import settled
from srcgrad.frontend.traced import Traced
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import ROOT, Atom, Const, Var
from srcgrad.ir.types import Number, Type, describe_type, dims_of, is_complex, is_differentiable

_FIRST, _NO = constant(0), constant(False)


def call_derivative(
    cx: Context, derivative: Derivative, args: list[AV], kwargs: dict[str, AV], node: Any
) -> AV:
    """Call ``grad(f)``, or the pullback that ``vjp`` gave."""
    if derivative.mode == "pullback":
        return _pulled(cx, derivative, args, node)
    if derivative.mode == "again":
        return call_again(cx, derivative.function, args, kwargs, node)
    if derivative.mode == "run":
        return cx.call_value(derivative.function, args, kwargs, node)
    args = [settled(cx, a, node) for a in args]
    places = [_place(cx, derivative, item, args, kwargs, node) for item in derivative.argnums]
    traced = Traced(cx, node)
    traced.summed = derivative.elementwise
    traced.run(derivative.function, args, kwargs, set(places))
    first = _scalar(cx, derivative, traced, node)
    block = cx.derived.gradient(cx, traced.block, first)
    results = traced.put(block)
    values, gradients = results[: -len(traced.params)], iter(results[-len(traced.params) :])
    parts = [
        _like(cx, kwargs[p] if isinstance(p, str) else args[p], gradients, node) for p in places
    ]
    found: AV = parts[0] if derivative.single else Seq(tuple(parts))
    if derivative.value:
        return Seq((traced.shaped(values), found))
    if derivative.has_aux:
        assert isinstance(traced.shape, Seq)
        return Seq((found, traced.shaped(values, traced.shape.items[1])))
    return found


def _like(cx: Context, argument: AV, gradients: Any, node: Any) -> AV:
    """Gradients in the structure of an argument."""

    def leaf(value: AV) -> AV:
        known = isinstance(value, (*ATOMS, Ref))
        return cx.bind(next(gradients), mutable=True) if known else value

    return boxed(cx, map_leaves(unboxed(cx, argument, node), leaf))


def _scalar(cx: Context, derivative: Derivative, traced: Traced, node: Any) -> int:
    """Which result of the block is differentiated; refused if that is no real scalar."""
    value: AV = traced.shape
    if derivative.has_aux:
        if not (isinstance(value, Seq) and len(value.items) == 2):
            cx.refuse("SG204", "the function must return a pair (value, aux)", node, "return both")
        value = value.items[0]
    if not isinstance(value, Const):
        message = f"the function returns {describe(value)}, not one scalar"
        cx.refuse("SG204", message, node, "return a number, or use jvp or vjp")
    type_ = traced.block.results[value.value].type
    dims = dims_of(type_)
    if dims is not None and any(d != 1 for d in dims):
        message = "the function returns an array, not a scalar"
        cx.refuse("SG204", message, node, "sum it, or use jvp or vjp")
    if is_complex(type_) or not is_differentiable(type_):
        message = f"the function returns {describe_type(type_)}, not a real number"
        cx.refuse("SG204", message, node, "return a float")
    return int(value.value)


def _place(
    cx: Context,
    derivative: Derivative,
    item: int | str,
    args: list[AV],
    kwargs: dict[str, AV],
    node: Any,
) -> int | str:
    """Where in a call the argument of this number or name is."""
    names = _names(derivative.function)
    if isinstance(item, str):
        if item in kwargs:
            return item
        item = names.index(item) if item in names else len(args)
    elif item < 0:
        item += len(names) or len(args)
    if item < len(args):
        return item
    if item < len(names) and names[item] in kwargs:
        return names[item]
    cx.refuse("SG303", "the argument to differentiate is not passed here", node, "check argnums")


def _names(function: AV) -> list[str]:
    """Names of the parameters of a function, as far as they are known."""
    if isinstance(function, UserFunction):
        arguments = function.tree.args
        return [a.id for a in (*arguments.posonlyargs, *arguments.args)]
    if isinstance(function, Derivative):
        return _names(function.function)
    value: Any = function.value if isinstance(function, Static) else None
    while hasattr(value, "__srcgrad_primal__"):
        value = value.__srcgrad_primal__
    return list(inspect.signature(value).parameters) if isinstance(value, FunctionType) else []


def jvp(cx: Context, node: Any, function: AV, primals: AV, tangents: AV) -> AV:
    """``jvp(f, primals, tangents)``: value and tangent."""
    args, moves = (
        _items(cx, v, node, w) for v, w in ((primals, "primals"), (tangents, "tangents"))
    )
    if structure(Seq(tuple(args))) != structure(Seq(tuple(moves))):
        cx.refuse(
            "SG313", "the tangents have another structure than the primals", node, "match them"
        )
    traced = Traced(cx, node).run(function, args, {}, set(range(len(args))))
    given = [cx.atom(v, node) for m in moves for v in leaves(unboxed(cx, m, node))]
    results = traced.put(
        cx.derived.tangent(cx, traced.block), fitted(cx, given, traced.params, node)
    )
    half = len(results) // 2
    return Seq((traced.shaped(results[:half]), traced.shaped(results[half:])))


def jvp_at_once(cx: Context, node: Any, function: AV, primal: AV, tangents: AV) -> AV:
    """Tangents for many directions, along a first axis of their own, and of the result."""
    traced = Traced(cx, node).run(function, [primal], {}, {0})
    try:
        block = cx.derived.tangents(cx, traced.block)
    except ValueError as reason:
        message = f"this has no form for many tangents at once: {reason}"
        cx.refuse("SG234", message, node, "take one after another, with jvp")
    results = traced.put(block, [cx.atom(tangents, node)])
    return cx.bind(results[-1], mutable=True)


def vjp(cx: Context, node: Any, function: AV, *primals: AV) -> AV:
    """``vjp(f, *primals)``: the value, and a function from its cotangent to those of the primals."""
    value = settled(cx, cx.call_value(function, list(primals), {}, node), node)
    return Seq((value, Derivative(function, "pullback", args=tuple(primals))))


def _pulled(cx: Context, derivative: Derivative, args: list[AV], node: Any) -> AV:
    if len(args) != 1:
        cx.refuse("SG217", "a pullback takes one cotangent", node, "pass a tuple of them")
    primals = list(derivative.args)
    traced = Traced(cx, node).run(derivative.function, primals, {}, set(range(len(primals))))
    cotangent = unboxed(cx, args[0], node)
    if structure(cotangent) != structure(traced.shape):
        message = "the cotangent has another structure than what the function returns"
        cx.refuse("SG313", message, node, "match them")
    given = [cx.atom(v, node) for v in leaves(cotangent)]
    seeds = fitted(cx, given, traced.block.results, node)
    results = iter(traced.put(cx.derived.cotangent(cx, traced.block), seeds))
    return Seq(tuple(_like(cx, primal, results, node) for primal in primals))


def fitted(cx: Context, given: Sequence[Atom], likes: Sequence[Atom], node: Any) -> list[Atom]:
    """Tangents or cotangents in the types of the values that they belong to."""
    return [_cast(cx, a, like.type, node) for a, like in zip(given, likes, strict=True)]


def _cast(cx: Context, atom: Atom, type_: Type, node: Any) -> Atom:
    dims, own = dims_of(type_), dims_of(atom.type)
    if dims is not None and own is not None and len(dims) != len(own):
        message = f"a tangent or cotangent has {len(own)} axes, its value {len(dims)}"
        cx.refuse("SG313", message, node, "pass one of the same shape")
    if isinstance(type_, Number) and isinstance(atom, Const):
        return Const(complex(atom.value) if is_complex(type_) else float(atom.value))
    return atom


def _items(cx: Context, value: AV, node: Any, what: str) -> list[AV]:
    found = unboxed(cx, value, node)
    if not isinstance(found, Seq):
        cx.refuse(
            "SG313", f"{what} is {describe(found)}", node, "pass a tuple, one for each argument"
        )
    return list(found.items)


def _wanted(value: AV) -> tuple[tuple[Any, ...], bool]:
    known = static_value(value)
    single = not isinstance(known, tuple)
    return ((known,) if single else known), single


def gradient(
    cx: Context,
    node: Any,
    function: AV,
    argnums: AV = _FIRST,
    *,
    has_aux: AV = _NO,
    value: bool = False,
    **options: AV,
) -> AV:
    """``grad(f)`` in a function: how it is compiled is decided around it."""
    wanted, single = _wanted(argnums)
    return Derivative(function, "grad", wanted, single, value, bool(static_value(has_aux)))


def elementwise(cx: Context, node: Any, function: AV, argnums: AV = _FIRST) -> AV:
    """``elementwise_grad(f)`` in a function."""
    wanted, single = _wanted(argnums)
    return Derivative(function, "grad", wanted, single, elementwise=True)


def compiled(cx: Context, node: Any, function: AV) -> AV:
    """``compiled(f)`` in a function: what is compiled is the whole."""
    return function


def value_and_gradient(cx: Context, node: Any, function: AV, *args: AV, **kwargs: AV) -> AV:
    """``value_and_grad(f)`` in a function."""
    return gradient(cx, node, function, *args, value=True, **kwargs)


def checkpoint(cx: Context, node: Any, target: AV, keep: AV = NONE) -> AV:
    """``checkpoint(f)`` or ``checkpoint(iterable, keep)`` in a function."""
    if isinstance(target, (Range, Ref, Seq, Mapping, Box, *ITERATORS)):
        states = ROOT if keep == NONE else cx.integer(keep, node, "keep")
        if states == 0 or states < ROOT:
            cx.refuse("SG310", f"checkpoint keeps {states} states", node, "keep at least one")
        return Segmented(target, states)
    if keep != NONE:
        cx.refuse("SG310", "checkpoint of a function keeps nothing", node, "leave out keep")
    return Derivative(target, "again")


def stopped(cx: Context, node: Any, value: AV) -> AV:
    """``stop_gradient(x)``: the value, as a constant."""

    def leaf(part: AV) -> AV:
        if not isinstance(part, (Var, Ref)):
            return part
        return cx.bind(cx.emit("stop_gradient", cx.atom(part, node)), part, mutable=True)

    return boxed(cx, map_leaves(unboxed(cx, value, node), leaf))


MODES: dict[Any, Callable[..., AV]] = {
    "checkpoint": checkpoint,
    "compiled": compiled,
    "elementwise_grad": elementwise,
    "stop_gradient": stopped,
    "grad": gradient,
    "value_and_grad": value_and_gradient,
    "jvp": jvp,
    "jvp_at_once": jvp_at_once,
    "vjp": vjp,
}


def made_outside(function: Any) -> Derivative | None:
    """The derivative that a differentiated function made outside stands for."""
    primal = getattr(function, "__srcgrad_primal__", None)
    if primal is None or is_custom(function):
        return None
    options = function.options
    if options.run:
        return Derivative(Static(primal), "run")
    return Derivative(
        Static(primal),
        "grad",
        function.wrt,
        function.single,
        options.value,
        options.has_aux,
        options.elementwise,
    )


__all__ = ["MODES", "call_derivative", "made_outside"]
