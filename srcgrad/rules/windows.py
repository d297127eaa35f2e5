"""Rules of windows: copied side by side, and added back to where they were read.

Each of the first two functions is the transpose of the other. Convolution and pooling are made of them.
They are called by compositions, and travel with emitted text as helpers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.types import Dims
from srcgrad.rules.bindings import FUNCTIONS, Binding
from srcgrad.rules.broadcasting import full
from srcgrad.rules.reductions import spread
from srcgrad.rules.registry import Storage, custom, linear, nondiff
from srcgrad.rules.symbols import op


def windows(x: Any, kernel: Any, stride: Any, dilate: Any) -> Any:
    """The windows of ``x`` along its axes after the second, with sides as long as the first of ``kernel``.

    The result has the axes of a window, then the first two of ``x``, then the number of windows.
    """
    sides = kernel.shape[: x.ndim - 2]
    steps = list(zip(x.shape[2:], sides, stride, dilate, strict=True))
    counts = [(n - d * (k - 1) - 1) // s + 1 for n, k, s, d in steps]
    if min(counts, default=1) < 1:
        raise ValueError(f"windows of {sides} are larger than an array of {x.shape}")
    result = np.empty((*sides, *x.shape[:2], *counts), x.dtype)
    for place in np.ndindex(*sides):
        starts = [p * d for p, d in zip(place, dilate, strict=True)]
        ends = [a + s * (c - 1) + 1 for a, s, c in zip(starts, stride, counts, strict=True)]
        part = [slice(*s) for s in zip(starts, ends, stride, strict=True)]
        result[place] = x[(slice(None), slice(None), *part)]
    return result


def add_windows(x: Any, g: Any, stride: Any, dilate: Any) -> Any:
    """An array in the shape of ``x`` with ``g`` added where ``windows`` read."""
    rank = x.ndim - 2
    sides, counts = g.shape[:rank], g.shape[rank + 2 :]
    result = np.zeros(x.shape, g.dtype)
    for place in np.ndindex(*sides):
        starts = [p * d for p, d in zip(place, dilate, strict=True)]
        ends = [a + s * (c - 1) + 1 for a, s, c in zip(starts, stride, counts, strict=True)]
        part = [slice(*s) for s in zip(starts, ends, stride, strict=True)]
        result[(slice(None), slice(None), *part)] += g[place]
    return result


def largest(x: Any) -> Any:
    """The largest elements along the first axis. Of equal ones the first takes the derivative."""
    return np.max(x, axis=0)


def first_largest(x: Any) -> Any:
    """Where along the first axis the largest element is: the first of equal ones, or a NaN."""
    found = (x == np.max(x, axis=0)) | (x != x)
    earlier = found[0].copy()
    for later in found[1:]:
        later &= ~earlier
        earlier |= later
    return found


def _dims(x: Any, kernel: Any, stride: Any, dilate: Any) -> Dims:
    return (*kernel[: len(x) - 2], *x[:2], *(infer.unique_dim() for _ in x[2:]))


linear(
    "windows",
    lambda g, x, kernel, stride, dilate: op("add_windows")(x, g, stride=stride, dilate=dilate),
    None,
    run=windows,
    infer=infer.shaped(lambda x, kernel: x, _dims),
    shape_only=frozenset({1}),
    spell="helper:windows",
)
linear(
    "add_windows",
    None,
    lambda u, x, g, stride, dilate: op("windows")(u, g, stride=stride, dilate=dilate),
    run=add_windows,
    infer=infer.like(0, dtype=1),
    shape_only=frozenset({0}),
    spell="helper:add_windows",
)
nondiff(
    "first_largest",
    run=first_largest,
    infer=infer.shaped(np.isnan, lambda x: x),
    spell="helper:first_largest",
)
custom(
    "largest",
    lambda g, x, out: spread(g, out, 0, False) * op("first_largest")(x),
    jvp=lambda tangents, x, out: (full(tangents[0], x) * op("first_largest")(x)).call(
        "sum", via="np", axis=0
    ),
    run=largest,
    infer=infer.shaped(np.positive, lambda x: x[1:]),
    spell="helper:largest",
    real_only=True,
)


# -- windows that NumPy shows ----------------------------------------------------------------------------


def _window(window_shape: Any, axis: Any, rank: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Sides and axes of a window."""
    sides = window_shape if isinstance(window_shape, tuple) else (window_shape,)
    axes = range(rank) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if len(sides) != len(axes):
        raise ValueError(f"a window of {len(sides)} sides along {len(axes)} axes")
    return sides, tuple(a % rank for a in axes)


def add_sliding_windows(x: Any, g: Any, window_shape: Any, axis: Any) -> Any:
    """An array in the shape of ``x`` with ``g`` added where windows with these sides show it."""
    sides = window_shape if isinstance(window_shape, tuple) else (window_shape,)
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    result = np.zeros(x.shape, g.dtype)
    for place in np.ndindex(*sides):
        part = [slice(None)] * x.ndim
        for a, p in zip(axes, place, strict=True):
            start = p + (part[a].start or 0)
            part[a] = slice(start, start + g.shape[a])
        result[tuple(part)] += g[(..., *place)]
    return result


def _sliding_dims(x: Any, window_shape: Any, axis: Any = None) -> Dims:
    sides, axes = _window(window_shape, axis, len(x))
    kept = (infer.unique_dim() if k in axes else d for k, d in enumerate(x))
    return (*kept, *map(infer.length_dim, sides))


linear(
    "sliding_window_view",
    lambda g, x, window_shape, axis=None: op("add_sliding_windows")(
        x, g, window_shape=window_shape, axis=axis
    ),
    np_="lib.stride_tricks.sliding_window_view",
    attrs="window_shape axis",
    infer=infer.shaped(np.positive, _sliding_dims),
    storage=Storage.VIEW,
    cheap=True,
)
linear(
    "add_sliding_windows",
    None,
    lambda u, x, g, window_shape, axis: u.call(
        "sliding_window_view", via="np", window_shape=window_shape, axis=axis
    ),
    run=add_sliding_windows,
    infer=infer.like(0, dtype=1),
    shape_only=frozenset({0}),
    spell="helper:add_sliding_windows",
)
FUNCTIONS[windows] = Binding("windows", "", 2, ("stride", "dilate"))
FUNCTIONS[add_windows] = Binding("add_windows", "", 2, ("stride", "dilate"))
FUNCTIONS[largest] = Binding("largest", "", 1, ())
