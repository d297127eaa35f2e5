"""NumPy functions that join, split and spread arrays: stacks, blocks, splits, grids."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from srcgrad.frontend.attributes import length
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, NONE, Seq, Slicing, describe
from srcgrad.frontend.library import HANDLERS, handles
from srcgrad.frontend.library_shapes import (
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
from srcgrad.ir.nodes import Atom

# -- joining ------------------------------------------------------------------------------------


def _arrays(cx: Context, value: AV, node: Any, name: str) -> list[AV]:
    if not isinstance(value, Seq) or not value.items:
        cx.refuse(
            "SG210", f"{name} needs a list of arrays, not {describe(value)}", node, "write a list"
        )
    return [array_like(cx, v, node) for v in value.items]


def joined_along(cx: Context, node: Any, parts: list[AV], axis: int) -> AV:
    """Arrays joined along an axis."""
    return call(cx, np.concatenate, node, Seq(tuple(parts)), constant(axis))


@handles(np.hstack)
def _hstack(cx: Context, node: Any, tup: AV) -> AV:
    parts = [call(cx, np.atleast_1d, node, v) for v in _arrays(cx, tup, node, "np.hstack")]
    first = cx.dims(parts[0])
    return joined_along(cx, node, parts, 0 if first is not None and len(first) == 1 else 1)


@handles(np.vstack)
def _vstack(cx: Context, node: Any, tup: AV) -> AV:
    parts = [call(cx, np.atleast_2d, node, v) for v in _arrays(cx, tup, node, "np.vstack")]
    return joined_along(cx, node, parts, 0)


@handles(np.dstack)
def _dstack(cx: Context, node: Any, tup: AV) -> AV:
    parts = [call(cx, np.atleast_3d, node, v) for v in _arrays(cx, tup, node, "np.dstack")]
    return joined_along(cx, node, parts, 2)


@handles(np.column_stack)
def _column_stack(cx: Context, node: Any, tup: AV) -> AV:
    parts = []
    for value in _arrays(cx, tup, node, "np.column_stack"):
        atom = cx.atom(value, node)
        rank = len(known_dims(cx, atom, node, "np.column_stack"))
        axis = (0, 1) if rank == 0 else 1
        column = cx.emit("expand_dims", atom, via="np", axis=axis) if rank < 2 else atom
        parts.append(cx.bind(column, value))
    return joined_along(cx, node, parts, 1)


@handles(np.append)
def _append(cx: Context, node: Any, arr: AV, values: AV, axis: AV = NONE) -> AV:
    parts = [array_like(cx, v, node) for v in (arr, values)]
    if axis == NONE:
        parts = [cx.bind(flattened(cx, cx.atom(v, node), node), v) for v in parts]
    return joined_along(cx, node, parts, 0 if axis == NONE else cx.integer(axis, node, "axis="))


@handles(np.block)
def _block(cx: Context, node: Any, arrays: AV) -> AV:
    rows = _arrays_of_rows(cx, arrays, node)
    joined = [row[0] if len(row) == 1 else joined_along(cx, node, row, -1) for row in rows]
    return joined[0] if len(joined) == 1 else joined_along(cx, node, joined, -2)


def _arrays_of_rows(cx: Context, arrays: AV, node: Any) -> list[list[AV]]:
    """The parts of a block matrix, row by row, each with two axes if there is more than one row."""
    if not isinstance(arrays, Seq):
        return [[arrays]]
    nested = any(isinstance(r, Seq) for r in arrays.items)
    if not nested:
        return [[call(cx, np.atleast_1d, node, v) for v in arrays.items]]
    rows = [r.items if isinstance(r, Seq) else (r,) for r in arrays.items]
    if any(isinstance(v, Seq) for row in rows for v in row):
        cx.refuse("SG210", "np.block nested deeper than rows", node, "use np.concatenate")
    return [[call(cx, np.atleast_2d, node, v) for v in row] for row in rows]


# -- splitting ------------------------------------------------------------------------------------


def _split_at(cx: Context, node: Any, value: AV, bounds: list[AV | None], axis: int) -> AV:
    value = array_like(cx, value, node)
    rank = len(known_dims(cx, cx.atom(value, node), node, "np.split"))
    pairs = pairwise(bounds)
    parts = [
        part_along(
            cx, value, axis, rank, Slicing(_bound(cx, a, node), _bound(cx, b, node), None), node
        )
        for a, b in pairs
    ]
    return Seq(tuple(parts), list)


def _bound(cx: Context, value: AV | None, node: Any) -> Atom | None:
    return None if value is None else cx.atom(value, node)


@handles(np.split)
def _split(cx: Context, node: Any, ary: AV, indices_or_sections: AV, axis: AV = ZERO) -> AV:
    return _sections(cx, node, ary, indices_or_sections, axis, equal=True)


@handles(np.array_split)
def _array_split(cx: Context, node: Any, ary: AV, indices_or_sections: AV, axis: AV = ZERO) -> AV:
    return _sections(cx, node, ary, indices_or_sections, axis, equal=False)


def _sections(cx: Context, node: Any, ary: AV, where: AV, axis: AV, *, equal: bool) -> AV:
    place = cx.integer(axis, node, "axis=")
    if isinstance(where, Seq):
        return _split_at(cx, node, ary, [None, *where.items, None], place)
    number = cx.integer(where, node, "the number of sections")
    ary = array_like(cx, ary, node)
    atom = cx.atom(ary, node)
    rank = len(known_dims(cx, atom, node, "np.split"))
    total = length(cx, atom, place % rank)
    if equal:
        rest = binary(cx, node, "Mod", total, constant(number))
        if static_value(rest) != 0:
            even = cx.emit("equal", cx.atom(rest, node), ZERO)
            cx.emit("check", even, texts=(("array split does not result in an equal division",),))
    size = binary(cx, node, "FloorDiv", total, constant(number))
    extra = binary(cx, node, "Mod", total, constant(number))
    bounds: list[AV | None] = [None]
    for k in range(1, number):
        bound = binary(cx, node, "Mult", constant(k), size)
        if not equal:
            more = cx.emit("minimum", cx.atom(extra, node), constant(k), via="py")
            bound = binary(cx, node, "Add", bound, more)
        bounds.append(bound)
    return _split_at(cx, node, ary, [*bounds, None], place)


def _fixed_axis(function: Any, axis: int) -> Any:
    def handler(cx: Context, node: Any, ary: AV, indices_or_sections: AV) -> AV:
        rank = len(known_dims(cx, cx.atom(ary, node), node, "np.hsplit"))
        place = 0 if rank == 1 else axis
        return call(cx, function, node, ary, indices_or_sections, constant(place))

    return handler


HANDLERS[np.hsplit] = _fixed_axis(np.split, 1)
HANDLERS[np.vsplit] = _fixed_axis(np.split, 0)


# -- grids --------------------------------------------------------------------------------------


@handles(np.meshgrid)
def _meshgrid(cx: Context, node: Any, *xi: AV, indexing: AV = NONE, sparse: AV = NONE) -> AV:
    matrix = indexing != NONE and static_value(indexing) == "ij"
    atoms = [flattened(cx, operand(cx, v, node), node) for v in xi]
    rank = len(atoms)
    places = list(range(rank))
    if not matrix and rank > 1:
        places[:2] = [1, 0]
    thin = []
    for place, atom in zip(places, atoms, strict=True):
        others = tuple(k for k in range(rank) if k != place)
        thin.append(cx.emit("expand_dims", atom, via="np", axis=others) if others else atom)
    if sparse != NONE and static_value(sparse):
        return Seq(tuple(cx.bind(v) for v in thin), tuple)
    sizes = [cx.atom(length(cx, atom, 0), node) for atom in atoms]
    order = sorted(range(rank), key=places.__getitem__)
    shape = Seq(tuple(sizes[k] for k in order))
    grids = (call(cx, np.broadcast_to, node, cx.bind(v), shape) for v in thin)
    return Seq(tuple(call(cx, np.copy, node, v) for v in grids), tuple)


@handles(np.broadcast_arrays)
def _broadcast_arrays(cx: Context, node: Any, *args: AV) -> AV:
    values = [array_like(cx, v, node) for v in args]
    sized = [cx.atom(v, node) for v in values]
    total = sized[0]
    for atom in sized[1:]:
        total = cx.emit("add", total, atom)
    results = [cx.bind(cx.emit("spread", a, total), v) for a, v in zip(sized, values, strict=True)]
    return Seq(tuple(results))
