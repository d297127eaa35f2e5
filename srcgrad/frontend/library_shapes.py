"""NumPy functions that rearrange and assemble: flips, tiles, pads, stacks, splits, grids."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from srcgrad.frontend.attributes import length
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, NONE, Seq, Slicing, describe
from srcgrad.frontend.library import HANDLERS, METHODS, handles
from srcgrad.frontend.operators import binary, static_value
from srcgrad.frontend.subscripts import array_like, subscript
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom, Const, Slice, Slot
from srcgrad.ir.types import AnyDim, dims_of

ZERO, ONE, LAST = constant(0), constant(1), constant(-1)
_ALL = Slice(None, None, None)


def operand(cx: Context, value: AV, node: Any) -> Atom:
    """The array or number; a nested sequence becomes an array, as NumPy makes it."""
    return cx.atom(array_like(cx, value, node), node)


def known_dims(cx: Context, atom: Atom, node: Any, what: str) -> tuple[AnyDim, ...]:
    """Dimensions of an operand whose rank must be known."""
    dims = dims_of(atom.type)
    if dims is None:
        cx.refuse(
            "SG212",
            f"the rank of the operand of {what} is not known",
            node,
            "give --args or call the function",
        )
    return dims


def flattened(cx: Context, atom: Atom, node: Any) -> Atom:
    """The elements on one axis."""
    dims = dims_of(atom.type)
    return atom if dims is not None and len(dims) == 1 else cx.emit("ravel", atom, via="np")


def call(cx: Context, function: Any, node: Any, *args: AV, **kwargs: AV) -> AV:
    """Call a library function."""
    return cx.call_function(function, list(args), kwargs, node)


def part_along(cx: Context, value: AV, axis: int, rank: int, part: AV, node: Any) -> AV:
    """``value[:, ..., part]`` with ``part`` on one axis."""
    every: list[AV] = [Slicing(None, None, None)] * (axis % rank)
    return subscript(cx, value, Seq((*every, part)) if every else part, node)


# -- views --------------------------------------------------------------------------------------


@handles(np.fliplr)
def _fliplr(cx: Context, node: Any, m: AV) -> AV:
    return call(cx, np.flip, node, m, ONE)


@handles(np.flipud)
def _flipud(cx: Context, node: Any, m: AV) -> AV:
    return call(cx, np.flip, node, m, ZERO)


def _at_least(rank: int) -> Any:
    """``np.atleast_1d`` and its like: where the new axes go is NumPy's."""
    places = {
        (1, 0): (0,),
        (2, 0): (0, 1),
        (2, 1): (0,),
        (3, 0): (0, 1, 2),
        (3, 1): (0, 2),
        (3, 2): (2,),
    }

    def handler(cx: Context, node: Any, *arrays: AV) -> AV:
        results = []
        for value in arrays:
            value = array_like(cx, value, node)
            atom = cx.atom(value, node)
            own = len(known_dims(cx, atom, node, f"np.atleast_{rank}d"))
            if own >= rank:
                results.append(value)
            else:
                axes = places[rank, own]
                axis = axes[0] if len(axes) == 1 else axes
                results.append(cx.bind(cx.emit("expand_dims", atom, via="np", axis=axis), value))
        return results[0] if len(results) == 1 else Seq(tuple(results))

    return handler


for _rank in (1, 2, 3):
    HANDLERS[getattr(np, f"atleast_{_rank}d")] = _at_least(_rank)


@handles(np.trace)
def _trace(
    cx: Context, node: Any, a: AV, offset: AV = ZERO, axis1: AV = ZERO, axis2: AV = ONE
) -> AV:
    atom = operand(cx, a, node)
    first, second = cx.integer(axis1, node, "axis1="), cx.integer(axis2, node, "axis2=")
    k = cx.integer(offset, node, "offset=")
    attrs: dict[str, Any] = {"offset": k} if k else {}
    if len(known_dims(cx, atom, node, "np.trace")) == 2 and (first, second) == (0, 1):
        return cx.bind(cx.emit("trace", atom, via="np", **attrs))
    line = cx.emit("diagonal", atom, via="np", **attrs, axis1=first, axis2=second)
    return cx.bind(cx.emit("sum", line, via="np", axis=-1))


# -- moving and repeating -----------------------------------------------------------------------


