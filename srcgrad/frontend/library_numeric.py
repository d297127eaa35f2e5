"""Numeric functions whose arguments need more than a table: statistics, scans, parts of complex numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, NONE, Seq, Slicing
from srcgrad.frontend.library import HANDLERS, METHODS, handles
from srcgrad.frontend.library_shapes import (
    LAST,
    ONE,
    ZERO,
    call,
    flattened,
    known_dims,
    operand,
    part_along,
)
from srcgrad.frontend.operators import binary, static_value
from srcgrad.frontend.subscripts import array_like
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Const
from srcgrad.ir.types import is_complex

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
    return cx.bind(cx.emit("conj", atom)) if is_complex(atom.type) else value


HANDLERS[np.conj] = _conj
METHODS["conj"] = METHODS["conjugate"] = np.conj


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


# -- sums of products -----------------------------------------------------------------------------


@handles(np.average)
def _average(cx: Context, node: Any, a: AV, axis: AV = NONE, weights: AV = NONE) -> AV:
    place = {} if axis == NONE else {"axis": axis}
    if weights == NONE:
        return call(cx, np.mean, node, a, **place)
    value, parts = array_like(cx, a, node), array_like(cx, weights, node)
    own = known_dims(cx, cx.atom(value, node), node, "np.average")
    other = known_dims(cx, cx.atom(parts, node), node, "np.average")
    if len(own) != len(other) and axis != NONE:
        rank = len(own)
        others = tuple(k for k in range(rank) if k != cx.integer(axis, node, "axis=") % rank)
        parts = cx.bind(cx.emit("expand_dims", cx.atom(parts, node), via="np", axis=others))
    total = call(cx, np.sum, node, binary(cx, node, "Mult", value, parts), **place)
    whole = call(cx, np.sum, node, parts, **place)
    return binary(cx, node, "Div", total, whole)


@handles(np.trapezoid, *([np.trapz] if hasattr(np, "trapz") else []))
def _trapezoid(cx: Context, node: Any, y: AV, x: AV = NONE, dx: AV = _UNIT, axis: AV = LAST) -> AV:
    """The sum that NumPy makes, in its order."""
    value = array_like(cx, y, node)
    rank = len(known_dims(cx, cx.atom(value, node), node, "np.trapezoid"))
    place = cx.integer(axis, node, "axis=") % rank
    if x != NONE:
        points = array_like(cx, x, node)
        own = len(known_dims(cx, cx.atom(points, node), node, "np.trapezoid"))
        if own == 1:
            dx = call(cx, np.diff, node, points)
            if rank > 1:
                others = tuple(k for k in range(rank) if k != place)
                dx = cx.bind(cx.emit("expand_dims", cx.atom(dx, node), via="np", axis=others))
        else:
            dx = call(cx, np.diff, node, points, axis=constant(place))
    after = part_along(cx, value, place, rank, Slicing(ONE, None, None), node)
    before = part_along(cx, value, place, rank, Slicing(None, LAST, None), node)
    areas = binary(cx, node, "Mult", dx, binary(cx, node, "Add", after, before))
    return call(
        cx, np.sum, node, binary(cx, node, "Div", areas, constant(2.0)), axis=constant(place)
    )


@handles(np.ptp)
def _ptp(cx: Context, node: Any, a: AV, axis: AV = NONE, keepdims: AV = NONE) -> AV:
    most = call(cx, np.max, node, a, axis=axis, keepdims=keepdims)
    return binary(cx, node, "Sub", most, call(cx, np.min, node, a, axis=axis, keepdims=keepdims))


def _quantile(scale: float) -> Any:
    def handler(cx: Context, node: Any, a: AV, q: AV, axis: AV = NONE, keepdims: AV = NONE) -> AV:
        level = static_value(q)
        if isinstance(q, Seq) or not isinstance(level, (int, float)):
            cx.refuse(
                "SG202", "quantiles need one level known before the run", node, "pass one number"
            )
        attrs: dict[str, Any] = {}
        if axis != NONE:
            axes = axis.items if isinstance(axis, Seq) else (axis,)
            numbers = tuple(cx.integer(v, node, "axis=") for v in axes)
            attrs["axis"] = numbers if isinstance(axis, Seq) else numbers[0]
        if keepdims != NONE and static_value(keepdims):
            attrs["keepdims"] = True
        name = "quantile" if scale == 1 else "percentile"
        return cx.bind(cx.emit(name, operand(cx, a, node), q=level, **attrs))

    return handler


HANDLERS[np.quantile], HANDLERS[np.percentile] = _quantile(1), _quantile(0.01)


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


@handles(np.add.outer, np.subtract.outer, np.multiply.outer, np.divide.outer)
def _ufunc_outer(cx: Context, node: Any, A: AV, B: AV) -> AV:
    cx.refuse("SG202", "ufunc.outer is not supported", node, "write a[:, None] + b")


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


@handles(np.gradient)
def _gradient(cx: Context, node: Any, f: AV, *varargs: AV, axis: AV = NONE) -> AV:
    """Central differences inside, one-sided ones at the ends, as NumPy makes them."""
    value = array_like(cx, f, node)
    rank = len(known_dims(cx, cx.atom(value, node), node, "np.gradient"))
    axes = range(rank) if axis == NONE else (cx.integer(axis, node, "axis=") % rank,)
    steps = varargs * len(axes) if len(varargs) == 1 else varargs or (_UNIT,) * len(axes)
    if any(cx.dims(h) != () for h in steps) or len(steps) != len(axes):
        cx.refuse(
            "SG202", "numpy.gradient needs one number for each spacing", node, "pass the step"
        )
    parts = [_slope(cx, node, value, k, rank, h) for k, h in zip(axes, steps, strict=True)]
    return parts[0] if len(parts) == 1 else Seq(tuple(parts))


def _slope(cx: Context, node: Any, value: AV, axis: int, rank: int, step: AV) -> AV:
    def part(start: int | None, stop: int | None) -> AV:
        ends = [None if s is None else constant(s) for s in (start, stop)]
        return part_along(cx, value, axis, rank, Slicing(ends[0], ends[1], None), node)

    def over(left: AV, right: AV, by: AV) -> AV:
        return binary(cx, node, "Div", binary(cx, node, "Sub", left, right), by)

    double = binary(cx, node, "Mult", constant(2.0), step)
    rows = [
        over(part(1, 2), part(0, 1), step),
        over(part(2, None), part(None, -2), double),
        over(part(-1, None), part(-2, -1), step),
    ]
    return call(cx, np.concatenate, node, Seq(tuple(rows)), constant(axis))


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


def _where(cx: Context, node: Any, condition: AV, x: AV = NONE, y: AV = NONE) -> AV:
    if x == NONE and y == NONE:
        return _nonzero(cx, node, condition)
    atoms = [operand(cx, v, node) for v in (condition, x, y)]
    return cx.bind(cx.emit("where", *atoms, via="np"))


HANDLERS[np.where] = _where
