"""Rules of order: sort, reads along an axis, running sums, products and extremes."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.types import Dims
from srcgrad.rules.assembly import backwards, before
from srcgrad.rules.broadcasting import full
from srcgrad.rules.registry import custom, defined, linear, nondiff, plain
from srcgrad.rules.symbols import Sym, conj, op, reshape_like


def _kept(x: Any, *rest: Any, **attrs: Any) -> Dims:
    return x  # type: ignore[no-any-return]


# -- sorting ------------------------------------------------------------------------------------


def _sort_vjp(g: Sym, x: Sym, out: Sym, axis: int = -1, **kind: Any) -> Sym:
    """Each element takes the cotangent of its rank."""
    ranks = x.call("argsort", axis=axis, **kind).call("argsort", axis=axis)
    return full(g, out).call("take_along_axis", ranks, axis=axis)


def _sort_jvp(tangents: list[Sym], x: Sym, out: Sym, axis: int = -1, **kind: Any) -> Sym:
    order = x.call("argsort", axis=axis, **kind)
    return full(tangents[0], x).call("take_along_axis", order, axis=axis)


nondiff("argsort", np_="argsort", attrs="axis kind", infer=infer.shaped(np.argsort, _kept))
nondiff(
    "argpartition",
    np_="argpartition",
    attrs="kth axis",
    infer=infer.shaped(np.argsort, _kept),
)
custom(
    "sort",
    _sort_vjp,
    jvp=_sort_jvp,
    np_="sort",
    attrs="axis kind",
    infer=infer.shaped(np.sort, _kept),
    real_only=True,
)


def add_along_axis(x: Any, g: Any, indices: Any, axis: int) -> Any:
    """An array in the shape of ``x`` with ``g`` added where ``take_along_axis`` read."""
    result = np.zeros(np.shape(x), g.dtype)
    places = list(np.ogrid[tuple(map(slice, result.shape))])
    places[axis] = indices
    np.add.at(result, tuple(places), g)
    return result


def _taken(x: Any, indices: Any, axis: int) -> Dims:
    axis %= len(x)
    return (*x[:axis], indices[axis], *x[axis + 1 :])


linear(
    "take_along_axis",
    lambda g, x, indices, axis: op("add_along_axis")(x, g, indices, axis=axis),
    None,
    np_="take_along_axis",
    attrs="axis",
    infer=infer.shaped(lambda x, indices: x, _taken, rank=0),
)
linear(
    "add_along_axis",
    None,
    lambda u, x, g, indices, axis: u.call("take_along_axis", indices, axis=axis),
    None,
    run=add_along_axis,
    infer=infer.like(0, dtype=1),
    shape_only=frozenset({0}),
    spell="helper:add_along_axis",
)


# -- running sums and products --------------------------------------------------------------------


def _scanned(x: Any, axis: Any = None) -> Dims:
    if axis is None and len(x) != 1:
        return (infer.unique_dim(),)
    return x  # type: ignore[no-any-return]


def _backwards(x: Sym, axis: Any) -> Sym:
    return backwards(x, 0 if x.dims is not None and len(x.dims) == 1 else axis)


def _place(x: Sym, axis: Any) -> Any:
    """The axis of a scan, ``None`` where it runs over the only one."""
    return None if x.dims is not None and len(x.dims) == 1 else axis


def _cumsum_back(g: Sym, x: Sym, axis: Any = None, dtype: Any = None) -> Sym:
    """Sums of what comes after."""
    if axis is None:
        total = _backwards(_backwards(g, 0).call("cumsum", via="np"), 0)
        return total if x.dims is not None and len(x.dims) == 1 else reshape_like(total, x)
    place = {} if _place(x, axis) is None else {"axis": axis}
    return _backwards(_backwards(g, axis).call("cumsum", via="np", **place), axis)


linear(
    "cumsum",
    _cumsum_back,
    np_="cumsum",
    attrs="axis dtype",
    infer=infer.shaped(np.cumsum, _scanned),
)


def recurrence(a: Any, b: Any, axis: int) -> Any:
    """The values of ``y[k] = a[k] * y[k - 1] + b[k]`` along an axis, from zero."""
    a, b = np.moveaxis(a, axis, 0), np.moveaxis(b, axis, 0)
    result = np.empty(b.shape, np.result_type(a, b))
    y = 0
    for k in range(len(b)):
        result[k] = y = a[k] * y + b[k]
    return np.moveaxis(result, 0, axis)


def _recurrence_back(a: Sym, g: Sym, axis: int) -> Sym:
    """The recurrence from the end: ``y[k] = a[k + 1] * y[k + 1] + g[k]``."""
    after = before(backwards(a, axis), axis, "zeros_like")
    return backwards(op("recurrence")(after, backwards(g, axis), axis=axis), axis)


def _recurrence_tangent(tangents: Any, a: Sym, b: Sym, out: Sym, axis: int) -> Sym:
    moved = None if tangents[1] is None else full(tangents[1], out)
    if tangents[0] is not None:
        along_a = full(tangents[0], a) * before(out, axis, "zeros_like")
        moved = along_a if moved is None else moved + along_a
    return op("recurrence")(a, moved, axis=axis)


custom(
    "recurrence",
    lambda g, a, b, out, axis: (
        _recurrence_back(conj(a), full(g, out), axis) * conj(before(out, axis, "zeros_like"))
    ),
    lambda g, a, b, out, axis: _recurrence_back(conj(a), full(g, out), axis),
    jvp=_recurrence_tangent,
    run=recurrence,
    infer=infer.shaped(lambda a, b: a * b, lambda a, b, axis: b),
    spell="helper:recurrence",
)


def cumprod_transpose(x: Any, g: Any, axis: int | None = None) -> Any:
    """Cotangent of ``x`` in ``np.cumprod(x, axis)``, exact where elements are zero."""
    values = np.ravel(x) if axis is None else np.moveaxis(x, axis, 0)
    g = g if axis is None else np.moveaxis(g, axis, 0)
    result = np.zeros(g.shape, np.result_type(x, g))
    if len(values):
        result[1:] = np.cumprod(values[:-1], axis=0)
        result[0] = 1
        after = np.zeros_like(result[0])
        for k in range(len(values) - 1, -1, -1):
            after = g[k] + (values[k + 1] * after if k + 1 < len(values) else after)
            result[k] *= after
    return result.reshape(np.shape(x)) if axis is None else np.moveaxis(result, 0, axis)


def cumprod_tangent(x: Any, t: Any, axis: int | None = None) -> Any:
    """Tangent of ``np.cumprod(x, axis)`` where ``x`` moves by ``t``."""
    values = np.ravel(x) if axis is None else np.moveaxis(x, axis, 0)
    t = np.ravel(t) if axis is None else np.moveaxis(t, axis, 0)
    result = np.zeros(t.shape, np.result_type(x, t))
    product, moved = np.ones_like(result[:1].sum(axis=0)), np.zeros_like(result[:1].sum(axis=0))
    for k, value in enumerate(values):
        moved = moved * value + product * t[k]
        product = product * value
        result[k] = moved
    return result if axis is None else np.moveaxis(result, 0, axis)


def _axis(axis: Any) -> dict[str, Any]:
    return {} if axis is None else {"axis": axis}


def _products_before(x: Sym, axis: int) -> Sym:
    return before(x.call("cumprod", via="np", axis=axis), axis, "ones_like")


def _transpose_defined(x: Sym, g: Sym, axis: Any = None) -> Sym:
    """The cotangents of what comes after, times the products of what comes before."""
    values = x.call("ravel") if axis is None else x
    place = 0 if axis is None else axis
    found = _recurrence_back(values, g, place) * _products_before(values, place)
    return reshape_like(found, x) if axis is None else found


def _tangent_defined(x: Sym, t: Sym, axis: Any = None) -> Sym:
    if axis is None:
        x, t, axis = x.call("ravel"), t.call("ravel"), 0
    return op("recurrence")(x, t * _products_before(x, axis), axis=axis)


custom(
    "cumprod",
    lambda g, x, out, axis=None, dtype=None: op("cumprod_transpose")(
        conj(x), full(g, out), **_axis(axis)
    ),
    jvp=lambda tangents, x, out, axis=None, dtype=None: op("cumprod_tangent")(
        x, full(tangents[0], x), **_axis(axis)
    ),
    np_="cumprod",
    attrs="axis dtype",
    infer=infer.shaped(np.cumprod, _scanned),
)
defined("cumprod_transpose", _transpose_defined, cumprod_transpose, infer.like(0, dtype=1))
defined(
    "cumprod_tangent",
    _tangent_defined,
    cumprod_tangent,
    infer.shaped(lambda x, t: x * t, lambda x, t, axis=None: _scanned(x, axis), rank=0),
)


# -- running extremes -----------------------------------------------------------------------------


def running_places(x: Any, out: Any, axis: int = 0) -> Any:
    """For each element of a running extreme the place that it was last read from."""
    shape = [1] * np.ndim(x)
    shape[axis] = -1
    steps = np.arange(np.shape(x)[axis]).reshape(shape)
    return np.maximum.accumulate(np.where(x == out, steps, 0), axis=axis)


plain(
    "running_places",
    running_places,
    infer.shaped(lambda x, out: np.argsort(x), lambda x, out, **attrs: x),
    zero=True,
    spell="helper:running_places",
)
for _name in ("maximum", "minimum"):
    custom(
        f"{_name}_accumulate",
        lambda g, x, out, axis=0: op("add_along_axis")(
            x, full(g, out), x.call("running_places", out, axis=axis), axis=axis
        ),
        jvp=lambda tangents, x, out, axis=0: full(tangents[0], x).call(
            "take_along_axis", x.call("running_places", out, axis=axis), axis=axis
        ),
        np_=f"{_name}.accumulate",
        attrs="axis",
        infer=infer.shaped(getattr(np, _name).accumulate, _kept),
        real_only=True,
    )
