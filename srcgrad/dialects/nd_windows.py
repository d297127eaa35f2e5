"""Convolution and pooling of `srcgrad.nd`: batch and channels come first."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.compositions import neural_windows
from srcgrad.dialects.nd_calls import call, checked
from srcgrad.errors import OperandError

Lengths = int | tuple[int, ...] | list[int]
_LAYOUTS = (None, "NCW", "NCHW", "NCDHW")


def _each(value: Lengths, rank: int, default: int) -> Any:
    """One number for each spatial axis."""
    if isinstance(value, int):
        return (value,) * rank
    return tuple(int(n) for n in value) or (default,) * rank


def _fit(data: Any, layout: str | None) -> int:
    """The number of spatial axes."""
    if layout not in _LAYOUTS:
        message = f"the layout is {layout!r}"
        raise OperandError("SG708", message, "move the channels to the second axis")
    rank: int = checked(data).ndim - 2
    if rank not in (1, 2, 3):
        message = f"data has shape {data.shape}"
        raise OperandError("SG708", message, "give (batch, channels, ...), of 3 to 5 axes")
    return rank


def _agree(name: str, said: Any, found: Any) -> None:
    """Check an argument that repeats what the shape of the weight says."""
    if said is not None and said != found:
        message = f"{name} is {said}, the weight says {found}"
        raise OperandError("SG708", message, "give a weight of the shape that is said")


def Convolution(
    data: Any,
    weight: Any,
    bias: Any = None,
    kernel: Lengths | None = None,
    stride: Lengths = (),
    dilate: Lengths = (),
    pad: Lengths = (),
    num_filter: int | None = None,
    num_group: int = 1,
    no_bias: bool = False,
    layout: str | None = None,
    out: Any = None,
    **hints: Any,
) -> Any:
    """The cross-correlation of each example with kernels.

    Arguments:
        data: (batch, channels, ...), with one, two or three spatial axes.
        weight: (num_filter, channels / num_group, ...), the rest is the kernel.
        bias: (num_filter,).
        kernel: the sides of the kernel; those of ``weight``.
        stride: distance of the windows, one unless said.
        dilate: distance of the elements of the kernel, one unless said.
        pad: zeros on both sides.
        num_filter: the number of kernels; that of ``weight``.
        num_group: groups of channels and kernels, which do not mix.
        no_bias: whether there is no bias.
        layout: ``"NCW"``, ``"NCHW"`` or ``"NCDHW"``.
        out: an array to write the result to.
        hints: what is said to MXNet of workspaces and tuning; not looked at.

    Raises:
        OperandError: arguments do not go together.
    """
    rank = _fit(data, layout)
    _agree("num_filter", num_filter, checked(weight).shape[0])
    if kernel is not None:
        _agree("kernel", _each(kernel, rank, 1), weight.shape[2:])
    steps = _each(stride, rank, 1), _each(dilate, rank, 1), _each(pad, rank, 0)
    added = None if no_bias else bias
    return call(neural_windows.convolution, data, weight, added, *steps, num_group, out=out)


def Deconvolution(
    data: Any,
    weight: Any,
    bias: Any = None,
    kernel: Lengths | None = None,
    stride: Lengths = (),
    dilate: Lengths = (),
    pad: Lengths = (),
    adj: Lengths = (),
    num_filter: int | None = None,
    num_group: int = 1,
    no_bias: bool = True,
    layout: str | None = None,
    out: Any = None,
    **hints: Any,
) -> Any:
    """The transpose of `Convolution`: each element adds a kernel to the result.

    Arguments:
        data: (batch, channels, ...), with one, two or three spatial axes.
        weight: (channels, num_filter / num_group, ...), the rest is the kernel.
        bias: (num_filter,); there is none unless ``no_bias`` is false.
        kernel: the sides of the kernel; those of ``weight``.
        stride: distance of the kernels in the result.
        dilate: distance of the elements of the kernel.
        pad: what is cut off on both sides.
        adj: what is added at the end, less than the stride.
        num_filter: the number of channels of the result.
        num_group: groups of channels, which do not mix.
        no_bias: whether there is no bias.
        layout: ``"NCW"``, ``"NCHW"`` or ``"NCDHW"``.
        out: an array to write the result to.
        hints: what is said to MXNet of workspaces and tuning; not looked at.

    Raises:
        OperandError: arguments do not go together.
    """
    rank = _fit(data, layout)
    _agree("num_filter", num_filter, checked(weight).shape[1] * num_group)
    if kernel is not None:
        _agree("kernel", _each(kernel, rank, 1), weight.shape[2:])
    if hints.get("target_shape"):
        raise OperandError("SG708", "target_shape is given", "give pad and adj")
    steps = [_each(v, rank, d) for v, d in ((stride, 1), (dilate, 1), (pad, 0), (adj, 0))]
    added = None if no_bias else bias
    return call(neural_windows.deconvolution, data, weight, added, *steps, num_group, out=out)


def Pooling(
    data: Any,
    kernel: Lengths = (),
    pool_type: str = "max",
    global_pool: bool = False,
    pooling_convention: str = "valid",
    stride: Lengths = (),
    pad: Lengths = (),
    count_include_pad: bool = True,
    layout: str | None = None,
    out: Any = None,
    **hints: Any,
) -> Any:
    """The largest element, the sum or the mean of each window.

    Arguments:
        data: (batch, channels, ...), with one, two or three spatial axes.
        kernel: the sides of a window.
        pool_type: ``"max"``, ``"sum"`` or ``"avg"``.
        global_pool: whether there is one window, the whole of the spatial axes.
        pooling_convention: ``"valid"``, or ``"full"`` if windows may reach beyond the end.
        stride: distance of the windows, one unless said.
        pad: on both sides; it is never the largest.
        count_include_pad: whether padding counts in means.
        layout: ``"NCW"``, ``"NCHW"`` or ``"NCDHW"``.
        out: an array to write the result to.
        hints: what is said to MXNet of libraries; not looked at.

    Raises:
        OperandError: the layout is another one.
    """
    rank = _fit(data, layout)
    sides, steps, edges = _each(kernel, rank, 1), _each(stride, rank, 1), _each(pad, rank, 0)
    given = sides, pool_type, steps, edges, global_pool, pooling_convention, count_include_pad
    return call(neural_windows.pooling, data, *given, out=out)


def UpSampling(data: Any, scale: int, sample_type: str = "nearest", **hints: Any) -> Any:
    """Each pixel as a square of equal pixels: (batch, channels, height, width).

    Raises:
        OperandError: another way of filling in is asked for.
    """
    if sample_type != "nearest":
        message = f"sample_type is {sample_type!r}"
        raise OperandError("SG708", message, "use 'nearest', or Deconvolution")
    return call(_enlarged, data, int(scale))


def _enlarged(x: Any, scale: int) -> Any:
    return np.repeat(np.repeat(x, scale, axis=2), scale, axis=3)


__all__ = [
    "Convolution",
    "Deconvolution",
    "Pooling",
    "UpSampling",
]
