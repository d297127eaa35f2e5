"""Rules of statistics: variance, median and quantiles, NaN left out, log-sum-exp, softmax."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.rules.broadcasting import full
from srcgrad.rules.reductions import (
    count,
    extremum_jvp,
    extremum_vjp,
    reduction_attrs,
    restore_axes,
    spread,
)
from srcgrad.rules.registry import custom, plain
from srcgrad.rules.symbols import Sym, conj, equal, exp, real_like


def _degrees(x: Sym, axis: Any, ddof: float) -> Sym:
    return count(x, axis) - ddof


def _deviation(x: Sym, axis: Any, ddof: Any) -> Sym:
    """``(x - mean) / (n - ddof)``: half the slope of the variance."""
    attrs = {} if axis is None else {"axis": axis, "keepdims": True}
    return (x - x.call("mean", via="np", **attrs)) / _degrees(x, axis, ddof)


def _var_vjp(
    g: Sym, x: Sym, out: Sym, axis: Any = None, ddof: Any = 0, keepdims: bool = False
) -> Sym:
    return 2 * spread(g, out, axis, keepdims) * _deviation(x, axis, ddof)


def _var_jvp(
    tangents: list[Sym], x: Sym, out: Sym, axis: Any = None, ddof: Any = 0, keepdims: bool = False
) -> Sym:
    moved = real_like(conj(_deviation(x, axis, ddof)) * tangents[0], out)
    return 2 * moved.sum(**reduction_attrs(axis, keepdims))


def _std_vjp(
    g: Sym, x: Sym, out: Sym, axis: Any = None, ddof: Any = 0, keepdims: bool = False
) -> Sym:
    """Zero where all elements are equal, as for a norm."""
    scaled = g / out.call("nonzero")
    return spread(scaled, out, axis, keepdims) * _deviation(x, axis, ddof)


def _std_jvp(
    tangents: list[Sym], x: Sym, out: Sym, axis: Any = None, ddof: Any = 0, keepdims: bool = False
) -> Sym:
    moved = real_like(conj(_deviation(x, axis, ddof)) * tangents[0], out)
    total = moved.sum(**reduction_attrs(axis, keepdims))
    return total / out.call("nonzero")


for _name, _vjp, _jvp in (("var", _var_vjp, _var_jvp), ("std", _std_vjp, _std_jvp)):
    custom(
        _name,
        _vjp,
        jvp=_jvp,
        np_=_name,
        attrs="axis ddof keepdims",
        infer=infer.reduction(getattr(np, _name)),
    )


# -- order statistics -----------------------------------------------------------------------------


def quantile_weights(x: Any, q: float, axis: int | tuple[int, ...] | None = None) -> Any:
    """How much each element of ``x`` counts in its ``q``-quantile along ``axis``."""
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    last = tuple(range(-len(axes), 0))
    moved = np.moveaxis(x, axes, last)
    if not x.size:
        return np.zeros_like(x)
    flat = moved.reshape(*moved.shape[: x.ndim - len(axes)], -1)
    place = q * (flat.shape[-1] - 1)
    low = int(place)
    sorted_weights = np.zeros_like(flat)
    sorted_weights[..., low] = 1 - (place - low)
    if place > low:
        sorted_weights[..., low + 1] = place - low
    weights = np.empty_like(flat)
    np.put_along_axis(weights, np.argsort(flat, axis=-1), sorted_weights, axis=-1)
    return np.moveaxis(weights.reshape(moved.shape), last, axes)


plain(
    "quantile_weights",
    quantile_weights,
    infer.array_like,
    zero=True,
    spell="helper:quantile_weights",
)


def _weights(x: Sym, q: float, axis: Any) -> Sym:
    return x.call("quantile_weights", q, **({} if axis is None else {"axis": axis}))


def _order_statistic(name: str, scale: float, **options: Any) -> None:
    """Register a quantile at ``scale`` times its level, a median where it has no level."""

    def vjp(
        g: Sym, x: Sym, out: Sym, q: float = 0.5, axis: Any = None, keepdims: bool = False
    ) -> Sym:
        return spread(g, out, axis, keepdims) * _weights(x, scale * q, axis)

    def jvp(
        tangents: list[Sym],
        x: Sym,
        out: Sym,
        q: float = 0.5,
        axis: Any = None,
        keepdims: bool = False,
    ) -> Sym:
        moved = tangents[0] * _weights(x, scale * q, axis)
        return moved.sum(**reduction_attrs(axis, keepdims))

    infer_ = infer.reduction(np.median)
    custom(name, vjp, jvp=jvp, infer=infer_, real_only=True, **options)


_order_statistic("median", 1.0, np_="median", attrs="axis keepdims")
_order_statistic("quantile", 1.0, run=np.quantile, spell="np.quantile")
_order_statistic("percentile", 0.01, run=np.percentile, spell="np.percentile")


# -- leaving NaN out -------------------------------------------------------------------------------


def _there(x: Sym) -> Sym:
    """One where an element counts, zero where it is NaN."""
    return equal(x, x)


def _nan_mean_weights(x: Sym, axis: Any) -> Sym:
    attrs: dict[str, Any] = {} if axis is None else {"axis": axis, "keepdims": True}
    return _there(x) / _there(x).sum(**attrs)


def _weighted(name: str, weights: Callable[[Sym, Any], Sym]) -> None:
    """Register a reduction that is a sum of the elements by weights that do not move."""

    def vjp(g: Sym, x: Sym, out: Sym, axis: Any = None, keepdims: bool = False) -> Sym:
        return spread(g, out, axis, keepdims) * weights(x, axis)

    def jvp(tangents: list[Sym], x: Sym, out: Sym, axis: Any = None, keepdims: bool = False) -> Sym:
        moved = tangents[0] * weights(x, axis)
        return moved.sum(**reduction_attrs(axis, keepdims))

    run = getattr(np, name)
    custom(name, vjp, jvp=jvp, np_=name, attrs="axis keepdims", infer=infer.reduction(run))


_weighted("nansum", lambda x, axis: _there(x))
_weighted("nanmean", _nan_mean_weights)
for _name in ("nanmax", "nanmin"):
    custom(
        _name,
        extremum_vjp,
        jvp=extremum_jvp,
        np_=_name,
        attrs="axis keepdims",
        infer=infer.reduction(getattr(np, _name)),
        real_only=True,
    )

# -- log-sum-exp ----------------------------------------------------------------------------------


def _softmax_of(x: Sym, out: Sym, axis: Any, keepdims: bool) -> Sym:
    """``exp(x - logsumexp(x))``."""
    return exp(x - restore_axes(out, axis, keepdims))


def _logsumexp_vjp(g: Sym, x: Sym, out: Sym, axis: Any = None, keepdims: bool = False) -> Sym:
    return spread(g, out, axis, keepdims) * _softmax_of(x, out, axis, keepdims)


def _logsumexp_jvp(
    tangents: list[Sym], x: Sym, out: Sym, axis: Any = None, keepdims: bool = False
) -> Sym:
    moved = tangents[0] * _softmax_of(x, out, axis, keepdims)
    return moved.sum(**reduction_attrs(axis, keepdims))


custom(
    "logaddexp_reduce",
    _logsumexp_vjp,
    jvp=_logsumexp_jvp,
    run=lambda x, axis=None, keepdims=False: np.logaddexp.reduce(x, axis=axis, keepdims=keepdims),
    infer=infer.reduction(lambda x: x + 0.0),
    spell="np.logaddexp.reduce",
    real_only=True,
)
custom(
    "logsumexp",
    _logsumexp_vjp,
    jvp=_logsumexp_jvp,
    scipy_="logsumexp",
    attrs="axis keepdims",
    infer=infer.reduction(lambda x: x + 0.0),
    real_only=True,
)


def _softmax_vjp(g: Sym, x: Sym, out: Sym, axis: Any = None) -> Sym:
    attrs = {} if axis is None else {"axis": axis, "keepdims": True}
    g = full(g, out)
    return out * (g - (g * out).sum(**attrs))


def _log_softmax_vjp(g: Sym, x: Sym, out: Sym, axis: Any = None) -> Sym:
    attrs = {} if axis is None else {"axis": axis, "keepdims": True}
    g = full(g, out)
    return g - exp(out) * g.sum(**attrs)


def _log_softmax_jvp(tangents: list[Sym], x: Sym, out: Sym, axis: Any = None) -> Sym:
    attrs = {} if axis is None else {"axis": axis, "keepdims": True}
    t = full(tangents[0], x)
    return t - (exp(out) * t).sum(**attrs)


custom(
    "softmax",
    _softmax_vjp,
    # The Jacobian is symmetric.
    jvp=lambda tangents, x, out, axis=None: _softmax_vjp(full(tangents[0], x), x, out, axis),
    scipy_="softmax",
    attrs="axis",
    infer=infer.shaped(lambda x: x + 0.0),
    real_only=True,
)
custom(
    "log_softmax",
    _log_softmax_vjp,
    jvp=_log_softmax_jvp,
    scipy_="log_softmax",
    attrs="axis",
    infer=infer.shaped(lambda x: x + 0.0),
    real_only=True,
)
