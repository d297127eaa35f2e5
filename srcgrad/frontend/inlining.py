"""Inlines user functions: arguments to parameters, then the body in a frame of its own.

A function that is already being inlined becomes a call by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType
from typing import Any

import gast

from srcgrad.errors import KindError, SrcgradError
from srcgrad.frontend.bindings import gives_value, names_of
from srcgrad.frontend.boxes import boxed, cell
from srcgrad.frontend.context import NEXT, RETURN, RETURN_VALUE, Context, Frame
from srcgrad.frontend.fence import fence
from srcgrad.frontend.kinds import AV, ITERATORS, NONE, Mapping, Seq, UserFunction
from srcgrad.frontend.normalise import normalise
from srcgrad.frontend.perhaps import perhaps
from srcgrad.frontend.private import path_of, written_out
from srcgrad.frontend.recursion import call_recursive, size_of
from srcgrad.frontend.resolve import MISSING, Capture, Root, default_of
from srcgrad.frontend.source import read_source
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Eqn

_MAX_DEPTH = 60


class AlwaysRaises(KindError):
    """Refuses a call of a function that raises, whatever the values in its arguments."""

    text_raised = ""  # the message of its exception


class FallsThrough(Exception):
    """A path of the entry gives nothing, and no gradient: start again with an exception at its end."""

    def __init__(self, refusal: SrcgradError) -> None:
        super().__init__("falls through")
        self.refusal = refusal


def user_function(cx: Context, function: FunctionType, node: Any) -> UserFunction:
    """A Python function as something to inline; its source must pass the fence."""
    try:
        source = read_source(function)
    except SrcgradError as error:
        if isinstance(error, SyntaxError) or node is None:
            raise
        cx.refuse(
            "SG210",
            f"{function.__qualname__} has no source to differentiate: {error.args[0]}",
            node,
            "define it in a file",
        )
    fence(source)
    if function not in cx.captures.inlined:
        cx.captures.inlined.append(function)
    tree = written_out(normalise(source.tree), path_of(source.function))
    return UserFunction(source, tree, function=function)


def call_user(
    cx: Context, function: UserFunction, args: list[AV], kwargs: dict[str, AV], node: Any
) -> AV:
    """Inline a user function; one that is already being inlined becomes a call of its own."""
    bound = _bind_user(cx, function, args, kwargs, node)
    around = [
        f for f in _callers(cx.frame) if _same(f.function, function) and _same_functions(f, bound)
    ]
    if around:
        size = size_of(cx, bound, node)
        if any(f.size <= size for f in around):
            return call_recursive(cx, function, bound, node, run_body)
    return run_body(cx, function, bound, node)


def _callers(frame: Frame | None) -> Iterator[Frame]:
    """A frame and those it was called from."""
    while frame is not None:
        yield frame
        frame = frame.caller


def _same(a: UserFunction, b: UserFunction) -> bool:
    return a.tree is b.tree or (a.function is not None and a.function is b.function)


def _same_functions(frame: Frame, bound: dict[str, AV]) -> bool:
    """Whether a call passes the functions that the call around it was passed: else it is no recursion."""
    pairs = [(frame.names.get(name), value) for name, value in bound.items()]
    return all(
        _same(a, b) for a, b in pairs if isinstance(a, UserFunction) and isinstance(b, UserFunction)
    )


def run_body(cx: Context, function: UserFunction, bound: dict[str, AV], node: Any) -> AV:
    """Lower the body of a function in a frame of its own; gives what it returns."""
    if cx.frame.depth > _MAX_DEPTH:
        cx.refuse("SG230", "calls nest too deep", node, "write a loop")
    caller = cx.frame
    own = names_of(tuple(function.tree.body))
    names = frozenset(own.bound) | frozenset(bound)
    cx.frame = Frame(
        function, dict(bound), names - {RETURN_VALUE}, function.frame, caller.depth + 1, caller
    )
    cx.frame.size, cx.frame.heap = size_of(cx, bound, node), cx.heap
    cx.frame.outside, cx.frame.around = own.declared_global, own.declared_nonlocal
    cx.frame.cells = names & own.shared
    for name in cx.frame.cells & bound.keys():
        cx.frame.names[name] = cell(cx, bound[name])
    caller_source = (function if caller.depth < 0 else caller.function).source
    body = function.tree.body
    if cx.completed and caller.depth < 0:
        body = [*body, _nothing_given(function.tree)]
    try:
        exit_ = cx.statements(body)
        gives = gives_value(tuple(function.tree.body))
        result = cx.frame.names.get(RETURN_VALUE, NONE) if gives else NONE
        if gives and exit_.codes == {NEXT, RETURN} and not exit_.raises:
            message, remedy = (
                "some paths of this function return nothing",
                "return a value on every path",
            )
            refusal = cx.source.refuse(KindError, "SG224", message, function.tree, remedy)
            if caller.depth < 0:
                raise FallsThrough(refusal)
            found = perhaps(result, exit_.atom) if cx.call_target is None else None
            if found is not None:
                return found
            raise refusal
    finally:
        cx.frame = caller
    if exit_.raises:
        message = f"{function.tree.name} raises whenever it is called like this"
        remedy = "call it without srcgrad to see the exception"
        span = caller_source.span(node)
        error = AlwaysRaises("SG227", message, span, remedy, caller_source.line(span.line))
        error.text_raised = _text_raised(cx)
        raise error
    return result if RETURN in exit_.codes else NONE


def _nothing_given(tree: Any) -> Any:
    """The statement behind the last one of the entry: where Python gives ``None``, a gradient raises."""
    text = f"{tree.name} returned None, which has no derivative"
    raising = gast.parse(f"raise TypeError({text!r})").body[0]
    for node in gast.walk(raising):
        gast.copy_location(node, tree.body[-1])
    return raising


def _text_raised(cx: Context) -> str:
    """The message of the exception that was lowered last."""
    last = cx.builder.stmts[-1] if cx.builder.stmts else None
    if not isinstance(last, Eqn) or last.op.name != "raise":
        return ""
    return "".join(part for text in last.attrs["texts"] for part in text if isinstance(part, str))


def _bind_user(
    cx: Context, function: UserFunction, args: list[AV], kwargs: dict[str, AV], node: Any
) -> dict[str, AV]:
    arguments = function.tree.args
    positional = [a.id for a in arguments.posonlyargs]
    names = [*positional, *(a.id for a in arguments.args)]
    only = [a.id for a in arguments.kwonlyargs]
    bound: dict[str, AV] = dict(zip(names, args, strict=False))
    rest, more = args[len(names) :], {}
    if rest and arguments.vararg is None:
        cx.refuse(
            "SG217",
            f"{function.tree.name} takes {len(names)} arguments, not {len(args)}",
            node,
            "check the call",
        )
    for name, value in kwargs.items():
        known = name in (*names, *only) and name not in positional
        if known and name not in bound:
            bound[name] = value
        elif known or arguments.kwarg is None:
            cx.refuse(
                "SG217", f"{function.tree.name} does not take {name!r} here", node, "check the call"
            )
        else:
            more[name] = value
    for name in (*names, *only):
        if name not in bound:
            bound[name] = _default(cx, function, name, node)
    bound = {name: bound[name] for name in (*names, *only)}
    if arguments.vararg is not None:
        bound[arguments.vararg.id] = Seq(tuple(rest))
    if arguments.kwarg is not None:
        bound[arguments.kwarg.id] = boxed(cx, Mapping(tuple(more.items())))
    return {n: boxed(cx, v) if isinstance(v, ITERATORS) else v for n, v in bound.items()}


def _default(cx: Context, function: UserFunction, name: str, node: Any) -> AV:
    if name in function.defaults:
        return function.defaults[name]
    if function.function is not None:
        value = default_of(function.function, name)
        if value is not MISSING:
            capture = Capture(Root(function.function, "default", name))
            if isinstance(value, (bool, int, float)):
                cx.captures.guard(capture, value, by_identity=False)
                return constant(value)
            return cx.captured(capture, value)
    cx.refuse("SG217", f"{function.tree.name} misses the argument {name!r}", node, "pass it")


def define_nested(cx: Context, node: Any) -> UserFunction:
    """A function defined inside the one being lowered; defaults are evaluated now."""
    arguments = node.args
    names = [a.id for a in (*arguments.posonlyargs, *arguments.args)]
    values = [cx.expression(d) for d in arguments.defaults]
    defaults = dict(zip(names[len(names) - len(values) :], values, strict=True))
    for name, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if value is not None:
            defaults[name.id] = cx.expression(value)
    return UserFunction(cx.source, node, frame=cx.frame, defaults=defaults)


__all__ = [
    "AlwaysRaises",
    "FallsThrough",
    "call_user",
    "define_nested",
    "run_body",
    "user_function",
]
