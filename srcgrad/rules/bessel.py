"""Rules of Bessel functions, elliptic integrals and hypergeometric functions of SciPy.

Of most of them the slope along the order is not known in closed form: it is refused, never zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.errors import MissingRuleError
from srcgrad.ir import infer
from srcgrad.rules.registry import elementwise
from srcgrad.rules.special import _over as over
from srcgrad.rules.symbols import Sym, equal, exp, nonzero, op, sign, sin, where


def unknown(function: str, operand: str, arity: int) -> Callable[..., Any]:
    """The partial of an operand for which there is none: it refuses."""

    def refuse(*values: Sym) -> Sym:
        name = f"the {operand} of scipy.special.{function}"
        raise MissingRuleError.of(name, values[-1].builder.span)

    if arity == 2:
        return lambda x, y, out: refuse(x, y, out)
    if arity == 3:
        return lambda x, y, z, out: refuse(x, y, z, out)
    return lambda x, y, z, u, out: refuse(x, y, z, u, out)


def special(name: str, *partials: Any, scipy: str = "") -> None:
    """Register a function of ``scipy.special`` by its partial derivatives."""
    elementwise(name, *partials, scipy_=scipy or name, real_only=True)


# -- Bessel functions of a given order ----------------------------------------------------------------

special("y0", lambda x, out: -op("y1")(x))
special("y1", lambda x, out: op("y0")(x) - out / x)
special("k0", lambda x, out: -op("k1")(x))
special("k1", lambda x, out: -op("k0")(x) - out / x)
special("k0e", lambda x, out: out - op("k1e")(x))
special("k1e", lambda x, out: out - op("k0e")(x) - out / x)
special("i0e", lambda x, out: op("i1e")(x) - sign(x) * out)
special("i1e", lambda x, out: op("i0e")(x) - sign(x) * out - over(out, x, 0.5))


def _between(name: str, below: float, above: float, rest: Any = None) -> Any:
    """Half the function of the order below and of that above, with these signs, and a rest."""
    at = op(name)

    def slope(v: Sym, x: Sym, out: Sym) -> Sym:
        half = 0.5 * (below * at(v - 1, x) + above * at(v + 1, x))
        return half if rest is None else half + rest(x, out)

    return slope


for _name, _below, _above, _rest in (
    ("jv", 1, -1, None),
    ("yv", 1, -1, None),
    ("iv", 1, 1, None),
    ("kv", -1, -1, None),
    ("kn", -1, -1, None),
    ("yn", 1, -1, None),
    ("jve", 1, -1, None),
    ("yve", 1, -1, None),
    ("ive", 1, 1, lambda x, out: -(sign(x) * out)),
    ("kve", -1, -1, lambda x, out: out),
):
    special(_name, unknown(_name, "order", 2), _between(_name, _below, _above, _rest))


def bessel_i1(x: Any) -> Any:
    """The slope of ``np.i0``: the mean of ``exp(x cos t) cos t``, whose sum converges at once."""
    c = np.cos(np.pi * (np.arange(256) + 0.5) / 256)
    return np.mean(np.exp(np.asarray(x)[..., None] * c) * c, axis=-1)


elementwise(
    "bessel_i1",
    lambda x, out: op("numpy_i0")(x) - over(out, x, 0.5),
    run=bessel_i1,
    spell="helper:bessel_i1",
    real_only=True,
)
elementwise(
    "numpy_i0", lambda x, out: op("bessel_i1")(x), np_="i0", real_only=True, infer=infer.array_like
)

# -- exponential integrals, error functions -----------------------------------------------------------

_ROOT_PI = math.sqrt(math.pi)
special("expi", lambda x, out: exp(x) / x)
special("exp1", lambda x, out: -(exp(-x) / x))
special("expn", unknown("expn", "order", 2), lambda n, x, out: -op("expn")(n - 1, x))
special("erfcx", lambda x, out: 2 * (x * out) - 2 / _ROOT_PI)
special("erfi", lambda x, out: (2 / _ROOT_PI) * exp(x * x))
special("dawsn", lambda x, out: 1 - 2 * (x * out))
special("erfcinv", lambda x, out: (-_ROOT_PI / 2) * exp(out * out))
special("spence", lambda x, out: over(op("log")(x), 1 - x, -1.0))
special("wrightomega", lambda x, out: out / (1 + out))

# -- elliptic integrals -------------------------------------------------------------------------------

special(
    "ellipk",
    lambda m, out: where(
        equal(m, 0), math.pi / 8, (op("ellipe")(m) / (1 - m) - out) / (2 * nonzero(m))
    ),
)
special(
    "ellipe",
    lambda m, out: where(equal(m, 0), -math.pi / 8, (out - op("ellipk")(m)) / (2 * nonzero(m))),
)
special(
    "ellipkinc",
    lambda p, m, out: 1 / (1 - m * (sin(p) * sin(p))) ** 0.5,
    unknown("ellipkinc", "parameter m", 2),
)
special(
    "ellipeinc",
    lambda p, m, out: (1 - m * (sin(p) * sin(p))) ** 0.5,
    unknown("ellipeinc", "parameter m", 2),
)

# -- hypergeometric functions -------------------------------------------------------------------------

special("hyp0f1", unknown("hyp0f1", "parameter", 2), lambda v, z, out: op("hyp0f1")(v + 1, z) / v)
special(
    "hyp1f1",
    *(unknown("hyp1f1", "parameters", 3) for _ in range(2)),
    lambda a, b, x, out: (a / b) * op("hyp1f1")(a + 1, b + 1, x),
)
special(
    "hyp2f1",
    *(unknown("hyp2f1", "parameters", 4) for _ in range(3)),
    lambda a, b, c, z, out: (a * b / c) * op("hyp2f1")(a + 1, b + 1, c + 1, z),
)
special(
    "hyperu",
    *(unknown("hyperu", "parameters", 3) for _ in range(2)),
    lambda a, b, x, out: -(a * op("hyperu")(a + 1, b + 1, x)),
)

# -- of angles in degrees -----------------------------------------------------------------------------

_DEGREE = math.pi / 180
special("sindg", lambda x, out: _DEGREE * op("cosdg")(x))
special("cosdg", lambda x, out: -_DEGREE * op("sindg")(x))
special("tandg", lambda x, out: _DEGREE * (1 + out * out))
special("cotdg", lambda x, out: -_DEGREE * (1 + out * out))
special("cosm1", lambda x, out: -sin(x))
special("special_exp2", lambda x, out: math.log(2) * out, scipy="exp2")
special("exp10", lambda x, out: math.log(10) * out)
special("special_expm1", lambda x, out: out + 1, scipy="expm1")
special("special_log1p", lambda x, out: 1 / (1 + x), scipy="log1p")
special("special_cbrt", lambda x, out: 1 / (3 * out * out), scipy="cbrt")
