"""The PyTorch of a tutorial: tensors that are recorded wherever a gradient is wanted.

>>> from srcgrad.dialects import torch
>>> x = torch.arange(4.0, requires_grad=True)
>>> y = 2 * torch.dot(x, x)
>>> y
tensor(28., grad_fn=<MulBackward0>)
>>> y.backward()
>>> x.grad
tensor([ 0.,  4.,  8., 12.])
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from types import SimpleNamespace
from typing import Any

import numpy as np

from srcgrad.compositions import neural
from srcgrad.errors import BackwardError, SrcgradError, WriteError
from srcgrad.imperative.array import Array
from srcgrad.imperative.backward import paired
from srcgrad.imperative.calls import arrays_in, invoke, plain
from srcgrad.imperative.family import RESHAPE, add_view, own
from srcgrad.imperative.function import grad
from srcgrad.imperative.operators import ARITHMETIC, misfit
from srcgrad.imperative.trace import Leaf, Trace, local

Function = Callable[..., Any]
_mode = threading.local()
_is_enabled: Function = lambda: getattr(_mode, "enabled", True)


@contextmanager
def _enabled(wanted: bool) -> Iterator[None]:
    """A block, or a function that this decorates, in which operations are recorded, or are not."""
    before, _mode.enabled = _is_enabled(), wanted
    try:
        yield
    finally:
        _mode.enabled = before


def _recorded(function: Function, name: str) -> Function:
    """A function that PyTorch calls ``name``, recorded in the longest of the operands' traces."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        nodes = [a._node for part in (*args, *kwargs.values()) for a in arrays_in(part)]
        before, local.trace = local.trace, None
        if any(nodes) and _is_enabled():
            traces = [n for n in nodes if type(n) is Trace and not n.ended]
            local.trace = max(traces, key=lambda t: len(t.steps)) if traces else Trace()
        try:
            out = function(*args, **kwargs)
        except ValueError as error:
            raise error if isinstance(error, SrcgradError) else misfit(None, None, error) from error
        finally:
            local.trace = before
        made = args[0] if out is None else out  # a write in place gives nothing
        if isinstance(made, Tensor):
            made._made_by = _title(name, *args, **kwargs)
            if made.dtype.kind != "f":
                made._node = None  # only what is continuous has a gradient
        return out

    return run


class Tensor(Array):
    """An array that records if it requires a gradient; slices and shapes of it share its memory."""

    __slots__ = ("_made_by",)
    _made_by: str  # what PyTorch calls the derivative of the operation that it is a result of
    __array_ufunc__ = None  # NumPy's arrays leave operators to this class

    def requires_grad_(self, requires_grad: Any = True) -> Tensor:
        """Make it a leaf, whose gradients are added up in ``.grad``, or a constant."""
        if (self.dtype.kind != "f") if requires_grad else not self.is_leaf:
            raise RuntimeError("gradients are for floating dtypes, and always for their results")
        if self.is_leaf and requires_grad != self.requires_grad:
            self._node = Leaf(self._data, "add") if requires_grad else None
            self.grad = None
        return self

    dtype: Any = property(lambda self: self._data.dtype)
    is_leaf: Any = property(lambda self: type(self._node) is not Trace)
    requires_grad: Any = property(lambda self: self._node is not None, requires_grad_)  # type: ignore[arg-type]

    @property
    def grad(self) -> Any:
        """The sum of the gradients of backward passes; ``None`` before the first, and if set to it."""
        return super().grad if self.is_leaf and self._node and self._node.filled else None

    @grad.setter
    def grad(self, value: Any) -> None:
        if type(self._node) is Leaf:  # to add to -0.0 changes not even a sign
            self._node.grad = np.full_like(self._data, -0.0) if value is None else value._data
            self._node.filled, self._node.warned = value is not None, True  # PyTorch does not warn

    def backward(self, gradient: Any = None, retain_graph: Any = None) -> None:  # type: ignore[override]
        """Add the gradients of a scalar, or of a tensor times ``gradient``, to those of its leaves."""
        super().backward(_seed(self, gradient), bool(retain_graph))

    def numpy(self) -> Any:
        """A copy as an array of NumPy."""
        if self._node is not None:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use detach().")
        return self.asnumpy()

    def __repr__(self) -> str:
        leaf = ["requires_grad=True"] if self.requires_grad else []
        made = getattr(self, "_made_by", "CopySlices")
        return _text(self._data, leaf if self.is_leaf else [f"grad_fn=<{made}>"])

    def _arithmetic(self, other: Any, op: Any, function: Any, reflected: Any) -> Any:
        """Operands of several dtypes; of two of one kind, that of the tensor with axes counts."""
        if not isinstance(other, (Tensor, int, float)):
            return NotImplemented
        pair: Any = (other, self) if reflected else (self, other)
        axes = {a.ndim: a._data.dtype for a in arrays_in(pair)}
        if 0 in axes and len({d.kind for d in axes.values()}) < len(axes):
            pair = tuple(a.astype(axes[max(axes)]) for a in pair)
        return invoke(Tensor, function, pair, {}, op=op)

    def _index_of(self, index: Any) -> Any:
        parts = index if isinstance(index, tuple) else (index,)
        return (*parts, ...) if all(type(p) is int for p in parts) else index  # an element: a view

    def _recorded(self, value: Any) -> Any:
        if local.trace is not None and type(self._node) is Leaf:
            message = "a leaf that requires grad is written in place"
            raise WriteError("SG705", message, "write it under torch.no_grad()")
        if isinstance(value, Tensor) and value.dtype.kind == "f" != self.dtype.kind:
            raise RuntimeError(f"result type {value.dtype} can't be cast to {self.dtype}")
        return super()._recorded(value)


