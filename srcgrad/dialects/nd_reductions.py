"""Reductions of `srcgrad.nd`: over all elements they give an array of shape (1,)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.dialects.nd_calls import axis_of, call, checked, into
from srcgrad.errors import ChoiceError
from srcgrad.imperative.operators import unary

Axis = int | tuple[int, ...] | list[int] | None

# -- over NumPy arrays ----------------------------------------------------------------------------


def one(out: Any) -> Any:
    """What has no axes with one axis of length one."""
    return np.expand_dims(out, 0) if np.ndim(out) == 0 else out


def _sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return one(np.sum(x, axis=axis, keepdims=keepdims))


def _mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return one(np.mean(x, axis=axis, keepdims=keepdims))


def _prod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return one(np.prod(x, axis=axis, keepdims=keepdims))


def _nansum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return one(np.nansum(x, axis=axis, keepdims=keepdims))


def _nanprod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return one(np.nanprod(x, axis=axis, keepdims=keepdims))


def _max(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return one(np.max(x, axis=axis, keepdims=keepdims))


def _min(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return one(np.min(x, axis=axis, keepdims=keepdims))


def _norm(x: Any, order: int = 2, axis: Any = None, keepdims: bool = False) -> Any:
    if order == 1:
        return one(np.sum(np.abs(x), axis=axis, keepdims=keepdims))
    if axis is None:
        rows = x if np.ndim(x) == 1 else np.ravel(x)
        length = np.linalg.norm(rows, axis=0, keepdims=True)
        return np.reshape(length, (1,) * np.ndim(x)) if keepdims and np.ndim(x) > 1 else length
    return one(np.linalg.norm(x, axis=axis, keepdims=keepdims))


def _norm_run(x: Any, order: int = 2, axis: Any = None, keepdims: bool = False) -> Any:
    """`_norm` as MXNet computes it: of scaled elements, whose squares cannot overflow."""
    largest = 0.0
    if order == 2 and axis is None and x.dtype.kind == "f":
        largest = np.maximum.reduce(np.abs(x), axis=None, initial=0.0)
    if not 0.0 < largest < np.inf:
        return _norm(x, order, axis, keepdims)
    scaled = (x / largest).ravel()
    length = largest * np.sqrt(np.add.reduce(scaled * scaled))
    return length.reshape((1,) * x.ndim) if keepdims else length[None]


def _run(function: Callable[..., Any]) -> Callable[..., Any]:
    """A reduction by the method of its universal function, which is called directly."""

    def run(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        found = function(x, axis=axis, keepdims=keepdims)
        return found if type(found) is np.ndarray else found[None]

    return run


def _argmax(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return one(np.argmax(x, axis=axis, keepdims=keepdims)).astype(np.float32)


def _argmin(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return one(np.argmin(x, axis=axis, keepdims=keepdims)).astype(np.float32)


def _moments(x: Any, axis: Any, keepdims: bool) -> Any:
    mean = np.mean(x, axis=axis, keepdims=True)
    moved = x - mean
    var = np.mean(moved * moved, axis=axis, keepdims=keepdims)
    return one(np.mean(x, axis=axis, keepdims=keepdims)), one(var)


def _cumsum(x: Any, axis: int | None) -> Any:
    return np.cumsum(x, axis=axis)


# -- over NDArrays --------------------------------------------------------------------------------


def axes(data: Any, axis: Axis, exclude: bool = False) -> Any:
    """The axes of a reduction as NumPy takes them: ``()`` are all, ``exclude`` turns them round."""
    if axis is None and not exclude:
        return None
    if not exclude and type(axis) is int:
        return axis
    ndim = checked(data).ndim
    if axis is None or axis == () or axis == []:
        return () if exclude else None
    if isinstance(axis, (list, tuple)):
        axis = tuple(int(k) for k in axis)
    if exclude:
        chosen = {axis_of(data, k) for k in (axis if isinstance(axis, tuple) else (axis,))}
        return tuple(k for k in range(ndim) if k not in chosen)
    return axis


def _reduction(
    function: Callable[..., Any], doc: str, eager: Callable[..., Any] | None = None
) -> Callable[..., Any]:
    """A reduction along axes; the whole of a floating array goes the short way."""
    short = unary(eager or function, "call", function)

    def run(
        data: Any, axis: Axis = None, keepdims: bool = False, exclude: bool = False, out: Any = None
    ) -> Any:
        if axis is None and not (keepdims or exclude) and checked(data)._data.dtype.kind == "f":
            return into(out, short(data))
        return call(function, data, axes(data, axis, exclude), keepdims, out=out, eager=eager)

    run.__doc__ = f"""{doc}

    Arguments:
        data: any dtype, which the result has too.
        axis: the axes that are reduced, all unless said.
        keepdims: whether they stay, with length one.
        exclude: whether all other axes are reduced instead.
        out: an array to write the result to.

    Returns:
        An array without those axes; (1,) if none is left.
    """
    run.__name__ = run.__qualname__ = function.__name__.strip("_")
    return run


sum = _reduction(_sum, "The sum of the elements.", _run(np.add.reduce))
mean = _reduction(_mean, "The mean of the elements.")
prod = _reduction(_prod, "The product of the elements.", _run(np.multiply.reduce))
nansum = _reduction(_nansum, "The sum of the elements that are not NaN.")
nanprod = _reduction(_nanprod, "The product of the elements that are not NaN.")
max = _reduction(
    _max, "The largest element; equal ones share the derivative.", _run(np.maximum.reduce)
)
min = _reduction(
    _min, "The smallest element; equal ones share the derivative.", _run(np.minimum.reduce)
)
_short_norm = unary(_norm_run, "call", _norm)


def norm(
    data: Any,
    ord: int = 2,
    axis: Axis = None,
    out_dtype: Any = None,
    keepdims: bool = False,
    out: Any = None,
) -> Any:
    """The norm of vectors along one axis, of matrices along two, or of all elements.

    Arguments:
        data: floating.
        ord: 1, the sum of the absolute values, or 2, the root of the sum of the squares.
        axis: the axes that are reduced.
        out_dtype: of the result.
        keepdims: whether the axes stay, with length one.
        out: an array to write the result to.

    Raises:
        ChoiceError: the order is another one.
    """
    usual = ord == 2 and axis is out_dtype is out is None and not keepdims
    if usual and checked(data)._data.dtype.kind == "f":
        return _short_norm(data)
    if ord not in (1, 2):
        raise ChoiceError("SG710", f"ord is {ord!r}", "use 1 or 2")
    found = call(_norm, data, ord, axes(data, axis), keepdims, out=out, eager=_norm_run)
    return found if out_dtype is None else found.astype(out_dtype)


def argmax(data: Any, axis: int | None = None, keepdims: bool = False, out: Any = None) -> Any:
    """Where the largest element along an axis is, as float32; the first of equal ones."""
    return call(_argmax, data, axis, keepdims, out=out, mixed=True)


def argmin(data: Any, axis: int | None = None, keepdims: bool = False, out: Any = None) -> Any:
    """Where the smallest element along an axis is, as float32; the first of equal ones."""
    return call(_argmin, data, axis, keepdims, out=out, mixed=True)


def argmax_channel(data: Any, out: Any = None) -> Any:
    """`argmax` along the second axis."""
    return argmax(data, 1, out=out)


def moments(data: Any, axes: Axis = None, keepdims: bool = False) -> Any:
    """Mean and biased variance along axes."""
    return call(_moments, data, _axes(data, axes), keepdims)


def cumsum(a: Any, axis: int | None = None, dtype: Any = None, out: Any = None) -> Any:
    """Running sums along an axis, or of all elements in order."""
    found = call(_cumsum, a, axis, out=out)
    return found if dtype is None else found.astype(dtype)


_axes = axes
sum_axis, max_axis, min_axis = sum, max, min

__all__ = [
    "argmax",
    "argmax_channel",
    "argmin",
    "cumsum",
    "max",
    "max_axis",
    "mean",
    "min",
    "min_axis",
    "moments",
    "nanprod",
    "nansum",
    "norm",
    "prod",
    "sum",
    "sum_axis",
]
