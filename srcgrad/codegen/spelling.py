"""Spells operations in C: one table that C and CUDA share, with the fewest brackets.

A ``Text`` is an expression together with how tightly it binds and the dtype it has. Arithmetic is
done in the dtype of the result, as NumPy does it, so operands are converted first; literals are
typed. ``spell`` gives ``None`` where the table has no spelling.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from srcgrad.ir.infer import sample
from srcgrad.ir.nodes import Const, Eqn
from srcgrad.ir.types import Array, Number, Type

DType = np.dtype[Any]
F8, F4, I8, B1 = (np.dtype(d) for d in ("float64", "float32", "int64", "bool"))
STORED = {F8: "double", F4: "float", I8: "long long", np.dtype("int32"): "int", B1: "unsigned char"}
_PRIMARY, _UNARY, _TIMES, _PLUS, _ORDER, _EQUAL, _AND, _OR, _SELECT = 16, 14, 13, 12, 10, 9, 5, 4, 3


class Text(NamedTuple):
    """An expression; ``value`` is the number it spells, if it is a literal."""

    code: str
    rank: int
    dtype: DType
    value: Any = None

    def within(self, rank: int) -> str:
        """The expression as an operand that must bind at least this tightly."""
        return self.code if self.rank >= rank else f"({self.code})"


_ARITHMETIC = {
    "add": ("+", _PLUS),
    "subtract": ("-", _PLUS),
    "multiply": ("*", _TIMES),
    "divide": ("/", _TIMES),
}
_COMPARISONS = {
    "less": ("<", _ORDER),
    "less_equal": ("<=", _ORDER),
    "greater": (">", _ORDER),
    "greater_equal": (">=", _ORDER),
    "equal": ("==", _EQUAL),
    "not_equal": ("!=", _EQUAL),
}
_LOGIC = {"logical_and": ("&&", _AND), "logical_or": ("||", _OR), "logical_xor": ("!=", _EQUAL)}
_BITWISE = {"bitwise_and": "logical_and", "bitwise_or": "logical_or", "bitwise_xor": "logical_xor"}
_CLASSES = {"isnan": "isnan", "isinf": "isinf", "isfinite": "isfinite"}
_SAME_NAME = (
    "exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan sinh cosh tanh erf "
    "hypot fmax fmin floor ceil trunc rint fabs"
)
_ARC = "sin cos tan sinh cosh tanh"
_FUNCTIONS = {
    **{f: f for f in _SAME_NAME.split()},
    **{f"arc{f}": f"a{f}" for f in _ARC.split()},
    "arctan2": "atan2",
    "absolute": "fabs",
}
_SCALES = {"deg2rad": (math.pi, 180.0), "rad2deg": (180.0, math.pi)}
# NumPy's own definitions, where C has no function of the same meaning: {T} is the type, {n} its
# short name, {s} the suffix of its functions. NaN passes through maximum, as it does in NumPy.
_HELPERS = {
    "maximum": "{T} maximum_{n}({T} x, {T} y) { return x >= y || x != x ? x : y; }",
    "minimum": "{T} minimum_{n}({T} x, {T} y) { return x <= y || x != x ? x : y; }",
    "sign": "{T} sign_{n}({T} x) { return x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x; }",
    "nonzero": "{T} nonzero_{n}({T} x) { return x == 0 ? 1 : x; }",
    "logaddexp": """{T} logaddexp_{n}({T} x, {T} y)
{
    if (x == y)
        return x + ({T})0.693147180559945309417;
    const {T} d = x - y;
    return d > 0 ? x + log1p{s}(exp{s}(-d)) : d <= 0 ? y + log1p{s}(exp{s}(d)) : d;
}""",
    "remainder": """{T} remainder_{n}({T} x, {T} y)
{
    const {T} m = fmod{s}(x, y);
    if (y == 0)
        return m;
    return m == 0 ? copysign{s}(({T})0, y) : (y < 0) != (m < 0) ? m + y : m;
}""",
    "floor_divide": """{T} floor_divide_{n}({T} x, {T} y)
{
    if (y == 0)
        return x / y;
    const {T} m = fmod{s}(x, y);
    const {T} q = (x - m) / y - (m != 0 && (y < 0) != (m < 0) ? 1 : 0);
    if (q == 0)
        return copysign{s}(({T})0, x / y);
    return floor{s}(q) + (q - floor{s}(q) > ({T})0.5 ? 1 : 0);
}""",
}
ELEMENTWISE = frozenset(
    {*_ARITHMETIC, *_COMPARISONS, *_LOGIC, *_BITWISE, *_CLASSES, *_FUNCTIONS, *_SCALES, *_HELPERS}
    | {
        "logical_not",
        "invert",
        "astype",
        "to_float",
        "where",
        "positive",
        "negative",
        "power",
        "square",
    }
    | {"reciprocal"}
)
_WORDS = """
auto break case char const continue default do double else enum extern float for goto if inline int
long register restrict return short signed sizeof static struct switch typedef union unsigned void
volatile while and or not xor bool class delete new this template operator private public protected
try catch throw using namespace true false asm typename friend virtual explicit export mutable main
fmod copysign isnan isinf isfinite pow gamma lgamma tgamma j0 j1 jn y0 y1 yn signgam linux unix
threadIdx blockIdx blockDim gridDim warpSize min max abs div remainder index I NAN INFINITY BLOCK
"""
RESERVED = frozenset(_WORDS.split()) | frozenset(_FUNCTIONS.values())


def dtype_of(type_: Type) -> DType | None:
    """The dtype that values of the type have in C, or ``None`` if C has none for it."""
    if isinstance(type_, Number):
        return {"float": F8, "int": I8, "bool": B1}.get(type_.kind)
    if isinstance(type_, Array) and type_.dtype is not None and type_.dtype in STORED:
        return type_.dtype
    return None


def local(dtype: DType) -> str:
    """C type of a local variable."""
    return "int" if dtype == B1 else STORED[dtype]


def word(name: str, dtype: DType) -> Text:
    """A name as an expression."""
    return Text(name, _PRIMARY, dtype)


def product(factors: list[str]) -> Text:
    """A product of lengths."""
    return Text(" * ".join(factors) or "1", _PRIMARY if len(factors) < 2 else _TIMES, I8)


def literal(value: Any, dtype: DType) -> Text:
    """A number as a literal of the dtype.

    >>> literal(0.1, F4).code, literal(3, F8).code, literal(-1.0, F8).code
    ('0.1f', '3.0', '-1.0')
    """
    if dtype.kind in "bi":
        whole = int(value)
        code = str(whole) if abs(whole) < 2**31 else f"{whole}LL"
        return Text(code, _PRIMARY if whole >= 0 else _UNARY, dtype, value)
    with np.errstate(over="ignore"):
        number = dtype.type(value)
    suffix = "f" if dtype == F4 else ""
    if np.isnan(number):
        return Text("NAN", _PRIMARY, dtype, value)
    if np.isinf(number):
        return Text(
            "INFINITY" if number > 0 else "-INFINITY",
            _PRIMARY if number > 0 else _UNARY,
            dtype,
            value,
        )
    return Text(f"{number!s}{suffix}", _UNARY if np.signbit(number) else _PRIMARY, dtype, value)


def convert(text: Text, dtype: DType) -> Text:
    """The expression in another dtype."""
    if text.dtype == dtype:
        return text
    if text.value is not None:
        return literal(bool(text.value) if dtype == B1 else text.value, dtype)
    if dtype == B1:
        return Text(f"{text.within(_EQUAL + 1)} != 0", _EQUAL, dtype)
    return Text(f"({STORED[dtype]}){text.within(_UNARY)}", _UNARY, dtype)


def _binary(symbol: str, rank: int, x: Text, y: Text, dtype: DType) -> Text:
    return Text(f"{x.within(rank)} {symbol} {y.within(rank + 1)}", rank, dtype)


def _call(function: str, dtype: DType, *operands: Text) -> Text:
    suffix = "f" if dtype == F4 else ""
    arguments = ", ".join(o.code for o in operands)
    return Text(f"{function}{suffix}({arguments})", _PRIMARY, dtype)


def repeats(eqn: Eqn) -> bool:
    """Whether the spelling of the op names its first operand more than once."""
    return eqn.op.name == "square" or (eqn.op.name == "power" and _exponent(eqn) in (2, 3, 4))


def _exponent(eqn: Eqn) -> Any:
    exponent = eqn.args[1]
    return exponent.value if isinstance(exponent, Const) else None


def _power(eqn: Eqn, x: Text, y: Text, out: DType) -> Text:
    """``x ** y``: 2, 0.5 and -1 as NumPy's arrays have them, 3 and 4 by products, else pow."""
    exponent, array = _exponent(eqn), bool(getattr(eqn.out.type, "dims", ()))
    if exponent == 2:
        return _binary("*", _TIMES, x, x, out)
    if exponent == 3:
        return _binary("*", _TIMES, _binary("*", _TIMES, x, x, out), x, out)
    if exponent == 4:
        square = _binary("*", _TIMES, x, x, out)
        return _binary("*", _TIMES, square, square, out)
    if exponent == -1:
        return _binary("/", _TIMES, literal(1, out), x, out)
    if exponent == 0.5 and array:
        return _call("sqrt", out, x)
    return _call("pow", out, x, y)