def _seed(head: Tensor, given: Any) -> Any:
    """The gradient that a backward pass begins with; ``None`` for a scalar's one."""
    if head._node is None:
        message = "element 0 of tensors does not require grad and does not have a grad_fn"
        raise BackwardError("SG701", message, "call requires_grad_() on what it is computed from")
    if given is None and head.size != 1:
        message = "grad can be implicitly created only for scalar outputs"
        raise BackwardError("SG704", message, "pass a gradient, or reduce it with sum()")
    return given


def _gradients(outputs: Any, inputs: Any, grad_outputs: Any = None, **options: Any) -> Any:
    """`torch.autograd.grad` with respect to leaves."""
    heads, given = paired(outputs, grad_outputs)
    seeds = [_seed(h, g) for h, g in zip(heads, given, strict=True)]
    if not all(type(a._node) is Leaf for a in arrays_in(inputs)):
        message = "One of the differentiated Tensors is no leaf, or does not require grad"
        raise BackwardError("SG703", message, "call requires_grad_() on it before it is used")
    return tuple(grad(heads, inputs, seeds, **options))


def _text(data: Any, notes: list[str]) -> str:
    """An array as PyTorch writes it: 80 columns, four digits, the middle of large ones left out."""
    options: Any = {"prefix": "tensor(", "threshold": 1000, "edgeitems": 3, "separator": ", "}
    width = 79 + data.ndim  # NumPy keeps room for closing brackets
    laid_out: Any = partial(np.array2string, data, max_line_width=width, **options)
    shown: Any = []  # what is not left out, which tells the width
    laid_out(formatter={"all": lambda value: str(shown.append(value))})
    found: str = laid_out(formatter={"all": _writer(np.array(shown, data.dtype))})
    text = "tensor(" + found.replace(", ...", ",  ...")
    if data.dtype.name not in ("float32", "int64", "bool"):
        notes = [f"dtype=torch.{data.dtype.name}", *notes]
    for note in notes:
        fits = len(text) - text.rfind("\n") + len(note) + 3 <= 80
        text += f", {note}" if fits else f",\n{'':7}{note}"
    return text + ")"


def _writer(shown: Any) -> Function:
    """The text for one element, in the notation that suits all of them."""
    form: Function = str
    if shown.dtype.kind == "f":
        shown = shown[np.isfinite(shown) & (shown != 0)]
        sizes = np.abs(shown.astype(np.float64))
        low, high = sizes.min(initial=np.inf), sizes.max(initial=0.0)
        whole = bool(np.all(sizes == np.ceil(sizes)))
        form = lambda v: f"{v:.0f}." if whole and np.isfinite(v) else f"{v:.4f}"
        if high > 1e8 or high > 1000.0 * low or (low < 1e-4 and not whole):
            form = "{:.4e}".format
    width = max(map(len, map(form, shown)), default=1)
    return lambda value: form(value).rjust(width)


def tensor(data: Any, dtype: Any = None, requires_grad: Any = False) -> Tensor:
    """A tensor of a copy of data: float32 for Python's floats, int64 for its integers."""
    found = np.array(plain(data), dtype)
    typed = dtype is not None or isinstance(data, (np.ndarray, np.generic, Array))
    out: Tensor = Tensor._of(found if typed or found.dtype.kind != "f" else found.astype("f"))
    return out.requires_grad_() if requires_grad else out


def _filled(value: Any, *size: Any, dtype: Any = np.float32, requires_grad: Any = False) -> Tensor:
    shape = size[0] if len(size) == 1 else size
    return tensor(np.full(shape, value, dtype), None, requires_grad)


def _call(name: str, function: Function) -> Function:
    """A function of NumPy, or written with such, on tensors."""

    def run(*args: Any, **named: Any) -> Any:
        words = {"dim": "axis", "keepdim": "keepdims"}
        return invoke(Tensor, function, args, {words.get(k, k): v for k, v in named.items()})

    return _recorded(run, name)


