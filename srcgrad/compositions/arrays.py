"""Functions of NumPy that choose, place, repeat and make elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.rules.places import partition_places, unique_places

# -- choices --------------------------------------------------------------------------------------


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any) -> Any:
    """Each function where its condition holds: the last one that does, and the default elsewhere."""
    result = np.zeros_like(x)
    if len(funclist) > len(condlist):
        default = funclist[len(condlist)]
        result = result + (default if isinstance(default, (int, float)) else default(x, *args))
    for k in range(len(condlist)):
        part = funclist[k]
        result = np.where(
            condlist[k], part if isinstance(part, (int, float)) else part(x, *args), result
        )
    return result


def choose(a: Any, choices: Any, out: Any = None, mode: Any = "raise") -> Any:
    """From each place the choice that the index there names."""
    index = np.asarray(a)
    if mode == "clip":
        index = np.clip(index, 0, len(choices) - 1)
    elif mode == "wrap":
        index = index % len(choices)
    parts = np.stack(np.broadcast_arrays(*choices))
    places = index + np.zeros(np.shape(parts)[1:], int)
    return np.take_along_axis(parts, places[np.newaxis], axis=0)[0]


def nan_to_num(
    x: Any, copy: Any = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    """Numbers in place of NaN and of infinities."""
    result = np.where(np.isnan(x), nan, x)
    if posinf is not None:
        result = np.where(x == np.inf, posinf, result)
    if neginf is not None:
        result = np.where(x == -np.inf, neginf, result)
    return np.nan_to_num(result)


# -- order ----------------------------------------------------------------------------------------


def partition(a: Any, kth: Any, axis: Any = -1) -> Any:
    """The elements in the order that NumPy puts them in."""
    if axis is None:
        a, axis = np.ravel(a), -1
    return np.take_along_axis(a, partition_places(a, kth, axis), axis=axis)


def unique(ar: Any) -> Any:
    """The distinct elements, sorted: each read from where it is first."""
    flat = np.ravel(ar)
    return flat[unique_places(flat)]


def union1d(ar1: Any, ar2: Any) -> Any:
    """The distinct elements of both."""
    return unique(np.concatenate([np.ravel(ar1), np.ravel(ar2)]))


def setdiff1d(ar1: Any, ar2: Any, assume_unique: Any = False) -> Any:
    """The distinct elements of the first that are not in the second."""
    first = np.ravel(ar1) if assume_unique else unique(ar1)
    return first[~np.isin(first, ar2)]


def intersect1d(ar1: Any, ar2: Any, assume_unique: Any = False) -> Any:
    """The distinct elements of the first that are in the second."""
    first = unique(ar1)
    return first[np.isin(first, ar2)]


def trim_zeros(filt: Any, trim: Any = "fb") -> Any:
    """Without zeros at the ends, of one axis."""
    filt = np.asarray(filt)
    there = np.flatnonzero(filt)
    start = there[0] if "f" in trim else 0
    stop = there[-1] + 1 if "b" in trim else len(filt)
    return filt[start:stop]


# -- assembly -------------------------------------------------------------------------------------


def resize(a: Any, new_shape: Any) -> Any:
    """The elements in a new shape, over and over where it is larger."""
    flat = np.ravel(a)
    shape = new_shape if isinstance(new_shape, tuple) else (new_shape,)
    total = 1
    for n in shape:
        total = total * n
    return np.reshape(flat[np.arange(total) % len(flat)], shape)


def vander(x: Any, N: Any = None, increasing: Any = False) -> Any:
    """The powers of each element, side by side."""
    if np.ndim(x) != 1:
        raise ValueError("x must be a one-dimensional array")
    columns = [np.ones_like(x)]
    for _ in range(1, len(x) if N is None else N):
        columns.append(columns[-1] * x)
    powers = np.stack(columns, axis=1)
    return powers if increasing else powers[:, ::-1]


def diagflat(v: Any, k: Any = 0) -> Any:
    """A matrix with the elements on a diagonal."""
    return np.diag(np.ravel(v), k)


def dsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts along the third axis."""
    return np.split(ary, indices_or_sections, axis=2)


def around(a: Any, decimals: Any = 0) -> Any:
    """To a number of decimals."""
    return np.round(a, decimals)


def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """Differences, with something before and after."""
    parts = [] if to_begin is None else [np.ravel(to_begin)]
    flat = np.ravel(ary)
    parts.append(flat[1:] - flat[:-1])
    if to_end is not None:
        parts.append(np.ravel(to_end))
    return np.concatenate(parts)


def delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    """Without the elements at the places named."""
    if axis is None:
        arr, axis = np.ravel(arr), 0
    keep = np.ones(np.shape(arr)[axis], bool)
    keep[obj if isinstance(obj, slice) else np.asarray(obj)] = False
    return np.compress(keep, arr, axis=axis)


def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """Values in front of the places named."""
    if axis is not None:
        raise ValueError("several places along an axis: use np.concatenate")
    flat, places = np.ravel(arr), np.array(obj)
    places = np.where(places < 0, places + len(flat), places)
    new = np.broadcast_to(np.array(values), np.shape(places))
    order = np.argsort(np.concatenate([places - 0.5, np.arange(len(flat))]), kind="stable")
    return np.concatenate([new, flat])[order]