def _logic(name: str, operands: list[Text], helpers: set[tuple[str, DType]]) -> Text | None:
    if name in _BITWISE:
        return (
            _logic(_BITWISE[name], operands, helpers)
            if all(o.dtype == B1 for o in operands)
            else None
        )
    if name in ("logical_not", "invert"):
        if name == "invert" and operands[0].dtype != B1:
            return None
        return Text("!" + convert(operands[0], B1).within(_UNARY), _UNARY, B1)
    if name in _CLASSES:
        return (
            Text(f"{name}({operands[0].code}) != 0", _EQUAL, B1)
            if operands[0].dtype.kind == "f"
            else None
        )
    symbol, rank = _LOGIC[name]
    x, y = (convert(o, B1) for o in operands)
    return _binary(symbol, rank, x, y, B1)


def _compare(eqn: Eqn, operands: list[Text]) -> Text:
    common = np.result_type(*(sample(a.type) for a in eqn.args))
    x, y = (convert(o, common) if common in STORED else o for o in operands)
    symbol, rank = _COMPARISONS[eqn.op.name]
    # Comparisons of comparisons get brackets that C does not need, and readers do.
    return Text(f"{x.within(_PLUS)} {symbol} {y.within(_PLUS)}", rank, B1)


def spell(eqn: Eqn, operands: list[Text], helpers: set[tuple[str, DType]]) -> Text | None:
    """The result of an elementwise op as an expression; adds to ``helpers`` what it calls."""
    name, out = eqn.op.name, dtype_of(eqn.out.type)
    if out is None or set(eqn.attrs) - {"via", "dtype"}:
        return None
    if name in _COMPARISONS:
        return _compare(eqn, operands)
    if name in _LOGIC or name in _BITWISE or name in _CLASSES or name in ("logical_not", "invert"):
        return _logic(name, operands, helpers)
    if name in ("astype", "to_float"):
        return convert(operands[0], out)
    if name == "where":
        test, x, y = convert(operands[0], B1), convert(operands[1], out), convert(operands[2], out)
        return Text(f"{test.within(_OR)} ? {x.within(_OR)} : {y.within(_SELECT)}", _SELECT, out)
    if out.kind == "f":
        return _floating(eqn, [convert(o, out) for o in operands], out, helpers)
    if out == I8 and isinstance(eqn.out.type, Number):
        return _whole(name, operands, out)
    return None