@handles(np.roll)
def _roll(cx: Context, node: Any, a: AV, shift: AV, axis: AV = NONE) -> AV:
    atom = operand(cx, a, node)
    shifts = shift.items if isinstance(shift, Seq) else (shift,)
    axes = axis.items if isinstance(axis, Seq) else (axis,) * len(shifts)
    shifts = shifts * len(axes) if len(shifts) == 1 else shifts
    for by, along in zip(shifts, axes, strict=True):
        attrs: dict[str, Any] = {} if along == NONE else {"axis": cx.integer(along, node, "axis=")}
        atom = cx.emit("roll", atom, cx.atom(by, node), **attrs)
    return cx.bind(atom)


def _count(cx: Context, value: AV, args: list[Atom], node: Any) -> Any:
    """A repeat count: a number, or a slot for one of the run."""
    atom = cx.atom(value, node, "a repeat count")
    if isinstance(atom, Const):
        return atom.value
    args.append(atom)
    return Slot(len(args) - 1)


@handles(np.tile)
def _tile(cx: Context, node: Any, A: AV, reps: AV) -> AV:
    args = [operand(cx, A, node)]
    known_dims(cx, args[0], node, "np.tile")
    entries = reps.items if isinstance(reps, Seq) else (reps,)
    counts = tuple(_count(cx, v, args, node) for v in entries)
    return cx.bind(cx.emit("tile", *args, reps=counts))


@handles(np.repeat)
def _repeat(cx: Context, node: Any, a: AV, repeats: AV, axis: AV = NONE) -> AV:
    atom = operand(cx, a, node)
    dims = known_dims(cx, atom, node, "np.repeat")
    if axis == NONE:
        atom, place, dims = flattened(cx, atom, node), 0, (dims[0] if len(dims) == 1 else 0,)
    else:
        place = cx.integer(axis, node, "axis=")
    counts = array_like(cx, repeats, node)
    if cx.dims(counts) == ():
        args = [atom]
        count = _count(cx, counts, args, node)
        return cx.bind(cx.emit("repeat", *args, repeats=count, axis=place))
    rows = call(cx, np.arange, node, length(cx, atom, place % len(dims)))
    chosen = cx.emit("repeat_each", cx.atom(rows, node), cx.atom(counts, node))
    index = (*[_ALL] * (place % len(dims)), Slot(1))
    return cx.bind(cx.emit("index", atom, chosen, index=index))


METHODS["repeat"] = np.repeat


@handles(np.pad)
def _pad(
    cx: Context, node: Any, array: AV, pad_width: AV, mode: AV = NONE, constant_values: AV = ZERO
) -> AV:
    atom = operand(cx, array, node)
    rank = len(known_dims(cx, atom, node, "np.pad"))
    pairs = pad_width.items if isinstance(pad_width, Seq) else (pad_width,)
    if not any(isinstance(p, Seq) for p in pairs):
        pairs = (Seq((pairs[0], pairs[-1])),)
    widths = []
    for pair in pairs:
        ends = pair.items if isinstance(pair, Seq) else (pair,)
        values = [cx.integer(v, node, "a pad width") for v in ends]
        widths.append((values[0], values[-1]))
    widths = widths * rank if len(widths) == 1 else widths
    name = "constant" if mode == NONE else static_value(mode)
    if name not in ("constant", "edge", "reflect", "symmetric", "wrap"):
        cx.refuse(
            "SG202",
            f"numpy.pad with mode={name!r} is not supported",
            node,
            "use constant, edge, reflect, symmetric or wrap",
        )
    attrs: dict[str, Any] = {} if name == "constant" else {"mode": name}
    fill = static_value(constant_values)
    if not isinstance(fill, (int, float)):
        cx.refuse("SG202", "constant_values must be one number", node, "concatenate instead")
    if fill:
        attrs["constant_values"] = fill
    return cx.bind(cx.emit("pad", atom, via="np", pad_width=tuple(widths), **attrs))


# -- reading along axes ---------------------------------------------------------------------------


@handles(np.take)
def _take(cx: Context, node: Any, a: AV, indices: AV, axis: AV = NONE) -> AV:
    value = array_like(cx, a, node)
    if axis == NONE:
        flat = flattened(cx, cx.atom(value, node), node)
        return subscript(cx, cx.bind(flat, value), indices, node)
    rank = len(known_dims(cx, cx.atom(value, node), node, "np.take"))
    return part_along(cx, value, cx.integer(axis, node, "axis="), rank, indices, node)


METHODS["take"] = np.take


@handles(np.compress)
def _compress(cx: Context, node: Any, condition: AV, a: AV, axis: AV = NONE) -> AV:
    return _take(cx, node, a, array_like(cx, condition, node), axis)


@handles(np.extract)
def _extract(cx: Context, node: Any, condition: AV, arr: AV) -> AV:
    mask = cx.bind(flattened(cx, operand(cx, condition, node), node))
    return _take(cx, node, arr, mask)


