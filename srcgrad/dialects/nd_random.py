"""Random numbers of `srcgrad.nd`, seeded by `srcgrad.random.seed`: those of MXNet on the CPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.dialects.nd_calls import call, checked, into, read
from srcgrad.dialects.nd_creation import Device, placed
from srcgrad.imperative.array import Array
from srcgrad.imperative.generator import generator


def _shape(shape: Any, out: Any = None) -> tuple[int, ...]:
    if shape is None:
        return (1,) if out is None else tuple(out.shape)
    return tuple(int(n) for n in shape) if isinstance(shape, (list, tuple)) else (int(shape),)


def _given(data: Any, dtype: Any, ctx: Device, out: Any) -> Any:
    return into(out, placed(np.asarray(data).astype(dtype), ctx))


def _moved(first: Any, second: Any, shape: Any, draw: Callable[..., Any]) -> Any:
    """Numbers ``first + second * standard``, ``shape`` of them for each element of the two."""
    shape = () if shape is None else _shape(shape)
    like = first if isinstance(first, Array) else second
    standard = draw(0.0, 1.0, (*checked(like).shape, *shape), like._data.dtype)
    more = (...,) + (None,) * len(shape)
    ends = [v[more] if isinstance(v, Array) and shape else v for v in (first, second)]
    return ends[0] + ends[1] * like._of(standard)


def uniform(
    low: Any = 0.0,
    high: Any = 1.0,
    shape: Any = None,
    dtype: Any = np.float32,
    ctx: Device = None,
    out: Any = None,
) -> Any:
    """Numbers between two bounds, all equally likely.

    Arguments:
        low: the lower bound; if a bound is an array, there are numbers for each of its elements,
            and the gradient passes to it.
        high: the upper bound, which is not reached.
        shape: of the result; (1,) unless said.
        dtype: float32 or float64.
        ctx: the device.
        out: an array to write the result to, which also gives the shape.
    """
    if isinstance(low, Array) or isinstance(high, Array):
        return into(out, _moved(low, high - low, shape, generator.uniform))
    data = generator.uniform(float(low), float(high), _shape(shape, out), np.dtype(dtype))
    return into(out, placed(data, ctx))


def normal(
    loc: Any = 0.0,
    scale: Any = 1.0,
    shape: Any = None,
    dtype: Any = np.float32,
    ctx: Device = None,
    out: Any = None,
) -> Any:
    """Numbers of a normal distribution.

    Arguments:
        loc: its mean; if a parameter is an array, there are numbers for each of its elements, and
            the gradient passes to it.
        scale: its deviation.
        shape: of the result; (1,) unless said.
        dtype: float32 or float64.
        ctx: the device.
        out: an array to write the result to, which also gives the shape.
    """
    if isinstance(loc, Array) or isinstance(scale, Array):
        return into(out, _moved(loc, scale, shape, generator.normal_nd))
    data = generator.normal_nd(float(loc), float(scale), _shape(shape, out), np.dtype(dtype))
    return into(out, placed(data, ctx))


def randn(
    *shape: int, loc: float = 0.0, scale: float = 1.0, dtype: Any = np.float32, ctx: Device = None
) -> Any:
    """Numbers of a normal distribution, with the lengths as arguments."""
    return normal(loc, scale, shape or None, dtype, ctx)


def randint(
    low: int,
    high: int,
    shape: Any = None,
    dtype: Any = np.int32,
    ctx: Device = None,
    out: Any = None,
) -> Any:
    """Whole numbers from ``low`` to below ``high``, int32 unless said."""
    return _given(
        generator.randint(low, high, _shape(shape, out), np.dtype(dtype)), dtype, ctx, out
    )


def exponential(
    scale: float = 1.0,
    shape: Any = None,
    dtype: Any = np.float32,
    ctx: Device = None,
    out: Any = None,
) -> Any:
    """Numbers of an exponential distribution of mean ``scale``."""
    return _given(generator.exponential_nd(float(scale), _shape(shape, out)), dtype, ctx, out)


def gamma(
    alpha: float = 1.0,
    beta: float = 1.0,
    shape: Any = None,
    dtype: Any = np.float32,
    ctx: Device = None,
    out: Any = None,
) -> Any:
    """Numbers of a gamma distribution of shape ``alpha`` and scale ``beta``."""
    return _given(
        generator.gamma_nd(float(alpha), float(beta), _shape(shape, out)), dtype, ctx, out
    )


def poisson(
    lam: float = 1.0,
    shape: Any = None,
    dtype: Any = np.float32,
    ctx: Device = None,
    out: Any = None,
) -> Any:
    """Numbers of a Poisson distribution of mean ``lam``."""
    return _given(generator.poisson_nd(float(lam), _shape(shape, out)), dtype, ctx, out)


def negative_binomial(
    k: int = 1,
    p: float = 1.0,
    shape: Any = None,
    dtype: Any = np.float32,
    ctx: Device = None,
    out: Any = None,
) -> Any:
    """How many trials fail before ``k`` succeed, each with probability ``p``; not MXNet's numbers."""
    means = generator.gamma_nd(float(k), (1.0 - p) / p, _shape(shape, out))
    drawn = [generator.poisson_nd(float(mean), ()) for mean in means.ravel()]
    return _given(np.reshape(drawn, means.shape), dtype, ctx, out)


def _log_picked(data: Any, index: Any) -> Any:
    picked = np.take_along_axis(data, index.astype(np.int64), -1)
    return np.log(picked)


def multinomial(
    data: Any, shape: Any = None, get_prob: bool = False, out: Any = None, dtype: Any = "int32"
) -> Any:
    """Which of several outcomes happens.

    Arguments:
        data: the probabilities, along the last axis; (outcomes,) or (batch, outcomes).
        shape: of the draws for each distribution; one draw unless said.
        get_prob: whether the logarithms of their probabilities are returned too, as a second
            array; the gradient passes through them.
        out: an array to write the draws to.
        dtype: of the draws.
    """
    each = () if shape is None else _shape(shape)
    index = generator.multinomial_nd(checked(data)._data, each)
    result = index.shape or (1,)
    drawn = into(out, placed(index.reshape(result).astype(dtype), data.context))
    if not get_prob:
        return drawn
    whole = data._of(index.reshape((*data.shape[:-1], -1)))
    return [drawn, call(_log_picked, data, whole, mixed=True).reshape(result)]


def shuffle(data: Any, out: Any = None) -> Any:
    """A copy with the rows in another order."""
    order = data._of(generator.shuffled(checked(data).shape[0], data.ndim > 1))
    return call(read, data, order, out=out, mixed=True)


def uniform_like(data: Any, low: float = 0.0, high: float = 1.0, out: Any = None) -> Any:
    """`uniform` in the shape and dtype of an array."""
    return uniform(low, high, checked(data).shape, data.dtype, data.context, out)


def normal_like(data: Any, loc: float = 0.0, scale: float = 1.0, out: Any = None) -> Any:
    """`normal` in the shape and dtype of an array."""
    return normal(loc, scale, checked(data).shape, data.dtype, data.context, out)


__all__ = [
    "exponential",
    "gamma",
    "multinomial",
    "negative_binomial",
    "normal",
    "normal_like",
    "poisson",
    "randint",
    "randn",
    "shuffle",
    "uniform",
    "uniform_like",
]
