"""Lowers calls: library functions to their ops, methods to the functions they mean, user functions inline.

A function without a rule is refused, never called.
"""

from __future__ import annotations

import functools
import inspect
from functools import lru_cache
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from srcgrad.compositions.table import instead_of
from srcgrad.errors import MissingRuleError, SrcgradError
from srcgrad.frontend.arguments import arguments_of, consuming
from srcgrad.frontend.boxes import unboxed
from srcgrad.frontend.builtins import HANDLERS, METHODS
from srcgrad.frontend.classes import class_of_object, is_random, is_user_class
from srcgrad.frontend.composed import composed, second_chance, stand_in
from srcgrad.frontend.containers import call_container, is_container
from srcgrad.frontend.context import Context
from srcgrad.frontend.derivatives import MODES, call_derivative, made_outside
from srcgrad.frontend.expressions import expression
from srcgrad.frontend.formats import format_method
from srcgrad.frontend.inlining import call_user, user_function
from srcgrad.frontend.kept import call_custom, is_custom
from srcgrad.frontend.kinds import (
    ATOMS,
    AV,
    NONE,
    Derivative,
    Method,
    Partial,
    Ref,
    Seq,
    Static,
    Super,
    UserFunction,
    describe,
    is_namedtuple_type,
)
from srcgrad.frontend.library import dtype_of
from srcgrad.frontend.library_stores import with_out
from srcgrad.frontend.namedtuples import named_tuple, named_tuple_method
from srcgrad.frontend.objects import call_method, construct
from srcgrad.frontend.operators import static_value
from srcgrad.frontend.perhaps import certain_arguments, settled
from srcgrad.frontend.resolve import Capture, Root
from srcgrad.frontend.statics import evaluated, is_pure
from srcgrad.frontend.subscripts import array_like
from srcgrad.ir.types import is_complex
from srcgrad.rules.bindings import Binding, binding_of


def call(cx: Context, node: Any) -> AV:
    """Abstract value of a call expression."""
    callee = expression(cx, node.func)
    found = consuming(cx, callee, node)
    if found is not None:
        return found
    args, kwargs = arguments_of(cx, node)
    return call_value(cx, callee, args, kwargs, node)


def call_value(cx: Context, callee: AV, args: list[AV], kwargs: dict[str, AV], node: Any) -> AV:
    """Call an abstract value."""
    if isinstance(callee, UserFunction):
        return call_user(cx, callee, args, kwargs, node)
    if isinstance(callee, Partial):
        whole = {**dict(callee.kwargs), **kwargs}
        return call_value(cx, callee.function, [*callee.args, *args], whole, node)
    if isinstance(callee, Derivative):
        return call_derivative(cx, callee, args, kwargs, node)
    if isinstance(callee, Method):
        return _call_method(cx, callee, args, kwargs, node)
    if not isinstance(callee, Static) and class_of_object(callee) is not None:
        return call_method(cx, callee, "__call__", args, kwargs, node)
    if isinstance(callee, Static):
        return call_function(cx, callee.value, args, kwargs, node)
    cx.refuse("SG210", f"{describe(callee)} cannot be called", node, "call a function")


def call_function(
    cx: Context, function: Any, args: list[AV], kwargs: dict[str, AV], node: Any
) -> AV:
    """Call a Python object known at compile time."""
    function = getattr(function, "__srcgrad_inside__", function)
    mode = MODES.get(getattr(function, "__srcgrad_mode__", None))
    if mode is not None:
        return mode(cx, node, *args, **kwargs)
    if is_custom(function):
        return call_custom(cx, node, function, *(settled(cx, a, node) for a in args))
    derivative = made_outside(function)
    if derivative is not None:
        return call_derivative(cx, derivative, args, kwargs, node)
    if not _keeps_identity(function):
        args = [unboxed(cx, a, node) for a in args]
        kwargs = {k: unboxed(cx, v, node) for k, v in kwargs.items()}
    args = certain_arguments(cx, function, args, node)
    binding = binding_of(function)
    known_out = "out" in kwargs and (binding is not None or _lookup(HANDLERS, function))
    if known_out or isinstance(function, np.ufunc):
        written = with_out(cx, function, args, kwargs, node)
        if written is not None:
            return written
        kwargs = {k: v for k, v in kwargs.items() if k != "out"}
    known = _evaluated(cx, function, args, kwargs, node)
    if known is not None:
        return known
    if getattr(function, "__name__", "") == "format" and isinstance(
        getattr(function, "__self__", None), str
    ):
        return format_method(cx, function.__self__, args, kwargs, node)
    handler = _lookup(HANDLERS, function)
    if handler is not None:
        try:
            inspect.signature(handler).bind(cx, node, *args, **kwargs)
        except TypeError as error:
            name = _name_of(function)
            found = composed(cx, function, name, args, kwargs, node)
            if found is not None:
                return found
            cx.refuse(
                "SG202", f"{name}: {error}", node, "use the arguments that the docs list for it"
            )
        return _handled(cx, handler, function, args, kwargs, node)
    if binding is not None:
        return _call_bound(cx, binding, function, args, kwargs, node)
    if is_namedtuple_type(function):
        return named_tuple(cx, function, args, kwargs, node)
    if is_user_class(function):
        return construct(cx, function, args, kwargs, node)
    if isinstance(function, MethodType) and isinstance(function.__self__, type):
        inner = user_function(cx, function.__func__, node)  # type: ignore[arg-type]
        return call_user(cx, inner, [Static(function.__self__), *args], kwargs, node)
    if isinstance(function, MethodType) and _is_of_its_class(function):
        return call_method(cx, Static(function.__self__), function.__name__, args, kwargs, node)
    if class_of_object(Static(function)) is not None:
        return call_method(cx, Static(function), "__call__", args, kwargs, node)
    if isinstance(function, FunctionType) and not _from_library(function):
        return call_user(cx, user_function(cx, function, node), args, kwargs, node)
    if isinstance(function, functools.partial):
        return call_value(cx, _captured_partial(cx, function), args, kwargs, node)
    made = stand_in(cx, function, node)
    if made is not None:
        return call_value(cx, made, args, kwargs, node)
    if is_random(function):
        message = f"{_name_of(function)} draws random numbers, or moves where they come from"
        cx.refuse("SG229", message, node, "draw them outside, and pass them as an argument")
    if function in _EFFECTS:
        cx.refuse(
            "SG227",
            f"{_name_of(function)} acts on the world outside the function",
            node,
            "call it outside, on what the function returns",
        )
    found = composed(cx, function, _name_of(function), args, kwargs, node)
    if found is not None:
        return found
    span = cx.source.span(node)
    line = cx.source.line(span.line)
    raise MissingRuleError.of(_name_of(function), span, line, instead_of(function))


