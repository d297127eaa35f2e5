"""Lowers calls: library functions to their ops, methods to the functions they mean, user functions inline.

A function without a rule is refused, never called.
"""

from __future__ import annotations

import inspect
from functools import lru_cache
from types import FunctionType
from typing import Any

import numpy as np

from srcgrad.errors import MissingRuleError
from srcgrad.frontend.builtins import HANDLERS, METHODS
from srcgrad.frontend.context import Context
from srcgrad.frontend.expressions import expression
from srcgrad.frontend.inlining import call_user, user_function
from srcgrad.frontend.kinds import (
    ATOMS,
    AV,
    NONE,
    Instance,
    Mapping,
    Method,
    Ref,
    Seq,
    Static,
    UserFunction,
    describe,
    is_dataclass_type,
    is_namedtuple_type,
)
from srcgrad.frontend.library import dtype_of
from srcgrad.frontend.library_stores import with_out
from srcgrad.frontend.operators import static_value
from srcgrad.frontend.resolve import Capture, Root
from srcgrad.frontend.subscripts import array_like
from srcgrad.ir.build import constant
from srcgrad.rules.bindings import Binding, binding_of


def call(cx: Context, node: Any) -> AV:
    """Abstract value of a call expression."""
    callee = expression(cx, node.func)
    args = [expression(cx, a) for a in node.args]
    kwargs = {k.arg: expression(cx, k.value) for k in node.keywords}
    return call_value(cx, callee, args, kwargs, node)


def call_value(cx: Context, callee: AV, args: list[AV], kwargs: dict[str, AV], node: Any) -> AV:
    """Call an abstract value."""
    if isinstance(callee, UserFunction):
        return call_user(cx, callee, args, kwargs, node)
    if isinstance(callee, Method):
        return _call_method(cx, callee, args, kwargs, node)
    if isinstance(callee, Static):
        return call_function(cx, callee.value, args, kwargs, node)
    cx.refuse("SG210", f"{describe(callee)} cannot be called", node, "call a function")


def call_function(
    cx: Context, function: Any, args: list[AV], kwargs: dict[str, AV], node: Any
) -> AV:
    """Call a Python object known at compile time."""
    if "out" in kwargs or isinstance(function, np.ufunc):
        written = with_out(cx, function, args, kwargs, node)
        if written is not None:
            return written
        kwargs = {k: v for k, v in kwargs.items() if k != "out"}
    handler = _lookup(HANDLERS, function)
    if handler is not None:
        try:
            inspect.signature(handler).bind(cx, node, *args, **kwargs)
        except TypeError as error:
            name = _name_of(function)
            cx.refuse(
                "SG202", f"{name}: {error}", node, "use the arguments that the docs list for it"
            )
        return handler(cx, node, *args, **kwargs)  # type: ignore[no-any-return]
    binding = binding_of(function)
    if binding is not None:
        return _call_bound(cx, binding, function, args, kwargs, node)
    if is_namedtuple_type(function) or is_dataclass_type(function):
        return _construct(cx, function, args, kwargs, node)
    if isinstance(function, FunctionType) and not _from_library(function):
        return call_user(cx, user_function(cx, function, node), args, kwargs, node)
    if function in _EFFECTS:
        cx.refuse(
            "SG227",
            f"{_name_of(function)} acts on the world outside the function",
            node,
            "call it outside, on what the function returns",
        )
    span = cx.source.span(node)
    raise MissingRuleError.of(_name_of(function), span, cx.source.line(span.line))


def _lookup(table: Any, key: Any) -> Any:
    try:
        return table.get(key)
    except TypeError:
        return None


def _from_library(function: FunctionType) -> bool:
    return (function.__module__ or "").partition(".")[0] in ("numpy", "scipy", "math", "cupy")


_EFFECTS = (print, open, input, exec, eval)


def _name_of(function: Any) -> str:
    default = "numpy" if isinstance(function, np.ufunc) else ""
    module: str = getattr(function, "__module__", None) or default
    name: str | None = getattr(function, "__qualname__", None) or getattr(
        function, "__name__", None
    )
    if name is None:
        return f"the {type(function).__qualname__} object"
    return name if module in ("", "builtins") else f"{module}.{name}"


def _count(number: int) -> str:
    return "1 argument" if number == 1 else f"{number} arguments"


def _call_bound(
    cx: Context, binding: Binding, function: Any, args: list[AV], kwargs: dict[str, AV], node: Any
) -> AV:
    """A registered function: operands to atoms, the rest to attributes."""
    given = _bind_arguments(cx, binding, function, args, kwargs, node)
    operands = [array_like(cx, v, node) for _, v in given[: binding.operands]]
    attrs: dict[str, Any] = {}
    for name, value in given[binding.operands :]:
        if value == NONE or (name == "keepdims" and static_value(value) is False):
            continue
        if name not in binding.attrs:
            cx.refuse(
                "SG202",
                f"{_name_of(function)} with {name}= is not supported",
                node,
                f"call it without {name}=",
            )
        if name == "dtype":
            attrs[name] = dtype_of(cx, value, node)
        else:
            attrs[name] = static_attr(cx, value, node, name)
    atoms = [cx.atom(v, node, _name_of(function)) for v in operands]
    return cx.bind(cx.emit(binding.op, *atoms, via=binding.via, **attrs), *operands)


