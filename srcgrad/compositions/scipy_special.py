"""Functions of ``scipy.special`` that are others of the module."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special


def logsumexp(
    a: Any, axis: Any = None, b: Any = None, keepdims: Any = False, return_sign: Any = False
) -> Any:
    """The logarithm of a weighted sum of exponentials."""
    most = np.max(np.where(b == 0, -np.inf, a) if b is not None else a, axis=axis, keepdims=True)
    most = np.where(np.isfinite(most), most, 0.0)
    weight = 1.0 if b is None else b
    total = np.sum(weight * np.exp(a - most), axis=axis, keepdims=True)
    if return_sign:
        sign, total = np.sign(total), np.abs(total)
    whole = np.log(total) + most
    if not keepdims:
        axes = axis if axis is not None else tuple(range(np.ndim(whole)))
        whole = np.squeeze(whole, axes)
    if return_sign:
        return whole, sign if keepdims else np.squeeze(sign, axes)
    return whole


def softplus(x: Any) -> Any:
    """``log(1 + exp(x))``."""
    return np.logaddexp(0.0, x)


def multigammaln(a: Any, d: Any) -> Any:
    """The logarithm of the multivariate gamma function."""
    total = d * (d - 1) * 0.25 * np.log(np.pi) + 0.0 * a
    for k in range(1, d + 1):
        total = total + special.gammaln(a + (1.0 - k) / 2)
    return total


def ellipkm1(p: Any) -> Any:
    """The complete elliptic integral near one."""
    return special.ellipk(1.0 - p)


def chdtr(v: Any, x: Any) -> Any:
    """The distribution function of chi square."""
    return special.gammainc(v / 2, x / 2)


def chdtrc(v: Any, x: Any) -> Any:
    """One minus that of chi square."""
    return special.gammaincc(v / 2, x / 2)


def gdtr(a: Any, b: Any, x: Any) -> Any:
    """The distribution function of gamma."""
    return special.gammainc(b, a * x)


def gdtrc(a: Any, b: Any, x: Any) -> Any:
    """One minus that of gamma."""
    return special.gammaincc(b, a * x)


def pdtr(k: Any, m: Any) -> Any:
    """The distribution function of Poisson's."""
    return special.gammaincc(np.floor(k) + 1, m)


def pdtrc(k: Any, m: Any) -> Any:
    """One minus that of Poisson's."""
    return special.gammainc(np.floor(k) + 1, m)


def fdtr(dfn: Any, dfd: Any, x: Any) -> Any:
    """The distribution function of F."""
    return special.betainc(dfn / 2, dfd / 2, dfn * x / (dfd + dfn * x))


def fdtrc(dfn: Any, dfd: Any, x: Any) -> Any:
    """One minus that of F."""
    return special.betainc(dfd / 2, dfn / 2, dfd / (dfd + dfn * x))


def bdtr(k: Any, n: Any, p: Any) -> Any:
    """The distribution function of the binomial."""
    return special.betainc(n - np.floor(k), np.floor(k) + 1, 1 - p)


def bdtrc(k: Any, n: Any, p: Any) -> Any:
    """One minus that of the binomial."""
    return special.betainc(np.floor(k) + 1, n - np.floor(k), p)


def diric(x: Any, n: Any) -> Any:
    """The periodic sinc."""
    below = np.sin(x / 2)
    small = np.abs(below) < 1e-9
    turns = np.where((np.round(x / (2 * np.pi)) * (n - 1)) % 2 == 0, 1.0, -1.0)
    return np.where(small, turns, np.sin(n * x / 2) / (n * np.where(small, 1.0, below)))


_NAMES = (
    "logsumexp softplus multigammaln ellipkm1 chdtr chdtrc gdtr gdtrc pdtr pdtrc fdtr fdtrc bdtr "
    "bdtrc diric"
)
MEANINGS: dict[Any, Any] = {
    getattr(special, name): globals()[name] for name in _NAMES.split() if hasattr(special, name)
}
