"""Rules of functions given by points or coefficients: np.interp, np.polyval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.rules.broadcasting import full, unbroadcast
from srcgrad.rules.registry import custom, plain, total
from srcgrad.rules.symbols import Sym, conj, op

# -- polynomials -----------------------------------------------------------------------------------


def polyval_transpose(p: Any, x: Any, g: Any) -> Any:
    """Cotangent of the coefficients in ``np.polyval(p, x)``: sums of ``g`` by powers of ``x``."""
    powers = np.vander(np.ravel(x), len(p))
    return np.ravel(g) @ np.conj(powers)


plain(
    "polyval_transpose",
    polyval_transpose,
    infer.shaped(lambda p, x, g: polyval_transpose([p], x, g), lambda p, x, g: p, 0),
    spell="helper:polyval_transpose",
)
plain(
    "polyder",
    np.polyder,
    infer.shaped(lambda p: np.polyder(np.full(2, p)), lambda p: (infer.unique_dim(),), 0),
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


plain(
    "interp_slope",
    interp_slope,
    infer.shaped(lambda x, *rest: x + 0.0, lambda x, *rest: x, 0),
    spell="helper:interp_slope",
)
plain(
    "interp_transpose",
    interp_transpose,
    infer.shaped(lambda x, xp, g: g * xp, lambda x, xp, g: xp, 0),
    spell="helper:interp_transpose",
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
    infer=infer.shaped(lambda x, xp, fp: x * 1.0 * fp, lambda x, xp, fp: x, 0),
    real_only=True,
)
