"""Reductions of `srcgrad.nd`: over all elements they give an array of shape (1,)."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.dialects.nd_calls import call, checked

Axis = int | tuple[int, ...] | list[int] | None

# -- over NumPy arrays ----------------------------------------------------------------------------


def one(out: Any) -> Any:
    """What has no axes with one axis of length one."""
    return np.expand_dims(out, 0) if np.ndim(out) == 0 else out


def _sum(x: Any, axis: Any, keepdims: bool) -> Any:
    return one(np.sum(x, axis=axis, keepdims=keepdims))


def _mean(x: Any, axis: Any, keepdims: bool) -> Any:
    return one(np.mean(x, axis=axis, keepdims=keepdims))


def _prod(x: Any, axis: Any, keepdims: bool) -> Any:
    return one(np.prod(x, axis=axis, keepdims=keepdims))


def _nansum(x: Any, axis: Any, keepdims: bool) -> Any:
    return one(np.nansum(x, axis=axis, keepdims=keepdims))


def _nanprod(x: Any, axis: Any, keepdims: bool) -> Any:
    return one(np.nanprod(x, axis=axis, keepdims=keepdims))


def _max(x: Any, axis: Any, keepdims: bool) -> Any:
    return one(np.max(x, axis=axis, keepdims=keepdims))


def _min(x: Any, axis: Any, keepdims: bool) -> Any:
    return one(np.min(x, axis=axis, keepdims=keepdims))


def _norm(x: Any, order: int, axis: Any, keepdims: bool) -> Any:
    if order == 1:
        return one(np.sum(np.abs(x), axis=axis, keepdims=keepdims))
    if axis is None:
        rows = x if np.ndim(x) == 1 else np.ravel(x)
        length = np.linalg.norm(rows, axis=0, keepdims=True)
        return np.reshape(length, (1,) * np.ndim(x)) if keepdims and np.ndim(x) > 1 else length
    return one(np.linalg.norm(x, axis=axis, keepdims=keepdims))


def _norm_run(x: Any, order: int, axis: Any, keepdims: bool) -> Any:
    """`_norm` as MXNet computes it: of scaled elements, whose squares cannot overflow."""
    largest = np.max(np.abs(x), initial=0.0) if order == 2 and axis is None else 0.0
    if not 0.0 < largest < np.inf:
        return _norm(x, order, axis, keepdims)
    scaled = x / largest
    length = largest * np.sqrt(np.sum(scaled * scaled))
    return np.reshape(length, (1,) * np.ndim(x) if keepdims else (1,))


def _argmax(x: Any, axis: Any, keepdims: bool) -> Any:
    return one(np.argmax(x, axis=axis, keepdims=keepdims)).astype(np.float32)


def _argmin(x: Any, axis: Any, keepdims: bool) -> Any:
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
    ndim = checked(data).ndim
    if axis is None or axis == () or axis == []:
        return () if exclude else None
    if isinstance(axis, (list, tuple)):
        axis = tuple(int(k) for k in axis)
    if exclude:
        chosen = {k % ndim for k in (axis if isinstance(axis, tuple) else (axis,))}
        return tuple(k for k in range(ndim) if k not in chosen)
    return axis


def sum(
    data: Any, axis: Axis = None, keepdims: bool = False, exclude: bool = False, out: Any = None
) -> Any:
    """The sum of the elements along axes, or of all; (1,) without axes that stay."""
    return call(_sum, data, axes(data, axis, exclude), keepdims, out=out)


def mean(
    data: Any, axis: Axis = None, keepdims: bool = False, exclude: bool = False, out: Any = None
) -> Any:
    """The mean of the elements along axes."""
    return call(_mean, data, axes(data, axis, exclude), keepdims, out=out)


def prod(
    data: Any, axis: Axis = None, keepdims: bool = False, exclude: bool = False, out: Any = None
) -> Any:
    """The product of the elements along axes."""
    return call(_prod, data, axes(data, axis, exclude), keepdims, out=out)


def nansum(
    data: Any, axis: Axis = None, keepdims: bool = False, exclude: bool = False, out: Any = None
) -> Any:
    """The sum of the elements that are not NaN."""
    return call(_nansum, data, axes(data, axis, exclude), keepdims, out=out)


def nanprod(
    data: Any, axis: Axis = None, keepdims: bool = False, exclude: bool = False, out: Any = None
) -> Any:
    """The product of the elements that are not NaN."""
    return call(_nanprod, data, axes(data, axis, exclude), keepdims, out=out)


def max(
    data: Any, axis: Axis = None, keepdims: bool = False, exclude: bool = False, out: Any = None
) -> Any:
    """The largest element along axes; equal ones share the derivative."""
    return call(_max, data, axes(data, axis, exclude), keepdims, out=out)


def min(
    data: Any, axis: Axis = None, keepdims: bool = False, exclude: bool = False, out: Any = None
) -> Any:
    """The smallest element along axes; equal ones share the derivative."""
    return call(_min, data, axes(data, axis, exclude), keepdims, out=out)


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
        ValueError: the order is another one.
    """
    if ord not in (1, 2):
        raise ValueError(f"norm has ord 1 and 2, not {ord!r}")
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
