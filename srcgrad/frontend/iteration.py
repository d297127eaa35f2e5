"""Lowers ``for``: over ranges and arrays as counted loops, over sequences one item after another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from srcgrad.frontend.attributes import length
from srcgrad.frontend.context import Context, Exit
from srcgrad.frontend.expressions import expression
from srcgrad.frontend.iterables import once
from srcgrad.frontend.kinds import (
    AV,
    Box,
    Enumerate,
    Mapped,
    Range,
    Ref,
    Reversed,
    Segmented,
    Seq,
    Zip,
    describe,
)
from srcgrad.frontend.loops import lower_loop
from srcgrad.frontend.objects import special
from srcgrad.frontend.sequences import MAX_ITEMS, items_of, known_length
from srcgrad.frontend.subscripts import DynamicIndex, Unsettled, elements, subscript
from srcgrad.frontend.written_out import (
    LEAVING,
    Trips,
    all_taken,
    is_structure,
    keeps_rest,
    live,
    plus,
    unrolled,
)
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom, Const, Var
from srcgrad.ir.types import INT, dims_of


def lower_for(
    cx: Context, node: Any, body: Callable[[], Exit], assign: Callable[..., None]
) -> Exit:
    """Lower a ``for`` without its ``else``."""
    iterable = expression(cx, node.iter)
    segmented = iterable.keep if isinstance(iterable, Segmented) else 0
    iterable = _iterated(cx, iterable.part if isinstance(iterable, Segmented) else iterable, node)
    if is_structure(iterable):
        return unrolled(cx, node, 0, live(cx, iterable, node), body, assign)
    start, stop, step, item = _counted(cx, iterable, node)
    names, before = dict(cx.frame.names), cx.heap.snapshot()
    index = Var(
        node.target.id if isinstance(iterable, Range) and hasattr(node.target, "id") else "k", INT
    )

    def trip() -> Exit:
        assign(cx, node.target, item(index), node)
        return body()

    def rolled() -> Exit:
        limits = (start, stop, step)
        return lower_loop(
            cx, node, index=index, span=limits, test=None, body=trip, segmented=segmented
        )

    try:
        return rolled()
    except Unsettled as unsettled:
        if isinstance(unsettled, DynamicIndex) and not _depends(cx, unsettled.var, index):
            raise
        reason = unsettled
    limits = (start, stop, step)
    cx.frame.names = dict(names)
    cx.heap.restore(before)
    if not all(isinstance(a, Const) for a in limits):
        if isinstance(reason, DynamicIndex) and not cx.gather:
            gathered = _gathered(cx, rolled)
            if gathered is not None:
                return gathered
            cx.frame.names = dict(names)
            cx.heap.restore(before)
        limits = tuple(constant(_limit(cx, a, node, reason)) for a in limits)  # type: ignore[assignment]
    trips = range(*(a.value for a in limits if isinstance(a, Const)))
    if len(trips) > MAX_ITEMS:
        message = f"{len(trips)} trips over a sequence are too many to write out"
        cx.refuse("SG230", message, node, "use an array")
    places = Trips(lambda k: k < len(trips), lambda k: item(constant(trips[k])))
    return unrolled(cx, node, 0, places, body, assign)


def _gathered(cx: Context, rolled: Callable[[], Exit]) -> Exit | None:
    """The loop with sequences of numbers read as arrays, ``None`` if that does not do."""
    cx.gather = True
    try:
        return rolled()
    except Unsettled:
        return None
    finally:
        cx.gather = False


def _limit(cx: Context, atom: Atom, node: Any, reason: Unsettled) -> int:
    """A limit of a range, if it is known before the run."""
    eqn = cx.builder.defs.get(atom) if isinstance(atom, Var) else None
    if eqn is not None and eqn.op.name == "length":
        dims = dims_of(eqn.args[0].type)
        known = None if dims is None else known_length(dims[eqn.attrs["axis"]])
        if known is not None:
            return known
    if not cx.decided_by_inputs(atom):
        raise reason.refusal from None
    return cx.integer(atom, node, "a limit of the range")


def _iterated(cx: Context, iterable: AV, node: Any) -> AV:
    """What a ``for`` reads its items from."""
    if keeps_rest(iterable) and any(isinstance(n, LEAVING) for n in gast.walk(node)):
        message = "this loop may leave an iterator half read"
        cx.refuse("SG104", message, node.iter, "loop over a list: list(...)")
    iterable = all_taken(cx, iterable)
    answer = special(cx, iterable, "__iter__", [], node)
    iterable = iterable if answer is None else answer
    if isinstance(iterable, Reversed) and is_structure(iterable):
        return once(cx, node, items_of(cx, iterable, node), iterable.part)
    return iterable


def _depends(cx: Context, var: Var, index: Var) -> bool:
    """Whether a value is computed from a loop index."""
    if var is index:
        return True
    eqn = cx.builder.defs.get(var)
    return eqn is not None and any(isinstance(a, Var) and _depends(cx, a, index) for a in eqn.args)


def _counted(cx: Context, iterable: AV, node: Any) -> tuple[Atom, Atom, Atom, Callable[[Atom], AV]]:
    """Range limits of an iterable, and its item at an index of that range."""
    if isinstance(iterable, Range):
        return iterable.start, iterable.stop, iterable.step, lambda index: index
    count, item = sized(cx, iterable, node)
    return constant(0), count, constant(1), item


def sized(cx: Context, iterable: AV, node: Any) -> tuple[Atom, Callable[[Atom], AV]]:
    """Number of items, and the item at a position."""
    iterable = elements(cx, iterable)
    if isinstance(iterable, Enumerate):
        count, item = sized(cx, iterable.part, node)
        first = iterable.start
        return count, lambda index: Seq((plus(cx, index, first), item(index)))
    if isinstance(iterable, Zip):
        parts = [sized(cx, p, node) for p in iterable.parts]
        count = _least(cx, [c for c, _ in parts])
        return count, lambda index: Seq(tuple(item(index) for _, item in parts))
    if isinstance(iterable, Mapped):
        count, row = sized(cx, Zip(iterable.parts), node)
        function = iterable.function
        return count, lambda index: cx.call_value(function, list(row(index).items), {}, node)  # type: ignore[union-attr]
    if isinstance(iterable, Reversed):
        count, item = sized(cx, iterable.part, node)
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
    if is_structure(iterable):
        total = len(items_of(cx, iterable, node))

        def pick(index: Atom) -> AV:
            if isinstance(iterable, Box) and iterable.make is list:
                return subscript(cx, iterable, index, node)
            return subscript(cx, Seq(tuple(items_of(cx, iterable, node))), index, node)

        return constant(total), pick
    cx.refuse(
        "SG220",
        f"{describe(iterable)} cannot be iterated over",
        node,
        "loop over ranges, arrays or tuples",
    )


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
    return plus(cx, _times(cx, index, span.step), span.start)


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


__all__ = ["lower_for", "sized"]
