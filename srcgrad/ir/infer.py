"""Types of results: dimensions by NumPy's rules, dtypes by asking NumPy itself on tiny operands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np

from srcgrad.ir.ops import Attrs
from srcgrad.ir.types import (
    AnyDim,
    Array,
    Dim,
    Dims,
    Number,
    Type,
    broadcast_dims,
    dims_of,
    type_of_value,
    with_dims,
)

Infer = Callable[[tuple[Type, ...], Attrs], Type]
_SAMPLES = {"bool": True, "int": 1, "float": 0.5, "complex": 0.5 + 0.5j}
_OUTSIDE = (ValueError, ZeroDivisionError, OverflowError)
_PROBED: dict[Any, Any] = {}
_COUNTER = count()


def sample(type_: Type) -> Any:
    """A tiny value of the type, of rank zero; ``None`` if the dtype is not known."""
    if isinstance(type_, Number):
        return _SAMPLES[type_.kind]
    if isinstance(type_, Array) and type_.dtype is not None:
        return np.ones((), type_.dtype)[()]
    return None


def probe(run: Callable[..., Any], types: tuple[Type, ...]) -> Any:
    """What ``run`` gives on tiny operands of the types, or ``None`` where that cannot be known."""
    key = (run, tuple(map(_dtype_key, types)))
    if key not in _PROBED:
        samples = [sample(t) for t in types]
        known = not any(s is None for s in samples)
        _PROBED[key] = _tried(run, samples) if known else None
    return _PROBED[key]


def _tried(run: Callable[..., Any], samples: list[Any]) -> Any:
    """The result on the samples, or on ones or zeros where a ``math`` function refuses them."""
    with np.errstate(all="ignore"):
        for at in (None, 1, 0):
            try:
                return run(*(s if at is None else type(s)(at) for s in samples))
            except _OUTSIDE:
                continue
    return None


def elementwise(runs: dict[str, Callable[..., Any]]) -> Infer:
    """Types of a broadcasting operation."""

    def infer(types: tuple[Type, ...], attrs: Attrs) -> Type:
        via = attrs.get("via", "")
        value = probe(runs[via], types)
        dims = broadcast_dims(*(dims_of(t) for t in types))
        if value is None:
            return Array(None, dims)
        # A Python complex times a float64 is a Python number again: true of numbers, not of arrays.
        number = via in ("math", "cmath") or dims == ()
        if number and not isinstance(value, (np.generic, np.ndarray)):
            return type_of_value(value)
        return Array(np.asarray(value).dtype, dims)

    return infer


def reduced_dims(dims: Dims, axis: Any, keepdims: bool) -> Dims:
    """Dimensions after a reduction over ``axis``."""
    if axis is None and not keepdims:
        return ()
    if dims is None:
        return None
    rank = len(dims)
    axes = range(rank) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    for a in axes:
        if not -rank <= a < rank:
            raise ValueError(f"axis {a} of an array of {rank} {'axis' if rank == 1 else 'axes'}")
    gone = {a % rank if -rank <= a < rank else a for a in axes}
    if keepdims:
        return tuple(1 if k in gone else d for k, d in enumerate(dims))
    return tuple(d for k, d in enumerate(dims) if k not in gone)


def reduction(run: Callable[..., Any]) -> Infer:
    """Types of a reduction with ``axis`` and ``keepdims``."""

    def infer(types: tuple[Type, ...], attrs: Attrs) -> Type:
        dims = reduced_dims(dims_of(types[0]), attrs.get("axis"), attrs.get("keepdims", False))
        return Array(attrs.get("dtype") or result_dtype(run, types[:1]), dims)

    return infer


def result_dtype(run: Callable[..., Any], types: tuple[Type, ...], rank: int = 0) -> Any:
    """Dtype of what ``run`` gives on operands of these dtypes and some rank; ``None``: not known."""
    if not rank:
        value = probe(run, types)
        return None if value is None else np.asarray(value).dtype

    def on_arrays(*values: Any) -> Any:
        return run(*(np.full((1,) * rank, v) for v in values))

    key = (run, rank, tuple(map(_dtype_key, types)))
    if key not in _PROBED:
        samples = [sample(t) for t in types]
        known = not any(s is None for s in samples)
        _PROBED[key] = np.asarray(_tried(on_arrays, samples)).dtype if known else None
    return _PROBED[key]


def _dtype_key(type_: Type) -> Any:
    return type_ if isinstance(type_, Number) else getattr(type_, "dtype", None)


def shaped(
    run: Callable[..., Any], dims: Callable[..., Dims] = lambda x, **attrs: x, rank: int = 1
) -> Infer:
    """Types by dtype of ``run`` on arrays of some rank, and dimensions by ``dims(*dims, **attrs)``.

    Dimensions are not known where those of an operand are not.
    """

    def infer(types: tuple[Type, ...], attrs: Attrs) -> Type:
        all_dims = [dims_of(t) for t in types]
        known = None not in all_dims
        rest = {k: v for k, v in attrs.items() if k not in ("via", "dtype")}
        dtype = attrs.get("dtype") or result_dtype(run, types, rank)
        return Array(dtype, dims(*all_dims, **rest) if known else None)

    return infer


def same(types: tuple[Type, ...], attrs: Attrs) -> Type:
    """The type of the first operand."""
    return types[0]


def like(position: int, *, dtype: int | None = None) -> Infer:
    """Dimensions of one operand, dtype of another."""

    def infer(types: tuple[Type, ...], attrs: Attrs) -> Type:
        source = types[position if dtype is None else dtype]
        value = source.dtype if isinstance(source, Array) else np.dtype(_kind(source))
        return Array(value, dims_of(types[position]))

    return infer


def _kind(type_: Type) -> str:
    return type_.kind if isinstance(type_, Number) else "float"


def array_like(types: tuple[Type, ...], attrs: Attrs) -> Type:
    """An array of the dimensions and dtype of the first operand."""
    like = with_dims(types[0], dims_of(types[0]))
    return replace(like, dtype=attrs["dtype"]) if attrs.get("dtype") else like


def constant_type(type_: Type) -> Infer:
    """Always this type."""
    return lambda types, attrs: type_


def unique_dim(*, long: bool = False) -> Dim:
    """A symbol for a length equal to no other, of which at most is known that it is ``long``."""
    return Dim(f"?{next(_COUNTER)}", basis_long=long)


def length_dim(value: Any) -> AnyDim:
    """Dimension for a shape entry: 0 and 1 are exact, other lengths are named by their value."""
    if isinstance(value, int):
        return value if value in (0, 1) else Dim(str(value), basis_long=value > 1)
    return value if isinstance(value, Dim) else unique_dim()


def shape_dims(shape: Any) -> tuple[AnyDim, ...]:
    """Dimensions for a shape attribute; ``-1`` and run-time lengths get fresh symbols."""
    entries = shape if isinstance(shape, tuple) else (shape,)
    return tuple(length_dim(s) if isinstance(s, int) and s >= 0 else unique_dim() for s in entries)


def settled(dim: AnyDim) -> bool:
    """Whether a length is known to be 0, to be 1, or to be longer."""
    return isinstance(dim, int) or dim.long
