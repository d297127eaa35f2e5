"""Lowers ``target op= value``: in place where the object can, else a new value for the target.

Arrays, lists and dicts are updated in place, seen through all names that share them; numbers, text and
tuples are replaced. The target is evaluated once, before the value.
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from srcgrad.frontend.attributes import attribute
from srcgrad.frontend.boxes import change, opened
from srcgrad.frontend.classes import class_of_object
from srcgrad.frontend.containers import extend, is_container, store_in, update
from srcgrad.frontend.context import Context
from srcgrad.frontend.expressions import expression, store_name
from srcgrad.frontend.kinds import AV, Box, Ref, Seq, Static, leaves
from srcgrad.frontend.objects import special, store_attribute
from srcgrad.frontend.operators import binary, makes_array, negative
from srcgrad.frontend.perhaps import certain
from srcgrad.frontend.stores import add_item, overwrite, store_item
from srcgrad.frontend.subscripts import subscript
from srcgrad.ir.nodes import Const, Var
from srcgrad.ir.types import FLOAT, INT, UNKNOWN, Array, Number, dims_of, is_differentiable

_IN_PLACE = {"Add": "__iadd__", "Sub": "__isub__", "Mult": "__imul__", "Div": "__itruediv__"}


def write_attribute(cx: Context, owner: AV, name: str, value: AV, node: Any) -> None:
    """``owner.name = value``: on an array its real or imaginary part, else an attribute of an object."""
    if isinstance(owner, Ref) and name in ("real", "imag"):
        store_item(cx, attribute(cx, owner, name, node), Static(Ellipsis), value, node)
        return
    store_attribute(cx, owner, name, value, node)


def store_into(cx: Context, container: AV, index: AV, value: AV, node: Any) -> None:
    """``container[index] = value``."""
    if cx.overloaded(node, "SetItem", container, index, value) is not None:
        return
    if is_container(container):
        store_in(cx, container, index, value, node)
    else:
        store_item(cx, container, index, value, node)


def update_statement(cx: Context, node: Any) -> None:
    """Lower an augmented assignment."""
    target = node.target
    if isinstance(target, gast.Name):
        load = gast.copy_location(gast.Name(target.id, gast.Load(), None, None), target)
        old = expression(cx, load)
        new = _updated(cx, node, target.id, old, expression(cx, node.value))
        if new is not old:
            store_name(cx, target.id, new, node)
    elif isinstance(target, gast.Attribute):
        owner = expression(cx, target.value)
        old = attribute(cx, owner, target.attr, target)
        new = _updated(cx, node, target.attr, old, expression(cx, node.value))
        if new is not old or not isinstance(owner, Ref):
            write_attribute(cx, owner, target.attr, new, node)
    else:
        _update_item(cx, node)


def _update_item(cx: Context, node: Any) -> None:
    """``a[i] op= value``: the item is read, updated and written back."""
    container, index = expression(cx, node.target.value), expression(cx, node.target.slice)
    old = subscript(cx, container, index, node.target)
    if not isinstance(container, Ref):
        new = _updated(cx, node, "the item", old, expression(cx, node.value))
        store_into(cx, container, index, new, node)
        return
    root = cx.heap.root(container.loc)
    before = cx.heap.versions[root]
    operand = certain(cx, node, expression(cx, node.value))[0]
    untouched = cx.heap.versions[root] is before
    operator = type(node.op).__name__
    if operator in ("Add", "Sub") and untouched:
        added = operand if operator == "Add" else _negated(cx, operand, node)
        if added is not None and add_item(cx, container, index, added, node, repeats=False):
            return
    new = binary(cx, node, operator, old, operand)
    if isinstance(old, Ref):
        _refuse_integers(cx, node, "the array", cx.type_of(old), cx.type_of(new))
    store_item(cx, container, index, new, node)


def _updated(cx: Context, node: Any, name: str, old: AV, operand: AV) -> AV:
    """The object after ``op=``: itself where it is changed in place."""
    operator = type(node.op).__name__
    old, operand = certain(cx, node, old, operand)
    if isinstance(old, (Box, Seq)) and old.make is list and makes_array(cx, operator, operand):
        return binary(cx, node, operator, old, operand)
    if isinstance(old, Box) and old.make is list and operator == "Add":
        extend(cx, node, old, operand)
        return old
    if isinstance(old, Box) and old.make is list and operator == "Mult":
        change(cx, old, opened(cx, binary(cx, node, operator, old, operand), node), node)
        return old
    if isinstance(old, Box) and old.make is dict and operator == "BitOr":
        update(cx, node, old, operand)
        return old
    if class_of_object(old) is not None and operator in _IN_PLACE:
        answer = special(cx, old, _IN_PLACE[operator], [operand], node)
        if answer is not None:
            return answer
    if isinstance(old, Seq) and old.make is list:
        cx.refuse("SG207", "this list belongs to the caller", node, "write a = a + b")
    new = binary(cx, node, operator, old, operand)
    if isinstance(old, Ref):
        _update_array(cx, node, name, old, new)
        return old
    return new


def _negated(cx: Context, value: AV, node: Any) -> AV | None:
    """``-value``, where adding that is the same as subtracting the value."""
    type_ = cx.type_of(value)
    if isinstance(value, Const) or type_ in (INT, FLOAT) or is_differentiable(type_ or UNKNOWN):
        return negative(cx, cx.atom(value, node))
    return None


def _refuse_integers(cx: Context, node: Any, name: str, old: Any, new: Any) -> None:
    """Refuse to put real numbers into an array of integers in place, as NumPy does."""
    if not (isinstance(old, Array) and isinstance(new, (Array, Number))) or old.dtype is None:
        return
    dtype = new.dtype if isinstance(new, Array) else np.dtype(new.kind)
    if dtype is not None and dtype != old.dtype and not np.can_cast(dtype, old.dtype, "same_kind"):
        message = f"{name!r} is an array of {old.dtype} and cannot hold the result"
        cx.refuse("SG219", message, node, "make it with dtype=float")


def _update_array(cx: Context, node: Any, name: str, old: Ref, new: AV) -> None:
    """``name op= value`` on an array: NumPy updates it in place, seen by all names that share it."""
    before, after = cx.atom(old, node), cx.atom(new, node)
    _refuse_integers(cx, node, name, before.type, after.type)
    dims = dims_of(before.type)
    if dims is not None:
        overwrite(cx, old, after, node)
        return
    unseen = old.loc not in cx.heap.views and old.loc not in cx.heap.kept
    if _may_alias(cx, name, old) or not unseen:
        remedy = f"write {name} = {name} {_symbol(node.op)} ..., or copy first"
        cx.refuse("SG207", f"whether this updates {name!r} in place is not known", node, remedy)
    if isinstance(after, Var):
        after.name = after.name or name
    cx.heap.versions[old.loc] = after


def _may_alias(cx: Context, name: str, ref: Ref) -> bool:
    return any(ref in leaves(value) for other, value in cx.frame.names.items() if other != name)


def _symbol(operator: Any) -> str:
    symbols = {"Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "Pow": "**", "MatMult": "@"}
    return symbols.get(type(operator).__name__, "op")


__all__ = ["store_into", "update_statement"]
