"""Lowers writes in place: to items, slices and whole arrays, through views to what they show.

A write is a value: ``A2 = store(A1, value, index)`` is the next version of the array. A write through a view
becomes a write to its parent: at a composed index where there is one, else the view is read, written and put
back. Every write first makes sure that nothing else can see the array in a way that is not known.
"""

from __future__ import annotations

from typing import Any

from srcgrad.frontend.context import Context, Written
from srcgrad.frontend.heap import View
from srcgrad.frontend.kinds import AV, Ref, describe
from srcgrad.frontend.lengths import sliced
from srcgrad.frontend.subscripts import array_like, index_template
from srcgrad.ir.nodes import Atom, Const, Slice, Var
from srcgrad.ir.ops import OPS
from srcgrad.ir.types import Array, Number, dims_of, is_complex
from srcgrad.rules.indexing import is_basic, is_whole, shifted
from srcgrad.rules.shapes import inverse_axes

_EVERY = Slice(None, None, None)


def store_item(cx: Context, target: AV, index: AV, value: AV, node: Any) -> None:
    """``target[index] = value`` on an array."""
    ref = _array(cx, target, node)
    atom = _stored_value(cx, value, node)
    args: list[Atom] = []
    template = index_template(cx, index, args, node)
    with cx.at(node):
        _write(cx, ref.loc, "store", atom, tuple(args), template, node)


def add_item(cx: Context, target: AV, index: AV, value: AV, node: Any, *, repeats: bool) -> bool:
    """``target[index] += value``; ``repeats``: each mention of an element counts, as in ``np.add.at``.

    Gives whether it was done: not where NumPy would read, add and write an index that may repeat.
    """
    ref = _array(cx, target, node)
    type_ = cx.type_of(ref)
    atom = _stored_value(cx, value, node)
    args: list[Atom] = []
    template = index_template(cx, index, args, node)
    floating = isinstance(type_, Array) and type_.dtype is not None and type_.dtype.kind in "fc"
    if not floating or not (repeats or is_basic(template, (atom, *args))):
        return False
    with cx.at(node):
        _write(cx, ref.loc, "index_add", atom, tuple(args), template, node)
    return True


def overwrite(cx: Context, target: AV, value: AV, node: Any) -> None:
    """The whole array takes new values in place, as ``a += b`` makes it; all names that share it see them."""
    ref = _array(cx, target, node)
    with cx.at(node):
        _overwrite(cx, ref.loc, _stored_value(cx, value, node), node)


def _array(cx: Context, target: AV, node: Any) -> Ref:
    if not isinstance(target, Ref):
        what = describe(target)
        cx.refuse("SG206", f"{what} has no items to write to", node, "write to an array")
    return target


def _stored_value(cx: Context, value: AV, node: Any) -> Atom:
    return cx.atom(array_like(cx, value, node), node, "a write")


def _keep_imaginary_part(cx: Context, old: Atom, value: Atom, node: Any) -> None:
    """Refuse a complex value for a real array: NumPy would drop a part of it, or raise."""
    if is_complex(value.type) and not is_complex(old.type):
        message = "a complex value is written to an array that is real"
        cx.refuse("SG211", message, node, "make the array with dtype=complex, or write value.real")


# -- writes by location ---------------------------------------------------------------------------------


def _write(
    cx: Context, loc: int, op: str, value: Atom, args: tuple[Atom, ...], index: Any, node: Any
) -> None:
    """Write to part of an array, through the views that lead to it."""
    view = cx.heap.views.get(loc)
    if view is None:
        _make_sure(cx, loc, node)
        old = cx.heap.versions[loc]
        _keep_imaginary_part(cx, old, value, node)
        hint = getattr(old, "name", "")
        cx.heap.versions[loc] = _next_version(cx, op, old, value, args, index, hint)
        return
    composed = _composed(cx, view, index, args) if view.op == "index" else None
    if view.op == "transpose" and _names_lines(cx, view, index, args):
        composed = tuple(reversed(_spelled_out(index, 2))), args
    if composed is not None:
        _write(cx, view.parent, op, value, composed[1], composed[0], node)
        return
    old = cx.heap.read(loc, cx.emit)
    _put_back(cx, view, _next_version(cx, op, old, value, args, index), node)


def _next_version(
    cx: Context,
    op: str,
    old: Atom,
    value: Atom,
    args: tuple[Atom, ...],
    index: Any,
    hint: str = "",
) -> Var:
    """The array after the write; ``fits`` notes that the value has just the shape of its place."""
    operands = (old, *args)
    place = OPS["index"].infer(tuple(a.type for a in operands), {"index": index})
    dims = dims_of(sliced(cx, Var("", place), index, operands).type)
    attrs = {"fits": True} if dims and dims == dims_of(value.type) else {}
    return cx.emit(op, old, value, *args, index=shifted(index, 1), hint=hint, **attrs)


def _overwrite(cx: Context, loc: int, new: Atom, node: Any) -> None:
    """Replace all elements of an array."""
    view = cx.heap.views.get(loc)
    if view is not None:
        _put_back(cx, view, new, node)
        return
    _make_sure(cx, loc, node)
    old = cx.heap.versions[loc]
    _keep_imaginary_part(cx, old, new, node)
    new = _fitted(cx, new, old, node)
    if isinstance(new, Var) and not new.name:
        new.name = getattr(old, "name", "")
    cx.heap.versions[loc] = new


