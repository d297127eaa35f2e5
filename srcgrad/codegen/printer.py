"""Prints `ast` trees as Python source, the way an expert would write it.

The text of `unparse` always reads back as the tree it came from, or `CodegenError` is raised: a
name that is no identifier, a constant without a literal, a wrong bracket never reach a file.

>>> import ast
>>> print(unparse(ast.parse("def f(x): return (x+1)*(-x**2), (-2.0)**2")), end="")
def f(x):
    return (x + 1) * -x ** 2, (-2.0) ** 2

How lines are broken: expressions are written with marks (control characters, which no literal or
name contains) around bracketed groups and before possible line breaks. `_layout` reads the marks of
a line that is too long; all other lines merely drop them.
"""

from __future__ import annotations

import ast
import copy
import math
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from srcgrad.errors import CodegenError

if TYPE_CHECKING:

    class Unparser:
        """What is used of `astunparse.Unparser`, which has no types."""

        _indent: int

else:
    from astunparse import Unparser

__all__ = ["WIDTH", "Comment", "expression", "strip_comments", "unparse"]

WIDTH = 100

# Ranks of expressions, weakest first; a node weaker than its place is put in brackets.
_YIELD, _TUPLE, _TEST, _OR, _AND, _NOT, _COMPARE, _BITOR, _BITXOR, _BITAND = range(10)
_SHIFT, _SUM, _TERM, _FACTOR, _POWER, _AWAIT, _ATOM = range(10, 17)

# Marks: real brackets, brackets that appear only when the line is broken, optional last comma.
_OPEN, _CLOSE, _MAYBE_OPEN, _MAYBE_CLOSE, _LAST = "\x01\x02\x03\x04\x05"
_AT_COMMA, _AT_CLAUSE = "\x10\x11"
_AT = {rank: chr(0x10 + rank) for rank in range(_TEST, _POWER)}
_MARKS = re.compile("[\x01-\x04\x10-\x1f]")
_ERASE = dict.fromkeys([*range(1, 6), *range(0x10, 0x20)])
_COMMA = ", " + _AT_COMMA

_OPERATORS: dict[type[ast.AST], tuple[int, str]] = {
    ast.Or: (_OR, "or"), ast.And: (_AND, "and"), ast.Not: (_NOT, "not "),
    ast.BitOr: (_BITOR, "|"), ast.BitXor: (_BITXOR, "^"), ast.BitAnd: (_BITAND, "&"),
    ast.LShift: (_SHIFT, "<<"), ast.RShift: (_SHIFT, ">>"),
    ast.Add: (_SUM, "+"), ast.Sub: (_SUM, "-"),
    ast.Mult: (_TERM, "*"), ast.MatMult: (_TERM, "@"), ast.Div: (_TERM, "/"),
    ast.FloorDiv: (_TERM, "//"), ast.Mod: (_TERM, "%"),
    ast.USub: (_FACTOR, "-"), ast.UAdd: (_FACTOR, "+"), ast.Invert: (_FACTOR, "~"),
    ast.Pow: (_POWER, "**"),
}  # fmt: skip
_RANKS: dict[type[ast.AST], int] = {
    **{operator: rank for operator, (rank, _) in _OPERATORS.items()},
    ast.Tuple: _TUPLE, ast.Yield: _YIELD, ast.YieldFrom: _YIELD, ast.Lambda: _TEST,
    ast.IfExp: _TEST, ast.Compare: _COMPARE, ast.Await: _AWAIT,
}  # fmt: skip
_INFIX = {op: f" {_AT.get(rank, '')}{sign} " for op, (rank, sign) in _OPERATORS.items()}
_COMPARISONS: dict[type[ast.AST], str] = {
    getattr(ast, name): f" {_AT[_COMPARE]}{sign} " for name, sign in (
        ("Eq", "=="), ("NotEq", "!="), ("Lt", "<"), ("LtE", "<="), ("Gt", ">"), ("GtE", ">="),
        ("Is", "is"), ("IsNot", "is not"), ("In", "in"), ("NotIn", "not in"),
    )
}  # fmt: skip
_OPERATED = (ast.BinOp, ast.UnaryOp, ast.BoolOp)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_TRAILED = (ast.Attribute, ast.Subscript, ast.Call)
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


def _printed(tree: ast.Module | ast.Expression, mode: str) -> str:
    """Print and read back."""
    text = ""
    try:
        text = _Printer().text(tree)
        # Bytes, not text: what must hold is how the file reads, `# coding:` lines included.
        _verify(tree, ast.parse(text.encode(), mode=mode), text)
    except CodegenError:
        raise
    except SyntaxError as error:
        line = [*text.split("\n"), ""][(error.lineno or 1) - 1]
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


