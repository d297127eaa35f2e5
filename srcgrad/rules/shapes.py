"""Rules of shape and assembly: reshape, transpose, broadcast, concatenate, constructors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.nodes import Slice, Slot
from srcgrad.ir.ops import Attrs, Storage
from srcgrad.ir.types import INT, AnyDim, Array, Number, Type, dims_of, with_dims
from srcgrad.rules.broadcasting import unbroadcast
from srcgrad.rules.registry import linear, plain
from srcgrad.rules.symbols import Sym, op, reshape_like, squeeze


def _array_of(type_: Type, dims: Any) -> Array:
    return with_dims(type_, dims)


def _shape_dims(shape: Any, source: Type | None = None) -> tuple[AnyDim, ...]:
    """Dimensions for a shape attribute; ``-1`` and run-time lengths get fresh symbols."""
    entries = shape if isinstance(shape, tuple) else (shape,)
    return tuple(
        infer.length_dim(s) if isinstance(s, int) and s >= 0 else infer.unique_dim() for s in entries
    )


def _flat(types: tuple[Type, ...], attrs: Attrs) -> Type:
    dims = dims_of(types[0])
    only = dims[0] if dims is not None and len(dims) == 1 else infer.unique_dim()
    return _array_of(types[0], (only,))


def _permuted(types: tuple[Type, ...], attrs: Attrs) -> Type:
    dims, axes = dims_of(types[0]), attrs.get("axes")
    if dims is None:
        return _array_of(types[0], None)
    order = range(len(dims) - 1, -1, -1) if axes is None else axes
    return _array_of(types[0], tuple(dims[a] for a in order))


def _moved(run: Any) -> infer.Infer:
    """Dimensions after an axis permutation, by moving the numbers of the axes."""

    def infer_moved(types: tuple[Type, ...], attrs: Attrs) -> Type:
        dims = dims_of(types[0])
        if dims is None:
            return _array_of(types[0], None)
        probe = run(np.empty(tuple(range(2, 2 + len(dims))), np.bool_), **attrs)
        return _array_of(types[0], tuple(dims[n - 2] for n in probe.shape))

    return infer_moved


def _expanded(types: tuple[Type, ...], attrs: Attrs) -> Type:
    dims, axis = dims_of(types[0]), attrs["axis"]
    if dims is None:
        return _array_of(types[0], None)
    axes = axis if isinstance(axis, tuple) else (axis,)
    rank = len(dims) + len(axes)
    new = {a % rank for a in axes}
    rest = iter(dims)
    return _array_of(types[0], tuple(1 if k in new else next(rest) for k in range(rank)))


def _squeezed(types: tuple[Type, ...], attrs: Attrs) -> Type:
    dims, axis = dims_of(types[0]), attrs.get("axis")
    if dims is None or (axis is None and any(d != 1 and not _long(d) for d in dims)):
        return _array_of(types[0], None)
    if axis is None:
        return _array_of(types[0], tuple(d for d in dims if d != 1))
    return _array_of(types[0], infer.reduced_dims(dims, axis, False))


def _long(dim: AnyDim) -> bool:
    return isinstance(dim, int) or dim.long


def inverse_axes(axes: Sequence[int]) -> tuple[int, ...]:
    """The permutation that undoes ``axes``."""
    return tuple(int(k) for k in np.argsort([a % len(axes) for a in axes]))


def _transpose_back(g: Sym, x: Sym, axes: Any = None) -> Sym:
    return g.T if axes is None else g.call("transpose", axes=inverse_axes(axes))


def _reshape(x: Any, *sizes: Any, shape: Any) -> Any:
    return np.reshape(x, shape)


linear(
    "reshape",
    lambda g, x, *sizes, shape: reshape_like(g, x),
    run=_reshape,
    infer=lambda types, attrs: _array_of(types[0], _shape_dims(attrs["shape"])),
    storage=Storage.MAYBE,
)
linear(
    "reshape_like",
    lambda g, x, y: reshape_like(g, x),
    None,
    run=lambda x, y: np.reshape(x, np.shape(y)),
    infer=infer.like(1, dtype=0),
    storage=Storage.MAYBE,
    shape_only=frozenset({1}),
)
linear("ravel", lambda g, x: reshape_like(g, x), np_="ravel", infer=_flat, storage=Storage.MAYBE)
linear(
    "transpose", _transpose_back, np_="transpose", attrs="axes", infer=_permuted, storage=Storage.VIEW
)
linear(
    "swapaxes",
    lambda g, x, axis1, axis2: g.call("swapaxes", axis1=axis1, axis2=axis2),
    np_="swapaxes",
    attrs="axis1 axis2",
    infer=_moved(np.swapaxes),
    storage=Storage.VIEW,
)
linear(
    "moveaxis",
    lambda g, x, source, destination: g.call("moveaxis", source=destination, destination=source),
    np_="moveaxis",
    attrs="source destination",
    infer=_moved(np.moveaxis),
    storage=Storage.VIEW,
)
linear(
    "expand_dims",
    lambda g, x, axis: squeeze(g, axis=axis),
    np_="expand_dims",
    attrs="axis",
    infer=_expanded,
    storage=Storage.VIEW,
)
linear(
    "squeeze",
    lambda g, x, axis=None: reshape_like(g, x),
    np_="squeeze",
    attrs="axis",
    infer=_squeezed,
    storage=Storage.VIEW,
)
linear(
    "broadcast_to",
    lambda g, x, *sizes, shape: unbroadcast(g, g, x),
    run=lambda x, *sizes, shape: np.broadcast_to(x, shape),
    infer=lambda types, attrs: _array_of(types[0], _shape_dims(attrs["shape"])),
    storage=Storage.VIEW,
)
linear(
    "spread",
    lambda g, x, y: unbroadcast(g, g, x),
    None,
    run=lambda g, like: np.broadcast_to(g, np.shape(like)),
    infer=infer.like(1, dtype=0),
    storage=Storage.VIEW,
    shape_only=frozenset({1}),
)


def unbroadcast_to(g: Any, x: Any) -> Any:
    """Sum ``g`` over the axes along which ``x`` was broadcast to it."""
    shape = np.shape(x)
    if np.shape(g) == shape:
        return g
    g = g.sum(axis=tuple(range(np.ndim(g) - len(shape))))
    ones = tuple(k for k, n in enumerate(shape) if n == 1 and g.shape[k] != 1)
    return g.sum(axis=ones, keepdims=True) if ones else g


linear(
    "unbroadcast",
    lambda g, x, y: g.call("spread", x),
    None,
    run=unbroadcast_to,
    infer=infer.like(1, dtype=0),
    storage=Storage.MAYBE,
    shape_only=frozenset({1}),
    spell="helper:unbroadcast_to",
)
for _name in ("copy", "asarray", "ascontiguousarray"):
    linear(
        _name,
        lambda g, x: g,
        np_=_name,
        infer=lambda types, attrs: _array_of(types[0], dims_of(types[0])),
        storage=Storage.FRESH if _name == "copy" else Storage.MAYBE,
    )


def _cast(types: tuple[Type, ...], attrs: Attrs) -> Type:
    return Array(np.dtype(attrs["dtype"]), dims_of(types[0]))


linear("astype", lambda g, x, dtype: g, run=lambda x, dtype: np.asarray(x, dtype)[()], infer=_cast)
linear(
    "to_float",
    lambda g, x: g,
    run=float,
    infer=infer.constant_type(Number("float")),
    spell="float",
)
plain("to_int", int, infer.constant_type(INT), spell="int", zero=True)


# -- assembly ---------------------------------------------------------------------------------------


def _along(axis: int, entry: Any) -> tuple[Any, ...]:
    """Index template that applies ``entry`` to one axis."""
    every = Slice(None, None, None)
    return (*[every] * axis, entry) if axis >= 0 else (..., entry, *[every] * (-axis - 1))


def _concatenate_back(g: Sym, k: int, *xs: Sym, axis: int = 0) -> Sym:
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
    dims = list(next(d for d in all_dims if d is not None))
    for other in all_dims[1:]:
        for k, dim in enumerate(other or ()):
            dims[k] = dims[k] if isinstance(dims[k], int) or _long(dims[k]) else dim
    dims[axis] = infer.unique_dim()
    return Array(dtype, tuple(dims))


def _common_dtype(types: tuple[Type, ...]) -> Any:
    samples = [infer.sample(t) for t in types]
    return None if any(s is None for s in samples) else np.array(samples).dtype


def _stacked(types: tuple[Type, ...], attrs: Attrs) -> Type:
    axis, dims = attrs.get("axis", 0), dims_of(types[0])
    if dims is None:
        return Array(_common_dtype(types), None)
    place = axis % (len(dims) + 1)
    return Array(_common_dtype(types), (*dims[:place], infer.length_dim(len(types)), *dims[place:]))


linear(
    "concatenate",
    _concatenate_back,
    variadic=True,
    run=lambda *xs, axis=0: np.concatenate(xs, axis=axis),
    infer=_concatenated,
    spell="sequence:np.concatenate",
)
linear(
    "stack",
    lambda g, k, *xs, axis=0: g.call("index", index=_along(axis, k)),
    variadic=True,
    run=lambda *xs, axis=0: np.stack(xs, axis=axis),
    infer=_stacked,
    spell="sequence:np.stack",
)
linear(
    "array",
    lambda g, k, *xs: g.call("index", index=(k,)),
    variadic=True,
    run=lambda *xs: np.array(xs),
    infer=_stacked,
    spell="sequence:np.array",
)

# -- constructors and shapes ------------------------------------------------------------------------


def _filled(default: Any) -> infer.Infer:
    def infer_filled(types: tuple[Type, ...], attrs: Attrs) -> Type:
        dtype = attrs.get("dtype")
        value = default(types) if dtype is None else np.dtype(dtype)
        return Array(value, _shape_dims(attrs["shape"]))

    return infer_filled


def _dtype_of(type_: Type) -> Any:
    return type_.dtype if isinstance(type_, Array) else np.dtype(getattr(type_, "kind", "float"))


for _name in ("zeros", "ones", "empty"):
    plain(
        _name,
        lambda *sizes, shape, dtype=float, _run=getattr(np, _name): _run(shape, dtype),
        _filled(lambda types: np.dtype(float)),
        zero=True,
    )
linear(
    "full",
    lambda g, v, *sizes, shape, dtype=None: unbroadcast(g, g, v),
    run=lambda v, *sizes, shape, dtype=None: np.full(shape, v, dtype),
    infer=_filled(lambda types: _dtype_of(types[0])),
)
for _name in ("zeros_like", "ones_like", "empty_like"):
    plain(
        _name,
        getattr(np, _name),
        lambda types, attrs: _array_of(types[0], dims_of(types[0])),
        spell=f"np.{_name}",
        shape_only=frozenset({0}),
        zero=True,
    )
linear(
    "full_like",
    None,
    lambda g, x, v: unbroadcast(g, g, v),
    run=np.full_like,
    infer=lambda types, attrs: _array_of(types[0], dims_of(types[0])),
    spell="np.full_like",
    shape_only=frozenset({0}),
)
plain(
    "arange",
    np.arange,
    lambda types, attrs: Array(infer.probe(np.arange, types).dtype, (infer.unique_dim(),)),
    spell="np.arange",
)
linear(
    "linspace",
    lambda g, a, b, n: (g * op("linspace")(Sym(g.builder, a.lift(1.0)), 0.0, n)).call("sum"),
    lambda g, a, b, n: (g * op("linspace")(Sym(g.builder, a.lift(0.0)), 1.0, n)).call("sum"),
    None,
    run=np.linspace,
    infer=lambda types, attrs: Array(np.dtype(float), (infer.unique_dim(),)),
    spell="np.linspace",
)
plain("eye", np.eye, lambda types, attrs: Array(np.dtype(float), (infer.unique_dim(),) * 2), spell="np.eye")
plain(
    "length",
    lambda x, axis: np.shape(x)[axis],
    infer.constant_type(INT),
    shape_only=frozenset({0}),
    cheap=True,
    zero=True,
)
plain("size", np.size, infer.constant_type(INT), shape_only=frozenset({0}), cheap=True, zero=True)
plain("ndim", np.ndim, infer.constant_type(INT), shape_only=frozenset({0}), cheap=True, zero=True)

