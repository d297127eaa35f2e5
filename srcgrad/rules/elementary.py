"""Rules of the elementary functions, under their NumPy and their ``math`` names."""

from __future__ import annotations

import math

from srcgrad.rules.registry import elementwise, nondiff
from srcgrad.rules.symbols import cos, cosh, divisor, equal, exp, op, sign, sin, sinh

exp2 = op("exp2")
_LOG2, _LOG10 = math.log(2.0), math.log(10.0)


def _since_3_11(name: str) -> str:
    """A name of the math module, where this Python has it."""
    return name if hasattr(math, name) else ""


elementwise("exp", lambda x, out: out, np_="exp", math_="exp")
elementwise("exp2", lambda x, out: _LOG2 * out, np_="exp2", math_=_since_3_11("exp2"))
elementwise("expm1", lambda x, out: out + 1, np_="expm1", math_="expm1")
elementwise("log", lambda x, out: 1 / x, np_="log", math_="log")
elementwise("log2", lambda x, out: 1 / (_LOG2 * x), np_="log2", math_="log2")
elementwise("log10", lambda x, out: 1 / (_LOG10 * x), np_="log10", math_="log10")
elementwise("log1p", lambda x, out: 1 / (1 + x), np_="log1p", math_="log1p")
elementwise("sqrt", lambda x, out: 0.5 / out, np_="sqrt", math_="sqrt")
elementwise("cbrt", lambda x, out: 1 / (3 * out * out), np_="cbrt", math_=_since_3_11("cbrt"))
elementwise("sin", lambda x, out: cos(x), np_="sin", math_="sin")
elementwise("cos", lambda x, out: -sin(x), np_="cos", math_="cos")
elementwise("tan", lambda x, out: 1 + out * out, np_="tan", math_="tan")
elementwise("arcsin", lambda x, out: 1 / (1 - x * x) ** 0.5, np_="arcsin", math_="asin")
elementwise("arccos", lambda x, out: -1 / (1 - x * x) ** 0.5, np_="arccos", math_="acos")
elementwise("arctan", lambda x, out: 1 / (1 + x * x), np_="arctan", math_="atan")
elementwise("sinh", lambda x, out: cosh(x), np_="sinh", math_="sinh")
elementwise("cosh", lambda x, out: sinh(x), np_="cosh", math_="cosh")
elementwise("tanh", lambda x, out: 1 - out * out, np_="tanh", math_="tanh")
elementwise("arcsinh", lambda x, out: 1 / (x * x + 1) ** 0.5, np_="arcsinh", math_="asinh")
elementwise("arccosh", lambda x, out: 1 / (x * x - 1) ** 0.5, np_="arccosh", math_="acosh")
elementwise("arctanh", lambda x, out: 1 / (1 - x * x), np_="arctanh", math_="atanh")
elementwise(
    "arctan2",
    lambda x, y, out: y / divisor(x * x + y * y),
    lambda x, y, out: -x / divisor(x * x + y * y),
    np_="arctan2",
    math_="atan2",
)
elementwise(
    "hypot",
    lambda x, y, out: x / divisor(out),
    lambda x, y, out: y / divisor(out),
    np_="hypot",
    math_="hypot",
)
elementwise("logaddexp", lambda x, y, out: exp(x - out), lambda x, y, out: exp(y - out))
elementwise("deg2rad", lambda x, out: math.pi / 180, np_="deg2rad", math_="radians", cheap=True)
elementwise("rad2deg", lambda x, out: 180 / math.pi, np_="rad2deg", math_="degrees", cheap=True)
elementwise(
    "fmod",
    lambda x, y, out: 1,
    lambda x, y, out: -op("trunc")(x / y),
    np_="fmod",
    math_="fmod",
)
elementwise(
    "copysign",
    lambda x, y, out: sign(x) * op("copysign")(op("ones_like")(x), y),
    None,
    np_="copysign",
    math_="copysign",
)
elementwise("logaddexp2", lambda x, y, out: exp2(x - out), lambda x, y, out: exp2(y - out))
elementwise("heaviside", None, lambda x, y, out: equal(x, 0), np_="heaviside")
elementwise("nan_to_num", lambda x, out: op("isfinite")(x), np_="nan_to_num", real_only=True)

for _name, _math in (
    ("floor", "floor"),
    ("ceil", "ceil"),
    ("trunc", "trunc"),
    ("rint", ""),
    ("sign", ""),
    ("isnan", "isnan"),
    ("isinf", "isinf"),
    ("isfinite", "isfinite"),
    ("logical_not", ""),
):
    nondiff(_name, np_=_name, math_=_math)
for _name in ("logical_and", "logical_or", "logical_xor"):
    nondiff(_name, 2, np_=_name)

# The exponent is a whole number: nothing flows through it.
elementwise("ldexp", lambda x, n, out: op("ldexp")(op("ones_like")(x), n), None, real_only=True)
elementwise(
    "nextafter",
    lambda x, y, out: 1,
    None,
    np_="nextafter",
    math_="nextafter",
    real_only=True,
)
elementwise(
    "nearest_remainder",
    lambda x, y, out: 1,
    lambda x, y, out: (out - x) / y,
    math_="remainder",
    real_only=True,
)
nondiff("spacing", np_="spacing")
