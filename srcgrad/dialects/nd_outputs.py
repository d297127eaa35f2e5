"""Layers of `srcgrad.nd` that bring their own gradient: the head gradient is not looked at."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcgrad.compositions import neural
from srcgrad.custom import custom_vjp
from srcgrad.dialects.nd_calls import call, checked, into
from srcgrad.errors import OperandError

# -- over NumPy arrays ----------------------------------------------------------------------------


@custom_vjp
def _with_slope(x: Any, out: Any, slope: Any) -> Any:
    """``out``, whose gradient with respect to ``x`` is ``slope`` whatever comes from above."""
    return np.copy(out)


def _forward(x: Any, out: Any, slope: Any) -> Any:
    return np.copy(out), (slope,)


def _backward(saved: Any, g: Any) -> Any:
    (slope,) = saved
    return slope, None, None


_with_slope.defvjp(_forward, _backward)


def _softmax_slope(
    out: Any, label: Any, axis: int, ignored: float | None, normalization: str, smooth: float
) -> Any:
    """The gradient of the cross entropy of a softmax with labels, for classes along axis 1 its mean."""
    classes = out.shape[axis]
    hot = np.arange(classes)
    if axis == 1:
        hot = np.expand_dims(hot, tuple(range(1, np.ndim(out) - 1)))
    target = np.expand_dims(label, axis) == hot
    slope = out - np.where(target, 1.0 - smooth, smooth / max(classes - 1, 1))
    kept = np.ones(label.shape) if ignored is None else label != ignored
    if normalization == "valid":
        slope = slope / max(np.sum(kept), 1)
    elif axis == 1:
        slope = slope / math.prod(out.shape[2:])
    if normalization == "batch":
        slope = slope / out.shape[0]
    return slope * np.expand_dims(kept, axis)


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
    p = neural.softmax(rows._data, axis)
    ignored = float(ignore_label) if use_ignore else None
    slope = _softmax_slope(p, checked(label)._data, axis, ignored, normalization, smooth_alpha)
    found = _slanted(rows, p, slope * grad_scale)
    return into(out, found if found.shape == shape else found.reshape(shape))


def _slanted(data: Any, out: Any, slope: Any) -> Any:
    """``out``, whose gradient with respect to ``data`` is ``slope``."""
    dtype = data._data.dtype
    parts = [type(data)._of(np.asarray(part, dtype)) for part in (out, slope)]
    return call(_with_slope, data, *parts)


def _distance(label: Any, grad_scale: float, out: Any) -> tuple[Any, float]:
    """What an output differs by from its labels, and the factor of the gradient."""
    labels = checked(label)._data
    return out - labels.reshape(out.shape), grad_scale / math.prod(labels.shape[1:])


def LinearRegressionOutput(data: Any, label: Any, grad_scale: float = 1.0, out: Any = None) -> Any:
    """``data``, whose gradient is that of half the squared distance from the labels."""
    p = checked(data)._data
    away, scale = _distance(label, grad_scale, p)
    return into(out, _slanted(data, p, away * scale))


def LogisticRegressionOutput(
    data: Any, label: Any, grad_scale: float = 1.0, out: Any = None
) -> Any:
    """The sigmoid, whose gradient is that of the cross entropy with the labels."""
    p = neural.sigmoid(checked(data)._data)
    away, scale = _distance(label, grad_scale, p)
    return into(out, _slanted(data, p, away * scale))


def MAERegressionOutput(data: Any, label: Any, grad_scale: float = 1.0, out: Any = None) -> Any:
    """``data``, whose gradient is that of the distance from the labels."""
    p = checked(data)._data
    away, scale = _distance(label, grad_scale, p)
    return into(out, _slanted(data, p, np.sign(away) * scale))


def MakeLoss(data: Any, grad_scale: float = 1.0, out: Any = None) -> Any:
    """A copy, whose gradient is ``grad_scale`` whatever comes from above."""
    p = checked(data)._data
    return into(out, _slanted(data, p, np.full(p.shape, grad_scale)))


def make_loss(data: Any, out: Any = None) -> Any:
    """A copy, whose gradient is one whatever comes from above."""
    return MakeLoss(data, out=out)


__all__ = [
    "LinearRegressionOutput",
    "LogisticRegressionOutput",
    "MAERegressionOutput",
    "MakeLoss",
    "SoftmaxOutput",
    "make_loss",
]
