"""Averages, quantiles, integrals and slopes: what NumPy makes of simpler functions, in its order."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.frontend.attributes import length
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, NONE, Seq, Slicing
from srcgrad.frontend.library import HANDLERS, handles
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

_UNIT, _TRUE, _FALSE = constant(1.0), constant(True), constant(False)


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


@handles(np.gradient)
def _gradient(cx: Context, node: Any, f: AV, *varargs: AV, axis: AV = NONE) -> AV:
    """Central differences inside, one-sided ones at the ends, as NumPy makes them."""
    value = array_like(cx, f, node)
    dims = known_dims(cx, cx.atom(value, node), node, "np.gradient")
    rank = len(dims)
    axes = range(rank) if axis == NONE else (cx.integer(axis, node, "axis=") % rank,)
    if any(dims[k] in (0, 1) for k in axes):
        cx.refuse("SG218", "np.gradient needs two elements along each axis", node, "pass axis=")
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


# -- covariance -----------------------------------------------------------------------------------


@handles(np.cov)
def _cov(
    cx: Context, node: Any, m: AV, *, rowvar: AV = _TRUE, bias: AV = _FALSE, ddof: AV = NONE
) -> AV:
    value = array_like(cx, m, node)
    rank = len(known_dims(cx, cx.atom(value, node), node, "np.cov"))
    rows = call(cx, np.atleast_2d, node, value)
    if rank == 2 and not static_value(rowvar):
        rows = call(cx, np.transpose, node, rows)
    count = cx.atom(length(cx, cx.atom(rows, node), 1), node)
    lost = (0 if static_value(bias) else 1) if ddof == NONE else cx.integer(ddof, node, "ddof=")
    mean = call(cx, np.mean, node, rows, axis=ONE, keepdims=_TRUE)
    moved = binary(cx, node, "Sub", rows, mean)
    other = call(cx, np.conj, node, call(cx, np.transpose, node, moved))
    factor = call(cx, np.divide, node, ONE, binary(cx, node, "Sub", count, constant(lost)))
    total = binary(cx, node, "Mult", call(cx, np.dot, node, moved, other), factor)
    return (
        total
        if rank == 2
        else part_along(cx, part_along(cx, total, 0, 2, ZERO, node), 0, 1, ZERO, node)
    )


@handles(np.corrcoef)
def _corrcoef(cx: Context, node: Any, x: AV, *, rowvar: AV = _TRUE) -> AV:
    c = _cov(cx, node, x, rowvar=rowvar)
    if cx.dims(c) == () or is_complex(cx.atom(c, node).type):
        cx.refuse("SG202", "numpy.corrcoef of one row, or of complex numbers", node, "use np.cov")
    size = call(cx, np.sqrt, node, call(cx, np.diag, node, c))
    column = cx.bind(cx.emit("expand_dims", cx.atom(size, node), via="np", axis=1), size)
    row = cx.bind(cx.emit("expand_dims", cx.atom(size, node), via="np", axis=0), size)
    scaled = binary(cx, node, "Div", binary(cx, node, "Div", c, column), row)
    return call(cx, np.clip, node, scaled, constant(-1), constant(1))


# -- polynomials ----------------------------------------------------------------------------------


@handles(np.polyval)
def _polyval(cx: Context, node: Any, p: AV, x: AV) -> AV:
    return cx.bind(cx.emit("polyval", operand(cx, p, node), operand(cx, x, node)))


# -- with elements left out -----------------------------------------------------------------------


@handles(np.delete)
def _delete(cx: Context, node: Any, arr: AV, obj: AV, axis: AV = NONE) -> AV:
    """The parts before and after one place."""
    value, place, rank = _on_axis(cx, node, arr, axis, "np.delete")
    at = cx.integer(obj, node, "the index to delete")
    _check_place(cx, node, value, place, at + 1 if at >= 0 else -at)
    after = None if at == -1 else constant(at + 1)
    parts = [
        part_along(cx, value, place, rank, Slicing(None, constant(at), None), node),
        part_along(cx, value, place, rank, Slicing(after, None if after else ZERO, None), node),
    ]
    return call(cx, np.concatenate, node, Seq(tuple(parts)), constant(place))


@handles(np.insert)
def _insert(cx: Context, node: Any, arr: AV, obj: AV, values: AV, axis: AV = NONE) -> AV:
    """The parts before and after one place, and what goes between."""
    value, place, rank = _on_axis(cx, node, arr, axis, "np.insert")
    index = cx.integer(obj, node, "the index to insert at")
    _check_place(cx, node, value, place, abs(index))
    at = constant(index)
    new = array_like(cx, values, node)
    own = len(known_dims(cx, cx.atom(new, node), node, "np.insert"))
    if own == 0 or own == rank - 1:
        shape = call(cx, np.shape, node, value)
        assert isinstance(shape, Seq)
        thin = Seq(tuple(ONE if k == place else n for k, n in enumerate(shape.items)))
        spread = new
        if own and place != 0:
            spread = cx.bind(cx.emit("expand_dims", cx.atom(new, node), via="np", axis=place), new)
        new = call(cx, np.broadcast_to, node, spread, thin)
    elif own != rank or own > 1:
        cx.refuse("SG202", "numpy.insert of several rows", node, "use np.concatenate")
    parts = [
        part_along(cx, value, place, rank, Slicing(None, at, None), node),
        new,
        part_along(cx, value, place, rank, Slicing(at, None, None), node),
    ]
    return call(cx, np.concatenate, node, Seq(tuple(parts)), constant(place))


def _check_place(cx: Context, node: Any, value: AV, axis: int, least: int) -> None:
    """Make sure that an axis has a number of elements: what slices would let pass, NumPy refuses."""
    there = length(cx, cx.atom(value, node), axis)
    if isinstance(there, Const):
        if there.value < least:
            cx.refuse("SG218", "the index is out of bounds", node, "check the index")
        return
    enough = cx.emit("greater_equal", cx.atom(there, node), constant(least))
    cx.emit("check", enough, texts=(("the index is out of bounds",),))


def _on_axis(cx: Context, node: Any, arr: AV, axis: AV, what: str) -> tuple[AV, int, int]:
    """The array, flattened if no axis was given, its axis, and its rank."""
    value = array_like(cx, arr, node)
    if axis == NONE:
        return cx.bind(flattened(cx, cx.atom(value, node), node), value), 0, 1
    rank = len(known_dims(cx, cx.atom(value, node), node, what))
    return value, cx.integer(axis, node, "axis=") % rank, rank
