"""The functions of `srcgrad.npx` on single elements and vectors: activations, softmax, choices.

Arguments have MXNet's names and order. ``name`` and the hints to its kernels are not taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.compositions import neural, neural_picks, stopping
from srcgrad.dialects.np_array import ndarray
from srcgrad.dialects.np_calls import apply, of_one, whole, write_into

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "relu": neural.relu,
    "sigmoid": neural.sigmoid,
    "erf": neural.erf,
    "gamma": neural.gamma,
    "gammaln": neural.gammaln,
    "softsign": neural.softsign,
    "softrelu": neural.softrelu,
    "selu": neural.selu,
    "gelu": neural.gelu,
    "tanh": np.tanh,
    "stop_gradient": stopping.stop_gradient,
}
_FAST = {name: of_one(ndarray, f, neural.EAGER.get(f)) for name, f in _FUNCTIONS.items()}
ACTIVATIONS = ("relu", "sigmoid", "softrelu", "softsign", "tanh")


def call(function: Callable[..., Any], *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """Call a plain function over NumPy arrays on arrays of this dialect."""
    named = kwargs if out is None else {**kwargs, "out": out}
    return apply(ndarray, function, args, named, neural.EAGER.get(function))


def cast(data: Any, dtype: Any, out: Any = None) -> Any:
    """The elements in another dtype; all of them if none is given."""
    made = data if dtype is None else data.astype(dtype, copy=False)
    return made if out is None else write_into(out, made)


# -- elementwise ----------------------------------------------------------------------------------


def relu(data: Any, out: Any = None) -> Any:
    """``max(x, 0)``, flat at zero."""
    return cast(_FAST["relu"](data), None, out)


def sigmoid(data: Any, out: Any = None) -> Any:
    """``1 / (1 + exp(-x))``."""
    return cast(_FAST["sigmoid"](data), None, out)


def erf(data: Any, out: Any = None) -> Any:
    """The error function."""
    return cast(_FAST["erf"](data), None, out)


def gamma(data: Any, out: Any = None) -> Any:
    """The gamma function."""
    return cast(_FAST["gamma"](data), None, out)


def gammaln(data: Any, out: Any = None) -> Any:
    """The logarithm of the absolute value of the gamma function."""
    return cast(_FAST["gammaln"](data), None, out)


def stop_gradient(data: Any) -> Any:
    """The elements as a constant for every derivative."""
    return _FAST["stop_gradient"](data)


def activation(data: Any, act_type: str, out: Any = None) -> Any:
    """An activation by name: relu, sigmoid, softrelu, softsign or tanh.

    Raises:
        ValueError: there is no such activation.
    """
    if act_type not in ACTIVATIONS:
        raise ValueError(f"act_type is {act_type!r}, not one of {', '.join(ACTIVATIONS)}")
    return cast(_FAST[act_type](data), None, out)


def leaky_relu(
    data: Any,
    gamma: Any = None,
    act_type: str = "leaky",
    slope: float = 0.25,
    lower_bound: float = 0.125,
    upper_bound: float = 0.334,
    out: Any = None,
) -> Any:
    """A rectifier that is not flat: leaky, elu, prelu (slopes are learned), selu or gelu.

    Raises:
        ValueError: there is no such form; ``rrelu`` has random slopes and is not offered.
    """
    if act_type == "prelu":
        made = call(neural.prelu, data, gamma)
    elif act_type in ("leaky", "elu"):
        function = neural.leaky_relu if act_type == "leaky" else neural.elu
        made = call(function, data, float(slope))
    elif act_type in ("selu", "gelu"):
        made = _FAST[act_type](data)
    else:
        raise ValueError(f"act_type is {act_type!r}, not one of leaky, elu, prelu, selu, gelu")
    return cast(made, None, out)


def smooth_l1(data: Any, scalar: float = 1.0, out: Any = None) -> Any:
    """Squares near zero, absolute values elsewhere."""
    return call(neural.smooth_l1, data, float(scalar), out=out)


# -- softmax --------------------------------------------------------------------------------------


def softmax(
    data: Any,
    length: Any = None,
    axis: int = -1,
    temperature: float | None = None,
    use_length: bool = False,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    """``exp(x / temperature)`` divided by its sum along an axis.

    Arguments:
        data: floating.
        length: with ``use_length``, how many elements count along the axis; the others give zero.
        axis: along which elements are compared.
        temperature: what they are divided by.
        use_length: whether ``length`` counts.
        dtype: of the result.
        out: an array that is written with the result.
    """
    if use_length and length is not None:
        made = call(_softmax_of_length, data, length, axis, temperature)
    else:
        made = call(neural.softmax, data, axis, temperature)
    return cast(made, dtype, out)


def _softmax_of_length(x: Any, length: Any, axis: int, temperature: float | None) -> Any:
    ends = np.expand_dims(length, axis)
    steps = np.expand_dims(np.arange(x.shape[axis]), _others(np.ndim(x), axis))
    least = -1e30  # finite, so that a row without elements has no NaN in it
    found = neural.softmax(np.where(steps < ends, x, least), axis, temperature)
    return np.where(steps < ends, found, 0.0)


def _others(rank: int, axis: int) -> tuple[int, ...]:
    return tuple(k for k in range(rank) if k != axis % rank)


def log_softmax(
    data: Any,
    axis: int = -1,
    temperature: float | None = None,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    """The logarithm of `softmax`, exact where that is nearly zero."""
    return cast(call(neural.log_softmax, data, axis, temperature), dtype, out)


# -- reads by index -------------------------------------------------------------------------------


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
    keepdims: bool = False,
    mode: str = "clip",
    out: Any = None,
) -> Any:
    """One element of each vector along an axis; an index outside is moved (``clip``) or wrapped."""
    return call(neural_picks.pick, data, index, axis, keepdims, mode, out=out)


def topk(
    data: Any,
    axis: int | None = -1,
    k: int = 1,
    ret_typ: str = "indices",
    is_ascend: bool = False,
    dtype: Any = "float32",
) -> Any:
    """The ``k`` largest elements along an axis, or where they are.

    Arguments:
        data: floating.
        axis: along which, ``None`` for all elements as one vector.
        k: how many, or 0 for all.
        ret_typ: ``"value"``, ``"indices"``, ``"both"`` or ``"mask"``.
        is_ascend: whether the smallest are wanted.
        dtype: of indices.
    """
    made = call(neural_picks.topk, data, k, axis, ret_typ, is_ascend)
    if ret_typ == "both":
        return [made[0], cast(made[1], dtype)]
    return cast(made, dtype) if ret_typ == "indices" else made


def gather_nd(data: Any, indices: Any) -> Any:
    """The elements at places whose coordinates are along the first axis of ``indices``."""
    return data[tuple([whole(indices)[k] for k in range(len(indices))])]


def sequence_mask(
    data: Any,
    sequence_length: Any = None,
    use_sequence_length: bool = False,
    value: float = 0.0,
    axis: int = 0,
    out: Any = None,
) -> Any:
    """The array with ``value`` after the end of each sequence; time is along axis 0 or 1."""
    if not use_sequence_length or sequence_length is None:
        return cast(data.copy(), None, out)
    mask = neural_picks.sequence_mask
    return call(mask, data, sequence_length, True, float(value), axis, out=out)


__all__ = [
    "activation",
    "erf",
    "gamma",
    "gammaln",
    "gather_nd",
    "leaky_relu",
    "log_softmax",
    "one_hot",
    "pick",
    "relu",
    "sequence_mask",
    "sigmoid",
    "smooth_l1",
    "softmax",
    "stop_gradient",
    "topk",
]
