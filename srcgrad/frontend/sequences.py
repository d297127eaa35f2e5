"""Says what iterating over a value gives, where the number of items is known before the run.

Invariant: the items come in the order in which Python gives them; reading them evaluates nothing twice.
"""

from __future__ import annotations

from typing import Any

from srcgrad.frontend.boxes import opened, taken
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import (
    AV,
    ITERATOR_TYPES,
    Box,
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
    lift,
)
from srcgrad.frontend.objects import special
from srcgrad.frontend.subscripts import elements, subscript
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Const
from srcgrad.ir.types import UNKNOWN, AnyDim, Dim

MAX_ITEMS = 1_000


def items_of(cx: Context, value: AV, node: Any) -> list[AV]:
    """The items of an iterable; one whose length only the run knows is refused."""
    found = known_items(cx, value, node)
    if found is not None:
        return found
    if isinstance(value, Ref):
        message = "the length of this array is only known at run time"
        remedy = "use an operation on the whole array, or a for loop"
        cx.refuse("SG220", message, node, remedy)
    cx.refuse(
        "SG220",
        f"{describe(value)} cannot be iterated over",
        node,
        "loop over ranges, arrays or tuples",
    )


def known_items(cx: Context, value: AV, node: Any) -> list[AV] | None:
    """The items of an iterable, ``None`` where their number is not known before the run."""
    if isinstance(value, Box) and value.make in ITERATOR_TYPES.values():
        items = known_items(cx, opened(cx, value, node), node)
        if items is not None:
            taken(cx, value)
        return items
    answer = special(cx, value, "__iter__", [], node)
    value = elements(cx, opened(cx, value if answer is None else answer, node))
    if isinstance(value, Once):
        value = value.part
    if isinstance(value, Seq):
        return list(value.items)
    if isinstance(value, Mapping):
        return [lift(k) for k, _ in value.items]
    if isinstance(value, Static) and isinstance(value.value, (str, bytes)):
        return [lift(part) for part in value.value]
    if isinstance(value, Range):
        return _range_items(cx, value, node)
    if isinstance(value, Zip):
        rows = _zipped(cx, value, node)
        return None if rows is None else list(rows)
    if isinstance(value, Mapped):
        rows = _zipped(cx, Zip(value.parts), node)
        if rows is None:
            return None
        return [cx.call_value(value.function, list(row.items), {}, node) for row in rows]
    if isinstance(value, Enumerate):
        items = known_items(cx, value.part, node)
        if not items:
            return items
        first = cx.integer(value.start, node, "the start of enumerate")
        return [Seq((constant(first + k), item)) for k, item in enumerate(items)]
    if isinstance(value, Reversed):
        items = known_items(cx, value.part, node)
        return items and items[::-1]
    if isinstance(value, Ref):
        dims = cx.dims(value)
        count = known_length(dims[0]) if dims and cx.type_of(value) != UNKNOWN else None
        if count is None or count > MAX_ITEMS:
            return None
        return [subscript(cx, value, constant(k), node) for k in range(count)]
    return None


def known_length(dim: AnyDim) -> int | None:
    """The length that a dimension stands for, if it is one known before the run."""
    if isinstance(dim, Dim):
        return int(dim.base) - dim.drop if dim.base.isdigit() else None
    return dim


def _range_items(cx: Context, value: Range, node: Any) -> list[AV] | None:
    limits = []
    for atom in (value.start, value.stop, value.step):
        if not isinstance(atom, Const) and not cx.decided_by_inputs(atom):
            return None
        limits.append(cx.integer(atom, node, "a limit of the range"))
    items = range(*limits)
    if len(items) > MAX_ITEMS:
        message = f"{len(items)} items are too many to write out"
        cx.refuse("SG230", message, node, "use an array or a loop")
    return [constant(k) for k in items]


def _zipped(cx: Context, value: Zip, node: Any) -> list[Seq] | None:
    columns: list[list[AV]] = []
    for part in value.parts:
        items = known_items(cx, part, node)
        if items is None:
            return None
        columns.append(items)
    return [Seq(row) for row in zip(*columns, strict=False)]


def spread(cx: Context, elements: list[Any]) -> list[AV]:
    """Values of expressions in order, those behind a star item by item."""
    values: list[AV] = []
    for element in elements:
        if type(element).__name__ == "Starred":
            values += items_of(cx, cx.expression(element.value), element)
        else:
            values.append(cx.expression(element))
    return values


__all__ = ["MAX_ITEMS", "items_of", "known_items", "spread"]
