"""Lowers ``for``: over ranges and arrays as counted loops, over sequences one item after another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srcgrad.frontend.attributes import length
from srcgrad.frontend.branches import branch
from srcgrad.frontend.context import BREAK, CONTINUE, NEXT, RETURN, Context, Exit
from srcgrad.frontend.exits import leaving_code
from srcgrad.frontend.expressions import expression
from srcgrad.frontend.kinds import (
    AV,
    Enumerate,
    Mapped,
    Mapping,
    Range,
    Ref,
    Reversed,
    Seq,
    Static,
    Zip,
    describe,
)
from srcgrad.frontend.loops import lower_loop
from srcgrad.frontend.sequences import MAX_ITEMS, items_of
from srcgrad.frontend.subscripts import DynamicIndex, subscript
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom, Const, Var
from srcgrad.ir.types import INT


def lower_for(
    cx: Context, node: Any, body: Callable[[], Exit], assign: Callable[..., None]
) -> Exit:
    """Lower a ``for`` without its ``else``."""
    iterable = expression(cx, node.iter)
    if isinstance(iterable, (Seq, Mapping, Static)):
        return _unrolled(cx, node, items_of(cx, iterable, node), body, assign)
    start, stop, step, item = _counted(cx, iterable, node)
    names, before = dict(cx.frame.names), cx.heap.snapshot()
    index = Var(
        node.target.id if isinstance(iterable, Range) and hasattr(node.target, "id") else "k", INT
    )

    def trip() -> Exit:
        assign(cx, node.target, item(index), node)
        return body()

    try:
        return lower_loop(cx, node, index=index, span=(start, stop, step), test=None, body=trip)
    except DynamicIndex as dynamic:
        if not _depends(cx, dynamic.var, index):
            raise
        cx.frame.names = dict(names)
        cx.heap.restore(before)
        if all(isinstance(a, Const) for a in (start, stop, step)):
            trips = range(start.value, stop.value, step.value)  # type: ignore[union-attr]
            return _written_out(cx, node, [item(constant(k)) for k in trips], body, assign)
        if cx.gather:
            raise dynamic.refusal from None
    cx.gather = True  # a second time, with sequences of numbers read as arrays
    try:
        return lower_loop(cx, node, index=index, span=(start, stop, step), test=None, body=trip)
    finally:
        cx.gather = False


def _depends(cx: Context, var: Var, index: Var) -> bool:
    """Whether a value is computed from a loop index."""
    if var is index:
        return True
    eqn = cx.builder.defs.get(var)
    return eqn is not None and any(isinstance(a, Var) and _depends(cx, a, index) for a in eqn.args)


def _written_out(
    cx: Context, node: Any, items: list[AV], body: Callable[[], Exit], assign: Callable[..., None]
) -> Exit:
    if len(items) > MAX_ITEMS:
        message = f"{len(items)} trips over a sequence are too many to write out"
        cx.refuse("SG230", message, node, "use an array")
    return _unrolled(cx, node, items, body, assign)


def _counted(cx: Context, iterable: AV, node: Any) -> tuple[Atom, Atom, Atom, Callable[[Atom], AV]]:
    """Range limits of an iterable, and its item at an index of that range."""
    if isinstance(iterable, Range):
        return iterable.start, iterable.stop, iterable.step, lambda index: index
    count, item = _sized(cx, iterable, node)
    return constant(0), count, constant(1), item


def _sized(cx: Context, iterable: AV, node: Any) -> tuple[Atom, Callable[[Atom], AV]]:
    """Number of items, and the item at a position."""
    if isinstance(iterable, Enumerate):
        count, item = _sized(cx, iterable.part, node)
        first = iterable.start
        return count, lambda index: Seq((_plus(cx, index, first), item(index)))
    if isinstance(iterable, Zip):
        parts = [_sized(cx, p, node) for p in iterable.parts]
        count = _least(cx, [c for c, _ in parts])
        return count, lambda index: Seq(tuple(item(index) for _, item in parts))
    if isinstance(iterable, Mapped):
        count, row = _sized(cx, Zip(iterable.parts), node)
        function = iterable.function
        return count, lambda index: cx.call_value(function, list(row(index).items), {}, node)  # type: ignore[union-attr]
    if isinstance(iterable, Reversed):
        count, item = _sized(cx, iterable.part, node)
        return count, lambda index: item(_minus(cx, _minus(cx, count, constant(1)), index))
    if isinstance(iterable, Range):
        return _range_length(cx, iterable), lambda index: _range_item(cx, iterable, index)
    if isinstance(iterable, Ref):
        dims = cx.dims(iterable)
        if dims == ():
            cx.refuse("SG220", "a scalar cannot be iterated over", node, "pass an array")
        atom = cx.atom(iterable, node)
        count_av = length(cx, atom, 0) if dims is not None else cx.emit("length", atom, axis=0)
        return cx.atom(count_av, node), lambda index: subscript(cx, iterable, index, node)
    if isinstance(iterable, (Seq, Mapping)):
        whole = Seq(tuple(items_of(cx, iterable, node)))

        def pick(index: Atom) -> AV:
            return subscript(cx, whole, index, node)

        return constant(len(whole.items)), pick
    cx.refuse(
        "SG220",
        f"{describe(iterable)} cannot be iterated over",
        node,
        "loop over ranges, arrays or tuples",
    )


def _plus(cx: Context, a: Atom, b: Atom) -> Atom:
    if isinstance(a, Const) and isinstance(b, Const):
        return constant(a.value + b.value)
    return a if isinstance(b, Const) and b.value == 0 else cx.emit("add", a, b)


def _minus(cx: Context, a: Atom, b: Atom) -> Atom:
    if isinstance(a, Const) and isinstance(b, Const):
        return constant(a.value - b.value)
    return cx.emit("subtract", a, b)


def _times(cx: Context, a: Atom, b: Atom) -> Atom:
    if isinstance(b, Const) and b.value == 1:
        return a
    if isinstance(a, Const) and isinstance(b, Const):
        return constant(a.value * b.value)
    return cx.emit("multiply", a, b)


def _range_item(cx: Context, span: Range, index: Atom) -> Atom:
    return _plus(cx, _times(cx, index, span.step), span.start)


def _range_length(cx: Context, span: Range) -> Atom:
    if (
        isinstance(span.step, Const)
        and span.step.value == 1
        and isinstance(span.start, Const)
        and span.start.value == 0
    ):
        return span.stop
    return cx.emit("range_length", span.start, span.stop, span.step)


def _least(cx: Context, counts: list[Atom]) -> Atom:
    result = counts[0]
    for count in counts[1:]:
        if isinstance(count, Const) and isinstance(result, Const):
            result = constant(min(count.value, result.value))
        elif count is not result:
            result = cx.emit("minimum", result, count, via="py")
    return result


def _unrolled(
    cx: Context, node: Any, items: list[AV], body: Callable[[], Exit], assign: Callable[..., None]
) -> Exit:
    """One copy of the body for each item; later copies run only where no earlier one left the loop."""
    if not items:
        return Exit.always(NEXT)
    assign(cx, node.target, items[0], node)
    exit_ = body()
    if exit_.raises:
        return exit_
    rest = items[1:]
    if exit_.codes <= {NEXT, CONTINUE}:
        return _unrolled(cx, node, rest, body, assign)
    if not rest or not exit_.codes & {NEXT, CONTINUE}:
        return leaving_code(cx, exit_)
    left = exit_.codes & {BREAK, RETURN}
    gone = Exit.always(next(iter(left))) if len(left) == 1 else Exit(left, exit_.atom)
    test = cx.emit("equal", cx.emit("remainder", exit_.atom, constant(2)), constant(0))
    return branch(cx, node, test, lambda: _unrolled(cx, node, rest, body, assign), lambda: gone)


__all__ = ["lower_for"]
