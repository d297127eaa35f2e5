"""Random numbers of `srcgrad.nd`: those of MXNet on the CPU, seeded by `srcgrad.random.seed`."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.dialects.nd_calls import into
from srcgrad.dialects.nd_creation import Device, placed
from srcgrad.imperative.generator import generator


def _shape(shape: Any) -> tuple[int, ...]:
    if shape is None:
        return (1,)
    return tuple(int(n) for n in shape) if isinstance(shape, (list, tuple)) else (int(shape),)


def uniform(
    low: float = 0.0,
    high: float = 1.0,
    shape: Any = None,
    dtype: Any = np.float32,
    ctx: Device = None,
    out: Any = None,
) -> Any:
    """Numbers between two bounds, all equally likely.

    Arguments:
        low: the lower bound.
        high: the upper bound, which is not reached.
        shape: of the result; (1,) unless said.
        dtype: float32 or float64.
        ctx: the device.
        out: an array to write the result to, which also gives the shape.
    """
    shape = out.shape if shape is None and out is not None else _shape(shape)
    data = generator.uniform(float(low), float(high), shape, np.dtype(dtype))
    return into(out, placed(data, ctx))


def normal(
    loc: float = 0.0,
    scale: float = 1.0,
    shape: Any = None,
    dtype: Any = np.float32,
    ctx: Device = None,
    out: Any = None,
) -> Any:
    """Numbers of a normal distribution.

    Arguments:
        loc: its mean.
        scale: its deviation.
        shape: of the result; (1,) unless said.
        dtype: float32 or float64.
        ctx: the device.
        out: an array to write the result to, which also gives the shape.
    """
    shape = out.shape if shape is None and out is not None else _shape(shape)
    data = generator.normal_nd(float(loc), float(scale), shape, np.dtype(dtype))
    return into(out, placed(data, ctx))


def randn(
    *shape: int, loc: float = 0.0, scale: float = 1.0, dtype: Any = np.float32, ctx: Device = None
) -> Any:
    """Numbers of a normal distribution, with the lengths as arguments."""
    return normal(loc, scale, shape or None, dtype, ctx)


__all__ = ["normal", "randn", "uniform"]
