"""Small repairs of printed statements: what a person would write in their place.

Each function takes Python ``ast`` nodes and gives nodes that mean the same.
"""

from __future__ import annotations

import ast
import copy

from srcgrad.codegen.printer import unchecked
from srcgrad.codegen.spell import Expr


def without_unread(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements without those that give a constant to a name that nothing reads."""
    while _gives_constants(body):
        read = {
            n.id
            for s in body
            for n in ast.walk(s)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
        }
        kept = _filtered(body, read)
        if _gives_constants(kept) == _gives_constants(body):
            return kept
        body = kept
    return body


def _gives_constants(body: list[ast.stmt]) -> int:
    """How many statements give a constant to a name."""
    count = 0
    for node in body:
        if isinstance(node, ast.Assign):
            count += isinstance(node.value, ast.Constant)
        elif isinstance(node, (ast.If, ast.For, ast.While)):
            count += _gives_constants(node.body) + _gives_constants(node.orelse)
    return count


def _filtered(body: list[ast.stmt], read: set[str]) -> list[ast.stmt]:
    kept: list[ast.stmt] = []
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            target = node.targets[0]
            if isinstance(target, ast.Name) and target.id not in read:
                continue
        if isinstance(node, (ast.If, ast.For, ast.While)):
            span = getattr(node, "span", None)
            node = copy.copy(node)
            node.body = _filtered(node.body, read) or [ast.Pass()]
            node.orelse = _filtered(node.orelse, read)
            node.span = span  # type: ignore[union-attr]  # our own, which the copy is to have too
        kept.append(node)
    return kept


def over_elements(loop: ast.For) -> ast.For:
    """``for x in xs`` for ``for k in range(len(xs))`` where ``k`` only serves to read ``x = xs[k]``."""
    span = loop.iter
    assert isinstance(span, ast.Call)
    backwards = isinstance(span.func, ast.Name) and span.func.id == "reversed"
    source = _ranged_over(span.args[0] if backwards else span)
    read = None if source is None else _element_read(loop, source)
    if source is None or read is None:
        return loop
    elements = ast.Call(span.func, [source], []) if backwards else source
    body = [s for s in loop.body if s is not read]
    return ast.For(read.targets[0], elements, body or [ast.Pass()], [], None)


def _ranged_over(span: Expr) -> Expr | None:
    """``xs`` of ``range(len(xs))``."""
    if not (
        isinstance(span, ast.Call) and isinstance(span.func, ast.Name) and span.func.id == "range"
    ):
        return None
    stop = span.args[0]
    if not (isinstance(stop, ast.Call) and isinstance(stop.func, ast.Name)):
        return None
    return stop.args[0] if len(span.args) == 1 and stop.func.id == "len" else None


def _element_read(loop: ast.For, source: Expr) -> ast.Assign | None:
    """``x = xs[k]`` in the body, if nothing else reads ``k`` or knows ``x`` before, or writes to ``xs``."""
    assert isinstance(loop.target, ast.Name)
    index = loop.target.id
    names = [n for s in loop.body for n in ast.walk(s) if isinstance(n, ast.Name)]
    if sum(n.id == index for n in names) != 1:
        return None
    for k, stmt in enumerate(loop.body):
        if not mentions([stmt], index):
            continue
        if not (isinstance(stmt, ast.Assign) and isinstance(stmt.value, ast.Subscript)):
            return None
        target, value = stmt.targets[0], stmt.value
        whole = isinstance(value.slice, ast.Name) and ast.dump(value.value) == ast.dump(source)
        if not (whole and isinstance(target, ast.Name)) or mentions(loop.body[:k], target.id):
            return None
        owner = next(n.id for n in ast.walk(source) if isinstance(n, ast.Name))
        written = any(n.id == owner and isinstance(n.ctx, ast.Store) for n in names)
        return None if written or target.id == owner else stmt
    return None


def chosen(test: Expr, then: list[ast.stmt], orelse: list[ast.stmt]) -> list[ast.stmt] | None:
    """Arms that give constants to the same names, as conditional expressions."""
    values: list[dict[str, Expr]] = []
    for arm in (then, orelse):
        values.append({})
        for node in arm:
            if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)):
                return None
            target = node.targets[0]
            if not isinstance(target, ast.Name):
                return None
            values[-1][target.id] = node.value
    if set(values[0]) != set(values[1]):
        return None
    return [
        ast.Assign([ast.Name(n, ast.Store())], ast.IfExp(test, value, values[1][n]), None)
        for n, value in values[0].items()
    ]


def negated(test: Expr) -> Expr:
    """``not test``."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return ast.UnaryOp(ast.Not(), test)


def mentions(body: list[ast.stmt], text: str) -> bool:
    """Whether a name occurs in statements."""
    return any(isinstance(n, ast.Name) and n.id == text for s in body for n in ast.walk(s))


def repeats(node: ast.stmt, text: str) -> bool:
    """Whether the printed statement says the same as the user's line."""
    if isinstance(node, ast.If):
        return _same_text(f"if {unchecked(node.test)}:", text)
    if isinstance(node, ast.While):
        return _same_text(f"while {unchecked(node.test)}:", text)
    if isinstance(node, ast.For):
        return _same_text(f"for {unchecked(node.target)} in {unchecked(node.iter)}:", text)
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        if not text.startswith(node.targets[0].id):
            return False
        printed = f"{node.targets[0].id} = {unchecked(node.value)}"
        return _same_text(printed, text)
    return False


def _same_text(a: str, b: str) -> bool:
    """Whether two pieces of source say the same: ``1e-6`` is ``1e-06``."""
    return "".join(a.split()) == "".join(b.split()) or _parsed(a) == _parsed(b) != ""


def _parsed(text: str) -> str:
    text = f"{text} pass" if text.endswith(":") else text
    try:
        return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError):
        return ""
