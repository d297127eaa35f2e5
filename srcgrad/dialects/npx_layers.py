"""The layers of `srcgrad.npx`: products, normalisations, dropout, tables."""

from __future__ import annotations

from typing import Any

from srcgrad.compositions import neural, neural_picks, neural_windows
from srcgrad.dialects.np_creation import placed
from srcgrad.dialects.np_functions import FUNCTIONS
from srcgrad.dialects.npx_functions import call, cast
from srcgrad.imperative.calls import add_effect
from srcgrad.imperative.generator import generator
from srcgrad.imperative.scopes import pause
from srcgrad.imperative.trace import local


def fully_connected(
    x: Any,
    weight: Any,
    bias: Any = None,
    num_hidden: int | None = None,
    no_bias: bool = False,
    flatten: bool = True,
    out: Any = None,
) -> Any:
    """``x @ weight.T + bias``; with ``flatten`` all axes of ``x`` but the first are one."""
    return call(neural.fully_connected, x, weight, None if no_bias else bias, flatten, out=out)


def batch_dot(
    a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False, out: Any = None
) -> Any:
    """The products of two stacks of matrices, each of which may be transposed."""
    return call(neural.batch_dot, a, b, transpose_a, transpose_b, out=out)


def embedding(
    data: Any,
    weight: Any,
    input_dim: int | None = None,
    output_dim: int | None = None,
    dtype: Any = None,
    sparse_grad: bool = False,
    out: Any = None,
) -> Any:
    """The rows of ``weight`` at an index."""
    return cast(call(neural_picks.embedding, data, weight), dtype, out)


def convolution(
    data: Any,
    weight: Any,
    bias: Any = None,
    kernel: Any = None,
    stride: Any = (),
    dilate: Any = (),
    pad: Any = (),
    num_filter: int | None = None,
    num_group: int = 1,
    no_bias: bool = False,
    layout: str | None = None,
    out: Any = None,
) -> Any:
    """The cross-correlation with kernels over one, two or three spatial axes; channels are axis 1.

    Arguments:
        data: (batch, channels, ...).
        weight: (num_filter, channels / num_group, ...); its spatial lengths are those of the kernel.
        bias: (num_filter,), if it is wanted.
        kernel: the lengths of the kernel; what ``weight`` says, too.
        stride: of the windows; by default 1.
        dilate: distance of the elements of a kernel; by default 1.
        pad: zeros on both sides; by default 0.
        num_filter: the number of kernels; what ``weight`` says, too.
        num_group: of channels and kernels.
        no_bias: whether ``bias`` is left out.
        layout: of the axes; channels are axis 1 in all that are offered.
        out: an array that is written with the result.
    """
    _check_layout(layout)
    added = None if no_bias else bias
    lengths = _lengths(stride, 1), _lengths(dilate, 1), _lengths(pad, 0)
    return call(neural_windows.convolution, data, weight, added, *lengths, num_group, out=out)


def deconvolution(
    data: Any,
    weight: Any,
    bias: Any = None,
    kernel: Any = None,
    stride: Any = (),
    dilate: Any = (),
    pad: Any = (),
    adj: Any = (),
    target_shape: Any = (),
    num_filter: int | None = None,
    num_group: int = 1,
    no_bias: bool = True,
    layout: str | None = None,
    out: Any = None,
) -> Any:
    """The transpose of `convolution`, with the same arguments; ``adj`` is added at the end.

    Raises:
        ValueError: a target shape is given.
    """
    _check_layout(layout)
    if target_shape:
        raise ValueError("target_shape is not taken: give pad and adj")
    added = None if no_bias else bias
    lengths = _lengths(stride, 1), _lengths(dilate, 1), _lengths(pad, 0), _lengths(adj, 0)
    return call(neural_windows.deconvolution, data, weight, added, *lengths, num_group, out=out)


