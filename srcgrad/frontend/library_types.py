"""NumPy's types: called as functions, asked for their limits, compared.

What they say is known at compile time. A limit keeps the dtype that NumPy gives it, so that it promotes what
it meets as it does in a run.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, NONE, Ref, Static
from srcgrad.frontend.library import HANDLERS, Handler, dtype_of, handles
from srcgrad.frontend.library_shapes import ZERO
from srcgrad.ir.build import constant
from srcgrad.ir.types import Array, Number, is_complex

_NAMES = (
    "float64 float32 float16 int64 int32 int16 int8 uint64 uint32 uint16 uint8 bool_ "
    "complex128 complex64"
)


def _scalar(made: Any) -> Handler:
    """A type that is called: a scalar of a number, an array of anything else."""
    dtype = np.dtype(made)

    def handler(cx: Context, node: Any, value: AV = ZERO) -> AV:
        if isinstance(value, Static) and isinstance(value.value, str) and dtype.kind == "f":
            value = constant(float(value.value))
        if cx.dims(value) != ():
            return cx.call_function(np.asarray, [value], {"dtype": Static(dtype)}, node)
        atom = cx.atom(value, node, made.__name__)
        if is_complex(atom.type) and dtype.kind != "c":
            cx.refuse("SG211", f"{made.__name__} of a complex number", node, "take its z.real")
        if atom.type == Array(dtype, ()) and not isinstance(value, Ref):
            return atom
        return cx.emit("astype", atom, dtype=dtype)

    return handler


for _made in (getattr(np, name) for name in _NAMES.split()):
    HANDLERS[_made] = _scalar(_made)


def _dtype_behind(cx: Context, value: AV, node: Any) -> np.dtype[Any]:
    """The dtype that is named, or that of an array or a number."""
    type_ = cx.type_of(value)
    if isinstance(type_, Array) and type_.dtype is not None:
        return type_.dtype
    if isinstance(type_, Number):
        return np.dtype(type_.kind)
    known: np.dtype[Any] = dtype_of(cx, value, node)
    return known


@handles(np.finfo, np.iinfo)
def _finfo(cx: Context, node: Any, dtype: AV) -> AV:
    known = _dtype_behind(cx, dtype, node)
    if known.kind not in "fciu":
        cx.refuse("SG219", f"{known} has no limits", node, "pass float, np.float32 ...")
    return Static(np.finfo(known) if known.kind in "fc" else np.iinfo(known))


@handles(np.dtype)
def _dtype(cx: Context, node: Any, dtype: AV) -> AV:
    return Static(dtype_of(cx, dtype, node))


@handles(np.result_type)
def _result_type(cx: Context, node: Any, *arrays_and_dtypes: AV) -> AV:
    parts: list[Any] = []
    for value in arrays_and_dtypes:
        type_ = cx.type_of(value)
        weak = isinstance(type_, Number) and type_.kind != "bool"
        parts.append(_WEAK[type_.kind] if weak else _dtype_behind(cx, value, node))  # type: ignore[union-attr]
    return Static(np.result_type(*parts))


_WEAK: dict[str, Any] = {"int": 0, "float": 0.0, "complex": 0j}


@handles(np.promote_types)
def _promote_types(cx: Context, node: Any, type1: AV, type2: AV) -> AV:
    return Static(np.promote_types(dtype_of(cx, type1, node), dtype_of(cx, type2, node)))


@handles(np.issubdtype)
def _issubdtype(cx: Context, node: Any, arg1: AV, arg2: AV) -> AV:
    if not (isinstance(arg1, Static) and isinstance(arg2, Static)) or NONE in (arg1, arg2):
        cx.refuse("SG219", "np.issubdtype of something else than types", node, "pass x.dtype")
    return constant(bool(np.issubdtype(arg1.value, arg2.value)))
