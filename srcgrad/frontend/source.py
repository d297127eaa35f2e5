"""Finds the source of a function and proves that it is what was loaded.

Invariant: a `Source` is returned only if its syntax tree compiles to the function's own `__code__`
(docstrings and positions aside). The wrapper of a decorator is never looked through: what it does
to the result would be lost.
"""

from __future__ import annotations

import ast
import copy
import functools
import inspect
from dataclasses import dataclass, field
from types import CodeType, FunctionType, MethodType
from typing import Any

import gast

from srcgrad.errors import FrontendError, SourceError, Span, UnsupportedSyntaxError
from srcgrad.frontend.files import ParsedFile, Place, find_function, open_file

_NEVER_PARSED = {"Num", "Str", "Bytes", "NameConstant", "Ellipsis", "Index", "ExtSlice", "arg"}
_UNKNOWN_NODES = {
    name
    for name, value in vars(ast).items()
    if isinstance(value, type) and issubclass(value, ast.AST) and not hasattr(gast, name)
} - _NEVER_PARSED


@dataclass(frozen=True)
class Source:
    """Holds a function with its text and tree.

    Invariant: the nodes of `tree` keep the lines and (byte) columns of the file; `span` turns them
    into characters. Decorators are stripped. Defaults in `tree` are text only: their values are
    those of `function.__defaults__`.
    """

    function: FunctionType
    file: str
    first_line: int
    text: str
    tree: gast.FunctionDef
    lines: list[str] = field(repr=False, compare=False)

    def line(self, number: int) -> str:
        """Return a line of the file, counted from 1."""
        return self.lines[number - 1]

    def span(self, node: Any) -> Span:
        """Return where `node` stands in the file."""
        last = node.end_lineno or node.lineno
        start = _characters(self.line(node.lineno), node.col_offset)
        end_col = node.col_offset + 1 if node.end_col_offset is None else node.end_col_offset
        return Span(self.file, node.lineno, start, last, _characters(self.line(last), end_col))

    def segment(self, span: Span) -> str:
        """Return the text that `span` covers."""
        if span.line == span.end_line:
            return self.line(span.line)[span.col : span.end_col]
        middle = self.lines[span.line : span.end_line - 1]
        first, last = self.line(span.line)[span.col :], self.line(span.end_line)[: span.end_col]
        return "".join([first, *middle, last])

    def refuse(
        self, error: type[FrontendError], code: str, message: str, node: Any, remedy: str = ""
    ) -> FrontendError:
        """Return an error that points at `node`."""
        span = self.span(node)
        return error(code, message, span, remedy, self.line(span.line))


def read_source(function: Any) -> Source:
    """Return the source of a Python function, checked against its compiled form.

    Args:
        function: A function, lambda, bound method, static method or `functools.lru_cache` wrapper.

    Raises:
        SourceError: There is no source (SG401, SG407), it differs from the loaded code (SG402),
            a decorator wraps the function (SG404), lambdas cannot be told apart (SG405), or the
            file does not parse (SG406).
        UnsupportedSyntaxError: The function is asynchronous (SG403).
    """
    function = _plain_function(function)
    code: CodeType = function.__code__
    _refuse_wrapper(function)
    file = open_file(function)
    place = find_function(file, function)
    if code.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
        number = place.node.lineno
        line = file.lines[number - 1]
        start = len(line) - len(line.lstrip())
        span = Span(file.name, number, start, number, len(line.rstrip()))
        message = f"async function {function.__name__} cannot be differentiated"
        remedy = "make the computation a plain function and await outside it"
        raise UnsupportedSyntaxError("SG403", message, span, remedy, line)
    return _make_source(function, file, place)


def checked_function(function: Any) -> FunctionType:
    """Return the plain function behind a callable, if its source still compiles to what is loaded.

    Raises:
        SourceError: as `read_source` does.
    """
    plain: FunctionType = _plain_function(function)
    _refuse_wrapper(plain)
    find_function(open_file(plain), plain)
    return plain


def _plain_function(function: Any) -> Any:
    """Unwrap what does not change the meaning: methods, static methods, memoising wrappers."""
    while True:
        if isinstance(function, MethodType | staticmethod | classmethod):
            function = function.__func__
        elif type(function) is functools._lru_cache_wrapper:
            function = function.__wrapped__
        else:
            break
    if isinstance(function, FunctionType):
        return function
    name = getattr(function, "__qualname__", None) or type(function).__name__
    if hasattr(function, "__wrapped__"):
        raise SourceError(
            "SG404",
            f"{name} is wrapped in an object of type {type(function).__name__}",
            "pass the function itself, which the wrapper holds as `__wrapped__`",
        )
    if inspect.isroutine(function) or isinstance(function, type):
        remedy = "differentiate a Python function that calls it"
        raise SourceError("SG407", f"{name} is not written in Python source", remedy)
    remedy = "pass a Python function; for a callable object, its method, such as `obj.__call__`"
    raise SourceError("SG401", f"an object of type {type(function).__name__} has no source", remedy)


def _refuse_wrapper(function: FunctionType) -> None:
    """Refuse the catch-all wrapper of a decorator, whose effect cannot be known from here."""
    code = function.__code__
    inner = getattr(function, "__wrapped__", None)
    if inner is None or not code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS):
        return
    raise SourceError(
        "SG404",
        f"a decorator hides {function.__name__} behind "
        f"{code.co_name} ({code.co_filename}:{code.co_firstlineno})",
        f"put the decorator above srcgrad's, or pass `{function.__name__}.__wrapped__` "
        "if what the decorator does is not part of the computation",
    )


def _make_source(function: FunctionType, file: ParsedFile, place: Place) -> Source:
    node = place.node
    last, indent = node.end_lineno or node.lineno, node.col_offset
    if isinstance(node, ast.Lambda):
        result = ast.copy_location(ast.Return(node.body), node.body)
        stripped = ast.copy_location(
            ast.FunctionDef(name=place.name, args=node.args, body=[result], decorator_list=[]), node
        )
        stripped.returns = stripped.type_comment = None
    else:
        stripped = copy.copy(node)  # type: ignore[assignment]
        stripped.decorator_list = []
    nodes = ast.walk(stripped) if _UNKNOWN_NODES else iter(())
    unknown = next((n for n in nodes if type(n).__name__ in _UNKNOWN_NODES), None)
    try:
        tree = gast.ast_to_gast(stripped)
    except RecursionError:
        tree = None
    source = Source(function, file.name, node.lineno, "", tree, file.lines)
    if unknown is not None:
        message = f"syntax that this version of srcgrad does not know ({type(unknown).__name__})"
        at = unknown if hasattr(unknown, "lineno") else node
        remedy = "write it in another way, or update srcgrad"
        raise source.refuse(UnsupportedSyntaxError, "SG121", message, at, remedy)
    if tree is None:
        message, remedy = "expressions or blocks are nested too deeply", "split it into helpers"
        raise source.refuse(UnsupportedSyntaxError, "SG120", message, node, remedy)
    if isinstance(node, ast.Lambda):
        text = source.segment(source.span(node))
    else:
        margin = file.lines[node.lineno - 1][:indent]
        text = "".join(row.removeprefix(margin) for row in file.lines[node.lineno - 1 : last])
    return Source(function, file.name, node.lineno, text, tree, file.lines)


def _characters(line: str, column: int) -> int:
    """Turn a column in UTF-8 bytes into one in characters."""
    return column if line.isascii() else len(line.encode()[:column].decode(errors="replace"))
