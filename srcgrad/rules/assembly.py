"""Rules of assembly: concatenate, stack, array."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.nodes import Slice, Slot
from srcgrad.ir.ops import Attrs
from srcgrad.ir.types import AnyDim, Array, Dim, Type, dims_of
from srcgrad.rules.registry import linear
from srcgrad.rules.symbols import Sym


def _along(axis: int, entry: Any) -> tuple[Any, ...]:
    """Index template that applies ``entry`` to one axis."""
    every = Slice(None, None, None)
    return (*[every] * axis, entry) if axis >= 0 else (..., entry, *[every] * (-axis - 1))


def _concatenate_back(g: Sym, k: int, *xs: Sym, axis: int = 0) -> Sym:
    """The slice of ``g`` that came from operand ``k``."""
    start: Any = 0
    for x in xs[:k]:
        start = x.call("length", axis=axis) + start
    stop = xs[k].call("length", axis=axis) + start
    parts = [p for p in (start, stop) if isinstance(p, Sym)]
    first = Slot(1) if isinstance(start, Sym) else None
    last = None if k == len(xs) - 1 else Slot(len(parts))
    if last is None:
        parts = parts[:1] if first is not None else []
    return g.call("index", *parts, index=_along(axis, Slice(first, last, None)))


def _concatenated(types: tuple[Type, ...], attrs: Attrs) -> Type:
    axis, all_dims = attrs.get("axis", 0), [dims_of(t) for t in types]
    dtype = _common_dtype(types)
    if any(d is None for d in all_dims):
        return Array(dtype, None)
    dims = _agreed([d for d in all_dims if d is not None])
    if len(types) > 1:
        joined = [d[axis] for d in all_dims if d is not None]
        dims[axis] = infer.unique_dim(long=any(isinstance(d, Dim) and d.long for d in joined))
    return Array(dtype, tuple(dims))


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
    return Array(_common_dtype(types), (*dims[:place], infer.length_dim(len(types)), *dims[place:]))


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
    lambda g, k, *xs, axis=0: g.call("index", index=_along(axis, k)),
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
