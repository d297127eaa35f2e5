"""Rules of incomplete gamma and beta functions, of distribution functions, and of transforms of data.

Of a distribution function the slope along a shape is not known in closed form: it is refused.
"""

from __future__ import annotations

import math

from srcgrad.rules.bessel import special, unknown
from srcgrad.rules.symbols import Sym, equal, exp, log, nonzero, op, sign, where

gammaln, betaln, digamma = op("gammaln"), op("betaln"), op("digamma")
xlogy, xlog1py, log1p = op("xlogy"), op("xlog1py"), op("log1p")


def _gamma_density(a: Sym, x: Sym) -> Sym:
    return exp(xlogy(a - 1, x) - x - gammaln(a))


def _beta_density(a: Sym, b: Sym, x: Sym) -> Sym:
    return exp(xlogy(a - 1, x) + xlog1py(b - 1, -x) - betaln(a, b))


def _t_density(df: Sym, t: Sym) -> Sym:
    scale = gammaln((df + 1) / 2) - gammaln(df / 2) - 0.5 * log(math.pi * df)
    return exp(scale - (df + 1) / 2 * log1p(t * t / df))


_of_order, _of_shape = "order a", "shapes a and b"
special("gammainc", unknown("gammainc", _of_order, 2), lambda a, x, out: _gamma_density(a, x))
special("gammaincc", unknown("gammaincc", _of_order, 2), lambda a, x, out: -_gamma_density(a, x))
special(
    "gammaincinv",
    unknown("gammaincinv", _of_order, 2),
    lambda a, y, out: 1 / _gamma_density(a, out),
)
special(
    "gammainccinv",
    unknown("gammainccinv", _of_order, 2),
    lambda a, y, out: -1 / _gamma_density(a, out),
)
special(
    "betainc",
    *(unknown("betainc", _of_shape, 3) for _ in range(2)),
    lambda a, b, x, out: _beta_density(a, b, x),
)
special(
    "betaincc",
    *(unknown("betaincc", _of_shape, 3) for _ in range(2)),
    lambda a, b, x, out: -_beta_density(a, b, x),
)
special(
    "betaincinv",
    *(unknown("betaincinv", _of_shape, 3) for _ in range(2)),
    lambda a, b, y, out: 1 / _beta_density(a, b, out),
)
special(
    "betainccinv",
    *(unknown("betainccinv", _of_shape, 3) for _ in range(2)),
    lambda a, b, y, out: -1 / _beta_density(a, b, out),
)
special("stdtr", unknown("stdtr", "degrees of freedom", 2), lambda df, t, out: _t_density(df, t))
special(
    "stdtrit",
    unknown("stdtrit", "degrees of freedom", 2),
    lambda df, p, out: 1 / _t_density(df, out),
)

# -- gamma's relatives --------------------------------------------------------------------------------

special("rgamma", lambda x, out: -(out * digamma(x)))
special("loggamma", lambda x, out: digamma(x))
special(
    "binom",
    lambda n, k, out: out * (digamma(n + 1) - digamma(n - k + 1)),
    lambda n, k, out: out * (digamma(n - k + 1) - digamma(k + 1)),
)
special(
    "poch",
    lambda z, m, out: out * (digamma(z + m) - digamma(z)),
    lambda z, m, out: out * digamma(z + m),
)
special("zeta", unknown("zeta", "exponent", 2), lambda x, q, out: -(x * op("zeta")(x + 1, q)))

# -- losses and transforms of data ----------------------------------------------------------------------

special(
    "huber",
    lambda d, r, out: where(abs_(r) <= d, 0.0, abs_(r) - d),
    lambda d, r, out: where(abs_(r) <= d, r, d * sign(r)),
)
special(
    "pseudo_huber",
    lambda d, r, out: 2 * (d * (_bend(d, r) - 1)) - r * r / (d * _bend(d, r)),
    lambda d, r, out: r / _bend(d, r),
)
special(
    "boxcox",
    lambda x, k, out: x ** (k - 1),
    lambda x, k, out: where(equal(k, 0), 0.5 * log(x) ** 2, (x**k * log(x) - out) / nonzero(k)),
)
special(
    "boxcox1p",
    lambda x, k, out: (1 + x) ** (k - 1),
    lambda x, k, out: where(
        equal(k, 0), 0.5 * log1p(x) ** 2, ((1 + x) ** k * log1p(x) - out) / nonzero(k)
    ),
)
special("inv_boxcox", lambda y, k, out: out ** (1 - k), unknown("inv_boxcox", "exponent", 2))
special(
    "inv_boxcox1p", lambda y, k, out: (1 + out) ** (1 - k), unknown("inv_boxcox1p", "exponent", 2)
)


def abs_(x: Sym) -> Sym:
    """The size of a number."""
    return x.call("absolute", via="np")


def _bend(d: Sym, r: Sym) -> Sym:
    return (1 + (r / d) ** 2) ** 0.5
