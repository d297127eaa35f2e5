"""Prints `ast` trees as Python source, the way an expert would write it.

The text of `unparse` always reads back as the tree it came from, or `CodegenError` is raised: a
name that is no identifier, a constant without a literal, a wrong bracket never reach a file.

>>> import ast
>>> print(unparse(ast.parse("def f(x): return (x+1)*(-x**2), (-2.0)**2")), end="")
def f(x):
    return (x + 1) * -x ** 2, (-2.0) ** 2
"""

from __future__ import annotations

import ast
import re
from typing import Any, cast

from srcgrad.codegen.layout import (
    ATOM,
    CLOSE,
    ERASE,
    LAST,
    MAYBE_CLOSE,
    MAYBE_OPEN,
    OPEN,
    TEST,
    TUPLE,
    WIDTH,
    YIELD,
    layout,
)
from srcgrad.codegen.print_expressions import OPERATORS, ExpressionPrinter, escaped
from srcgrad.codegen.readback import Comment, strip_comments, verify
from srcgrad.errors import CodegenError

__all__ = ["WIDTH", "Comment", "expression", "strip_comments", "unparse"]

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)


def unparse(tree: ast.Module) -> str:
    """Print a module; the text ends with one newline and reads back as an equal tree.

    A `comment` attribute on a statement is printed behind its first line. `ctx`, positions and type
    comments need not be set, and the tree is left as it is.

    Raises:
        CodegenError: the tree has no source text (a name that is no identifier, `Constant(nan)`).

    Example:
        >>> line = ast.parse("dx = g * y").body[0]
        >>> line.comment = "y = np.exp(x)"
        >>> print(unparse(ast.Module([Comment("adjoint"), line], [])), end="")
        # adjoint
        dx = g * y  # y = np.exp(x)
    """
    return _printed(tree, "exec") + "\n"


def expression(node: ast.expr) -> str:
    """Print one expression on one line; tuples get their brackets.

    Example:
        >>> expression(ast.parse("x[i,None,:](a,b=(c,d))", mode="eval").body)
        'x[i, None, :](a, b=(c, d))'
    """
    return _printed(ast.Expression(node), "eval")


def unchecked(node: ast.expr) -> str:
    """Print one expression without reading it back: to compare, not to run."""
    return _Printer().text(ast.Expression(node))


def _printed(tree: ast.Module | ast.Expression, mode: str) -> str:
    """Print and read back."""
    text = ""
    try:
        text = _Printer().text(tree)
        # Bytes, not text: what must hold is how the file reads, `# coding:` lines included.
        verify(tree, ast.parse(text.encode(), mode=mode), text)
    except CodegenError:
        raise
    except SyntaxError as error:
        line = [*re.split("\r\n?|\n", text), ""][: error.lineno or 1][-1]
        raise CodegenError(
            "SG503", f"the printed line does not parse ({error.msg}): {line!r}"
        ) from error
    except (RecursionError, MemoryError) as error:
        raise CodegenError(
            "SG503", "the tree is nested too deeply to be printed as source"
        ) from error
    except (AttributeError, LookupError, TypeError, ValueError, AssertionError) as error:
        raise CodegenError("SG503", f"the tree has no source text: {error}") from error
    return text


def _comment_text(text: str) -> str:
    shown = text.expandtabs().rstrip()
    return shown if shown.isprintable() else escaped(shown)


def _is_docstring(node: Any) -> bool:
    value = getattr(node, "value", None) if type(node) is ast.Expr else None
    return type(value) is ast.Constant and type(value.value) is str


