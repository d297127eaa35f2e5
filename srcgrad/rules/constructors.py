"""Rules of constructors (zeros, full, linspace ...) and of what is read off a shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.ops import Attrs
from srcgrad.ir.types import INT, Array, Type, broadcast_dims, dims_of
from srcgrad.rules.broadcasting import full, unbroadcast
from srcgrad.rules.registry import custom, linear, plain
from srcgrad.rules.symbols import Sym, op


def _filled(default: Callable[[tuple[Type, ...]], Any]) -> infer.Infer:
    def infer_filled(types: tuple[Type, ...], attrs: Attrs) -> Type:
        dtype = attrs.get("dtype")
        value = default(types) if dtype is None else np.dtype(dtype)
        return Array(value, infer.shape_dims(attrs["shape"]))

    return infer_filled


def _make(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *sizes, shape, dtype=float: function(shape, dtype)


def _dtype_of(type_: Type) -> Any:
    return type_.dtype if isinstance(type_, Array) else np.dtype(getattr(type_, "kind", "float"))


for _name in ("zeros", "ones", "empty"):
    plain(_name, _make(getattr(np, _name)), _filled(lambda types: np.dtype(float)), zero=True)
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
        infer.array_like,
        spell=f"np.{_name}",
        shape_only=frozenset({0}),
        zero=True,
    )
linear(
    "full_like",
    None,
    lambda g, x, v, dtype=None: unbroadcast(g, g, v),
    run=np.full_like,
    infer=infer.array_like,
    spell="np.full_like",
    shape_only=frozenset({0}),
)


def _ranged(types: tuple[Type, ...], attrs: Attrs) -> Type:
    dtype = attrs.get("dtype") or infer.result_dtype(np.arange, types)
    return Array(dtype, (infer.unique_dim(),))


def _ends(start: Any, stop: Any) -> Any:
    return np.linspace(start, stop, 2)


def _spaced(types: tuple[Type, ...], attrs: Attrs) -> Type:
    ends = broadcast_dims(dims_of(types[0]), dims_of(types[1]))
    dims = None if ends is None else (infer.unique_dim(), *ends)
    return Array(attrs.get("dtype") or infer.result_dtype(_ends, types[:2]), dims)


def _spaced_back(
    g: Sym, end: Sym, n: Sym, start: float, stop: float, endpoint: bool = True, dtype: Any = None
) -> Sym:
    """The part of ``g`` for one end: each point counts by its nearness to that end."""
    attrs = {} if endpoint else {"endpoint": False}
    weights = op("linspace")(Sym(g.builder, g.lift(start)), stop, n, **attrs)
    along = (
        g
        if g.dims is not None and len(g.dims) == 1
        else g.call("moveaxis", source=0, destination=-1)
    )
    total = along @ weights
    return unbroadcast(total, total, end)


def _eye(types: tuple[Type, ...], attrs: Attrs) -> Type:
    rows = infer.unique_dim()
    columns = rows if len(types) == 1 else infer.unique_dim()
    return Array(attrs.get("dtype") or np.dtype(float), (rows, columns))


linear(
    "linspace",
    lambda g, a, b, n, **attrs: _spaced_back(g, a, n, 1.0, 0.0, **attrs),
    lambda g, a, b, n, **attrs: _spaced_back(g, b, n, 0.0, 1.0, **attrs),
    None,
    run=np.linspace,
    infer=_spaced,
    spell="np.linspace",
)
plain("arange", np.arange, _ranged, spell="np.arange")


def _steps(out: Sym) -> Sym:
    """How many steps from the first each number in a row is."""
    return op("arange")(out.call("length", axis=0))


def _shifted(tangents: Any, start: Sym, stop: Sym, step: Sym, out: Sym, dtype: Any = None) -> Sym:
    moved = out.call("zeros_like")
    if tangents[0] is not None:
        moved = moved + tangents[0]
    return moved if tangents[2] is None else moved + tangents[2] * _steps(out)


# Numbers in a row between limits of the run: how many there are is a constant, so the end is too.
custom(
    "arange_by",
    lambda g, start, stop, step, out, dtype=None: full(g, out).sum(),
    None,
    lambda g, start, stop, step, out, dtype=None: (full(g, out) * _steps(out)).sum(),
    jvp=_shifted,
    run=np.arange,
    infer=_ranged,
    spell="np.arange",
)
plain(
    "eye",
    np.eye,
    _eye,
    spell="np.eye",
)
plain(
    "length",
    lambda x, axis: np.shape(x)[axis],
    infer.constant_type(INT),
    shape_only=frozenset({0}),
    cheap=True,
    zero=True,
)
for _name in ("size", "ndim"):
    plain(
        _name,
        getattr(np, _name),
        infer.constant_type(INT),
        shape_only=frozenset({0}),
        cheap=True,
        zero=True,
    )
