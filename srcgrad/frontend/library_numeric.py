"""Numeric functions that need more than a table: complex parts, ufunc methods, choices, counting."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.frontend.attributes import attribute
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, NONE, Seq
from srcgrad.frontend.library import HANDLERS, METHODS, handles
from srcgrad.frontend.library_shapes import (
    ZERO,
    call,
    flattened,
    known_dims,
    operand,
)
from srcgrad.frontend.operators import binary, static_value
from srcgrad.frontend.subscripts import array_like
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Const
from srcgrad.ir.types import dims_of, is_complex

_UNIT = constant(1.0)
METHODS.update(
    (name, getattr(np, name))
    for name in (
        "argsort",
        "argpartition",
        "cumprod",
        "cumsum",
        "diagonal",
        "nonzero",
        "round",
        "searchsorted",
        "std",
        "trace",
        "var",
    )
)


# -- complex numbers ------------------------------------------------------------------------------


def _part_of(name: str) -> Any:
    def handler(cx: Context, node: Any, val: AV) -> AV:
        value = array_like(cx, val, node)
        atom = cx.atom(value, node)
        if is_complex(atom.type):
            return cx.bind(cx.emit(name, atom), value)
        if name == "real":
            return value
        return cx.bind(cx.emit("zeros_like", atom))

    return handler


HANDLERS[np.real], HANDLERS[np.imag] = _part_of("real"), _part_of("imag")


def _conj(cx: Context, node: Any, x: AV) -> AV:
    value = array_like(cx, x, node)
    if isinstance(value, Const):
        return constant(value.value.conjugate())
    atom = cx.atom(value, node)
    if is_complex(atom.type):
        return cx.bind(cx.emit("conj", atom))
    return call(cx, np.copy, node, value) if dims_of(atom.type) != () else value


def _conj_method(cx: Context, node: Any, x: AV) -> AV:
    """NumPy's method gives a real array itself; its function gives a copy."""
    return _conj(cx, node, x) if is_complex(cx.atom(x, node).type) else x


HANDLERS[np.conj] = _conj
HANDLERS[_conj_method] = _conj_method
METHODS["conj"] = METHODS["conjugate"] = _conj_method


@handles(np.sign)
def _sign(cx: Context, node: Any, x: AV) -> AV:
    """Of complex numbers ``x / |x|``, which moves with ``x``."""
    atom = operand(cx, x, node)
    if not is_complex(atom.type):
        return cx.bind(cx.emit("sign", atom, via="np"))
    size = call(cx, np.abs, node, x)
    zero = cx.bind(cx.emit("equal", cx.atom(size, node), ZERO))
    return binary(cx, node, "Div", x, binary(cx, node, "Add", size, zero))


@handles(np.angle)
def _angle(cx: Context, node: Any, z: AV, deg: AV = NONE) -> AV:
    if deg != NONE and static_value(deg):
        return call(cx, np.rad2deg, node, _angle(cx, node, z))
    return cx.bind(cx.emit("angle", operand(cx, z, node)))


@handles(complex, np.complex128)
def _complex(cx: Context, node: Any, real: AV = ZERO, imag: AV = NONE) -> AV:
    if imag == NONE:
        if isinstance(real, Const):
            return constant(complex(real.value))
        return cx.emit("to_complex", cx.atom(real, node, "complex"))
    whole = binary(cx, node, "Add", real, binary(cx, node, "Mult", constant(1j), imag))
    return cx.emit("to_complex", cx.atom(whole, node))


# -- reductions of ufuncs -------------------------------------------------------------------------


def _reduce(function: Any) -> Any:
    def handler(cx: Context, node: Any, array: AV, axis: AV = ZERO, keepdims: AV = NONE) -> AV:
        return call(cx, function, node, array, axis=axis, keepdims=keepdims)

    return handler


for _ufunc, _whole in (
    (np.add, np.sum),
    (np.multiply, np.prod),
    (np.maximum, np.max),
    (np.minimum, np.min),
    (np.logical_and, np.all),
    (np.logical_or, np.any),
):
    HANDLERS[_ufunc.reduce] = _reduce(_whole)


@handles(np.logaddexp.reduce)
def _logaddexp_reduce(
    cx: Context, node: Any, array: AV, axis: AV = ZERO, keepdims: AV = NONE
) -> AV:
    attrs: dict[str, Any] = {} if axis == NONE else {"axis": cx.integer(axis, node, "axis=")}
    if keepdims != NONE and static_value(keepdims):
        attrs["keepdims"] = True
    return cx.bind(cx.emit("logaddexp_reduce", operand(cx, array, node), **attrs))


def _accumulate(function: Any) -> Any:
    def handler(cx: Context, node: Any, array: AV, axis: AV = ZERO) -> AV:
        return call(cx, function, node, array, axis=axis)

    return handler


