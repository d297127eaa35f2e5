"""Lowers attribute access: of arrays, instances, named tuples, and objects known at compile time.

An attribute of a captured object is itself a capture, with a step more.
"""

from __future__ import annotations

from types import FunctionType, ModuleType
from typing import Any

import gast
import numpy as np

from srcgrad.frontend.classes import class_of_object
from srcgrad.frontend.composed import stand_in
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import ATOMS, AV, Method, Ref, Seq, Static, Super, lift
from srcgrad.frontend.objects import object_attribute
from srcgrad.frontend.resolve import LIMITS, Capture, Root, is_numpy_module, root_of
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom
from srcgrad.ir.types import Array, dims_of, is_complex


def attribute(cx: Context, value: AV, name: str, node: Any) -> AV:
    """``value.name``."""
    if isinstance(value, Super):
        return object_attribute(cx, value.receiver, name, node, value.cls)
    if class_of_object(value) is not None and not _is_own(value, name):
        return object_attribute(cx, value, name, node)
    if isinstance(value, Static):
        if not hasattr(value.value, name):
            cx.refuse(
                "SG203",
                f"{_shown(value.value)} has no attribute {name!r}",
                node,
                "check the spelling",
            )
        if isinstance(getattr(type(value.value), name, None), FunctionType):
            made = stand_in(cx, value.value, node)
            if made is not None:
                return object_attribute(cx, made, name, node)
        return static_attribute(cx, value.value, name, node)
    if isinstance(value, (*ATOMS, Ref)):
        return _array_attribute(cx, value, name, node)
    return Method(value, name)


def _shown(value: Any) -> str:
    """An object as a message names it."""
    return f"module {value.__name__}" if isinstance(value, ModuleType) else repr(value)


def _is_own(value: AV, name: str) -> bool:
    """Whether a captured object holds the attribute itself, or a named tuple brings it along."""
    if isinstance(value, Static):
        return name in getattr(value.value, "__dict__", {})
    return isinstance(value, Seq) and name in ("_replace", "_asdict", "index", "count")


def static_attribute(cx: Context, owner: Any, name: str, node: Any) -> AV:
    """``owner.name`` of something known at compile time: a capture, if it is not a constant."""
    value = getattr(owner, name)
    if isinstance(value, (bool, int, float, complex)) and getattr(owner, "__name__", "") in (
        "numpy",
        "math",
        "cmath",
    ):
        return constant(value)
    if isinstance(owner, LIMITS):
        return _limit(cx, value)
    root = _static_root(cx, node)
    if root is None or not _leads_to(root, owner):  # a local name may hide a global one
        if isinstance(owner, (str, bytes, np.dtype)) or owner.__class__.__hash__ is None:
            return lift(value)
        kind = Root(owner, "object", getattr(owner, "__name__", "object"))
        root = Capture(kind, (("attr", name),))
    return Static(value) if is_numpy_module(root, value) else cx.captured(root, value)


def _limit(cx: Context, value: Any) -> AV:
    """A limit such as ``np.finfo(float).eps``, in the dtype that NumPy gives it."""
    if isinstance(value, np.generic):
        return cx.emit("astype", constant(value), dtype=value.dtype)
    return lift(value)


def _leads_to(capture: Capture, owner: Any) -> bool:
    """Whether the last step of a capture reads an attribute of this very object."""
    try:
        return Capture(capture.root, capture.steps[:-1]).read() is owner
    except (AttributeError, LookupError, TypeError):
        return False


def _static_root(cx: Context, node: Any) -> Capture | None:
    """The capture that an attribute chain on a free name stands for."""
    steps: list[tuple[str, str]] = []
    while isinstance(node, gast.Attribute):
        steps.append(("attr", node.attr))
        node = node.value
    frame = cx.frame
    while frame.parent is not None:
        frame = frame.parent
    if not isinstance(node, gast.Name) or frame.function.function is None:
        return None
    root = root_of(frame.function.function, node.id)
    return None if root is None else Capture(root, tuple(reversed(steps)))


def _array_attribute(cx: Context, value: AV, name: str, node: Any) -> AV:
    atom = cx.atom(value, node)
    dims = dims_of(atom.type)
    if name == "T":
        return cx.bind(cx.emit("transpose", atom), value)
    if name == "mT":
        return cx.bind(cx.emit("swapaxes", atom, via="np", axis1=-1, axis2=-2), value)
    if name == "ndim":
        return constant(len(dims)) if dims is not None else cx.emit("ndim", atom)
    if name == "size":
        return cx.emit("size", atom)
    if name == "shape":
        if dims is None:
            cx.refuse(
                "SG212",
                "the rank of this array is not known",
                node,
                "give --args or call the function",
            )
        return Seq(tuple(length(cx, atom, k) for k in range(len(dims))))
    if name == "dtype" and isinstance(atom.type, Array) and atom.type.dtype is not None:
        return Static(atom.type.dtype)
    if name in ("real", "imag"):
        if is_complex(atom.type):
            return cx.bind(cx.emit(name, atom), value)
        if name == "real":
            return value
        return cx.bind(cx.emit("zeros_like", atom)) if dims != () else constant(0.0)
    return Method(value, name)


def length(cx: Context, atom: Atom, axis: int) -> AV:
    """Length of one axis: a literal where the type knows it."""
    dims = dims_of(atom.type)
    if dims is not None and isinstance(dims[axis], int):
        return constant(dims[axis])
    return cx.emit("length", atom, axis=axis)
