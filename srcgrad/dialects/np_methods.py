"""Methods of arrays of `srcgrad.np`, made from the functions of the same name."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.dialects.np_array import ndarray
from srcgrad.dialects.np_functions import FUNCTIONS
from srcgrad.errors import ShapeError
from srcgrad.imperative.calls import plain
from srcgrad.imperative.family import add_copy
from srcgrad.imperative.operators import unary
from srcgrad.imperative.steps import op_of
from srcgrad.imperative.trace import local

_RESHAPE = op_of("call", np.reshape)
_reversed = unary(np.transpose, "call", np.transpose)
NAMES = """
    all any argmax argmin argpartition argsort choose clip compress conj conjugate cumprod cumsum
    diagonal dot max mean min nonzero prod ptp ravel repeat round searchsorted squeeze std sum swapaxes
    take tile trace var abs broadcast_to diff expand_dims flip split
    arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil cos cosh degrees exp expm1 fix floor log
    log10 log1p log2 radians reciprocal rint sign sin sinh sqrt square tan tanh trunc zeros_like ones_like
"""


def _shape(sizes: tuple[Any, ...]) -> Any:
    """Lengths or axes, given one by one or as one tuple."""
    return sizes[0] if len(sizes) == 1 else sizes


def reshape(self: ndarray, *shape: Any, order: str = "C", **kwargs: Any) -> Any:
    """The elements in another shape: a copy, as in MXNet."""
    given = kwargs.pop("newshape", kwargs.pop("shape", None)) if kwargs else None
    given = plain(_shape(shape) if given is None else given)
    if kwargs or order not in ("C", "F"):
        return FUNCTIONS["reshape"](self, given, order=order, **kwargs)
    if order == "F":
        wanted = (given,) if isinstance(given, int) else tuple(given)
        return transpose(reshape(transpose(self), wanted[::-1]))
    try:
        out = type(self)._of(self._data.reshape(given))
    except ValueError as error:
        raise ShapeError("SG708", str(error), "give a shape of as many elements") from error
    if local.trace is not None and self._node is not None:
        local.trace.call(_RESHAPE, (self, given), {}, [out])
    add_copy(self, out)
    return out


def transpose(self: ndarray, *axes: Any) -> Any:
    """The axes in another order, reversed if none is given: a copy, as in MXNet."""
    if axes:
        return FUNCTIONS["transpose"](self, _shape(axes))
    out = _reversed(self)
    add_copy(self, out)
    return out


def flatten(self: ndarray, order: str = "C") -> Any:
    """All elements along one axis: a copy."""
    return reshape(self, -1, order=order)


def sort(self: ndarray, axis: int = -1) -> None:
    """Sort the elements in place, as NumPy does."""
    self[...] = FUNCTIONS["sort"](self, axis=axis)


def fill(self: ndarray, value: Any) -> None:
    """Write one number over all elements."""
    self[...] = value


def broadcast_like(self: ndarray, other: ndarray) -> Any:
    """The array repeated to the shape of another."""
    return FUNCTIONS["broadcast_to"](self, other.shape)


def reshape_like(self: ndarray, other: ndarray) -> Any:
    """The elements in the shape of another array."""
    return FUNCTIONS["reshape"](self, other.shape)


def as_type_of(self: ndarray, stype: str) -> ndarray:
    """This array: all are stored densely."""
    return self


def install() -> None:
    """Give arrays their methods."""
    for name in NAMES.split():
        setattr(ndarray, name, FUNCTIONS[name])
    for method in (reshape, transpose, flatten, sort, fill, broadcast_like, reshape_like):
        setattr(ndarray, method.__name__, method)
    cls: Any = ndarray
    cls.tostype = as_type_of
    cls.T = property(transpose, doc="The axes in reverse order.")
    cls.real = property(FUNCTIONS["real"], doc="The real parts.")
    cls.imag = property(FUNCTIONS["imag"], doc="The imaginary parts.")
    cls.flat = property(lambda self: iter(flatten(self)), doc="The elements, one by one.")


install()

__all__ = ["ndarray"]