def _whole(name: str, operands: list[Text], out: DType) -> Text | None:
    """Arithmetic of Python integers, and the roundings that give one."""
    if name in ("floor", "ceil", "trunc") and operands[0].dtype.kind == "f":
        return convert(_call(name, operands[0].dtype, operands[0]), out)
    exact = [convert(o, out) for o in operands]
    if name in ("add", "subtract", "multiply"):
        return _binary(*_ARITHMETIC[name], exact[0], exact[1], out)
    return Text(f"-{exact[0].within(_PRIMARY)}", _UNARY, out) if name == "negative" else None


def _floating(
    eqn: Eqn, operands: list[Text], out: DType, helpers: set[tuple[str, DType]]
) -> Text | None:
    """Operations with a floating-point result, on operands of its dtype."""
    name, x = eqn.op.name, operands[0]
    if name in _ARITHMETIC:
        return _binary(*_ARITHMETIC[name], x, operands[1], out)
    if name == "positive":
        return x
    if name == "negative":
        return Text(f"-{x.within(_PRIMARY)}", _UNARY, out)
    if name == "power":
        return _power(eqn, x, operands[1], out)
    if name == "square":
        return _binary("*", _TIMES, x, x, out)
    if name == "reciprocal":
        return _binary("/", _TIMES, literal(1, out), x, out)
    if name in _SCALES:
        above, below = map(out.type, _SCALES[name])
        return _binary("*", _TIMES, x, literal(above / below, out), out)
    if name in _HELPERS:
        helpers.add((name, out))
        arguments = ", ".join(o.code for o in operands)
        return word(f"{name}_{_short(out)}({arguments})", out)
    return _call(_FUNCTIONS[name], out, *operands) if name in _FUNCTIONS else None


def _short(dtype: DType) -> str:
    return f"{dtype.kind}{8 * dtype.itemsize}"


def fill(pattern: str, dtype: DType) -> str:
    """A text with ``{T}``, ``{s}`` and ``{n}`` filled in: see ``_HELPERS``."""
    suffix = "f" if dtype == F4 else ""
    return (
        pattern.replace("{T}", STORED[dtype]).replace("{s}", suffix).replace("{n}", _short(dtype))
    )


def definitions(helpers: set[tuple[str, DType]], qualifier: str) -> list[str]:
    """Definitions of helper functions, in a fixed order."""
    chosen = sorted(helpers, key=lambda h: (h[0], _short(h[1])))
    return [f"{qualifier} {fill(_HELPERS[name], dtype)}" for name, dtype in chosen]
