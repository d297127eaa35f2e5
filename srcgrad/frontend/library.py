"""NumPy functions whose arguments need more than a table: shapes, sequences, axes, dtypes.

``HANDLERS`` maps the function object to a handler with the parameters that are supported, under NumPy's
own names; ``METHODS`` maps an array method to the function it means.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.frontend.attributes import attribute
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import (
    AV,
    NONE,
    Range,
    Seq,
    describe,
)
from srcgrad.frontend.lengths import sized
from srcgrad.frontend.operators import static_value
from srcgrad.frontend.subscripts import array_like, subscript
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom, Const, Slot, Var
from srcgrad.ir.types import Array, dims_of, is_differentiable

Handler = Callable[..., AV]
_ZERO, _FIFTY, _TRUE = constant(0), constant(50), constant(True)
HANDLERS: dict[Any, Handler] = {}
METHODS: dict[str, Any] = {
    name: getattr(np, name)
    for name in (
        "sum",
        "mean",
        "max",
        "min",
        "prod",
        "any",
        "all",
        "argmax",
        "argmin",
        "ravel",
        "squeeze",
        "swapaxes",
        "dot",
        "clip",
        "reshape",
        "transpose",
    )
}


def handles(*functions: Any) -> Callable[[Handler], Handler]:
    """Register a handler for library functions."""

    def register(handler: Handler) -> Handler:
        for function in functions:
            HANDLERS[function] = handler
        return handler

    return register


def shape_template(cx: Context, shape: AV, args: list[Atom], node: Any) -> tuple[Any, ...]:
    """A shape attribute; lengths of the run go to ``args``."""
    entries = shape.items if isinstance(shape, Seq) else (shape,)
    template: list[Any] = []
    for entry in entries:
        atom = cx.atom(entry, node, "a shape")
        if isinstance(atom, Const) and isinstance(atom.value, int):
            template.append(atom.value)
            continue
        args.append(atom)
        template.append(Slot(len(args) - 1))
    return tuple(template)


def dtype_of(cx: Context, value: AV, node: Any) -> Any:
    """A dtype argument."""
    known, remedy = static_value(value), "pass float, np.float32 ..."
    try:
        dtype = np.dtype(known)
    except TypeError:
        cx.refuse("SG219", f"{describe(value)} is not a dtype", node, remedy)
    if dtype.kind not in "biufc":
        cx.refuse("SG219", f"an array of {dtype} has no derivative", node, remedy)
    return dtype


def dtype_attr(cx: Context, value: AV, node: Any) -> dict[str, Any]:
    """The attribute for a dtype argument, if one was given."""
    return {} if value == NONE else {"dtype": dtype_of(cx, value, node)}


@handles(np.broadcast_to)
def _broadcast_to(cx: Context, node: Any, array: AV, shape: AV) -> AV:
    array = array_like(cx, array, node)
    args = [cx.atom(array, node)]
    template = shape_template(cx, shape, args, node)
    return cx.bind(cx.emit("broadcast_to", *args, shape=template), array)


@handles(np.transpose)
def _transpose(cx: Context, node: Any, a: AV, *axes: AV) -> AV:
    a = array_like(cx, a, node)
    if not axes or axes[0] == NONE:
        return cx.bind(cx.emit("transpose", cx.atom(a, node), via="np"), a)
    whole = axes[0] if isinstance(axes[0], Seq) else Seq(tuple(axes))
    order = tuple(cx.integer(v, node, "axes") for v in whole.items)
    return cx.bind(cx.emit("transpose", cx.atom(a, node), via="np", axes=order), a)


def _sequence_atoms(cx: Context, value: AV, node: Any, name: str) -> list[Atom]:
    if not isinstance(value, Seq) or not value.items:
        cx.refuse(
            "SG210",
            f"{name} needs a tuple or list of arrays",
            node,
            "write the arrays out in a list",
        )
    return [cx.atom(array_like(cx, v, node), node, name) for v in value.items]


def _axis(where: int) -> dict[str, Any]:
    return {"axis": where} if where else {}


@handles(np.concatenate)
def _concatenate(cx: Context, node: Any, arrays: AV, axis: AV = _ZERO) -> AV:
    atoms = _sequence_atoms(cx, arrays, node, "np.concatenate")
    if axis == NONE:
        flat = [cx.atom(cx.call_function(np.ravel, [cx.bind(a)], {}, node), node) for a in atoms]
        return cx.bind(cx.emit("concatenate", *flat))
    where = cx.integer(axis, node, "axis=")
    return cx.bind(cx.emit("concatenate", *atoms, **_axis(where)))


@handles(np.stack)
def _stack(cx: Context, node: Any, arrays: AV, axis: AV = _ZERO) -> AV:
    atoms = _sequence_atoms(cx, arrays, node, "np.stack")
    where = cx.integer(axis, node, "axis=")
    return cx.bind(cx.emit("stack", *atoms, **_axis(where)))


@handles(np.array)
def _array(cx: Context, node: Any, object: AV, dtype: AV = NONE) -> AV:
    if isinstance(object, Range):
        return _asarray(cx, node, array_like(cx, object, node), dtype)
    if isinstance(object, Seq):
        if not object.items:
            return cx.call_function(np.zeros, [_ZERO], {"dtype": dtype}, node)
        atoms = [cx.atom(array_like(cx, v, node), node, "np.array") for v in object.items]
        shapes = {d if (d := dims_of(a.type)) is None else len(d) for a in atoms}
        if len(shapes) > 1:
            cx.refuse(
                "SG218",
                "the parts of this array have different shapes",
                node,
                "give all parts one shape",
            )
        result = cx.bind(cx.emit("array", *atoms), mutable=True)
    else:
        result = cx.bind(cx.emit("copy", cx.atom(object, node), via="np"), mutable=True)
    return result if dtype == NONE else _astype(cx, node, result, dtype)


@handles(np.asarray, np.ascontiguousarray)
def _asarray(cx: Context, node: Any, a: AV, dtype: AV = NONE) -> AV:
    if isinstance(a, (Seq, Range)):
        return _array(cx, node, a, dtype)
    type_ = cx.type_of(a)
    if dtype != NONE and isinstance(type_, Array) and type_.dtype != dtype_of(cx, dtype, node):
        return _astype(cx, node, a, dtype)
    return cx.bind(cx.emit("asarray", cx.atom(a, node), via="np"), a, mutable=True)


def _astype(cx: Context, node: Any, x: AV, dtype: AV) -> AV:
    return cx.bind(
        cx.emit("astype", cx.atom(x, node), dtype=dtype_of(cx, dtype, node)), mutable=None
    )


METHODS["astype"] = _astype
HANDLERS[_astype] = _astype


@handles(np.outer)
def _outer(cx: Context, node: Any, a: AV, b: AV) -> AV:
    atoms = []
    for value in (a, b):
        atom = cx.atom(array_like(cx, value, node), node)
        dims = dims_of(atom.type)
        atoms.append(
            atom if dims is not None and len(dims) == 1 else cx.emit("ravel", atom, via="np")
        )
    return cx.bind(cx.emit("outer", *atoms, via="np"))


@handles(np.dot)
def _dot(cx: Context, node: Any, a: AV, b: AV) -> AV:
    atoms = [cx.atom(array_like(cx, v, node), node) for v in (a, b)]
    dims = dims_of(atoms[1].type)
    if dims is not None and len(dims) > 2:
        return cx.bind(cx.emit("dot_stack", *atoms))
    return cx.bind(cx.emit("dot", *atoms, via="np"))


def _constructor(name: str) -> Handler:
    def handler(cx: Context, node: Any, shape: AV, dtype: AV = NONE) -> AV:
        args: list[Atom] = []
        template = shape_template(cx, shape, args, node)
        made = cx.emit(name, *args, shape=template, **dtype_attr(cx, dtype, node))
        return cx.bind(sized(cx, made, template, args))

    return handler


for _name in ("zeros", "ones", "empty"):
    HANDLERS[getattr(np, _name)] = _constructor(_name)


@handles(np.full)
def _full(cx: Context, node: Any, shape: AV, fill_value: AV, dtype: AV = NONE) -> AV:
    args = [cx.atom(array_like(cx, fill_value, node), node)]
    template = shape_template(cx, shape, args, node)
    made = cx.emit("full", *args, shape=template, **dtype_attr(cx, dtype, node))
    return cx.bind(sized(cx, made, template, args))


def _like(name: str) -> Handler:
    def handler(cx: Context, node: Any, a: AV, dtype: AV = NONE) -> AV:
        like = cx.atom(array_like(cx, a, node), node)
        return cx.bind(cx.emit(name, like, **dtype_attr(cx, dtype, node)), mutable=True)

    return handler


for _name in ("zeros_like", "ones_like", "empty_like"):
    HANDLERS[getattr(np, _name)] = _like(_name)


@handles(np.full_like)
def _full_like(cx: Context, node: Any, a: AV, fill_value: AV, dtype: AV = NONE) -> AV:
    atoms = [cx.atom(array_like(cx, v, node), node) for v in (a, fill_value)]
    return cx.bind(cx.emit("full_like", *atoms, **dtype_attr(cx, dtype, node)), mutable=True)


@handles(np.arange)
def _arange(
    cx: Context,
    node: Any,
    *limits: AV,
    start: AV = NONE,
    stop: AV = NONE,
    step: AV = NONE,
    dtype: AV = NONE,
) -> AV:
    given = [*limits, *(v for v in (start, stop) if v != NONE)]
    if step != NONE:
        given = [*([_ZERO] if len(given) == 1 else []), *given, step]
    if len(given) == 4:
        dtype = given.pop()
    atoms = [cx.atom(v, node) for v in given]
    if any(isinstance(a, Var) and is_differentiable(a.type) for a in atoms):
        start_, stop_, *by = [_ZERO, *atoms] if len(atoms) == 1 else atoms
        by = by or [constant(1)]
        return cx.bind(cx.emit("arange_by", start_, stop_, *by, **dtype_attr(cx, dtype, node)))
    made = cx.emit("arange", *atoms, **dtype_attr(cx, dtype, node))
    return cx.bind(sized(cx, made, (Slot(0),), atoms) if len(atoms) == 1 else made)


@handles(np.linspace)
def _linspace(
    cx: Context,
    node: Any,
    start: AV,
    stop: AV,
    num: AV = _FIFTY,
    endpoint: AV = _TRUE,
    dtype: AV = NONE,
) -> AV:
    attrs = dtype_attr(cx, dtype, node)
    if not static_value(endpoint):
        attrs["endpoint"] = False
    atoms = [cx.atom(array_like(cx, v, node), node) for v in (start, stop, num)]
    return cx.bind(cx.emit("linspace", *atoms, **attrs))


@handles(np.eye)
def _eye(cx: Context, node: Any, N: AV, M: AV = NONE, k: AV = _ZERO, dtype: AV = NONE) -> AV:
    sizes = [cx.atom(v, node) for v in (N, M) if v != NONE]
    diagonal = cx.integer(k, node, "k=")
    attrs = {**dtype_attr(cx, dtype, node), **({"k": diagonal} if diagonal else {})}
    return cx.bind(cx.emit("eye", *sizes, **attrs))


@handles(np.identity)
def _identity(cx: Context, node: Any, n: AV, dtype: AV = NONE) -> AV:
    return _eye(cx, node, n, dtype=dtype)


@handles(np.shape)
def _shape(cx: Context, node: Any, a: AV) -> AV:
    return attribute(cx, array_like(cx, a, node), "shape", node)


@handles(np.size)
def _size(cx: Context, node: Any, a: AV, axis: AV = NONE) -> AV:
    a = array_like(cx, a, node)
    if axis == NONE:
        return cx.emit("size", cx.atom(a, node))
    return subscript(cx, attribute(cx, a, "shape", node), axis, node)
