"""The values of a recorded run: what the user's function computes with in place of arrays and floats.

A recorded value holds the concrete NumPy value and its place in the trace. Every operation computes
on the concrete values and tells the `Recording`; what would leave the trace without being seen (a
conversion by C code, a buffer) raises. ``__class__`` answers as the concrete value does, so
``isinstance`` in user code takes the same way as without a recording.
"""

from __future__ import annotations

import functools
import math
import operator
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import numpy as np

from srcgrad.runtime.recorded_operators import (
    arithmetic,
    comparisons,
    formats_text,
    in_place,
    not_as_key,
    place_of,
)

current: ContextVar[Any] = ContextVar("recording", default=None)  # a `Recording`
_PLAIN = frozenset({"shape", "ndim", "size", "dtype", "nbytes", "itemsize", "strides", "flags"})
_CUTS = frozenset(
    {"tobytes", "tofile", "dump", "dumps", "data", "ctypes", "view", "getfield", "hex", "base"}
    | {"as_integer_ratio", "byteswap", "setfield", "setflags", "resize", "device"}
)


class Storage:
    """The memory behind recorded arrays: one for each allocation, shared by all its views.

    ``active`` once a differentiated value may be in it; before that its contents are constants.
    ``outer`` memory was there before the run, and ``entry`` is what it held before its first write;
    ``origin`` is the call that made the memory, as long as nothing was written.
    """

    __slots__ = ("active", "array", "entry", "exported", "home", "number", "origin", "outer")

    def __init__(self, array: Any, home: Any, number: int | None) -> None:
        self.array = array
        self.home = home
        self.number = number
        self.active = number is not None
        self.outer = False
        self.exported = False
        self.entry: Any = None
        self.origin: Any = None


@arithmetic
@comparisons
class Recorded:
    """What recorded arrays and numbers share: arithmetic, comparisons, dispatch from NumPy."""

    __slots__ = ("_home", "_id", "_value")
    __array_priority__ = 1e6
    _home: Any  # the `Recording` that made the value
    _value: Any
    _id: int | None

    @property
    def _recording(self) -> Any:
        """The recording in progress in this thread, else that which made the value."""
        return current.get() or self._home

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._value)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return self._recording.ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return self._recording.function(func, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"{type(self._value).__name__!r} object has no attribute {name!r}")
        attribute = getattr(self._value, name)
        if name in _PLAIN:
            return attribute
        if name in _CUTS:
            return getattr(self._recording.exported(self, f".{name}"), name)
        if callable(attribute):
            return functools.partial(self._recording.method, self, name)
        return self._recording.attribute(self, name, attribute)

    # -- conversions ------------------------------------------------------------------------------

    def __bool__(self) -> bool:
        return bool(self._recording.decision(self))

    def __int__(self) -> int:
        return int(self._recording.decision(self))

    def __float__(self) -> float:
        if formats_text(sys._getframe(1)):
            return float(self._value)
        return float(self._recording.converted(self, "float()"))

    def __complex__(self) -> complex:
        return complex(self._recording.converted(self, "complex()"))

    def __repr__(self) -> str:
        return repr(self._value)

    def __str__(self) -> str:
        return str(self._value)

    def __format__(self, spec: str) -> str:
        return format(self._value, spec)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self._recording.converted(self, "pickling").__reduce_ex__(protocol)

    @property
    def real(self) -> Any:
        """The real part: the value itself if it is real."""
        if not np.iscomplexobj(self._value):
            return self
        return self._recording.attribute(self, "real", self._value.real)

    @real.setter
    def real(self, value: Any) -> None:
        self._recording.refuse_cut("assigning .real", self, "write to the array itself")

    @property
    def imag(self) -> Any:
        """The imaginary part: zero if the value is real."""
        if not np.iscomplexobj(self._value):
            return self._value.imag
        return self._recording.attribute(self, "imag", self._value.imag)

    @imag.setter
    def imag(self, value: Any) -> None:
        self._recording.refuse_cut("assigning .imag", self, "write to the array itself")

    def conjugate(self) -> Any:
        """The complex conjugate: the value itself if it is real."""
        return (
            self._recording.call(np.conjugate, (self,), {})
            if np.iscomplexobj(self._value)
            else self
        )

    conj = conjugate

    def __neg__(self) -> Any:
        return self._recording.unary("USub", operator.neg, self)

    def __pos__(self) -> Any:
        return self._recording.unary("UAdd", operator.pos, self)

    def __abs__(self) -> Any:
        return self._recording.call(abs, (self,), {})

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self


