"""The Python target: prints a program as NumPy source that a person can read.

Statements are Python ``ast`` nodes made from IR nodes only, never pasted text. Each carries the user's
line; a comment shows that line where the text does not repeat it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from srcgrad.codegen.effects import quietly
from srcgrad.codegen.emit_expressions import Lines, Signature
from srcgrad.codegen.emit_regions import RegionEmitter
from srcgrad.codegen.prelude import HELPERS, helper_source
from srcgrad.codegen.printer import Comment, unparse
from srcgrad.codegen.spell import Expr, name
from srcgrad.codegen.tidy import (
    without_unread,
)
from srcgrad.errors import Span
from srcgrad.ir.nodes import Program
from srcgrad.ir.scopes import apart_from
from srcgrad.rules.bindings import MODULES


@dataclass(frozen=True)
class Emitted:
    """Emitted source text, and the user's place for each of its statements, in order."""

    text: str
    name: str
    spans: tuple[Span | None, ...]


def emit(
    program: Program,
    title: str,
    signature: Signature,
    result: Callable[[Sequence[Expr]], Expr],
    *,
    lines: Lines = lambda span: "",
    doc: str = "",
    poison: bool = False,
) -> Emitted:
    """Source text of one function that runs the entry block.

    ``result`` builds the returned expression from those of the block's results; ``lines`` gives the user's
    source text of a place; ``poison`` overwrites what the backward sweep must not read with NaN.
    """
    program = apart_from(program, {title, *signature.parameters})
    emitter = _Emitter(program, title, signature, lines, poison=poison)
    body = emitter.run(result)
    if doc:
        body.insert(0, ast.Expr(ast.Constant(doc)))
    function = _function(title, signature, body)
    others = [_called(program, f, lines, emitter) for f in program.functions]
    helpers = [helper_source(h) for h in sorted(emitter.helpers)]
    imports = [ast.Import([ast.alias(m, a)]) for m, a in sorted(emitter.modules())]
    tree = ast.Module([*imports, *helpers, *others, function], [])
    text = unparse(tree)
    return Emitted(text, title, tuple(getattr(n, "span", None) for n in _statements(function.body)))


def _function(title: str, signature: Signature, body: list[ast.stmt]) -> ast.FunctionDef:
    """The definition of a function."""
    parameters = [ast.arg(p) for p in signature.parameters]
    arguments = ast.arguments([], parameters, None, [], [], None, [])
    function = ast.FunctionDef(title, arguments, body, [], None, None)
    if hasattr(ast, "TypeAlias"):  # Python 3.12 on: the field has no default
        function.type_params = []  # type: ignore[attr-defined]
    return function


def _called(program: Program, called: str, lines: Lines, main: _Emitter) -> ast.FunctionDef:
    """A function that the entry calls by name."""
    block = program.functions[called]
    names = Namer()
    parameters = {p: names.fresh(p.name or "t") for p in block.params}
    leaves = {p: name(n) for p, n in parameters.items()}
    signature = Signature(tuple(parameters.values()), leaves)
    emitter = _Emitter(Program(block, program.functions), called, signature, lines, poison=False)
    body = emitter.run(lambda e: e[0] if len(e) == 1 else ast.Tuple(list(e), ast.Load()))
    main.helpers |= emitter.helpers
    main.used_modules |= emitter.used_modules
    return _function(called, signature, body)


class Namer:
    """Gives parameters different names."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.counts: dict[str, int] = {}

    def fresh(self, hint: str) -> str:
        """The hint, numbered if it is taken."""
        result, count = hint, self.counts.get(hint, 2)
        while result in self.used:
            result, count = f"{hint}_{count}", count + 1
        self.used.add(result)
        self.counts[hint] = count
        return result


def _statements(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for node in body:
        if not isinstance(node, Comment):
            found.append(node)
            for part in ("body", "orelse"):
                found += _statements(getattr(node, part, []))
    return found


class _Emitter(RegionEmitter):
    """Writes one function."""

    def modules(self) -> set[tuple[str, str | None]]:
        return {("numpy", "np") if m == "np" else (m, None) for m in self.used_modules}

    def run(self, result: Callable[[Sequence[Expr]], Expr]) -> list[ast.stmt]:
        entry = self.program.entry
        body = self.block(entry)
        exprs = [self.expr(a) for a in entry.results]
        last = [self.inlining.definition[a] for a in entry.results if a in self.inlining.inlined]
        self.place(body, [ast.Return(result(exprs))], last[0].span if len(last) == 1 else None)
        body = quietly(without_unread(body), self.quiet)
        self._collect(body)
        return body

    def _collect(self, body: list[ast.stmt]) -> None:
        """Note the modules and helpers that the text names."""
        for node in body:
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                    if part.id in HELPERS:
                        self.helpers.add(part.id)
                        self.used_modules.add("np")
                    elif part.id in ("np", "math", "cmath"):
                        self.used_modules.add(part.id)
                elif isinstance(part, ast.Attribute):
                    self.used_modules |= MODULES & {ast.unparse(part.value)}


__all__ = ["Emitted", "Signature", "emit"]
