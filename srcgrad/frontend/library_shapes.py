"""NumPy functions that rearrange: flips, tiles, pads, sorts, reads along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.frontend.attributes import length
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, NONE, Seq, Slicing
from srcgrad.frontend.library import HANDLERS, METHODS, handles
from srcgrad.frontend.operators import binary, static_value
from srcgrad.frontend.subscripts import array_like, subscript
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom, Const, Slice, Slot
from srcgrad.ir.types import AnyDim, Array, dims_of

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


@handles(np.rollaxis)
def _rollaxis(cx: Context, node: Any, a: AV, axis: AV, start: AV = ZERO) -> AV:
    value = array_like(cx, a, node)
    rank = len(known_dims(cx, cx.atom(value, node), node, "np.rollaxis"))
    source = cx.integer(axis, node, "axis=") % rank
    place = cx.integer(start, node, "start=")
    place = place + rank if place < 0 else place
    target = place - 1 if source < place else place
    return call(cx, np.moveaxis, node, value, constant(source), constant(target))


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
    return _take(cx, node, a, _mask(cx, array_like(cx, condition, node), node), axis)


def _mask(cx: Context, condition: AV, node: Any) -> AV:
    """A condition as truths: numbers are true where they are not zero."""
    type_ = cx.type_of(condition)
    known = isinstance(type_, Array) and (type_.dtype is None or type_.dtype.kind == "b")
    return condition if known else cx.compare(node, "NotEq", condition, ZERO)


@handles(np.extract)
def _extract(cx: Context, node: Any, condition: AV, arr: AV) -> AV:
    mask = cx.bind(flattened(cx, operand(cx, condition, node), node))
    return _take(cx, node, arr, _mask(cx, mask, node))


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