class RecordedNumber(Recorded):
    """A Python float or NumPy scalar that depends on the differentiated inputs."""

    __slots__ = ()

    def __init__(self, recording: Any, value: Any, number: int) -> None:
        self._home = recording
        self._value = value
        self._id = number

    def __hash__(self) -> int:
        self._recording.key_at = place_of(sys._getframe(1))
        return hash(self._value)

    def __eq__(self, other: object) -> Any:
        found = self._recording.compare(operator.eq, self, other)
        return not_as_key(self, other, found, sys._getframe(1))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        found = self._recording.ufunc(ufunc, method, inputs, kwargs)
        if ufunc is not np.equal or len(inputs) != 2:
            return found
        other = inputs[0] if inputs[1] is self else inputs[1]
        return not_as_key(self, other, found, sys._getframe(1))

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.asarray(self._recording.converted(self, "a conversion to an array"), dtype)

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        return self

    def __round__(self, digits: Any = None) -> Any:
        return round(self._recording.decision(self), digits)

    def __trunc__(self) -> Any:
        return math.trunc(self._recording.decision(self))

    def __floor__(self) -> Any:
        return math.floor(self._recording.decision(self))

    def __ceil__(self) -> Any:
        return math.ceil(self._recording.decision(self))

    def __getitem__(self, index: Any) -> Any:
        return self._recording.index(self, index)

    def item(self, *index: Any) -> Any:
        """The number as one of Python's."""
        kind = complex if isinstance(self._value, complex) else float
        return self._recording.call(kind, (self,), {})

    tolist = item


@in_place
class RecordedArray(Recorded):
    """An array: its own memory or a view; inactive ones are recorded once a value is written."""

    __slots__ = ("__weakref__", "_origin", "_storage")
    _storage: Storage
    _origin: Any
    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self, recording: Any, value: Any, number: int | None, storage: Storage | None = None
    ) -> None:
        self._home = recording
        self._value = value
        self._id = number
        self._origin = None
        self._storage = Storage(value, recording, number) if storage is None else storage

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.asarray(self._recording.exported(self, "a conversion to a plain array"), dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        return self._value.shape  # type: ignore[no-any-return]

    @shape.setter
    def shape(self, value: Any) -> None:
        self._recording.refuse_cut("assigning .shape", self, "use .reshape(...)")

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self._value.ndim  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        """Number of elements."""
        return self._value.size  # type: ignore[no-any-return]

    @property
    def dtype(self) -> Any:
        """Type of the elements."""
        return self._value.dtype

    @property
    def T(self) -> Any:
        """The transpose, a view."""
        return self._recording.attribute(self, "T", self._value.T)

    @property
    def flat(self) -> Any:
        """The elements in C order, as an array of one axis."""
        if not self._value.flags.c_contiguous:
            self._recording.refuse_cut(".flat of a strided array", self, "loop over its rows")
        return self.reshape(-1)

    @flat.setter
    def flat(self, value: Any) -> None:
        self.flat[:] = value

    def __len__(self) -> int:
        return len(self._value)

    def __iter__(self) -> Iterator[Any]:
        if self._value.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return (self[k] for k in range(len(self._value)))

    def __contains__(self, item: Any) -> bool:
        return plain(item) in self._value

    def __index__(self) -> int:
        return operator.index(self._value)

    def __getitem__(self, index: Any) -> Any:
        return self._recording.index(self, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        self._recording.store(self, index, value)

    def __copy__(self) -> Any:
        """A copy that is laid out as the array is, unlike that of its method ``copy``."""
        array = isinstance(self._value, np.ndarray)
        return np.copy(self) if array else self._recording.method(self, "copy")

    def __deepcopy__(self, memo: Any) -> Any:
        return self.__copy__()

    def item(self, *index: Any) -> Any:
        """One element as a Python float."""
        if not index:
            return self.reshape(-1)[_only(self._value)].item()
        where = index[0] if len(index) == 1 else index
        return (self if isinstance(where, tuple) else self.reshape(-1))[where].item()

    def tolist(self) -> Any:
        """Nested lists of Python floats."""
        if self._value.ndim == 0:
            return self.item()
        return [part.item() if self._value.ndim == 1 else part.tolist() for part in self]


def _only(value: Any) -> int:
    """The place of the only element; NumPy's own error if there are more."""
    value.item()
    return 0


def plain(value: Any) -> Any:
    """The value with every recorded value in it, also in nested sequences, made concrete."""
    kind = type(value)
    if kind is RecordedArray or kind is RecordedNumber:
        return value._value
    if kind is tuple or kind is list:
        return kind([plain(v) for v in value])
    if isinstance(value, tuple):
        return tuple([plain(v) for v in value])
    if kind is dict:
        return {k: plain(v) for k, v in value.items()}
    if kind is slice and not (value.start is None and value.stop is None and value.step is None):
        return slice(plain(value.start), plain(value.stop), plain(value.step))
    return value


def is_recorded(value: Any) -> bool:
    """Whether the value itself is recorded."""
    return type(value) is RecordedArray or type(value) is RecordedNumber


_OPERANDS = frozenset({RecordedArray, RecordedNumber, np.ndarray, list, tuple, type(None), str})


def is_operand(value: Any) -> bool:
    """Whether NumPy computes with the value itself, not a class of the user's with operators."""
    kind = type(value)
    return kind in _OPERANDS or issubclass(kind, (int, float, complex, np.generic))