def static_attr(cx: Context, value: AV, node: Any, what: str) -> Any:
    """A compile-time attribute: an axis, a flag, a dtype."""
    if isinstance(value, Seq):
        return tuple(static_attr(cx, v, node, what) for v in value.items)
    if isinstance(value, Static):
        return value.value
    known = cx.number(value)
    if known is not None:
        return known.value
    return cx.integer(value, node, f"{what}=")


@lru_cache(maxsize=512)
def _parameter_names(function: Any) -> tuple[str, ...] | None:
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return None


def _bind_arguments(
    cx: Context, binding: Binding, function: Any, args: list[AV], kwargs: dict[str, AV], node: Any
) -> list[Any]:
    """``(name, value)`` pairs, operands first."""
    names = None if isinstance(function, np.ufunc) else _parameter_names(function)
    if names is None:
        names = tuple(f"x{k}" for k in range(binding.operands))
    if len(args) > len(names):
        cx.refuse(
            "SG217", f"{_name_of(function)} takes {_count(len(names))}", node, "check the call"
        )
    pairs = list(zip(names, args, strict=False)) + list(kwargs.items())
    head = pairs[: binding.operands]
    missing = [n for n in names[len(args) : binding.operands] if n not in kwargs]
    if missing or len(pairs) < binding.operands:
        cx.refuse(
            "SG217",
            f"{_name_of(function)} needs {binding.operands} operands",
            node,
            "check the call",
        )
    if len(args) < binding.operands:
        by_name = dict(pairs)
        head = [(n, by_name.pop(n)) for n in names[: binding.operands]]
        return head + list(by_name.items())
    return pairs


def _construct(cx: Context, cls: type, args: list[AV], kwargs: dict[str, AV], node: Any) -> AV:
    """An instance of a named tuple or dataclass."""
    if is_namedtuple_type(cls):
        names = list(cls._fields)  # type: ignore[attr-defined]
        values = {**dict(zip(names, args, strict=False)), **kwargs}
        if set(values) != set(names):
            cx.refuse("SG217", f"{cls.__name__} needs {', '.join(names)}", node, "give every field")
        return Seq(tuple(values[n] for n in names), cls)
    import dataclasses

    fields = dataclasses.fields(cls)
    values = {**dict(zip([f.name for f in fields], args, strict=False)), **kwargs}
    if "__post_init__" in cls.__dict__ or set(values) != {f.name for f in fields}:
        cx.refuse(
            "SG217",
            f"{cls.__name__} needs all its fields, and no __post_init__",
            node,
            "give every field",
        )
    return Instance(cls, tuple((f.name, values[f.name]) for f in fields))


def _call_method(
    cx: Context, method: Method, args: list[AV], kwargs: dict[str, AV], node: Any
) -> AV:
    receiver, name = method.receiver, method.name
    if isinstance(receiver, Mapping):
        return _dict_method(cx, receiver, name, args, node)
    if isinstance(receiver, Instance):
        function = inspect.getattr_static(receiver.cls, name)
        if isinstance(function, FunctionType):
            root = Root(receiver.cls, "object", receiver.cls.__name__)
            cx.captures.guard(Capture(root, (("attr", name),)), function, by_identity=True)
            return call_user(cx, user_function(cx, function, node), [receiver, *args], kwargs, node)
    if isinstance(receiver, (*ATOMS, Ref)):
        function = METHODS.get(name)
        if function is not None:
            return call_function(cx, function, [receiver, *args], kwargs, node)
    cx.refuse(
        "SG203",
        f"{describe(receiver)} has no supported method {name!r}",
        node,
        "use a NumPy function",
    )


def _dict_method(cx: Context, value: Mapping, name: str, args: list[AV], node: Any) -> AV:
    def key(k: Any) -> AV:
        return Static(k) if isinstance(k, (str, bytes)) or k is None else constant(k)

    if name == "items" and not args:
        return Seq(tuple(Seq((key(k), v)) for k, v in value.items))
    if name == "keys" and not args:
        return Seq(tuple(key(k) for k, _ in value.items))
    if name == "values" and not args:
        return Seq(tuple(v for _, v in value.items))
    if name == "get" and args:
        wanted = static_value(args[0])
        found = [v for k, v in value.items if k == wanted]
        return found[0] if found else (args[1] if len(args) > 1 else NONE)
    cx.refuse("SG203", f"dict method {name!r} is not supported", node, "use [] with literal keys")


__all__ = ["call", "call_function"]
