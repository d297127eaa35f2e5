"""Objects of classes that the user wrote: made, read, changed and called as their class says.

Methods, properties and operators are inlined like functions; the class itself is baked in and guarded.
"""

from __future__ import annotations

import dataclasses
from types import FunctionType, MemberDescriptorType
from typing import Any

from srcgrad.frontend.boxes import boxed, change, opened
from srcgrad.frontend.classes import MISSING, class_attribute, class_of_object, is_generated
from srcgrad.frontend.context import Context
from srcgrad.frontend.inlining import call_user, user_function
from srcgrad.frontend.kinds import (
    AV,
    NONE,
    Box,
    Instance,
    Method,
    Seq,
    Static,
    Super,
    is_dataclass_type,
    is_namedtuple_type,
)
from srcgrad.frontend.perhaps import is_perhaps, refuse
from srcgrad.frontend.resolve import Capture, Root

_BINARY = {
    "Add": "add",
    "Sub": "sub",
    "Mult": "mul",
    "Div": "truediv",
    "FloorDiv": "floordiv",
    "Mod": "mod",
    "Pow": "pow",
    "MatMult": "matmul",
    "BitAnd": "and",
    "BitOr": "or",
    "BitXor": "xor",
    "LShift": "lshift",
    "RShift": "rshift",
}
_MIRRORED = {"Lt": "gt", "LtE": "ge", "Gt": "lt", "GtE": "le", "Eq": "eq", "NotEq": "ne"}
_COMPARED = {"Lt": "lt", "LtE": "le", "Gt": "gt", "GtE": "ge", "Eq": "eq", "NotEq": "ne"}
_OTHERS = {
    "USub": "neg",
    "UAdd": "pos",
    "Invert": "invert",
    "GetItem": "getitem",
    "SetItem": "setitem",
    "Len": "len",
    "Abs": "abs",
    "Float": "float",
}


# -- reading and writing attributes ---------------------------------------------------------------------


def object_attribute(
    cx: Context, value: AV, name: str, node: Any, behind: type | None = None
) -> AV:
    """``value.name`` for an object; ``behind`` looks only past a class, as ``super()`` does."""
    cls = class_of_object(value)
    assert cls is not None
    found, owner = class_attribute(cls, name, behind)
    if isinstance(found, property) and isinstance(found.fget, FunctionType):
        return _call(cx, owner, name, found.fget, [value], {}, node, via=("attr", "fget"))
    content = opened(cx, value, node)
    if behind is None and isinstance(content, Static):
        if found is MISSING or not isinstance(found, (FunctionType, staticmethod, classmethod)):
            return cx.static_attribute(content.value, name, node)
        return Method(value, name)
    if behind is None and isinstance(content, Instance):
        for key, part in content.fields:
            if key == name:
                return part
    if behind is None and isinstance(content, Seq) and name in getattr(content.make, "_fields", ()):
        return content.items[content.make._fields.index(name)]  # type: ignore[attr-defined]
    if name == "__class__":
        return Static(cls)
    if found is MISSING:
        if class_attribute(cls, "__getattr__")[0] is not MISSING:
            cx.refuse("SG203", f"{cls.__name__} defines __getattr__", node, "name its attributes")
        cx.refuse("SG203", f"{cls.__name__} has no attribute {name!r}", node, "check the spelling")
    plain_init = name == "__init__" and owner is object
    if plain_init or isinstance(found, (FunctionType, staticmethod, classmethod)):
        return Method(value if behind is None else Super(value, behind), name)
    if hasattr(type(found), "__get__"):
        kind = type(found).__name__
        if isinstance(found, MemberDescriptorType) or is_namedtuple_type(cls):
            cx.refuse("SG203", f"{cls.__name__}.{name} is not set", node, "set it in __init__")
        cx.refuse("SG203", f"{cls.__name__}.{name} is a {kind}", node, "use a property")
    return cx.captured(_capture(owner, name), found)


def _capture(owner: type | None, name: str, *more: tuple[str, Any]) -> Capture:
    assert owner is not None
    return Capture(Root(owner, "object", owner.__name__), (("attr", name), *more))


