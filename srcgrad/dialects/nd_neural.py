"""Activations, softmax and layers of `srcgrad.nd`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.compositions import neural, neural_picks
from srcgrad.compositions.stopping import stop_gradient
from srcgrad.dialects.nd_calls import call, checked, into
from srcgrad.dialects.nd_elementwise import relu, sigmoid, softsign, tanh
from srcgrad.dialects.nd_picks import of_rows
from srcgrad.dialects.nd_reductions import one
from srcgrad.errors import ChoiceError, OperandError, ShapeError
from srcgrad.imperative.generator import generator
from srcgrad.imperative.scopes import is_training

# -- over NumPy arrays ----------------------------------------------------------------------------


def _softmin(x: Any, axis: int, temperature: float | None) -> Any:
    return neural.softmax(-x, axis, temperature)


def _bounded_loss(logarithm: Any) -> Any:
    loss = -logarithm
    return one(np.sum(loss - stop_gradient(np.maximum(loss + math.log(1e-8), 0.0))))


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
    """The sum of ``-log(softmax(x))`` at the label of each row, (1,).

    A row gives ``-log(1e-8)`` at most; the gradient is that without this bound.

    Arguments:
        data: (batch, classes).
        label: whole numbers of any dtype, (batch,).
        out: an array to write the result to.

    Raises:
        ShapeError: there is another number of labels.
    """
    if checked(data).ndim != 2 or checked(label).shape != data.shape[:1]:
        message = f"data has shape {data.shape}, label {label.shape}"
        raise ShapeError("SG708", message, "give (batch, classes) and (batch,)")
    return call(_bounded_loss, of_rows(log_softmax(data), label), out=out)


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
    product = call(neural.fully_connected, data, weight, None, flatten)
    return into(out, product if no_bias or bias is None else product + bias)


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


__all__ = [
    "Activation",
    "Dropout",
    "Embedding",
    "FullyConnected",
    "LeakyReLU",
    "SoftmaxActivation",
    "log_softmax",
    "softmax",
    "softmax_cross_entropy",
    "softmin",
]
