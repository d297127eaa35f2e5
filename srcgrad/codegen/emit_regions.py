"""Emits branches and loops, and how a trip leaves its loop."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from srcgrad.codegen.emit_moves import MoveEmitter, is_const
from srcgrad.codegen.spell import Expr, name
from srcgrad.codegen.tidy import (
    chosen,
    mentions,
    negated,
    over_elements,
)
from srcgrad.ir.nodes import Atom, Block, Branch, Call, Const, Loop, Stmt, Var


@dataclass
class _Tail:
    """What still has to happen at the end of a loop body before it is left."""

    moves: Callable[[], list[ast.stmt]]
    exit: Atom


class RegionEmitter(MoveEmitter):
    """Writes regions: blocks, arms, loops."""

    def block(self, block: Block, tail: _Tail | None = None) -> list[ast.stmt]:
        """Statements of a region; ``tail`` is what ends the loop body that the region ends."""
        out: list[ast.stmt] = []
        for k, stmt in enumerate(block.stmts):
            last = tail if k == len(block.stmts) - 1 else None
            self.emit(stmt, out, last)
        return out

    def emit(self, stmt: Stmt, out: list[ast.stmt], tail: _Tail | None) -> None:
        """Append what one statement prints as."""
        if len(stmt.outs) == 1 and stmt.outs[0] in self.inlining.inlined:
            return
        if isinstance(stmt, Branch):
            self.branch(stmt, out, tail)
        elif isinstance(stmt, Loop):
            self.loop(stmt, out)
        elif isinstance(stmt, Call):
            self.call(stmt, out)
        elif stmt.op.name == "boundary":
            if self.poison:
                out += self.poisoned(out)
        else:
            self.place(out, self.equation(stmt), stmt.span)

    def branch(self, stmt: Branch, out: list[ast.stmt], tail: _Tail | None) -> None:
        """An ``if``, or an assignment where the arms only choose values."""
        if len(stmt.outs) == 1 and stmt.outs[0] in self.inlining.choices:
            target = ast.Name(self.names.of(stmt.outs[0]), ast.Store())
            self.place(out, [ast.Assign([target], self.choice(stmt, owned=True), None)], stmt.span)
            return
        arms = []
        shown = self.shown
        for arm in (stmt.then, stmt.orelse):
            self.shown = shown if stmt.span is None else (stmt.span.file, stmt.span.line)
            arms.append(self.arm(stmt, arm, tail))
        self.shown = shown
        then, orelse = arms
        if not then and not orelse:
            return
        if not (stmt.then.stmts or stmt.orelse.stmts or tail or self.is_if(stmt)):
            values = chosen(self.expr(stmt.test), then, orelse)
            if values is not None:
                self.place(out, values, stmt.span)
                return
        test = self.expr(stmt.test)
        if not then:
            test, then, orelse = negated(test), orelse, []
        self.place(out, [ast.If(test, then, orelse)], stmt.span)
        self.shown = None

    def arm(self, stmt: Branch, arm: Block, tail: _Tail | None) -> list[ast.stmt]:
        """Statements of one arm, its moves, and leaving the loop if that is what it does."""
        inner = None
        code: Atom | None = None
        if tail is not None:
            code = tail.exit
            if isinstance(code, Var) and code in stmt.outs:
                code = arm.results[stmt.outs.index(code)]
            inner = self._inner_tail(stmt, arm, tail, code)
        body = self.block(arm, inner)
        moves = self.moves(stmt.outs, arm.results)
        if inner is not None and _handles(arm, inner.exit):
            return body + moves
        body += moves
        if code is not None and tail is not None:
            body += self.leave(code, tail)
        return body

    def _inner_tail(self, stmt: Branch, arm: Block, tail: _Tail, code: Atom | None) -> _Tail | None:
        if not isinstance(code, Var):
            return None
        return _Tail(lambda: self.moves(stmt.outs, arm.results) + tail.moves(), code)

    def leave(self, code: Atom, tail: _Tail) -> list[ast.stmt]:
        """Leave the loop if the code says so, after the moves that end the trip."""
        if isinstance(code, Const):
            return [*tail.moves(), ast.Break()] if code.value else []
        return [ast.If(self.expr(code), [*tail.moves(), ast.Break()], [])]

    def loop(self, stmt: Loop, out: list[ast.stmt]) -> None:
        """The moves into a loop, and the loop."""
        start, shown = self.moves(stmt.params, stmt.inits), self.shown
        if stmt.span is not None:
            self.around.append((stmt.span.file, stmt.span.line))
        body = self.loop_body(stmt)
        if stmt.span is not None:
            self.around.pop()
        self.shown = shown
        head = self.loop_head(stmt, body)
        if stmt.span is not None:
            self.comment(out, stmt.span, head)
        self.place(out, [*start, head], stmt.span)
        self.shown = None

    def loop_body(self, stmt: Loop) -> list[ast.stmt]:
        """Statements of a trip, with the moves that end it and the exits from it."""
        self.shown = None if stmt.span is None else (stmt.span.file, stmt.span.line)
        results = stmt.body.results

        def moves() -> list[ast.stmt]:
            return self.moves(stmt.params, results)

        if stmt.exit is None:
            return [*self.block(stmt.body), *moves()]
        code = results[stmt.exit]
        tail = _Tail(moves, code)
        body = self.block(stmt.body, tail)
        if _handles(stmt.body, code):
            return [*body, *moves()]
        body += moves()
        if isinstance(code, Const):
            return [*body, ast.Break()] if code.value else body
        return [*body, ast.If(self.expr(code), [ast.Break()], [])]

    def loop_head(self, stmt: Loop, body: list[ast.stmt]) -> ast.stmt:
        """The ``for`` or ``while`` around a body."""
        if stmt.range is None:
            return self.while_head(stmt, body)
        start, stop, step = stmt.range
        limits = [self.expr(stop)]
        if not is_const(start, 0) or not is_const(step, 1):
            limits.insert(0, self.expr(start))
        if not is_const(step, 1):
            limits.append(self.expr(step))
        span: Expr = ast.Call(name("range"), limits, [])
        if stmt.backwards and stmt.index is not None and mentions(body, self.names.of(stmt.index)):
            span = ast.Call(name("reversed"), [span], [])
        index = "_"
        if stmt.index is not None and mentions(body, self.names.of(stmt.index)):
            index = self.names.of(stmt.index)
        target = ast.Name(index, ast.Store())
        return over_elements(ast.For(target, span, body or [ast.Pass()], [], None))

    def while_head(self, stmt: Loop, body: list[ast.stmt]) -> ast.stmt:
        """A ``while`` on the condition, or one that is left where it fails."""
        assert stmt.cond is not None
        first = self.block(stmt.cond)
        test = self.expr(stmt.cond.results[0])
        if not first:
            return ast.While(test, body or [ast.Pass()], [])
        stop = ast.If(negated(test), [ast.Break()], [])
        return ast.While(ast.Constant(True), [*first, stop, *body], [])


def _handles(block: Block, code: Atom) -> bool:
    """Whether the last statement of a region is the branch that decides the exit code."""
    last = block.stmts[-1] if block.stmts else None
    return isinstance(last, Branch) and isinstance(code, Var) and code in last.outs
