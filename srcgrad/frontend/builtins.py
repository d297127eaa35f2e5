"""Builtin functions of single values: casts, kinds, arithmetic, and those of ``operator``.

Importing this completes the tables of ``library``, which are read through here.
"""

from __future__ import annotations

import functools
import math
import operator
from types import FunctionType
from typing import Any

import numpy as np

from srcgrad.frontend import (
    copies,
    iterables,
    itertool,
    library_assembly,
    library_einsum,
    library_fft,
    library_grids,
    library_layout,
    library_linalg,
    library_math,
    library_numeric,
    library_statistics,
    library_types,
)
from srcgrad.frontend.attributes import attribute
from srcgrad.frontend.boxes import opened, unboxed
from srcgrad.frontend.comparisons import compare
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import (
    ATOMS,
    AV,
    NONE,
    Box,
    Enumerate,
    Instance,
    Mapped,
    Mapping,
    Method,
    Partial,
    Range,
    Ref,
    Reversed,
    Seq,
    Slicing,
    Static,
    Super,
    Text,
    UserFunction,
    Zip,
)
from srcgrad.frontend.library import HANDLERS, METHODS, Handler, handles
from srcgrad.frontend.objects import store_attribute, super_of
from srcgrad.frontend.operators import binary, static_truth, static_value, tested
from srcgrad.frontend.perhaps import is_perhaps
from srcgrad.frontend.subscripts import subscript
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Const
from srcgrad.ir.types import INT, Array, Number, dims_of, is_complex

_ZERO, _ZERO_POINT = constant(0), constant(0.0)


@handles(abs)
def _abs(cx: Context, node: Any, x: AV) -> AV:
    answer = cx.overloaded(node, "Abs", x)
    if answer is not None:
        return answer
    if isinstance(x, Const):
        return constant(abs(x.value))
    return cx.bind(cx.emit("absolute", cx.atom(x, node), via=""), x)


@handles(pow, operator.pow)
def _pow(cx: Context, node: Any, base: AV, exp: AV) -> AV:
    return binary(cx, node, "Pow", base, exp)


def _binary(name: str) -> Handler:
    return lambda cx, node, a, b: binary(cx, node, name, a, b)


def _comparison(name: str) -> Handler:
    return lambda cx, node, a, b: compare(cx, node, name, a, b)


for _function, _name in (
    (operator.add, "Add"),
    (operator.sub, "Sub"),
    (operator.mul, "Mult"),
    (operator.truediv, "Div"),
    (operator.floordiv, "FloorDiv"),
    (operator.mod, "Mod"),
    (operator.matmul, "MatMult"),
):
    HANDLERS[_function] = _binary(_name)
for _function, _name in (
    (operator.lt, "Lt"),
    (operator.le, "LtE"),
    (operator.gt, "Gt"),
    (operator.ge, "GtE"),
    (operator.eq, "Eq"),
    (operator.ne, "NotEq"),
):
    HANDLERS[_function] = _comparison(_name)


@handles(operator.neg)
def _neg(cx: Context, node: Any, a: AV) -> AV:
    return cx.bind(cx.emit("negative", cx.atom(a, node)), a)


@handles(operator.getitem)
def _getitem(cx: Context, node: Any, a: AV, b: AV) -> AV:
    return subscript(cx, a, b, node)


@handles(callable)
def _callable(cx: Context, node: Any, value: AV) -> AV:
    if isinstance(value, Static):
        return constant(callable(value.value))
    made = class_of(cx, value)
    known = isinstance(value, (UserFunction, Method, Partial))
    return constant(known or hasattr(made, "__call__"))  # noqa: B004


@handles(type)
def _type(cx: Context, node: Any, value: AV) -> AV:
    cls = class_of(cx, value)
    if cls is None:
        cx.refuse("SG212", "the type of this value is not known", node, "use isinstance")
    return Static(cls)


@handles(getattr)
def _getattr(cx: Context, node: Any, value: AV, name: AV, default: AV | None = None) -> AV:
    known = static_value(name)
    if not isinstance(known, str):
        cx.refuse("SG212", "the name of an attribute must be known", node, "use a literal name")
    if default is not None and not static_truth(_hasattr(cx, node, value, name)):
        return default
    return attribute(cx, value, known, node)


@handles(hasattr)
def _hasattr(cx: Context, node: Any, value: AV, name: AV) -> AV:
    known = static_value(name)
    content = opened(cx, value, node)
    if isinstance(content, Instance) and known in dict(content.fields):
        return constant(True)
    owner = value.value if isinstance(value, Static) else class_of(cx, value)
    if owner is None:
        cx.refuse("SG212", "the type of this value is not known", node, "use isinstance")
    return constant(hasattr(owner, known))


