"""Compares what the printer wrote with the tree it was given, by reading the text back.

Constants are compared in normal form, which is what their text parses to, and comments are left
out, as the parser knows none.
"""

from __future__ import annotations

import ast
import copy
import math
from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from srcgrad.errors import CodegenError

_PLAIN = (str, bytes, bool, type(None), type(...))
_UNCOMPARED = {"ctx", "kind", "type_comment", "type_ignores"}
_Tree = TypeVar("_Tree", bound=ast.AST)


class Comment(ast.stmt):
    """A comment line of its own; `text` may have several lines, and never becomes code."""

    text: str
    _fields = ("text",)
    _field_types: ClassVar[dict[str, Any]] = {"text": str}

    def __init__(self, text: str = "") -> None:
        """Hold `text`, which is written without its `#`."""
        fields: dict[str, Any] = {"text": text}
        super().__init__(**fields)


def strip_comments(tree: _Tree) -> _Tree:
    r"""Return the tree without `Comment` nodes; a block that becomes empty gets `pass`.

    Statements are copied, expressions are shared, the tree given is unchanged.

    Example:
        >>> tree = ast.parse("if x: y")
        >>> tree.body[0].body = [Comment("nothing to do")]
        >>> ast.unparse(strip_comments(tree))
        'if x:\n    pass'
    """
    root = copy.copy(tree)
    stack: list[ast.AST] = [root]
    while stack:
        node = stack.pop()
        for field, value in ast.iter_fields(node):
            if _is_block(value):
                block = [copy.copy(child) for child in _statements(value, node)]
                setattr(node, field, block)
                stack.extend(block)
    return root


def _is_block(value: Any) -> bool:
    kinds = (ast.stmt, ast.ExceptHandler, ast.match_case)
    return isinstance(value, list) and bool(value) and isinstance(value[0], kinds)


def _statements(body: Sequence[ast.AST], owner: ast.AST) -> list[ast.AST]:
    kept = [child for child in body if not isinstance(child, Comment)]
    return kept or ([] if isinstance(owner, ast.Module) else [ast.Pass()])


def verify(tree: ast.AST, parsed: ast.AST, text: str) -> None:
    """Compare as `ast.dump` would, without recursion: constants in normal form, no comments."""
    stack: list[tuple[Any, Any]] = [(tree, parsed)]
    fields: dict[type, list[str]] = {}
    while stack:
        a, b = stack.pop()
        kind = type(b)
        if type(a) is ast.Constant:
            a = literal(a)
        same = type(a) is kind
        if kind not in fields:
            names = getattr(kind, "_fields", ())
            fields[kind] = [name for name in names if name not in _UNCOMPARED]
        exact = kind is ast.Constant or kind is ast.MatchSingleton
        for field in fields[kind] if same else ():
            x: Any = getattr(a, field, None)
            y: Any = getattr(b, field)
            if isinstance(y, ast.AST):
                # Names and operators, most of all nodes, need no turn of their own.
                if type(x) is not type(y) or (
                    getattr(x, "id", None) != y.id if isinstance(y, ast.Name) else y._fields
                ):
                    stack.append((x, y))
            elif isinstance(y, list):
                x = _statements(x, a) if _is_block(x) else x or []
                same = same and len(x) == len(y) and (not y or not isinstance(y[0], str) or x == y)
                stack.extend(zip(x, y, strict=False))
            elif exact:
                same = same and type(x) is type(y) and x == y
            else:
                same = same and (x == y or (x or None) == (y or None))
        if not same:
            where = text.split("\n")[getattr(b, "lineno", 1) - 1]
            name = type(a).__name__
            raise CodegenError("SG503", f"{name} does not read back from the line {where!r}")


def literal(node: ast.Constant) -> ast.expr:
    """Return the normal form: what the text of the constant parses to."""
    value: Any = node.value
    kind = type(value)
    if kind in _PLAIN:
        return node
    if kind is tuple:
        return ast.Tuple([ast.Constant(item) for item in value], ast.Load())
    if kind is int or (kind is float and math.isfinite(value)):
        if value > 0 or (value == 0 and math.copysign(1.0, value) > 0):
            return node
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    if kind is complex and math.isfinite(value.real) and math.isfinite(value.imag):
        part = complex(0.0, abs(value.imag))
        if repr(value) == repr(part):
            return node
        if repr(value) == repr(-part):
            return ast.UnaryOp(ast.USub(), ast.Constant(part))
        plus = math.copysign(1.0, value.imag) > 0
        if repr(value) == repr(value.real + part if plus else value.real - part):
            operator: ast.operator = ast.Add() if plus else ast.Sub()
            return ast.BinOp(ast.Constant(value.real), operator, ast.Constant(part))
    remedy = "emit an expression (`np.inf`, `np.nan`, a call) or a plain Python value"
    raise CodegenError("SG503", f"the {kind.__name__} {value!r} has no literal", remedy)


class Normalise(ast.NodeTransformer):
    """Replaces constants by their normal form."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """Replace one constant, and those of a tuple."""
        form = literal(node)
        return form if form is node else self.generic_visit(form)
