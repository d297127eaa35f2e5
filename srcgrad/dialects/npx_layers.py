"""The layers of `srcgrad.npx`: products, normalisations, dropout, tables."""

from __future__ import annotations

from typing import Any

from srcgrad.compositions import neural, neural_picks
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
    mask = placed(generator.mask(p, shape, data.dtype), data.context)
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


__all__ = ["batch_dot", "batch_norm", "dropout", "embedding", "fully_connected", "layer_norm"]