def store_attribute(cx: Context, value: AV, name: str, new: AV, node: Any) -> None:
    """``value.name = new``."""
    cls = class_of_object(value)
    if cls is None or not isinstance(value, (Box, Instance)):
        cx.refuse("SG115", "this has no attributes to write to", node, "use an object of a class")
    if class_attribute(cls, "__setattr__")[1] is not object:
        what = "is frozen" if is_dataclass_type(cls) else "defines __setattr__"
        cx.refuse("SG115", f"{cls.__name__} {what}", node, "make a new object")
    found, owner = class_attribute(cls, name)
    if isinstance(found, property):
        if not isinstance(found.fset, FunctionType):
            cx.refuse("SG115", f"{cls.__name__}.{name} has no setter", node, "write the attribute")
        _call(cx, owner, name, found.fset, [value, new], {}, node, via=("attr", "fset"))
        return
    if hasattr(type(found), "__set__") and not isinstance(found, MemberDescriptorType):
        cx.refuse("SG115", f"{cls.__name__}.{name} is a descriptor", node, "use a property")
    set_field(cx, value, name, new, node)


def set_field(cx: Context, value: AV, name: str, new: AV | None, node: Any) -> None:
    """Put a value in the ``__dict__`` of an object, or delete it from there."""
    content = opened(cx, value, node)
    if not isinstance(content, Instance):
        cx.refuse("SG115", "this has no attributes to change", node, "use an object of a class")
    fields = dict(content.fields)
    if new is not None:
        fields[name] = new
    elif fields.pop(name, None) is None:
        cx.refuse("SG209", f"{name!r} is not set here", node, "set it before")
    change(cx, value, Instance(content.cls, tuple(fields.items())), node)


# -- calling --------------------------------------------------------------------------------------------


def _call(
    cx: Context,
    owner: type | None,
    name: str,
    function: FunctionType,
    args: list[AV],
    kwargs: dict[str, AV],
    node: Any,
    via: tuple[str, Any] | None = None,
) -> AV:
    """Inline a function that was found in a class."""
    more = () if via is None else (via,)
    cx.captures.guard(_capture(owner, name, *more), function, by_identity=True)
    return call_user(cx, user_function(cx, function, node), args, kwargs, node)


def call_method(
    cx: Context, receiver: AV, name: str, args: list[AV], kwargs: dict[str, AV], node: Any
) -> AV:
    """``receiver.name(...)`` for an object, or for what ``super()`` gives."""
    behind: type | None = None
    if isinstance(receiver, Super):
        behind, receiver = receiver.cls, receiver.receiver
    cls = class_of_object(receiver)
    assert cls is not None
    found, owner = class_attribute(cls, name, behind)
    if name == "__init__" and owner in (None, object):
        if args or kwargs:
            cx.refuse("SG217", "object.__init__ takes no arguments", node, "check the call")
        return NONE
    function: Any
    first: list[AV]
    if isinstance(found, staticmethod):
        function, first = found.__func__, []
    elif isinstance(found, classmethod):
        function, first = found.__func__, [Static(cls)]
    else:
        function, first = found, [receiver]
    if name == "__init__" and is_generated(function):
        return _initialise(cx, receiver, cls, owner, args, kwargs, node)
    if not isinstance(function, FunctionType):
        message = f"{cls.__name__} has no method {name!r} in Python"
        cx.refuse("SG203", message, node, "write the method in Python")
    bare = isinstance(found, (staticmethod, classmethod))
    via = ("attr", "__func__") if bare and found is getattr(owner, name, None) else None
    if bare and via is None:
        return call_user(cx, user_function(cx, function, node), [*first, *args], kwargs, node)
    return _call(cx, owner, name, function, [*first, *args], kwargs, node, via=via)


def special(cx: Context, value: AV, name: str, args: list[AV], node: Any) -> AV | None:
    """What a special method of an object gives, ``None`` where its class has none."""
    cls = class_of_object(value)
    if cls is None:
        return None
    found, owner = class_attribute(cls, name)
    if found is MISSING or owner in (object, tuple) or is_generated(found):
        return None
    return call_method(cx, value, name, args, {}, node)


