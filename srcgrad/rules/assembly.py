"""Rules of assembly: concatenate, stack, array."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.nodes import Slice, Slot, Var
from srcgrad.ir.ops import Attrs
from srcgrad.ir.types import AnyDim, Array, Dim, Type, dims_of, with_dims
from srcgrad.rules.registry import linear
from srcgrad.rules.symbols import Sym


def along(axis: int, entry: Any) -> tuple[Any, ...]:
    """Index template that applies ``entry`` to one axis."""
    every = Slice(None, None, None)
    return (*[every] * axis, entry) if axis >= 0 else (..., entry, *[every] * (-axis - 1))


def backwards(x: Sym, axis: int) -> Sym:
    """``x`` in the opposite order along an axis."""
    return x.call("index", index=along(axis, Slice(None, None, -1)))


def before(x: Sym, axis: int, start: str) -> Sym:
    """For each element what stands before it along an axis; ``start`` makes what stands before the first."""
    first = x.call("index", index=along(axis, Slice(None, 1, None))).call(start)
    rest = x.call("index", index=along(axis, Slice(None, -1, None)))
    attrs = {"axis": axis} if axis else {}
    return in_shape_of(first.call("concatenate", rest, **attrs), x)


def _concatenate_back(g: Sym, k: int, *xs: Sym, axis: int = 0) -> Sym:
    """The slice of ``g`` that came from operand ``k``."""
    lengths = [length(x, axis) for x in xs]
    before, after = lengths[:k], lengths[k + 1 :]
    ends = [
        _place(before, after, lengths[k], first=True),
        _place(before, after, lengths[k], first=False),
    ]
    parts = [p for p in ends if isinstance(p, Sym)]
    first, last = (Slot(1 + parts.index(p)) if isinstance(p, Sym) else p for p in ends)
    part = g.call("index", *parts, index=along(axis, Slice(first, last, None)))
    return in_shape_of(part, xs[k])


def in_shape_of(part: Sym, x: Sym) -> Sym:
    """``part``, known to have the shape of ``x``."""
    if isinstance(part.atom, Var) and x.dims is not None:
        part.atom.type = with_dims(part.type, x.dims)
    return part


def _place(before: list[Any], after: list[Any], own: Any, *, first: bool) -> Any:
    """A slice bound, counted from the end of the axis whose lengths are known, if there is one."""
    front, back = (before, [own, *after]) if first else ([*before, own], after)
    if isinstance(own, int) and own == 0:
        return 0
    if not (front if first else back) or (not first and back == [0] * len(back)):
        return None
    if all(isinstance(n, int) for n in front):
        return sum(front)
    if all(isinstance(n, int) for n in back):
        return -sum(back)
    total = front[0]
    for length in front[1:]:
        total = length + total
    return total


def length(x: Sym, axis: int) -> Any:
    """Length of an axis: a number where the type knows it."""
    known = None if x.dims is None else x.dims[axis]
    return known if isinstance(known, int) else x.call("length", axis=axis)


def _concatenated(types: tuple[Type, ...], attrs: Attrs) -> Type:
    axis, all_dims = attrs.get("axis", 0), [dims_of(t) for t in types]
    dtype = _common_dtype(types)
    if any(d is None for d in all_dims):
        return Array(dtype, None)
    dims = _agreed([d for d in all_dims if d is not None])
    if len(types) > 1:
        joined = [d[axis] for d in all_dims if d is not None]
        dims[axis] = _total(joined)
    return Array(dtype, tuple(dims))


def _total(joined: list[AnyDim]) -> AnyDim:
    """Length after joining: exact where a slice and what it lacks are put together again."""
    numbers = [d for d in joined if isinstance(d, int)]
    symbols = [d for d in joined if isinstance(d, Dim)]
    if not symbols:
        return infer.length_dim(sum(numbers))
    if len(symbols) == 1 and symbols[0].basis_long and sum(numbers) <= symbols[0].drop <= 2:
        return Dim(symbols[0].base, symbols[0].drop - sum(numbers), True)
    return infer.unique_dim(long=sum(numbers) > 1 or any(d.long for d in symbols))


def _agreed(shapes: list[tuple[AnyDim, ...]]) -> list[AnyDim]:
    """Dimensions of operands of one shape: of each axis the one that says most."""
    dims = list(shapes[0])
    for other in shapes[1:]:
        for k, dim in enumerate(other):
            dims[k] = dims[k] if infer.settled(dims[k]) else dim
    return dims


def _common_dtype(types: tuple[Type, ...]) -> Any:
    samples = [infer.sample(t) for t in types]
    return None if any(s is None for s in samples) else np.array(samples).dtype


def _stacked(types: tuple[Type, ...], attrs: Attrs) -> Type:
    axis, all_dims = attrs.get("axis", 0), [dims_of(t) for t in types]
    known = [d for d in all_dims if d is not None]
    if not known:
        return Array(_common_dtype(types), None)
    dims = _agreed(known)
    place = axis % (len(dims) + 1)
    dims.insert(place, infer.length_dim(len(types)))
    return Array(_common_dtype(types), tuple(dims))


linear(
    "concatenate",
    _concatenate_back,
    variadic=True,
    run=lambda *xs, axis=0: np.concatenate(xs, axis=axis),
    infer=_concatenated,
    spell="sequence:np.concatenate",
    once=True,
)
linear(
    "stack",
    lambda g, k, *xs, axis=0: g.call("index", index=along(axis, k)),
    variadic=True,
    run=lambda *xs, axis=0: np.stack(xs, axis=axis),
    infer=_stacked,
    spell="sequence:np.stack",
    once=True,
)
linear(
    "array",
    lambda g, k, *xs: g.call("index", index=(k,)),
    variadic=True,
    run=lambda *xs: np.array(xs),
    infer=_stacked,
    spell="sequence:np.array",
    once=True,
)
