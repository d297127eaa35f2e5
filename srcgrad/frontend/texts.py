"""Lowers text made of values of the run: f-strings, ``print``, and the messages of exceptions.

Such text is never a result. It appears when and as the function as written makes it: values are those of
the forward sweep, at the place of the statement.
"""

from __future__ import annotations

import builtins
from typing import Any

import gast
import numpy as np

from srcgrad.frontend.boxes import unboxed
from srcgrad.frontend.branches import is_true
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import ATOMS, AV, NONE, Formatted, Ref, Seq, Static, Text, describe
from srcgrad.frontend.library import handles
from srcgrad.frontend.operators import DYNAMIC, condition, static_value
from srcgrad.ir.nodes import Atom, Const, Slot
from srcgrad.ir.types import Number
from srcgrad.rules.effects import converted

_CONVERSIONS = {-1: "", 114: "r", 115: "s", 97: "a"}
Template = tuple[Any, ...]


def joined(cx: Context, node: Any) -> AV:
    """An f-string: text now, or when the values in it are known."""
    parts: list[str | Formatted] = []
    for value in node.values:
        part = cx.expression(value)
        if isinstance(part, Text):
            parts += part.parts
        else:
            parts.append(str(static_value(part)))
    return text_of(parts)


def formatted(cx: Context, node: Any) -> AV:
    """``{value!r:spec}`` inside an f-string."""
    value = cx.expression(node.value)
    spec = Static("") if node.format_spec is None else cx.expression(node.format_spec)
    if not isinstance(spec, Static):
        cx.refuse("SG228", "a format that is made from values of the run", node, "use a literal")
    conversion = _CONVERSIONS[node.conversion]
    return format_value(cx, value, conversion, spec.value, node)


def format_value(cx: Context, value: AV, conversion: str, spec: str, node: Any) -> AV:
    """The text of one value."""
    if isinstance(value, Text):
        if conversion or spec:
            cx.refuse(
                "SG228", "a text of the run is formatted again", node, "format the value once"
            )
        return value
    value = unboxed(cx, value, node)
    known = static_value(value)
    if known is not DYNAMIC and _shows_alike(known):
        return Static(format(converted(known, conversion), spec))
    if isinstance(value, Seq) and value.make in (tuple, list) and not spec and conversion != "a":
        return _listed(cx, value, node)
    if not isinstance(value, (*ATOMS, Ref)):
        cx.refuse("SG228", f"text made of {describe(value)}", node, "show its numbers one by one")
    if conversion == "s":
        conversion = "" if not spec else conversion
    if conversion in ("r", "a") and not isinstance(cx.type_of(value), Number):
        cx.refuse("SG228", "the repr of an array or NumPy scalar", node, "leave out !r")
    return Text((Formatted(value, conversion, spec),))


def _listed(cx: Context, value: Seq, node: Any) -> AV:
    """The text of a tuple or list: its items as ``repr`` shows them, between brackets."""
    left, right = "()" if value.make is tuple else "[]"
    parts: list[str | Formatted] = [left]
    for k, item in enumerate(value.items):
        text = format_value(cx, item, "r", "", node)
        parts += [", "] if k else []
        parts += text.parts if isinstance(text, Text) else [str(static_value(text))]
    return text_of([*parts, f",{right}" if len(value.items) == 1 and left == "(" else right])


def _shows_alike(value: Any) -> bool:
    """Whether the text of a value known now is the one it has in a run."""
    if isinstance(value, (tuple, list)):
        return all(map(_shows_alike, value))
    return value is None or isinstance(value, (str, bytes, bool, int, float, np.dtype))


def text_of(parts: list[str | Formatted]) -> AV:
    """One text of parts in a row."""
    merged: list[str | Formatted] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    if all(isinstance(p, str) for p in merged):
        return Static("".join(merged))  # type: ignore[arg-type]
    return Text(tuple(merged))


def template_of(cx: Context, value: AV, node: Any, args: list[Atom]) -> Template:
    """A text as an attribute; the values in it go to ``args``."""
    text = format_value(cx, value, "", "", node)
    if isinstance(text, Static):
        return (text.value,)
    pieces: list[Any] = []
    assert isinstance(text, Text)
    for part in text.parts:
        if isinstance(part, str):
            pieces.append(part)
            continue
        args.append(cx.atom(part.value, node))
        pieces.append((Slot(len(args) - 1), part.conversion, part.spec))
    return tuple(pieces)


@handles(print)
def _print(cx: Context, node: Any, *values: AV, sep: AV = NONE, end: AV = NONE) -> AV:
    args: list[Atom] = []
    texts = tuple(template_of(cx, v, node, args) for v in values)
    layout = {}
    for name, value in (("sep", sep), ("end", end)):
        known = static_value(value)
        if known is not None and not isinstance(known, str):
            cx.refuse(
                "SG228", f"{name}= that is made from values of the run", node, "use a literal"
            )
        if known is not None:
            layout[name] = known
    cx.emit("print", *args, texts=texts, layout=tuple(layout.items()))
    return NONE


def assert_statement(cx: Context, node: Any) -> None:
    """``assert test, message``."""
    test = condition(cx, node.test)
    if is_true(test) is False:
        cx.refuse("SG227", "this assertion fails whenever it is reached", node, "remove it")
    if isinstance(test, Const):
        return
    made = len(cx.builder.stmts)
    args: list[Atom] = []
    texts = () if node.msg is None else (template_of(cx, cx.expression(node.msg), node, args),)
    if len(cx.builder.stmts) != made:
        message = "the message of this assertion computes something"
        cx.refuse("SG228", message, node, "show values that have a name")
    places = tuple(_moved(t) for t in texts)
    cx.emit("check", test, *args, texts=places)


def _moved(template: Any) -> Any:
    """A text whose values come one place later, behind a test."""
    return tuple(p if isinstance(p, str) else (Slot(p[0].position + 1), *p[1:]) for p in template)


def raise_statement(cx: Context, node: Any) -> None:
    """``raise E(message)``: the same exception leaves the compiled function."""
    cause = node.cause
    plain = cause is None or (isinstance(cause, gast.Constant) and cause.value is None)
    call = node.exc
    if call is None or not plain:
        cx.refuse("SG101", "this form of raise is not supported", node, "write raise E(message)")
    parts: list[Any] = []
    if isinstance(call, gast.Call) and not call.keywords:
        call, parts = call.func, call.args
    cls = static_value(cx.expression(call))
    if not _is_builtin_exception(cls):
        cx.refuse("SG101", "only exceptions of Python itself are supported", node, "use ValueError")
    args: list[Atom] = []
    values = [cx.expression(p) for p in parts]
    if not all(isinstance(v, Text) or isinstance(static_value(v), str) for v in values):
        cx.refuse("SG228", "an exception whose argument is no text", node, "use an f-string")
    messages = tuple(template_of(cx, v, node, args) for v in values)
    cx.emit("raise", *args, exception=cls.__name__, texts=messages, bare=call is node.exc)


def _is_builtin_exception(cls: Any) -> bool:
    known = isinstance(cls, type) and issubclass(cls, Exception)
    return known and getattr(builtins, cls.__name__, None) is cls


__all__ = [
    "assert_statement",
    "format_value",
    "formatted",
    "joined",
    "raise_statement",
    "text_of",
]
