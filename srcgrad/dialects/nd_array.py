"""The array of `srcgrad.nd`: MXNet's NDArray, whose dtypes never mix and whose scalars have an axis."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.dialects import nd_assembly as assembly
from srcgrad.dialects import nd_elementwise as elementwise
from srcgrad.dialects import nd_pairs as pairs
from srcgrad.dialects import nd_shapes as shapes
from srcgrad.dialects.nd_calls import TITLE, constant, different
from srcgrad.dialects.nd_methods import Methods
from srcgrad.errors import OperandError
from srcgrad.imperative.array import Array
from srcgrad.imperative.calls import invoke
from srcgrad.imperative.family import RESHAPE, add_view, own
from srcgrad.imperative.operators import forward, misfit
from srcgrad.imperative.steps import Op
from srcgrad.imperative.trace import local

_ALL = slice(None)


class NDArray(Methods, Array):
    """An array that behaves as MXNet's NDArray, and can be recorded.

    >>> from srcgrad import nd
    >>> nd.arange(3) * 2
    <BLANKLINE>
    [0. 2. 4.]
    <NDArray 3 @cpu(0)>
    """

    __slots__ = ()
    title = TITLE

    # -- what it is -------------------------------------------------------------------------------

    def __repr__(self) -> str:
        lengths = "x".join(str(n) for n in self.shape)
        return f"\n{self.asnumpy()!s}\n<NDArray {lengths} @{self.context}>"

    __str__ = __repr__

    @property
    def dtype(self) -> Any:
        """The type of the elements, as a class of NumPy."""
        return self._data.dtype.type

    @property
    def T(self) -> Any:
        """The transpose, a copy; the array itself if it has one axis."""
        return shapes.transpose(self) if self._data.ndim > 1 else self

    def __int__(self) -> int:
        raise TypeError("int() takes no NDArray: use int(x.asscalar())")

    # -- operators --------------------------------------------------------------------------------

    def _arithmetic(self, other: Any, op: Op, function: Any, reflected: bool) -> Any:
        """Operands other than arrays of float32, and Python numbers with floating arrays."""
        whole = self._data.dtype.kind != "f"
        right = self._operand(other, whole)
        args = (right, self) if reflected else (self, right)
        try:
            return invoke(
                type(self),
                function,
                args,
                {},
                op=op,
                eager=_WHOLE.get(op.target) if whole else None,
            )
        except ValueError as error:
            raise misfit(self._data, getattr(right, "_data", right)) from error

    def _operand(self, other: Any, whole: bool) -> Any:
        """The other operand: an array of this dtype, or a Python number."""
        if isinstance(other, NDArray):
            if other._data.dtype is not self._data.dtype:
                raise different(self, other)
            return other
        if isinstance(other, np.ndarray):
            return constant(other, self)
        if isinstance(other, (float, int, np.generic)):  # a number takes the dtype of the array
            return _cut(other, self._data.dtype) if whole else float(other)
        what = type(other).__name__
        remedy = "use x.as_nd_ndarray()" if isinstance(other, Array) else "make it with nd.array"
        raise OperandError("SG708", f"an NDArray meets an operand of type {what}", remedy)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """A universal function of NumPy that `srcgrad.nd` has too; NumPy's arrays are constants."""
        function = _UFUNCS.get(ufunc.__name__)
        if function is None or method != "__call__" or kwargs:
            return NotImplemented
        given = [constant(v, self) if isinstance(v, np.ndarray) else v for v in inputs]
        return function(*[v.item() if isinstance(v, np.generic) else v for v in given])

    # -- reading and writing ----------------------------------------------------------------------

    def _index_of(self, index: Any) -> Any:
        """The index as NumPy takes it: floats are whole numbers, the last number keeps its axis."""
        if type(index) is int and self._data.ndim > 1:
            return index
        parts = tuple([_place(p) for p in (index if isinstance(index, tuple) else (index,))])
        numbers = tuple([p for p in parts if p is not Ellipsis])  # which would stand for no axis
        if len(numbers) == self._data.ndim and all([type(p) is int for p in numbers]):
            parts = numbers
            last, length = parts[-1], self._data.shape[-1]
            if not -length <= last < length:
                axis = len(parts) - 1
                what = f"index {last} is out of bounds for axis {axis} with size {length}"
                raise IndexError(what)
            return (*parts[:-1], slice(last, last + 1 or None))
        return parts if isinstance(index, tuple) else parts[0]

    def _shows(self, data: np.ndarray[Any, Any]) -> bool:
        """Whether what a basic index gave is a view: rows are, columns are copies."""
        return data.flags.c_contiguous

    def reshape(self, *shape: Any, reverse: bool = False, **named: Any) -> Any:
        """The same memory with another shape; recorded.

        Arguments:
            shape: lengths, or one tuple of them, with MXNet's codes: 0 copies a length, -1 is what
                is left, -2 copies all that follow, -3 joins two, -4 splits one into the next two.
            reverse: whether codes are read from the right.
            named: ``shape`` by name.

        Raises:
            ShapeError: there is another number of elements.
        """
        given = named.pop("shape", shape)
        if named:
            raise TypeError(f"reshape takes no argument {next(iter(named))!r}")
        if len(given) == 1 and isinstance(given[0], (tuple, list)):
            given = given[0]
        wanted = shapes.lengths(self.shape, given, reverse)
        own(self)
        out = self._of(np.reshape(self._data, wanted))
        if local.trace is not None and self._node is not None:
            local.trace.call(RESHAPE, (self, wanted), {}, [out])
        if np.may_share_memory(out._data, self._data):
            add_view(self, out, RESHAPE, wanted)
        return out

    def __getitem__(self, index: Any) -> Any:
        if type(index) is slice and index == _ALL:
            return self
        return super().__getitem__(index)

    def as_np_ndarray(self) -> Any:
        """The same memory as an array of `srcgrad.np`; recorded."""
        from srcgrad.dialects.np_array import ndarray, recast

        own(self)
        return recast(self, ndarray)

    def as_nd_ndarray(self) -> Any:
        """The array itself."""
        return self

    def tostype(self, stype: str) -> Any:
        """The array in another way of storing; here always densely."""
        return self.copy()

    def to_dlpack_for_read(self) -> Any:
        """The memory for another library, as a capsule of the DLPack protocol."""
        return self.__dlpack__()

    def slice_assign_scalar(self, value: float, begin: Any, end: Any, step: Any = None) -> Any:
        """Write a number to a part of the array."""
        return self.slice_assign(value, begin, end, step)

    def slice_assign(self, rhs: Any, begin: Any, end: Any, step: Any = None) -> Any:
        """Write to a part of the array."""
        self[assembly.slices(begin, end, step)] = rhs
        return self


