"""Rounding, counting, searching, testing: functions whose derivative is zero by definition.

Counting with weights is linear in them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.nodes import Slot
from srcgrad.ir.types import BOOL, INT, Dims, Opaque, broadcast_dims
from srcgrad.rules.registry import linear, nondiff


def _found(*dims: Any, **attrs: Any) -> Dims:
    return (infer.unique_dim(),)


def _second(a: Any, v: Any, **attrs: Any) -> Dims:
    return v  # type: ignore[no-any-return]


nondiff("round", np_="round", attrs="decimals", infer=infer.shaped(np.round, rank=0))
nondiff("fix", np_="fix", infer=infer.shaped(np.fix, rank=0))
nondiff("signbit", np_="signbit")
nondiff("round_to_int", run=round, infer=infer.constant_type(INT), spell="round")
nondiff("round_number", 2, run=round, infer=infer.same, spell="round")
nondiff(
    "searchsorted",
    2,
    np_="searchsorted",
    attrs="side",
    infer=infer.shaped(lambda a, v: np.argsort(v), _second),
)
nondiff(
    "digitize",
    2,
    np_="digitize",
    attrs="right",
    infer=infer.shaped(lambda x, b: np.argsort(x), lambda x, b, **attrs: x),
)
nondiff("bincount", np_="bincount", attrs="minlength", infer=infer.shaped(np.argsort, _found))
linear(
    "bincount_weights",
    None,
    lambda g, x, weights, minlength=0: g.call("index", x, index=(Slot(1),)),
    run=np.bincount,
    infer=infer.shaped(lambda x, w: w * 1.0, _found),
    spell="np.bincount",
    real_only=True,
)
nondiff(
    "nonzero_places",
    run=np.nonzero,
    infer=infer.constant_type(Opaque("nonzero")),
    spell="np.nonzero",
)
nondiff(
    "place_part",
    2,
    run=lambda x, whole, part: whole[part],
    spell="part:",
    infer=lambda types, attrs: infer.shaped(np.argsort, _found)(types[:1], {}),
)
nondiff(
    "isclose",
    2,
    np_="isclose",
    attrs="rtol atol equal_nan",
    infer=infer.shaped(np.equal, lambda x, y, **attrs: broadcast_dims(x, y), rank=0),
)
nondiff("allclose", 2, np_="allclose", attrs="rtol atol equal_nan", infer=infer.constant_type(BOOL))
nondiff("array_equal", 2, np_="array_equal", infer=infer.constant_type(BOOL))
nondiff(
    "isclose_number", 2, math_="isclose", attrs="rel_tol abs_tol", infer=infer.constant_type(BOOL)
)
nondiff("isin", 2, np_="isin", infer=infer.shaped(np.isin, lambda x, y: x))