def place(arr: Any, mask: Any, vals: Any) -> None:
    """Write values where the mask holds, over and over."""
    values = np.ravel(vals)
    flat_mask = np.ravel(mask)
    turn = (np.cumsum(flat_mask) - 1) % len(values)
    arr[...] = np.where(mask, np.reshape(values[turn], np.shape(mask)), arr)


def putmask(a: Any, mask: Any, values: Any) -> None:
    """Write values where the mask holds, each at its own place, over and over."""
    new = np.ravel(values)
    spread = np.reshape(new[np.arange(np.size(a)) % len(new)], np.shape(a))
    a[...] = np.where(mask, spread, a)


def put(a: Any, ind: Any, v: Any, mode: Any = "raise") -> None:
    """Write into the only axis."""
    if np.ndim(a) != 1 or mode != "raise":
        raise ValueError("np.put of several axes: write by index")
    a[np.array(ind)] = v


def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    """Write where ``np.take_along_axis`` would read."""
    places = []
    for k, n in enumerate(np.shape(arr)):
        if k == axis % np.ndim(arr):
            places.append(indices)
        else:
            others = tuple(j for j, _ in enumerate(np.shape(arr)) if j != k)
            places.append(np.expand_dims(np.arange(n), others))
    arr[tuple(places)] = values


# -- along axes -----------------------------------------------------------------------------------


def apply_along_axis(func1d: Any, axis: Any, arr: Any) -> Any:
    """A function of every row along an axis; what it gives takes the place of the row."""
    moved = np.moveaxis(arr, axis, -1)
    rows = np.reshape(moved, (-1, moved.shape[-1]))
    first = func1d(rows[0])
    whole = np.zeros((len(rows), *np.shape(first)))
    whole[0] = first
    for k in range(1, len(rows)):
        whole[k] = func1d(rows[k])
    shaped = np.reshape(whole, (*moved.shape[:-1], *np.shape(whole)[1:]))
    return shaped if np.ndim(whole) == 1 else np.moveaxis(shaped, -1, axis)


def apply_over_axes(func: Any, a: Any, axes: Any) -> Any:
    """A reduction over one axis after the other, all kept."""
    result = a
    for axis in axes if isinstance(axes, (tuple, list)) else (axes,):
        part = func(result, axis)
        result = part if np.ndim(part) == np.ndim(result) else np.expand_dims(part, axis)
    return result


# -- numbers in a row -----------------------------------------------------------------------------


def logspace(start: Any, stop: Any, num: Any = 50, endpoint: Any = True, base: Any = 10.0) -> Any:
    """Powers of a base whose exponents are evenly spaced."""
    return np.power(base, np.linspace(start, stop, num, endpoint))


def geomspace(start: Any, stop: Any, num: Any = 50, endpoint: Any = True) -> Any:
    """Numbers with one quotient between neighbours, from one number above zero to another."""
    exponents = np.linspace(np.log10(start), np.log10(stop), num, endpoint)
    inner = np.power(10.0, exponents - np.log10(start)) * start
    if not endpoint:
        return inner
    return np.concatenate([np.atleast_1d(start), inner[1:-1], np.atleast_1d(stop)])


def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """Values on the lines between points, with values of one's own beyond them, or periodic."""
    if period is not None:
        places, points = x % period, xp % period
        order = np.argsort(points)
        points, values = points[order], fp[order]
        points = np.concatenate([points[-1:] - period, points, points[:1] + period])
        return np.interp(places, points, np.concatenate([values[-1:], values, values[:1]]))
    result = np.interp(x, xp, fp)
    if left is not None:
        result = np.where(x < xp[0], left, result)
    if right is not None:
        result = np.where(x > xp[-1], right, result)
    return result


def astype(x: Any, dtype: Any, /, *, copy: Any = True) -> Any:
    """In another dtype."""
    return x.astype(dtype)


def row_stack(tup: Any) -> Any:
    """Rows below each other."""
    return np.vstack(tup)


MEANINGS: dict[Any, Any] = {
    np.piecewise: piecewise,
    np.choose: choose,
    np.nan_to_num: nan_to_num,
    np.partition: partition,
    np.unique: unique,
    np.union1d: union1d,
    np.setdiff1d: setdiff1d,
    np.intersect1d: intersect1d,
    np.trim_zeros: trim_zeros,
    np.resize: resize,
    np.vander: vander,
    np.diagflat: diagflat,
    np.dsplit: dsplit,
    np.ediff1d: ediff1d,
    np.delete: delete,
    np.insert: insert,
    np.place: place,
    np.putmask: putmask,
    np.put: put,
    np.put_along_axis: put_along_axis,
    np.apply_along_axis: apply_along_axis,
    np.apply_over_axes: apply_over_axes,
    np.logspace: logspace,
    np.geomspace: geomspace,
    np.interp: interp,
}
for _name, _meaning in (("around", around), ("astype", astype), ("row_stack", row_stack)):
    if hasattr(np, _name):
        MEANINGS[getattr(np, _name)] = _meaning
