"""Arrays that show one memory: which are written with it, and which only look like it until then.

A *view* shows what is written through any other view of its memory, as slices do. A *copy to be* is
what the API calls a copy (``x.T``), made without copying; it becomes one when the memory is written.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from srcgrad.imperative.steps import Op, op_of
from srcgrad.imperative.trace import Leaf, Trace, save

if TYPE_CHECKING:
    from srcgrad.imperative.array import Array

INDEX, SETITEM = op_of("index", None), op_of("setitem", None)
RESHAPE = op_of("call", np.reshape)
IDENTITY = op_of("identity", None)
DETACH = op_of("detach", None)  # never recorded
_MANY = 8  # members after which those that are gone are dropped


class Family:
    """The arrays of one memory."""

    __slots__ = ("copies", "many", "views")

    def __init__(self) -> None:
        self.views: list[weakref.ref[Array]] = []
        self.copies: list[weakref.ref[Array]] = []
        self.many = _MANY

    def tidy(self) -> None:
        """Drop members that are gone."""
        if len(self.views) + len(self.copies) > self.many:
            self.views = [r for r in self.views if r() is not None]
            self.copies = [r for r in self.copies if r() is not None]
            self.many = max(_MANY, 2 * (len(self.views) + len(self.copies)))


class Held(Family):
    """The arrays of one memory that something else shows too: ``x.grad``, of the storage asked for."""

    __slots__ = ("stype",)

    def __init__(self, stype: str) -> None:
        super().__init__()
        self.stype = stype


def family_of(array: Array) -> Family:
    """The family of an array, a new one with itself if it was alone."""
    found: Family | None = getattr(array, "_family", None)
    if found is None:
        found = array._family = Family()
        found.views.append(weakref.ref(array))
    return found


def own(array: Array) -> None:
    """Give an array that only looks like a copy memory of its own; in order, for views of it."""
    if _is_copy(array):
        _separate(array)
    elif not array._data.flags.c_contiguous and is_alone(array):
        _move(array)


class Via(NamedTuple):
    """How a view is read from the array that it was made of."""

    parent: Array
    op: Op
    args: tuple[Any, ...] = ()


def add_view(parent: Array, child: Array, op: Op, *args: Any) -> None:
    """``child`` shows the memory of ``parent``, which is its `own`, and is written with it.

    It was made by `INDEX` and the index, `RESHAPE` and the shape, `IDENTITY`, or `DETACH`.
    """
    child._via = Via(parent, op, args)
    family = child._family = family_of(parent)
    family.views.append(weakref.ref(child))
    family.tidy()


def add_copy(parent: Array, child: Array) -> None:
    """``child`` shows the memory of ``parent`` until one of them is written."""
    family = child._family = family_of(parent)
    family.copies.append(weakref.ref(child))
    family.tidy()


def _is_copy(array: Array) -> bool:
    family: Family | None = getattr(array, "_family", None)
    return family is not None and any(r() is array for r in family.copies)


def _separate(array: Array) -> None:
    family = family_of(array)
    family.copies = [r for r in family.copies if r() is not array]
    array._family = None
    _move(array)


def _move(array: Array) -> None:
    """Copy the contents to new memory; what was recorded of a variable refers to the old one."""
    if type(array._node) is Leaf:
        save(array._data)
    array._data = array._data.copy()


def prepare(array: Array) -> None:
    """Before the memory of an array is written: copies to be, and traces, keep what it holds."""
    family: Family | None = getattr(array, "_family", None)
    if family is not None:
        if _is_copy(array):
            _separate(array)
        else:
            for reference in tuple(family.copies):
                other = reference()
                if other is not None:
                    _separate(other)
    save(array._data)


def overwrite(array: Array, write: Callable[[], None]) -> None:
    """Do a write in place that is not recorded.

    What was recorded keeps what it saw, and its gradient passes through such a write unchanged; what
    is recorded afterwards sees the new contents.
    """
    prepare(array)
    write()
    for other in shown_with(array):
        node = other._node
        if type(node) is Trace and node.holds(other._index):
            node.unary(IDENTITY, other, other)


def shown_with(array: Array) -> list[Array]:
    """The arrays that are written with an array, itself among them, in the order of their making."""
    family: Family | None = getattr(array, "_family", None)
    if family is None or _is_copy(array):
        return [array]
    return [a for r in family.views if (a := r()) is not None]


def is_alone(array: Array) -> bool:
    """Whether no other array is written with this one."""
    held = isinstance(getattr(array, "_family", None), Held)
    return not held and all(other is array for other in shown_with(array))


__all__ = [
    "DETACH",
    "IDENTITY",
    "INDEX",
    "RESHAPE",
    "SETITEM",
    "Family",
    "Held",
    "Via",
    "add_copy",
    "add_view",
    "is_alone",
    "own",
    "prepare",
    "shown_with",
]
