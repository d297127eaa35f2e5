"""Layers of `srcgrad.nd` that bring their own gradient: the head gradient is not looked at."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcgrad.compositions import neural
from srcgrad.compositions.stopping import stop_gradient
from srcgrad.custom import custom_vjp
from srcgrad.dialects.nd_calls import call, checked
from srcgrad.errors import OperandError

# -- over NumPy arrays ----------------------------------------------------------------------------


@custom_vjp
def _with_slope(x: Any, out: Any, slope: Any) -> Any:
    """``out``, whose gradient with respect to ``x`` is ``slope`` whatever comes from above."""
    return np.copy(out)


def _forward(x: Any, out: Any, slope: Any) -> Any:
    return np.copy(out), slope


def _backward(slope: Any, g: Any) -> Any:
    return slope, None, None


_with_slope.defvjp(_forward, _backward)


def _softmax_output(
    x: Any,
    label: Any,
    scale: float,
    axis: int,
    ignored: float | None,
    normalization: str,
    smooth: float | None,
) -> Any:
    out = neural.softmax(stop_gradient(x), axis)
    classes = x.shape[axis]
    hot = np.arange(classes)
    if axis == 1 and np.ndim(x) > 2:
        hot = np.expand_dims(hot, tuple(range(1, np.ndim(x) - 1)))
    target = (np.expand_dims(label, axis) == hot).astype(x.dtype)
    if smooth is not None:
        target = target * (1.0 - smooth) + (1.0 - target) * (smooth / (classes - 1))
    slope = (out - target) * scale
    if ignored is not None:
        kept = (label != ignored).astype(x.dtype)
        slope = slope * np.expand_dims(kept, axis)
        if normalization == "valid":
            slope = slope / np.maximum(np.sum(kept), 1.0)
    elif normalization == "valid":
        slope = slope / math.prod(label.shape)
    if normalization == "batch":
        slope = slope / x.shape[0]
    return _with_slope(x, out, stop_gradient(slope))


def _scaled(label: Any, scale: float) -> Any:
    return scale / math.prod(label.shape[1:])


def _linear_output(x: Any, label: Any, scale: float) -> Any:
    slope = (x - np.reshape(label, x.shape)) * _scaled(label, scale)
    return _with_slope(x, stop_gradient(x), stop_gradient(slope))


def _logistic_output(x: Any, label: Any, scale: float) -> Any:
    out = neural.sigmoid(x)
    slope = (out - np.reshape(label, x.shape)) * _scaled(label, scale)
    return _with_slope(x, stop_gradient(out), stop_gradient(slope))


def _absolute_output(x: Any, label: Any, scale: float) -> Any:
    slope = np.sign(x - np.reshape(label, x.shape)) * _scaled(label, scale)
    return _with_slope(x, stop_gradient(x), stop_gradient(slope))


def _loss(x: Any, scale: float) -> Any:
    return _with_slope(x, stop_gradient(x), np.full_like(stop_gradient(x), scale))


# -- over NDArrays --------------------------------------------------------------------------------


def SoftmaxOutput(
    data: Any,
    label: Any,
    grad_scale: float = 1.0,
    ignore_label: float = -1.0,
    multi_output: bool = False,
    use_ignore: bool = False,
    preserve_shape: bool = False,
    normalization: str = "null",
    out_grad: bool = False,
    smooth_alpha: float = 0.0,
    out: Any = None,
) -> Any:
    """The softmax, whose gradient is that of the cross entropy with the labels.

    Arguments:
        data: (batch, classes, ...).
        label: whole numbers; the shape of ``data`` without the axis of the classes.
        grad_scale: a factor of the gradient.
        ignore_label: the label whose examples have no gradient, with ``use_ignore``.
        multi_output: whether classes are along the second axis, else all after the first are.
        use_ignore: whether ``ignore_label`` has a meaning.
        preserve_shape: whether classes are along the last axis.
        normalization: ``"null"``, ``"batch"`` divides the gradient by the length of the batch,
            ``"valid"`` by the number of labels that are not ignored.
        out_grad: whether the head gradient counts; not available.
        smooth_alpha: the probability that is given to the other classes.
        out: an array to write the result to.

    Raises:
        OperandError: ``out_grad`` is asked for.
    """
    if out_grad:
        raise OperandError("SG708", "out_grad is asked for", "use log_softmax and pick")
    axis, shape = 1 if multi_output else -1, checked(data).shape
    rows = data
    if not multi_output and not preserve_shape and data.ndim > 2:
        rows = data.reshape((shape[0], -1))
    found = call(
        _softmax_output,
        rows,
        label,
        float(grad_scale),
        axis,
        float(ignore_label) if use_ignore else None,
        normalization,
        float(smooth_alpha) if smooth_alpha else None,
        out=out,
        mixed=True,
    )
    return found if found.shape == shape else found.reshape(shape)


def LinearRegressionOutput(data: Any, label: Any, grad_scale: float = 1.0, out: Any = None) -> Any:
    """``data``, whose gradient is that of half the squared distance from the labels."""
    return call(_linear_output, data, label, float(grad_scale), out=out)


def LogisticRegressionOutput(
    data: Any, label: Any, grad_scale: float = 1.0, out: Any = None
) -> Any:
    """The sigmoid, whose gradient is that of the cross entropy with the labels."""
    return call(_logistic_output, data, label, float(grad_scale), out=out)


def MAERegressionOutput(data: Any, label: Any, grad_scale: float = 1.0, out: Any = None) -> Any:
    """``data``, whose gradient is that of the distance from the labels."""
    return call(_absolute_output, data, label, float(grad_scale), out=out)


def MakeLoss(data: Any, grad_scale: float = 1.0, out: Any = None) -> Any:
    """A copy, whose gradient is ``grad_scale`` whatever comes from above."""
    return call(_loss, data, float(grad_scale), out=out)


make_loss = MakeLoss

__all__ = [
    "LinearRegressionOutput",
    "LogisticRegressionOutput",
    "MAERegressionOutput",
    "MakeLoss",
    "SoftmaxOutput",
    "make_loss",
]
