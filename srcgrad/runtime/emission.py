"""From a derivation to the text of its functions: parameters, returned structure, captures."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import keyword
import linecache
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from srcgrad.codegen.python import Emitted, Signature, emit
from srcgrad.codegen.spell import Expr, constant
from srcgrad.errors import Span
from srcgrad.frontend.kinds import (
    AV,
    NONE,
    Instance,
    Mapping,
    Seq,
    Static,
    children,
    is_namedtuple_type,
    rebuild,
)
from srcgrad.ir.nodes import Program, Var
from srcgrad.rules.bindings import HELPERS
from srcgrad.runtime.signature import Arguments, path_expr
from srcgrad.transform.pipeline import Derivation
from srcgrad.transform.simplify import simplify

Leafs = Callable[[Any], Expr]


@dataclass
class Shape:
    """Builds returned expressions and collects the classes that they name."""

    classes: dict[str, type] = field(default_factory=dict)

    def build(self, value: AV, leaf: Leafs) -> Expr:
        """Expression of a structure, its leaves by ``leaf``."""
        if isinstance(value, Static):
            return constant(value.value)
        if isinstance(value, Seq):
            return self._sequence(value, [self.build(v, leaf) for v in value.items])
        if isinstance(value, Mapping):
            keys: list[Expr | None] = [constant(k) for k, _ in value.items]
            return ast.Dict(keys, [self.build(v, leaf) for _, v in value.items])
        if isinstance(value, Instance):
            return self._object(value, leaf)
        return leaf(value)

    def _object(self, value: Instance, leaf: Leafs) -> Expr:
        """An object: by its class where that takes the fields, else made without calling it."""
        parts = [ast.keyword(k, self.build(v, leaf)) for k, v in value.fields]
        cls = self._class(value.cls)
        if _takes_fields(value.cls):
            return ast.Call(cls, [], parts)
        return ast.Call(ast.Name("instance", ast.Load()), [cls], parts)

    def _sequence(self, value: Seq, items: list[Expr]) -> Expr:
        if is_namedtuple_type(value.make):
            fields = value.make._fields  # type: ignore[attr-defined]
            return ast.Call(
                self._class(value.make),
                [],
                [ast.keyword(k, v) for k, v in zip(fields, items, strict=True)],
            )
        return ast.List(items, ast.Load()) if value.make is list else ast.Tuple(items, ast.Load())

    def _class(self, cls: type) -> Expr:
        name = cls.__name__
        while self.classes.get(name, cls) is not cls:  # another class of this name
            name += "_"
        self.classes[name] = cls
        return ast.Name(name, ast.Load())


def _takes_fields(cls: type) -> bool:
    """Whether a class is a dataclass that is made from its fields alone."""
    if not dataclasses.is_dataclass(cls) or hasattr(cls, "__post_init__"):
        return False
    names = [f.name for f in dataclasses.fields(cls)]
    return list(inspect.signature(cls).parameters) == names


def instance(cls, **parts):  # type: ignore[no-untyped-def]
    """An object of a class with these attributes."""
    made = cls.__new__(cls)
    for name, part in parts.items():
        object.__setattr__(made, name, part)
    return made


HELPERS["instance"] = instance


@dataclass(frozen=True)
class Text:
    """One emitted function with what its namespace must hold."""

    emitted: Emitted
    classes: dict[str, type]


class Emission:
    """Emits the functions of one derivation."""

    def __init__(
        self, derivation: Derivation, arguments: Arguments, wrt: Sequence[str], *, single: bool
    ) -> None:
        self.derivation = derivation
        self.arguments = arguments
        self.wrt = wrt
        self.single = single
        self.classes: dict[str, type] = {}

    def signature(self, program: Program) -> Signature:
        """Parameters as the user's function has them, captured values, the compiler's own."""
        leaves = {leaf.var: path_expr(leaf.path) for leaf in self.arguments.leaves}
        names = list(self.arguments.values)
        for param in program.entry.params:
            if param in leaves:
                continue
            name = param.name
            while name in names:
                name += "_"
            names.append(name)
            leaves[param] = ast.Name(name, ast.Load())
        return Signature(tuple(names), leaves)

    def gradient(self, decisions: Sequence[int] | None = None, **options: Any) -> Text:
        """The function that returns gradients (and the value, if wanted)."""
        program = self.derivation.adjoint(decisions)
        if self.derivation.options.run:
            return self.primal(program)
        shape = Shape(self.classes)
        name = self.gradient_name
        return self._emit(
            program, name, lambda e: self._gradient_result(e, shape), shape, **options
        )

    @property
    def gradient_name(self) -> str:
        """Name of the function that returns gradients; no keyword, as for ``ef`` and ``el``."""
        name = f"d{self.title}"
        return f"{name}_" if keyword.iskeyword(name) else name

    def primal(self, program: Program, name: str = "") -> Text:
        """The primal as emitted code; with recorded decisions if the program notes them."""
        program = simplify(program)  # the primal that passes work on repeats what may raise
        shape = Shape(self.classes)
        result = self.derivation.lowered.result

        def build(exprs: Sequence[Expr]) -> Expr:
            return shape.build(result, lambda leaf: exprs[leaf.value])

        return self._emit(program, name or self.title, build, shape)

    @property
    def title(self) -> str:
        """Name of the user's function."""
        return self.derivation.lowered.title

    def _emit(self, program: Program, name: str, result: Any, shape: Shape, **options: Any) -> Text:
        emitted = emit(program, name, self.signature(program), result, lines=source_line, **options)
        return Text(emitted, shape.classes)

    def _gradient_result(self, exprs: Sequence[Expr], shape: Shape) -> Expr:
        options, lowered = self.derivation.options, self.derivation.lowered
        kept = len(lowered.program.entry.results) if options.value or options.has_aux else 0
        gradients = dict(zip(self.derivation.wrt, exprs[kept:], strict=True))
        parts = [
            shape.build(_without_code(self.arguments.values[n]), lambda v: _leaf(v, gradients))
            for n in self.wrt
        ]
        grads = parts[0] if self.single else ast.Tuple(parts, ast.Load())
        if not kept:
            return grads
        primal = shape.build(lowered.result, lambda leaf: exprs[leaf.value])
        if options.value:
            return ast.Tuple([primal, grads], ast.Load())
        return ast.Tuple([grads, cast(ast.Tuple, primal).elts[1]], ast.Load())


def _leaf(leaf: Any, gradients: dict[Var, Expr]) -> Expr:
    return gradients.get(leaf) or constant(None)


def _without_code(value: AV) -> AV:
    """The structure with nothing in place of functions, and of what an object holds beside numbers."""
    if isinstance(value, Instance) and not dataclasses.is_dataclass(value.cls):
        kept = [(k, NONE if isinstance(v, Static) else _without_code(v)) for k, v in value.fields]
        return Instance(value.cls, tuple(kept))
    if isinstance(value, Static):
        return value if isinstance(value.value, (str, bytes)) else NONE
    return rebuild(value, iter([_without_code(part) for part in children(value)]))


def source_line(span: Span) -> str:
    """The user's line at a place."""
    return linecache.getline(span.file, span.line).rstrip()
