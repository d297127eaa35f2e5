"""The functions of `srcgrad.np.random`: MXNet's numbers where its law is known."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.dialects.np_array import ndarray
from srcgrad.dialects.np_calls import write_into
from srcgrad.dialects.np_creation import placed
from srcgrad.imperative.calls import plain
from srcgrad.imperative.context import Context
from srcgrad.imperative.generator import generator


def _size(size: Any, *parameters: Any) -> tuple[int, ...]:
    """The shape of a draw: as given, or that of the parameters."""
    if size is None:
        return np.broadcast_shapes(*[np.shape(plain(p)) for p in parameters])
    return (int(size),) if np.ndim(size) == 0 else tuple(size)


def _given(data: Any, ctx: Context | None, out: Any) -> Any:
    made = placed(data, ctx)
    return made if out is None else write_into(out, made)


def uniform(
    low: Any = 0.0,
    high: Any = 1.0,
    size: Any = None,
    dtype: Any = None,
    ctx: Context | None = None,
    out: Any = None,
) -> Any:
    """Numbers between two bounds, each as likely as another; along arrays of bounds differentiable."""
    shape = _size(size, low, high)
    if isinstance(low, ndarray) or isinstance(high, ndarray):
        unit = placed(generator.uniform_np(0.0, 1.0, shape), ctx)
        return _typed(low + (high - low) * unit, dtype, out)
    return _given(generator.uniform_np(low, high, shape, dtype or np.float32), ctx, out)


def normal(
    loc: Any = 0.0,
    scale: Any = 1.0,
    size: Any = None,
    dtype: Any = None,
    ctx: Context | None = None,
    out: Any = None,
) -> Any:
    """Numbers of the normal distribution; along arrays of means and deviations differentiable."""
    shape = _size(size, loc, scale)
    if isinstance(loc, ndarray) or isinstance(scale, ndarray):
        standard = placed(generator.normal_np(0.0, 1.0, shape), ctx)
        return _typed(loc + scale * standard, dtype, out)
    return _given(generator.normal_np(loc, scale, shape, dtype or np.float32), ctx, out)


def _typed(made: Any, dtype: Any, out: Any) -> Any:
    made = made if dtype is None else made.astype(dtype, copy=False)
    return made if out is None else write_into(out, made)


def rand(*size: int, **kwargs: Any) -> Any:
    """Numbers in [0, 1) in this shape."""
    return uniform(0.0, 1.0, size, **kwargs)


def randn(*size: int, **kwargs: Any) -> Any:
    """Numbers of the standard normal distribution in this shape."""
    return normal(0.0, 1.0, size, **kwargs)


__all__ = ["normal", "rand", "randn", "uniform"]
