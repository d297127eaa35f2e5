"""Lowers expressions: each node class to the equations it means, by the kinds of its operands.

Operands are lowered once, in the order in which Python evaluates them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from srcgrad.frontend.attributes import attribute
from srcgrad.frontend.branches import Unmergeable
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, Mapping, Ref, Seq, Slicing, Static, UserFunction
from srcgrad.frontend.operators import (
    DYNAMIC,
    binop,
    boolop,
    comparison,
    ifexp,
    static_value,
    unaryop,
)
from srcgrad.frontend.resolve import Capture, root_of
from srcgrad.frontend.subscripts import subscript
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Undef, Var
from srcgrad.ir.types import Array


def expression(cx: Context, node: Any) -> AV:
    """Abstract value of an expression."""
    lower = _TABLE.get(type(node).__name__)
    if lower is None:
        cx.refuse(
            "SG102", f"{type(node).__name__} is not supported here", node, "rewrite the expression"
        )
    with cx.at(node):
        value = lower(cx, node)
    if isinstance(value, (Ref, Seq)):
        cx.frame.held.append(value)
    return value


def _constant(cx: Context, node: Any) -> AV:
    if isinstance(node.value, (bool, int, float, complex)):
        return constant(node.value)
    return Static(node.value)


def _name(cx: Context, node: Any) -> AV:
    value = lookup(cx, node.id, node)
    if isinstance(value, Static) and isinstance(value.value, Unmergeable):
        cx.refuse(
            value.value.code, value.value.reason, node, "give the name one kind on every path"
        )
    if isinstance(value, Undef):
        cx.refuse("SG225", f"{node.id!r} may be unbound here", node, "assign it before")
    return value


def lookup(cx: Context, name: str, node: Any) -> AV:
    """What a name is bound to: local, enclosing function, captured, builtin."""
    frame = cx.frame
    while True:
        if name in frame.names:
            return frame.names[name]
        if name in frame.locals:
            cx.refuse("SG209", f"{name!r} is read before it is assigned", node, "assign it first")
        if frame.parent is None:
            break
        frame = frame.parent
    function = frame.function.function
    root = root_of(function, name)
    if root is None:
        cx.refuse("SG209", f"name {name!r} is not defined", node, "define it or import it")
    value = root.read()
    return captured(cx, Capture(root), value)


def captured(cx: Context, capture: Capture, value: Any) -> AV:
    """Abstract value of a captured object."""
    primal = getattr(value, "__srcgrad_primal__", None)
    if primal is not None and primal is cx.captures.entry:
        return Static(primal)
    return cx.captures.value(capture, value, lambda var: _captured_input(cx, var))


def _captured_input(cx: Context, var: Var) -> AV:
    var = cx.local_capture(var)
    if isinstance(var.type, Array):
        if var not in cx.heap.captured:
            cx.heap.captured[var] = cx.heap.allocate(var, shared=True)
        return Ref(cx.heap.captured[var])
    return var


def _subscript(cx: Context, node: Any) -> AV:
    return subscript(cx, expression(cx, node.value), expression(cx, node.slice), node)


def _slice(cx: Context, node: Any) -> AV:
    parts = [None if p is None else expression(cx, p) for p in (node.lower, node.upper, node.step)]
    atoms = [None if p is None or p == Static(None) else cx.atom(p, node, "a slice") for p in parts]
    return Slicing(*atoms)


def _sequence(make: type) -> Callable[[Context, Any], AV]:
    return lambda cx, node: Seq(tuple(expression(cx, e) for e in node.elts), make)


def _dict(cx: Context, node: Any) -> AV:
    items = []
    for key, value in zip(node.keys, node.values, strict=True):
        known = static_value(expression(cx, key))
        if known is DYNAMIC:
            cx.refuse("SG212", "a dict key must be known before the run", key, "use literal keys")
        items.append((known, expression(cx, value)))
    return Mapping(tuple(items))


def _lambda(cx: Context, node: Any) -> AV:
    body = gast.Return(value=node.body)
    gast.copy_location(body, node.body)
    tree = gast.FunctionDef("lambda", node.args, [body], [], None, None, [])
    return UserFunction(cx.source, gast.copy_location(tree, node), frame=cx.frame)


def _joined(cx: Context, node: Any) -> AV:
    parts = [v.value for v in node.values if isinstance(v, gast.Constant)]
    if len(parts) < len(node.values):
        cx.refuse(
            "SG228", "text that is made from values of the run", node, "use the values themselves"
        )
    return Static("".join(map(str, parts)))


_TABLE: dict[str, Callable[[Context, Any], AV]] = {
    "Constant": _constant,
    "Name": _name,
    "BinOp": binop,
    "UnaryOp": unaryop,
    "BoolOp": boolop,
    "IfExp": ifexp,
    "Compare": comparison,
    "Attribute": lambda cx, node: attribute(cx, expression(cx, node.value), node.attr, node),
    "Subscript": _subscript,
    "Slice": _slice,
    "Tuple": _sequence(tuple),
    "List": _sequence(list),
    "Dict": _dict,
    "Lambda": _lambda,
    "JoinedStr": _joined,
    "Call": lambda cx, node: cx.call(node),
}
__all__ = ["captured", "expression", "lookup"]
