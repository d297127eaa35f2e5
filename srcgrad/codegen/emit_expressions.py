"""Emits expressions: the text of a value where it is used.

A value that has a name is read by it; an inlined one is written out where its only use is.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from srcgrad.codegen import inline
from srcgrad.codegen.names import Names
from srcgrad.codegen.prelude import HELPERS
from srcgrad.codegen.schedule import sink
from srcgrad.codegen.spell import Expr, call, constant, method, name, spell
from srcgrad.codegen.storage import Buffers
from srcgrad.errors import Span
from srcgrad.ir.nodes import Atom, Branch, Const, Eqn, Program, Stmt, Undef, Var
from srcgrad.ir.types import Array

Lines = Callable[[Span], str]
_NAME = name("_")


@dataclass(frozen=True)
class Signature:
    """The Python parameters of an emitted function, and where its leaves are in them."""

    parameters: tuple[str, ...]
    leaves: dict[Var, Expr] = field(default_factory=dict)


class ExpressionEmitter:
    """Knows the names of values, and writes the expressions that are made of them."""

    def __init__(
        self, program: Program, title: str, signature: Signature, lines: Lines, *, poison: bool
    ) -> None:
        self.program = program = sink(program)
        named = zip(program.entry.params, signature.parameters, strict=False)
        self.leaves = signature.leaves or {p: name(n) for p, n in named}
        self.lines = lines
        self.poison = poison
        self.inlining = inline.plan(program, self.is_statement)
        taken = {"_", title, *program.functions, *signature.parameters, *HELPERS}
        given = {v: e.id if isinstance(e, ast.Name) else None for v, e in self.leaves.items()}
        self.names = Names(program, self.inlining, taken, given)
        self.buffers = Buffers(program, self.names)
        self.helpers: set[str] = set()
        self.used_modules: set[str] = set()
        self.quiet: set[str] = set()
        self.shown: tuple[str, int] | None = None
        self.around: list[tuple[str, int]] = []
        self.trip_codes = self.names.trip_codes(program.entry)
        self.unbound_sources = self.names.unbound_sources(program.entry)

    def is_if(self, stmt: Branch) -> bool:
        """Whether the user's line is an ``if``."""
        text = "" if stmt.span is None else self.lines(stmt.span).strip()
        return text.startswith(("if ", "if(", "elif ", "elif("))

    def is_statement(self, stmt: Branch) -> bool:
        """Whether the user wrote a branch as an ``if`` statement."""
        text = "" if stmt.span is None else self.lines(stmt.span).strip()
        return text.startswith(("if ", "if(", "elif ", "elif(", "for ", "while ", "while("))

    def expr(self, atom: Atom) -> Expr:
        """Expression for an atom."""
        if isinstance(atom, Const):
            return constant(atom.value)
        if isinstance(atom, Undef):
            return constant(None)
        if not self.named(atom):
            return self.leaves[atom]
        if atom in self.inlining.inlined:
            return self.stmt_expr(self.inlining.definition[atom])
        return name(self.names.of(atom))

    def named(self, var: Var) -> bool:
        """Whether a value is read by a name, not through an expression on the arguments."""
        return isinstance(self.leaves.get(var, _NAME), ast.Name)

    def stmt_expr(self, stmt: Stmt) -> Expr:
        """Expression of a statement with one result."""
        if isinstance(stmt, Branch):
            return self.choice(stmt)
        assert isinstance(stmt, Eqn)
        if stmt.op.name == "copy" and isinstance(stmt.args[0].type, Array):
            value = self.viewed(stmt.args[0])
            if stmt.attrs.get("order") == "C":
                return method(value, "copy")
            return copied(value, stmt.args[0])
        value = spell(stmt, [self.expr(a) for a in stmt.args])
        if stmt.out not in self.inlining.inlined and self.buffers.needs_copy(stmt):
            value = copied(value, stmt.out)
        return value

    def viewed(self, atom: Atom) -> Expr:
        """An operand that is copied at once, so that it need not be copied itself."""
        stmt = self.inlining.definition.get(atom) if atom in self.inlining.inlined else None
        return (
            spell(stmt, [self.expr(a) for a in stmt.args])
            if isinstance(stmt, Eqn)
            else self.expr(atom)
        )

    def choice(self, stmt: Branch, *, owned: bool = False) -> Expr:
        """``a if test else b``, or ``and`` and ``or`` where one side is the test itself."""
        then, orelse = stmt.then.results[0], stmt.orelse.results[0]
        if orelse is stmt.test:
            return ast.BoolOp(ast.And(), [self.expr(stmt.test), self.expr(then)])
        if then is stmt.test:
            return ast.BoolOp(ast.Or(), [self.expr(stmt.test), self.expr(orelse)])
        ends = [self.expr(then), self.expr(orelse)]
        for k, end in enumerate((then, orelse)):
            if owned and self.buffers.edge_needs_copy(stmt.outs[0], end):
                ends[k] = copied(ends[k], end)
        return ast.IfExp(self.expr(stmt.test), *ends)

    def fresh(self, var: Var) -> bool:
        """Whether an inlined value has storage of its own."""
        eqn = self.inlining.definition.get(var)
        return isinstance(eqn, Eqn) and eqn.op.storage.value == "fresh"


def copied(value: Expr, atom: Atom) -> Expr:
    """A copy of a value, laid out as the value is; one of rank zero or unknown rank may be a number.

    The layout decides in which order NumPy sums, and so the last digit of a sum.
    """
    if len(getattr(atom.type, "dims", None) or ()) == 1:
        return method(value, "copy")
    return call("np.copy", value)
