"""Fourier transforms of Hermitian signals; correlation, slopes and covariance in their longer forms."""

from __future__ import annotations

from typing import Any

import numpy as np


def hfft(a: Any, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
    """The real spectrum of a signal that is Hermitian."""
    length = 2 * (np.shape(a)[axis] - 1) if n is None else n
    opposite: Any = "forward" if norm is None or norm == "backward" else norm
    opposite = "backward" if norm == "forward" else opposite
    return np.fft.irfft(np.conj(a), length, axis=axis, norm=opposite)


def ihfft(a: Any, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
    """The inverse of ``hfft``."""
    length = np.shape(a)[axis] if n is None else n
    opposite: Any = "forward" if norm is None or norm == "backward" else norm
    opposite = "backward" if norm == "forward" else opposite
    return np.conj(np.fft.rfft(a, length, axis=axis, norm=opposite))


def correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    """Correlation, cut to the length of the longer operand."""
    if mode != "same" or len(v) > len(a):
        raise ValueError("this mode of np.correlate: swap the operands")
    whole = np.correlate(a, v, "full")
    start = (len(v) - 1) // 2
    return whole[start : start + len(a)]


def _steps(spacing: Any, n: Any, axis: int, rank: int) -> Any:
    """The steps between places along an axis, in the shape of its differences."""
    steps = np.diff(spacing) if np.ndim(spacing) else spacing * np.ones(n - 1)
    return np.expand_dims(steps, tuple(k for k in range(rank) if k != axis))


def _slope(f: Any, spacing: Any, axis: int, edge_order: Any) -> Any:
    rows = np.moveaxis(f, axis, 0)
    h = np.moveaxis(_steps(spacing, np.shape(rows)[0], axis, np.ndim(f)), axis, 0)
    d = (rows[1:] - rows[:-1]) / h
    left, right = h[:-1], h[1:]
    inner = (left * d[1:] + right * d[:-1]) / (left + right)
    first, last = d[:1], d[-1:]
    if edge_order == 2:
        first = d[:1] - (d[1:2] - d[:1]) * h[:1] / (h[:1] + h[1:2])
        last = d[-1:] + (d[-1:] - d[-2:-1]) * h[-1:] / (h[-1:] + h[-2:-1])
    return np.moveaxis(np.concatenate([first, inner, last]), 0, axis)


def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    """Central differences inside, one-sided ones at the ends, with any spacing."""
    axes = (
        tuple(range(np.ndim(f))) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    )
    spacings = varargs if varargs else (1.0,)
    spacings = spacings * len(axes) if len(spacings) == 1 else spacings
    parts = [_slope(f, spacings[k], axes[k] % np.ndim(f), edge_order) for k in range(len(axes))]
    return parts[0] if len(parts) == 1 else tuple(parts)


def cov(
    m: Any,
    y: Any = None,
    rowvar: Any = True,
    bias: Any = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
) -> Any:
    """Covariance, of two sets of variables and with weights."""
    rows = np.atleast_2d(m) if rowvar or np.ndim(m) == 1 else np.transpose(m)
    if y is not None:
        more = np.atleast_2d(y) if rowvar or np.ndim(y) == 1 else np.transpose(y)
        rows = np.concatenate([rows, more], axis=0)
    lost = (0 if bias else 1) if ddof is None else ddof
    w = np.ones(np.shape(rows)[1])
    if fweights is not None:
        w = w * fweights
    if aweights is not None:
        w = w * aweights
    total = np.sum(w)
    factor = total - lost
    if aweights is not None:
        factor = total - lost * np.sum(w * aweights) / total
    moved = rows - np.expand_dims(np.sum(rows * w, axis=1) / total, 1)
    result = np.dot(moved, np.conj(np.transpose(moved * w))) / factor
    return result[0, 0] if y is None and np.ndim(m) == 1 else result


def corrcoef(x: Any, y: Any = None, rowvar: Any = True) -> Any:
    """Correlation coefficients of two sets of variables."""
    c = cov(x, y, rowvar)
    size = np.sqrt(np.diag(c))
    return np.clip(c / np.expand_dims(size, 1) / np.expand_dims(size, 0), -1, 1)


MEANINGS: dict[Any, Any] = {
    np.fft.hfft: hfft,
    np.fft.ihfft: ihfft,
    np.correlate: correlate,
    np.gradient: gradient,
    np.cov: cov,
    np.corrcoef: corrcoef,
}
