"""The functions of `srcgrad.np.random`.

Numbers are MXNet's after the same `random.seed`; those of ``gamma``, ``beta`` and ``chisquare`` have its
distributions only, those of ``multivariate_normal`` the right covariance, which MXNet's lack. Along
parameters that are arrays draws are differentiable where they are a function of the parameters and of
a draw without parameters.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.dialects.np_array import ndarray
from srcgrad.dialects.np_calls import write_into
from srcgrad.dialects.np_creation import placed
from srcgrad.dialects.np_functions import FUNCTIONS
from srcgrad.dialects.np_linalg import FUNCTIONS as LINALG
from srcgrad.errors import OperandError
from srcgrad.imperative.calls import plain
from srcgrad.imperative.context import Context
from srcgrad.imperative.generator import generator

log, exp, sqrt = FUNCTIONS["log"], FUNCTIONS["exp"], FUNCTIONS["sqrt"]


def shape_of(size: Any, *parameters: Any) -> tuple[int, ...]:
    """The shape of a draw: as given, or that of the parameters."""
    if size is None:
        return np.broadcast_shapes(*[np.shape(plain(p)) for p in parameters])
    return (int(size),) if np.ndim(size) == 0 else tuple(size)


def finished(made: Any, dtype: Any, out: Any) -> Any:
    """A draw in its dtype, written to ``out`` if that is given."""
    made = made if dtype is None else made.astype(dtype, copy=False)
    return made if out is None else write_into(out, made)


def uniform(
    low: Any = 0.0,
    high: Any = 1.0,
    size: Any = None,
    dtype: Any = None,
    ctx: Context | None = None,
    out: Any = None,
) -> Any:
    """Numbers between two bounds, each as likely as another."""
    shape = shape_of(size, low, high)
    if np.ndim(plain(low)) or np.ndim(plain(high)) or _recorded(low, high):
        low, high = _parameter(low), _parameter(high)
        unit = placed(generator.uniform_np(0.0, 1.0, shape), ctx)
        return finished(low + (high - low) * unit, dtype, out)
    data = generator.uniform_np(plain(low), plain(high), shape, dtype or np.float32)
    return finished(placed(data, ctx), None, out)


def normal(
    loc: Any = 0.0,
    scale: Any = 1.0,
    size: Any = None,
    dtype: Any = None,
    ctx: Context | None = None,
    out: Any = None,
) -> Any:
    """Numbers of the normal distribution."""
    shape = shape_of(size, loc, scale)
    if np.ndim(plain(loc)) or np.ndim(plain(scale)) or _recorded(loc, scale):
        loc, scale = _parameter(loc), _parameter(scale)
        standard = placed(generator.normal_np(0.0, 1.0, shape), ctx)
        return finished(loc + scale * standard, dtype, out)
    data = generator.normal_np(plain(loc), plain(scale), shape, dtype or np.float32)
    return finished(placed(data, ctx), None, out)


def _recorded(*parameters: Any) -> bool:
    return any(isinstance(p, ndarray) and p._node is not None for p in parameters)


def _parameter(value: Any) -> Any:
    """A parameter as arithmetic takes it: NumPy's arrays and lists as arrays of `srcgrad.np`."""
    known = isinstance(value, ndarray) or not np.ndim(value)
    return value if known else placed(np.asarray(value, np.float32))


def rand(*size: int, **kwargs: Any) -> Any:
    """Numbers in [0, 1) in this shape."""
    return uniform(0.0, 1.0, size, **kwargs)


def randn(*size: int, **kwargs: Any) -> Any:
    """Numbers of the standard normal distribution in this shape."""
    return normal(0.0, 1.0, size, **kwargs)


def lognormal(
    mean: Any = 0.0,
    sigma: Any = 1.0,
    size: Any = None,
    dtype: Any = None,
    ctx: Context | None = None,
    out: Any = None,
) -> Any:
    """Exponentials of normal numbers."""
    return finished(exp(normal(mean, sigma, size, None, ctx)), dtype, out)


def _drawn(size: Any, ctx: Context | None, *parameters: Any) -> Any:
    """Uniform numbers in the shape of a draw with these parameters."""
    return placed(generator.uniform_np(0.0, 1.0, shape_of(size, *parameters)), ctx)


def exponential(
    scale: Any = 1.0, size: Any = None, ctx: Context | None = None, out: Any = None
) -> Any:
    """Waiting times with this mean."""
    return finished(-_parameter(scale) * log(_drawn(size, ctx, scale)), None, out)


def gumbel(
    loc: Any = 0.0, scale: Any = 1.0, size: Any = None, ctx: Context | None = None, out: Any = None
) -> Any:
    """Numbers of Gumbel's extreme value distribution."""
    drawn = log(-log(_drawn(size, ctx, loc, scale)))
    return finished(_parameter(loc) - _parameter(scale) * drawn, None, out)


def logistic(
    loc: Any = 0.0, scale: Any = 1.0, size: Any = None, ctx: Context | None = None, out: Any = None
) -> Any:
    """Numbers of the logistic distribution."""
    u = _drawn(size, ctx, loc, scale)
    return finished(_parameter(loc) + _parameter(scale) * log(u / (1 - u)), None, out)


def rayleigh(
    scale: Any = 1.0, size: Any = None, ctx: Context | None = None, out: Any = None
) -> Any:
    """Numbers of Rayleigh's distribution."""
    return finished(_parameter(scale) * sqrt(-2 * log(_drawn(size, ctx, scale))), None, out)