class _Printer(ExpressionPrinter):
    """Writes marked lines; statements that are not here are printed by the base class."""

    def __init__(self) -> None:
        super().__init__()
        self._margin = 0
        self._lines: list[str] = []
        self._behind: str | None = None  # the comment of the line being written
        self._comment: str | None = None  # the comment of the next line
        self._docstring: ast.AST | None = None

    def text(self, tree: ast.Module | ast.Expression) -> str:
        """Print the whole tree."""
        self.dispatch(tree)
        if isinstance(tree, ast.Expression):
            return "".join(self._parts).translate(ERASE)
        self.fill()
        return "\n".join(self._lines)

    def fill(self, text: str = "") -> None:
        """End the line being written and begin another."""
        if line := "".join(self._parts):
            # A literal that has several lines is left alone, and its comment stands at the end.
            lines = [" " * self._margin + line] if "\n" in line else layout(line, self._margin)
            if self._behind is not None:
                lines[0] += "  # " + _comment_text(" ".join(self._behind.split()))
            self._lines += lines
        self._parts.clear()
        self._margin, self._behind, self._comment = 4 * self._indent, self._comment, None
        self.write(text)

    def foreign(self, node: Any) -> None:
        """Leave a node to `ast.unparse`; a statement begins a line."""
        if isinstance(node, ast.stmt):
            self.fill()
        super().foreign(node)

    # Blocks and definitions

    def _Module(self, t: ast.Module) -> None:
        self._documented(t.body)
        self._block(t.body, module=True)

    def _documented(self, body: list[ast.stmt]) -> None:
        first = next((child for child in body if type(child) is not Comment), None)
        self._docstring = first if _is_docstring(first) else None

    def _block(self, body: list[Any], module: bool = False) -> None:
        """Print statements and the blank lines between them; comments stay with what follows."""
        heads = [False]  # does a definition come next, perhaps after comments?
        for child in reversed(body):
            heads.append(isinstance(child, _DEFINITIONS) or (type(child) is Comment and heads[-1]))
        before: Any = None
        for child in body:
            head = heads.pop() and type(before) is not Comment
            gap = 0
            if before and (head or isinstance(before, _DEFINITIONS)):
                gap = 1 if self._indent else 2
            elif module and before:
                ended = isinstance(before, _IMPORTS) and not isinstance(child, _IMPORTS)
                gap = int(ended or before is self._docstring)
            self.fill()
            self._lines += [""] * gap
            self._comment = getattr(child, "comment", None)
            self.dispatch(child)
            before = child
        if not module and type(before) is Comment and all(type(c) is Comment for c in body):
            self.fill("pass")

    _list = _block  # the name by which `dispatch` looks for it

    def _suite(self, body: list[Any], word: str = "") -> None:
        """Print a block behind its colon; one with a word of its own is left out if empty."""
        if word and not body:
            return
        if word:
            self.fill(word)
        self.write(":")
        self._indent += 1
        self._block(body)
        self._indent -= 1

    def _Comment(self, t: Comment) -> None:
        for line in t.text.splitlines() or [""]:
            self.fill(f"# {_comment_text(line)}".rstrip())

    def _FunctionDef(self, t: Any, word: str = "def ") -> None:
        for decorator in t.decorator_list:
            self.fill("@")
            self.dispatch(decorator)
        self.fill(word + t.name)
        if parameters := getattr(t, "type_params", None):
            self.write(f"[{', '.join(map(ast.unparse, parameters))}]")
        if type(t) is not ast.ClassDef:
            self.write("(" + OPEN)
            self._arguments(t.args)
            self.write(LAST + CLOSE + ")")
        elif t.bases or t.keywords:
            self.items([*t.bases, *t.keywords], "(", ")")
        if getattr(t, "returns", None):
            self.put(" -> ", t.returns)
        self._documented(t.body)
        self._suite(t.body)

    def _AsyncFunctionDef(self, t: ast.AsyncFunctionDef) -> None:
        self._FunctionDef(t, "async def ")

    def _ClassDef(self, t: ast.ClassDef) -> None:
        self._FunctionDef(t, "class ")

    # Statements

    def _value(self, before: str, node: ast.expr | None, level: int = TUPLE) -> None:
        """Print an expression that gets brackets if its line must be broken."""
        if node:
            self.put(before + MAYBE_OPEN, (node, level), MAYBE_CLOSE)

    def _Expr(self, t: ast.Expr) -> None:
        self.fill()
        if t is self._docstring:
            lines = cast(str, cast(ast.Constant, t.value).value).split("\n")
            body = "\n".join(map(escaped, lines))
            body = body[:-1] + '\\"' if body.endswith('"') else body
            body = body.replace('"""', '\\"\\"\\"')
            self.write(f'"""{body}"""')
        else:
            self.dispatch(t.value, YIELD)

    def _Return(self, t: ast.Return) -> None:
        self.fill("return")
        self._value(" ", t.value)

    def _Assign(self, t: ast.Assign) -> None:
        self.fill()
        for target in t.targets[:-1]:
            self.put((target, TUPLE), " = ")
        self.put((t.targets[-1], TUPLE))
        self._value(" = ", t.value, YIELD)

    def _AugAssign(self, t: ast.AugAssign) -> None:
        self.fill()
        self.dispatch(t.target)
        self._value(f" {OPERATORS[type(t.op)][1]}= ", t.value, TEST)

    def _AnnAssign(self, t: ast.AnnAssign) -> None:
        self.fill()
        bare = t.simple or type(t.target) is not ast.Name
        self.put((t.target, TEST if bare else ATOM + 1), ": ", t.annotation)
        self._value(" = ", t.value, YIELD)

    def _ImportFrom(self, t: ast.ImportFrom) -> None:
        self.fill(f"from {'.' * (t.level or 0)}{t.module or ''} import {MAYBE_OPEN}")
        self.items(t.names)
        self.write(LAST + MAYBE_CLOSE)

    def _For(self, t: Any, word: str = "for ") -> None:
        self.fill(word)
        self.dispatch(t.target, TUPLE)
        self._value(" in ", t.iter, TEST)
        self._suite(t.body)
        self._suite(t.orelse, "else")

    def _AsyncFor(self, t: ast.AsyncFor) -> None:
        self._For(t, "async for ")

    def _While(self, t: ast.While) -> None:
        self.fill("while")
        self._value(" ", t.test, TEST)
        self._suite(t.body)
        self._suite(t.orelse, "else")

    def _If(self, t: ast.If) -> None:
        self.fill("if")
        self._value(" ", t.test, TEST)
        self._suite(t.body)
        while len(t.orelse) == 1 and type(t.orelse[0]) is ast.If:
            t = t.orelse[0]
            self._comment = getattr(t, "comment", None)
            self.fill("elif")
            self._value(" ", t.test, TEST)
            self._suite(t.body)
        self._suite(t.orelse, "else")

    def _Try(self, t: Any, word: str = "except") -> None:
        self._suite(t.body, "try")
        for handler in t.handlers:
            self.fill(word)
            if handler.type:
                self.put(" ", handler.type)
            if handler.name:
                self.write(f" as {handler.name}")
            self._suite(handler.body)
        self._suite(t.orelse, "else")
        self._suite(t.finalbody, "finally")

    def _TryStar(self, t: Any) -> None:
        self._Try(t, "except*")

    def _Match(self, t: ast.Match) -> None:
        self.fill()
        self.put("match ", (t.subject, TUPLE), ":")
        self._indent += 1
        for case in t.cases:
            self.fill("case ")
            self.foreign(case.pattern)
            if case.guard:
                self.put(" if ", case.guard)
            self._suite(case.body)
        self._indent -= 1
