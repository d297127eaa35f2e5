"""The array of `srcgrad.np`: NumPy's behaviour, floats of 32 bits unless said."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.errors import OperandError
from srcgrad.imperative.array import Array
from srcgrad.imperative.calls import invoke, plain
from srcgrad.imperative.operators import ARITHMETIC, unary
from srcgrad.imperative.steps import Op, op_of

COMPARISONS: dict[str, tuple[str, Callable[..., Any]]] = {
    "eq": ("Eq", np.equal),
    "ne": ("NotEq", np.not_equal),
    "lt": ("Lt", np.less),
    "le": ("LtE", np.less_equal),
    "gt": ("Gt", np.greater),
    "ge": ("GtE", np.greater_equal),
}


class ndarray(Array):
    """An array that behaves as NumPy's, and can be recorded.

    >>> from srcgrad import np
    >>> np.arange(3) * 2
    array([0., 2., 4.])
    """

    __slots__ = ()
    __array_priority__ = 1000.0
    title = "ndarray"

    # -- text -------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        text = repr(self.asnumpy())
        short = text.replace(", dtype=float32", "")
        if self.dtype == np.float64 and "dtype=" not in text:
            short = f"{text[:-1]}, dtype=float64)"
        if self.dtype == np.int64 and "dtype=" not in text:
            short = f"{text[:-1]}, dtype=int64)"
        device = "" if self.context.device_type == "cpu" else f", ctx={self.context}"
        return f"{short[:-1]}{device})" if device else short

    def __str__(self) -> str:
        return str(self.asnumpy())

    def __format__(self, spec: str) -> str:
        return format(self.asnumpy()[()] if self.ndim == 0 else self.asnumpy(), spec)

    # -- values -----------------------------------------------------------------------------------

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements."""
        return self._data.dtype  # type: ignore[no-any-return]

    def item(self, *place: Any) -> Any:
        """One element as a Python number; the only one, without a place."""
        return self.asnumpy().item(*place)

    def __float__(self) -> float:
        return float(self.asscalar())

    def __index__(self) -> int:
        return operator.index(self.asscalar().item())

    # -- operators --------------------------------------------------------------------------------

    def _arithmetic(self, other: Any, op: Op, function: Any, reflected: bool) -> Any:
        """Operands of different dtypes, NumPy's own arrays, integers with floats."""
        if isinstance(other, np.generic):
            other = other.item()
        if not isinstance(other, (ndarray, np.ndarray, float, int, bool)):
            if isinstance(other, Array):
                raise _mixed(self, other)
            return NotImplemented
        if isinstance(other, float) and self.dtype.kind in "iub" and op.target != "Div":
            other = self.dtype.type(other).item()  # a number takes the dtype of the array
        args = (other, self) if reflected else (self, other)
        return invoke(type(self), function, args, {}, op=op)

    def _compared(self, other: Any, op: Op, function: Any) -> Any:
        if isinstance(other, Array) and not isinstance(other, ndarray):
            raise _mixed(self, other)
        if other is None or isinstance(other, str):
            return NotImplemented
        return invoke(type(self), function, (self, other), {})

    def __matmul__(self, other: Any) -> Any:
        return invoke(type(self), np.matmul, (self, other), {})

    def __rmatmul__(self, other: Any) -> Any:
        return invoke(type(self), np.matmul, (other, self), {})

    def __invert__(self) -> Any:
        return invoke(type(self), np.invert, (self,), {})

    # -- NumPy's protocols ------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """A universal function of NumPy on arrays of this class."""
        out = kwargs.pop("out", None)
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        result = invoke(ndarray, function, inputs, kwargs)
        return result if out is None else self._into(out[0], result)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """A function of NumPy on arrays of this class."""
        return invoke(ndarray, function, tuple(args), kwargs)

    def _into(self, out: Any, result: Any) -> Any:
        if isinstance(out, ndarray):
            out._replace(result)
        else:
            out[...] = plain(result)
        return out


def _mixed(left: Array, right: Array) -> OperandError:
    message = f"an {type(left).__name__} meets an {type(right).__name__}"
    return OperandError("SG708", message, "convert one: as_nd_ndarray() or as_np_ndarray()")


def _comparison(node: str, function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    op = op_of("call", function)

    def method(self: ndarray, other: Any) -> Any:
        return self._compared(other, op, function)

    return method


for _name, (_node, _function) in COMPARISONS.items():
    setattr(ndarray, f"__{_name}__", _comparison(_node, _function))
ndarray.__hash__ = Array.__hash__  # type: ignore[method-assign]

__all__ = ["ARITHMETIC", "ndarray", "unary"]