def _fitted(cx: Context, new: Atom, old: Atom, node: Any) -> Atom:
    """A value in the dtype and shape of the array that it replaces the elements of."""
    if not isinstance(old.type, Array):
        return new
    dims = dims_of(old.type)
    if isinstance(new, Const) or not dims or dims_of(new.type) != dims:
        return cx.emit("store", old, new, index=(Ellipsis,))
    dtype = old.type.dtype
    if isinstance(new.type, Number) or (dtype is not None and new.type.dtype != dtype):  # type: ignore[union-attr]
        return cx.emit("astype", new, dtype=dtype)
    return new


def _put_back(cx: Context, view: View, new: Atom, node: Any) -> None:
    """Write what a view shows back to its parent."""
    if view.op == "index":
        _write(cx, view.parent, "store", new, view.args, view.attrs["index"], node)
        return
    parent = cx.heap.read(view.parent, cx.emit)
    if view.op in ("transpose", "swapaxes", "moveaxis"):
        back = _moved_back(cx, view, new)
    elif view.op in ("reshape", "ravel", "expand_dims", "squeeze"):
        back = cx.emit("reshape_like", new, parent)
    elif view.op == "flip":
        back = cx.emit("flip", new, **view.attrs)
    elif view.op in ("real", "imag"):
        other = cx.emit("imag" if view.op == "real" else "real", parent)
        parts = (new, other) if view.op == "real" else (other, new)
        back = cx.emit("from_parts", *parts)
    else:
        message = f"a write through the view that {view.op} gives is not supported"
        cx.refuse("SG207", message, node, "write to the array itself, or to a copy")
    # into the parent, not in its place: the order of its elements in memory decides how sums round
    _write(cx, view.parent, "store", back, (), (Ellipsis,), node)


def _moved_back(cx: Context, view: View, new: Atom) -> Atom:
    attrs = {k: v for k, v in view.attrs.items() if k != "via"}
    if view.op == "swapaxes":
        return cx.emit("swapaxes", new, via="np", **attrs)
    if view.op == "moveaxis":
        source, destination = attrs["source"], attrs["destination"]
        return cx.emit("moveaxis", new, via="np", source=destination, destination=source)
    if "axes" in attrs:
        return cx.emit("transpose", new, via="np", axes=inverse_axes(attrs["axes"]))
    return cx.emit("transpose", new, via="np")


# -- who else sees the array ----------------------------------------------------------------------------


def _make_sure(cx: Context, loc: int, node: Any) -> None:
    """Refuse a write that another name may or may not see; an array of the caller is copied on entry."""
    var = cx.heap.shared.get(loc)
    if isinstance(var, Var) and cx.call_target is None:
        raise Written(frozenset({var}))
    if var is not None or cx.heap.others(loc, cx.reachable()):
        message = "whether this write is seen through another name is not known"
        cx.refuse("SG207", message, node, "copy one of them first: b = a.copy()")


# -- an index behind an index ---------------------------------------------------------------------------


def _composed(
    cx: Context, view: View, index: Any, args: tuple[Atom, ...]
) -> tuple[Any, tuple[Atom, ...]] | None:
    """One index for "the view's index, then this one", and its operands; ``None`` where there is none."""
    outer = view.attrs["index"]
    dims = dims_of(cx.heap.versions[view.parent].type)
    if dims is None or any(e is None for e in (*outer, *index)):
        return None
    merged = (*view.args, *args)
    inner = shifted(index, len(view.args))
    if is_whole(inner):
        return outer, view.args
    full = _spelled_out(outer, len(dims))
    places = [k for k, e in enumerate(full) if isinstance(e, Slice)]
    advanced = not is_basic(inner, (Const(0), *merged))
    if advanced and (len(places) != 1 or len(inner) != 1):
        return None
    own = _spelled_out(inner, len(places)) if not advanced else inner
    if own is None or len(own) != len(places):
        return None
    result = list(full)
    for place, entry in zip(places, own, strict=True):
        found = _entry(cx, full[place], entry)
        if found is None:
            return None
        result[place] = found
    return tuple(result), merged


def _names_lines(cx: Context, view: View, index: Any, args: tuple[Atom, ...]) -> bool:
    """Whether an index behind a transposed matrix names elements of one line, in the same order."""
    dims = dims_of(cx.heap.versions[view.parent].type)
    if "axes" in view.attrs or dims is None or len(dims) != 2 or None in index:
        return False
    if len(index) > 3 or not is_basic(index, (Const(0), *args)):
        return False
    return any(not isinstance(e, Slice) for e in _spelled_out(index, 2))


def _spelled_out(index: Any, rank: int) -> Any:
    """An index with one entry for each axis."""
    if Ellipsis in index:
        at = index.index(Ellipsis)
        missing = rank - (len(index) - 1)
        return (*index[:at], *[_EVERY] * missing, *index[at + 1 :])
    return (*index, *[_EVERY] * (rank - len(index)))


def _entry(cx: Context, part: Slice, entry: Any) -> Any:
    """What names an element of a slice in the axis that the slice is of."""
    if part == _EVERY:
        return entry
    if entry == _EVERY:
        return part
    if part.stop is None and part.step is None and isinstance(part.start, int):
        known = isinstance(entry, int) and not isinstance(entry, bool)
        if part.start >= 0 and known and entry >= 0:
            return part.start + entry
    return None


__all__ = ["add_item", "overwrite", "store_item"]