def pooling(
    data: Any,
    kernel: Any = (),
    pool_type: str = "max",
    global_pool: bool = False,
    pooling_convention: str = "valid",
    stride: Any = (),
    pad: Any = (),
    count_include_pad: bool = True,
    layout: str | None = None,
    out: Any = None,
) -> Any:
    """The largest element, the sum or the mean of each window over the spatial axes.

    Arguments:
        data: (batch, channels, ...).
        kernel: the lengths of a window.
        pool_type: ``"max"``, ``"avg"`` or ``"sum"``.
        global_pool: whether there is one window, the whole of the array.
        pooling_convention: ``"full"`` if a last window may reach beyond the end.
        stride: of the windows; by default 1.
        pad: on both sides; by default 0.
        count_include_pad: whether padding counts in a mean.
        layout: of the axes; channels are axis 1 in all that are offered.
        out: an array that is written with the result.
    """
    _check_layout(layout)
    lengths = _lengths(kernel, 1), pool_type, _lengths(stride, 1), _lengths(pad, 0)
    how = bool(global_pool), pooling_convention, bool(count_include_pad)
    return call(neural_windows.pooling, data, *lengths, *how, out=out)


def _lengths(given: Any, default: int) -> Any:
    """Lengths for each spatial axis, or one for all."""
    if isinstance(given, int):
        return given
    return tuple(int(n) for n in given) if given else default


def _check_layout(layout: str | None) -> None:
    if layout not in (None, "NCW", "NCHW", "NCDHW"):
        raise ValueError(f"layout is {layout!r}: channels have to be axis 1")


def dropout(
    data: Any, p: float = 0.5, mode: str = "training", axes: Any = (), out: Any = None
) -> Any:
    """Zero with probability ``p``, else ``x / (1 - p)``, in training; the array itself elsewhere.

    Arguments:
        data: floating.
        p: the probability.
        mode: ``"training"``, or ``"always"``.
        axes: along which all elements are dropped or kept together.
        out: an array that is written with the result.
    """
    if p == 0 or not (mode == "always" or local.training):
        return cast(data.copy(), None, out)
    shape = tuple(1 if k in tuple(axes) else n for k, n in enumerate(data.shape))
    mask = placed(generator.dropout_mask(p, shape).astype(data.dtype), data.context)
    return call(neural.dropout, data, mask, out=out)


def layer_norm(
    data: Any,
    gamma: Any,
    beta: Any,
    axis: int = -1,
    eps: float = 1e-5,
    output_mean_var: bool = False,
) -> Any:
    """The array in units of its deviation along an axis, scaled by ``gamma`` and moved by ``beta``.

    With ``output_mean_var`` a list of that, the means and the deviations.
    """
    made = call(neural.layer_norm, data, gamma, beta, axis, float(eps))
    if not output_mean_var:
        return made
    mean = data.mean(axis=axis, keepdims=True)
    deviation = FUNCTIONS["sqrt"](data.var(axis=axis, keepdims=True) + eps)
    return [made, mean, deviation]


def batch_norm(
    x: Any,
    gamma: Any,
    beta: Any,
    running_mean: Any,
    running_var: Any,
    eps: float = 1e-3,
    momentum: float = 0.9,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
    axis: int = 1,
) -> Any:
    """The array in units of its deviation along all axes but one, scaled and moved.

    In training the statistics are those of ``x``, and a backward pass moves the running ones towards
    them. Otherwise the running ones are taken.

    Arguments:
        x: floating, with channels along ``axis``.
        gamma: what is multiplied with, (channels,).
        beta: what is added, (channels,).
        running_mean: (channels,), written by backward passes.
        running_var: the biased variances, (channels,), likewise.
        eps: what is added to variances.
        momentum: the share that stays of running statistics.
        fix_gamma: whether ``gamma`` is taken as ones.
        use_global_stats: whether running statistics are taken in training too.
        output_mean_var: whether the result is a list of the array, means and inverse deviations.
        axis: of the channels.
    """
    scale = FUNCTIONS["ones_like"](gamma) if fix_gamma else gamma
    eps = float(eps)
    if local.training and not use_global_stats:
        made, mean, var = call(neural.batch_norm, x, scale, beta, axis, eps)
        given = mean._data, var._data

        def move() -> None:
            with pause(local.training):
                for running, now in zip((running_mean, running_var), given, strict=True):
                    running[...] = momentum * running._data + (1 - momentum) * now

        add_effect(made, move)
    else:
        mean, var = running_mean, running_var
        made = call(neural.batch_norm_inference, x, scale, beta, mean, var, axis, eps)
    return [made, mean, 1 / FUNCTIONS["sqrt"](var + eps)] if output_mean_var else made


__all__ = [
    "batch_dot",
    "batch_norm",
    "convolution",
    "deconvolution",
    "dropout",
    "embedding",
    "fully_connected",
    "layer_norm",
    "pooling",
]
