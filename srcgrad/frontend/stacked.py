"""Lowers arrays made of a comprehension, such as ``np.array([f(v) for v in x])``, as a loop that fills them.

It serves where the number of items is known only in the run, or is large. The element is lowered once for
its type, which says what array to make; nothing of that attempt stays.
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from srcgrad.frontend.attributes import length
from srcgrad.frontend.bindings import assigned_names
from srcgrad.frontend.comprehensions import at_place, comprehension_frame, list_of
from srcgrad.frontend.context import Context
from srcgrad.frontend.inlining import run_body
from srcgrad.frontend.iteration import sized
from srcgrad.frontend.kinds import AV, Enumerate, Range, Seq, Static, UserFunction
from srcgrad.frontend.sequences import known_items, known_length
from srcgrad.frontend.subscripts import Unsettled, array_like
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom, Const, Slot, Var
from srcgrad.ir.types import INT, AnyDim, Array, Number, Type, dims_of

_MAKERS = (np.array, np.asarray, np.stack)
_READERS = (np.sum, np.mean, np.prod, np.max, np.min)
_FEW = 16  # items that are written out one by one
_ITERABLE, _FILLED, _PLACE = "<iterable>", "<filled>", "<place>"


def stacked(cx: Context, callee: AV, node: Any) -> AV | None:
    """The result of such a call, ``None`` if it is none."""
    function = callee.value if isinstance(callee, Static) else None
    if not any(function is f for f in (*_MAKERS, *_READERS)):
        return None
    if len(node.args) != 1 or node.keywords or not isinstance(node.args[0], gast.ListComp):
        return None
    comp = node.args[0]
    if len(comp.generators) != 1 or comp.generators[0].ifs or not _is_simple(comp):
        return None
    iterable = cx.expression(comp.generators[0].iter)
    filled = _filled(cx, comp, iterable)
    if filled is None:
        filled = list_of(cx, comp, iterable)
    if any(function is f for f in _MAKERS):
        return cx.call_function(function, [filled], {}, node) if isinstance(filled, Seq) else filled
    return cx.call_function(function, [filled], {}, node)


def _is_simple(comp: Any) -> bool:
    """Whether the comprehension binds nothing outside of itself."""
    return not any(isinstance(n, gast.NamedExpr) for n in gast.walk(comp))


def _filled(cx: Context, comp: Any, iterable: AV) -> AV | None:
    """The array filled by a loop; ``None`` where the items are few, or have no common type."""
    if isinstance(iterable, Range):
        limits = (iterable.start, iterable.stop, iterable.step)
        values = [a.value for a in limits if isinstance(a, Const)]
        if len(values) == 3 and len(range(*values)) <= _FEW:
            return None
    elif known_items(cx, iterable, comp) is not None:
        return None
    count, type_ = _element(cx, comp, iterable)
    made = None if type_ is None else _empty(cx, count, type_)
    if made is None:
        return None
    pair = gast.Tuple([_name(_PLACE, gast.Store()), comp.generators[0].target], gast.Store())
    target = gast.Subscript(_name(_FILLED), _name(_PLACE), gast.Store())
    store = gast.Assign([target], comp.elt, None)
    loop = gast.For(pair, _name(_ITERABLE), [store], [], None)
    end = gast.Return(_name(_FILLED))
    arguments = gast.arguments([], [], None, [], [], None, [])
    tree = gast.FunctionDef("<stack>", arguments, [loop, end], [], None, None, [])
    function = UserFunction(cx.source, at_place(comp, tree), frame=cx.frame)
    given = {_ITERABLE: Enumerate(iterable, constant(0)), _FILLED: made}
    return run_body(cx, function, given, comp)


def _name(name: str, context: Any = None) -> Any:
    return gast.Name(name, context or gast.Load(), None, None)


def _element(cx: Context, comp: Any, iterable: AV) -> tuple[Atom, Type | None]:
    """The number of items, and the type of one; ``None`` if it is no number or array."""
    count, item = sized(cx, iterable, comp)
    before, outer = cx.heap.snapshot(), cx.builder
    targets = frozenset(assigned_names((comp.generators[0].target,)))
    cx.builder = outer.child()
    try:
        with comprehension_frame(cx, targets):
            cx.assign(comp.generators[0].target, item(Var("k", INT)), comp)
            value = array_like(cx, cx.expression(comp.elt), comp)
            return count, cx.type_of(value)
    except Unsettled:
        return count, None
    finally:
        cx.builder = outer
        cx.heap.restore(before)


def _empty(cx: Context, count: Atom, type_: Type) -> AV | None:
    """An array for so many elements of a type, ``None`` where its shape or dtype is not known."""
    dims = dims_of(type_)
    dtype = np.dtype(type_.kind) if isinstance(type_, Number) else getattr(type_, "dtype", None)
    if dims is None or dtype is None:
        return None
    args: list[Atom] = []
    shape: list[Any] = []
    for atom in (_counted(cx, count), *(_length(cx, dim) for dim in dims)):
        if atom is None:
            return None
        if isinstance(atom, Const):
            shape.append(atom.value)
        else:
            shape.append(Slot(len(args)))
            args.append(atom)
    attrs: dict[str, Any] = {} if dtype == np.dtype(float) else {"dtype": dtype}
    return cx.bind(cx.emit("empty", *args, shape=tuple(shape), **attrs))


def _counted(cx: Context, count: Atom) -> Atom:
    """A number of items, none for a range that ends before it begins."""
    eqn = cx.builder.defs.get(count) if isinstance(count, Var) else None
    if isinstance(count, Const) or (eqn is not None and eqn.op.name in ("length", "range_length")):
        return count
    return cx.emit("range_length", constant(0), count, constant(1))


def _length(cx: Context, dim: AnyDim) -> Atom | None:
    """The length that a dimension stands for: a literal, or that of an array at hand."""
    known = known_length(dim)
    if known is not None:
        return constant(known)
    for loc in cx.reachable():
        atom = cx.heap.versions.get(loc)
        dims = (
            dims_of(atom.type) if isinstance(atom, Var) and isinstance(atom.type, Array) else None
        )
        if atom is not None and loc not in cx.heap.views and dims and dim in dims:
            return cx.atom(length(cx, atom, dims.index(dim)), None)
    return None


__all__ = ["stacked"]
