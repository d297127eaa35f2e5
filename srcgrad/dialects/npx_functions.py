"""The functions of `srcgrad.npx` on arrays: neural networks, reads by index, shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.compositions import neural, neural_picks
from srcgrad.dialects.np_array import ndarray
from srcgrad.dialects.np_calls import apply, of_one
from srcgrad.dialects.np_creation import placed

_relu = of_one(ndarray, neural.relu, neural.EAGER[neural.relu])
_sigmoid = of_one(ndarray, neural.sigmoid)


def call(function: Callable[..., Any], *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """Call a plain function over NumPy arrays on arrays of this dialect."""
    return apply(ndarray, function, args, {**kwargs, "out": out}, neural.EAGER.get(function))


def relu(data: Any, out: Any = None) -> Any:
    """``max(x, 0)``, flat at zero."""
    return _relu(data) if out is None else call(neural.relu, data, out=out)


def sigmoid(data: Any, out: Any = None) -> Any:
    """``1 / (1 + exp(-x))``."""
    return _sigmoid(data) if out is None else call(neural.sigmoid, data, out=out)


def softmax(
    data: Any,
    length: Any = None,
    axis: int = -1,
    temperature: float | None = None,
    use_length: bool = False,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    """``exp(x / temperature)`` divided by its sum along an axis."""
    return _cast(call(neural.softmax, data, axis, temperature, out=out), dtype)


def log_softmax(
    data: Any,
    axis: int = -1,
    temperature: float | None = None,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    """The logarithm of `softmax`, exact where that is nearly zero."""
    return _cast(call(neural.log_softmax, data, axis, temperature, out=out), dtype)


def one_hot(
    data: Any,
    depth: int,
    on_value: float = 1.0,
    off_value: float = 0.0,
    dtype: Any = "float32",
    out: Any = None,
) -> Any:
    """``on_value`` at each index along a new last axis, ``off_value`` elsewhere."""
    name = np.dtype(dtype).name
    return call(neural_picks.one_hot, data, depth, float(on_value), float(off_value), name, out=out)


def pick(
    data: Any,
    index: Any,
    axis: int = -1,
    mode: str = "clip",
    keepdims: bool = False,
    out: Any = None,
) -> Any:
    """One element of each vector along an axis."""
    return call(neural_picks.pick, data, index, axis, keepdims, mode, out=out)


def _cast(made: Any, dtype: Any) -> Any:
    return made if dtype is None else made.astype(dtype, copy=False)


__all__ = ["call", "log_softmax", "one_hot", "pick", "placed", "relu", "sigmoid", "softmax"]
