"""What NumPy makes by subscripts: arrays in a row, index expressions, open meshes, grids.

Importing this completes the tables of ``library``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcgrad.frontend.attributes import length
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, NONE, Seq, Slicing
from srcgrad.frontend.library import HANDLERS, handles
from srcgrad.frontend.library_assembly import joined_along
from srcgrad.frontend.library_shapes import ZERO, call
from srcgrad.frontend.operators import binary
from srcgrad.frontend.subscripts import array_like
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom, Const
from srcgrad.ir.types import Array, dims_of


def _joiner_of(joiner: Any) -> Any:
    """``np.r_[a, b]``, ``np.c_[a, b]``: arrays and numbers joined along the first, the last axis."""

    def handler(cx: Context, node: Any, index: AV) -> AV:
        parts = _entries(cx, index, node)
        if joiner is np.r_:
            return joined_along(cx, node, parts, 0)
        return call(cx, np.column_stack, node, Seq(tuple(parts)))

    return handler


def _entries(cx: Context, index: AV, node: Any) -> list[AV]:
    entries = index.items if isinstance(index, Seq) and index.make is tuple else (index,)
    parts = []
    for entry in entries:
        if isinstance(entry, Slicing):
            limits = [v for v in (entry.start, entry.stop, entry.step) if v is not None]
            entry = call(cx, np.arange, node, *limits)
        parts.append(call(cx, np.atleast_1d, node, entry))
    return parts


for _joiner in (np.r_, np.c_):
    HANDLERS[_joiner] = _joiner_of(_joiner)


@handles(slice)
def _slice(cx: Context, node: Any, *bounds: AV) -> AV:
    parts = (NONE, *bounds, NONE) if len(bounds) == 1 else (*bounds, NONE, NONE)[:3]
    return Slicing(*(None if p == NONE else cx.atom(p, node, "a slice") for p in parts))


@handles(np.s_)
def _s(cx: Context, node: Any, index: AV) -> AV:
    return index


@handles(np.index_exp)
def _index_exp(cx: Context, node: Any, index: AV) -> AV:
    return index if isinstance(index, Seq) and index.make is tuple else Seq((index,))


@handles(np.ix_)
def _ix(cx: Context, node: Any, *args: AV) -> AV:
    """Indices that meet in an open mesh: each runs along an axis of its own."""
    lines = []
    for place, value in enumerate(args):
        value = array_like(cx, value, node)
        type_ = cx.type_of(value)
        if isinstance(type_, Array) and type_.dtype is not None and type_.dtype.kind == "b":
            value = call(cx, np.flatnonzero, node, value)
        others = tuple(k for k in range(len(args)) if k != place)
        atom = cx.atom(value, node)
        if dims_of(atom.type) is None or len(dims_of(atom.type) or ()) != 1:
            cx.refuse("SG218", "np.ix_ needs lines of indices", node, "pass arrays of one axis")
        lines.append(cx.bind(_widened(cx, atom, others)))
    return Seq(tuple(lines))


def _widened(cx: Context, atom: Atom, axes: tuple[int, ...]) -> Atom:
    return cx.emit("expand_dims", atom, via="np", axis=axes) if axes else atom


def _grid_of(*, sparse: bool) -> Any:
    """``np.mgrid[...]``, ``np.ogrid[...]``: numbers in a row along each axis, as NumPy computes them."""

    def handler(cx: Context, node: Any, index: AV) -> AV:
        if isinstance(index, Slicing):
            return _row(cx, node, _limits(cx, index, node), None)
        slices = index.items if isinstance(index, Seq) else ()
        if not slices or not all(isinstance(s, Slicing) for s in slices):
            cx.refuse("SG214", "a grid needs slices", node, "write np.mgrid[0:3, 0:4]")
        limits = [_limits(cx, s, node) for s in slices if isinstance(s, Slicing)]
        numbers = [constant(1.0) if _is_count(v) else v for row in limits for v in row]
        typ = call(cx, np.result_type, node, ZERO, *numbers)
        rows = [_row(cx, node, row, typ) for row in limits]
        atoms = [cx.atom(row, node) for row in rows]
        rank = range(len(atoms))
        lines = [_widened(cx, a, tuple(j for j in rank if j != k)) for k, a in enumerate(atoms)]
        if sparse:
            return Seq(tuple(map(cx.bind, lines)))
        shape = Seq(tuple(length(cx, a, 0) for a in atoms))
        whole = (call(cx, np.broadcast_to, node, cx.bind(line), shape) for line in lines)
        return call(cx, np.stack, node, Seq(tuple(whole)))

    return handler


def _limits(cx: Context, index: Slicing, node: Any) -> tuple[Atom, Atom, Atom]:
    if index.stop is None:
        cx.refuse("SG214", "a grid needs the end of each slice", node, "write np.mgrid[0:3]")
    return index.start or ZERO, index.stop, index.step or constant(1)


def _is_count(step: Atom) -> bool:
    """Whether a step, written ``4j``, says how many numbers there are."""
    return isinstance(step, Const) and isinstance(step.value, complex)


def _quotient(cx: Context, node: Any, limits: tuple[Atom, Atom, Atom], by: Atom) -> AV:
    return binary(cx, node, "Div", binary(cx, node, "Sub", limits[1], limits[0]), by)


def _row(cx: Context, node: Any, limits: tuple[Atom, Atom, Atom], typ: AV | None) -> AV:
    """The numbers along one axis; ``typ`` is their type, ``None`` where there is one axis alone."""
    start, stop, step = limits
    if isinstance(step, Const) and isinstance(step.value, complex):
        typ = call(cx, np.result_type, node, start, stop, constant(1.0)) if typ is None else typ
        number = int(abs(step.value))
        count: AV = constant(number)
        gaps = constant(float(number - 1))
        by: AV = count if number == 1 else _quotient(cx, node, limits, gaps)
    elif typ is None:
        return call(cx, np.arange, node, start, stop, step)
    else:
        count = call(cx, math.ceil, node, _quotient(cx, node, limits, step))
        by = step
    places = call(cx, np.arange, node, count, dtype=typ)
    return binary(cx, node, "Add", binary(cx, node, "Mult", places, by), start)


HANDLERS[np.mgrid], HANDLERS[np.ogrid] = _grid_of(sparse=False), _grid_of(sparse=True)
