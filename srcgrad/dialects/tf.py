"""The TensorFlow of a tutorial: variables, and tapes that record what is done with them.

>>> from srcgrad.dialects import tf
>>> x = tf.Variable(tf.range(4, dtype=tf.float32))
>>> with tf.GradientTape() as tape:
...     y = 2 * tf.tensordot(x, x, axes=1)
>>> tape.gradient(y, x)
<tf.Tensor: shape=(4,), dtype=float32, numpy=array([ 0.,  4.,  8., 12.], dtype=float32)>
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from srcgrad.compositions import neural
from srcgrad.errors import BackwardError, OperandError, ShapeError
from srcgrad.imperative.array import Array
from srcgrad.imperative.calls import arrays_in, invoke
from srcgrad.imperative.function import grad
from srcgrad.imperative.operators import ARITHMETIC
from srcgrad.imperative.trace import Leaf, Trace, local, save
from srcgrad.runtime.signature import children, rebuilt

Function = Callable[..., Any]


class Recording(Trace):
    """What the tapes that are open at a time share; results of other tapes are constant to it."""

    def _adopt(self, other: Trace, array: Array) -> int:
        return self.constant(array._data)


class GradientTape:
    """Records, in its ``with`` block, what is done with variables and watched tensors."""

    _start, _stop, _outer = 0, 0, None

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent, self._unasked = persistent, watch_accessed_variables
        self._watched: set[Any] = set()
        self._used, self._trace = False, Recording()
        self._trace.limit = (sys.maxsize, sys.maxsize)  # a tape keeps everything

    def __enter__(self) -> GradientTape:
        if self._stop:
            raise BackwardError("SG702", "a tape is entered twice", "make a new one")
        self._outer, self._stop = local.trace, sys.maxsize
        self._trace = self._outer if type(self._outer) is Recording else self._trace
        self._start = len(self._trace.values)
        local.trace = self._trace
        return self

    def __exit__(self, *error: Any) -> None:
        local.trace, self._stop = self._outer, len(self._trace.values)

    def watch(self, tensor: Any) -> None:
        """Record what is done from now on with a tensor, or with several in a container."""
        for array in _arrays(tensor):
            node = array._node
            if isinstance(node, Trace) and node.holds(array._index):
                message = "a result of what a tape has recorded is watched"
                raise BackwardError("SG703", message, "watch what it is computed from")
            if array.dtype.kind == "f":
                array._node = node if type(node) is Leaf else Leaf(array._data, "write")
                self._watched.add(array._node)

    def gradient(self, target: Any, sources: Any, output_gradients: Any = None) -> Any:
        """The gradients of the sum of the targets, in the structure of the sources.

        ``None`` is the gradient of what has no influence; each target counts ``output_gradients`` times.

        Raises:
            BackwardError: the tape is used up, or a source is a result of what it has recorded.
        """
        if self._used:
            message = "A non-persistent GradientTape can only compute one set of gradients"
            raise BackwardError("SG702", message, "make it with persistent=True")
        self._used, trace = not self._persistent, self._trace
        if any(source._node is trace for source in _arrays(sources)):
            message = "a source is a result of what the tape has recorded"
            raise BackwardError("SG703", message, "ask for what it is computed from")
        unasked = {s._node for s in _arrays(sources) if getattr(s, "trainable", False)}
        seen = self._watched | (unasked if self._unasked else set())
        wanted = {s._node: _tensor(s) for s in _arrays(sources) if s._node in seen - {None}}
        targets, given = _arrays(target), _arrays(output_gradients)
        pairs = [
            (_recorded(head, trace), seed)
            for head, seed in zip(targets, given or [None] * len(targets), strict=True)
            if head.dtype.kind == "f"
            and (head._node in wanted or (head._node is trace and head._index < self._stop))
        ]
        if not pairs or not wanted:
            return _mapped(sources, lambda source: None)
        heads, seeds = map(list, zip(*pairs, strict=True))
        self._check_reach(heads, set(wanted))
        again = local.trace is trace  # an outer tape, or this one, may differentiate the gradients
        keep = self._persistent or again or self._outer is trace
        outs = grad(heads, list(wanted.values()), seeds, keep, again, allow_unused=True)
        made = dict(zip(wanted, outs, strict=True))
        return _mapped(sources, lambda source: made.get(source._node))

    def _check_reach(self, heads: list[Any], leaves: set[Any]) -> None:
        """What an outer tape has recorded before is constant to this one: refuse it as a link."""
        reached = self._trace.reach(tuple(head._index for head in heads))
        before = tuple(k for _, k in reached if k < self._start and k not in self._trace.owners)
        if leaves & {self._trace.owners.get(k) for _, k in self._trace.reach(before)}:
            message = "a target depends on a source by what was recorded before the tape"
            raise BackwardError("SG703", message, "compute it inside, or ask the outer tape")


def _mapped(value: Any, function: Function) -> Any:
    """A container with what a function makes of each array in it."""
    if isinstance(value, Array):
        return function(value)
    found = children(value)
    return value if found is None else rebuilt(value, [_mapped(p, function) for _, p in found])


def _arrays(value: Any) -> list[Any]:
    found: list[Any] = []
    _mapped(value, found.append)
    return found


def _recorded(array: Any, trace: Trace) -> Any:
    """The same as a value of a trace, also if it is a variable."""
    out = Tensor._of(array._data)
    out._index, out._node = trace.index(array), trace
    return out


class Tensor(Array):
    """An array that is never written, and never meets one of another dtype."""

    __slots__ = ()
    __array_ufunc__ = None  # NumPy's arrays leave operators to this class

    dtype: Any = property(lambda self: self._data.dtype)

    def __repr__(self) -> str:
        return f"<tf.Tensor: shape={self.shape}, dtype={self.dtype}, numpy={self._text(repr)}>"

    def __str__(self) -> str:
        return f"tf.Tensor({self._text(str)}, shape={self.shape}, dtype={self.dtype})"

    def _text(self, form: Function) -> str:
        text: str = (form if self.ndim else str)(self.asnumpy())
        return f"\n{text}" if "\n" in text else text

    def _arithmetic(self, other: Any, op: Any, function: Any, reflected: Any) -> Any:
        pair = [self, _tensor(other, self.dtype)]
        if op.target == "Div" and self.dtype.kind in "iu":
            pair = [a.astype(np.float64) for a in pair]
        return invoke(Tensor, function, tuple(pair[::-1] if reflected else pair), {}, op=op)


class Variable(Tensor):
    """A tensor that is assigned to, and watched by tapes if it is trainable."""

    __slots__ = ("name", "trainable")

    def __init__(
        self, initial_value: Any, trainable: bool = True, name: str = "Variable", dtype: Any = None
    ) -> None:
        self._data = np.array(_tensor(initial_value, dtype)._data)
        self.name, self.trainable = f"{name}:0", trainable
        self._node = Leaf(self._data, "write") if trainable and self.dtype.kind == "f" else None

    def __repr__(self) -> str:
        return f"<tf.Variable {self.name!r} shape={self.shape} dtype={self.dtype}, numpy={self._text(repr)}>"

    __str__ = __repr__

    def read_value(self) -> Any:
        """What it holds, as a tensor that is the variable to tapes."""
        out = Tensor._of(self._data)
        out._node = self._node
        return out

    def assign(self, value: Any) -> Variable:
        """Hold another value; tensors that were read keep theirs, and tapes do not note it."""
        data = np.array(_tensor(value, self.dtype)._data)
        if data.shape != self.shape:
            message = f"Shapes {self.shape} and {data.shape} are incompatible"
            raise ShapeError("SG708", message, "make a new variable")
        save(self._data)  # what was recorded keeps the value that it has read
        self._data = data
        return self

    assign_add: Any = lambda self, delta: self.assign(self.read_value() + delta)
    assign_sub: Any = lambda self, delta: self.assign(self.read_value() - delta)


def _tensor(value: Any, dtype: Any = None) -> Any:
    """A tensor of anything; an OperandError if it has another dtype, or floats are to be integers."""
    if isinstance(value, (list, tuple)) and any(arrays_in(value)):
        return invoke(Tensor, np.stack, (_alike(*value),), {})
    value = value.read_value() if isinstance(value, Variable) else value
    data = value._data if isinstance(value, Tensor) else np.array(value)
    wanted = data.dtype if dtype is None else np.dtype(dtype)
    if isinstance(value, Tensor) and data.dtype == wanted:
        return value
    if isinstance(value, Array) or (data.dtype.kind == "f" and wanted.kind in "iu"):
        message = f"{type(value).__name__} of {data.dtype} meets {wanted}"
        raise OperandError("SG708", message, "convert it with tf.cast()")
    if dtype is None and not isinstance(value, (np.ndarray, np.generic)):
        wanted = {"f": np.float32, "i": np.int32}.get(wanted.kind, wanted)
    return Tensor._of(data.astype(wanted))


def _alike(*values: Any) -> list[Any]:
    """Tensors of one dtype, that of the first which is a tensor."""
    dtype = next((v._data.dtype for v in values if isinstance(v, Tensor)), None)
    return [_tensor(v, dtype) for v in values]


def _call(function: Function, count: int = 1) -> Function:
    """A function of NumPy, or written with such, on so many tensors and what else it takes."""

    def run(*args: Any, **named: Any) -> Any:
        tensors = _alike(*args[:count])
        out, dtype = invoke(Tensor, function, (*tensors, *args[count:]), named), tensors[0].dtype
        whole = dtype.kind == "i" and function in (np.sum, np.prod, np.mean)
        return out.astype(dtype) if whole else out

    return run


def _cast(x: Any, dtype: Any) -> Any:
    out = _tensor(x).astype(dtype)  # a constant if it is not continuous
    return out if out.dtype.kind == "f" else Tensor._of(out._data)


def _maximum(x: Any, y: Any) -> Any:
    return np.where((x >= y) | (x != x), x, y)  # of equals the first has the gradient


def _matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False) -> Any:
    left = np.swapaxes(a, -1, -2) if transpose_a else a
    return np.matmul(left, np.swapaxes(b, -1, -2) if transpose_b else b)


def _refused(array: Any, *others: Any) -> Any:
    raise TypeError("does not support item assignment, nor +=: use assign() of a variable")


_FUNCTIONS: dict[str, Function] = {
    **{name: getattr(np, name) for name in ("exp", "log", "sin", "cos", "tan", "tanh", "sqrt")},
    **{name: getattr(np, name) for name in ("abs", "square", "sinh", "cosh", "log1p", "expm1")},
    **{name: getattr(np, name) for name in ("transpose", "reshape", "negative")},
    **{f"reduce_{name}": getattr(np, name) for name in ("sum", "mean", "max", "min", "prod")},
    **{"zeros_like": np.zeros_like, "ones_like": np.ones_like, "identity": np.copy},
    **{"sigmoid": neural.sigmoid, "relu": neural.relu, "softmax": neural.softmax},
    "log_softmax": neural.log_softmax,
}
_PAIRS: dict[str, Function] = {"tensordot": np.tensordot, "matmul": _matmul, "maximum": _maximum}
FUNCTIONS: dict[str, Any] = {
    **{name: _call(function) for name, function in _FUNCTIONS.items()},
    **{name: _call(function, 2) for name, function in _PAIRS.items()},
    **{"constant": _tensor, "convert_to_tensor": _tensor, "cast": _cast},
    "argmax": lambda x, axis=0: _call(np.argmax)(x, axis),
    "stop_gradient": lambda x: Tensor._of(_tensor(x)._data),
    "range": lambda *bounds, dtype=None: _tensor(np.arange(*bounds).tolist(), dtype),
    "ones": lambda shape, dtype=np.float32: Tensor._of(np.ones(shape, dtype)),
    "zeros": lambda shape, dtype=np.float32: Tensor._of(np.zeros(shape, dtype)),
    "stack": lambda values, axis=0: invoke(Tensor, np.stack, (_alike(*values), axis), {}),
    "concat": lambda values, axis: invoke(Tensor, np.concatenate, (_alike(*values), axis), {}),
    "where": lambda c, x, y: invoke(Tensor, np.where, (_tensor(c), *_alike(x, y)), {}),
    **{name: np.dtype(name) for name in ("float32", "float64", "int32", "int64", "bool")},
}
FUNCTIONS |= {"math": SimpleNamespace(**FUNCTIONS), "nn": SimpleNamespace(**FUNCTIONS)}
_METHODS: dict[str, Function] = {
    **{f"__{name}__": getattr(Array, f"__{name}__") for name in ("neg", "abs", "getitem")},
    **{f"__{k}{n}__": getattr(Array, f"__{k}{n}__") for n in ARITHMETIC for k in ("", "r")},
    **{"__eq__": _call(np.equal, 2), "__ne__": _call(np.not_equal, 2)},
    **{"__lt__": _call(np.less, 2), "__le__": _call(np.less_equal, 2)},
    **{"__gt__": _call(np.greater, 2), "__ge__": _call(np.greater_equal, 2)},
    "__matmul__": FUNCTIONS["matmul"],
    "__setitem__": _refused,
    "__float__": lambda x: float(x.asscalar()),
    "numpy": lambda x: x.asnumpy()[()],
}
for _name, _method in _METHODS.items():
    setattr(Tensor, _name, _method)
    setattr(Variable, _name, lambda variable, *x, call=_method: call(variable.read_value(), *x))
for _name in ARITHMETIC:  # `y += 1` makes a new tensor, and would lose a variable
    setattr(Tensor, f"__i{_name}__", getattr(Tensor, f"__{_name}__"))
    setattr(Variable, f"__i{_name}__", _refused)


def __getattr__(name: str) -> Any:
    if name not in FUNCTIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return FUNCTIONS[name]
