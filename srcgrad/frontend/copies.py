"""Copies of values by the module ``copy``: of arrays as NumPy lays them out, of lists, dicts and objects.

What was one object is one object in a deep copy too.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from srcgrad.frontend.boxes import boxed, opened
from srcgrad.frontend.classes import MISSING, class_attribute, class_of_object
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import (
    ATOMS,
    AV,
    Box,
    Instance,
    Mapping,
    Partial,
    Ref,
    Seq,
    Static,
    UserFunction,
    children,
    describe,
    rebuild,
)
from srcgrad.frontend.library import handles

_OWN = ("__copy__", "__deepcopy__", "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__")


@handles(copy.copy)
def _copy(cx: Context, node: Any, x: AV) -> AV:
    if isinstance(x, (Box, Seq, Mapping)):
        _refuse_own(cx, x, node)
        return boxed(cx, opened(cx, x, node))
    return _copied_array(cx, x, node) if isinstance(x, Ref) else _unchanged(cx, x, node)


@handles(copy.deepcopy)
def _deepcopy(cx: Context, node: Any, x: AV) -> AV:
    return _deep(cx, x, node, {})


def _deep(cx: Context, value: AV, node: Any, made: dict[AV, AV], depth: int = 0) -> AV:
    if depth > 100:
        cx.refuse("SG230", "this container holds itself", node, "break the circle")
    if isinstance(value, (Ref, Box)) and value in made:
        return made[value]
    if isinstance(value, Ref):
        made[value] = _copied_array(cx, value, node)
        return made[value]
    _refuse_own(cx, value, node)
    content = opened(cx, value, node)
    if isinstance(content, (Seq, Mapping, Instance)):
        parts = [_deep(cx, part, node, made, depth + 1) for part in children(content)]
        content = rebuild(content, iter(parts))
        result = boxed(cx, content)
        if isinstance(value, Box):
            made[value] = result
        return result
    return boxed(cx, content) if isinstance(value, Box) else _unchanged(cx, value, node)


def _copied_array(cx: Context, value: Ref, node: Any) -> AV:
    return cx.call_function(np.copy, [value], {}, node)


def _unchanged(cx: Context, value: AV, node: Any) -> AV:
    """A value that nothing can change: its copy is the value itself."""
    known = isinstance(value, Static) and class_of_object(value) is None
    if known or isinstance(value, (*ATOMS, Seq, Partial, UserFunction)):
        return value
    cx.refuse("SG215", f"a copy of {describe(value)} is not supported", node, "copy its parts")


def _refuse_own(cx: Context, value: AV, node: Any) -> None:
    """Refuse an object whose class says how it is copied."""
    cls = class_of_object(value)
    for name in _OWN if cls is not None else ():
        found, owner = class_attribute(cls, name)  # type: ignore[arg-type]
        if found is not MISSING and owner is not object:
            message = f"{cls.__name__} defines {name}"  # type: ignore[union-attr]
            cx.refuse("SG203", message, node, "copy its attributes one by one")