def _verify(tree: ast.AST, parsed: ast.AST, text: str) -> None:
    """Compare as `ast.dump` would, without recursion: constants in normal form, no comments."""
    stack: list[tuple[Any, Any]] = [(tree, parsed)]
    fields: dict[type, list[str]] = {}
    while stack:
        a, b = stack.pop()
        kind = type(b)
        if type(a) is ast.Constant:
            a = _literal(a)
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


def _literal(node: ast.Constant) -> ast.expr:
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


class _Normalise(ast.NodeTransformer):
    """Replaces constants by their normal form."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """Replace one constant, and those of a tuple."""
        form = _literal(node)
        return form if form is node else self.generic_visit(form)


def _escaped(text: str | bytes) -> str:
    """Return the text as it stands in a literal, with bare quotes."""
    shown = repr('"' + text)[2:-1] if isinstance(text, str) else repr(b'"' + text)[3:-1]
    return shown.replace("\\'", "'")


def _comment_text(text: str) -> str:
    shown = text.expandtabs().rstrip()
    return shown if shown.isprintable() else _escaped(shown)


def _is_docstring(node: Any) -> bool:
    value = getattr(node, "value", None) if type(node) is ast.Expr else None
    return type(value) is ast.Constant and type(value.value) is str


class _Printer(Unparser):
    """Writes marked lines; statements that are not here are printed by the base class."""

    def __init__(self) -> None:
        # The base class prints while it is made, straight to a file: its `__init__` is not for us.
        self._indent = self._margin = 0
        self._lines: list[str] = []
        self._parts: list[str] = []  # of the line being written
        self._behind: str | None = None  # its comment
        self._comment: str | None = None  # the comment of the next line
        self._docstring: ast.AST | None = None
        self.write = self._parts.append

    def text(self, tree: ast.Module | ast.Expression) -> str:
        """Print the whole tree."""
        self.dispatch(tree)
        if isinstance(tree, ast.Expression):
            return "".join(self._parts).translate(_ERASE)
        self.fill()
        return "\n".join(self._lines)

    def fill(self, text: str = "") -> None:
        """End the line being written and begin another."""
        if line := "".join(self._parts):
            # A literal that has several lines is left alone, and its comment stands at the end.
            lines = [" " * self._margin + line] if "\n" in line else _layout(line, self._margin)
            if self._behind is not None:
                lines[0] += "  # " + _comment_text(" ".join(self._behind.split()))
            self._lines += lines
        self._parts.clear()
        self._margin, self._behind, self._comment = 4 * self._indent, self._comment, None
        self.write(text)

    def dispatch(self, tree: Any, level: int = _TEST) -> None:
        """Print a block, a statement, or an expression where only ranks from `level` are bare."""
        kind = type(tree)
        if kind is ast.Name and level <= _ATOM:
            self.write(tree.id)
            return
        if kind is list:
            self._block(tree)
            return
        if kind is ast.Constant:
            tree = _literal(tree)
            kind = type(tree)
        method = getattr(self, "_" + kind.__name__, self._foreign)
        rank = _RANKS.get(type(tree.op) if kind in _OPERATED else kind, _ATOM)
        if rank >= level and (kind is not ast.Tuple or len(tree.elts) > 1):
            method(tree)
            return
        self.write("(" + _OPEN)
        method(tree)
        self.write(_CLOSE + ")")

    def _put(self, *pieces: Any) -> None:
        """Write strings, dispatch nodes and `(node, level)` pairs."""
        for piece in pieces:
            if isinstance(piece, str):
                self.write(piece)
            elif isinstance(piece, tuple):
                self.dispatch(*piece)
            else:
                self.dispatch(piece)

    def _foreign(self, node: Any) -> None:
        """Leave a node to `ast.unparse`."""
        text = ast.unparse(ast.fix_missing_locations(_Normalise().visit(copy.deepcopy(node))))
        if text[:2] == "f'" and text.count("'") == 2 and '"' not in text:
            text = f'f"{text[2:-1]}"'
        if isinstance(node, ast.stmt):
            self.fill()
        self.write(text)

    _JoinedStr = _FormattedValue = _foreign

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
            self.write("(" + _OPEN)
            self._arguments(t.args)
            self.write(_LAST + _CLOSE + ")")
        elif t.bases or t.keywords:
            self._items([*t.bases, *t.keywords], "(", ")")
        if getattr(t, "returns", None):
            self._put(" -> ", t.returns)
        self._documented(t.body)
        self._suite(t.body)

    def _AsyncFunctionDef(self, t: ast.AsyncFunctionDef) -> None:
        self._FunctionDef(t, "async def ")

    def _ClassDef(self, t: ast.ClassDef) -> None:
        self._FunctionDef(t, "class ")

    def _arguments(self, t: ast.arguments, comma: str = _COMMA) -> None:
        """Print parameters; those of a lambda have no marks, as no brackets surround them."""
        places = [*t.posonlyargs, *t.args]
        defaults = [None] * (len(places) - len(t.defaults)) + t.defaults
        entries: list[Any] = [("", a, d) for a, d in zip(places, defaults, strict=True)]
        if t.posonlyargs:
            entries.insert(len(t.posonlyargs), ("/", None, None))
        if t.vararg or t.kwonlyargs:
            entries.append(("*", t.vararg, None))
        entries += [("", a, d) for a, d in zip(t.kwonlyargs, t.kw_defaults, strict=True)]
        if t.kwarg:
            entries.append(("**", t.kwarg, None))
        for i, (star, parameter, default) in enumerate(entries):
            self._put(comma if i else "", star, parameter or "")
            if default:
                self._put(" = " if parameter.annotation else "=", default)

    # Statements

    def _value(self, before: str, node: ast.expr | None, level: int = _TUPLE) -> None:
        """Print an expression that gets brackets if its line must be broken."""
        if node:
            self._put(before + _MAYBE_OPEN, (node, level), _MAYBE_CLOSE)

    def _Expr(self, t: ast.Expr) -> None:
        self.fill()
        if t is self._docstring:
            lines = cast(str, cast(ast.Constant, t.value).value).split("\n")
            body = "\n".join(map(_escaped, lines))
            body = body[:-1] + '\\"' if body.endswith('"') else body
            body = body.replace('"""', '\\"\\"\\"')
            self.write(f'"""{body}"""')
        else:
            self.dispatch(t.value, _YIELD)

    def _Return(self, t: ast.Return) -> None:
        self.fill("return")
        self._value(" ", t.value)

    def _Assign(self, t: ast.Assign) -> None:
        self.fill()
        for target in t.targets[:-1]:
            self._put((target, _TUPLE), " = ")
        self._put((t.targets[-1], _TUPLE))
        self._value(" = ", t.value, _YIELD)

    def _AugAssign(self, t: ast.AugAssign) -> None:
        self.fill()
        self.dispatch(t.target)
        self._value(f" {_OPERATORS[type(t.op)][1]}= ", t.value, _TEST)

    def _AnnAssign(self, t: ast.AnnAssign) -> None:
        self.fill()
        bare = t.simple or type(t.target) is not ast.Name
        self._put((t.target, _TEST if bare else _ATOM + 1), ": ", t.annotation)
        self._value(" = ", t.value, _YIELD)

    def _ImportFrom(self, t: ast.ImportFrom) -> None:
        self.fill(f"from {'.' * (t.level or 0)}{t.module or ''} import {_MAYBE_OPEN}")
        self._items(t.names)
        self.write(_LAST + _MAYBE_CLOSE)

    def _For(self, t: Any, word: str = "for ") -> None:
        self.fill(word)
        self.dispatch(t.target, _TUPLE)
        self._value(" in ", t.iter, _TEST)
        self._suite(t.body)
        self._suite(t.orelse, "else")

    def _AsyncFor(self, t: ast.AsyncFor) -> None:
        self._For(t, "async for ")

    def _While(self, t: ast.While) -> None:
        self.fill("while")
        self._value(" ", t.test, _TEST)
        self._suite(t.body)
        self._suite(t.orelse, "else")

    def _If(self, t: ast.If) -> None:
        self.fill("if")
        self._value(" ", t.test, _TEST)
        self._suite(t.body)
        while len(t.orelse) == 1 and type(t.orelse[0]) is ast.If:
            t = t.orelse[0]
            self._comment = getattr(t, "comment", None)
            self.fill("elif")
            self._value(" ", t.test, _TEST)
            self._suite(t.body)
        self._suite(t.orelse, "else")

    def _Try(self, t: Any, word: str = "except") -> None:
        self._suite(t.body, "try")
        for handler in t.handlers:
            self.fill(word)
            if handler.type:
                self._put(" ", handler.type)
            if handler.name:
                self.write(f" as {handler.name}")
            self._suite(handler.body)
        self._suite(t.orelse, "else")
        self._suite(t.finalbody, "finally")

    def _TryStar(self, t: Any) -> None:
        self._Try(t, "except*")

    def _Match(self, t: ast.Match) -> None:
        self.fill()
        self._put("match ", (t.subject, _TUPLE), ":")
        self._indent += 1
        for case in t.cases:
            self.fill("case ")
            self._foreign(case.pattern)
            if case.guard:
                self._put(" if ", case.guard)
            self._suite(case.body)
        self._indent -= 1

    # Expressions

    def _Constant(self, t: ast.Constant) -> None:
        value: Any = t.value
        if type(value) in (str, bytes):
            body = _escaped(value)
            quote = "'" if body.count('"') > body.count("'") else '"'
            body = body.replace(quote, "\\" + quote)
            self.write(f"{'' if type(value) is str else 'b'}{quote}{body}{quote}")
        else:
            self.write("..." if value is ... else repr(value))

    def _BinOp(self, t: ast.BinOp) -> None:
        rank = _RANKS[type(t.op)]
        if rank == _POWER:
            self._put((t.left, _AWAIT), " ** ", (t.right, _FACTOR))
            return
        chain: list[ast.BinOp] = []  # walked, as sums can have thousands of terms
        left: ast.expr = t
        while type(left) is ast.BinOp and _RANKS[type(left.op)] == rank:
            chain.append(left)
            left = left.left
        self.dispatch(left, rank)
        for node in reversed(chain):
            self.write(_INFIX[type(node.op)])
            self.dispatch(node.right, rank + 1)

    def _UnaryOp(self, t: ast.UnaryOp) -> None:
        rank, sign = _OPERATORS[type(t.op)]
        self.write(sign)
        while type(t.operand) is ast.UnaryOp and _RANKS[type(t.operand.op)] >= rank:
            t = t.operand
            rank, sign = _OPERATORS[type(t.op)]
            self.write(sign)
        self.dispatch(t.operand, rank)

    def _BoolOp(self, t: ast.BoolOp) -> None:
        for i, value in enumerate(t.values):
            self.write(_INFIX[type(t.op)] if i else "")
            self.dispatch(value, _RANKS[type(t.op)] + 1)

    def _Compare(self, t: ast.Compare) -> None:
        self.dispatch(t.left, _BITOR)
        for operator, value in zip(t.ops, t.comparators, strict=True):
            self.write(_COMPARISONS[type(operator)])
            self.dispatch(value, _BITOR)

    def _IfExp(self, t: ast.IfExp) -> None:
        at, rest = _AT[_TEST], cast(ast.expr, t)
        while type(rest) is ast.IfExp:
            self._put((rest.body, _OR), f" {at}if ", (rest.test, _OR), f" {at}else ")
            rest = rest.orelse
        self.dispatch(rest)

    def _Lambda(self, t: ast.Lambda) -> None:
        self.write("lambda ")
        self._arguments(t.args, ", ")
        if self._parts[-1] == "lambda ":
            self._parts[-1] = "lambda"
        self._put(": ", t.body)

    def _Await(self, t: ast.Await) -> None:
        self._put("await ", (t.value, _ATOM))

    def _Yield(self, t: ast.Yield) -> None:
        self._put("yield", *([" ", (t.value, _TUPLE)] if t.value else []))

    def _YieldFrom(self, t: ast.YieldFrom) -> None:
        self._put("yield from ", t.value)

    def _Starred(self, t: ast.Starred) -> None:
        self._put("*", (t.value, _BITOR))

    def _items(self, nodes: Sequence[Any], opening: str = "", closing: str = "") -> None:
        self.write(opening + _OPEN if opening else "")
        for i, node in enumerate(nodes):
            self.write(_COMMA if i else "")
            if type(node) is ast.keyword:
                self.write("**" if node.arg is None else node.arg + "=")
                node = node.value
            self.dispatch(node)
        self.write(_LAST + _CLOSE + closing if closing else "")

    def _Tuple(self, t: ast.Tuple) -> None:
        self._items(t.elts)
        self.write(_LAST if len(t.elts) > 1 else "," if t.elts else "")

    def _List(self, t: ast.List) -> None:
        self._items(t.elts, "[", "]")

    def _Set(self, t: ast.Set) -> None:
        self._items(t.elts, "{", "}")

    def _Dict(self, t: ast.Dict) -> None:
        self.write("{" + _OPEN)
        for i, (key, value) in enumerate(zip(t.keys, t.values, strict=True)):
            self.write(_COMMA if i else "")
            if key is None:
                self._put("**", (value, _BITOR))
            else:
                self._put(key, ": ", value)
        self.write(_LAST + _CLOSE + "}")

    def _ListComp(self, t: Any, opening: str = "[", closing: str = "]") -> None:
        self.write(opening + _OPEN)
        self._put(*([t.key, ": ", t.value] if type(t) is ast.DictComp else [t.elt]))
        for clause in t.generators:
            self.write(f" {_AT_CLAUSE}{'async ' if clause.is_async else ''}for ")
            self._put((clause.target, _TUPLE), " in ", (clause.iter, _OR))
            for test in clause.ifs:
                self._put(f" {_AT_CLAUSE}if ", (test, _OR))
        self.write(_CLOSE + closing)

    def _GeneratorExp(self, t: ast.GeneratorExp) -> None:
        self._ListComp(t, "(", ")")

    def _SetComp(self, t: ast.SetComp | ast.DictComp) -> None:
        self._ListComp(t, "{", "}")

    _DictComp = _SetComp

    def _Call(self, t: Any) -> None:
        """Print calls, indices and attributes: a walk, as chains of methods can be long."""
        chain: list[Any] = []
        while isinstance(t, _TRAILED):
            chain.append(t)
            t = t.func if isinstance(t, ast.Call) else t.value
        whole = type(t) is ast.Constant and type(t.value) is int
        self.dispatch(t, _ATOM + 1 if whole and type(chain[-1]) is ast.Attribute else _ATOM)
        for node in reversed(chain):
            if type(node) is ast.Attribute:
                self.write("." + node.attr)
            elif type(node) is ast.Subscript:
                self._index(node.slice)
            elif not node.keywords and [type(a) for a in node.args] == [ast.GeneratorExp]:
                self.dispatch(node.args[0])
            else:
                self._items([*node.args, *node.keywords], "(", ")")

    _Attribute = _Subscript = _Call

    def _index(self, index: Any) -> None:
        """Print an index; before Python 3.11 a star in it needs the brackets of a tuple."""
        self.write("[" + _OPEN)
        index = _literal(index) if type(index) is ast.Constant else index
        kinds = {type(item) for item in index.elts} if type(index) is ast.Tuple else set()
        bare = kinds and (ast.Starred not in kinds or ast.Slice in kinds)
        (self._Tuple if bare else self.dispatch)(index)
        self.write(_CLOSE + "]")


