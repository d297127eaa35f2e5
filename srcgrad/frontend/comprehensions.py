"""Lowers comprehensions, item by item, and generator expressions that a function consumes at once.

Invariant: a comprehension has a frame of its own inside the one it stands in, so its names neither hide
nor outlive those around it, and a function made in it sees them as they are at the end.

A generator expression is lazy: it is taken only where ``sum``, ``any``, ``list`` and the like consume it
on the spot, so that nothing can change between its making and its use.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gast

from srcgrad.frontend.bindings import assigned_names
from srcgrad.frontend.branches import is_true
from srcgrad.frontend.context import Context, Frame
from srcgrad.frontend.inlining import run_body
from srcgrad.frontend.kinds import AV, NONE, Mapping, Seq, Static, UserFunction
from srcgrad.frontend.operators import DYNAMIC, condition, static_value
from srcgrad.frontend.sequences import items_of
from srcgrad.ir.build import constant

_ITERABLE, _TOTAL = "<iterable>", "<total>"


def list_of(cx: Context, node: Any, iterable: AV | None = None) -> Seq:
    """The list of what a comprehension or generator expression gives."""
    items: list[AV] = []
    first = cx.expression(node.generators[0].iter) if iterable is None else iterable
    _run(cx, node, first, lambda: items.append(cx.expression(node.elt)))
    return Seq(tuple(items), list)


def set_comprehension(cx: Context, node: Any) -> AV:
    """``{f(k) for k in known}``."""
    return set_of(cx, list_of(cx, node).items, node)


def set_of(cx: Context, items: tuple[AV, ...], node: Any) -> AV:
    """A set of values that are known before the run."""
    known = [static_value(v) for v in items]
    if any(v is DYNAMIC for v in known):
        cx.refuse("SG116", "a set of values of the run is not supported", node, "use a list")
    return Static(set(known))


def dict_comprehension(cx: Context, node: Any) -> AV:
    """``{key: value for ...}``."""
    items: dict[Any, AV] = {}

    def add() -> None:
        key = static_value(cx.expression(node.key))
        if key is DYNAMIC:
            cx.refuse("SG212", "a dict key must be known before the run", node.key, "use a list")
        items[key] = cx.expression(node.value)

    _run(cx, node, cx.expression(node.generators[0].iter), add)
    return Mapping(tuple(items.items()))


def _run(cx: Context, node: Any, first: AV, each: Callable[[], None]) -> None:
    """Lower ``each`` for every item that the generators give."""
    targets = frozenset(assigned_names(tuple(g.target for g in node.generators)))
    with comprehension_frame(cx, targets):
        _generate(cx, node.generators, first, each)


@contextmanager
def comprehension_frame(cx: Context, targets: frozenset[str]) -> Iterator[None]:
    """Names of a comprehension: a frame of its own inside the one it stands in."""
    outer = cx.frame
    cx.frame = Frame(outer.function, {}, targets, outer, outer.depth, outer, comprehension=True)
    cx.frame.heap = cx.heap
    cx.frame.region = cx.builder
    try:
        yield
    finally:
        cx.frame = outer


def _generate(cx: Context, generators: list[Any], first: AV | None, each: Any) -> None:
    if not generators:
        each()
        return
    head, rest = generators[0], generators[1:]
    iterable = cx.expression(head.iter) if first is None else first
    for item in items_of(cx, iterable, head.iter):
        cx.assign(head.target, item, head.target)
        if all(_kept(cx, test) for test in head.ifs):
            _generate(cx, rest, None, each)


def _kept(cx: Context, test: Any) -> bool:
    known = is_true(condition(cx, test))
    if known is None:
        message = "this filter is only known at run time, and so is the number of items"
        remedy = "multiply by the condition, use np.where, or write a loop that adds up"
        cx.refuse("SG103", message, test, remedy)
    return known


def consumed(cx: Context, function: Any, node: Any) -> AV | None:
    """What ``sum``, ``any`` or ``all`` gives for a comprehension; ``None`` for other functions."""
    program = _PROGRAMS.get(getattr(function, "__name__", ""))
    comp = node.args[0]
    if program is None or function is not getattr(builtins, function.__name__, None):
        return None
    return _reduced(cx, comp, cx.expression(comp.generators[0].iter), program, constant(0))


def reduced(cx: Context, node: Any, iterable: AV, name: str, start: AV = NONE) -> AV:
    """``sum``, ``any`` or ``all`` of an iterable whose length only the run knows."""
    item, target = (gast.Name("<item>", c(), None, None) for c in (gast.Load, gast.Store))
    generator = gast.comprehension(target, None, [], 0)
    comp = at_place(node, gast.GeneratorExp(item, [generator]))
    return _reduced(cx, comp, iterable, _PROGRAMS[name], start)


def _reduced(cx: Context, comp: Any, first: AV, program: Callable[[Any], Any], start: AV) -> AV:
    """Run a reduction over a generator expression as the body of a nested function."""
    step, end = program(comp.elt)
    body = step
    for k, generator in reversed(list(enumerate(comp.generators))):
        for test in reversed(generator.ifs):
            body = at_place(comp, gast.If(test, [body], []))
        source = _load(comp, _ITERABLE) if k == 0 else generator.iter
        body = at_place(comp, gast.For(generator.target, source, [body], [], None))
    arguments = gast.arguments([], [], None, [], [], None, [])
    tree = gast.FunctionDef("<reduction>", arguments, [body, end], [], None, None, [])
    function = UserFunction(cx.source, at_place(comp, tree), frame=cx.frame)
    return run_body(cx, function, {_ITERABLE: first, _TOTAL: start}, comp)


def at_place(place: Any, tree: Any) -> Any:
    """A made tree with the place of a node of the user's."""
    for node in gast.walk(tree):
        if isinstance(node, (gast.expr, gast.stmt)) and not hasattr(node, "lineno"):
            gast.copy_location(node, place)
    return tree


def _load(place: Any, name: str) -> Any:
    return at_place(place, gast.Name(name, gast.Load(), None, None))


def _sum(element: Any) -> tuple[Any, Any]:
    total = gast.Name(_TOTAL, gast.Load(), None, None)
    target = gast.Name(_TOTAL, gast.Store(), None, None)
    step = gast.Assign([target], gast.BinOp(total, gast.Add(), element), None)
    return at_place(element, step), at_place(element, gast.Return(total))


def _search(found: bool) -> Callable[[Any], tuple[Any, Any]]:
    def program(element: Any) -> tuple[Any, Any]:
        test = element if found else gast.UnaryOp(gast.Not(), element)
        step = gast.If(test, [gast.Return(gast.Constant(found, None))], [])
        end = gast.Return(gast.Constant(not found, None))
        return at_place(element, step), at_place(element, end)

    return program


_PROGRAMS: dict[str, Callable[[Any], tuple[Any, Any]]] = {
    "sum": _sum,
    "any": _search(True),
    "all": _search(False),
}

__all__ = [
    "at_place",
    "comprehension_frame",
    "consumed",
    "dict_comprehension",
    "list_of",
    "reduced",
    "set_comprehension",
    "set_of",
]