def overloaded(cx: Context, node: Any, operator: str, *operands: AV) -> AV | None:
    """The result of an operator that the class of an operand defines, ``None`` if none does."""
    if all(class_of_object(v) is None for v in operands):
        return None
    if any(map(is_perhaps, operands)):
        refuse(cx, node)
    left, rest = operands[0], list(operands[1:])
    if operator == "Bool":
        answer = special(cx, left, "__bool__", [], node)
        return special(cx, left, "__len__", [], node) if answer is None else answer
    if operator in ("Is", "IsNot"):
        return None
    if operator in ("Eq", "NotEq") and _by_identity(left) and _by_identity(rest[0]):
        return cx.compare(node, "Is" if operator == "Eq" else "IsNot", left, rest[0])
    if operator in ("In", "NotIn"):
        answer = special(cx, rest[0], "__contains__", [left], node)
        return answer if answer is None or operator == "In" else _opposite(cx, answer, node)
    if operator in _OTHERS:
        return special(cx, left, f"__{_OTHERS[operator]}__", rest, node)
    if operator not in _BINARY and operator not in _COMPARED:
        return None
    word = _BINARY.get(operator) or _COMPARED[operator]
    answer = special(cx, left, f"__{word}__", rest, node)
    if answer is not None and answer != Static(NotImplemented):
        return answer
    mirrored = f"r{word}" if operator in _BINARY else _MIRRORED[operator]
    answer = special(cx, rest[0], f"__{mirrored}__", [left], node)
    return None if answer == Static(NotImplemented) else answer


def _by_identity(value: AV) -> bool:
    """Whether an object is equal to nothing but itself."""
    cls = class_of_object(value)
    return cls is not None and class_attribute(cls, "__eq__")[1] is object


def _opposite(cx: Context, value: AV, node: Any) -> AV:
    return cx.emit("not", cx.atom(value, node))


# -- making ---------------------------------------------------------------------------------------------


def construct(cx: Context, cls: type, args: list[AV], kwargs: dict[str, AV], node: Any) -> AV:
    """A new object of the user's class."""
    made = boxed(cx, Instance(cls, ()))
    cx.frame.held.append(made)
    if cls.__init__ is object.__init__ and (args or kwargs):  # type: ignore[misc]
        cx.refuse("SG217", f"{cls.__name__} takes no arguments", node, "check the call")
    call_method(cx, made, "__init__", args, kwargs, node)
    return made


def _initialise(
    cx: Context,
    made: AV,
    cls: type,
    owner: type | None,
    args: list[AV],
    kwargs: dict[str, AV],
    node: Any,
) -> AV:
    """The ``__init__`` that ``dataclass`` writes: fields in order, defaults, ``__post_init__``."""
    fields = dataclasses.fields(owner)  # type: ignore[arg-type]
    places = [f.name for f in fields if f.init and not f.kw_only]
    names = [f.name for f in fields if f.init]
    if len(args) > len(places) or not set(kwargs) <= set(names) - set(places[: len(args)]):
        cx.refuse("SG217", f"{cls.__name__} does not take these arguments", node, "check the call")
    given = {**dict(zip(places, args, strict=False)), **kwargs}
    for field in fields:
        value = given.get(field.name)
        if value is None:
            value = _default(cx, owner, field, node)
        if value is not None:
            set_field(cx, made, field.name, value, node)
        elif field.init:
            message = f"{cls.__name__} misses the field {field.name!r}"
            cx.refuse("SG217", message, node, "give every field")
    if class_attribute(cls, "__post_init__")[0] is not MISSING:
        call_method(cx, made, "__post_init__", [], {}, node)
    return NONE


def _default(cx: Context, owner: type | None, field: Any, node: Any) -> AV | None:
    if field.default is not dataclasses.MISSING:
        steps = (("item", field.name), ("attr", "default"))
        return cx.captured(_capture(owner, "__dataclass_fields__", *steps), field.default)
    if field.default_factory is not dataclasses.MISSING:
        return cx.call_function(field.default_factory, [], {}, node)
    return None


def super_of(cx: Context, node: Any) -> AV:
    """``super()`` in a method."""
    frame = cx.frame
    while frame.parent is not None:
        frame = frame.parent
    function, arguments = frame.function.function, frame.function.tree.args
    names = [a.id for a in (*arguments.posonlyargs, *arguments.args)]
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    if "__class__" not in cells or not names:
        cx.refuse("SG210", "super() outside a method", node, "name the class")
    return Super(frame.names[names[0]], cells["__class__"].cell_contents)


__all__ = [
    "call_method",
    "construct",
    "object_attribute",
    "overloaded",
    "set_field",
    "special",
    "store_attribute",
    "super_of",
]
