"""Writes that are recorded, to arrays whose memory others show.

Memory is written once, as it is without recording. To the recording, the array is a new value then;
so is what it is a view of, with that value written into it; and other views are read from that anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from srcgrad.errors import WriteError
from srcgrad.imperative.calls import plain
from srcgrad.imperative.family import (
    DETACH,
    IDENTITY,
    INDEX,
    RESHAPE,
    SETITEM,
    Held,
    Via,
    prepare,
    shown_with,
)
from srcgrad.imperative.trace import Trace

if TYPE_CHECKING:
    from srcgrad.imperative.array import Array


def write_through(trace: Trace, array: Array, index: Any, value: Any) -> None:
    """Record a write to an array whose memory others show: they become what is read from it then.

    Raises:
        WriteError: the array is a constant that shows the memory of a recorded one, or a gradient.
    """
    path = _path(array)
    if isinstance(array._family, Held) or _is_constant(array):
        raise WriteError(
            "SG705",
            "a gradient, or a detached array, is written inside autograd.record()",
            "write to a copy of it",
        )
    on_it = set(map(id, path))
    others = [a for a in shown_with(array) if id(a) not in on_it and not _is_constant(a)]
    for member in path:
        _enter(trace, member)
    held = _as_recorded(trace, value) if hasattr(type(value), "_node") else value
    prepare(array)
    array._data[plain(index)] = plain(value)
    trace.call(SETITEM, (array, index, held), {}, [array])
    for child in path[:-1]:
        parent, op, args = _via(child)
        if op is INDEX:
            trace.call(SETITEM, (parent, *args, child), {}, [parent])
        elif op is RESHAPE:
            trace.call(RESHAPE, (child, parent.shape), {}, [parent])
        else:
            trace.unary(IDENTITY, child, parent)
    for other in others:
        parent, op, args = _via(other)
        if op is IDENTITY:
            trace.unary(IDENTITY, parent, other)
        else:
            trace.call(op, (parent, *args), {}, [other])


def _path(array: Array) -> list[Array]:
    """The array, what it is a view of, and so on to the one whose memory it is."""
    found = [array]
    while (via := getattr(found[-1], "_via", None)) is not None:
        found.append(via.parent)
    return found


def _is_constant(array: Array) -> bool:
    """Whether an array was detached from the one whose memory it is, or is a view of such a one."""
    return any(_via(a).op is DETACH for a in _path(array)[:-1])


def _via(view: Array) -> Via:
    assert view._via is not None
    return view._via


def _enter(trace: Trace, array: Array) -> None:
    """Let the trace hold what an array is now."""
    array._index = trace.index(array)
    array._node = trace


def _as_recorded(trace: Trace, value: Array) -> Array:
    """The same value under its number, for a step that is noted once its memory has changed."""
    held: Array = type(value)._of(value._data)
    held._index = trace.index(value)
    held._node = trace
    return held


__all__ = ["write_through"]