def _norm(x: Any, p: Any = 2, axis: Any = None, keepdims: Any = False) -> Any:
    return np.linalg.norm(np.ravel(x) if axis is None else x, p, axis, keepdims)


def _reshape(input: Any, *shape: Any) -> Tensor:
    own(input)
    out: Tensor = Tensor._of(input._data.reshape(*shape))
    if local.trace is not None:
        local.trace.call(RESHAPE, (input, out.shape), {}, [out])
    if np.may_share_memory(input._data, out._data):
        add_view(input, out, RESHAPE, out.shape)
    return out


def _title(name: str, first: Any, *rest: Any, **named: Any) -> str:
    """What PyTorch calls the derivative of a call, which depends on what it is called with."""
    along = name in ("sum", "mean", "prod") and (rest or "dim" in named)
    form = int(bool(along or (name == "pow" and isinstance(rest[0], Tensor))))
    if name == "matmul":
        axes = first.ndim, rest[0].ndim
        name = {(1, 1): "dot", (2, 1): "mv", (2, 2): "mm", (1, 2): "vm"}.get(axes, "unsafe_view")
    elif name == "getitem":
        last = rest[0][-1] if isinstance(rest[0], tuple) else rest[0]
        name = {int: "select", slice: "slice"}.get(type(last), "index")
    return _TITLES.get(name, f"{name.title().replace('_', '')}Backward{form}")


_TITLES = {
    **{"radd": "AddBackward0", "rsub": "RsubBackward1", "rmul": "MulBackward0"},
    **{"truediv": "DivBackward0", "rtruediv": "MulBackward0", "rpow": "PowBackward2"},
    **{"mod": "RemainderBackward0", "rmod": "RemainderBackward0", "vm": "SqueezeBackward4"},
    **{"square": "PowBackward0", "norm": "LinalgVectorNormBackward0", "setitem": "CopySlices"},
}
_FUNCTIONS: dict[str, Function] = {
    **{name: getattr(np, name) for name in ("exp", "log", "sin", "cos", "tan", "tanh", "sqrt")},
    **{name: getattr(np, name) for name in ("abs", "log1p", "expm1", "square", "sum", "mean")},
    **{name: getattr(np, name) for name in ("prod", "dot", "matmul", "maximum", "where", "stack")},
    **{"cat": np.concatenate, "mm": np.matmul, "mv": np.matmul, "neg": np.negative, "any": np.any},
    **{"norm": _norm, "clone": np.copy, "sigmoid": neural.sigmoid, "relu": neural.relu},
    **{"softmax": neural.softmax, "log_softmax": neural.log_softmax, "argmax": np.argmax},
}
_COMPARISONS = {
    **{"eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater},
    **{"ge": np.greater_equal, "and": np.logical_and, "or": np.logical_or},
}
METHODS: dict[str, Any] = {
    **{name: _call(name, found) for name, found in _FUNCTIONS.items()},
    **{f"__{name}__": _call(name, found) for name, found in _COMPARISONS.items()},
    "__matmul__": _call("matmul", np.matmul),
    "T": property(_call("permute", np.transpose)),
    **{name: _recorded(_reshape, "view") for name in ("reshape", "view")},
    "to": _recorded(Array.astype, "to_copy"),
    "zero_": lambda input: input.__setitem__(..., 0) or input,
    "grad_fn": property(lambda x: None if x.is_leaf else SimpleNamespace(name=lambda: x._made_by)),
    "__format__": lambda x, spec: format(repr(x) if x.ndim else x.item(), spec),
    "item": _recorded(lambda input: input._data.item(), "item"),
    "__float__": lambda input: float(input.item()),
}
FUNCTIONS: dict[str, Any] = METHODS | {
    "autograd": SimpleNamespace(grad=_gradients),
    **{"no_grad": partial(_enabled, False), "enable_grad": partial(_enabled, True)},
    "is_grad_enabled": _is_enabled,
    "arange": lambda *bounds, **options: tensor(np.arange(*bounds).tolist(), **options),
    **{"zeros": partial(_filled, 0), "ones": partial(_filled, 1)},
    "zeros_like": lambda input: tensor(np.zeros_like(input._data)),
    "ones_like": lambda input: tensor(np.ones_like(input._data)),
    **{name: np.dtype(name) for name in ("float32", "float64", "int32", "int64", "bool")},
}
_WRAPPED = {f"__{k}{n}__": n if k == "i" else k + n for n in ARITHMETIC for k in ("", "r", "i")}
_WRAPPED |= {f"__{name}__": name for name in ("neg", "abs", "getitem", "setitem")}
_WRAPPED |= {"copy": "clone", "astype": "to_copy"}
METHODS |= {method: _recorded(getattr(Array, method), name) for method, name in _WRAPPED.items()}
for _name, _method in METHODS.items():
    setattr(Tensor, _name, _method)


def __getattr__(name: str) -> Any:
    if name not in FUNCTIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return FUNCTIONS[name]
