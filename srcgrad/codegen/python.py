"""The Python target: prints a program as NumPy source that a person can read.

Statements are Python ``ast`` nodes made from IR nodes only, never pasted text. Each carries the user's
line; a comment shows that line where the text does not repeat it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from srcgrad.codegen import inline
from srcgrad.codegen.names import Names, inner_blocks
from srcgrad.codegen.prelude import HELPERS, helper_source
from srcgrad.codegen.printer import Comment, unparse
from srcgrad.codegen.schedule import sink_pops
from srcgrad.codegen.spell import Expr, attr, constant, name, spell
from srcgrad.codegen.storage import Buffers
from srcgrad.codegen.tidy import (
    as_index,
    chosen,
    mentions,
    negated,
    over_elements,
    repeats,
    without_unread,
)
from srcgrad.errors import Span
from srcgrad.ir.nodes import Atom, Block, Branch, Call, Const, Eqn, Loop, Program, Stmt, Undef, Var
from srcgrad.ir.types import Array, Number, is_scalar
from srcgrad.rules.indexing import is_advanced

Lines = Callable[[Span], str]
_NAME = name("_")


@dataclass(frozen=True)
class Signature:
    """The Python parameters of an emitted function, and where its leaves are in them."""

    parameters: tuple[str, ...]
    leaves: dict[Var, Expr] = field(default_factory=dict)


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
    emitter = _Emitter(program, title, signature, lines, poison=poison)
    body = emitter.run(result)
    if doc:
        body.insert(0, ast.Expr(ast.Constant(doc)))
    arguments = ast.arguments(
        posonlyargs=[],
        args=[ast.arg(p) for p in signature.parameters],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[],
    )
    function = ast.FunctionDef(title, arguments, body, [], None, None)
    if hasattr(ast, "TypeAlias"):
        function.type_params = []  # type: ignore[attr-defined]
    others = [_called(program, f, title, lines, emitter) for f in program.functions]
    helpers = [helper_source(h) for h in sorted(emitter.helpers)]
    imports = [ast.Import([ast.alias(m, a)]) for m, a in sorted(emitter.modules())]
    tree = ast.Module([*imports, *helpers, *others, function], [])
    text = unparse(tree)
    return Emitted(text, title, tuple(getattr(n, "span", None) for n in _statements(function.body)))


def _called(
    program: Program, called: str, title: str, lines: Lines, main: _Emitter
) -> ast.FunctionDef:
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
    arguments = ast.arguments(
        [], [ast.arg(p) for p in signature.parameters], None, [], [], None, []
    )
    function = ast.FunctionDef(called, arguments, body, [], None, None)
    if hasattr(ast, "TypeAlias"):
        function.type_params = []  # type: ignore[attr-defined]
    return function


class Namer:
    """Gives parameters different names."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def fresh(self, hint: str) -> str:
        """The hint, numbered if it is taken."""
        result, count = hint, 2
        while result in self.used:
            result, count = f"{hint}_{count}", count + 1
        self.used.add(result)
        return result


