"""Lowers ``for``: over ranges and arrays as counted loops, over sequences one item after another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import gast

from srcgrad.frontend.attributes import length
from srcgrad.frontend.boxes import opened, taken
from srcgrad.frontend.branches import branch, is_true
from srcgrad.frontend.context import BREAK, CONTINUE, NEXT, RETURN, Context, Exit
from srcgrad.frontend.exits import leaving_code
from srcgrad.frontend.expressions import expression
from srcgrad.frontend.iterables import once
from srcgrad.frontend.kinds import (
    AV,
    ITERATOR_TYPES,
    ITERATORS,
    Box,
    DictView,
    Enumerate,
    Mapped,
    Mapping,
    Once,
    Range,
    Ref,
    Reversed,
    Seq,
    Static,
    Zip,
    describe,
    parts_of,
)
from srcgrad.frontend.loops import lower_loop
from srcgrad.frontend.objects import special
from srcgrad.frontend.sequences import MAX_ITEMS, items_of, known_length
from srcgrad.frontend.subscripts import DynamicIndex, Unsettled, subscript
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom, Const, Var
from srcgrad.ir.types import INT, dims_of


@dataclass(frozen=True)
class Trips:
    """The items of a loop that is written out: whether there is one at a place, and which, when asked."""

    has: Callable[[int], bool]
    item: Callable[[int], AV]


def lower_for(
    cx: Context, node: Any, body: Callable[[], Exit], assign: Callable[..., None]
) -> Exit:
    """Lower a ``for`` without its ``else``."""
    iterable = _iterated(cx, expression(cx, node.iter), node)
    if _is_structure(iterable):
        return _unrolled(cx, node, 0, _live(cx, iterable, node), body, assign)
    start, stop, step, item = _counted(cx, iterable, node)
    names, before = dict(cx.frame.names), cx.heap.snapshot()
    index = Var(
        node.target.id if isinstance(iterable, Range) and hasattr(node.target, "id") else "k", INT
    )

    def trip() -> Exit:
        assign(cx, node.target, item(index), node)
        return body()

    def rolled() -> Exit:
        return lower_loop(cx, node, index=index, span=(start, stop, step), test=None, body=trip)

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
    return _unrolled(cx, node, 0, places, body, assign)


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
    if _keeps_rest(iterable) and any(isinstance(n, _LEAVING) for n in gast.walk(node)):
        message = "this loop may leave an iterator half read"
        cx.refuse("SG104", message, node.iter, "loop over a list: list(...)")
    iterable = _taken(cx, iterable)
    answer = special(cx, iterable, "__iter__", [], node)
    iterable = iterable if answer is None else answer
    if isinstance(iterable, Reversed) and _is_structure(iterable):
        return once(cx, node, items_of(cx, iterable, node), iterable.part)
    return iterable


_LEAVING = (gast.Break, gast.Return)


def _keeps_rest(iterable: AV) -> bool:
    """Whether an iterator that others can read is among what is iterated over."""
    if isinstance(iterable, Box):
        return iterable.make in ITERATOR_TYPES.values()
    return isinstance(iterable, ITERATORS) and any(map(_keeps_rest, parts_of(iterable)))


def _taken(cx: Context, iterable: AV) -> AV:
    """The iterable, and the iterators that it reads, of which nothing is left for others."""
    iterable = taken(cx, iterable)
    if isinstance(iterable, Zip):
        return Zip(tuple(_taken(cx, part) for part in iterable.parts))
    if isinstance(iterable, Mapped):
        return Mapped(iterable.function, tuple(_taken(cx, part) for part in iterable.parts))
    if isinstance(iterable, Enumerate):
        return Enumerate(_taken(cx, iterable.part), iterable.start)
    return iterable


def _live(cx: Context, iterable: AV, node: Any) -> Trips:
    """Items of containers, each read when its trip begins: the body may have changed it before."""
    keys = _keys(cx, iterable, node)

    def has(k: int) -> bool:
        if _keys(cx, iterable, node) != keys:
            message = "the loop adds keys to a dict that it iterates over, or removes some"
            cx.refuse("SG220", message, node, "iterate over a copy: list(...)")
        return k < _count(cx, iterable, node)

    return Trips(has, lambda k: _at(cx, iterable, k, node))


def _keys(cx: Context, iterable: AV, node: Any) -> Any:
    """The keys of all dicts in an iterable."""
    if isinstance(iterable, DictView):
        return _keys(cx, iterable.of, node)
    content = opened(cx, iterable, node)
    if isinstance(content, Mapping):
        return tuple(k for k, _ in content.items)
    inner = parts_of(iterable) if isinstance(iterable, ITERATORS) else []
    return [_keys(cx, part, node) for part in inner]


def _count(cx: Context, iterable: AV, node: Any) -> int:
    """How many items there are now."""
    if isinstance(iterable, (Zip, Mapped)):
        return min((_count(cx, part, node) for part in iterable.parts), default=0)
    if isinstance(iterable, Enumerate):
        return _count(cx, iterable.part, node)
    return len(items_of(cx, iterable, node))


def _is_structure(iterable: AV) -> bool:
    """Whether items come from containers, so that each trip is written out."""
    if isinstance(iterable, (Zip, Mapped)):
        kinds = [_is_structure(p) or _is_short(p) for p in iterable.parts]
        return all(kinds) and any(map(_is_structure, iterable.parts))
    if isinstance(iterable, (Enumerate, Reversed)):
        return _is_structure(iterable.part)
    return isinstance(iterable, (Seq, Mapping, Static, Box, DictView, Once))


def _is_short(iterable: AV) -> bool:
    """Whether a range has limits that are literals."""
    if not isinstance(iterable, Range):
        return False
    return all(isinstance(a, Const) for a in (iterable.start, iterable.stop, iterable.step))


def _at(cx: Context, iterable: AV, k: int, node: Any) -> AV:
    """The item at a place, read now."""
    if isinstance(iterable, (Zip, Mapped)):
        row = [_at(cx, part, k, node) for part in iterable.parts]
        return (
            Seq(tuple(row))
            if isinstance(iterable, Zip)
            else cx.call_value(iterable.function, row, {}, node)
        )
    if isinstance(iterable, Enumerate):
        item = _at(cx, iterable.part, k, node)
        return Seq((_plus(cx, iterable.start, constant(k)), item))
    if isinstance(iterable, Once):
        for box, content in iterable.sources:
            if opened(cx, box, node) != content:
                message = "the loop changes a container that it iterates over"
                cx.refuse("SG220", message, node, "iterate over a copy: list(...)")
    return items_of(cx, iterable, node)[k]


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
    if _is_structure(iterable):
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
    cx: Context,
    node: Any,
    k: int,
    trips: Trips,
    body: Callable[[], Exit],
    assign: Callable[..., None],
) -> Exit:
    """One copy of the body for each item; later copies run only where no earlier one left the loop."""
    while True:
        if not trips.has(k):
            return Exit.always(NEXT)
        if k > MAX_ITEMS:
            cx.refuse("SG230", "this loop has too many trips to write out", node, "use an array")
        assign(cx, node.target, trips.item(k), node)
        exit_ = body()
        if exit_.raises:
            return exit_
        if not exit_.codes <= {NEXT, CONTINUE}:
            break
        k += 1
    if not trips.has(k + 1) or not exit_.codes & {NEXT, CONTINUE}:
        return leaving_code(cx, exit_)
    left = exit_.codes & {BREAK, RETURN}
    gone = Exit.always(next(iter(left))) if len(left) == 1 else Exit(left, exit_.atom)
    test = cx.emit("equal", cx.emit("remainder", exit_.atom, constant(2)), constant(0))
    later = partial(_unrolled, cx, node, k + 1, trips, body, assign)
    return branch(cx, node, test, later, lambda: gone)


def written_while(
    cx: Context,
    node: Any,
    test: Callable[[], Atom],
    body: Callable[[], Exit],
    reason: Unsettled,
) -> Exit:
    """A ``while`` trip by trip, as long as its test is known before the run."""
    for _ in range(MAX_ITEMS):
        known = is_true(test())
        if known is None:
            break
        if not known:
            return Exit.always(NEXT)
        exit_ = body()
        if exit_.raises:
            return exit_
        if not exit_.codes <= {NEXT, CONTINUE}:
            if exit_.codes & {NEXT, CONTINUE}:
                break
            return leaving_code(cx, exit_)
    raise reason.refusal from None


__all__ = ["lower_for", "written_while"]
