"""From the trace of a recorded run to a program: each entry is lowered by the front end's own code.

The types of results are those that the run had, to the shape: a result that the front end expects
to be of another type is refused, so a rule that does not fit what NumPy did is never used.
"""

from __future__ import annotations

from typing import Any, NoReturn

import gast
import numpy as np

from srcgrad.errors import FrontendError, Span
from srcgrad.frontend.attributes import attribute
from srcgrad.frontend.boxes import settled
from srcgrad.frontend.calls import call_value
from srcgrad.frontend.context import Context, Frame
from srcgrad.frontend.heap import View
from srcgrad.frontend.kinds import AV, Method, Ref, Seq, Slicing, Static, Unmergeable, UserFunction
from srcgrad.frontend.lower import Lowered
from srcgrad.frontend.operators import binary
from srcgrad.frontend.resolve import Capture, Captures, Guard
from srcgrad.frontend.source import Source
from srcgrad.frontend.stores import add_item, overwrite, store_item
from srcgrad.frontend.subscripts import array_like, subscript
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom, Const, Eqn, Program, Var
from srcgrad.ir.ops import Storage
from srcgrad.ir.types import AnyDim, Array, Dim, Number, Type
from srcgrad.runtime.record_values import spec_of
from srcgrad.runtime.trace import (
    CONSTANT,
    NUMBER,
    SEQUENCE,
    SLICE,
    STATIC,
    VALUE,
    Trace,
    needed_entries,
    span_of,
)

_WRITES = frozenset({"store", "overwrite", "augment", "at", "merge"})
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


class _Numbers(frozenset[Capture]):
    """All captured numbers, which become literals of a program; only arrays are its inputs."""

    def __contains__(self, capture: object) -> bool:
        return isinstance(capture, Capture) and not isinstance(capture.read(), np.ndarray)


def _is_ours(guard: Guard) -> bool:
    """Whether a guard is of what srcgrad's own functions see, which nobody changes."""
    root = guard.capture.root
    return root.kind != "object" and str(root.function.__module__).startswith("srcgrad.")


