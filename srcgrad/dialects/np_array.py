"""The array of `srcgrad.np`: NumPy's behaviour, floats of 32 bits unless said."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.dialects.np_calls import apply, of_two, whole
from srcgrad.dialects.np_writes import INSTEAD, at, written
from srcgrad.imperative.array import Array
from srcgrad.imperative.calls import arrays_in, invoke, mixed, plain
from srcgrad.imperative.family import IDENTITY, add_view
from srcgrad.imperative.operators import augmented, backward, forward, misfit
from srcgrad.imperative.steps import Op
from srcgrad.imperative.trace import local

COMPARISONS: dict[str, Callable[..., Any]] = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}
BITS = {
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "lshift": np.left_shift,
    "rshift": np.right_shift,
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
        dtype = self._data.dtype
        if dtype == np.float32:
            text = text[: text.rindex(",")] + ")"
        elif dtype != np.bool_ and "dtype=" not in text:
            text = f"{text[:-1]}, dtype={dtype})"
        on_device = "" if self.context.device_type == "cpu" else f", ctx={self.context}"
        return f"{text[:-1]}{on_device})"

    def __str__(self) -> str:
        return str(self.asnumpy())

    def __format__(self, spec: str) -> str:
        data = self.asnumpy()
        return format(data[()] if data.ndim == 0 else data, spec)

    # -- values -----------------------------------------------------------------------------------

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements."""
        return self._data.dtype  # type: ignore[no-any-return]

    @property
    def itemsize(self) -> int:
        """The bytes of one element."""
        return int(self._data.itemsize)

    @property
    def nbytes(self) -> int:
        """The bytes of all elements."""
        return int(self._data.nbytes)

    def item(self, *place: Any) -> Any:
        """One element as a Python number; the only one, without a place."""
        return self.asnumpy().item(*place)

    def _number(self) -> Any:
        if self._data.size != 1:
            raise TypeError("only an array of one element can be converted to a Python number")
        return self.asscalar()

    def __float__(self) -> float:
        return float(self._number())

    def __int__(self) -> int:
        return int(self._number())

    def __complex__(self) -> complex:
        return complex(self._number())

    def __index__(self) -> int:
        return operator.index(self._number().item())

    def __contains__(self, value: Any) -> bool:
        return bool((self == value).any())

    # -- reading ----------------------------------------------------------------------------------

    def _index_of(self, index: Any) -> Any:
        """The index as NumPy takes it: lists and ranges as arrays, floats of whole numbers as such."""
        kind = type(index)
        if kind is int or kind is slice:
            return index
        if isinstance(index, tuple):
            return tuple([_place(part) for part in index])
        return _place(index)

    def _shows(self, data: np.ndarray[Any, Any]) -> bool:
        """Whether what a basic index gave is a view: rows are, columns are copies, as in MXNet."""
        return data.flags.c_contiguous

    # -- conversions ------------------------------------------------------------------------------

    def as_np_ndarray(self) -> ndarray:
        """This array."""
        return self

    def as_nd_ndarray(self) -> Any:
        """The same memory as an array of `srcgrad.nd`; recorded."""
        from srcgrad.dialects.nd_array import NDArray

        return recast(self, NDArray)

    def copy(self, order: str = "C") -> Any:
        """A copy; recorded."""
        return super().copy()

    def astype(  # type: ignore[override]  # NumPy's arguments, in its order
        self,
        dtype: Any,
        order: str = "K",
        casting: str = "unsafe",
        subok: bool = True,
        copy: bool = True,
    ) -> Any:
        """The elements in another dtype; the gradient passes, through integers too."""
        return super().astype(dtype, copy)

    # -- operators --------------------------------------------------------------------------------

    def _arithmetic(self, other: Any, op: Op, function: Any, reflected: bool) -> Any:
        """Operands of different dtypes, NumPy's own arrays, integers with floats."""
        if isinstance(other, np.generic):
            other = other.item()
        elif isinstance(other, (list, tuple)):
            other = np.asarray(plain(other))
            if other.dtype == np.float64:
                other = other.astype(np.float32)  # as `np.array` would
        if not isinstance(other, (ndarray, np.ndarray, float, int, complex)):
            if isinstance(other, Array):
                raise mixed(type(self), type(other))
            return NotImplemented
        integral = op.kind == "binary" and op.target != "Div" and self._data.dtype.kind in "iu"
        if integral and isinstance(other, float):
            other = int(other)  # a number takes the dtype of the array
        args = (other, self) if reflected else (self, other)
        try:
            return invoke(type(self), function, args, {}, op=op)
        except ValueError as error:
            raise misfit(self._data, plain(other)) from error

    def __matmul__(self, other: Any) -> Any:
        return _matmul(self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return _matmul(other, self)

    def __imatmul__(self, other: Any) -> Any:
        self._replace(_matmul(self, other))
        return self

    def __pos__(self) -> Any:
        return self.copy()

    def __invert__(self) -> Any:
        return invoke(type(self), np.invert, (self,), {})

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    # -- NumPy's protocols ------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """A universal function of NumPy on arrays of this class."""
        if method == "at":
            written(at(ufunc), *inputs)
            return None
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        return apply(ndarray, function, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """A function of NumPy on arrays of this class."""
        if function in INSTEAD:
            return INSTEAD[function](*args, **kwargs)
        return apply(ndarray, function, tuple(args), dict(kwargs))


def recast(array: Any, cls: type[Array]) -> Any:
    """The same memory as an array of another dialect; recorded."""
    out = cls._of(array._data)
    if local.trace is not None and array._node is not None:
        local.trace.unary(IDENTITY, array, out)
    add_view(array, out, IDENTITY)
    return out


def _place(part: Any) -> Any:
    """One part of an index."""
    if isinstance(part, Array):
        return whole(part)
    if isinstance(part, range) or (isinstance(part, list) and next(arrays_in(part), None) is None):
        found = np.asarray(part)
        return found if found.size else found.astype(np.int64)
    return part


def _bitwise(function: Callable[..., Any], reflected: bool) -> Callable[[Any, Any], Any]:
    def method(self: ndarray, other: Any) -> Any:
        return apply(ndarray, function, (other, self) if reflected else (self, other), {})

    return method


def _install() -> None:
    for name, function in COMPARISONS.items():
        setattr(ndarray, f"__{name}__", forward("call", function, function))
    for name, function in BITS.items():
        setattr(ndarray, f"__{name}__", _bitwise(function, False))
        setattr(ndarray, f"__r{name}__", _bitwise(function, True))
        setattr(ndarray, f"__i{name}__", augmented(name))
    cls: Any = ndarray
    cls.__floordiv__ = forward("binary", "FloorDiv", operator.floordiv)
    cls.__rfloordiv__ = backward("binary", "FloorDiv", operator.floordiv)
    cls.__ifloordiv__ = augmented("floordiv")
    cls.__hash__ = Array.__hash__


_matmul = of_two(ndarray, np.matmul)
_install()

__all__ = ["ndarray", "recast"]
