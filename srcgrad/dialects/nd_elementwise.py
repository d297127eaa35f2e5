"""Functions of `srcgrad.nd` that treat each element for itself."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.compositions import neural
from srcgrad.compositions.stopping import stop_gradient as _stop
from srcgrad.dialects.nd_calls import call, checked, elementwise, first_of, into
from srcgrad.errors import ShapeError

# -- over NumPy arrays ----------------------------------------------------------------------------


def _equal(x: Any, y: Any) -> Any:
    """One where both are equal, else zero, in the dtype of the operands."""
    return (x == y).astype(x.dtype)


def _not_equal(x: Any, y: Any) -> Any:
    """One where they differ, else zero."""
    return (x != y).astype(x.dtype)


def _less(x: Any, y: Any) -> Any:
    """One where ``x < y``, else zero."""
    return (x < y).astype(x.dtype)


def _less_equal(x: Any, y: Any) -> Any:
    """One where ``x <= y``, else zero."""
    return (x <= y).astype(x.dtype)


def _greater(x: Any, y: Any) -> Any:
    """One where ``x > y``, else zero."""
    return (x > y).astype(x.dtype)


def _greater_equal(x: Any, y: Any) -> Any:
    """One where ``x >= y``, else zero."""
    return (x >= y).astype(x.dtype)


COMPARISONS = {
    "eq": _equal,
    "ne": _not_equal,
    "lt": _less,
    "le": _less_equal,
    "gt": _greater,
    "ge": _greater_equal,
}


def _and(x: Any, y: Any) -> Any:
    return np.logical_and(x, y).astype(x.dtype)


def _or(x: Any, y: Any) -> Any:
    return np.logical_or(x, y).astype(x.dtype)


def _xor(x: Any, y: Any) -> Any:
    return np.logical_xor(x, y).astype(x.dtype)


def _not(x: Any) -> Any:
    return np.logical_not(x).astype(x.dtype)


def _round(x: Any) -> Any:
    return np.trunc(x + np.copysign(0.5, x))


def _rint(x: Any) -> Any:
    return np.ceil(x - 0.5)


def _square(x: Any) -> Any:
    return x * x


def _rsqrt(x: Any) -> Any:
    return 1.0 / np.sqrt(x)


def _rcbrt(x: Any) -> Any:
    return 1.0 / np.cbrt(x)


def _reciprocal(x: Any) -> Any:
    return 1.0 / x


def _identity(x: Any) -> Any:
    return np.copy(x)


def _constant(x: Any) -> Any:
    return np.copy(_stop(x))


def _hard_sigmoid(x: Any, alpha: float, beta: float) -> Any:
    return np.clip(alpha * x + beta, 0.0, 1.0)


def _erfinv(x: Any) -> Any:
    from scipy import special

    return special.erfinv(x)


# -- of one array ---------------------------------------------------------------------------------

abs = elementwise(np.abs, "The absolute value; its derivative at zero is zero.")
sign = elementwise(np.sign, "-1, 0 or 1.")
round = elementwise(_round, "The nearest whole number, of two the one farther from zero.")
rint = elementwise(_rint, "The nearest whole number, of two the lower one.")
ceil = elementwise(np.ceil, "The next whole number above.")
floor = elementwise(np.floor, "The next whole number below.")
trunc = elementwise(np.trunc, "The next whole number towards zero.")
fix = elementwise(np.trunc, "The next whole number towards zero.")
square = elementwise(_square, "The square.")
sqrt = elementwise(np.sqrt, "The square root.")
rsqrt = elementwise(_rsqrt, "One divided by the square root.")
cbrt = elementwise(np.cbrt, "The cube root.")
rcbrt = elementwise(_rcbrt, "One divided by the cube root.")
reciprocal = elementwise(_reciprocal, "One divided by each element.")
exp = elementwise(np.exp, "The exponential.")
expm1 = elementwise(np.expm1, "``exp(x) - 1``.")
log = elementwise(np.log, "The natural logarithm.")
log10 = elementwise(np.log10, "The logarithm to base 10.")
log2 = elementwise(np.log2, "The logarithm to base 2.")
log1p = elementwise(np.log1p, "``log(1 + x)``.")
sin = elementwise(np.sin, "The sine.")
cos = elementwise(np.cos, "The cosine.")
tan = elementwise(np.tan, "The tangent.")
arcsin = elementwise(np.arcsin, "The inverse of the sine.")
arccos = elementwise(np.arccos, "The inverse of the cosine.")
arctan = elementwise(np.arctan, "The inverse of the tangent.")
sinh = elementwise(np.sinh, "The hyperbolic sine.")
cosh = elementwise(np.cosh, "The hyperbolic cosine.")
tanh = elementwise(np.tanh, "The hyperbolic tangent.")
arcsinh = elementwise(np.arcsinh, "The inverse of the hyperbolic sine.")
arccosh = elementwise(np.arccosh, "The inverse of the hyperbolic cosine.")
arctanh = elementwise(np.arctanh, "The inverse of the hyperbolic tangent.")
degrees = elementwise(np.degrees, "Radians in degrees.")
radians = elementwise(np.radians, "Degrees in radians.")
negative = elementwise(np.negative, "The negative.")
logical_not = elementwise(_not, "One where the element is zero, else zero.")
relu = elementwise(neural.relu, "``max(x, 0)``, flat at zero.", neural.EAGER[neural.relu])
sigmoid = elementwise(neural.sigmoid, "``1 / (1 + exp(-x))``.")
softsign = elementwise(neural.softsign, "``x / (1 + |x|)``.")
erf = elementwise(neural.erf, "The error function.")
erfinv = elementwise(_erfinv, "The inverse of the error function.")
gamma = elementwise(neural.gamma, "The gamma function.")
gammaln = elementwise(neural.gammaln, "The logarithm of the absolute gamma function.")
identity = elementwise(_identity, "A copy.")
stop_gradient = elementwise(_constant, "A copy that derivatives take for a constant.")
BlockGrad = stop_gradient


def clip(data: Any, a_min: float, a_max: float, out: Any = None) -> Any:
    """Each element, between two bounds; on a bound the derivative is one."""
    return call(np.clip, data, float(a_min), float(a_max), out=out)


def hard_sigmoid(data: Any, alpha: float = 0.2, beta: float = 0.5, out: Any = None) -> Any:
    """``clip(alpha * x + beta, 0, 1)``."""
    return call(_hard_sigmoid, data, float(alpha), float(beta), out=out)


def smooth_l1(data: Any, scalar: float = 1.0, out: Any = None) -> Any:
    """A square near zero, the absolute value elsewhere."""
    return call(neural.smooth_l1, data, float(scalar), out=out)


def cast(data: Any, dtype: Any, out: Any = None) -> Any:
    """The elements in another dtype; the gradient passes."""
    return into(out, checked(data).astype(dtype))


Cast = cast

# -- of two ---------------------------------------------------------------------------------------


def _operator(function: Callable[[Any, Any], Any], doc: str) -> Callable[..., Any]:
    """A function of two that is an operator of arrays."""

    def run(lhs: Any, rhs: Any, out: Any = None) -> Any:
        if not isinstance(lhs, (int, float)) or not isinstance(rhs, (int, float)):
            first_of((lhs, rhs))
        return into(out, function(lhs, rhs))

    run.__doc__ = f"{doc}\n\n    Operands are arrays of one dtype, and numbers."
    run.__name__ = run.__qualname__ = function.__name__
    return run


def _function(function: Callable[[Any, Any], Any], doc: str) -> Callable[..., Any]:
    """A function of two, at least one of which is an array."""

    def run(lhs: Any, rhs: Any, out: Any = None) -> Any:
        first = first_of((lhs, rhs))
        whole = first._data.dtype.kind != "f"
        args = [v if v is first else first._operand(v, whole) for v in (lhs, rhs)]
        return call(function, *args, out=out)

    run.__doc__ = f"{doc}\n\n    Operands are arrays of one dtype, and numbers."
    run.__name__ = run.__qualname__ = function.__name__.strip("_")
    return run


def _alike(function: Callable[[Any, Any], Any], doc: str) -> Callable[..., Any]:
    """An operator of two arrays of one shape."""

    def run(lhs: Any, rhs: Any, out: Any = None) -> Any:
        if checked(lhs).shape != checked(rhs).shape:
            message = f"operands have shapes {lhs.shape} and {rhs.shape}"
            raise ShapeError("SG708", message, "use the function that broadcasts")
        return into(out, function(lhs, rhs))

    run.__doc__ = f"{doc}\n\n    Operands are arrays of one shape and dtype."
    run.__name__ = run.__qualname__ = f"elemwise_{function.__name__}"
    return run


add = _operator(operator.add, "The sum.")
subtract = _operator(operator.sub, "The difference.")
multiply = _operator(operator.mul, "The product.")
divide = _operator(operator.truediv, "The quotient.")
modulo = _operator(operator.mod, "The remainder, with the sign of the divisor.")
power = _operator(operator.pow, "The power.")
equal = _operator(operator.eq, "One where both are equal, else zero.")
not_equal = _operator(operator.ne, "One where they differ, else zero.")
greater = _operator(operator.gt, "One where the left operand is larger, else zero.")
greater_equal = _operator(operator.ge, "One where the left operand is not smaller, else zero.")
lesser = _operator(operator.lt, "One where the left operand is smaller, else zero.")
lesser_equal = _operator(operator.le, "One where the left operand is not larger, else zero.")
maximum = _function(np.maximum, "The larger element; equal ones share the derivative.")
minimum = _function(np.minimum, "The smaller element; equal ones share the derivative.")
hypot = _function(np.hypot, "``sqrt(x * x + y * y)``.")
arctan2 = _function(np.arctan2, "The angle of a point, of its height and width.")
logical_and = _function(_and, "One where neither is zero, else zero.")
logical_or = _function(_or, "One where one of them is not zero, else zero.")
logical_xor = _function(_xor, "One where exactly one of them is not zero, else zero.")
elemwise_add = _alike(operator.add, "The sum.")
elemwise_sub = _alike(operator.sub, "The difference.")
elemwise_mul = _alike(operator.mul, "The product.")
elemwise_div = _alike(operator.truediv, "The quotient.")
true_divide = divide
mod = modulo
pow = power
broadcast_add = broadcast_plus = add
broadcast_sub = broadcast_minus = subtract
broadcast_mul = multiply
broadcast_div = divide
broadcast_mod = modulo
broadcast_power = power
broadcast_maximum = maximum
broadcast_minimum = minimum
broadcast_hypot = hypot
broadcast_equal = equal
broadcast_not_equal = not_equal
broadcast_greater = greater
broadcast_greater_equal = greater_equal
broadcast_lesser = lesser
broadcast_lesser_equal = lesser_equal
broadcast_logical_and = logical_and
broadcast_logical_or = logical_or
broadcast_logical_xor = logical_xor


def add_n(*args: Any, out: Any = None) -> Any:
    """The sum of several arrays of one shape."""
    total = checked(args[0])
    for other in args[1:]:
        total = elemwise_add(total, other)
    return into(out, total)


ElementWiseSum = add_n

__all__ = [
    "BlockGrad",
    "Cast",
    "ElementWiseSum",
    "abs",
    "add",
    "add_n",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "broadcast_add",
    "broadcast_div",
    "broadcast_equal",
    "broadcast_greater",
    "broadcast_greater_equal",
    "broadcast_hypot",
    "broadcast_lesser",
    "broadcast_lesser_equal",
    "broadcast_logical_and",
    "broadcast_logical_or",
    "broadcast_logical_xor",
    "broadcast_maximum",
    "broadcast_minimum",
    "broadcast_minus",
    "broadcast_mod",
    "broadcast_mul",
    "broadcast_not_equal",
    "broadcast_plus",
    "broadcast_power",
    "broadcast_sub",
    "cast",
    "cbrt",
    "ceil",
    "clip",
    "cos",
    "cosh",
    "degrees",
    "divide",
    "elemwise_add",
    "elemwise_div",
    "elemwise_mul",
    "elemwise_sub",
    "equal",
    "erf",
    "erfinv",
    "exp",
    "expm1",
    "fix",
    "floor",
    "gamma",
    "gammaln",
    "greater",
    "greater_equal",
    "hard_sigmoid",
    "hypot",
    "identity",
    "lesser",
    "lesser_equal",
    "log",
    "log1p",
    "log2",
    "log10",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "mod",
    "modulo",
    "multiply",
    "negative",
    "not_equal",
    "pow",
    "power",
    "radians",
    "rcbrt",
    "reciprocal",
    "relu",
    "rint",
    "round",
    "rsqrt",
    "sigmoid",
    "sign",
    "sin",
    "sinh",
    "smooth_l1",
    "softsign",
    "sqrt",
    "square",
    "stop_gradient",
    "subtract",
    "tan",
    "tanh",
    "true_divide",
    "trunc",
]