def _layout(line: str, indent: int, inside: bool = False) -> list[str]:
    """Break a marked line that is too long, as black does: at the last brackets that help.

    Inside brackets it may be broken at its weakest operators or commas as well.
    """
    plain = line.translate(_ERASE)
    if indent + len(plain) <= WIDTH:
        return [" " * indent + plain]
    groups, breaks = _scan(line)
    if inside and breaks:
        weakest = min(line[i] for i in breaks)
        cuts = [0, *(i for i in breaks if line[i] == weakest), len(line)]
        pieces = [line[i:j].strip(" " + weakest) for i, j in pairwise(cuts)]
        if weakest == _AT_COMMA and line.endswith(_LAST):
            pieces[-1] += ","
        return [text for piece in pieces for text in _layout(piece, indent, True)]
    forced = max(groups, key=lambda group: group[1] - group[0], default=None)
    first = line.startswith(("def ", "async def ", "class "))
    for start, end in groups if first else reversed(groups):
        head, body, tail = line[:start], line[start + 1 : end], line[end + 1 :]
        if line[start] == _MAYBE_OPEN:
            if not _scan(body)[1]:
                return _layout(head + body + tail, indent, inside)
            head, tail = head + "(", ")" + tail
        widest = indent + max(len(head.translate(_ERASE)), len(tail.translate(_ERASE)))
        if (body and widest <= WIDTH) or (start, end) == forced:
            lines = [*_layout(head, indent), *_layout(body, indent + 4, True)]
            return [*lines, *_layout(tail, indent, inside)]
    return [" " * indent + plain]


def _scan(line: str) -> tuple[list[tuple[int, int]], list[int]]:
    """Return the outermost groups of a marked line, and its breaks outside of groups."""
    groups, breaks = [], []
    depth = start = 0
    for found in _MARKS.finditer(line):
        mark, at = found[0], found.start()
        if mark in _OPEN + _MAYBE_OPEN:
            start = start if depth else at
            depth += 1
        elif mark in _CLOSE + _MAYBE_CLOSE:
            depth -= 1
            if not depth:
                groups.append((start, at))
        elif not depth:
            breaks.append(at)
    return groups, breaks
