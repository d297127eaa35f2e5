"""Layers and activations of neural networks, as plain functions over NumPy arrays.

They run as they stand and are read by the compiler as they stand. Arrays are floating and keep their
dtype; all other arguments are Python values, fixed when the function is compiled. ``EAGER`` has faster
spellings of some, for calls that are only run: their values are the same to the last digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.compositions.stopping import stop_gradient
from srcgrad.rules.activations import error_function, relu, sigmoid

# -- activations ----------------------------------------------------------------------------------


def softsign(x: Any) -> Any:
    """``x / (1 + |x|)``."""
    return x / (1.0 + np.abs(x))


def softrelu(x: Any) -> Any:
    """``log(1 + exp(x))``, exact in both tails."""
    return np.logaddexp(0.0, x)


def leaky_relu(x: Any, slope: float = 0.25) -> Any:
    """``x`` where it is positive, ``slope * x`` elsewhere; ``slope`` is the derivative at zero."""
    return np.where(x > 0.0, x, slope * x)


def prelu(x: Any, slope: Any) -> Any:
    """``leaky_relu`` with slopes that are learned: (1,), or (channels,) for axis 1 of ``x``."""
    if np.ndim(slope) == 1 and np.ndim(x) > 2:
        slope = np.expand_dims(slope, tuple(range(1, np.ndim(x) - 1)))
    return np.where(x > 0.0, x, slope * x)


def elu(x: Any, slope: float = 0.25) -> Any:
    """``x`` where it is positive, ``slope * (exp(x) - 1)`` elsewhere."""
    below = np.where(x > 0.0, 0.0, x)  # else large elements would overflow in the unused arm
    return np.where(x > 0.0, x, slope * np.expm1(below))


def selu(x: Any) -> Any:
    """A scaled ``elu`` that keeps mean zero and variance one (Klambauer et al., 2017)."""
    return 1.0507009873554805 * elu(x, 1.6732632423543772)


def gelu(x: Any) -> Any:
    """``x`` times the normal distribution function at ``x``."""
    return x * (0.5 + 0.5 * erf(x * math.sqrt(0.5)))


def erf(x: Any) -> Any:
    """The error function."""
    return error_function(x)


def gamma(x: Any) -> Any:
    """The gamma function; needs SciPy."""
    from scipy import special

    return special.gamma(x)


def gammaln(x: Any) -> Any:
    """The logarithm of the absolute value of the gamma function; needs SciPy."""
    from scipy import special

    return special.gammaln(x)


def smooth_l1(x: Any, scalar: float = 1.0) -> Any:
    """``(s x)^2 / 2`` where ``|x| < 1 / s^2``, ``|x| - 1 / (2 s^2)`` elsewhere, with ``s`` the scalar."""
    s = scalar * scalar
    return np.where(np.abs(x) < 1.0 / s, 0.5 * s * x * x, np.abs(x) - 0.5 / s)


def clip(x: Any, a_min: float, a_max: float) -> Any:
    """``x`` between two bounds; on a bound the derivative is one."""
    return np.clip(x, a_min, a_max)


# -- softmax --------------------------------------------------------------------------------------


def _shifted(x: Any, axis: int, temperature: float | None) -> Any:
    """``x / temperature`` minus its maximum, of which the result of a softmax does not depend."""
    if temperature is not None and temperature != 1.0:
        x = x / temperature
    return x - stop_gradient(np.max(x, axis=axis, keepdims=True))


def softmax(x: Any, axis: int = -1, temperature: float | None = None) -> Any:
    """``exp(x / temperature)`` divided by its sum along an axis."""
    e = np.exp(_shifted(x, axis, temperature))
    return e / np.sum(e, axis=axis, keepdims=True)


def log_softmax(x: Any, axis: int = -1, temperature: float | None = None) -> Any:
    """The logarithm of ``softmax``, exact where that is nearly zero."""
    shifted = _shifted(x, axis, temperature)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


def softmax_cross_entropy(x: Any, label: Any) -> Any:
    """The sum of ``-log(softmax(x))`` at the label of each row, at most ``-log(1e-8)`` a row.

    Rows at that bound have slope ``softmax(x) - one_hot(label)`` like all others, as in MXNet, so that
    an example that is judged quite wrongly is still learned from.

    Arguments:
        x: floating, (batch, classes).
        label: whole numbers of any dtype, (batch,).

    Returns:
        A number in the dtype of ``x``.
    """
    rows = np.arange(x.shape[0])
    loss = -log_softmax(x)[rows, label.astype(np.int64)]
    return np.sum(loss - stop_gradient(np.maximum(loss + math.log(1e-8), 0.0)))


# -- layers ---------------------------------------------------------------------------------------


def fully_connected(x: Any, weight: Any, bias: Any = None, flatten: bool = True) -> Any:
    """``x @ weight.T + bias``.

    Arguments:
        x: (batch, ...); with ``flatten`` all other axes are inputs, else the last one.
        weight: (units, inputs).
        bias: (units,), or none.
        flatten: whether the axes after the first are one.

    Returns:
        (batch, units), or without ``flatten`` the shape of ``x`` with ``units`` last.
    """
    if flatten and np.ndim(x) != 2:
        x = np.reshape(x, (x.shape[0], math.prod(x.shape[1:])))
    product = x @ weight.T
    return product if bias is None else product + bias


def batch_norm(
    x: Any, gamma: Any, beta: Any, axis: int = 1, eps: float = 1e-3
) -> tuple[Any, Any, Any]:
    """``x`` in units of its deviation along all axes but one, scaled and moved: the form for training.

    Returns:
        The result, in the shape of ``x``; the means and the biased variances, (channels,).
    """
    others = tuple(k for k in range(np.ndim(x)) if k != axis % np.ndim(x))
    mean = np.mean(x, axis=others, keepdims=True)
    moved = x - mean
    var = np.mean(moved * moved, axis=others, keepdims=True)
    scale = np.expand_dims(gamma, others) / np.sqrt(var + eps)
    out = moved * scale + np.expand_dims(beta, others)
    return out, np.squeeze(mean, others), np.squeeze(var, others)


def batch_norm_inference(
    x: Any, gamma: Any, beta: Any, mean: Any, var: Any, axis: int = 1, eps: float = 1e-3
) -> Any:
    """``batch_norm`` with means and variances that are given, (channels,) each."""
    others = tuple(k for k in range(np.ndim(x)) if k != axis % np.ndim(x))
    scale = gamma / np.sqrt(var + eps)
    return x * np.expand_dims(scale, others) + np.expand_dims(beta - mean * scale, others)


def layer_norm(x: Any, gamma: Any, beta: Any, axis: int = -1, eps: float = 1e-5) -> Any:
    """``x`` in units of its deviation along one axis, scaled and moved by ``gamma`` and ``beta`` there."""
    others = tuple(k for k in range(np.ndim(x)) if k != axis % np.ndim(x))
    moved = x - np.mean(x, axis=axis, keepdims=True)
    var = np.mean(moved * moved, axis=axis, keepdims=True)
    scaled = moved / np.sqrt(var + eps)
    return scaled * np.expand_dims(gamma, others) + np.expand_dims(beta, others)


def l2_normalization(x: Any, eps: float = 1e-10, mode: str = "instance") -> Any:
    """``x / sqrt(sum(x^2) + eps)``, the sum over each instance, channel (axis 1) or spatial position."""
    rank = np.ndim(x)
    axes = {
        "instance": tuple(range(1, rank)),
        "channel": (1,),
        "spatial": tuple(range(2, rank)),
    }[mode]
    return x / np.sqrt(np.sum(x * x, axis=axes, keepdims=True) + eps)


def dropout(x: Any, mask: Any) -> Any:
    """``x`` times a mask that was drawn: zero, or the inverse of the probability to be kept."""
    return x * mask


def batch_dot(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False) -> Any:
    """The products of two stacks of matrices, (batch, n, k) and (batch, k, m), each may be transposed."""
    left = np.swapaxes(a, -1, -2) if transpose_a else a
    right = np.swapaxes(b, -1, -2) if transpose_b else b
    return left @ right


# -- only run -------------------------------------------------------------------------------------


def _relu(x: Any) -> Any:
    return np.maximum(x, 0.0)


def _softrelu(x: Any) -> Any:
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def _centred(x: Any, axis: int, temperature: float | None) -> Any:
    """New memory with ``x / temperature`` minus its maximum."""
    if temperature is not None and temperature != 1.0:
        x = x / temperature
    return x - x.max(axis=axis, keepdims=True)


def _softmax(x: Any, axis: int = -1, temperature: float | None = None) -> Any:
    e = _centred(x, axis, temperature)
    if e.dtype.kind != "f":
        return softmax(x, axis, temperature)
    np.exp(e, out=e)
    e /= e.sum(axis=axis, keepdims=True)
    return e


def _log_softmax(x: Any, axis: int = -1, temperature: float | None = None) -> Any:
    shifted = _centred(x, axis, temperature)
    if shifted.dtype.kind != "f":
        return log_softmax(x, axis, temperature)
    shifted -= np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    return shifted


EAGER: dict[Callable[..., Any], Callable[..., Any]] = {
    log_softmax: _log_softmax,
    relu: _relu,
    softmax: _softmax,
    softrelu: _softrelu,
}

__all__ = [
    "EAGER",
    "batch_dot",
    "batch_norm",
    "batch_norm_inference",
    "clip",
    "dropout",
    "elu",
    "erf",
    "fully_connected",
    "gamma",
    "gammaln",
    "gelu",
    "l2_normalization",
    "layer_norm",
    "leaky_relu",
    "log_softmax",
    "prelu",
    "relu",
    "selu",
    "sigmoid",
    "smooth_l1",
    "softmax",
    "softmax_cross_entropy",
    "softrelu",
    "softsign",
]
