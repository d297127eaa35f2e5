"""Rules that move elements: flip, roll, tile, repeat, pad, triangles, diagonals, sorting."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.nodes import Slice, Slot
from srcgrad.ir.ops import Attrs, Storage
from srcgrad.ir.types import AnyDim, Array, Dim, Dims, Type, dims_of
from srcgrad.rules.assembly import in_shape_of, length
from srcgrad.rules.broadcasting import full
from srcgrad.rules.registry import custom, linear, nondiff
from srcgrad.rules.shapes import moved
from srcgrad.rules.symbols import Sym, op


def _kept(run: Any) -> infer.Infer:
    return infer.shaped(run, lambda x, *rest, **attrs: x)


linear(
    "flip",
    lambda g, x, axis=None: g.call("flip", **({} if axis is None else {"axis": axis})),
    np_="flip",
    attrs="axis",
    infer=_kept(np.flip),
    storage=Storage.VIEW,
    cheap=True,
    once=True,
)
linear(
    "rot90",
    lambda g, x, k=1, axes=(0, 1): g.call("rot90", k=-k, axes=axes),
    np_="rot90",
    attrs="k axes",
    infer=lambda types, attrs: moved(np.rot90)(types, attrs),
    storage=Storage.VIEW,
    cheap=True,
    once=True,
)
linear(
    "roll",
    lambda g, x, shift, axis=None: op("roll")(
        g, -shift, **({} if axis is None else {"axis": axis})
    ),
    None,
    run=np.roll,
    infer=infer.shaped(lambda x, n: x, lambda x, n, **attrs: x, rank=0),
    spell="np.roll",
    once=True,
)


# -- copies -------------------------------------------------------------------------------------


def _repeated(dim: AnyDim, count: Any) -> AnyDim:
    if count == 1:
        return dim
    if isinstance(dim, int) and isinstance(count, int):
        return infer.length_dim(dim * count)
    return infer.unique_dim(long=isinstance(count, int) and count > 1 and dim != 0 and _long(dim))


def _long(dim: AnyDim) -> bool:
    return (isinstance(dim, Dim) and dim.long) or dim == 1


def _tiled(types: tuple[Type, ...], attrs: Attrs) -> Type:
    dims, reps = dims_of(types[0]), attrs["reps"]
    dtype = infer.result_dtype(np.copy, types[:1])
    if dims is None:
        return Array(dtype, None)
    rank = max(len(dims), len(reps))
    dims = (1,) * (rank - len(dims)) + dims
    reps = (1,) * (rank - len(reps)) + reps
    return Array(dtype, tuple(map(_repeated, dims, reps)))


def _tile_back(g: Sym, x: Sym, *sizes: Sym, reps: Any) -> Sym:
    """The copies laid side by side on axes of their own, and summed."""
    assert x.dims is not None
    rank = max(len(x.dims), len(reps))
    counts = (1,) * (rank - len(reps)) + reps
    shape: list[Any] = []
    summed: list[int] = []
    for k, count in enumerate(counts):
        axis = k - (rank - len(x.dims))
        if count != 1:
            summed.append(len(shape))
            shape.append(sizes[count.position - 1] if isinstance(count, Slot) else count)
        if axis >= 0:
            shape.append(length(x, axis))
    parts = reshaped(g, shape)
    axes = summed[0] if len(summed) == 1 else tuple(summed)
    return in_shape_of(parts.sum(axis=axes), x) if summed else parts


def reshaped(g: Sym, shape: list[Any]) -> Sym:
    """``g`` in a shape of numbers and symbols."""
    symbols = [s for s in shape if isinstance(s, Sym)]
    places = iter(range(1, 1 + len(symbols)))
    template = tuple(Slot(next(places)) if isinstance(s, Sym) else s for s in shape)
    return g.call("reshape", *symbols, shape=template)


def _repeat_back(g: Sym, x: Sym, *sizes: Sym, repeats: Any, axis: int) -> Sym:
    assert x.dims is not None
    axis %= len(x.dims)
    count = sizes[repeats.position - 1] if isinstance(repeats, Slot) else repeats
    shape = [length(x, k) for k in range(len(x.dims))]
    shape.insert(axis + 1, count)
    return in_shape_of(reshaped(g, shape).sum(axis=axis + 1), x)


def _repeat_dims(x: Any, *sizes: Any, repeats: Any, axis: int) -> Dims:
    axis %= len(x)
    return (*x[:axis], _repeated(x[axis], repeats), *x[axis + 1 :])


def _each(x: Any, counts: Any) -> Dims:
    return (infer.unique_dim(),)


linear(
    "tile",
    _tile_back,
    run=lambda x, *sizes, reps: np.tile(x, reps),
    infer=_tiled,
    spell="np.tile",
)
linear(
    "repeat",
    _repeat_back,
    run=lambda x, *sizes, repeats, axis: np.repeat(x, repeats, axis),
    infer=infer.shaped(lambda x, *sizes: x, _repeat_dims, rank=0),
    spell="np.repeat",
)


# How often each of several rows is repeated: of integers alone.
nondiff(
    "repeat_each",
    2,
    run=np.repeat,
    infer=infer.shaped(lambda x, counts: x, _each, rank=0),
    spell="np.repeat",
)


# -- padding ------------------------------------------------------------------------------------


def _padded(x: Any, pad_width: Any, **attrs: Any) -> Dims:
    if len(x) != len(pad_width):
        raise ValueError(f"{len(pad_width)} pad widths for {len(x)} axes")
    return tuple(_grown(d, before + after) for d, (before, after) in zip(x, pad_width, strict=True))


def _grown(dim: AnyDim, by: int) -> AnyDim:
    if not by:
        return dim
    if isinstance(dim, int):
        return infer.length_dim(dim + by)
    return infer.unique_dim(long=by > 1 or dim.long)


def _pad_vjp(g: Sym, x: Sym, out: Sym, pad_width: Any, mode: str = "constant", **fill: Any) -> Sym:
    g = full(g, out)
    if mode == "constant":
        parts = (
            Slice(before or None, -after if after else None, None) for before, after in pad_width
        )
        return g.call("index", index=tuple(parts))
    return op("pad_transpose")(x, g, pad_width=pad_width, mode=mode)


def _pad_jvp(
    tangents: list[Sym], x: Sym, out: Sym, pad_width: Any, mode: str = "constant", **fill: Any
) -> Sym:
    t = full(tangents[0], x)
    return t.call(
        "pad", via="np", pad_width=pad_width, **({} if mode == "constant" else {"mode": mode})
    )


def pad_transpose(x: Any, g: Any, pad_width: Any, mode: Any) -> Any:
    """Adds what each element of ``np.pad(x, pad_width, mode)`` got onto the element it copies."""
    places = np.pad(np.arange(x.size).reshape(x.shape), pad_width, mode)
    total = np.zeros(x.size, g.dtype)
    np.add.at(total, places, g)
    return total.reshape(x.shape)


custom(
    "pad",
    _pad_vjp,
    jvp=_pad_jvp,
    np_="pad",
    attrs="pad_width mode constant_values",
    infer=infer.shaped(np.copy, _padded),
)
linear(
    "pad_transpose",
    None,
    lambda u, x, g, pad_width, mode: u.call("pad", via="np", pad_width=pad_width, mode=mode),
    run=pad_transpose,
    infer=infer.like(0, dtype=1),
    shape_only=frozenset({0}),
    spell="helper:pad_transpose",
)


# -- triangles and diagonals --------------------------------------------------------------------


def _two_axes(x: Any, k: int = 0) -> Dims:
    if len(x) < 2:
        raise ValueError("a triangle needs two axes")
    return x  # type: ignore[no-any-return]


for _name in ("triu", "tril"):
    linear(
        _name,
        lambda g, x, k=0, name=_name: g.call(name, via="np", **({"k": k} if k else {})),
        np_=_name,
        attrs="k",
        infer=infer.shaped(getattr(np, _name), _two_axes, rank=2),
    )


def _diagonal_dims(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Dims:
    first, second = x[axis1], x[axis2]
    rest = [d for k, d in enumerate(x) if k not in (axis1 % len(x), axis2 % len(x))]
    if isinstance(first, int) and isinstance(second, int):
        return (*rest, infer.length_dim(len(np.diagonal(np.empty((first, second)), offset))))
    return (*rest, first if first == second and not offset else infer.unique_dim())


def diagonal_transpose(x: Any, g: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """An array in the shape of ``x``, zero but for ``g`` on a diagonal."""
    result = np.zeros(np.shape(x), g.dtype)
    matrices = np.moveaxis(result, (axis1, axis2), (-2, -1))
    steps = np.arange(g.shape[-1])
    matrices[..., steps + max(-offset, 0), steps + max(offset, 0)] = g
    return result


linear(
    "diagonal_transpose",
    None,
    lambda u, x, g, **attrs: u.call("diagonal", via="np", **attrs),
    run=diagonal_transpose,
    infer=infer.like(0, dtype=1),
    shape_only=frozenset({0}),
    spell="helper:diagonal_transpose",
)
linear(
    "diagonal",
    lambda g, x, **attrs: op("diagonal_transpose")(x, g, **attrs),
    np_="diagonal",
    attrs="offset axis1 axis2",
    infer=infer.shaped(np.copy, _diagonal_dims),
    storage=Storage.VIEW,
)


def _diag_dims(x: Any, k: int = 0) -> Dims:
    if len(x) == 2:
        return _diagonal_dims(x, k)
    if len(x) != 1:
        raise ValueError("np.diag takes a vector or a matrix")
    side = _grown(x[0], abs(k))
    return (side, side)


def _diag_back(g: Sym, x: Sym, k: int = 0) -> Sym:
    if x.dims is not None and (len(x.dims) == 1 or (x.dims[0] == x.dims[1] and not k)):
        return g.call("diag", via="np", **({"k": k} if k else {}))
    return op("diagonal_transpose")(x, g, **({"offset": k} if k else {}))


linear(
    "diag",
    _diag_back,
    np_="diag",
    attrs="k",
    infer=infer.shaped(np.copy, _diag_dims),
    storage=Storage.MAYBE,
)


def _trace_back(g: Sym, x: Sym, offset: int = 0) -> Sym:
    assert x.dims is not None
    shape = [length(x, 0)] if x.dims[0] == x.dims[1] else [length(x, 0), length(x, 1)]
    dtype = getattr(x.type, "dtype", None)
    attrs: dict[str, Any] = {"k": offset} if offset else {}
    if dtype is not None and dtype.name != "float64":
        attrs["dtype"] = dtype
    sizes = [Sym(g.builder, g.lift(n)) for n in shape]
    return g * in_shape_of(op("eye")(*sizes, **attrs), x)


linear(
    "trace",
    _trace_back,
    np_="trace",
    attrs="offset",
    infer=infer.shaped(np.trace, lambda x, offset=0: x[2:], rank=2),
)