def _is_of_its_class(method: MethodType) -> bool:
    """Whether a method of an object of the user's is what its class has under that name."""
    known = class_of_object(Static(method.__self__)) is not None
    return known and getattr(type(method.__self__), method.__name__, None) is method.__func__


def _handled(
    cx: Context, handler: Any, function: Any, args: list[AV], kwargs: dict[str, AV], node: Any
) -> AV:
    """What the handler gives; the composition of the function is asked where it refuses."""
    builder = cx.builder
    try:
        return handler(cx, node, *args, **kwargs)  # type: ignore[no-any-return]
    except SrcgradError as error:
        if error.code not in _NARROW or cx.builder is not builder:
            raise
        return second_chance(cx, error, function, _name_of(function), args, kwargs, node)


# Codes with which a handler says that the function does more than the handler does.
_NARROW = frozenset({"SG202", "SG210", "SG212"})


def _keeps_identity(function: Any) -> bool:
    """Whether a function hands its arguments on, rather than reading numbers and arrays out of them."""
    if isinstance(function, np.ufunc) or binding_of(function) is not None:
        return False
    handler = _lookup(HANDLERS, function)
    return handler is None or handler.__module__.rpartition(".")[2] in _KEEPERS


_KEEPERS = frozenset({"builtins", "copies", "iterables", "itertool", "texts"})


def _captured_partial(cx: Context, function: functools.partial[Any]) -> AV:
    """A partial object from outside: what it holds is captured."""
    root = Capture(Root(function, "object", "partial"))

    def part(*steps: tuple[str, Any]) -> AV:
        capture = Capture(root.root, steps)
        return cx.captured(capture, capture.read())

    inner = part(("attr", "func"))
    args = tuple(part(("attr", "args"), ("item", k)) for k in range(len(function.args)))
    kwargs = tuple((k, part(("attr", "keywords"), ("item", k))) for k in function.keywords)
    return Partial(inner, args, kwargs)


def _evaluated(
    cx: Context, function: Any, args: list[AV], kwargs: dict[str, AV], node: Any
) -> AV | None:
    """The result of a pure function of values that are known now."""
    if not is_pure(function):
        return None
    args = [unboxed(cx, a, node) for a in args]
    try:
        return evaluated(function, args, kwargs)
    except Exception as error:
        message = f"{_name_of(function)} raises {type(error).__name__}: {error}"
        cx.refuse("SG227", message, node, "check the call")


def _lookup(table: Any, key: Any) -> Any:
    try:
        return table.get(key)
    except TypeError:
        return None


def _from_library(function: FunctionType) -> bool:
    return (function.__module__ or "").partition(".")[0] in ("numpy", "scipy", "math", "cupy")


_EFFECTS = (open, input, exec, eval)


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
            found = composed(cx, function, _name_of(function), args, kwargs, node)
            if found is not None:
                return found
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
    name, via = binding.op, binding.via
    if name == "sign" and is_complex(atoms[0].type):
        name, via = "direction", ""  # not flat: it turns with its operand
    return cx.bind(cx.emit(name, *atoms, via=via, **attrs), *operands)


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


def _call_method(
    cx: Context, method: Method, args: list[AV], kwargs: dict[str, AV], node: Any
) -> AV:
    receiver, name = method.receiver, method.name
    if isinstance(receiver, Seq) and name in ("_replace", "_asdict"):
        return named_tuple_method(cx, receiver, name, kwargs)
    if isinstance(receiver, Super) or class_of_object(receiver) is not None:
        return call_method(cx, receiver, name, args, kwargs, node)
    if is_container(receiver):
        return call_container(cx, receiver, name, args, kwargs, node)
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


__all__ = ["call", "call_function", "call_value"]
