"""Rules of reductions: sum, mean, extrema, products and the counting ones."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.nodes import Const
from srcgrad.ir.types import Dims
from srcgrad.rules.assembly import backwards, before
from srcgrad.rules.broadcasting import full
from srcgrad.rules.registry import custom, defined, linear, nondiff
from srcgrad.rules.symbols import Sym, conj, equal, expand_dims, reshape_like

_ATTRS = "axis keepdims"
_TYPED = "axis keepdims dtype"


def restore_axes(g: Sym, axis: Any, keepdims: bool) -> Sym:
    """``g`` with the reduced axes put back, of length one: so it broadcasts to the operand."""
    if axis is None or keepdims or g.dims == () or _is_leading(axis, g.dims):
        return g
    return expand_dims(g, axis=axis)


def _is_leading(axis: Any, dims: Dims) -> bool:
    """Whether the reduced axes were the first ones: broadcasting puts them back by itself."""
    if dims is None:
        return False
    axes = axis if isinstance(axis, tuple) else (axis,)
    rank = len(dims) + len(axes)
    return {a % rank for a in axes} == set(range(len(axes)))


def spread(g: Sym, out: Sym, axis: Any, keepdims: bool) -> Sym:
    """The cotangent of a reduction in a form that broadcasts to the operand."""
    return g if g.dims == () else restore_axes(full(g, out), axis, keepdims)


def count(x: Sym, axis: Any) -> Sym:
    """Number of elements that each result of a reduction was made from."""
    if axis is None:
        return x.call("size")
    axes = axis if isinstance(axis, tuple) else (axis,)
    one = Sym(x.builder, Const(1))
    return reduce(Sym.__mul__, (x.call("length", axis=a) for a in axes), one)


def _mean_vjp(
    g: Sym, x: Sym, out: Sym, axis: Any = None, keepdims: bool = False, dtype: Any = None
) -> Sym:
    """The cotangent divided among the elements."""
    return spread(g, out, axis, keepdims) / count(x, axis)


def _mean_jvp(
    tangents: list[Sym],
    x: Sym,
    out: Sym,
    axis: Any = None,
    keepdims: bool = False,
    dtype: Any = None,
) -> Sym:
    return full(tangents[0], x).call("mean", via="np", **reduction_attrs(axis, keepdims))


def extremum_vjp(g: Sym, x: Sym, out: Sym, axis: Any = None, keepdims: bool = False) -> Sym:
    """The cotangent goes to the extreme elements, shared equally among ties."""
    hits = equal(x, restore_axes(out, axis, keepdims))
    ties = hits.sum(**_keep(axis))
    return spread(g, out, axis, keepdims) * (hits / ties)


def extremum_jvp(
    tangents: list[Sym], x: Sym, out: Sym, axis: Any = None, keepdims: bool = False
) -> Sym:
    """The tangents of the extreme elements, averaged over ties."""
    hits = equal(x, restore_axes(out, axis, keepdims))
    attrs = reduction_attrs(axis, keepdims)
    return (tangents[0] * hits).sum(**attrs) / hits.sum(**attrs)


def _keep(axis: Any) -> dict[str, Any]:
    return {} if axis is None else {"axis": axis, "keepdims": True}


def reduction_attrs(axis: Any, keepdims: bool) -> dict[str, Any]:
    """The attributes of a reduction over the same axes."""
    attrs: dict[str, Any] = {} if axis is None else {"axis": axis}
    return {**attrs, "keepdims": True} if keepdims else attrs


def _prod_vjp(
    g: Sym, x: Sym, out: Sym, axis: Any = None, keepdims: bool = False, dtype: Any = None
) -> Sym:
    """Product of all other elements: exact where elements are zero."""
    others = x.call("product_of_others", **reduction_attrs(axis, False))
    return spread(g, out, axis, keepdims) * conj(others)


def _prod_jvp(
    tangents: list[Sym],
    x: Sym,
    out: Sym,
    axis: Any = None,
    keepdims: bool = False,
    dtype: Any = None,
) -> Sym:
    others = x.call("product_of_others", **reduction_attrs(axis, False))
    return (tangents[0] * others).sum(**reduction_attrs(axis, keepdims))


def product_of_others(x: Any, axis: int | tuple[int, ...] | None = None) -> Any:
    """For each element the product of all others along ``axis``, by scans from both ends."""
    x = np.asarray(x)
    if x.size < 2:
        return np.ones_like(x)
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    last = tuple(range(-len(axes), 0))
    moved = np.moveaxis(x, axes, last)
    flat = moved.reshape(*moved.shape[: x.ndim - len(axes)], -1)
    ones = np.ones_like(flat[..., :1])
    before = np.cumprod(np.concatenate([ones, flat[..., :-1]], axis=-1), axis=-1)
    after = np.cumprod(np.concatenate([ones, flat[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    return np.moveaxis((before * after).reshape(moved.shape), last, axes)


def _others(x: Sym, axis: Any = None) -> Sym:
    """The same by running products, one axis after the other."""
    if axis is None:
        return reshape_like(_others_along(x.call("ravel"), 0), x)
    axes = axis if isinstance(axis, tuple) else (axis,)
    if not axes:
        return x.call("ones_like")
    rest = x
    found: Sym | None = None
    for a in axes:
        part = _others_along(rest, a)
        found = part if found is None else found * part
        rest = rest.call("prod", via="np", axis=a, keepdims=True)
    assert found is not None
    return found


def _others_along(x: Sym, axis: int) -> Sym:
    last_first = backwards(x, axis)
    after = before(last_first.call("cumprod", via="np", axis=axis), axis, "ones_like")
    return before(x.call("cumprod", via="np", axis=axis), axis, "ones_like") * backwards(
        after, axis
    )


def _reduction(run: Any) -> infer.Infer:
    return infer.reduction(run)


linear(
    "sum",
    lambda g, x, axis=None, keepdims=False, dtype=None: restore_axes(g, axis, keepdims),
    np_="sum",
    method="sum",
    attrs=_TYPED,
    infer=_reduction(np.sum),
    once=True,
)
custom(
    "mean",
    _mean_vjp,
    jvp=_mean_jvp,
    np_="mean",
    attrs=_TYPED,
    infer=_reduction(np.mean),
)
for _name in ("max", "min"):
    custom(
        _name,
        extremum_vjp,
        jvp=extremum_jvp,
        np_=_name,
        attrs=_ATTRS,
        infer=_reduction(getattr(np, _name)),
        real_only=True,
    )
custom("prod", _prod_vjp, jvp=_prod_jvp, np_="prod", attrs=_TYPED, infer=_reduction(np.prod))
defined("product_of_others", _others, product_of_others, infer.array_like)
for _name in ("any", "all", "argmax", "argmin", "count_nonzero"):
    nondiff(_name, np_=_name, attrs=_ATTRS, infer=_reduction(getattr(np, _name)))
