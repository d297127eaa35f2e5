"""NumPy functions and methods that write into an array they are given.

Importing this completes the tables of ``library``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.frontend.attributes import length
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, NONE, Ref, Seq, Static
from srcgrad.frontend.library import HANDLERS, METHODS, handles
from srcgrad.frontend.library_shapes import LAST
from srcgrad.frontend.operators import negative, static_value
from srcgrad.frontend.stores import add_item, overwrite, store_item
from srcgrad.ir.nodes import Const
from srcgrad.ir.types import dims_of

_WHOLE = Static(Ellipsis)


@handles(np.copyto)
def _copyto(cx: Context, node: Any, dst: AV, src: AV, where: AV = NONE) -> AV:
    if where == NONE or static_value(where) is True:
        store_item(cx, dst, _WHOLE, src, node)
        return NONE
    chosen = cx.call_function(np.where, [where, src, dst], {}, node)
    store_item(cx, dst, _WHOLE, chosen, node)
    return NONE


@handles(np.fill_diagonal)
def _fill_diagonal(cx: Context, node: Any, a: AV, val: AV) -> AV:
    dims = cx.dims(a)
    if dims is None or len(dims) != 2 or not isinstance(a, Ref):
        cx.refuse("SG210", "np.fill_diagonal of other than a matrix", node, "write the loop out")
    atom = cx.atom(a, node)
    sides = [cx.atom(length(cx, atom, axis), node) for axis in (0, 1)]
    count = sides[0] if dims[0] == dims[1] else cx.emit("minimum", *sides, via="py")
    if all(isinstance(s, Const) for s in sides):
        count = Const(min(s.value for s in sides if isinstance(s, Const)))
    along = cx.bind(cx.emit("arange", count))
    store_item(cx, a, Seq((along, along)), val, node)
    return NONE


def _fill(cx: Context, node: Any, a: AV, value: AV) -> AV:
    store_item(cx, a, _WHOLE, value, node)
    return NONE


def _sort(cx: Context, node: Any, a: AV, axis: AV = LAST, kind: AV = NONE) -> AV:
    overwrite(cx, a, cx.call_function(np.sort, [a, axis, kind], {}, node), node)
    return NONE


METHODS["sort"] = _sort
HANDLERS[_sort] = _sort


def _at(sign: int) -> Any:
    def handler(cx: Context, node: Any, a: AV, indices: AV, b: AV) -> AV:
        added = b if sign > 0 else negative(cx, cx.atom(b, node))
        if not add_item(cx, a, indices, added, node, repeats=True):
            cx.refuse("SG210", "ufunc.at on an array that is not real", node, "use dtype=float")
        return NONE

    return handler


HANDLERS[np.add.at] = _at(1)
HANDLERS[np.subtract.at] = _at(-1)
METHODS["fill"] = _fill
HANDLERS[_fill] = _fill


def with_out(
    cx: Context, function: Any, args: list[AV], kwargs: dict[str, AV], node: Any
) -> AV | None:
    """A call with ``out=``: its result is written there. ``None`` if the call has none."""
    args, kwargs = list(args), dict(kwargs)
    out = kwargs.pop("out", NONE)
    if isinstance(function, np.ufunc) and len(args) == function.nin + 1 and function.nout == 1:
        out = args.pop()
    if isinstance(out, Seq) and len(out.items) == 1:
        out = out.items[0]
    if out == NONE:
        return None
    where = kwargs.pop("where", NONE)
    result = cx.call_function(function, args, kwargs, node)
    if where != NONE and static_value(where) is not True:
        result = cx.call_function(np.where, [where, result, out], {}, node)
    if dims_of(cx.atom(result, node).type) == cx.dims(out):
        overwrite(cx, out, result, node)
    else:
        store_item(cx, out, _WHOLE, result, node)
    return out


__all__ = ["with_out"]
