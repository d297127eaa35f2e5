"""Boxes: lists, dicts and objects that a function makes, shared by reference as Python shares them.

A box is a location in the heap; what it holds is an immutable abstract value, replaced by every change. A
container that is not in a box belongs to the caller: it can be read and not changed.
"""

from __future__ import annotations

from types import CellType
from typing import Any

from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import (
    AV,
    ITERATOR_TYPES,
    ITERATORS,
    Box,
    DictView,
    Instance,
    Mapping,
    Once,
    Seq,
    Static,
    Unmergeable,
    children,
    lift,
    map_leaves,
    rebuild,
)


def boxed(cx: Context, content: AV) -> AV:
    """A new list, dict, object or iterator, to be shared by reference; other values stay what they are."""
    content = _kept(cx, content)
    if isinstance(content, ITERATORS):
        return Box(cx.heap.box(content), ITERATOR_TYPES[type(content)])
    if isinstance(content, Seq) and content.make is list:
        return Box(cx.heap.box(content), list)
    if isinstance(content, Mapping):
        return Box(cx.heap.box(content), dict)
    if isinstance(content, Instance):
        return Box(cx.heap.box(content), content.cls)
    return content


def _kept(cx: Context, content: AV) -> AV:
    """A container whose items can be kept: iterators are in boxes, as they are used up once for all."""
    parts = children(content)
    if not any(isinstance(part, ITERATORS) for part in parts):
        return content
    return rebuild(content, iter([boxed(cx, p) if isinstance(p, ITERATORS) else p for p in parts]))


def opened(cx: Context, value: AV, node: Any) -> AV:
    """What a box holds now; any other value stays what it is."""
    if isinstance(value, DictView):
        return _viewed(opened(cx, value.of, node), value.kind)
    if not isinstance(value, Box):
        return value
    return settled(cx, cx.heap.contents[value.loc], node, "build it alike on every path")


def settled(cx: Context, value: AV, node: Any, remedy: str) -> AV:
    """The value, unless it is one of those that nothing may read: then the reason is told."""
    if isinstance(value, Static) and isinstance(value.value, Unmergeable):
        cx.refuse(value.value.code, value.value.reason, node, remedy)
    return value


def _viewed(content: AV, kind: str) -> AV:
    assert isinstance(content, Mapping)
    if kind == "keys":
        return Seq(tuple(lift(k) for k, _ in content.items))
    if kind == "values":
        return Seq(tuple(v for _, v in content.items))
    return Seq(tuple(Seq((lift(k), v)) for k, v in content.items))


def unboxed(cx: Context, value: AV, node: Any, depth: int = 0) -> AV:
    """The value with the contents of all boxes in their place: a picture of now."""
    if depth > 100:
        cx.refuse("SG230", "this container holds itself", node, "break the circle")
    content = opened(cx, value, node)
    return map_leaves(
        content,
        lambda leaf: (
            unboxed(cx, leaf, node, depth + 1) if isinstance(leaf, (Box, DictView)) else leaf
        ),
    )


def change(cx: Context, box: AV, content: AV, node: Any) -> None:
    """Replace what a box holds, seen through all names that share it."""
    if not isinstance(box, Box):
        message = (
            "this container belongs to the caller, or is passed to a function that calls itself"
        )
        cx.refuse("SG207", message, node, "make a copy first, and change that")
    content = _kept(cx, content)
    if cx.heap.others(box.loc, cx.reachable()):
        message = "whether this change is seen through another name is not known"
        cx.refuse("SG207", message, node, "copy one of them first")
    cx.heap.contents[box.loc] = content


def cell(cx: Context, value: AV) -> AV:
    """A box for a name that nested functions write to."""
    return Box(cx.heap.box(_kept(cx, Seq((value,)))), CellType)


def in_cell(cx: Context, value: AV, node: Any) -> AV:
    """What the cell of a name holds; any other value stays what it is."""
    if not isinstance(value, Box) or value.make is not CellType:
        return value
    content = opened(cx, value, node)
    assert isinstance(content, Seq)
    return content.items[0]


def taken(cx: Context, value: AV) -> AV:
    """The iterator that a box holds, which is empty from now on; any other value stays what it is."""
    if not isinstance(value, Box) or value.make not in ITERATOR_TYPES.values():
        return value
    content = cx.heap.contents[value.loc]
    cx.heap.contents[value.loc] = Once(Seq(()))
    return content


__all__ = ["boxed", "cell", "change", "in_cell", "opened", "taken", "unboxed"]
