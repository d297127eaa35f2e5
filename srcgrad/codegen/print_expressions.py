"""Prints expressions, with as few brackets as the language allows."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from srcgrad.codegen.layout import (
    AND,
    AT,
    AT_CLAUSE,
    ATOM,
    AWAIT,
    BITAND,
    BITOR,
    BITXOR,
    CLOSE,
    COMMA,
    COMPARE,
    FACTOR,
    LAST,
    NOT,
    OPEN,
    OR,
    POWER,
    SHIFT,
    SUM,
    TERM,
    TEST,
    TUPLE,
    YIELD,
)
from srcgrad.codegen.readback import Normalise, literal

if TYPE_CHECKING:

    class Unparser:
        """What is used of `astunparse.Unparser`, which has no types."""

        _indent: int

else:
    from astunparse import Unparser

OPERATORS: dict[type[ast.AST], tuple[int, str]] = {
    ast.Or: (OR, "or"), ast.And: (AND, "and"), ast.Not: (NOT, "not "),
    ast.BitOr: (BITOR, "|"), ast.BitXor: (BITXOR, "^"), ast.BitAnd: (BITAND, "&"),
    ast.LShift: (SHIFT, "<<"), ast.RShift: (SHIFT, ">>"),
    ast.Add: (SUM, "+"), ast.Sub: (SUM, "-"),
    ast.Mult: (TERM, "*"), ast.MatMult: (TERM, "@"), ast.Div: (TERM, "/"),
    ast.FloorDiv: (TERM, "//"), ast.Mod: (TERM, "%"),
    ast.USub: (FACTOR, "-"), ast.UAdd: (FACTOR, "+"), ast.Invert: (FACTOR, "~"),
    ast.Pow: (POWER, "**"),
}  # fmt: skip
_RANKS: dict[type[ast.AST], int] = {
    **{operator: rank for operator, (rank, _) in OPERATORS.items()},
    ast.Tuple: TUPLE, ast.Yield: YIELD, ast.YieldFrom: YIELD, ast.Lambda: TEST,
    ast.IfExp: TEST, ast.Compare: COMPARE, ast.Await: AWAIT,
}  # fmt: skip
_INFIX = {op: f" {AT.get(rank, '')}{sign} " for op, (rank, sign) in OPERATORS.items()}
_COMPARISONS: dict[type[ast.AST], str] = {
    getattr(ast, name): f" {AT[COMPARE]}{sign} " for name, sign in (
        ("Eq", "=="), ("NotEq", "!="), ("Lt", "<"), ("LtE", "<="), ("Gt", ">"), ("GtE", ">="),
        ("Is", "is"), ("IsNot", "is not"), ("In", "in"), ("NotIn", "not in"),
    )
}  # fmt: skip
_OPERATED = (ast.BinOp, ast.UnaryOp, ast.BoolOp)
_TRAILED = (ast.Attribute, ast.Subscript, ast.Call)


def escaped(text: str | bytes) -> str:
    """Return the text as it stands in a literal, with bare quotes."""
    shown = repr('"' + text)[2:-1] if isinstance(text, str) else repr(b'"' + text)[3:-1]
    return shown.replace("\\'", "'")


class ExpressionPrinter(Unparser):
    """Writes expressions with marks; nodes that are not here are printed by the base class."""

    def __init__(self) -> None:
        # The base class prints while it is made, straight to a file: its `__init__` is not for us.
        self._indent = 0
        self._parts: list[str] = []  # of the line being written
        self.write = self._parts.append

    def dispatch(self, tree: Any, level: int = TEST) -> None:
        """Print a node or a block; of expressions only those of a rank from `level` are bare."""
        kind = type(tree)
        if kind is ast.Name and level <= ATOM:
            self.write(tree.id)
            return
        if kind is ast.Constant:
            tree = literal(tree)
            kind = type(tree)
        method = getattr(self, "_" + kind.__name__, self.foreign)
        rank = _RANKS.get(type(tree.op) if kind in _OPERATED else kind, ATOM)
        if rank >= level and (kind is not ast.Tuple or len(tree.elts) > 1):
            method(tree)
            return
        self.write("(" + OPEN)
        method(tree)
        self.write(CLOSE + ")")

    def put(self, *pieces: Any) -> None:
        """Write strings, dispatch nodes and `(node, level)` pairs."""
        for piece in pieces:
            if isinstance(piece, str):
                self.write(piece)
            elif isinstance(piece, tuple):
                self.dispatch(*piece)
            else:
                self.dispatch(piece)

    def items(self, nodes: Sequence[Any], opening: str = "", closing: str = "") -> None:
        """Print expressions and keywords between commas, in brackets if any are given."""
        self.write(opening + OPEN if opening else "")
        for i, node in enumerate(nodes):
            self.write(COMMA if i else "")
            if type(node) is ast.keyword:
                self.write("**" if node.arg is None else node.arg + "=")
                node = node.value
            self.dispatch(node)
        self.write(LAST + CLOSE + closing if closing else "")

    def foreign(self, node: Any) -> None:
        """Leave a node to `ast.unparse`."""
        text = ast.unparse(ast.fix_missing_locations(Normalise().visit(copy.deepcopy(node))))
        if text[:2] == "f'" and text.count("'") == 2 and '"' not in text:
            text = f'f"{text[2:-1]}"'
        self.write(text)

    _JoinedStr = _FormattedValue = foreign

    def _arguments(self, t: ast.arguments, comma: str = COMMA) -> None:
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
            self.put(comma if i else "", star, parameter or "")
            if default:
                self.put(" = " if parameter.annotation else "=", default)

    def _Constant(self, t: ast.Constant) -> None:
        value: Any = t.value
        if type(value) in (str, bytes):
            body = escaped(value)
            quote = "'" if body.count('"') > body.count("'") else '"'
            body = body.replace(quote, "\\" + quote)
            self.write(f"{'' if type(value) is str else 'b'}{quote}{body}{quote}")
        else:
            self.write("..." if value is ... else repr(value))

    def _BinOp(self, t: ast.BinOp) -> None:
        rank = _RANKS[type(t.op)]
        if rank == POWER:
            self.put((t.left, AWAIT), " ** ", (t.right, FACTOR))
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
        rank, sign = OPERATORS[type(t.op)]
        self.write(sign)
        while type(t.operand) is ast.UnaryOp and _RANKS[type(t.operand.op)] >= rank:
            t = t.operand
            rank, sign = OPERATORS[type(t.op)]
            self.write(sign)
        self.dispatch(t.operand, rank)

    def _BoolOp(self, t: ast.BoolOp) -> None:
        for i, value in enumerate(t.values):
            self.write(_INFIX[type(t.op)] if i else "")
            self.dispatch(value, _RANKS[type(t.op)] + 1)

    def _Compare(self, t: ast.Compare) -> None:
        self.dispatch(t.left, BITOR)
        for operator, value in zip(t.ops, t.comparators, strict=True):
            self.write(_COMPARISONS[type(operator)])
            self.dispatch(value, BITOR)

    def _IfExp(self, t: ast.IfExp) -> None:
        at, rest = AT[TEST], cast(ast.expr, t)
        while type(rest) is ast.IfExp:
            self.put((rest.body, OR), f" {at}if ", (rest.test, OR), f" {at}else ")
            rest = rest.orelse
        self.dispatch(rest)

    def _Lambda(self, t: ast.Lambda) -> None:
        self.write("lambda ")
        self._arguments(t.args, ", ")
        if self._parts[-1] == "lambda ":
            self._parts[-1] = "lambda"
        self.put(": ", t.body)

    def _Await(self, t: ast.Await) -> None:
        self.put("await ", (t.value, ATOM))

    def _Yield(self, t: ast.Yield) -> None:
        self.put("yield", *([" ", (t.value, TUPLE)] if t.value else []))

    def _YieldFrom(self, t: ast.YieldFrom) -> None:
        self.put("yield from ", t.value)

    def _Starred(self, t: ast.Starred) -> None:
        self.put("*", (t.value, BITOR))

    def _Tuple(self, t: ast.Tuple) -> None:
        self.items(t.elts)
        self.write(LAST if len(t.elts) > 1 else "," if t.elts else "")

    def _List(self, t: ast.List) -> None:
        self.items(t.elts, "[", "]")

    def _Set(self, t: ast.Set) -> None:
        self.items(t.elts, "{", "}")

    def _Dict(self, t: ast.Dict) -> None:
        self.write("{" + OPEN)
        for i, (key, value) in enumerate(zip(t.keys, t.values, strict=True)):
            self.write(COMMA if i else "")
            if key is None:
                self.put("**", (value, BITOR))
            else:
                self.put(key, ": ", value)
        self.write(LAST + CLOSE + "}")

    def _ListComp(self, t: Any, opening: str = "[", closing: str = "]") -> None:
        self.write(opening + OPEN)
        self.put(*([t.key, ": ", t.value] if type(t) is ast.DictComp else [t.elt]))
        for clause in t.generators:
            self.write(f" {AT_CLAUSE}{'async ' if clause.is_async else ''}for ")
            self.put((clause.target, TUPLE), " in ", (clause.iter, OR))
            for test in clause.ifs:
                self.put(f" {AT_CLAUSE}if ", (test, OR))
        self.write(CLOSE + closing)

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
        self.dispatch(t, ATOM + 1 if whole and type(chain[-1]) is ast.Attribute else ATOM)
        for node in reversed(chain):
            if type(node) is ast.Attribute:
                self.write("." + node.attr)
            elif type(node) is ast.Subscript:
                self._index(node.slice)
            elif not node.keywords and [type(a) for a in node.args] == [ast.GeneratorExp]:
                self.dispatch(node.args[0])
            else:
                self.items([*node.args, *node.keywords], "(", ")")

    _Attribute = _Subscript = _Call

    def _index(self, index: Any) -> None:
        """Print an index; before Python 3.11 a star in it needs the brackets of a tuple."""
        self.write("[" + OPEN)
        index = literal(index) if type(index) is ast.Constant else index
        kinds = {type(item) for item in index.elts} if type(index) is ast.Tuple else set()
        bare = kinds and (ast.Starred not in kinds or ast.Slice in kinds)
        (self._Tuple if bare else self.dispatch)(index)
        self.write(CLOSE + "]")