class Retrace:
    """Lowers the entries of one trace."""

    def __init__(
        self, trace: Trace, inputs: list[Var], constants: list[Var], function: Any
    ) -> None:
        self.trace = trace
        self.function = function
        self.constants = constants
        self.values: dict[int, AV] = {}
        captures = Captures(lambda value, *_: type_of_spec(*spec_of(value)), bake=_Numbers())
        self.cx = Context(captures, [*inputs, *constants])
        self.given = frozenset(self.cx.inputs)
        self.node = node_at(1, trace.title)
        self.places: dict[str, Place] = {}
        self.transposes = False  # whether the entry in progress is a plain transpose

    def lower(self, result: int, span: Span, params: list[Var]) -> Lowered:
        """The program of the trace, whose result is the value of this number."""
        self._at(span.file, span.line)
        for entry in needed_entries(self.trace.entries, result):
            self.enter(entry)
        atom = self.cx.atom(self.value(result), self.node)
        captures = self.cx.captures
        whole = (*params, *captures.inputs.values())
        program = Program(self.cx.builder.block((atom,), whole), self.cx.functions)
        source = place_of(self.function, span.file, self.trace.title)
        guards = tuple(g for g in captures.guards.values() if not _is_ours(g))
        title = str(source.tree.name)
        return Lowered(program, Const(0), source, captures.inputs, guards, span, (), title=title)

    def place(self, var: Var, *, array: bool, written: bool) -> AV:
        """The abstract value of an input: arrays live in the heap, written ones as a copy."""
        if not array:
            return var
        return Ref(self._copied(var) if written else self.cx.heap.allocate(var, shared=True))

    def _copied(self, var: Atom) -> int:
        """The location of a copy that may be written to."""
        copy = self.cx.builder.emit_new("copy", var, via="np")
        copy.name = getattr(var, "name", "")
        copy.type = var.type
        return self.cx.heap.allocate(copy)

    def _at(self, file: str, line: int) -> None:
        place = self.places.get(file)
        if place is None:
            place = self.places[file] = place_of(self.function, file, self.trace.title)
            self.cx.frame = Frame(UserFunction(place, place.tree))
        elif self.cx.frame.function.source is not place:
            self.cx.frame = Frame(UserFunction(place, place.tree))
        self.node = node_at(line)
        self.cx.builder.span = place.span(self.node)

    def enter(self, entry: tuple[Any, ...]) -> None:
        """Lower one entry."""
        kind, target, given, named, outs, file, line = entry
        self.transposes = target in ("T", "transpose", np.transpose) and len(given) == 1
        self._at(file, line)
        args = [self.decode(a) for a in given]
        kwargs = {k: self.decode(v) for k, v in named}
        if kind in _WRITES:
            self._write(kind, target, args)
            return
        value = self.lowered(kind, target, args, kwargs)
        several = isinstance(value, Seq) and len(value.items) == len(outs)
        parts = value.items if several else (value,)  # type: ignore[union-attr]
        if len(parts) != len(outs):
            self._mismatch("the number of results")
        for part, (form, number, dtype, shape, base) in zip(parts, outs, strict=True):
            if form == "unread":
                continue
            if isinstance(part, Static) and isinstance(part.value, Unmergeable):
                self.values[number] = part  # what reads it is refused
            else:
                self.values[number] = self._settle(part, form, type_of_spec(dtype, shape), base)

    def lowered(self, kind: str, target: Any, args: list[AV], kwargs: dict[str, AV]) -> AV:
        """What an operation gives."""
        cx, node = self.cx, self.node
        if kind == "buffer":
            return Ref(self._copied(cx.atom(args[0], node)))
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

    def _write(self, kind: str, target: Any, args: list[AV]) -> None:
        cx, node = self.cx, self.node
        if kind == "merge":
            self._merge(args)
        elif kind == "store":
            store_item(cx, args[0], args[1], args[2], node)
        elif kind == "overwrite":
            overwrite(cx, args[0], args[1], node)
        elif kind == "augment":
            overwrite(cx, args[0], binary(cx, node, target, args[0], args[1]), node)
        else:
            value = args[2]
            if target == "Sub":
                value = cx.emit("negative", cx.atom(array_like(cx, value, node), node))
            if not add_item(cx, args[0], args[1], value, node, repeats=True):
                self._mismatch("an index that cannot be added at")

    def _merge(self, args: list[AV]) -> None:
        """Arrays that overlap become views of one: ``args`` are the memory, the arrays, places."""
        cx, heap, half = self.cx, self.cx.heap, len(args) // 2
        whole = Ref(self._copied(cx.atom(args[0], self.node)))
        pairs = list(zip(args[1 : 1 + half], args[1 + half :], strict=True))
        for part, place in pairs:
            store_item(cx, whole, place, part, self.node)
        for part, place in pairs:
            assert isinstance(part, Ref)
            read = subscript(cx, whole, place, self.node)
            eqn = cx.builder.defs[cx.atom(read, self.node)]  # type: ignore[index]
            heap.views[part.loc] = View(whole.loc, "index", eqn.args[1:], eqn.attrs)
            heap.versions[part.loc] = eqn.out
            heap.basis[part.loc] = heap.versions[whole.loc]

    def _settle(self, value: AV, form: str, exact: Type, base: int | None) -> AV:
        """The result with the exact type that the run had, and its place in the heap."""
        atom = self.cx.atom(value, self.node)
        if _is_real_part(atom.type, exact):  # as of eigenvalues, where none is complex
            value = attribute(self.cx, value, "real", self.node)
            atom = self.cx.atom(value, self.node)
        if not _agrees(atom.type, exact):
            self._mismatch(f"{atom.type} in place of {exact}")
        if isinstance(atom, Var) and atom not in self.given:
            atom.type = exact
        if form == "number":
            return atom
        if form == "view" and base is not None:
            return Ref(self._view(atom, base))
        return Ref(self.cx.heap.allocate(atom))

    def _view(self, atom: Atom, base: int) -> int:
        """The location of a view: how it is read from the array that it shows."""
        heap, parent = self.cx.heap, self.values[base]
        assert isinstance(parent, Ref)
        chain: list[Eqn] = []
        whole = heap.read(parent.loc, self.cx.emit)
        step: Atom = atom
        while step is not whole:
            eqn = self.cx.builder.defs.get(step) if isinstance(step, Var) else None
            if eqn is None or eqn.op.storage is Storage.FRESH:
                return self._around(atom, whole, parent.loc)
            chain.append(eqn)
            step = eqn.args[0]
        loc = parent.loc
        for eqn in reversed(chain):
            loc = heap.view(eqn.out, View(loc, eqn.op.name, eqn.args[1:], eqn.attrs))
        return loc

    def _around(self, atom: Atom, whole: Atom, loc: int) -> int:
        """The location of a view that cancels another, as ``x.T.T``, or what was written as ``x.T``."""
        heap, parent = self.cx.heap, loc
        while loc in heap.views:
            loc = heap.views[loc].parent
            if heap.read(loc, self.cx.emit) is atom:
                return loc
        if not self.transposes:
            return self._mismatch("a view that cannot be followed")
        made = heap.allocate(atom)
        heap.views[made] = View(parent, "transpose")
        heap.basis[made] = whole
        heap.alias(parent, made)
        return made

    def _mismatch(self, what: str) -> NoReturn:
        self.cx.refuse(
            "SG219",
            f"this operation gave another kind of result than its rule expects ({what})",
            self.node,
            "write it with other functions, or report it",
        )

    def value(self, number: int) -> AV:
        """The abstract value of a number; one that has none is refused."""
        return settled(self.cx, self.values[number], self.node, "read other items")

    def decode(self, template: tuple[Any, ...]) -> AV:
        """The abstract value for a part of an entry."""
        tag = template[0]
        if tag == VALUE:
            return self.value(template[1])
        if tag == CONSTANT:
            var = self.constants[template[1]]
            array = isinstance(self.trace.constants[template[1]], np.ndarray)
            return Ref(self.cx.heap.allocate(var)) if array else var
        if tag == NUMBER:
            kind, value = template[1:]
            exact = float.fromhex(value) if kind is float else value
            return constant(complex(value) if kind is complex else exact)
        if tag == SEQUENCE:
            return Seq(tuple(self.decode(p) for p in template[2]), template[1])
        if tag == SLICE:
            parts = [self.decode(p) for p in template[1:]]
            return Slicing(*(None if isinstance(p, Static) else p for p in parts))  # type: ignore[arg-type]
        assert tag == STATIC
        return Static(template[1])


def _is_real_part(expected: Type, exact: Type) -> bool:
    """Whether complex numbers were expected, but the run gave real ones."""
    dtypes = [t.dtype for t in (expected, exact) if isinstance(t, Array) and t.dtype is not None]
    return [d.kind for d in dtypes] == ["c", "f"]


def _agrees(expected: Type, exact: Type) -> bool:
    """Whether a type that was inferred can be that of the run: a number is as good as a scalar."""
    expected, exact = _scalar(expected), _scalar(exact)
    if not (isinstance(exact, Array) and isinstance(expected, Array)):
        return True
    if expected.dtype is not None and expected.dtype != exact.dtype:
        return False
    if expected.dims is None or exact.dims is None:
        return True
    return len(expected.dims) == len(exact.dims) and all(
        a == b or isinstance(a, Dim) or str(a) == str(b)
        for a, b in zip(expected.dims, exact.dims, strict=True)
    )


def _scalar(type_: Type) -> Type:
    return Array(np.dtype(type_.kind), ()) if isinstance(type_, Number) else type_


__all__ = ["Retrace", "type_of_spec"]
