"""Builtin functions: lengths, iteration, extremes, casts.

Importing this completes the tables of ``library``, which are read through here.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcgrad.frontend import (
    library_assembly,
    library_fft,
    library_linalg,
    library_math,
    library_numeric,
    library_statistics,
)
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import (
    ATOMS,
    AV,
    Enumerate,
    Mapping,
    Range,
    Ref,
    Reversed,
    Seq,
    Static,
    Zip,
    describe,
)
from srcgrad.frontend.library import HANDLERS, METHODS, Handler, handles
from srcgrad.frontend.operators import binary, static_truth, static_value
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom, Const
from srcgrad.ir.types import BOOL, INT, Array, Number, dims_of, is_complex

_ZERO, _ZERO_POINT, _EMPTY = constant(0), constant(0.0), Seq(())


@handles(len)
def _len(cx: Context, node: Any, value: AV) -> AV:
    if isinstance(value, (Seq, Mapping)):
        return constant(len(value.items))
    if isinstance(value, Static) and isinstance(value.value, str):
        return constant(len(value.value))
    atom = cx.atom(value, node, "len")
    dims = dims_of(atom.type)
    if dims == ():
        cx.refuse("SG215", "a scalar has no len", node, "pass an array")
    if dims is not None and isinstance(dims[0], int):
        return constant(dims[0])
    return cx.emit("length", atom, axis=0)


@handles(range)
def _range(cx: Context, node: Any, *limits: AV) -> AV:
    atoms = [cx.atom(v, node, "range") for v in limits]
    for atom in atoms:
        integral = atom.type in (INT, BOOL) or (
            isinstance(atom.type, Array)
            and atom.type.dims == ()
            and atom.type.dtype is not None
            and atom.type.dtype.kind in "iu"
        )
        if not integral:
            cx.refuse("SG215", f"range does not take {atom.type}", node, "pass integers")
    if not 1 <= len(atoms) <= 3:
        cx.refuse("SG217", "range takes one to three arguments", node, "check the call")
    start = atoms[0] if len(atoms) > 1 else constant(0)
    stop = atoms[1] if len(atoms) > 1 else atoms[0]
    return Range(start, stop, atoms[2] if len(atoms) > 2 else constant(1))


@handles(zip)
def _zip(cx: Context, node: Any, *parts: AV) -> AV:
    if all(isinstance(p, Seq) for p in parts):
        columns = [p.items for p in parts]  # type: ignore[union-attr]
        return Seq(tuple(Seq(items) for items in zip(*columns, strict=False)))
    return Zip(parts)


@handles(enumerate)
def _enumerate(cx: Context, node: Any, iterable: AV, start: AV = _ZERO) -> AV:
    first = cx.atom(start, node)
    if isinstance(iterable, Seq) and isinstance(first, Const):
        pairs = (Seq((constant(first.value + k), v)) for k, v in enumerate(iterable.items))
        return Seq(tuple(pairs))
    return Enumerate(iterable, first)


@handles(reversed)
def _reversed(cx: Context, node: Any, sequence: AV) -> AV:
    if isinstance(sequence, Seq):
        return Seq(sequence.items[::-1], sequence.make)
    return Reversed(sequence)


@handles(tuple, list)
def _to_sequence(cx: Context, node: Any, iterable: AV = _EMPTY) -> AV:
    if not isinstance(iterable, Seq):
        cx.refuse(
            "SG220",
            f"{describe(iterable)} cannot be turned into a sequence",
            node,
            "write the items out",
        )
    return Seq(iterable.items, list if getattr(node.func, "id", "") == "list" else tuple)


@handles(abs)
def _abs(cx: Context, node: Any, x: AV) -> AV:
    if isinstance(x, Const):
        return constant(abs(x.value))
    return cx.bind(cx.emit("absolute", cx.atom(x, node), via=""), x)


def _extremum(name: str, python: Any) -> Handler:
    def handler(cx: Context, node: Any, *values: AV) -> AV:
        items = values[0].items if len(values) == 1 and isinstance(values[0], Seq) else values
        if len(items) < 2 and not isinstance(values[0], Seq):
            cx.refuse(
                "SG210",
                f"{python.__name__} of one array compares element by element",
                node,
                f"use np.{python.__name__}",
            )
        known = [static_value(v) for v in items]
        if all(isinstance(k, (int, float)) for k in known):
            return constant(python(known))
        atoms = [cx.atom(v, node, python.__name__) for v in items]
        if any(dims_of(a.type) not in ((), None) for a in atoms):
            cx.refuse("SG222", f"{python.__name__} of arrays is ambiguous", node, f"use np.{name}")
        result: Atom = atoms[0]
        for atom in atoms[1:]:
            result = cx.emit(name, result, atom, via="py")
        return result

    return handler


HANDLERS[max] = _extremum("maximum", max)
HANDLERS[min] = _extremum("minimum", min)


@handles(sum)
def _sum(cx: Context, node: Any, iterable: AV, start: AV = _ZERO) -> AV:
    if not isinstance(iterable, Seq):
        cx.refuse("SG210", "the builtin sum of an array adds row by row", node, "use np.sum")
    total = start
    for item in iterable.items:
        total = binary(cx, node, "Add", total, item)
    return total


@handles(pow)
def _pow(cx: Context, node: Any, base: AV, exp: AV) -> AV:
    return binary(cx, node, "Pow", base, exp)


@handles(float, np.float64)
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
    known = static_truth(x)
    return (
        constant(known) if known is not None else cx.emit("not", cx.emit("not", cx.atom(x, node)))
    )


@handles(isinstance)
def _isinstance(cx: Context, node: Any, value: AV, cls: AV) -> AV:
    wanted = static_value(cls)
    classes = wanted if isinstance(wanted, tuple) else (wanted,)
    type_ = cx.type_of(value)
    if isinstance(value, Static):
        return constant(isinstance(value.value, classes))
    if isinstance(value, Seq):
        return constant(issubclass(value.make, classes))
    if isinstance(value, Mapping):
        return constant(issubclass(dict, classes))
    if isinstance(type_, Number):
        own = {"bool": bool, "int": int, "float": float, "complex": complex}[type_.kind]
        return constant(issubclass(own, classes))
    if isinstance(value, Ref):
        return constant(issubclass(np.ndarray, classes))
    if isinstance(value, ATOMS) and isinstance(type_, Array) and type_.dtype is not None:
        return constant(issubclass(type_.dtype.type, classes))
    cx.refuse("SG212", "isinstance of a value whose kind is not known", node, "test something else")


@handles(math.pow)
def _math_pow(cx: Context, node: Any, x: AV, y: AV) -> AV:
    return cx.emit("power", cx.atom(x, node), cx.atom(y, node), via="math")


__all__ = [
    "HANDLERS",
    "METHODS",
    "library_assembly",
    "library_fft",
    "library_linalg",
    "library_math",
    "library_numeric",
    "library_statistics",
]
