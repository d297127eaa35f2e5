"""Functions that read or lay out elements in an order: ``C`` rows first, ``F`` columns first.

In order ``F`` they are those in order ``C`` of the transpose, so nothing else needs a rule.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, Seq, Static
from srcgrad.frontend.lengths import sized
from srcgrad.frontend.library import HANDLERS, METHODS, handles, shape_template
from srcgrad.frontend.operators import static_value
from srcgrad.frontend.subscripts import array_like

_C, _K = Static("C"), Static("K")


def _columns_first(cx: Context, order: AV, a: AV, node: Any, *, kept: bool = False) -> bool:
    """Whether an order is ``F``; of one axis all orders are one. ``kept``: ``K`` may be asked for."""
    known = static_value(order)
    if known is None or known == "C" or _is_line(cx, a):
        return False
    if known != "F" and not (kept and known == "K"):
        message = f"order={known!r} depends on how the array is laid out"
        cx.refuse("SG202", message, node, "use order='C' or 'F'")
    return bool(known == "F")


def _is_line(cx: Context, a: AV) -> bool:
    dims = cx.dims(a)
    return dims is not None and len(dims) < 2


def _turned(cx: Context, a: AV, node: Any) -> AV:
    if _is_line(cx, a):
        return a
    return cx.bind(cx.emit("transpose", cx.atom(a, node), via="np"), a)


@handles(np.reshape)
def _reshape(cx: Context, node: Any, a: AV, *shape: AV, order: AV = _C) -> AV:
    whole: AV = shape[0] if len(shape) == 1 else Seq(shape)
    if shape and isinstance(shape[-1], Static):
        whole, order = shape[0], shape[-1]
    a = array_like(cx, a, node)
    entries = whole.items if isinstance(whole, Seq) else (whole,)
    turned = _columns_first(cx, order, a, node) or (static_value(order) == "F" and len(entries) > 1)
    if turned:
        a, whole = _turned(cx, a, node), Seq(entries[::-1])
    args = [cx.atom(a, node)]
    template = shape_template(cx, whole, args, node)
    made = cx.bind(sized(cx, cx.emit("reshape", *args, shape=template), template, args), a)
    return _turned(cx, made, node) if turned else made


@handles(np.ravel)
def _ravel(cx: Context, node: Any, a: AV, order: AV = _C) -> AV:
    a = array_like(cx, a, node)
    if _columns_first(cx, order, a, node):
        a = _turned(cx, a, node)
    return cx.bind(cx.emit("ravel", cx.atom(a, node), via="np"), a)


def _flatten(cx: Context, node: Any, x: AV, order: AV = _C) -> AV:
    if _columns_first(cx, order, x, node):
        x = _turned(cx, x, node)
    flat = cx.emit("ravel", cx.atom(x, node), via="np")
    return cx.bind(cx.emit("copy", flat, via="np"))


def _copy(cx: Context, node: Any, x: AV, order: AV = _C) -> AV:
    """``x.copy()`` lays its elements out in C order, unlike ``np.copy(x)``, which keeps that of ``x``."""
    if _columns_first(cx, order, x, node, kept=True):
        x = _turned(cx, x, node)
        made = cx.bind(cx.emit("copy", cx.atom(x, node), via="np", order="C"), mutable=True)
        return _turned(cx, made, node)
    attrs = {} if static_value(order) == "K" else {"order": "C"}
    return cx.bind(cx.emit("copy", cx.atom(x, node), via="np", **attrs), mutable=True)


@handles(np.copy)
def _copy_of(cx: Context, node: Any, a: AV, order: AV = _K) -> AV:
    return _copy(cx, node, array_like(cx, a, node), order)


METHODS.update(copy=_copy, flatten=_flatten)
for _method in (_copy, _flatten):
    HANDLERS[_method] = _method
