"""The methods of ufuncs, step by step, and ufuncs that are written with others."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcgrad.rules.places import frexp_exponent


def reduce(
    ufunc: Any, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: Any = False
) -> Any:
    """``ufunc.reduce`` over one axis, from the first element to the last."""
    rows = np.ravel(array) if axis is None else np.moveaxis(array, axis, 0)
    result = rows[0]
    for k in range(1, len(rows)):
        result = ufunc(result, rows[k])
    if not keepdims:
        return result
    return np.expand_dims(result, tuple(range(np.ndim(array))) if axis is None else axis)


def accumulate(ufunc: Any, array: Any, axis: Any = 0) -> Any:
    """``ufunc.accumulate``: every step of ``reduce``."""
    rows = np.moveaxis(array, axis, 0)
    result = rows[0]
    steps = [result]
    for k in range(1, len(rows)):
        result = ufunc(result, rows[k])
        steps.append(result)
    return np.stack(steps, axis=axis)


def outer(ufunc: Any, A: Any, B: Any) -> Any:
    """``ufunc.outer``: the second operand along new axes at the end of the first."""
    if np.ndim(A) == 0 or np.ndim(B) == 0:
        return ufunc(A, B)
    new = tuple(range(np.ndim(A), np.ndim(A) + np.ndim(B)))
    return ufunc(np.expand_dims(A, new), B)


def at(ufunc: Any, a: Any, indices: Any, b: Any) -> None:
    """``ufunc.at`` along the first axis: one index after the other."""
    places = np.asarray(indices)
    if np.ndim(places) == 0:
        a[places] = ufunc(a[places], b)
    else:
        values = np.broadcast_to(b, np.shape(a[places]))
        for k in range(len(places)):
            a[places[k]] = ufunc(a[places[k]], values[k])


def reduceat(ufunc: Any, array: Any, indices: Any, axis: Any = 0) -> Any:
    """``ufunc.reduceat`` at places that are written out, of elements along one axis."""
    rows = np.moveaxis(array, axis, 0)
    parts = []
    for k in range(len(indices)):
        start = indices[k]
        stop = indices[k + 1] if k + 1 < len(indices) else len(rows)
        result = rows[start]
        for step in range(start + 1, stop):
            result = ufunc(result, rows[step])
        parts.append(result)
    return np.stack(parts, axis=axis)


GENERAL = {
    "reduce": reduce,
    "accumulate": accumulate,
    "outer": outer,
    "at": at,
    "reduceat": reduceat,
}


def modf(x: Any) -> Any:
    """The part after the point, and the whole part."""
    whole = np.trunc(x)
    return x - whole, whole


def frexp(x: Any) -> Any:
    """A factor between one half and one, and the power of two that goes with it."""
    exponent = frexp_exponent(x)
    return np.ldexp(x, -exponent), exponent


def frexp_of_number(x: Any, /) -> Any:
    """The same for a number of Python, as numbers of Python."""
    exponent = int(frexp_exponent(x))
    return float(np.ldexp(x, -exponent)), exponent


def vecdot(x1: Any, x2: Any, /, *, axis: Any = -1) -> Any:
    """Dot products along an axis; the first operand is conjugated."""
    return np.sum(np.conj(x1) * x2, axis=axis)


def matvec(x1: Any, x2: Any, /) -> Any:
    """Matrices times vectors."""
    return np.matmul(x1, np.asarray(x2)[..., np.newaxis])[..., 0]


def vecmat(x1: Any, x2: Any, /) -> Any:
    """Vectors, conjugated, times matrices."""
    return np.matmul(np.conj(x1)[..., np.newaxis, :], x2)[..., 0, :]


def degrees(x: Any) -> Any:
    """From radians."""
    return np.rad2deg(x)


def radians(x: Any) -> Any:
    """From degrees."""
    return np.deg2rad(x)


MEANINGS: dict[Any, Any] = {
    np.modf: modf,
    np.frexp: frexp,
    math.frexp: frexp_of_number,
    np.degrees: degrees,
    np.radians: radians,
}
for _name, _meaning in (("vecdot", vecdot), ("matvec", matvec), ("vecmat", vecmat)):
    if hasattr(np, _name):  # since NumPy 2.0 and 2.2
        MEANINGS[getattr(np, _name)] = _meaning
