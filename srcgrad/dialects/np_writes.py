"""Functions of NumPy that write to an array, on arrays of `srcgrad.np`: the write is recorded."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.imperative.array import Array
from srcgrad.imperative.calls import invoke


def _fill_diagonal(a: Any, val: Any) -> Any:
    out = a.copy()
    np.fill_diagonal(out, val)
    return out


def _fill_wrapped(a: Any, val: Any) -> Any:
    out = a.copy()
    np.fill_diagonal(out, val, wrap=True)
    return out


def _put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> Any:
    out = arr.copy()
    np.put_along_axis(out, indices, values, axis)
    return out


def _put(a: Any, ind: Any, v: Any) -> Any:
    out = np.ravel(a).copy()
    np.put(out, ind, v)
    return np.reshape(out, np.shape(a))


def _place(arr: Any, mask: Any, vals: Any) -> Any:
    out = arr.copy()
    np.place(out, mask, vals)
    return out


def _putmask(a: Any, mask: Any, values: Any) -> Any:
    out = a.copy()
    np.putmask(out, mask, values)
    return out


def _copyto(dst: Any, src: Any) -> Any:
    out = dst.copy()
    np.copyto(out, src)
    return out


def _copyto_where(dst: Any, src: Any, where: Any) -> Any:
    out = dst.copy()
    np.copyto(out, src, where=where)
    return out


def written(function: Callable[..., Any], target: Any, *args: Any) -> Any:
    """Call a function that gives the new contents of an array, and write them to it."""
    if not isinstance(target, Array):
        raise TypeError("an array of NumPy is not written with one of srcgrad.np: use asnumpy()")
    target._replace(invoke(type(target), function, (target, *args), {}))
    return target


def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """Write a value, or values in turn, to the diagonal of an array."""
    written(_fill_wrapped if wrap else _fill_diagonal, a, val)


def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    """Write values to places along an axis."""
    written(_put_along_axis, arr, indices, values, axis)


def put(a: Any, ind: Any, v: Any) -> None:
    """Write values to places of an array as one vector."""
    written(_put, a, np.asarray(ind) if isinstance(ind, (list, range)) else ind, v)


def place(arr: Any, mask: Any, vals: Any) -> None:
    """Write values, in turn, where a mask holds."""
    written(_place, arr, mask, vals)


def putmask(a: Any, mask: Any, values: Any) -> None:
    """Write the values at the same places where a mask holds."""
    written(_putmask, a, mask, values)


def copyto(dst: Any, src: Any, casting: str = "same_kind", where: Any = True) -> None:
    """Write an array over another, where a mask holds."""
    if where is True:
        written(_copyto, dst, src)
    else:
        written(_copyto_where, dst, src, where)


@functools.cache
def at(ufunc: np.ufunc) -> Callable[..., Any]:
    """The function that gives the contents of an array after ``ufunc.at``."""

    def contents(a: Any, indices: Any, *values: Any) -> Any:
        out = a.copy()
        ufunc.at(out, indices, *values)
        return out

    return contents


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f.__name__: f for f in (copyto, fill_diagonal, place, put, put_along_axis, putmask)
}
INSTEAD = {getattr(np, name): function for name, function in FUNCTIONS.items()}

__all__ = ["FUNCTIONS", "INSTEAD", "at", "written"]
