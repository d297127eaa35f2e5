"""Rules of arithmetic, comparison, selection: Python's operators and their NumPy names."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.ops import Attrs
from srcgrad.ir.types import BOOL, INT, UNKNOWN, Type, is_differentiable, join
from srcgrad.rules.broadcasting import unbroadcast
from srcgrad.rules.registry import Storage, custom, elementwise, nondiff, plain
from srcgrad.rules.symbols import Sym, conj, direction, equal, log, nonzero, op, sign, where

elementwise("add", lambda x, y, out: 1, lambda x, y, out: 1, np_="add", operator_="+", cheap=True)
elementwise(
    "subtract", lambda x, y, out: 1, lambda x, y, out: -1, np_="subtract", operator_="-", cheap=True
)
elementwise(
    "multiply", lambda x, y, out: y, lambda x, y, out: x, np_="multiply", operator_="*", cheap=True
)
elementwise(
    "divide", lambda x, y, out: 1 / y, lambda x, y, out: -(out / y), np_="divide", operator_="/"
)
elementwise("negative", lambda x, out: -1, np_="negative", operator_="-", cheap=True)
elementwise("positive", lambda x, out: 1, np_="positive", operator_="+", cheap=True)
elementwise("square", lambda x, out: 2 * x, cheap=True)
elementwise("reciprocal", lambda x, out: -(out * out))
# The slope of |x|: its sign; for complex numbers x / |x|.
elementwise(
    "absolute", lambda x, out: conj(direction(x)), np_="absolute", operator_="abs", cheap=True
)
elementwise("fabs", lambda x, out: sign(x), np_="fabs", math_="fabs", cheap=True)
elementwise(
    "remainder", lambda x, y, out: 1, lambda x, y, out: -(x // y), np_="remainder", operator_="%"
)


def nonzero_or_one(n: Any) -> Any:
    """``n``, with one in place of zero: a safe divisor of what is zero there too."""
    return np.where(n == 0, 1.0, n)[()] if isinstance(n, (np.ndarray, np.generic)) else n or 1.0


# A quotient by it is flat at zero by convention; a derivative of that does not exist, and is NaN.
elementwise(
    "nonzero",
    lambda x, out: where(equal(x, 0), math.nan, 1.0),
    run=nonzero_or_one,
    infer=infer.same,
    cheap=True,
)


def _power_exponent(x: Sym, y: Sym, out: Sym) -> Sym:
    """``out * log(x)``; where the base is zero the power is zero too, and so is the partial."""
    return out * log(nonzero(x))


def _power_base(x: Sym, y: Sym, out: Sym) -> Any:
    """``y * x ** (y - 1)``, and zero where ``x`` and the exponent are zero.

    Of an exponent that moves, the power is that of ``y - 1`` at ``y = 0`` too: its slope may be asked for.
    """
    if y.constant is not None:
        return y * x ** (y - 1) if y.constant else 0.0
    moved = op("not_equal")(y, 0)
    if is_differentiable(y.type):
        moved = op("bitwise_or")(moved, op("not_equal")(x, 0))
    return y * x ** (y - moved)


elementwise(
    "power",
    _power_base,
    _power_exponent,
    np_="power",
    math_="pow",
    operator_="**",
)


elementwise("float_power", _power_base, _power_exponent, np_="float_power")


plain("stop_gradient", lambda x: x, infer.same, zero=True, storage=Storage.VIEW, cheap=True)


def _extreme(function: Any) -> infer.Infer:
    """Types of ``np.maximum``, and of ``max``: it gives an operand, so a type that holds both."""
    numpy = infer.elementwise({"np": function})

    def infer_extreme(types: tuple[Type, ...], attrs: Attrs) -> Type:
        return join(*types) or UNKNOWN if attrs.get("via") == "py" else numpy(types, attrs)

    return infer_extreme


def _half_at_tie(x: Sym, y: Sym, wins: Sym) -> Sym:
    """One where ``x`` wins, one half where both are equal."""
    return wins + 0.5 * equal(x, y)


def _extreme_rule(name: str, beats: Any, python: Any) -> None:
    """Register ``np.maximum`` or ``np.minimum``: the second operand gets what the first one leaves."""

    def share(x: Sym, y: Sym) -> Sym:
        return _half_at_tie(x, y, beats(x, y))

    def first(g: Sym, x: Sym, y: Sym, out: Sym) -> Sym:
        return unbroadcast(g * share(x, y), out, x)

    def second(g: Sym, x: Sym, y: Sym, out: Sym) -> Sym:
        alone = x.constant is not None
        return unbroadcast(g * share(y, x) if alone else g - g * share(x, y), out, y)

    def tangent(tangents: Sequence[Sym | None], x: Sym, y: Sym, out: Sym) -> Sym:
        left, right = tangents
        if left is None or right is None:
            return left * share(x, y) if left is not None else right * share(y, x)
        return right + (left - right) * share(x, y)

    custom(
        name,
        first,
        second,
        jvp=tangent,
        np_=name,
        python=python,
        infer=_extreme(getattr(np, name)),
        real_only=True,
    )


_extreme_rule("maximum", lambda x, y: x > y, max)
_extreme_rule("minimum", lambda x, y: x < y, min)


def _chosen(x: Sym, y: Sym, out: Sym) -> Sym:
    """One where the result is ``x`` (not NaN, or the other is), one half where both are equal."""
    return equal(x, out) - 0.5 * equal(x, y)


for _name in ("fmax", "fmin"):
    elementwise(
        _name,
        lambda x, y, out: _chosen(x, y, out),
        lambda x, y, out: _chosen(y, x, out),
        real_only=True,
    )


both, either = op("bitwise_and"), op("bitwise_or")
# A lower bound above the upper one gives way to it, as it does in NumPy.
elementwise(
    "clip",
    lambda x, a, b, out: both(x >= a, x <= b),
    lambda x, a, b, out: both(x < a, a <= b),
    lambda x, a, b, out: either(x > b, a > b),
    real_only=True,
)


def _arm(g: Sym, c: Sym, out: Sym, arm: Sym, *, first: bool) -> Sym:
    """Cotangent of an arm of ``where``: a select, also where its shape is not known, for `multiply`."""
    masked = where(c, g, 0.0) if first else where(c, 0.0, g)
    total = unbroadcast(masked, out, arm)
    if total.builder.definition(total.atom, "unbroadcast") is None:
        return total
    taken = where(c, 1.0, 0.0) if first else where(c, 0.0, 1.0)
    return where(unbroadcast(taken, out, arm) > 0, total, 0.0)


custom(
    "where",
    None,
    lambda g, c, x, y, out: _arm(g, c, out, x, first=True),
    lambda g, c, x, y, out: _arm(g, c, out, y, first=False),
    jvp=lambda tangents, c, x, y, out: where(c, *(0.0 if t is None else t for t in tangents[1:])),
    np_="where",
    infer=infer.elementwise({"np": np.where, "": np.where}),
)


for _name, _symbol in (
    ("less", "<"),
    ("less_equal", "<="),
    ("greater", ">"),
    ("greater_equal", ">="),
    ("equal", "=="),
    ("not_equal", "!="),
    ("floor_divide", "//"),
    ("bitwise_and", "&"),
    ("bitwise_or", "|"),
    ("bitwise_xor", "^"),
    ("left_shift", "<<"),
    ("right_shift", ">>"),
):
    nondiff(_name, 2, np_=_name, operator_=_symbol, cheap=True)

nondiff("not", run=operator.not_, infer=infer.constant_type(BOOL), cheap=True)
nondiff("invert", np_="invert", operator_="~", cheap=True)
plain(
    "range_length",
    lambda start, stop, step: len(range(start, stop, step)),
    infer.constant_type(INT),
    zero=True,
    cheap=True,
)
