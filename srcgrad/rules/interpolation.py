"""Rules of functions given by points or coefficients: np.interp, np.polyval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.nodes import Slot
from srcgrad.rules.broadcasting import full, unbroadcast
from srcgrad.rules.registry import custom, defined, linear, total
from srcgrad.rules.symbols import Sym, conj, op, where

# -- polynomials -----------------------------------------------------------------------------------


def polyval_transpose(p: Any, x: Any, g: Any) -> Any:
    """Cotangent of the coefficients in ``np.polyval(p, x)``: sums of ``g`` by powers of ``x``."""
    powers = np.vander(np.ravel(x), len(p))
    return np.ravel(g) @ np.conj(powers)


def _polyval_transpose_x(u: Sym, p: Sym, x: Sym, g: Sym, out: Sym) -> Sym:
    return full(g, x) * conj(op("polyval")(full(u, p).call("polyder"), x))


def _polyval_transpose_jvp(tangents: Sequence[Sym | None], p: Sym, x: Sym, g: Sym, out: Sym) -> Sym:
    terms: list[Sym] = []
    if tangents[2] is not None:
        terms.append(op("polyval_transpose")(p, x, full(tangents[2], g)))
    if tangents[1] is not None:
        moved = full(g * conj(tangents[1]), g)
        lower = op("polyval_transpose")(p.call("polyder"), x, moved)
        terms.append(op("polyder_transpose")(p, lower))
    return total(terms)


custom(
    "polyval_transpose",
    None,
    _polyval_transpose_x,
    lambda u, p, x, g, out: op("polyval")(full(u, p), x),
    jvp=_polyval_transpose_jvp,
    run=polyval_transpose,
    infer=infer.shaped(lambda p, x, g: polyval_transpose([p], x, g), lambda p, x, g: p, 0),
    shape_only=frozenset({0}),
    spell="helper:polyval_transpose",
)


def polyder_transpose(p: Any, g: Any) -> Any:
    """Cotangent of ``p`` in ``np.polyder(p)``."""
    result = np.zeros(len(p), g.dtype)
    result[: len(g)] = g * np.arange(len(g), 0, -1)
    return result


linear(
    "polyder_transpose",
    None,
    lambda u, p, g: u.call("polyder"),
    run=polyder_transpose,
    infer=infer.like(0, dtype=1),
    shape_only=frozenset({0}),
    spell="helper:polyder_transpose",
)
linear(
    "polyder",
    lambda g, p: op("polyder_transpose")(p, g),
    run=np.polyder,
    infer=infer.shaped(lambda p: np.polyder(np.full(2, p)), lambda p: (infer.unique_dim(),), 0),
    spell="np.polyder",
)


def _polyval_jvp(tangents: Sequence[Sym | None], p: Sym, x: Sym, out: Sym) -> Sym:
    terms: list[Sym] = []
    if tangents[0] is not None:
        terms.append(op("polyval")(full(tangents[0], p), x))
    if tangents[1] is not None:
        terms.append(tangents[1] * op("polyval")(p.call("polyder"), x))
    return total(terms)


custom(
    "polyval",
    lambda g, p, x, out: op("polyval_transpose")(p, x, full(g, out)),
    lambda g, p, x, out: g * conj(op("polyval")(p.call("polyder"), x)),
    jvp=_polyval_jvp,
    np_="polyval",
    infer=infer.shaped(lambda p, x: np.polyval(np.full(2, p), x), lambda p, x: x, 0),
)

# -- interpolation --------------------------------------------------------------------------------


def interp_slope(x: Any, xp: Any, fp: Any) -> Any:
    """Slope of ``np.interp(x, xp, fp)`` at ``x``: zero outside of the points."""
    k = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, len(xp) - 2)
    slope = (fp[k + 1] - fp[k]) / (xp[k + 1] - xp[k])
    return np.where((x >= xp[0]) & (x <= xp[-1]), slope, 0.0)[()]


def interp_transpose(x: Any, xp: Any, g: Any) -> Any:
    """Cotangent of ``fp`` in ``np.interp(x, xp, fp)``: each point counts by its nearness."""
    k = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, len(xp) - 2)
    part = np.clip((x - xp[k]) / (xp[k + 1] - xp[k]), 0.0, 1.0)
    total = np.zeros(len(xp), np.result_type(g, xp))
    np.add.at(total, k, g * (1 - part))
    np.add.at(total, k + 1, g * part)
    return total


def _segment(x: Sym, xp: Sym) -> Sym:
    """Number of the segment that ``x`` lies on: it does not move."""
    last = xp.call("length", axis=0) - 2
    found = op("searchsorted")(xp, x, via="np", side="right") - 1
    return op("clip")(found, 0, last, via="np")


def _at(values: Sym, k: Sym) -> Sym:
    return values.call("index", k, index=(Slot(1),))


def _slope(x: Sym, xp: Sym, fp: Sym) -> Sym:
    k = _segment(x, xp)
    slope = (_at(fp, k + 1) - _at(fp, k)) / (_at(xp, k + 1) - _at(xp, k))
    first, last = (xp.call("index", index=(place,)) for place in (0, -1))
    return where(op("bitwise_and")(x >= first, x <= last), slope, 0.0)


def _nearness(x: Sym, xp: Sym, g: Sym) -> Sym:
    k = _segment(x, xp)
    part = op("clip")((x - _at(xp, k)) / (_at(xp, k + 1) - _at(xp, k)), 0.0, 1.0, via="np")
    total = Sym(x.builder, x.builder.emit_new("zeros_like", (xp * 1.0).atom))
    for place, value in ((k, g * (1 - part)), (k + 1, g * part)):
        total = total.call("index_add", value, place, index=(Slot(2),))
    return total


defined(
    "interp_slope",
    _slope,
    interp_slope,
    infer.shaped(lambda x, *rest: x + 0.0, lambda x, *rest: x, 0),
)
defined(
    "interp_transpose",
    _nearness,
    interp_transpose,
    infer.shaped(lambda x, xp, g: g * xp, lambda x, xp, g: xp, 0),
)


def _interp_x(g: Sym, x: Sym, xp: Sym, fp: Sym, out: Sym) -> Sym:
    return unbroadcast(g * op("interp_slope")(x, xp, fp), out, x)


def _interp_xp(g: Sym, x: Sym, xp: Sym, fp: Sym, out: Sym) -> Sym:
    """Moving a point along the slope through it gives up what moving it upwards would give."""
    slope = op("interp_slope")(x, xp, fp)
    return -op("interp_transpose")(x, xp, full(g * slope, out))


def _interp_jvp(tangents: Any, x: Sym, xp: Sym, fp: Sym, out: Sym) -> Sym:
    slope = op("interp_slope")(x, xp, fp)
    terms: list[Sym] = []
    if tangents[0] is not None:
        terms.append(tangents[0] * slope)
    if tangents[2] is not None:
        terms.append(op("interp")(x, xp, full(tangents[2], fp)))
    if tangents[1] is not None:
        terms.append(-(slope * op("interp")(x, xp, full(tangents[1], xp))))
    return total(terms)


custom(
    "interp",
    _interp_x,
    _interp_xp,
    lambda g, x, xp, fp, out: op("interp_transpose")(x, xp, full(g, out)),
    jvp=_interp_jvp,
    np_="interp",
    infer=infer.shaped(lambda x, xp, fp: x * fp * np.float64(1.0), lambda x, xp, fp: x, 0),
    real_only=True,
)