HANDLERS[np.add.accumulate] = _accumulate(np.cumsum)
HANDLERS[np.multiply.accumulate] = _accumulate(np.cumprod)


def _outer(ufunc: Any) -> Any:
    """``ufunc.outer``: the second operand along new axes at the end of the first."""

    def handler(cx: Context, node: Any, A: AV, B: AV) -> AV:
        left, right = operand(cx, A, node), operand(cx, B, node)
        ranks = [len(known_dims(cx, v, node, "ufunc.outer")) for v in (left, right)]
        if ranks[1] and ranks[0]:
            new = tuple(range(ranks[0], sum(ranks)))
            left = cx.emit("expand_dims", left, via="np", axis=new[0] if len(new) == 1 else new)
        return call(cx, ufunc, node, cx.bind(left, A), cx.bind(right, B))

    return handler


for _paired in (np.add, np.subtract, np.multiply, np.divide, np.power, np.maximum, np.minimum):
    HANDLERS[_paired.outer] = _outer(_paired)


@handles(np.clip)
def _clip(
    cx: Context,
    node: Any,
    a: AV,
    a_min: AV = NONE,
    a_max: AV = NONE,
    *,
    min: AV = NONE,
    max: AV = NONE,
) -> AV:
    """A bound that is missing is infinite."""
    low, high = a_min if min == NONE else min, a_max if max == NONE else max
    bounds = (constant(-np.inf) if low == NONE else low, constant(np.inf) if high == NONE else high)
    return cx.bind(cx.emit("clip", *(operand(cx, v, node) for v in (a, *bounds)), via="np"))


# -- choices ------------------------------------------------------------------------------------


@handles(np.select)
def _select(cx: Context, node: Any, condlist: AV, choicelist: AV, default: AV = ZERO) -> AV:
    if not (isinstance(condlist, Seq) and isinstance(choicelist, Seq)):
        cx.refuse("SG210", "np.select needs lists of conditions and choices", node, "write lists")
    result = default
    pairs = list(zip(condlist.items, choicelist.items, strict=True))
    for condition, choice in reversed(pairs):
        result = call(cx, np.where, node, condition, choice, result)
    return result


# -- counting and searching: zero by definition -----------------------------------------------------


@handles(np.nonzero)
def _nonzero(cx: Context, node: Any, a: AV) -> AV:
    atom = operand(cx, a, node)
    rank = len(known_dims(cx, atom, node, "np.nonzero"))
    whole = cx.emit("nonzero_places", atom)
    return Seq(tuple(cx.bind(cx.emit("place_part", atom, whole, part=k)) for k in range(rank)))


@handles(np.flatnonzero)
def _flatnonzero(cx: Context, node: Any, a: AV) -> AV:
    flat = cx.bind(flattened(cx, operand(cx, a, node), node))
    found = _nonzero(cx, node, flat)
    assert isinstance(found, Seq)
    return found.items[0]


@handles(np.bincount)
def _bincount(cx: Context, node: Any, x: AV, weights: AV = NONE, minlength: AV = ZERO) -> AV:
    least = cx.integer(minlength, node, "minlength=")
    attrs: dict[str, Any] = {"minlength": least} if least else {}
    if weights == NONE:
        return cx.bind(cx.emit("bincount", operand(cx, x, node), via="np", **attrs))
    atoms = [operand(cx, v, node) for v in (x, weights)]
    return cx.bind(cx.emit("bincount_weights", *atoms, **attrs))


def _where(cx: Context, node: Any, condition: AV, x: AV = NONE, y: AV = NONE) -> AV:
    if x == NONE and y == NONE:
        return _nonzero(cx, node, condition)
    atoms = [operand(cx, v, node) for v in (condition, x, y)]
    return cx.bind(cx.emit("where", *atoms, via="np"))


HANDLERS[np.where] = _where


# -- what is known of a value ---------------------------------------------------------------------


@handles(np.ndim)
def _ndim(cx: Context, node: Any, a: AV) -> AV:
    return attribute(cx, array_like(cx, a, node), "ndim", node)


@handles(np.iscomplexobj)
def _iscomplexobj(cx: Context, node: Any, x: AV) -> AV:
    return constant(is_complex(operand(cx, x, node).type))


@handles(np.isrealobj)
def _isrealobj(cx: Context, node: Any, x: AV) -> AV:
    return constant(not is_complex(operand(cx, x, node).type))


@handles(np.divmod)
def _divmod(cx: Context, node: Any, x1: AV, x2: AV) -> AV:
    whole = call(cx, np.floor_divide, node, x1, x2)
    return Seq((whole, call(cx, np.remainder, node, x1, x2)))


@handles(np.matrix_transpose)
def _matrix_transpose(cx: Context, node: Any, x: AV) -> AV:
    return attribute(cx, array_like(cx, x, node), "mT", node)
