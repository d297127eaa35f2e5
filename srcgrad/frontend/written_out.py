"""Writes loops out trip by trip: over containers, whose items may be of any kind and change on the way.

Invariant: an item is read when its trip begins, as Python reads it, so that a trip sees what those before
it have changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import gast

from srcgrad.frontend.boxes import opened, taken
from srcgrad.frontend.branches import branch, is_true
from srcgrad.frontend.context import BREAK, CONTINUE, NEXT, RETURN, Context, Exit
from srcgrad.frontend.exits import leaving_code
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
    Reversed,
    Seq,
    Static,
    Zip,
    parts_of,
)
from srcgrad.frontend.sequences import MAX_ITEMS, items_of
from srcgrad.frontend.subscripts import Unsettled
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom, Const


@dataclass(frozen=True)
class Trips:
    """The items of a loop that is written out: whether there is one at a place, and which, when asked."""

    has: Callable[[int], bool]
    item: Callable[[int], AV]


LEAVING = (gast.Break, gast.Return)
_MAX_DEPTH = 32


def keeps_rest(iterable: AV) -> bool:
    """Whether an iterator that others can read is among what is iterated over."""
    if isinstance(iterable, Box):
        return iterable.make in ITERATOR_TYPES.values()
    return isinstance(iterable, ITERATORS) and any(map(keeps_rest, parts_of(iterable)))


def all_taken(cx: Context, iterable: AV) -> AV:
    """The iterable, and the iterators that it reads, of which nothing is left for others."""
    iterable = taken(cx, iterable)
    if isinstance(iterable, Zip):
        return Zip(tuple(all_taken(cx, part) for part in iterable.parts))
    if isinstance(iterable, Mapped):
        return Mapped(iterable.function, tuple(all_taken(cx, part) for part in iterable.parts))
    if isinstance(iterable, Enumerate):
        return Enumerate(all_taken(cx, iterable.part), iterable.start)
    return iterable


def live(cx: Context, iterable: AV, node: Any) -> Trips:
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


def is_structure(iterable: AV) -> bool:
    """Whether items come from containers, so that each trip is written out."""
    if isinstance(iterable, (Zip, Mapped)):
        kinds = [is_structure(p) or _is_short(p) for p in iterable.parts]
        return all(kinds) and any(map(is_structure, iterable.parts))
    if isinstance(iterable, (Enumerate, Reversed)):
        return is_structure(iterable.part)
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
        return Seq((plus(cx, iterable.start, constant(k)), item))
    if isinstance(iterable, Once):
        for box, content in iterable.sources:
            if opened(cx, box, node) != content:
                message = "the loop changes a container that it iterates over"
                cx.refuse("SG220", message, node, "iterate over a copy: list(...)")
    return items_of(cx, iterable, node)[k]


def plus(cx: Context, a: Atom, b: Atom) -> Atom:
    """``a + b`` of two indices."""
    if isinstance(a, Const) and isinstance(b, Const):
        return constant(a.value + b.value)
    return a if isinstance(b, Const) and b.value == 0 else cx.emit("add", a, b)


def unrolled(
    cx: Context,
    node: Any,
    k: int,
    trips: Trips,
    body: Callable[[], Exit],
    assign: Callable[..., None],
    depth: int = 0,
) -> Exit:
    """One copy of the body for each item; later copies run only where no earlier one left the loop.

    Each trip that may leave the loop puts the later ones a level deeper.
    """
    if depth > _MAX_DEPTH:
        message = f"this loop may be left in more than {_MAX_DEPTH} of its trips"
        cx.refuse("SG230", f"{message}: too many to write out", node, "use an array for its state")
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
    later = partial(unrolled, cx, node, k + 1, trips, body, assign, depth + 1)
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


__all__ = [
    "LEAVING",
    "Trips",
    "all_taken",
    "is_structure",
    "keeps_rest",
    "live",
    "plus",
    "unrolled",
    "written_while",
]
