"""Convolution and pooling, as plain functions over NumPy arrays.

The windows are copied side by side, so that a convolution is one matrix product for the whole batch.
Batch and channels come first: (batch, channels, width), (.., height, width), (.., depth, height, width).
Arguments that are not arrays are Python values, fixed when the function is compiled.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcgrad.rules.windows import add_windows, largest, windows

Lengths = int | tuple[int, ...]


def _each(value: Lengths, rank: int) -> tuple[int, ...]:
    """One number for each spatial axis."""
    return (value,) * rank if isinstance(value, int) else tuple(value)


def _padded(x: Any, edges: Any, value: float) -> Any:
    """``x`` with a value before and after its spatial axes."""
    if not any([before or after for before, after in edges]):
        return x
    return np.pad(x, ((0, 0), (0, 0), *edges), constant_values=value)


def convolution(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Lengths = 1,
    dilate: Lengths = 1,
    pad: Lengths = 0,
    num_group: int = 1,
) -> Any:
    """The cross-correlation of each example with kernels, over one, two or three spatial axes.

    Arguments:
        x: (batch, channels, ...), floating.
        weight: (units, channels / num_group, ...).
        bias: (units,), or none.
        stride: of the windows, one number or one for each spatial axis, like the next two.
        dilate: distance of the elements of a kernel.
        pad: zeros on both sides.
        num_group: of channels and units; units see the channels of their own group.

    Returns:
        (batch, units, ...), in the dtype of ``x``.

    Raises:
        ValueError: if the kernel is larger than the padded array, or does not have its channels.
    """
    rank = np.ndim(x) - 2
    stride, dilate, pad = _each(stride, rank), _each(dilate, rank), _each(pad, rank)
    n, units = x.shape[0], weight.shape[0]
    taps = np.moveaxis(weight, (0, 1), (-1, -2))  # as the windows: sides, then channels
    padded = np.swapaxes(_padded(x, [(p, p) for p in pad], 0.0), 0, 1)
    columns = windows(padded, taps, stride, dilate)
    if num_group == 1:
        summed = tuple(range(rank + 1))
        product = np.tensordot(taps, columns, (summed, summed))
    else:
        size, inside, counts = (
            math.prod(taps.shape[:rank]),
            weight.shape[1],
            columns.shape[rank + 2 :],
        )
        inputs, places = size * inside, n * math.prod(counts)
        kernels = taps.reshape(inputs, num_group, units // num_group)
        parts = np.swapaxes(columns.reshape(size, num_group, inside, places), 0, 1)
        grouped = np.moveaxis(kernels, 0, 2) @ parts.reshape(num_group, inputs, places)
        product = grouped.reshape(units, n, *counts)
    if bias is not None:
        product = product + np.expand_dims(bias, tuple(range(1, rank + 2)))
    return np.swapaxes(product, 0, 1)


def _cut(x: Any, pad: Any) -> Any:
    """``x`` without what padding added on both sides."""
    ends = [x.shape[k + 2] - p for k, p in enumerate(pad)]
    if len(pad) == 1:
        return x[:, :, pad[0] : ends[0]]
    if len(pad) == 2:
        return x[:, :, pad[0] : ends[0], pad[1] : ends[1]]
    return x[:, :, pad[0] : ends[0], pad[1] : ends[1], pad[2] : ends[2]]


def deconvolution(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Lengths = 1,
    dilate: Lengths = 1,
    pad: Lengths = 0,
    adj: Lengths = 0,
    num_group: int = 1,
) -> Any:
    """The transpose of ``convolution``: each element of ``x`` adds a kernel to the result.

    Arguments:
        x: (batch, channels, ...), floating.
        weight: (channels, units / num_group, ...).
        bias: (units,), or none.
        stride: of the kernels in the result, one number or one for each spatial axis, like the next three.
        dilate: distance of the elements of a kernel.
        pad: what is cut off on both sides.
        adj: what is added at the end; less than the stride.
        num_group: of channels and units.

    Returns:
        (batch, units, ...), in the dtype of ``x``.
    """
    rank = np.ndim(x) - 2
    stride, dilate = _each(stride, rank), _each(dilate, rank)
    pad, adj = _each(pad, rank), _each(adj, rank)
    n, c, *sides = x.shape
    inside, kernel = weight.shape[1], weight.shape[2:]
    units, outputs, places = inside * num_group, math.prod(kernel) * inside, n * math.prod(sides)
    taps = np.moveaxis(weight, 1, -1)
    if num_group == 1:
        rows = np.swapaxes(x, 0, 1).reshape(c, places)
        columns = taps.reshape(c, outputs).T @ rows
    else:
        kernels = taps.reshape(num_group, c // num_group, outputs)
        parts = np.swapaxes(x, 0, 1).reshape(num_group, c // num_group, places)
        grouped = np.swapaxes(kernels, 1, 2) @ parts
        columns = np.swapaxes(grouped.reshape(num_group, math.prod(kernel), inside, places), 0, 1)
    whole = [
        (sides[k] - 1) * stride[k] + (kernel[k] - 1) * dilate[k] + 1 + adj[k] for k in range(rank)
    ]
    blank = np.zeros((units, n, *whole), x.dtype)
    added = add_windows(blank, columns.reshape(*kernel, units, n, *sides), stride, dilate)
    out = np.swapaxes(added, 0, 1)
    out = _cut(out, pad) if sum(pad) else out
    return out if bias is None else out + np.expand_dims(bias, tuple(range(1, rank + 1)))


def pooling(
    x: Any,
    kernel: Lengths = 1,
    pool_type: str = "max",
    stride: Lengths = 1,
    pad: Lengths = 0,
    global_pool: bool = False,
    pooling_convention: str = "valid",
    count_include_pad: bool = True,
) -> Any:
    """The largest element, the sum or the mean of each window.

    Of equal largest elements the first takes the whole derivative.

    Arguments:
        x: (batch, channels, ...), floating.
        kernel: the sides of a window, one number or one for each spatial axis, like the next two.
        pool_type: ``"max"``, ``"sum"`` or ``"avg"``.
        stride: of the windows.
        pad: on both sides; nothing there is the largest.
        global_pool: whether there is one window, the whole of ``x`` without padding.
        pooling_convention: ``"full"`` if a last window may reach beyond the end, ``"valid"`` if not.
        count_include_pad: whether padding counts in a mean; what is beyond it never does.

    Returns:
        (batch, channels, ...), the number of windows along each spatial axis.

    Raises:
        ValueError: for another type or convention, and if a window is larger than the padded array.
    """
    if pool_type not in ("max", "sum", "avg") or pooling_convention not in ("valid", "full"):
        raise ValueError(f"pooling is not done by {pool_type!r} and {pooling_convention!r}")
    rank = np.ndim(x) - 2
    one = (1,) * rank
    if global_pool:
        sides, stride, pad, beyond = np.zeros(x.shape[2:]), one, (0,) * rank, (0,) * rank
    else:
        sides = np.zeros(_each(kernel, rank))
        stride, pad = _each(stride, rank), _each(pad, rank)
        beyond = tuple(s - 1 if pooling_convention == "full" else 0 for s in stride)
    least = -np.inf if pool_type == "max" else 0.0
    edges = [(pad[k], pad[k] + beyond[k]) for k in range(rank)]
    padded = _padded(x, edges, least)
    columns = windows(padded, sides, stride, one)
    size = math.prod(columns.shape[:rank])
    flat = columns.reshape(size, *columns.shape[rank:])
    if pool_type == "max":
        return largest(flat)
    total = np.sum(flat, axis=0)
    if pool_type == "sum":
        return total
    if not sum(beyond) and (count_include_pad or not sum(pad)):
        return total / size
    inside = np.ones((1, 1, *x.shape[2:]), x.dtype)
    if count_include_pad:
        inside = _padded(inside, [(p, p) for p in pad], 1.0)
        edges = [(0, b) for b in beyond]
    counts = windows(_padded(inside, edges, 0.0), sides, stride, one)
    return total / np.sum(counts, axis=tuple(range(rank)))


__all__ = ["convolution", "deconvolution", "pooling"]
