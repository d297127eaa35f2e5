"""Functions of `srcgrad.nd` that treat each element for itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.compositions import neural
from srcgrad.compositions.stopping import stop_gradient as _stop
from srcgrad.dialects.nd_calls import call, checked, elementwise, into

# -- over NumPy arrays ----------------------------------------------------------------------------


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

# Universal functions of NumPy that mean the same.
UFUNCS = (
    *("sign", "ceil", "floor", "trunc", "square", "sqrt", "cbrt", "reciprocal", "exp", "expm1"),
    *("log", "log10", "log2", "log1p", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh"),
    *("cosh", "tanh", "arcsinh", "arccosh", "arctanh", "degrees", "radians", "logical_not"),
)

__all__ = [
    "BlockGrad",
    "Cast",
    "abs",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctanh",
    "cast",
    "cbrt",
    "ceil",
    "clip",
    "cos",
    "cosh",
    "degrees",
    "erf",
    "erfinv",
    "exp",
    "expm1",
    "fix",
    "floor",
    "gamma",
    "gammaln",
    "hard_sigmoid",
    "identity",
    "log",
    "log1p",
    "log2",
    "log10",
    "logical_not",
    "negative",
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
    "tan",
    "tanh",
    "trunc",
]
