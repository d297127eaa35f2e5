"""Linear filters of ``scipy.ndimage``, by weights of padded images: their transposes come by themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage


def _padded(rows: Any, before: int, after: int, mode: Any, cval: Any) -> Any:
    """Rows beyond both edges, by the names that ``ndimage`` has for the modes."""
    n = np.shape(rows)[0]
    places = np.arange(-before, n + after)
    if mode in ("reflect", "grid-mirror"):
        places = places % (2 * n)
        places = np.where(places < n, places, 2 * n - 1 - places)
    elif mode == "mirror":
        places = np.abs(places) % np.maximum(2 * n - 2, 1)
        places = np.where(places < n, places, 2 * n - 2 - places)
    elif mode == "nearest":
        places = np.minimum(np.maximum(places, 0), n - 1)
    elif mode in ("wrap", "grid-wrap"):
        places = places % n
    elif mode in ("constant", "grid-constant"):
        inside = (places >= 0) & (places < n)
        shape = [1] * np.ndim(rows)
        shape[0] = n + before + after
        kept = rows[np.minimum(np.maximum(places, 0), n - 1)]
        return np.where(np.reshape(inside, tuple(shape)), kept, cval)
    else:
        raise ValueError("this mode of scipy.ndimage")
    return rows[places]


def correlate1d(
    input: Any,
    weights: Any,
    axis: Any = -1,
    output: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
) -> Any:
    """Weighted sums of neighbours along an axis."""
    rows = np.moveaxis(input, axis, 0)
    size = len(weights)
    before = size // 2 + origin
    n = np.shape(rows)[0]
    whole = _padded(rows, before, size - 1 - before, mode, cval)
    total = np.zeros(np.shape(rows))
    for k in range(size):
        total = total + weights[k] * whole[k : k + n]
    return np.moveaxis(total, 0, axis)


def convolve1d(
    input: Any,
    weights: Any,
    axis: Any = -1,
    output: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
) -> Any:
    """Convolution along an axis."""
    size = len(weights)
    shift = 0 if size % 2 else -1
    return correlate1d(input, weights[::-1], axis, None, mode, cval, shift)


def correlate(
    input: Any, weights: Any, output: Any = None, mode: Any = "reflect", cval: Any = 0.0
) -> Any:
    """Weighted sums of neighbours in an image, or along the only axis."""
    if np.ndim(input) == 1:
        return correlate1d(input, weights, 0, None, mode, cval)
    if np.ndim(input) != 2:
        raise ValueError("scipy.ndimage.correlate of more than two axes: use one axis at a time")
    n, m = np.shape(input)
    p, q = np.shape(weights)
    tall = _padded(input, p // 2, p - 1 - p // 2, mode, cval)
    whole = np.transpose(_padded(np.transpose(tall), q // 2, q - 1 - q // 2, mode, cval))
    total = np.zeros(np.shape(input))
    for i in range(p):
        for j in range(q):
            total = total + weights[i, j] * whole[i : i + n, j : j + m]
    return total


def convolve(
    input: Any, weights: Any, output: Any = None, mode: Any = "reflect", cval: Any = 0.0
) -> Any:
    """Convolution of an image with weights of odd lengths."""
    if np.ndim(input) == 1:
        return convolve1d(input, weights, 0, None, mode, cval)
    if np.shape(weights)[0] % 2 == 0 or np.shape(weights)[1] % 2 == 0:
        raise ValueError("scipy.ndimage.convolve with weights of even length: use correlate")
    return correlate(input, weights[::-1, ::-1], None, mode, cval)


def gaussian_filter1d(
    input: Any,
    sigma: Any,
    axis: Any = -1,
    order: Any = 0,
    output: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    truncate: Any = 4.0,
    *,
    radius: Any = None,
) -> Any:
    """Weighted by a bell of some width that is cut off at ``truncate`` widths."""
    if order != 0:
        raise ValueError("scipy.ndimage.gaussian_filter1d with order: use np.gradient")
    half = int(truncate * float(sigma) + 0.5) if radius is None else radius
    places = np.arange(-half, half + 1)
    bell = np.exp(-0.5 / (sigma * sigma) * places**2)
    return correlate1d(input, bell / np.sum(bell), axis, None, mode, cval)


def gaussian_filter(
    input: Any,
    sigma: Any,
    order: Any = 0,
    output: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    truncate: Any = 4.0,
) -> Any:
    """The filter along one axis after the other."""
    result = input
    for axis, _ in enumerate(np.shape(input)):
        width = sigma[axis] if isinstance(sigma, (tuple, list)) else sigma
        result = gaussian_filter1d(result, width, axis, order, None, mode, cval, truncate)
    return result


def uniform_filter1d(
    input: Any,
    size: Any,
    axis: Any = -1,
    output: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
) -> Any:
    """Means of neighbours along an axis."""
    return correlate1d(input, np.full(size, 1.0 / size), axis, None, mode, cval)


def uniform_filter(
    input: Any, size: Any = 3, output: Any = None, mode: Any = "reflect", cval: Any = 0.0
) -> Any:
    """Means of neighbours."""
    result = input
    for axis, _ in enumerate(np.shape(input)):
        result = uniform_filter1d(result, size, axis, None, mode, cval)
    return result


def _derivative(input: Any, axis: Any, mode: Any, cval: Any, middle: float) -> Any:
    result = correlate1d(input, np.array([-1.0, 0.0, 1.0]), axis, None, mode, cval)
    for other, _ in enumerate(np.shape(input)):
        if other != axis % np.ndim(input):
            result = correlate1d(result, np.array([1.0, middle, 1.0]), other, None, mode, cval)
    return result


def sobel(
    input: Any, axis: Any = -1, output: Any = None, mode: Any = "reflect", cval: Any = 0.0
) -> Any:
    """Sobel's differences."""
    return _derivative(input, axis, mode, cval, 2.0)


def prewitt(
    input: Any, axis: Any = -1, output: Any = None, mode: Any = "reflect", cval: Any = 0.0
) -> Any:
    """Prewitt's differences."""
    return _derivative(input, axis, mode, cval, 1.0)


def laplace(input: Any, output: Any = None, mode: Any = "reflect", cval: Any = 0.0) -> Any:
    """The sum of second differences."""
    total = np.zeros(np.shape(input))
    for axis, _ in enumerate(np.shape(input)):
        total = total + correlate1d(input, np.array([1.0, -2.0, 1.0]), axis, None, mode, cval)
    return total


_NAMES = (
    "correlate1d convolve1d correlate convolve gaussian_filter1d gaussian_filter uniform_filter1d "
    "uniform_filter sobel prewitt laplace"
)
MEANINGS: dict[Any, Any] = {getattr(ndimage, name): globals()[name] for name in _NAMES.split()}
