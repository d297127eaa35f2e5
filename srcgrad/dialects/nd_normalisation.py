"""Normalisations of `srcgrad.nd`: by statistics of a batch, an example, a group or a vector."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.compositions import neural
from srcgrad.dialects.nd_calls import call
from srcgrad.imperative.calls import add_effect
from srcgrad.imperative.scopes import is_training

# -- over NumPy arrays ----------------------------------------------------------------------------


def _batch_norm_unscaled(x: Any, gamma: Any, beta: Any, axis: int, eps: float) -> Any:
    return neural.batch_norm(x, np.ones_like(gamma), beta, axis, eps)


def _inference_unscaled(
    x: Any, gamma: Any, beta: Any, mean: Any, var: Any, axis: int, eps: float
) -> Any:
    return neural.batch_norm_inference(x, np.ones_like(gamma), beta, mean, var, axis, eps)


def _layer_norm_moments(x: Any, gamma: Any, beta: Any, axis: int, eps: float) -> Any:
    mean = np.mean(x, axis=axis, keepdims=True)
    moved = x - mean
    deviation = np.sqrt(np.mean(moved * moved, axis=axis, keepdims=True) + eps)
    out = neural.layer_norm(x, gamma, beta, axis, eps)
    return out, np.squeeze(mean, axis), np.squeeze(deviation, axis)


def _instance_norm(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    others = tuple(range(2, np.ndim(x)))
    moved = x - np.mean(x, axis=others, keepdims=True)
    var = np.mean(moved * moved, axis=others, keepdims=True)
    more = tuple(range(1, np.ndim(x) - 1))
    return moved / np.sqrt(var + eps) * np.expand_dims(gamma, more) + np.expand_dims(beta, more)


def _group_norm(x: Any, gamma: Any, beta: Any, groups: int, eps: float) -> Any:
    shape = x.shape
    rows = np.reshape(x, (shape[0], groups, -1))
    moved = rows - np.mean(rows, axis=2, keepdims=True)
    var = np.mean(moved * moved, axis=2, keepdims=True)
    scaled = moved / np.sqrt(var + eps) * np.expand_dims(gamma, 1) + np.expand_dims(beta, 1)
    return np.reshape(scaled, shape)


# -- over NDArrays --------------------------------------------------------------------------------


def BatchNorm(
    data: Any,
    gamma: Any,
    beta: Any,
    moving_mean: Any,
    moving_var: Any,
    eps: float = 1e-3,
    momentum: float = 0.9,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
    axis: int = 1,
) -> Any:
    """``data`` in units of its deviation, along all axes but one.

    In training mean and variance are those of the batch, else the moving ones. `backward` moves
    those towards the batch, if it passes through the result of a forward pass in training.

    Arguments:
        data: floating, with channels along ``axis``.
        gamma: factors, (channels,).
        beta: what is added, (channels,).
        moving_mean: (channels,), written by `backward`.
        moving_var: (channels,), written by `backward`.
        eps: added to the variance.
        momentum: how much of the moving statistics stays.
        fix_gamma: whether factors are one.
        use_global_stats: whether the moving statistics are used in training too.
        output_mean_var: whether mean and variance are returned as well.
        axis: of the channels.
    """
    if not is_training() or use_global_stats:
        fixed = _inference_unscaled if fix_gamma else neural.batch_norm_inference
        stats = moving_mean.detach(), moving_var.detach()
        given = data, gamma, beta, *stats, axis, float(eps)
        out, mean, var = call(fixed, *given), moving_mean, moving_var
    else:
        own = _batch_norm_unscaled if fix_gamma else neural.batch_norm
        out, mean, var = call(own, data, gamma, beta, axis, float(eps))
        found = (moving_mean, mean.asnumpy()), (moving_var, var.asnumpy())
        add_effect(out, lambda: _move(found, momentum))
    return [out, mean, var] if output_mean_var else out


def _move(pairs: Any, momentum: float) -> None:
    """Move statistics towards those of a batch."""
    for moving, found in pairs:
        moving[:] = momentum * moving._data + (1.0 - momentum) * found


def LayerNorm(
    data: Any,
    gamma: Any,
    beta: Any,
    axis: int = -1,
    eps: float = 1e-5,
    output_mean_var: bool = False,
) -> Any:
    """``data`` in units of its deviation along an axis, with factors and offsets."""
    if output_mean_var:
        return list(call(_layer_norm_moments, data, gamma, beta, axis, float(eps)))
    return call(neural.layer_norm, data, gamma, beta, axis, float(eps))


def InstanceNorm(data: Any, gamma: Any, beta: Any, eps: float = 1e-3) -> Any:
    """``data`` in units of its deviation in each example and channel."""
    return call(_instance_norm, data, gamma, beta, float(eps))


def GroupNorm(data: Any, gamma: Any, beta: Any, num_groups: int = 1, eps: float = 1e-5) -> Any:
    """``data`` in units of its deviation in each example and group of channels.

    Arguments:
        data: (batch, channels, ...).
        gamma: factors, (num_groups,).
        beta: what is added, (num_groups,).
        num_groups: of channels that follow one another.
        eps: added to the variance.
    """
    return call(_group_norm, data, gamma, beta, num_groups, float(eps))


def L2Normalization(data: Any, eps: float = 1e-10, mode: str = "instance", out: Any = None) -> Any:
    """``data`` divided by its norm, of each ``"instance"``, ``"channel"`` or ``"spatial"`` place."""
    return call(neural.l2_normalization, data, float(eps), mode, out=out)


__all__ = [
    "BatchNorm",
    "GroupNorm",
    "InstanceNorm",
    "L2Normalization",
    "LayerNorm",
]
