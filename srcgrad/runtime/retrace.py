"""From the trace of a recorded run to a program: each entry is lowered by the front end's own code.

The types of results are those that the run had, to the shape: a result that the front end expects
to be of another type is refused, so a rule that does not fit what NumPy did is never used.
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from srcgrad.errors import FrontendError, KindError, Span
from srcgrad.frontend.calls import call_value
from srcgrad.frontend.attributes import attribute
from srcgrad.frontend.context import Context, Frame
from srcgrad.frontend.kinds import AV, Method, Ref, Seq, Slicing, Static, UserFunction
from srcgrad.frontend.lower import Lowered
from srcgrad.frontend.operators import binary
from srcgrad.frontend.resolve import Captures
from srcgrad.frontend.source import Source
from srcgrad.frontend.subscripts import subscript
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Const, Program, Var
from srcgrad.ir.types import AnyDim, Array, Dim, Number, Type
from srcgrad.runtime.recorded import plain
from srcgrad.runtime.trace import CONSTANT, NUMBER, SEQUENCE, SLICE, STATIC, VALUE, Trace, span_of

_UNARY = {"USub": "negative", "UAdd": "positive"}


class Place(Source):
    """The user's line in place of a tree: what errors and comments of the trace point at."""

    def line(self, number: int) -> str:
        """The text of a line, empty where it cannot be had."""
        import linecache

        return linecache.getline(self.file, number).rstrip("\n")

    def span(self, node: Any) -> Span:
        """All of the line."""
        return span_of(self.file, node.lineno)

    def refuse(
        self, error: type[FrontendError], code: str, message: str, node: Any, remedy: str = ""
    ) -> FrontendError:
        """Return an error that points at the line."""
        return error(code, message, self.span(node), remedy, self.line(node.lineno) or None)


def place_of(function: Any, file: str, title: str) -> Place:
    """The stand-in for the source of a file."""
    return Place(function, file, 1, "", node_at(1, title), [])


def node_at(line: int, name: str = "") -> Any:
    """A node that has a line only."""
    node = gast.Name(name, gast.Load(), None, None)
    node.name = name
    node.lineno = node.end_lineno = line
    node.col_offset, node.end_col_offset = 0, 1
    node.func = node
    return node


def type_of_spec(dtype: Any, shape: tuple[int, ...]) -> Type:
    """The exact type of a value of the run."""
    if isinstance(dtype, np.dtype):
        return Array(dtype, tuple(exact_dim(n) for n in shape))
    return Number(dtype.__name__)


def exact_dim(length: int) -> AnyDim:
    """A length as a dimension: 0 and 1 as they are, longer ones named by their value."""
    return length if length < 2 else Dim(str(length), 0, True)


