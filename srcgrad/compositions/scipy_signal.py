"""Functions of ``scipy.signal``: convolution, filters, windows of data."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import signal


def _cut(whole: Any, like: Any, mode: Any, other: Any) -> Any:
    """The middle of a full convolution along one axis."""
    n, m = np.shape(like)[0], np.shape(other)[0]
    if mode == "full":
        return whole
    if mode == "same":
        start = (m - 1) // 2
        return whole[start : start + n]
    short, long = min(n, m), max(n, m)
    return whole[short - 1 : long]


def convolve(in1: Any, in2: Any, mode: Any = "full", method: Any = "auto") -> Any:
    """Convolution of signals of one axis."""
    if np.ndim(in1) == 2:
        return convolve2d(in1, in2, mode)
    return _cut(np.convolve(in1, in2), in1, mode, in2)


def fftconvolve(in1: Any, in2: Any, mode: Any = "full", axes: Any = None) -> Any:
    """Convolution of signals of one axis by their transforms."""
    n = np.shape(in1)[0] + np.shape(in2)[0] - 1
    if np.ndim(in1) != 1:
        return convolve2d(in1, in2, mode)
    whole = np.fft.irfft(np.fft.rfft(in1, n) * np.fft.rfft(in2, n), n)
    return _cut(whole, in1, mode, in2)


def correlate(in1: Any, in2: Any, mode: Any = "full", method: Any = "auto") -> Any:
    """Correlation of signals of one axis."""
    if np.ndim(in1) == 2:
        return convolve2d(in1, np.conj(in2)[::-1, ::-1], mode)
    return _cut(np.convolve(in1, np.conj(in2)[::-1]), in1, mode, in2)


def convolve2d(
    in1: Any, in2: Any, mode: Any = "full", boundary: Any = "fill", fillvalue: Any = 0
) -> Any:
    """Convolution of images, zero beyond their edges: the sum of the shifted and scaled image."""
    if boundary != "fill" or fillvalue != 0:
        raise ValueError("scipy.signal.convolve2d with a boundary: pad the image")
    n, m = np.shape(in1)
    p, q = np.shape(in2)
    whole = np.zeros((n + p - 1, m + q - 1))
    for i in range(p):
        for j in range(q):
            whole[i : i + n, j : j + m] += in1 * in2[i, j]
    if mode == "full":
        return whole
    if mode == "same":
        top, left = (p - 1) // 2, (q - 1) // 2
        return whole[top : top + n, left : left + m]
    return whole[p - 1 : n, q - 1 : m]


def lfilter(b: Any, a: Any, x: Any, axis: Any = -1) -> Any:
    """A linear recurrence along an axis, from rest."""
    taps, poles = np.atleast_1d(b) / np.atleast_1d(a)[0], np.atleast_1d(a) / np.atleast_1d(a)[0]
    rows = np.moveaxis(x, axis, 0)
    n = np.shape(rows)[0]
    y = np.zeros(np.shape(rows))
    for t in range(n):
        for k in range(min(len(taps), t + 1)):
            y[t] += taps[k] * rows[t - k]
        for k in range(1, min(len(poles), t + 1)):
            y[t] -= poles[k] * y[t - k]
    return np.moveaxis(y, 0, axis)


def detrend(data: Any, axis: Any = -1, type: Any = "linear") -> Any:
    """Without the mean, or without the straight line through the data."""
    rows = np.moveaxis(data, axis, 0)
    if type == "constant":
        return np.moveaxis(rows - np.mean(rows, axis=0, keepdims=True), 0, axis)
    n = np.shape(rows)[0]
    flat = np.reshape(rows, (n, -1))
    t = np.expand_dims(np.arange(1, n + 1) / n, 1)
    centered, mean = t - np.mean(t), np.mean(flat, axis=0, keepdims=True)
    slope = np.sum(centered * flat, axis=0, keepdims=True) / np.sum(centered * centered)
    return np.moveaxis(np.reshape(flat - mean - centered * slope, np.shape(rows)), 0, axis)


def hilbert(x: Any, N: Any = None, axis: Any = -1) -> Any:
    """The analytic signal."""
    n = np.shape(x)[axis]
    shape = [1] * np.ndim(x)
    shape[axis] = n
    places = np.arange(n)
    double = np.where((places > 0) & (2 * places < n), 2.0, 0.0)
    single = np.where((places == 0) | (2 * places == n), 1.0, 0.0)
    return np.fft.ifft(
        np.fft.fft(x, axis=axis) * np.reshape(double + single, tuple(shape)), axis=axis
    )


_NAMES = "convolve fftconvolve correlate convolve2d lfilter detrend hilbert"
MEANINGS: dict[Any, Any] = {getattr(signal, name): globals()[name] for name in _NAMES.split()}
