"""Rules of shape: reshape, transpose, broadcast, copies and casts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.ops import Attrs, Storage
from srcgrad.ir.types import COMPLEX, FLOAT, INT, Array, Type, dims_of, with_dims
from srcgrad.rules.broadcasting import unbroadcast
from srcgrad.rules.registry import linear, plain
from srcgrad.rules.symbols import Sym, reshape_like, squeeze


def _flat(types: tuple[Type, ...], attrs: Attrs) -> Type:
    dims = dims_of(types[0])
    only = dims[0] if dims is not None and len(dims) == 1 else infer.unique_dim()
    return with_dims(types[0], (only,))


def _permuted(types: tuple[Type, ...], attrs: Attrs) -> Type:
    dims, axes = dims_of(types[0]), attrs.get("axes")
    if dims is None:
        return with_dims(types[0], None)
    order = range(len(dims) - 1, -1, -1) if axes is None else axes
    return with_dims(types[0], tuple(dims[a] for a in order))


def moved(run: Any) -> infer.Infer:
    """Dimensions after an axis permutation, by moving the numbers of the axes."""

    def infer_moved(types: tuple[Type, ...], attrs: Attrs) -> Type:
        dims = dims_of(types[0])
        if dims is None:
            return with_dims(types[0], None)
        axes = {k: v for k, v in attrs.items() if k != "via"}
        probe = run(np.empty(tuple(range(2, 2 + len(dims))), np.bool_), **axes)
        return with_dims(types[0], tuple(dims[n - 2] for n in probe.shape))

    return infer_moved


def _expanded(types: tuple[Type, ...], attrs: Attrs) -> Type:
    dims, axis = dims_of(types[0]), attrs["axis"]
    if dims is None:
        return with_dims(types[0], None)
    axes = axis if isinstance(axis, tuple) else (axis,)
    rank = len(dims) + len(axes)
    new = {a % rank for a in axes}
    rest = iter(dims)
    return with_dims(types[0], tuple(1 if k in new else next(rest) for k in range(rank)))


def _squeezed(types: tuple[Type, ...], attrs: Attrs) -> Type:
    dims, axis = dims_of(types[0]), attrs.get("axis")
    if dims is None or (axis is None and any(d != 1 and not infer.settled(d) for d in dims)):
        return with_dims(types[0], None)
    if axis is None:
        return with_dims(types[0], tuple(d for d in dims if d != 1))
    return with_dims(types[0], infer.reduced_dims(dims, axis, False))


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
    infer=lambda types, attrs: with_dims(types[0], infer.shape_dims(attrs["shape"])),
    storage=Storage.MAYBE,
    cheap=True,
    once=True,
)
linear(
    "reshape_like",
    lambda g, x, y: reshape_like(g, x),
    None,
    run=lambda x, y: np.reshape(x, np.shape(y)),
    infer=infer.like(1, dtype=0),
    storage=Storage.MAYBE,
    cheap=True,
    shape_only=frozenset({1}),
    once=True,
)
linear(
    "ravel",
    lambda g, x: reshape_like(g, x),
    np_="ravel",
    infer=_flat,
    storage=Storage.MAYBE,
    cheap=True,
    once=True,
)
linear(
    "transpose",
    _transpose_back,
    np_="transpose",
    attrs="axes",
    infer=_permuted,
    storage=Storage.VIEW,
    cheap=True,
    once=True,
)
linear(
    "swapaxes",
    lambda g, x, axis1, axis2: g.call("swapaxes", axis1=axis1, axis2=axis2),
    np_="swapaxes",
    attrs="axis1 axis2",
    infer=moved(np.swapaxes),
    storage=Storage.VIEW,
    cheap=True,
    once=True,
)
linear(
    "moveaxis",
    lambda g, x, source, destination: g.call("moveaxis", source=destination, destination=source),
    np_="moveaxis",
    attrs="source destination",
    infer=moved(np.moveaxis),
    storage=Storage.VIEW,
    cheap=True,
    once=True,
)
linear(
    "expand_dims",
    lambda g, x, axis: squeeze(g, axis=axis),
    np_="expand_dims",
    attrs="axis",
    infer=_expanded,
    storage=Storage.VIEW,
    cheap=True,
    once=True,
)
linear(
    "squeeze",
    lambda g, x, axis=None: reshape_like(g, x),
    np_="squeeze",
    attrs="axis",
    infer=_squeezed,
    storage=Storage.VIEW,
    cheap=True,
    once=True,
)
linear(
    "broadcast_to",
    lambda g, x, *sizes, shape: unbroadcast(g, g, x),
    run=lambda x, *sizes, shape: np.broadcast_to(x, shape),
    infer=lambda types, attrs: with_dims(types[0], infer.shape_dims(attrs["shape"])),
    storage=Storage.VIEW,
    cheap=True,
)
linear(
    "spread",
    lambda g, x, y: unbroadcast(g, g, x),
    None,
    run=lambda g, like: np.broadcast_to(g, np.shape(like)),
    infer=infer.like(1, dtype=0),
    storage=Storage.VIEW,
    cheap=True,
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
    cheap=True,
    shape_only=frozenset({1}),
    spell="helper:unbroadcast_to",
)


def _at_least_one_axis(types: tuple[Type, ...], attrs: Attrs) -> Type:
    dims = dims_of(types[0])
    return with_dims(types[0], dims if dims != () else (1,))


linear(
    "ascontiguousarray",
    lambda g, x: g if g.dims is not None and g.dims == x.dims else reshape_like(g, x),
    np_="ascontiguousarray",
    infer=_at_least_one_axis,
    storage=Storage.MAYBE,
    cheap=True,
    once=True,
)
linear(
    "as_array",
    lambda g, x: g,
    run=np.array,
    infer=infer.array_like,
    spell="np.array",
)
for _name in ("copy", "asarray"):
    linear(
        _name,
        lambda g, x, order="K": g,
        np_=_name,
        infer=infer.array_like,
        storage=Storage.FRESH if _name == "copy" else Storage.MAYBE,
        once=True,
    )


def _cast(types: tuple[Type, ...], attrs: Attrs) -> Type:
    return Array(np.dtype(attrs["dtype"]), dims_of(types[0]))


linear(
    "astype",
    lambda g, x, dtype: g,
    run=lambda x, dtype: np.array(x, dtype)[()],
    infer=_cast,
    once=True,
)
linear(
    "to_float",
    lambda g, x: g,
    run=float,
    infer=infer.constant_type(FLOAT),
    spell="float",
    once=True,
    real_only=True,
)
linear(
    "to_complex",
    lambda g, x: g,
    run=complex,
    infer=infer.constant_type(COMPLEX),
    spell="complex",
    once=True,
)
plain("to_int", int, infer.constant_type(INT), spell="int", zero=True)