def _statements(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for node in body:
        if not isinstance(node, Comment):
            found.append(node)
            for part in ("body", "orelse"):
                found += _statements(getattr(node, part, []))
    return found


@dataclass
class _Tail:
    """What still has to happen at the end of a loop body before it is left."""

    moves: Callable[[], list[ast.stmt]]
    exit: Atom


class _Emitter:
    def __init__(
        self, program: Program, title: str, signature: Signature, lines: Lines, *, poison: bool
    ) -> None:
        self.program = program = sink_pops(program)
        named = zip(program.entry.params, signature.parameters, strict=False)
        self.leaves = signature.leaves or {p: name(n) for p, n in named}
        self.lines = lines
        self.poison = poison
        self.inlining = inline.plan(program, self.is_statement)
        taken = {title, *program.functions, *signature.parameters, *HELPERS}
        given = {v: e.id if isinstance(e, ast.Name) else None for v, e in self.leaves.items()}
        self.names = Names(program, self.inlining, taken, given)
        self.buffers = Buffers(program, self.names)
        self.helpers: set[str] = set()
        self.used_modules: set[str] = set()
        self.shown: tuple[str, int] | None = None
        self.around: list[tuple[str, int]] = []
        self.trip_codes = self.names.trip_codes(program.entry)
        self.unbound_sources = self.names.unbound_sources(program.entry)

    def modules(self) -> set[tuple[str, str | None]]:
        return {("numpy", "np") if m == "np" else (m, None) for m in self.used_modules}

    def run(self, result: Callable[[Sequence[Expr]], Expr]) -> list[ast.stmt]:
        entry = self.program.entry
        body = self.block(entry)
        exprs = [self.returned(a) for a in entry.results]
        last = [self.inlining.definition[a] for a in entry.results if a in self.inlining.inlined]
        self.place(body, [ast.Return(result(exprs))], last[0].span if len(last) == 1 else None)
        body = without_unread(body)
        self._collect(body)
        return body

    def is_if(self, stmt: Branch) -> bool:
        """Whether the user's line is an ``if``."""
        text = "" if stmt.span is None else self.lines(stmt.span).strip()
        return text.startswith(("if ", "if(", "elif ", "elif("))

    def is_statement(self, stmt: Branch) -> bool:
        """Whether the user wrote a branch as an ``if`` statement."""
        text = "" if stmt.span is None else self.lines(stmt.span).strip()
        return text.startswith(("if ", "if(", "elif ", "elif(", "for ", "while ", "while("))

    def returned(self, atom: Atom) -> Expr:
        """A result: fresh, so it aliases neither an argument nor another result."""
        return self.expr(atom)

    def _collect(self, body: list[ast.stmt]) -> None:
        """Note the modules and helpers that the text names."""
        for node in body:
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                    if part.id in HELPERS:
                        self.helpers.add(part.id)
                        self.used_modules.add("np")
                    elif part.id in ("np", "math"):
                        self.used_modules.add(part.id)

    # -- expressions --------------------------------------------------------------------------------

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
            return ast.Call(ast.Attribute(self.viewed(stmt.args[0]), "copy", ast.Load()), [], [])
        value = spell(stmt, [self.expr(a) for a in stmt.args])
        if stmt.out not in self.inlining.inlined and self.buffers.needs_copy(stmt):
            value = ast.Call(ast.Attribute(value, "copy", ast.Load()), [], [])
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
                ends[k] = _copied(ends[k], end)
        return ast.IfExp(self.expr(stmt.test), *ends)

    # -- statements ---------------------------------------------------------------------------------

    def block(self, block: Block, tail: _Tail | None = None) -> list[ast.stmt]:
        """Statements of a region; ``tail`` is what ends the loop body that the region ends."""
        out: list[ast.stmt] = []
        for k, stmt in enumerate(block.stmts):
            last = tail if k == len(block.stmts) - 1 else None
            self.emit(stmt, out, last)
        return out

    def emit(self, stmt: Stmt, out: list[ast.stmt], tail: _Tail | None) -> None:
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

    def place(self, out: list[ast.stmt], nodes: list[ast.stmt], span: Span | None) -> None:
        """Append statements, with the user's line above them where the text does not repeat it."""
        for node in nodes:
            node.span = span  # type: ignore[attr-defined]
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
        if eqn.op.name == "index_add":
            return self.index_add(eqn)
        if eqn.op.name == "check":
            return [ast.Assert(self.expr(eqn.args[0]), None)]
        if not eqn.outs or eqn.op.name in ("push", "settle"):
            return [ast.Expr(spell(eqn, [self.pushed(a) for a in eqn.args]))]
        if eqn.op.name == "unpack":
            parts: list[Expr] = [ast.Name(self.names.of(o), ast.Store()) for o in eqn.outs]
            return [ast.Assign([ast.Tuple(parts, ast.Store())], self.expr(eqn.args[0]), None)]
        target = ast.Name(self.names.of(eqn.out), ast.Store())
        if self.buffers.adds_in_place(eqn) and self.written_in_place(eqn):
            operator: ast.operator = ast.Add() if eqn.op.name == "add" else ast.Sub()
            return [ast.AugAssign(target, operator, self.expr(eqn.args[1]))]
        return [ast.Assign([target], self.stmt_expr(eqn), None)]

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
        if self.buffers.is_buffer(atom) and not isinstance(atom, Const):
            return ast.Call(ast.Attribute(self.expr(atom), "copy", ast.Load()), [], [])
        return self.expr(atom)

    def index_add(self, eqn: Eqn) -> list[ast.stmt]:
        """``buffer[index] += value``, or ``np.add.at`` where an index may repeat."""
        nodes: list[ast.stmt] = []
        base, g = eqn.args[0], eqn.args[1]
        receiver = self.names.of(eqn.out)
        if not self.names.same(base, eqn.out):
            copy: Expr = self.expr(base)
            if not (isinstance(base, Var) and base in self.inlining.inlined and self.fresh(base)):
                copy = ast.Call(ast.Attribute(copy, "copy", ast.Load()), [], [])
            nodes.append(ast.Assign([ast.Name(receiver, ast.Store())], copy, None))
        args = [self.expr(a) for a in eqn.args]
        index = eqn.attrs["index"]
        entry = attr(index[0], args) if len(index) == 1 else attr(index, args)
        types = tuple(a.type for a in eqn.args)
        value = self.expr(g)
        minus = isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub)
        if minus:
            value = value.operand  # type: ignore[attr-defined]
        if self.may_repeat(eqn, index, types):
            at = name("np.subtract.at" if minus else "np.add.at")
            return [*nodes, ast.Expr(ast.Call(at, [name(receiver), as_index(entry), value], []))]
        target = ast.Subscript(name(receiver), entry, ast.Store())
        return [*nodes, ast.AugAssign(target, ast.Sub() if minus else ast.Add(), value)]

    def may_repeat(self, eqn: Eqn, index: Any, types: Any) -> bool:
        """Whether an index may name one element twice: not if it is a mask, or one entry counts up."""
        arrays = [e for e in index if is_advanced(e, types)]
        if not arrays or _is_mask_only(index, types):
            return False
        return not any(self.counts_up(eqn.args[e.position], types, arrays) for e in arrays)

    def counts_up(self, atom: Atom, types: Any, arrays: list[Any]) -> bool:
        """Whether an index array is ``np.arange`` of the length of all other index arrays."""
        stmt = self.inlining.definition.get(atom)  # type: ignore[arg-type]
        if not (isinstance(stmt, Eqn) and stmt.op.name == "arange" and len(stmt.args) == 1):
            return False
        stop = self.inlining.definition.get(stmt.args[0])  # type: ignore[arg-type]
        if not (
            isinstance(stop, Eqn)
            and stop.op.name == "length"
            and isinstance(stop.args[0].type, Array)
        ):
            return len(arrays) == 1
        length = (stop.args[0].type.dims or (None,))[stop.attrs["axis"]]
        others = [types[e.position].dims for e in arrays if types[e.position] is not atom.type]
        return all(dims == (length,) for dims in others)

    def fresh(self, var: Var) -> bool:
        eqn = self.inlining.definition.get(var)
        return isinstance(eqn, Eqn) and eqn.op.storage.value == "fresh"

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

    # -- regions ------------------------------------------------------------------------------------

    def moves(self, targets: Sequence[Var], sources: Sequence[Atom]) -> list[ast.stmt]:
        """Parallel moves from values to names; what already has the name stays."""
        pairs: list[tuple[str, Atom, Expr]] = []
        for target, source in zip(targets, sources, strict=True):
            if self._stays_next(target, source):
                continue
            root = self.names.webs.find(target)
            if isinstance(source, Undef) and root not in self.unbound_sources:
                continue
            if self.names.same(target, source) and source not in self.inlining.inlined:
                continue
            value = self.expr(source)
            if self.buffers.edge_needs_copy(target, source):
                value = _copied(value, source)
            pairs.append((self.names.of(target), source, value))
        ordered = self._in_sequence(pairs)
        if ordered is None:
            targets_ = ast.Tuple([ast.Name(n, ast.Store()) for n, _, _ in pairs], ast.Store())
            return [ast.Assign([targets_], ast.Tuple([e for _, _, e in pairs], ast.Load()), None)]
        return [self._move(n, s, e) for n, s, e in ordered]

    def _in_sequence(
        self, pairs: list[tuple[str, Atom, Expr]]
    ) -> list[tuple[str, Atom, Expr]] | None:
        """The moves one after the other, no name written before it is read; ``None`` where they go round."""
        left, ordered = list(pairs), []
        while left:
            free = next(
                (p for p in left if not any(self._reads(q, p[0]) for q in left if q is not p)), None
            )
            if free is None:
                return None
            left.remove(free)
            ordered.append(free)
        return ordered

    def _reads(self, move: tuple[str, Atom, Expr], target: str) -> bool:
        return any(
            self.named(v) and self.names.of(v) == target for v in self.inlining.leaves(move[1])
        )

    def _stays_next(self, target: Var, source: Atom) -> bool:
        """Whether an arm sets an exit code to "next", which it is at the start of every trip."""
        return _is_const(source, 0) and target in self.trip_codes

    def _move(self, target: str, source: Atom, value: Expr) -> ast.stmt:
        own = (
            isinstance(value, ast.BinOp)
            and isinstance(value.left, ast.Name)
            and value.left.id == target
        )
        if own and isinstance(value.op, (ast.Add, ast.Sub)) and self._is_number(source):  # type: ignore[attr-defined]
            return ast.AugAssign(ast.Name(target, ast.Store()), value.op, value.right)  # type: ignore[attr-defined]
        return ast.Assign([ast.Name(target, ast.Store())], value, None)

    def _is_number(self, source: Atom) -> bool:
        """Whether a value of the backward sweep is a number, so that ``+=`` makes a new one."""
        if source not in self.buffers.backward or not is_scalar(source.type):
            return False
        return isinstance(source.type, Number) or not self.buffers.is_zero_array(source)

    def branch(self, stmt: Branch, out: list[ast.stmt], tail: _Tail | None) -> None:
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
        if stmt.range is None:
            return self.while_head(stmt, body)
        start, stop, step = stmt.range
        limits = [self.expr(stop)]
        if not _is_const(start, 0) or not _is_const(step, 1):
            limits.insert(0, self.expr(start))
        if not _is_const(step, 1):
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
        assert stmt.cond is not None
        first = self.block(stmt.cond)
        test = self.expr(stmt.cond.results[0])
        if not first:
            return ast.While(test, body or [ast.Pass()], [])
        stop = ast.If(negated(test), [ast.Break()], [])
        return ast.While(ast.Constant(True), [*first, stop, *body], [])


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
            for nested in inner_blocks(stmt):
                read(nested)
        for atom in inner.results:
            found.update(inlining.leaves(atom))

    for k, stmt in enumerate(block.stmts):
        if isinstance(stmt, Eqn) and stmt.op.name == "boundary":
            read(Block((), block.stmts[k + 1 :], block.results))
            after = True
    return found if after else set()


def _copied(value: Expr, atom: Atom) -> Expr:
    """A copy of a value; one of rank zero or unknown rank may be a number."""
    if not getattr(atom.type, "dims", ()):
        return ast.Call(name("np.copy"), [value], [])
    return ast.Call(ast.Attribute(value, "copy", ast.Load()), [], [])


def _handles(block: Block, code: Atom) -> bool:
    """Whether the last statement of a region is the branch that decides the exit code."""
    last = block.stmts[-1] if block.stmts else None
    return isinstance(last, Branch) and isinstance(code, Var) and code in last.outs


def _is_const(atom: Atom, value: int) -> bool:
    return isinstance(atom, Const) and atom.value == value


def _is_mask_only(index: Any, types: Any) -> bool:
    """Whether the only array in an index is a boolean mask, which cannot repeat an element."""
    arrays = [types[e.position] for e in index if is_advanced(e, types)]
    return len(arrays) == 1 and getattr(arrays[0], "dtype", None) == np.dtype(bool)


__all__ = ["Emitted", "Signature", "emit"]
