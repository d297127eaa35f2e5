"""Types of IR values: arrays with symbolic dimensions, numbers, tapes.

A dimension is an ``int`` when the emitted text may depend on it (0 or 1), else a ``Dim``: two equal
``Dim`` mean equal lengths, and ``Dim.long`` says that the length is at least two. That is what
makes ``unbroadcast`` a static decision.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import count, zip_longest
from typing import Any, TypeAlias

import numpy as np


@dataclass(frozen=True, slots=True)
class Dim:
    """A symbolic length: ``max(base - drop, 0)`` where ``base`` names a length of the signature.

    >>> Dim("x0", 2)
    x0-2
    """

    base: str
    drop: int = 0
    basis_long: bool = False

    @property
    def long(self) -> bool:
        """Whether the length is known to be at least two."""
        return self.basis_long and self.drop <= 0

    def __repr__(self) -> str:
        return f"{self.base}-{self.drop}" if self.drop else self.base


AnyDim: TypeAlias = "int | Dim"
Dims: TypeAlias = "tuple[AnyDim, ...] | None"


@dataclass(frozen=True, slots=True)
class Array:
    """A NumPy array or NumPy scalar. ``None`` for ``dtype`` or ``dims`` means not known."""

    dtype: np.dtype[Any] | None
    dims: Dims

    def __repr__(self) -> str:
        dims = "..." if self.dims is None else ",".join(map(repr, self.dims))
        return f"{self.dtype or '?'}[{dims}]"


@dataclass(frozen=True, slots=True)
class Number:
    """A Python ``bool``, ``int``, ``float`` or ``complex``; weak in NumPy's promotion."""

    kind: str

    def __repr__(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value that passes through unread: the saved values of a call, a tape, a path."""

    what: str

    def __repr__(self) -> str:
        return self.what


Type: TypeAlias = "Array | Number | Opaque"

BOOL, INT, FLOAT, COMPLEX = Number("bool"), Number("int"), Number("float"), Number("complex")
TAPE = Opaque("tape")
PATH = Opaque("path")
SAVED = Opaque("saved")
UNKNOWN = Opaque("unknown")
_JOINED = count()
_RANKS = {"bool": 0, "int": 1, "float": 2, "complex": 3}
_EXAMPLES: dict[str, bool | int | float | complex] = {
    "bool": False,
    "int": 0,
    "float": 0.0,
    "complex": 0j,
}


def describe_type(type_: Type) -> str:
    """Words for a type in a message.

    >>> describe_type(Array(np.dtype("int64"), (Dim("x0"),)))
    'an array of int64'
    """
    if isinstance(type_, Number):
        return f"an {type_.kind}" if type_.kind == "int" else f"a {type_.kind}"
    if isinstance(type_, Array):
        what = "numbers" if type_.dtype is None else str(type_.dtype)
        return (
            f"an {what}"
            if type_.dims == () and what[0] in "aeiou"
            else (f"a {what}" if type_.dims == () else f"an array of {what}")
        )
    return f"a {type_.what}"


def is_scalar(type_: Type) -> bool:
    """Whether values of the type surely have rank zero."""
    return isinstance(type_, Number) or (isinstance(type_, Array) and type_.dims == ())


def dims_of(type_: Type) -> Dims:
    """Dimensions of an array or number; ``None`` where the rank is not known."""
    return () if isinstance(type_, Number) else type_.dims if isinstance(type_, Array) else None


def is_differentiable(type_: Type) -> bool:
    """Whether the type can carry a cotangent: a real or complex floating-point array or number."""
    if isinstance(type_, Number):
        return type_.kind in ("float", "complex")
    return isinstance(type_, Array) and (type_.dtype is None or type_.dtype.kind in "fc")


def is_complex(type_: Type) -> bool:
    """Whether values of the type are surely complex."""
    if isinstance(type_, Number):
        return type_.kind == "complex"
    return isinstance(type_, Array) and type_.dtype is not None and type_.dtype.kind == "c"


def type_of_value(value: object) -> Type:
    """Type of a concrete value, with its exact lengths.

    >>> type_of_value(np.ones((2, 1)))
    float64[2,1]
    """
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, (np.ndarray, np.generic)):
        return Array(value.dtype, tuple(value.shape))
    for python, type_ in ((int, INT), (float, FLOAT), (complex, COMPLEX)):
        if isinstance(value, python):
            return type_
    return Opaque(type(value).__name__)


def broadcast_dim(a: AnyDim, b: AnyDim) -> AnyDim:
    """Length of one axis after broadcasting; a fresh symbol is named after its parts."""
    if a == b or b == 1:
        return a
    if a == 1:
        return b
    for known in (a, b):
        if isinstance(known, Dim) and known.long:
            return known
    for known in (a, b):
        if isinstance(known, int):
            return known
    return Dim(f"({a}|{b})")


def broadcast_dims(*shapes: Dims) -> Dims:
    """Dimensions after broadcasting, ``None`` as soon as one rank is unknown.

    >>> broadcast_dims((Dim("x0"), 1), (3,))
    (x0, 3)
    """
    result: tuple[AnyDim, ...] = ()
    for dims in shapes:
        if dims is None:
            return None
        pairs = zip_longest(reversed(result), reversed(dims), fillvalue=1)
        result = tuple(broadcast_dim(a, b) for a, b in pairs)[::-1]
    return result


def join(a: Type, b: Type, *, own: AbstractSet[str] = frozenset()) -> Type | None:
    """Least type that holds values of both, or ``None`` where there is none.

    ``own`` are the symbols that earlier joins made for the very name that holds the value: they mean "one
    length or another" already. A symbol that was made for another name says what *its* length is.

    >>> join(INT, FLOAT)
    float
    >>> join(Array(np.dtype("int64"), ()), FLOAT)
    float64[]
    """
    if a == b or b == UNKNOWN:
        return a
    if a == UNKNOWN:
        return b
    if isinstance(a, Number) and isinstance(b, Number):
        return a if _RANKS[a.kind] >= _RANKS[b.kind] else b
    if isinstance(a, Number) and isinstance(b, Array):
        return join(b, a, own=own)
    if isinstance(a, Array) and isinstance(b, Number):
        # promoted as NumPy does: what may be a float carries a derivative
        dtype = None if a.dtype is None else np.result_type(a.dtype, _EXAMPLES[b.kind])
        return Array(dtype, () if a.dims == () else None)
    if not (isinstance(a, Array) and isinstance(b, Array)):
        return None
    dtype = None if a.dtype is None or b.dtype is None else np.result_type(a.dtype, b.dtype)
    return Array(dtype, join_dims(a.dims, b.dims, own))


def symbols(type_: Type) -> set[str]:
    """The names of the lengths that a type mentions."""
    return {d.base for d in dims_of(type_) or () if isinstance(d, Dim)}


def join_dims(a: Dims, b: Dims, own: AbstractSet[str] = frozenset()) -> Dims:
    """Dimensions that hold for both of two values of the same name."""
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple(_join_dim(d, e, own) for d, e in zip(a, b, strict=True))


def _join_dim(a: AnyDim, b: AnyDim, own: AbstractSet[str]) -> AnyDim:
    """A symbol of its own for "one or the other"; joined once more it stays what it is."""
    long = all(isinstance(d, Dim) and d.long for d in (a, b))
    if isinstance(a, Dim) and a.base in own and not a.drop and a.long == long:
        return a
    return a if a == b else Dim(f"[{next(_JOINED)}]", basis_long=long)


def with_dims(type_: Type, dims: Dims) -> Array:
    """Array type of the same dtype with other dimensions."""
    if isinstance(type_, Array):
        return replace(type_, dims=dims)
    kind = type_.kind if isinstance(type_, Number) else "float"
    return Array(np.dtype(kind), dims)
