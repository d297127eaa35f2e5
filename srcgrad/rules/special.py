"""Rules of the special functions of ``math`` and ``scipy.special``, and of ``np.sinc``.

SciPy is not imported here: an op of it runs only where the user's function already called it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.ops import Attrs, Op
from srcgrad.ir.types import FLOAT, Array, Number, Type, dims_of
from srcgrad.rules.registry import custom, defined, elementwise, linear, nondiff, register, total
from srcgrad.rules.symbols import Sym, cos, divisor, equal, exp, log, nonzero, op, sin, where

_ROOT_2_PI = math.sqrt(2 * math.pi)


def _special(name: str, *partials: Any, math_: str = "", scipy_: str = "") -> None:
    elementwise(name, *partials, scipy_=scipy_ or name, math_=math_, real_only=True)


def _over(x: Sym, y: Sym, at_zero: float) -> Sym:
    """``x / y``, with its limit where ``y`` is zero."""
    return where(equal(y, 0), at_zero, x / nonzero(y))


def _gaussian(x: Sym) -> Sym:
    return exp(-(x * x))


_special("erf", lambda x, out: (2 / math.sqrt(math.pi)) * _gaussian(x), math_="erf")
_special("erfc", lambda x, out: (-2 / math.sqrt(math.pi)) * _gaussian(x), math_="erfc")
_special("erfinv", lambda x, out: (math.sqrt(math.pi) / 2) * exp(out * out))
_special("expit", lambda x, out: out * (1 - out))
_special("logit", lambda x, out: 1 / (x * (1 - x)))
_special("log_expit", lambda x, out: op("expit")(-x))
_special("ndtr", lambda x, out: exp(-0.5 * (x * x)) / _ROOT_2_PI)
_special("log_ndtr", lambda x, out: exp(-0.5 * (x * x) - out) / _ROOT_2_PI)
_special("ndtri", lambda x, out: _ROOT_2_PI * exp(0.5 * (out * out)))
_special("gamma", lambda x, out: out * op("digamma")(x))
_special("gammaln", lambda x, out: op("digamma")(x))
_special("digamma", lambda x, out: op("polygamma")(1, x))
_special(
    "beta",
    lambda x, y, out: out * (op("digamma")(x) - op("digamma")(x + y)),
    lambda x, y, out: out * (op("digamma")(y) - op("digamma")(x + y)),
)
_special(
    "betaln",
    lambda x, y, out: op("digamma")(x) - op("digamma")(x + y),
    lambda x, y, out: op("digamma")(y) - op("digamma")(x + y),
)
_special("xlogy", lambda x, y, out: log(y), lambda x, y, out: x / nonzero(y))
_special("xlog1py", lambda x, y, out: op("log1p")(y), lambda x, y, out: x / nonzero(1 + y))
_special("entr", lambda x, out: -log(x) - 1)
_special("rel_entr", lambda x, y, out: log(x / y) + 1, lambda x, y, out: -(x / y))
_special("kl_div", lambda x, y, out: log(x / y), lambda x, y, out: 1 - x / y)
_special("j0", lambda x, out: -op("j1")(x))
_special("j1", lambda x, out: op("j0")(x) - _over(out, x, 0.5))
_special("i0", lambda x, out: op("i1")(x))
_special("i1", lambda x, out: op("i0")(x) - _over(out, x, 0.5))
_special("exprel", lambda x, out: _over(exp(x) - out, x, 0.5))


def _polygamma_next(n: Sym, x: Sym, out: Sym) -> Sym:
    return op("polygamma")(n + 1, x)


elementwise(
    "polygamma",
    None,
    _polygamma_next,
    scipy_="polygamma",
    real_only=True,
)


# -- of numbers, without SciPy ------------------------------------------------------------------


def digamma_number(x: float) -> float:
    """Slope of ``math.lgamma``: recurrence up to ten, then the asymptotic series."""
    if x < 0.5:
        return digamma_number(1.0 - x) - float(np.pi / np.tan(np.pi * x))
    shift = 0.0
    while x < 10.0:
        shift += 1.0 / x
        x += 1.0
    s = 1.0 / (x * x)
    series = s * (
        1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - s * 691 / 32760))))
    )
    return float(np.log(x)) - 0.5 / x - series - shift


def polygamma_number(n: int, x: float) -> float:
    """The ``n``-th slope of the digamma function: recurrence up to twenty, then the asymptotic series."""
    total = 0.0
    while x < 20.0:
        total += x ** -(n + 1.0)
        x += 1.0
    term = 1.0 / (n * x**n)  # times (2k + n - 1)! / (n! (2k)! x^(2k)) from step to step
    total += term + 0.5 * x ** -(n + 1.0)
    for k, b in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6), 1):
        term *= (2 * k + n - 1) * (2 * k + n - 2) / (2 * k * (2 * k - 1) * x * x)
        total += b * term
    for k in range(2, n + 1):
        total *= k
    return float(total if n % 2 else -total)


elementwise(
    "polygamma_number",
    None,
    lambda n, x, out: op("polygamma_number")(n + 1, x),
    run=polygamma_number,
    infer=infer.constant_type(FLOAT),
    spell="helper:polygamma_number",
)
elementwise(
    "digamma_number",
    lambda x, out: op("polygamma_number")(1, x),
    run=digamma_number,
    infer=infer.constant_type(FLOAT),
    spell="helper:digamma_number",
)
elementwise("lgamma", lambda x, out: x.call("digamma_number"), math_="lgamma")
elementwise("gamma_number", lambda x, out: out * x.call("digamma_number"), math_="gamma")


class _Length:
    """Derivative of the length of a vector, given by its components; zero at zero."""

    def vjp(self, k: int, g: Sym, args: Sequence[Sym], out: Sym, attrs: dict[str, Any]) -> Sym:
        return g * (args[k] / divisor(out))

    def jvp(
        self, tangents: Sequence[Sym | None], args: Sequence[Sym], out: Sym, op: Op, attrs: Any
    ) -> Sym:
        pairs = zip(tangents, args, strict=True)
        return total([t * x for t, x in pairs if t is not None]) / divisor(out)


register(
    "length_of", _Length(), run=math.hypot, infer=infer.constant_type(FLOAT), spell="math.hypot"
)
linear(
    "fsum",
    lambda g, k, *xs: g,
    variadic=True,
    run=lambda *xs: math.fsum(xs),
    infer=infer.constant_type(FLOAT),
    spell="sequence:math.fsum",
)
for _name in ("comb", "perm", "gcd"):
    nondiff(_name, 2, math_=_name)
for _name in ("factorial", "isqrt"):
    nondiff(_name, math_=_name)

# -- of NumPy -----------------------------------------------------------------------------------


def sinc_slope(x: Any) -> Any:
    """Slope of ``np.sinc``; near zero by its series, where the quotient would cancel."""
    z = np.pi * x
    near = np.abs(z) < 0.1
    safe = np.where(near, 1.0, z)
    far = np.pi * (np.cos(safe) - np.sin(safe) / safe) / safe
    series = -np.pi * z / 3 * (1 - z * z / 10 * (1 - z * z / 28 * (1 - z * z / 54)))
    return np.where(near, series, far)[()]


def _sinc_slope(x: Sym) -> Sym:
    """The same, each of both forms read only where it is exact."""
    z = math.pi * x
    near = z.call("absolute") < 0.1
    safe = where(near, 1.0, z)
    far = math.pi * (cos(safe) - sin(safe) / safe) / safe
    square = z * z
    series = 1 - square / 10 * (1 - square / 28 * (1 - square / 54))
    return where(near, z * series * (-math.pi / 3), far)


defined("sinc_slope", _sinc_slope, sinc_slope, infer.elementwise({"": np.sin}))
elementwise("sinc", lambda x, out: x.call("sinc_slope"), np_="sinc", real_only=True)


def _like_input(types: tuple[Type, ...], attrs: Attrs) -> Type:
    type_ = types[0]
    dtype = np.dtype(float) if isinstance(type_, Number) else getattr(type_, "dtype", None)
    return Array(dtype, dims_of(type_))


custom(
    "unwrap",
    lambda g, x, out, **attrs: g,
    jvp=lambda tangents, x, out, **attrs: tangents[0],
    np_="unwrap",
    attrs="discont axis period",
    infer=_like_input,
    real_only=True,
)
