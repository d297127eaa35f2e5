"""Lowers a function to a program: the entry of the front end.

An abstract interpreter over the fenced, normalised tree: it knows the kind of every value, so it resolves
calls and attributes to what they are and inlines user functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

from srcgrad.errors import Span
from srcgrad.frontend.attributes import static_attribute
from srcgrad.frontend.boxes import unboxed
from srcgrad.frontend.calls import call, call_function, call_value
from srcgrad.frontend.comparisons import compare
from srcgrad.frontend.context import Context, Frame, Written
from srcgrad.frontend.derivatives import made_outside
from srcgrad.frontend.expressions import captured, expression
from srcgrad.frontend.inlining import FallsThrough, run_body, user_function
from srcgrad.frontend.kinds import ATOMS, AV, Mapping, Ref, UserFunction, children, map_leaves
from srcgrad.frontend.objects import overloaded
from srcgrad.frontend.perhaps import settled
from srcgrad.frontend.resolve import Capture, Captures, Guard
from srcgrad.frontend.source import Source
from srcgrad.frontend.statements import assign, statements
from srcgrad.frontend.subscripts import Unsettled
from srcgrad.ir.nodes import Atom, Const, Eqn, Program, Var
from srcgrad.ir.ops import OPS
from srcgrad.ir.types import Array

Context.statements = statements
Context.expression = expression
Context.assign = assign
Context.captured = captured
Context.compare = compare
Context.overloaded = overloaded
Context.static_attribute = static_attribute
Context.call = call
Context.call_value = call_value
Context.call_function = call_function


@dataclass(frozen=True)
class Lowered:
    """A lowered function: its program, the shape of its result, and what it captured."""

    program: Program
    result: AV
    source: Source
    captures: dict[Capture, Var]
    guards: tuple[Guard, ...]
    span: Span
    inlined: tuple[FunctionType, ...]
    written: tuple[Var, ...] = ()
    title: str = ""


def lower(
    function: FunctionType,
    args: dict[str, AV],
    inputs: Sequence[Var],
    captures: Captures,
    *,
    must_give: bool = True,
) -> Lowered:
    """Lower ``function`` called with abstract arguments over the input variables.

    A path that ends without a result raises there if all of them ``must_give`` one; else it is refused.

    Raises:
        FrontendError: for what is outside the language, located.
        Specialise: if the value of integer inputs is needed.
    """
    written: frozenset[Var] = frozenset()
    completed = False
    while True:
        cx = Context(captures, list(inputs))
        cx.written, cx.completed = written, completed
        try:
            return _lower(cx, function, args)
        except Written as more:
            written |= more.variables
        except FallsThrough as path:
            if not must_give:
                raise path.refusal from None
            completed = True
        except Unsettled as unsettled:
            raise unsettled.refusal from None


def _lower(cx: Context, function: FunctionType, args: dict[str, AV]) -> Lowered:
    captures = cx.captures
    stub = UserFunction(None, None)  # type: ignore[arg-type]
    cx.frame = Frame(stub, depth=-1)
    target = user_function(cx, function, None)
    title, outer = str(target.tree.name), captures.entry
    while hasattr(outer, "__srcgrad_primal__"):
        title = title if made_outside(outer) is None else f"d{title}"
        outer = outer.__srcgrad_primal__
    bound = {name: map_leaves(value, lambda leaf: _place(cx, leaf)) for name, value in args.items()}
    for var in captures.inputs.values():
        if var in cx.written:
            cx.heap.captured[var] = _copied_in(cx, var)
    if not hasattr(captures.entry, "__srcgrad_primal__"):
        result = run_body(cx, target, bound, target.tree)
    else:
        cx.frame = Frame(replace(target, tree=copy(target.tree), function=None))
        positional, named = spread(target.tree.args, bound)
        result = call_function(cx, captures.entry, positional, named, target.tree)
    cx.frame = Frame(target)
    result = settled(cx, result, target.tree)
    atoms: list[Atom] = []
    shape = map_leaves(unboxed(cx, result, target.tree), lambda leaf: _result_leaf(cx, leaf, atoms))
    params = (*cx.inputs, *captures.inputs.values())
    _write_back(cx, params)
    program = Program(cx.builder.block(tuple(atoms), params), cx.functions)
    span = target.source.span(target.tree)
    return Lowered(
        program,
        shape,
        target.source,
        captures.inputs,
        tuple(captures.guards.values()),
        span,
        tuple(captures.inlined),
        tuple(cx.entries),
        title,
    )


def spread(arguments: Any, bound: dict[str, AV]) -> tuple[list[AV], dict[str, AV]]:
    """Positional and named arguments of a call, for the arguments by the name of their parameter."""
    positional = [bound[a.id] for a in (*arguments.posonlyargs, *arguments.args)]
    named = {a.id: bound[a.id] for a in arguments.kwonlyargs}
    if arguments.vararg is not None:
        positional += children(bound[arguments.vararg.id])
    if arguments.kwarg is not None:
        rest = bound[arguments.kwarg.id]
        named.update(dict(rest.items) if isinstance(rest, Mapping) else {})
    return positional, named


def _write_back(cx: Context, params: Sequence[Var]) -> None:
    """Leave in the caller's arrays what was written to them, if those overlap with no other."""
    for var, loc in cx.entries.items():
        cx.emit("write_back", var, cx.heap.versions[loc])
    others = [p for p in params if isinstance(p.type, Array) and p not in cx.entries]
    if len(cx.entries) + len(others) > 1 and cx.entries:
        attrs = {"written": len(cx.entries)}
        cx.builder.stmts.insert(0, Eqn((), OPS["apart"], (*cx.entries, *others), attrs))


def _place(cx: Context, leaf: AV) -> AV:
    """An argument leaf: arrays live in the heap; one that is written is copied first."""
    if isinstance(leaf, Var) and isinstance(leaf.type, Array):
        loc = _copied_in(cx, leaf) if leaf in cx.written else cx.heap.allocate(leaf, shared=True)
        return Ref(loc)
    return leaf


def _copied_in(cx: Context, var: Var) -> int:
    """The location of a copy of an array of the caller's, to be written in its place."""
    copy = cx.builder.emit_new("copy", var, via="np")
    copy.name = var.name
    cx.entries[var] = cx.heap.allocate(copy, kept=True)
    return cx.entries[var]


def _result_leaf(cx: Context, leaf: AV, atoms: list[Atom]) -> AV:
    """Number the atoms of the result in order; static leaves stay what they are."""
    if isinstance(leaf, (*ATOMS, Ref)):
        atoms.append(cx.heap.read(leaf.loc, cx.emit) if isinstance(leaf, Ref) else leaf)
        return Const(len(atoms) - 1)
    return leaf


__all__ = ["Lowered", "lower"]
