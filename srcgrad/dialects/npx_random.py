"""The functions of `srcgrad.npx.random`."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.dialects.np_creation import placed
from srcgrad.dialects.np_random import finished, normal, seed, shape_of, uniform
from srcgrad.imperative.calls import plain
from srcgrad.imperative.context import Context
from srcgrad.imperative.generator import generator


def bernoulli(
    prob: Any = None,
    logit: Any = None,
    size: Any = None,
    dtype: Any = None,
    ctx: Context | None = None,
    out: Any = None,
) -> Any:
    """Ones with a probability, or with that of a logit, zeros else; without a derivative.

    Raises:
        ValueError: both are given, or none.
    """
    if (prob is None) == (logit is None):
        raise ValueError("give either prob or logit")
    share = plain(prob) if logit is None else 1 / (1 + np.exp(-np.asarray(plain(logit))))
    drawn = generator.uniform_np(0.0, 1.0, shape_of(size, share)) < np.asarray(share)
    return finished(placed(np.asarray(drawn).astype(dtype or np.float32), ctx), None, out)


def uniform_n(
    low: Any = 0.0,
    high: Any = 1.0,
    batch_shape: Any = None,
    dtype: Any = None,
    ctx: Context | None = None,
) -> Any:
    """Uniform numbers; the shape of a batch goes before that of the parameters."""
    return uniform(low, high, _batched(batch_shape, low, high), dtype, ctx)


def normal_n(
    loc: Any = 0.0,
    scale: Any = 1.0,
    batch_shape: Any = None,
    dtype: Any = None,
    ctx: Context | None = None,
) -> Any:
    """Normal numbers; the shape of a batch goes before that of the parameters."""
    return normal(loc, scale, _batched(batch_shape, loc, scale), dtype, ctx)


def _batched(batch_shape: Any, *parameters: Any) -> tuple[int, ...]:
    before = () if batch_shape is None else shape_of(batch_shape)
    return before + shape_of(None, *parameters)


__all__ = ["bernoulli", "normal_n", "seed", "uniform_n"]
