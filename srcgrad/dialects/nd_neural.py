"""Activations, layers and normalisations of `srcgrad.nd`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.compositions import neural, neural_picks
from srcgrad.dialects.nd_calls import call, checked
from srcgrad.dialects.nd_elementwise import relu, sigmoid, softsign, tanh
from srcgrad.dialects.nd_reductions import one
from srcgrad.errors import ChoiceError, OperandError
from srcgrad.imperative.calls import add_effect
from srcgrad.imperative.generator import generator
from srcgrad.imperative.scopes import is_training

# -- over NumPy arrays ----------------------------------------------------------------------------


def _softmin(x: Any, axis: int, temperature: float | None) -> Any:
    return neural.softmax(-x, axis, temperature)


def _cross_entropy(x: Any, label: Any) -> Any:
    return one(neural.softmax_cross_entropy(x, label))


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


# -- activations and softmax ----------------------------------------------------------------------


def _softrelu(data: Any, out: Any = None) -> Any:
    return call(neural.softrelu, data, out=out, eager=neural.EAGER[neural.softrelu])


_ACTIVATIONS: dict[str, Callable[..., Any]] = {
    "relu": relu,
    "sigmoid": sigmoid,
    "softrelu": _softrelu,
    "softsign": softsign,
    "tanh": tanh,
}


def Activation(data: Any, act_type: str, out: Any = None) -> Any:
    """An activation by name.

    Raises:
        ChoiceError: there is none of that name.
    """
    if act_type not in _ACTIVATIONS:
        raise ChoiceError("SG710", f"act_type is {act_type!r}", f"use {', '.join(_ACTIVATIONS)}")
    return _ACTIVATIONS[act_type](data, out=out)


def LeakyReLU(
    data: Any,
    gamma: Any = None,
    act_type: str = "leaky",
    slope: float = 0.25,
    lower_bound: float = 0.125,
    upper_bound: float = 0.334,
    out: Any = None,
) -> Any:
    """Activations that do not vanish below zero.

    Arguments:
        data: floating.
        gamma: the slopes of ``"prelu"``, (1,) or (channels,).
        act_type: ``"leaky"``, ``"elu"``, ``"selu"``, ``"gelu"``, ``"prelu"``, or ``"rrelu"``, whose
            slopes are drawn in training, and are the middle of the bounds outside of it.
        slope: of ``"leaky"`` and ``"elu"``.
        lower_bound: of the slopes of ``"rrelu"``.
        upper_bound: of the slopes of ``"rrelu"``.
        out: an array to write the result to.

    Raises:
        ChoiceError: there is no activation of that name.
    """
    if act_type == "leaky":
        return call(neural.leaky_relu, data, float(slope), out=out)
    if act_type == "elu":
        return call(neural.elu, data, float(slope), out=out)
    if act_type in ("selu", "gelu"):
        return call(neural.selu if act_type == "selu" else neural.gelu, data, out=out)
    if act_type == "prelu":
        return call(neural.prelu, data, gamma, out=out)
    if act_type != "rrelu":
        kinds = "leaky, elu, selu, gelu, prelu or rrelu"
        raise ChoiceError("SG710", f"act_type is {act_type!r}", f"use {kinds}")
    if not is_training():
        return call(neural.leaky_relu, data, (lower_bound + upper_bound) / 2, out=out)
    drawn = generator.uniform(lower_bound, upper_bound, checked(data).shape, data.dtype)
    return call(neural.leaky_relu, data, data._of(drawn), out=out)


def softmax(
    data: Any,
    axis: int = -1,
    temperature: float | None = None,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    """``exp(x / temperature)`` divided by its sum along an axis."""
    return _typed(call(neural.softmax, data, axis, _temperature(temperature), out=out), dtype)


def log_softmax(
    data: Any,
    axis: int = -1,
    temperature: float | None = None,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    """The logarithm of `softmax`, exact where that is nearly zero."""
    return _typed(call(neural.log_softmax, data, axis, _temperature(temperature), out=out), dtype)


def softmin(
    data: Any,
    axis: int = -1,
    temperature: float | None = None,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    """The `softmax` of the negative."""
    return _typed(call(_softmin, data, axis, _temperature(temperature), out=out), dtype)


def _temperature(value: float | None) -> float | None:
    return None if value is None or value == 1 else float(value)


def _typed(found: Any, dtype: Any) -> Any:
    return found if dtype is None else found.astype(dtype)


def SoftmaxActivation(data: Any, mode: str = "instance", out: Any = None) -> Any:
    """`softmax` along the last axis, or in the mode ``"channel"`` along the second."""
    return softmax(data, 1 if mode == "channel" else -1, out=out)


def softmax_cross_entropy(data: Any, label: Any, out: Any = None) -> Any:
    """The sum of ``-log(softmax(x))`` at the label of each row, (1,); bounded by ``-log(1e-8)``."""
    return call(_cross_entropy, data, label, out=out, mixed=True)


# -- layers ---------------------------------------------------------------------------------------


def FullyConnected(
    data: Any,
    weight: Any,
    bias: Any = None,
    num_hidden: int | None = None,
    no_bias: bool = False,
    flatten: bool = True,
    out: Any = None,
) -> Any:
    """``data @ weight.T + bias``.

    Arguments:
        data: (batch, ...); with ``flatten`` all axes but the first are inputs, else the last one.
        weight: (units, inputs).
        bias: (units,).
        num_hidden: the number of units; that of ``weight``.
        no_bias: whether there is no bias.
        flatten: whether the axes after the first are one.
        out: an array to write the result to.
    """
    if num_hidden is not None and num_hidden != checked(weight).shape[0]:
        message = f"num_hidden is {num_hidden}, weight has shape {weight.shape}"
        raise OperandError("SG708", message, "give a weight of shape (num_hidden, inputs)")
    added = None if no_bias else bias
    return call(neural.fully_connected, data, weight, added, flatten, out=out)


def Embedding(
    data: Any,
    weight: Any,
    input_dim: int | None = None,
    output_dim: int | None = None,
    dtype: Any = "float32",
    sparse_grad: bool = False,
    out: Any = None,
) -> Any:
    """The rows of ``weight``, (words, features), at the indices ``data``, of any shape."""
    return call(neural_picks.embedding, data, weight, out=out, mixed=True)


def Dropout(
    data: Any, p: float = 0.5, mode: str = "training", axes: Any = (), out: Any = None
) -> Any:
    """Some elements as zeros, the others larger, in training; else the array itself.

    Arguments:
        data: floating.
        p: the probability of a zero.
        mode: ``"always"`` does so outside of training too.
        axes: along which one draw serves all elements.
        out: an array to write the result to.

    Raises:
        ChoiceError: ``p`` is no probability.
    """
    if not 0 <= p <= 1:
        raise ChoiceError("SG710", f"p is {p}", "give a probability")
    if not p or (mode != "always" and not is_training()):
        return call(np.copy, data, out=out)
    shape = tuple(1 if k in axes else n for k, n in enumerate(checked(data).shape))
    drawn = generator.dropout_mask(p, shape) if p < 1 else np.zeros(shape)
    mask = drawn.astype(data.dtype)
    return call(neural.dropout, data, data._of(mask), out=out)


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
    "Activation",
    "BatchNorm",
    "Dropout",
    "Embedding",
    "FullyConnected",
    "GroupNorm",
    "InstanceNorm",
    "L2Normalization",
    "LayerNorm",
    "LeakyReLU",
    "SoftmaxActivation",
    "log_softmax",
    "softmax",
    "softmax_cross_entropy",
    "softmin",
]
