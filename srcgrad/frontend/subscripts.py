"""Lowers subscripts: of sequences and dicts at compile time, of arrays to ``index``."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.errors import FrontendError, KindError
from srcgrad.frontend.boxes import boxed, opened, settled, unboxed
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import (
    ATOMS,
    AV,
    Mapping,
    Method,
    Range,
    Ref,
    Seq,
    Slicing,
    Static,
    children,
    describe,
    leaves,
    lift,
    rebuild,
    structure,
)
from srcgrad.frontend.perhaps import certain, is_perhaps
from srcgrad.ir.nodes import Atom, Const, Slice, Slot, Var
from srcgrad.ir.types import BOOL, INT, Array, Number, dims_of

# What NumPy has to be indexed: ``np.r_``, ``np.mgrid``, ``np.s_`` and their like.
_INDEXED = (*(type(o).__mro__[-2] for o in (np.r_, np.mgrid)), type(np.s_))


class Unsettled(Exception):
    """The loop around must be written out, trip by trip; ``refusal`` says why, where it cannot be."""

    refusal: FrontendError


class StructureChange(Unsettled):
    """A container changes its structure from one trip to the next."""

    def __init__(self, refusal: FrontendError) -> None:
        super().__init__("structure change")
        self.refusal = refusal


class DynamicIndex(Unsettled):
    """A sequence of abstract values is indexed by a value of the run."""

    def __init__(self, cx: Context, node: Any, var: Var) -> None:
        super().__init__("dynamic index")
        self.var = var
        self.refusal = cx.source.refuse(
            KindError,
            "SG214",
            "a sequence is indexed by a number that is only known at run time",
            node,
            "stack the items into one array, or loop over the sequence itself",
        )


def subscript(cx: Context, value: AV, index: AV, node: Any) -> AV:
    """``value[index]``."""
    if is_perhaps(value):
        value = certain(cx, node, value, what="a subscript")[0]
    answer = cx.overloaded(node, "GetItem", value, index)
    if answer is not None:
        return answer
    value, index = elements(cx, opened(cx, value, node)), unboxed(cx, index, node)
    if isinstance(value, Seq):
        item = settled(cx, _item(cx, value, index, node), node, "read other items")
        return boxed(cx, item) if isinstance(index, Slicing) else item
    if isinstance(value, Static) and isinstance(value.value, (str, bytes)):
        return _letters(cx, value.value, index, node)
    if isinstance(value, Mapping):
        for key, part in value.items:
            if isinstance(index, (Static, Const)) and key == index.value:
                return part
        cx.refuse(
            "SG214",
            f"the dict has no key {_key_text(index)}",
            node,
            "use a key that is known before the run",
        )
    if isinstance(value, Static) and isinstance(value.value, _INDEXED):
        return cx.call_function(value.value, [index], {}, node)
    if not isinstance(value, (*ATOMS, Ref)):
        cx.refuse(
            "SG214",
            f"{describe(value)} cannot be indexed",
            node,
            "index arrays, tuples, lists or dicts",
        )
    atom = cx.atom(value, node)
    if isinstance(atom.type, Number):
        cx.refuse("SG214", f"{atom.type} cannot be indexed", node, "pass an array")
    if _is_truth(cx, index):
        whole = cx.bind(cx.emit("expand_dims", atom, via="np", axis=0))
        mask = cx.call_function(np.array, [Seq((index,))], {}, node)
        return subscript(cx, whole, mask, node)
    args: list[Atom] = []
    template = index_template(cx, index, args, node)
    out = cx.emit("index", atom, *args, index=template)
    if Ellipsis in template and dims_of(out.type) == () and len(template) > 1:
        # A view of one element. It is read as a number; the heap knows that a write changes it.
        number = tuple(e for e in template if e is not Ellipsis)
        return cx.bind(cx.emit("index", atom, *args, index=number), value, mutable=True)
    return cx.bind(out, value)


def index_template(cx: Context, index: AV, args: list[Atom], node: Any) -> tuple[Any, ...]:
    """The index as an attribute; values of the run go to ``args``, and slots count from one."""
    index = unboxed(cx, index, node)
    entries = index.items if isinstance(index, Seq) and index.make is tuple else (index,)
    return tuple(_entry(cx, e, args, node) for e in entries)


def elements(cx: Context, value: AV) -> AV:
    """For ``x.flat`` the elements on one axis; any other value stays what it is."""
    if isinstance(value, Method) and value.name == "flat" and cx.type_of(value.receiver):
        return cx.call_function(np.ravel, [value.receiver], {}, None)
    return value


def array_like(cx: Context, value: AV, node: Any) -> AV:
    """An operand: nested sequences become arrays, as NumPy makes them."""
    value = elements(cx, unboxed(cx, value, node))
    if isinstance(value, Range):
        return cx.call_function(np.arange, [value.start, value.stop, value.step], {}, node)
    return cx.call_function(np.array, [value], {}, node) if isinstance(value, Seq) else value


def _is_truth(cx: Context, index: AV) -> bool:
    """Whether an index is one truth: it adds an axis of length one, or of none."""
    type_ = cx.type_of(index)
    known = isinstance(type_, Array) and type_.dtype is not None and type_.dtype.kind == "b"
    return (known and dims_of(type_) == ()) or type_ == BOOL  # type: ignore[arg-type]


def _key_text(index: AV) -> str:
    if isinstance(index, (Static, Const)):
        return repr(index.value)
    return f"known before the run: the index is {describe(index)}"


def _item(cx: Context, value: Seq, index: AV, node: Any) -> AV:
    if isinstance(index, Slicing):
        make = list if value.make is list else tuple
        return Seq(value.items[slice_of(cx, index, node)], make)
    if isinstance(index, Var) and index.type == INT and not cx.depends_on_inputs(index):
        if not (cx.gather and _is_table(value)):
            raise DynamicIndex(cx, node, index)
        return _gathered(cx, value.items, index, node)
    return value.items[place_of(cx, index, len(value.items), node)]


def place_of(cx: Context, index: AV, count: int, node: Any) -> int:
    """A place in a sequence, known before the run and in range."""
    if isinstance(index, Var) and index.type == INT and not cx.depends_on_inputs(index):
        raise DynamicIndex(cx, node, index)
    place = cx.integer(index, node, "the index of a sequence")
    if not -count <= place < count:
        message = f"index {place} is out of range for {count} items"
        cx.refuse("SG214", message, node, "check the index")
    return place


def slice_of(cx: Context, index: Slicing, node: Any) -> slice:
    """A slice of a sequence, known before the run."""
    bounds = (index.start, index.stop, index.step)
    parts = [None if p is None else cx.integer(p, node, "a slice bound") for p in bounds]
    return slice(*parts)


def _letters(cx: Context, text: str | bytes, index: AV, node: Any) -> AV:
    if isinstance(index, Slicing):
        return Static(text[slice_of(cx, index, node)])
    return lift(text[place_of(cx, index, len(text), node)])


def _is_table(value: Seq) -> bool:
    """Whether all items are numbers, or rows of numbers that are alike."""
    alike = len(set(map(structure, value.items))) == 1
    return alike and all(
        isinstance(v, ATOMS) and dims_of(v.type) == () for item in value.items for v in leaves(item)
    )


def _gathered(cx: Context, items: tuple[AV, ...], index: Var, node: Any) -> AV:
    """One of several items: each number in it is read from an array of those in its place."""
    parts = children(items[0])
    if parts:
        columns = zip(*map(children, items), strict=True)
        return rebuild(items[0], iter([_gathered(cx, c, index, node) for c in columns]))
    whole = cx.call_function(np.array, [Seq(items)], {}, node)
    return cx.bind(cx.emit("index", cx.atom(whole, node), index, index=(Slot(1),)))


def _entry(cx: Context, entry: AV, args: list[Atom], node: Any) -> Any:
    """Template of one index entry; values of the run go to ``args``."""
    if isinstance(entry, Slicing):
        parts = (entry.start, entry.stop, entry.step)
        return Slice(*(None if p is None else _part(cx, p, args, node) for p in parts))
    if isinstance(entry, Static) and (entry.value is None or entry.value is Ellipsis):
        return entry.value
    entry = array_like(cx, entry, node)
    atom = cx.atom(entry, node, "an index")
    return _part(cx, atom, args, node)


def _part(cx: Context, atom: Atom, args: list[Atom], node: Any) -> Any:
    if isinstance(atom, Const) and isinstance(atom.value, int) and not isinstance(atom.value, bool):
        return atom.value
    type_ = atom.type
    integral = type_ == INT or (
        isinstance(type_, Array)
        and (type_.dtype is None or type_.dtype.kind in "iu" or _is_mask(type_))
    )
    if not integral:
        cx.refuse(
            "SG214",
            f"{describe(atom)} is not an index",
            node,
            "index with integers, slices or masks",
        )
    args.append(atom)
    return Slot(len(args))


def _is_mask(type_: Array) -> bool:
    return type_.dtype is not None and type_.dtype.kind == "b" and dims_of(type_) != ()
