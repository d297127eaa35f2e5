"""Emits statements: equations, in-place additions, calls, comments with the user's line."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from srcgrad.codegen import inline
from srcgrad.codegen.effects import EFFECTS, effect
from srcgrad.codegen.emit_expressions import ExpressionEmitter
from srcgrad.codegen.printer import Comment
from srcgrad.codegen.spell import Expr, as_index, call, method, name, spell, subscript
from srcgrad.codegen.tidy import repeats
from srcgrad.errors import OVERLAP, Span
from srcgrad.ir.nodes import Atom, Block, Branch, Call, Eqn, Loop, Var, regions_of
from srcgrad.rules.indexing import may_repeat


class StatementEmitter(ExpressionEmitter):
    """Writes single statements."""

    def place(self, out: list[ast.stmt], nodes: list[ast.stmt], span: Span | None) -> None:
        """Append statements, with the user's line above them where the text does not repeat it."""
        for node in nodes:
            node.span = span  # type: ignore[attr-defined]  # our own: the user's place of a statement
        if span is not None and nodes:
            self.comment(out, span, nodes[0])
        out += nodes

    def comment(self, out: list[ast.stmt], span: Span, node: ast.stmt) -> None:
        """The user's line, unless it was shown just now or the statement repeats it."""
        text = self.lines(span).strip()
        key = (span.file, span.line)
        if key != self.shown and key not in self.around and text and not repeats(node, text):
            out.append(Comment(text))
        self.shown = key

    def equation(self, eqn: Eqn) -> list[ast.stmt]:
        """The statements of one equation."""
        if eqn.op.name in ("store", "index_add"):
            return self.item_update(eqn)
        if eqn.op.name == "write_back":
            target, value = map(self.expr, eqn.args)
            every = ast.Subscript(target, ast.Constant(Ellipsis), ast.Store())
            return [ast.Assign([every], value, None)]
        if eqn.op.name == "apart":
            return [self.apart(eqn)]
        if eqn.op.name == "quiet":
            self.quiet.update(eqn.attrs["kinds"])
            return []
        if eqn.op.name in EFFECTS:
            return [effect(eqn, [self.expr(a) for a in eqn.args])]
        if not eqn.outs or eqn.op.name in ("push", "settle"):
            return [ast.Expr(spell(eqn, [self.pushed(a) for a in eqn.args]))]
        if eqn.op.name == "unpack" or len(eqn.outs) > 1:
            parts: list[Expr] = [ast.Name(self.names.of(o), ast.Store()) for o in eqn.outs]
            return [ast.Assign([ast.Tuple(parts, ast.Store())], self.unpacked(eqn), None)]
        target = ast.Name(self.names.of(eqn.out), ast.Store())
        if self.buffers.adds_in_place(eqn) and self.written_in_place(eqn):
            operator: ast.operator = ast.Add() if eqn.op.name == "add" else ast.Sub()
            return [ast.AugAssign(target, operator, self.expr(eqn.args[1]))]
        return [ast.Assign([target], self.stmt_expr(eqn), None)]

    def unpacked(self, eqn: Eqn) -> Expr:
        """What several names are taken from."""
        source = self.expr(eqn.args[0])
        return source if eqn.op.name == "unpack" else method(source, "pop")

    def apart(self, eqn: Eqn) -> ast.stmt:
        """Raise if an array that is written overlaps another."""
        arrays = [self.expr(a) for a in eqn.args]
        tests: list[Expr] = [
            call("np.shares_memory", target, other)
            for k, target in enumerate(arrays[: eqn.attrs["written"]])
            for other in arrays[k + 1 :]
        ]
        test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests)
        error = call("ValueError", ast.Constant(OVERLAP))
        return ast.If(test, [ast.Raise(error, None)], [])

    def written_in_place(self, eqn: Eqn) -> bool:
        """Whether an addition to a number of the forward sweep is one in the user's text too."""
        if eqn.out in self.buffers.backward or eqn.span is None:
            return True
        symbol = "+" if eqn.op.name == "add" else "-"
        written = ast.Assign(
            [ast.Name(self.names.of(eqn.out), ast.Store())], self.stmt_expr(eqn), None
        )
        text = self.lines(eqn.span).strip()
        return f"{symbol}=" in text or not repeats(written, text)

    def pushed(self, atom: Atom) -> Expr:
        """A value to keep: copied if its array is updated later."""
        if self.buffers.must_copy_to_keep(atom):
            return ast.Call(ast.Attribute(self.expr(atom), "copy", ast.Load()), [], [])
        return self.expr(atom)

    def item_update(self, eqn: Eqn) -> list[ast.stmt]:
        """``buffer[index] = value`` or ``+=``, or ``np.add.at`` where an index may repeat."""
        nodes: list[ast.stmt] = []
        base, g = eqn.args[0], eqn.args[1]
        receiver = self.names.of(eqn.out)
        if not self.names.same(base, eqn.out):
            copy: Expr = self.expr(base)
            if not (isinstance(base, Var) and base in self.inlining.inlined and self.fresh(base)):
                copy = ast.Call(ast.Attribute(copy, "copy", ast.Load()), [], [])
            nodes.append(ast.Assign([ast.Name(receiver, ast.Store())], copy, None))
        args = [self.expr(a) for a in eqn.args]
        entry = subscript(name(receiver), eqn.attrs["index"], args).slice
        target = ast.Subscript(name(receiver), entry, ast.Store())
        value = self.expr(g)
        if eqn.op.name == "store":
            return [*nodes, ast.Assign([target], value, None)]
        minus = False
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
            value, minus = value.operand, True
        if may_repeat(eqn.attrs["index"], eqn.args, self.inlining.definition.get):
            at = name("np.subtract.at" if minus else "np.add.at")
            return [*nodes, ast.Expr(ast.Call(at, [name(receiver), as_index(entry), value], []))]
        return [*nodes, ast.AugAssign(target, ast.Sub() if minus else ast.Add(), value)]

    def call(self, stmt: Call, out: list[ast.stmt]) -> None:
        """A call of another emitted function."""
        value: Expr = ast.Call(name(stmt.function), [self.expr(a) for a in stmt.args], [])
        self.place(out, [ast.Assign([self.targets(stmt.outs)], value, None)], stmt.span)

    def targets(self, outs: Sequence[Var]) -> Expr:
        """One name, or a tuple of names, to assign to."""
        names = [ast.Name(self.names.of(o), ast.Store()) for o in outs]
        return names[0] if len(names) == 1 else ast.Tuple(list(names), ast.Store())

    def poisoned(self, out: list[ast.stmt]) -> list[ast.stmt]:
        """Overwrite every name of the forward sweep that the backward sweep does not read."""
        needed = {self.names.of(v) for v in _read_after(self.program.entry, self.inlining)}
        stored = {
            n.id: None
            for s in out
            for n in ast.walk(s)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        return [
            ast.Assign([ast.Name(n, ast.Store())], name("np.nan"), None)
            for n in stored
            if n not in needed
        ]


def _read_after(block: Block, inlining: inline.Inlining) -> set[Var]:
    """Named values that are read behind the boundary of the sweeps."""
    found: set[Var] = set()
    after = False

    def read(inner: Block) -> None:
        for stmt in inner.stmts:
            parts: tuple[Atom, ...]
            if isinstance(stmt, Branch):
                parts = (stmt.test,)
            elif isinstance(stmt, Loop):
                parts = (*stmt.inits, *(stmt.range or ()))
            else:
                parts = stmt.args
            for atom in parts:
                found.update(inlining.leaves(atom))
            for nested in regions_of(stmt):
                read(nested)
        for atom in inner.results:
            found.update(inlining.leaves(atom))

    for k, stmt in enumerate(block.stmts):
        if isinstance(stmt, Eqn) and stmt.op.name == "boundary":
            read(Block((), block.stmts[k + 1 :], block.results))
            after = True
    return found if after else set()