class Retrace:
    """Lowers the entries of one trace."""

    def __init__(self, trace: Trace, inputs: list[Var], constants: list[Var], function: Any) -> None:
        self.trace = trace
        self.function = function
        self.constants = constants
        self.values: dict[int, AV] = {}
        captures = Captures(lambda value, name: Number("float"))
        self.cx = Context(captures, [*inputs, *constants])
        self.node = node_at(1, trace.title)
        self.places: dict[str, Place] = {}

    def lower(self, result: int, span: Span, params: list[Var]) -> Lowered:
        """The program of the trace, whose result is the value of this number."""
        self._at(span.file, span.line)
        for entry in self.trace.entries:
            self._entry(entry)
        atom = self.cx.atom(self.values[result], self.node)
        program = Program(self.cx.builder.block((atom,), tuple(params)), {})
        source = place_of(self.function, span.file, self.trace.title)
        return Lowered(program, Const(0), source, {}, (), span, ())

    def place(self, var: Var, *, array: bool) -> AV:
        """The abstract value of an input: arrays live in the heap."""
        return Ref(self.cx.heap.allocate(var, shared=True)) if array else var

    def _at(self, file: str, line: int) -> None:
        place = self.places.get(file)
        if place is None:
            place = self.places[file] = place_of(self.function, file, self.trace.title)
            self.cx.frame = Frame(UserFunction(place, place.tree))
        elif self.cx.frame.function.source is not place:
            self.cx.frame = Frame(UserFunction(place, place.tree))
        self.node = node_at(line)
        self.cx.builder.span = place.span(self.node)

    def _entry(self, entry: tuple[Any, ...]) -> None:
        kind, target, given, named, outs, file, line = entry
        self._at(file, line)
        args = [self.decode(a) for a in given]
        kwargs = {k: self.decode(v) for k, v in named}
        value = self._lowered(kind, target, args, kwargs)
        parts = value.items if isinstance(value, Seq) and len(outs) > 1 else (value,)
        if len(parts) != len(outs):
            self._mismatch("the number of results")
        for part, (form, number, dtype, shape) in zip(parts, outs, strict=True):
            if form != "unread":
                self.values[number] = self._settle(part, form, dtype, shape)

    def _lowered(self, kind: str, target: Any, args: list[AV], kwargs: dict[str, AV]) -> AV:
        cx, node = self.cx, self.node
        if kind == "binary":
            return binary(cx, node, target, args[0], args[1])
        if kind == "unary":
            return cx.bind(cx.emit(_UNARY[target], cx.atom(args[0], node)), args[0])
        if kind == "index":
            return subscript(cx, args[0], args[1], node)
        if kind == "attribute":
            return attribute(cx, args[0], target, node)
        if kind == "method":
            return call_value(cx, Method(args[0], target), args[1:], kwargs, node)
        return cx.call_function(target, args, kwargs, node)

    def _settle(self, value: AV, form: str, dtype: Any, shape: tuple[int, ...]) -> AV:
        """The result with the exact type that the run had; a fresh array has its own location."""
        atom = self.cx.atom(value, self.node)
        exact = type_of_spec(dtype, shape)
        if not _agrees(atom.type, exact):
            self._mismatch(f"{atom.type} in place of {exact}")
        if isinstance(atom, Var) and atom not in self.cx.inputs:
            atom.type = exact
        if form == "number":
            return atom
        if form == "view" and isinstance(value, Ref):
            return value
        return Ref(self.cx.heap.allocate(atom))

    def _mismatch(self, what: str) -> None:
        self.cx.refuse(
            "SG219",
            f"this operation gave another kind of result than its rule expects ({what})",
            self.node,
            "write it with other functions, or report it",
        )

    def decode(self, template: tuple[Any, ...]) -> AV:
        """The abstract value for a part of an entry."""
        tag = template[0]
        if tag == VALUE:
            return self.values[template[1]]
        if tag == CONSTANT:
            var = self.constants[template[1]]
            array = isinstance(self.trace.constants[template[1]], np.ndarray)
            return Ref(self.cx.heap.allocate(var)) if array else var
        if tag == NUMBER:
            kind, value = template[1:]
            return constant(float.fromhex(value) if kind is float else value)
        if tag == SEQUENCE:
            return Seq(tuple(self.decode(p) for p in template[2]), template[1])
        if tag == SLICE:
            parts = [self.decode(p) for p in template[1:]]
            return Slicing(*(None if isinstance(p, Static) else p for p in parts))  # type: ignore[arg-type]
        assert tag == STATIC
        return Static(template[1])


def _agrees(expected: Type, exact: Type) -> bool:
    """Whether a type that was inferred can be that of the run."""
    if isinstance(exact, Number) or isinstance(expected, Number):
        return expected == exact
    if not (isinstance(exact, Array) and isinstance(expected, Array)):
        return True
    if expected.dtype is not None and expected.dtype != exact.dtype:
        return False
    if expected.dims is None or exact.dims is None:
        return True
    return len(expected.dims) == len(exact.dims) and all(
        a == b or not (isinstance(a, int) and isinstance(b, (int, Dim)))
        for a, b in zip(expected.dims, exact.dims, strict=True)
    )


__all__ = ["KindError", "Retrace", "plain"]
