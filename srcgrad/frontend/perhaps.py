"""What a function gives that falls off its end on some paths: a value, or the ``None`` of these paths.

It is kept as a pair of the value and of the code that says how the function ended. Arithmetic on it raises
what Python raises for ``None``, and asking whether it is ``None`` has an answer. Anything else is refused.
"""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from srcgrad.frontend.boxes import opened, unboxed
from srcgrad.frontend.branches import branch
from srcgrad.frontend.classes import class_of_object
from srcgrad.frontend.context import NEXT, Context, Exit
from srcgrad.frontend.kinds import ATOMS, AV, Instance, Ref, children, leaves
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom
from srcgrad.ir.ops import OPS
from srcgrad.rules.bindings import binding_of
from srcgrad.rules.registry import Elementwise

_VALUE, _CODE = "<value>", "<code>"  # no names: nothing of it is an attribute

_OF_NUMBERS = (float, int, complex, abs)


class ValueOrNone:
    """The class that marks such a pair, which no program sees."""


def perhaps(value: AV, code: Atom) -> AV | None:
    """A value that is there unless the code says that the function fell off its end.

    ``None`` where the value is not made of numbers and arrays alone.
    """
    if not all(isinstance(leaf, (*ATOMS, Ref)) for leaf in leaves(value)) or is_perhaps(value):
        return None
    return Instance(ValueOrNone, ((_VALUE, value), (_CODE, code)))


def is_perhaps(value: AV) -> bool:
    """Whether a value may be ``None``, as only the run knows."""
    return class_of_object(value) is ValueOrNone


def is_none(cx: Context, value: AV, node: Any) -> AV:
    """Whether it is ``None``."""
    return cx.emit("equal", cx.atom(_parts(cx, value, node)[_CODE], node), constant(NEXT))


def certain(cx: Context, node: Any, *operands: AV, what: str = "this operator") -> tuple[AV, ...]:
    """The operands of an operation that ``None`` has not; it raises where one of them is ``None``."""
    if not any(map(is_perhaps, operands)):
        return operands
    if not all(is_perhaps(v) or isinstance(v, (*ATOMS, Ref)) for v in operands):
        refuse(cx, node)
    return tuple(_certain(cx, v, node, what) if is_perhaps(v) else v for v in operands)


def settled(cx: Context, value: AV, node: Any) -> AV:
    """What a derivative is taken of: raises where that is ``None``; one among several is refused."""
    value = certain(cx, node, value, what="a derivative")[0] if is_perhaps(value) else value
    todo = [unboxed(cx, value, node)]
    while todo:
        part = todo.pop()
        if is_perhaps(part):
            refuse(cx, node)
        todo += children(part)
    return value


def certain_arguments(cx: Context, function: Any, args: list[AV], node: Any) -> list[AV]:
    """The arguments of a function that takes numbers alone: it raises where one of them is ``None``."""
    if not any(map(is_perhaps, args)):
        return args
    binding = binding_of(function)
    flowing = binding is not None and isinstance(OPS[binding.op].diff, Elementwise)
    flowing = flowing and isinstance(function, np.ufunc)
    if flowing or function in _OF_NUMBERS or getattr(function, "__module__", "") == "math":
        return list(certain(cx, node, *args, what=f"{function.__name__}()"))
    return args


def _certain(cx: Context, value: AV, node: Any, what: str) -> AV:
    def raising() -> Exit:
        text = f"{what} does not take None, which the function called here returned"
        cx.emit("raise", exception="TypeError", texts=((text,),), bare=False)
        return Exit.never()

    test = cx.atom(is_none(cx, value, node), node)
    branch(cx, node, test, raising, lambda: Exit.always(NEXT))
    return _parts(cx, value, node)[_VALUE]


def _parts(cx: Context, value: AV, node: Any) -> dict[str, AV]:
    content = opened(cx, value, node)
    assert isinstance(content, Instance)
    return dict(content.fields)


def refuse(cx: Context, node: Any) -> NoReturn:
    """Refuse a use of such a value that has another meaning for ``None``."""
    message = "this may be None: some paths of the function that gave it return nothing"
    cx.refuse("SG224", message, node, "return a value on every path")


__all__ = [
    "ValueOrNone",
    "certain",
    "certain_arguments",
    "is_none",
    "is_perhaps",
    "perhaps",
    "refuse",
    "settled",
]
