"""Windows, index arrays, tests of elements: what no derivative flows through, but for one parameter."""

from __future__ import annotations

from typing import Any

import numpy as np

# -- windows --------------------------------------------------------------------------------------


def _places(M: Any) -> Any:
    return np.arange(1 - M, M, 2)


def hanning(M: Any) -> Any:
    """A raised cosine."""
    return np.ones(M) if M <= 1 else 0.5 + 0.5 * np.cos(np.pi * _places(M) / (M - 1))


def hamming(M: Any) -> Any:
    """A raised cosine that does not reach zero."""
    return np.ones(M) if M <= 1 else 0.54 + 0.46 * np.cos(np.pi * _places(M) / (M - 1))


def blackman(M: Any) -> Any:
    """The sum of two cosines."""
    if M <= 1:
        return np.ones(M)
    n = _places(M)
    return 0.42 + 0.5 * np.cos(np.pi * n / (M - 1)) + 0.08 * np.cos(2.0 * np.pi * n / (M - 1))


def bartlett(M: Any) -> Any:
    """A triangle."""
    n = _places(M)
    return np.ones(M) if M <= 1 else np.where(n <= 0, 1 + n / (M - 1), 1 - n / (M - 1))


def kaiser(M: Any, beta: Any) -> Any:
    """Kaiser's, which moves with ``beta``."""
    if M <= 1:
        return np.ones(M)
    half = (M - 1) / 2.0
    inside = 1 - ((np.arange(M) - half) / half) ** 2.0
    return np.i0(beta * np.sqrt(inside)) / np.i0(beta)


# -- index arrays ---------------------------------------------------------------------------------


def tri(N: Any, M: Any = None, k: Any = 0, dtype: Any = float) -> Any:
    """Ones at and below a diagonal."""
    return np.tril(np.ones((N, N if M is None else M), dtype), k)


def tril_indices(n: Any, k: Any = 0, m: Any = None) -> Any:
    """The places at and below a diagonal."""
    return np.nonzero(np.tril(np.ones((n, n if m is None else m)), k))


def triu_indices(n: Any, k: Any = 0, m: Any = None) -> Any:
    """The places at and above a diagonal."""
    return np.nonzero(np.triu(np.ones((n, n if m is None else m)), k))


def diag_indices(n: Any, ndim: Any = 2) -> Any:
    """The places of the diagonal."""
    return (np.arange(n),) * ndim


def argwhere(a: Any) -> Any:
    """The places of what is not zero, one in each row."""
    return np.stack(np.nonzero(a), axis=1)


def nanargmax(a: Any, axis: Any = None) -> Any:
    """The place of the largest element that is not NaN."""
    return np.argmax(np.where(np.isnan(a), -np.inf, a), axis=axis)


def nanargmin(a: Any, axis: Any = None) -> Any:
    """The place of the smallest element that is not NaN."""
    return np.argmin(np.where(np.isnan(a), np.inf, a), axis=axis)


# -- tests of elements ------------------------------------------------------------------------------


def isposinf(x: Any) -> Any:
    """Where an element is infinite and positive."""
    return x == np.inf


def isneginf(x: Any) -> Any:
    """Where an element is infinite and negative."""
    return x == -np.inf


def isreal(x: Any) -> Any:
    """Where an element has no imaginary part."""
    return np.imag(x) == 0


def iscomplex(x: Any) -> Any:
    """Where an element has an imaginary part."""
    return np.imag(x) != 0


def amax(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The largest element."""
    return np.max(a, axis=axis, keepdims=keepdims)


def amin(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The smallest element."""
    return np.min(a, axis=axis, keepdims=keepdims)


_NAMES = (
    "hanning hamming blackman bartlett kaiser tri tril_indices triu_indices diag_indices argwhere "
    "nanargmax nanargmin isposinf isneginf isreal iscomplex amax amin"
)
MEANINGS: dict[Any, Any] = {getattr(np, name): globals()[name] for name in _NAMES.split()}