@handles(setattr)
def _setattr(cx: Context, node: Any, value: AV, name: AV, new: AV) -> AV:
    known = static_value(name)
    if not isinstance(known, str):
        cx.refuse("SG212", "the name of an attribute must be known", node, "use a literal name")
    store_attribute(cx, value, known, new, node)
    return NONE


@handles(super)
def _super(cx: Context, node: Any, cls: AV = NONE, value: AV = NONE) -> AV:
    known = static_value(cls)
    return super_of(cx, node) if known is None else Super(value, known)


@handles(object.__init__)
def _init(cx: Context, node: Any, value: AV) -> AV:
    return NONE


@handles(functools.partial)
def _partial(cx: Context, node: Any, function: AV, *args: AV, **kwargs: AV) -> AV:
    return Partial(function, args, tuple(kwargs.items()))


@handles(float)
def _float(cx: Context, node: Any, x: AV = _ZERO_POINT) -> AV:
    if isinstance(x, Const):
        return constant(float(x.value))
    if isinstance(x, Static) and isinstance(x.value, str):
        return constant(float(x.value))
    atom = cx.atom(x, node, "float")
    if is_complex(atom.type):
        cx.refuse("SG211", "float of a complex number", node, "take its real part, z.real")
    if dims_of(atom.type) not in ((), None):
        cx.refuse("SG218", "float of an array", node, "index the array down to one element")
    return (
        atom
        if isinstance(atom.type, Number) and atom.type.kind == "float"
        else cx.emit("to_float", atom)
    )


def _item(cx: Context, node: Any, x: AV) -> AV:
    atom = cx.atom(x, node, "item")
    return cx.emit("to_complex", atom) if is_complex(atom.type) else _float(cx, node, x)


METHODS["item"] = _item
HANDLERS[_item] = _item


@handles(int)
def _int(cx: Context, node: Any, x: AV = _ZERO) -> AV:
    if isinstance(x, Const):
        return constant(int(x.value))
    atom = cx.atom(x, node, "int")
    return atom if atom.type == INT else cx.emit("to_int", atom)


@handles(bool)
def _bool(cx: Context, node: Any, x: AV) -> AV:
    x = tested(cx, x, node)
    known = static_truth(x)
    return (
        constant(known) if known is not None else cx.emit("not", cx.emit("not", cx.atom(x, node)))
    )


@handles(isinstance)
def _isinstance(cx: Context, node: Any, value: AV, cls: AV) -> AV:
    wanted = static_value(unboxed(cx, cls, node))
    classes = wanted if isinstance(wanted, tuple) else (wanted,)
    if isinstance(value, Static):
        return constant(isinstance(value.value, classes))
    own = class_of(cx, value)
    if own is None:
        cx.refuse(
            "SG212", "isinstance of a value whose kind is not known", node, "test something else"
        )
    return constant(issubclass(own, classes))


def class_of(cx: Context, value: AV) -> Any:
    """The class that a value has in the run, ``None`` where that is not known."""
    if isinstance(value, Static):
        return type(value.value)
    if is_perhaps(value):
        return None
    if isinstance(value, (Seq, Box)):
        return value.make
    if isinstance(value, Instance):
        return value.cls
    known: dict[type, type] = {
        Mapping: dict,
        Range: range,
        Zip: zip,
        Enumerate: enumerate,
        Mapped: map,
        Reversed: reversed,
        Text: str,
        UserFunction: FunctionType,
        Partial: functools.partial,
        Slicing: slice,
    }
    if type(value) in known:
        return known[type(value)]
    type_ = cx.type_of(value)
    if isinstance(type_, Number):
        return {"bool": bool, "int": int, "float": float, "complex": complex}[type_.kind]
    if isinstance(value, Ref):
        return np.ndarray
    if isinstance(value, ATOMS) and isinstance(type_, Array) and type_.dtype is not None:
        return type_.dtype.type
    return None


@handles(math.pow)
def _math_pow(cx: Context, node: Any, x: AV, y: AV) -> AV:
    return cx.emit("power", cx.atom(x, node), cx.atom(y, node), via="math")


__all__ = [
    "HANDLERS",
    "METHODS",
    "copies",
    "iterables",
    "itertool",
    "library_assembly",
    "library_einsum",
    "library_fft",
    "library_grids",
    "library_layout",
    "library_linalg",
    "library_math",
    "library_numeric",
    "library_statistics",
    "library_types",
]