def _sort(cx: Context, node: Any, a: AV, axis: AV = LAST, kind: AV = NONE) -> AV:
    atom = operand(cx, a, node)
    if axis == NONE:
        atom, axis = flattened(cx, atom, node), LAST
    attrs = {} if kind == NONE else {"kind": static_value(kind)}
    place = cx.integer(axis, node, "axis=")
    if place != -1:
        attrs["axis"] = place
    return cx.bind(cx.emit("sort", atom, via="np", **attrs))


HANDLERS[np.sort] = _sort


@handles(np.diff)
def _diff(
    cx: Context,
    node: Any,
    a: AV,
    n: AV = ONE,
    axis: AV = LAST,
    prepend: AV = NONE,
    append: AV = NONE,
) -> AV:
    value = array_like(cx, a, node)
    rank = len(known_dims(cx, cx.atom(value, node), node, "np.diff"))
    place = cx.integer(axis, node, "axis=") % rank
    ends = [v for v in (prepend, value, append) if v != NONE]
    if len(ends) > 1:
        atom = cx.atom(value, node)
        thin = Seq(tuple(ONE if k == place else length(cx, atom, k) for k in range(rank)))
        parts = [v if cx.dims(v) != () else call(cx, np.full, node, thin, v) for v in ends]
        value = call(cx, np.concatenate, node, Seq(tuple(parts)), constant(place))
    for _ in range(cx.integer(n, node, "n=")):
        after = part_along(cx, value, place, rank, Slicing(ONE, None, None), node)
        before = part_along(cx, value, place, rank, Slicing(None, LAST, None), node)
        value = binary(cx, node, "Sub", after, before)
    return value


@handles(np.ediff1d)
def _ediff1d(cx: Context, node: Any, ary: AV) -> AV:
    return _diff(cx, node, cx.bind(flattened(cx, operand(cx, ary, node), node)))


# -- joining ------------------------------------------------------------------------------------


def _arrays(cx: Context, value: AV, node: Any, name: str) -> list[AV]:
    if not isinstance(value, Seq) or not value.items:
        cx.refuse(
            "SG210", f"{name} needs a list of arrays, not {describe(value)}", node, "write a list"
        )
    return [array_like(cx, v, node) for v in value.items]


def _joined(cx: Context, node: Any, parts: list[AV], axis: int) -> AV:
    return call(cx, np.concatenate, node, Seq(tuple(parts)), constant(axis))


@handles(np.hstack)
def _hstack(cx: Context, node: Any, tup: AV) -> AV:
    parts = [call(cx, np.atleast_1d, node, v) for v in _arrays(cx, tup, node, "np.hstack")]
    first = cx.dims(parts[0])
    return _joined(cx, node, parts, 0 if first is not None and len(first) == 1 else 1)


@handles(np.vstack)
def _vstack(cx: Context, node: Any, tup: AV) -> AV:
    parts = [call(cx, np.atleast_2d, node, v) for v in _arrays(cx, tup, node, "np.vstack")]
    return _joined(cx, node, parts, 0)


@handles(np.dstack)
def _dstack(cx: Context, node: Any, tup: AV) -> AV:
    parts = [call(cx, np.atleast_3d, node, v) for v in _arrays(cx, tup, node, "np.dstack")]
    return _joined(cx, node, parts, 2)


@handles(np.column_stack)
def _column_stack(cx: Context, node: Any, tup: AV) -> AV:
    parts = []
    for value in _arrays(cx, tup, node, "np.column_stack"):
        atom = cx.atom(value, node)
        rank = len(known_dims(cx, atom, node, "np.column_stack"))
        axis = (0, 1) if rank == 0 else 1
        column = cx.emit("expand_dims", atom, via="np", axis=axis) if rank < 2 else atom
        parts.append(cx.bind(column, value))
    return _joined(cx, node, parts, 1)


@handles(np.append)
def _append(cx: Context, node: Any, arr: AV, values: AV, axis: AV = NONE) -> AV:
    parts = [array_like(cx, v, node) for v in (arr, values)]
    if axis == NONE:
        parts = [cx.bind(flattened(cx, cx.atom(v, node), node), v) for v in parts]
    return _joined(cx, node, parts, 0 if axis == NONE else cx.integer(axis, node, "axis="))


@handles(np.block)
def _block(cx: Context, node: Any, arrays: AV) -> AV:
    rows = _arrays_of_rows(cx, arrays, node)
    joined = [row[0] if len(row) == 1 else _joined(cx, node, row, -1) for row in rows]
    return joined[0] if len(joined) == 1 else _joined(cx, node, joined, -2)


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
