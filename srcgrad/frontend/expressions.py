"""Lowers expressions: each node class to the equations it means, by the kinds of its operands.

Operands are lowered once, in the order in which Python evaluates them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from srcgrad.errors import KindError
from srcgrad.frontend.attributes import attribute
from srcgrad.frontend.boxes import boxed, cell, change, in_cell, opened, settled
from srcgrad.frontend.comparisons import comparison
from srcgrad.frontend.comprehensions import dict_comprehension, list_of, set_comprehension, set_of
from srcgrad.frontend.context import Context, Frame
from srcgrad.frontend.early import refuse_or_wait
from srcgrad.frontend.inlining import define_nested
from srcgrad.frontend.kinds import (
    ATOMS,
    AV,
    ITERATORS,
    Mapping,
    Ref,
    Seq,
    Slicing,
    Static,
    describe,
)
from srcgrad.frontend.operators import DYNAMIC, binop, boolop, ifexp, static_value, unaryop
from srcgrad.frontend.resolve import Capture, root_of
from srcgrad.frontend.sequences import spread
from srcgrad.frontend.subscripts import elements, subscript
from srcgrad.frontend.texts import formatted, joined
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
    if not isinstance(value, (*ATOMS, Static)) and not _is_vague(cx, value):
        cx.frame.held.append(value)
    return value


def _is_vague(cx: Context, value: AV) -> bool:
    """Whether a value is most likely a number: an element of an array whose rank is not known."""
    return isinstance(value, Ref) and value.loc in cx.heap.vague


def _constant(cx: Context, node: Any) -> AV:
    if isinstance(node.value, (bool, int, float, complex)):
        return constant(node.value)
    return Static(node.value)


def _name(cx: Context, node: Any) -> AV:
    value = settled(cx, lookup(cx, node.id, node), node, "give the name one kind on every path")
    if isinstance(value, Undef):
        cx.refuse("SG225", f"{node.id!r} may be unbound here", node, "assign it before")
    return value


def lookup(cx: Context, name: str, node: Any) -> AV:
    """What a name is bound to: local, enclosing function, captured, builtin."""
    frame = cx.frame
    while True:
        if name in frame.names:
            return in_cell(cx, frame.names[name], node)
        if name in frame.locals:
            message = f"{name!r} is read before it is assigned"
            refusal = cx.source.refuse(KindError, "SG209", message, node, "assign it first")
            refuse_or_wait(name, frame, refusal)
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
    return lambda cx, node: boxed(cx, Seq(tuple(spread(cx, node.elts)), make))


def _dict(cx: Context, node: Any) -> AV:
    items: dict[Any, AV] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            items.update(_unpacked(cx, value))
            continue
        known = static_value(expression(cx, key))
        if known is DYNAMIC:
            cx.refuse("SG212", "a dict key must be known before the run", key, "use literal keys")
        items[known] = expression(cx, value)
    return boxed(cx, Mapping(tuple(items.items())))


def _unpacked(cx: Context, node: Any) -> dict[Any, AV]:
    """What ``**node`` adds to a dict."""
    value = opened(cx, expression(cx, node), node)
    if not isinstance(value, Mapping):
        cx.refuse("SG215", f"{describe(value)} behind ** is no dict", node, "pass a dict")
    return dict(value.items)


def _named(cx: Context, node: Any) -> AV:
    """``(name := value)``: bound in the function, also from inside a comprehension."""
    value = expression(cx, node.value)
    frame = cx.frame
    while frame.comprehension and frame.parent is not None:
        if frame.region is not cx.builder:
            message = ":= under a condition inside a comprehension is not supported"
            cx.refuse("SG113", message, node, "write a loop")
        frame = frame.parent
    inner, cx.frame = cx.frame, frame
    store_name(cx, node.target.id, value, node)
    cx.frame = inner
    return value


def store_name(cx: Context, name: str, value: AV, node: Any) -> None:
    """Bind a name of the current function."""
    frame: Frame | None = cx.frame
    if name in cx.frame.around:
        frame = cx.frame.parent
        while frame is not None and not (name in frame.cells and name in frame.names):
            frame = frame.parent
    if frame is None or name in frame.outside:
        message = f"{name!r} belongs to the scope around the function"
        cx.refuse("SG111", message, node, "return its new value instead")
    if elements(cx, value) is not value:
        cx.refuse("SG104", "an iterator over elements is named", node, "write x.ravel()")
    if isinstance(value, ITERATORS):
        value = boxed(cx, value)
    name_result(cx, name, value)
    known = frame.names.get(name)
    if name not in frame.cells:
        frame.names[name] = value
    elif known is None:
        frame.names[name] = cell(cx, value)
    else:
        change(cx, known, Seq((value,)), node)


def name_result(cx: Context, name: str, value: AV) -> None:
    """Let an unnamed result carry the user's word for it."""
    if isinstance(value, Ref):
        value = cx.heap.versions[value.loc]
    if isinstance(value, Var) and not value.name and name != "_":
        value.name = name


def _generator(cx: Context, node: Any) -> AV:
    message = "a generator expression is only supported where it is consumed at once"
    cx.refuse("SG103", message, node, "pass it to sum, any, all or list, or make it a list")


def _lambda(cx: Context, node: Any) -> AV:
    body = gast.Return(value=node.body)
    gast.copy_location(body, node.body)
    tree = gast.FunctionDef("lambda", node.args, [body], [], None, None, [])
    return define_nested(cx, gast.copy_location(tree, node))


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
    "JoinedStr": joined,
    "FormattedValue": formatted,
    "NamedExpr": _named,
    "ListComp": lambda cx, node: boxed(cx, list_of(cx, node)),
    "SetComp": set_comprehension,
    "DictComp": lambda cx, node: boxed(cx, dict_comprehension(cx, node)),
    "GeneratorExp": _generator,
    "Set": lambda cx, node: set_of(cx, tuple(spread(cx, node.elts)), node),
    "Call": lambda cx, node: cx.call(node),
}
__all__ = ["captured", "expression", "lookup", "store_name"]