def weibull(a: Any, size: Any = None, ctx: Context | None = None, out: Any = None) -> Any:
    """Numbers of Weibull's distribution with scale one."""
    return finished((-log(_drawn(size, ctx, a))) ** (1 / _parameter(a)), None, out)


def pareto(a: Any, size: Any = None, ctx: Context | None = None, out: Any = None) -> Any:
    """Numbers of Pareto's second distribution."""
    return finished(exp(-log(_drawn(size, ctx, a)) / _parameter(a)) - 1, None, out)


def power(a: Any, size: Any = None, ctx: Context | None = None, out: Any = None) -> Any:
    """Numbers in [0, 1) with a density that is a power."""
    return finished((1 - _drawn(size, ctx, a)) ** (1 / _parameter(a)), None, out)


# -- distributions whose parameters are constants -------------------------------------------------


def _constant(name: str, *parameters: Any) -> list[Any]:
    """Parameters that no derivative flows to.

    Raises:
        OperandError: one is recorded.
    """
    if _recorded(*parameters):
        message = f"random.{name} has no derivative along its parameters"
        raise OperandError("SG708", message, "pass detach() of them")
    return [plain(p) for p in parameters]


def _typed(data: Any, dtype: Any, ctx: Context | None, out: Any) -> Any:
    return finished(placed(np.asarray(data).astype(dtype or np.float32), ctx), None, out)


def gamma(
    shape: Any,
    scale: Any = 1.0,
    size: Any = None,
    dtype: Any = None,
    ctx: Context | None = None,
    out: Any = None,
) -> Any:
    """Numbers of the gamma distribution."""
    (order,) = _constant("gamma", shape)
    drawn = generator.numpy.gamma(order, 1.0, shape_of(size, shape, scale))
    return finished(_parameter(scale) * _typed(drawn, None, ctx, None), dtype, out)


def beta(a: Any, b: Any, size: Any = None, dtype: Any = None, ctx: Context | None = None) -> Any:
    """Numbers of the beta distribution."""
    first, second = _constant("beta", a, b)
    return _typed(generator.numpy.beta(first, second, shape_of(size, a, b)), dtype, ctx, None)


def chisquare(df: Any, size: Any = None, dtype: Any = None, ctx: Context | None = None) -> Any:
    """Numbers of the chi-square distribution."""
    (degrees,) = _constant("chisquare", df)
    return _typed(generator.numpy.chisquare(degrees, shape_of(size, df)), dtype, ctx, None)


def multinomial(n: int, pvals: Any, size: Any = None, **kwargs: Any) -> Any:
    """How often each outcome comes in ``n`` trials."""
    (given,) = _constant("multinomial", pvals)
    shape = () if size is None else shape_of(size)
    return placed(generator.multinomial_np(n, given, shape))


def multivariate_normal(
    mean: Any, cov: Any, size: Any = None, check_valid: Any = None, tol: Any = None
) -> Any:
    """Normal numbers that depend on each other."""
    root = LINALG["cholesky"](_parameter(cov))
    standard = normal(
        0.0, 1.0, (*(() if size is None else shape_of(size)), np.shape(plain(mean))[-1])
    )
    return _parameter(mean) + (root @ standard[..., None])[..., 0]


# -- whole numbers and order ----------------------------------------------------------------------


def randint(
    low: int,
    high: int | None = None,
    size: Any = None,
    dtype: Any = None,
    ctx: Context | None = None,
    out: Any = None,
) -> Any:
    """Whole numbers from ``low`` up to but not ``high``; from zero if only one bound is given."""
    first, last = (0, low) if high is None else (low, high)
    drawn = generator.randint(int(first), int(last), shape_of(size), dtype or np.int64)
    return finished(placed(drawn, ctx), None, out)


def choice(
    a: Any,
    size: Any = None,
    replace: bool = True,
    p: Any = None,
    ctx: Context | None = None,
    out: Any = None,
) -> Any:
    """Elements of an array, or of the whole numbers below ``a``, each as likely as another or by ``p``."""
    count = len(a) if np.ndim(plain(a)) else int(a)
    (share,) = _constant("choice", p)
    places = generator.choice(count, shape_of(size), replace, share)
    found = placed(places, ctx)
    return finished(a[found] if isinstance(a, ndarray) else _chosen(a, found), None, out)


def _chosen(a: Any, places: Any) -> Any:
    return placed(np.asarray(a, np.float32)[plain(places)]) if np.ndim(a) else places


def permutation(x: Any) -> Any:
    """The rows of an array, or the whole numbers below ``x``, in any order."""
    order = placed(
        generator.shuffled(len(x) if np.ndim(plain(x)) else int(x), np.ndim(plain(x)) > 1)
    )
    return x[order] if isinstance(x, ndarray) else _chosen(x, order)


def seed(seed: int) -> None:
    """Start the generator anew, as `srcgrad.random.seed`."""
    generator.seed(int(seed))


def shuffle(x: Any) -> None:
    """Put the rows of an array in any order, in place."""
    x[:] = x[placed(generator.shuffled(len(x), x.ndim > 1))]


__all__ = [
    "beta",
    "chisquare",
    "choice",
    "exponential",
    "gamma",
    "gumbel",
    "logistic",
    "lognormal",
    "multinomial",
    "multivariate_normal",
    "normal",
    "pareto",
    "permutation",
    "power",
    "rand",
    "randint",
    "randn",
    "rayleigh",
    "seed",
    "shuffle",
    "uniform",
    "weibull",
]