def _place(part: Any) -> Any:
    """A part of an index as NumPy takes it."""
    kind = type(part)
    if kind is int or kind is slice or part is None or part is Ellipsis:
        return part
    if isinstance(part, (bool, np.integer, np.bool_)):
        return int(part)
    if isinstance(part, Array):
        return part._of(part._data.astype(np.int64))
    if isinstance(part, (list, tuple, range, np.ndarray)):
        return np.asarray(part).astype(np.int64)
    raise ValueError(f"an NDArray cannot be read at an index of type {kind.__name__}")


def _cut(value: Any, dtype: np.dtype[Any]) -> Any:
    """A number in an integer dtype, as C casts it."""
    return np.asarray(np.trunc(float(value))).astype(dtype).item()


def _whole(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """An operator between integers: computed as floats and cut to their dtype."""

    def run(left: Any, right: Any) -> Any:
        dtype = left.dtype if isinstance(left, np.ndarray) else right.dtype
        with np.errstate(all="ignore"):
            found = function(np.asarray(left, np.float64), np.asarray(right, np.float64))
            return np.trunc(found).astype(dtype)

    return run


def _exact(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """An operator between integers that needs no floats, wrapping around as in C."""

    def run(left: Any, right: Any) -> Any:
        dtype = left.dtype if isinstance(left, np.ndarray) else right.dtype
        with np.errstate(all="ignore"):
            return function(np.asarray(left, dtype), np.asarray(right, dtype))

    return run


_WHOLE = {
    "Add": _exact(operator.add),
    "Sub": _exact(operator.sub),
    "Mult": _exact(operator.mul),
    "Div": _whole(operator.truediv),
    "Mod": _whole(operator.mod),
    "Pow": _whole(operator.pow),
}

_UFUNCS: dict[str, Callable[..., Any]] = {
    **{name: getattr(elementwise, name) for name in elementwise.UFUNCS},
    **{name: getattr(pairs, name) for name in pairs.UFUNCS},
    **{"add": operator.add, "subtract": operator.sub, "multiply": operator.mul},
    **{"divide": operator.truediv, "remainder": operator.mod, "power": operator.pow},
    **{"negative": operator.neg, "absolute": operator.abs, "equal": operator.eq},
    **{"not_equal": operator.ne, "less": operator.lt, "less_equal": operator.le},
    **{"greater": operator.gt, "greater_equal": operator.ge},
}
for _name, _function in pairs.COMPARISONS.items():
    setattr(NDArray, f"__{_name}__", forward("call", _function, _function))
NDArray.__hash__ = Array.__hash__  # type: ignore[method-assign]

__all__ = ["NDArray"]
