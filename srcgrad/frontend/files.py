"""Keeps parsed files, and finds in one the function that a code object was compiled from.

Invariant: a place is returned only if it compiles to the given code, docstrings and positions
aside. Whole statements of the module are compiled, so closures, `super()` and mangled names come
out as they were loaded. One exception: asserts that pytest rewrote are not compared.
"""

from __future__ import annotations
import __future__

import ast
import bisect
import copy
import functools
import inspect
import linecache
import os
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from srcgrad.errors import SourceError

_KEPT_FILES = 64
_LAMBDA = "<lambda>"
_NUMBERED = 1_000_000  # lambdas that share a line are told apart by lines no file has
_FUTURE = (
    functools.reduce(
        int.__or__,
        (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names),
    )
    & ~__future__.nested_scopes.compiler_flag
)
_CODE_FIELDS = (
    "co_name",
    "co_argcount",
    "co_posonlyargcount",
    "co_kwonlyargcount",
    "co_varnames",
    "co_names",
    "co_freevars",
    "co_cellvars",
    "co_code",
    "co_exceptiontable",
)
_HAS_DOCSTRING: int = getattr(inspect, "CO_HAS_DOCSTRING", 0)  # Python 3.14
_SHAPE = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS | inspect.CO_GENERATOR | inspect.CO_COROUTINE
_SCOPE = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Place(NamedTuple):
    """Says where a function stands in a parsed file."""

    node: FunctionNode
    top: int  # index of the statement of the module that holds it
    name: str


@dataclass
class ParsedFile:
    """Is one parsed file; statements are indexed and compiled when first asked for."""

    name: str
    lines: list[str]
    body: list[ast.stmt]
    starts: list[int]
    places: dict[int, dict[tuple[int, str], list[Place]]] = field(default_factory=dict)
    codes: dict[tuple[int, int, bool, bool], dict[tuple[int, str], list[CodeType]]] = field(
        default_factory=dict
    )

    @functools.cached_property
    def imports(self) -> list[ast.stmt]:
        """Return the imports of the module: CPython compiles a call of `np.sum` by them."""
        found: list[ast.stmt] = []
        todo: list[ast.AST] = list(self.body)
        while todo:
            node = todo.pop()
            if isinstance(node, ast.Import) or (
                isinstance(node, ast.ImportFrom) and node.module != "__future__"
            ):
                found.append(node)
            elif not isinstance(node, _SCOPE | ast.expr):
                todo.extend(ast.iter_child_nodes(node))
        return found

    def tops(self, line: int) -> Iterator[int]:
        """Yield the statements of the module that cover `line`, the last one first."""
        index = bisect.bisect_right(self.starts, line) - 1
        while index >= 0 and (self.body[index].end_lineno or 0) >= line:
            yield index
            index -= 1

    def index(self, top: int) -> dict[tuple[int, str], list[Place]]:
        """Return the functions in a statement of the module, by first line and name."""
        if top not in self.places:
            found: dict[tuple[int, str], list[Place]] = {}
            for node, name in _functions(self.body[top]):
                lambda_ = isinstance(node, ast.Lambda)
                key = (_first_line(node), _LAMBDA if lambda_ else name)
                found.setdefault(key, []).append(Place(node, top, name))
            self.places[top] = found
        return self.places[top]

    def compiled(
        self, top: int, flags: int, alone: bool, number: bool
    ) -> dict[tuple[int, str], list[CodeType]]:
        """Return the code objects in a statement.

        A file is compiled as one, but IPython compiles each statement of a cell `alone`. `number`
        puts each lambda on a line of its own.
        """
        key = (top, flags, alone, number)
        if key not in self.codes:
            statement = self.body[top]
            if number:
                copies: dict[int, Any] = {}
                statement = copy.deepcopy(statement, copies)
                for places in self.index(top).values():
                    for place in places:
                        if isinstance(place.node, ast.Lambda):
                            twin = copies[id(place.node)]
                            twin.lineno = self.number(place)
                            twin.end_lineno = twin.lineno + 1
            module = ast.Module([statement] if alone else [*self.imports, statement], [])
            found: dict[tuple[int, str], list[CodeType]] = {}
            whole = _quiet_compile(module, self.name, flags)
            for code in _nested_codes(whole) if whole else ():
                found.setdefault((code.co_firstlineno, code.co_name), []).append(code)
            self.codes[key] = found
        return self.codes[key]

    def number(self, place: Place) -> int:
        """Return the line that stands for a lambda when lambdas are numbered."""
        everything = (p for places in self.index(place.top).values() for p in places)
        return _NUMBERED + 2 * next(i for i, p in enumerate(everything) if p.node is place.node)

    def matches(self, place: Place, code: CodeType, shared: bool) -> bool:
        """Tell whether the function at `place` compiles to `code`; `shared`: not alone there."""
        flags = (code.co_flags & _FUTURE) | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        number = shared and isinstance(place.node, ast.Lambda)
        line = self.number(place) if number else _first_line(place.node)
        return any(
            _same_code(code, candidate)
            for alone in (False, True)
            for candidate in self.compiled(place.top, flags, alone, number).get(
                (line, code.co_name), ()
            )
        )


_files: dict[str, ParsedFile] = {}
_lock = threading.Lock()


def _renew_lock() -> None:
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def open_file(function: FunctionType) -> ParsedFile:
    """Return the parsed file of a function, parsed again only after it changed."""
    code = function.__code__
    name = code.co_filename
    linecache.checkcache(name)
    lines = linecache.getlines(name, function.__globals__)
    if not lines and (of_code := getattr(linecache, "_getlines_from_code", None)):
        lines = of_code(code)  # Python 3.13: the interactive prompt and `python -c`
    if not lines:
        remedy = "define the function in a file or a notebook cell"
        message = f"no source for {function.__name__}: {name} cannot be read"
        raise SourceError("SG401", message, remedy)
    known = _files.get(name)
    if known is not None and (known.lines is lines or known.lines == lines):
        return known
    with _lock:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                body = ast.parse("".join(lines), name).body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            where = f"{name}:{getattr(error, 'lineno', None) or code.co_firstlineno}"
            message = f"the source of {function.__name__} does not parse: {where}: {error}"
            raise SourceError("SG406", message, "mend the file and reload it") from error
        starts = [_first_line(statement) for statement in body]
        _files.pop(name, None)
        while len(_files) >= _KEPT_FILES:
            del _files[next(iter(_files))]
        file = _files[name] = ParsedFile(name, lines, body, starts)
    return file


def find_function(file: ParsedFile, function: FunctionType) -> Place:
    """Return the place whose compiled form is the function's code, at its own line or moved."""
    code = function.__code__
    key = (code.co_firstlineno, code.co_name)
    here = [p for top in file.tops(key[0]) for p in file.index(top).get(key, ())]
    found = [p for p in here if file.matches(p, code, shared=len(here) > 1)]
    if found:
        return min(found, key=lambda p: not _covers(p.node, code))
    if len(here) == 1 and _has_rewritten_asserts(code):
        return here[0]
    moved = [
        (abs(line - key[0]), i, place, len(places) > 1)
        for i, top in enumerate(range(len(file.body)))
        for (line, name), places in file.index(top).items()
        if name == code.co_name
        for place in places
    ]
    for _, _, place, shared in sorted(moved, key=lambda entry: entry[:2]):
        if file.matches(place, code, shared):
            return place
    where = f"{file.name}:{code.co_firstlineno}"
    if len(here) > 1:
        remedy = "put each on a line of its own, or use `def`; after an edit, reload the module"
        message = f"{where}: which of the {len(here)} lambdas on this line is meant is not clear"
        raise SourceError("SG405", message, remedy)
    raise SourceError(
        "SG402",
        f"{where}: the source of {function.__name__} is not the code that was loaded",
        "reload the module or start Python anew; if an import hook rewrites the code of this "
        "module, exclude the module from it",
    )


def _first_line(node: ast.stmt | ast.Lambda) -> int:
    """Return the line of the first decorator, or of the node."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return decorators[0].lineno if decorators else node.lineno


def _functions(statement: ast.stmt) -> Iterator[tuple[FunctionNode, str]]:
    """Yield the functions in a statement with their names; a lambda takes its variable's."""
    names: dict[int, str] = {}
    todo: list[Any] = [statement]
    while todo:
        node = todo.pop()
        if isinstance(node, FunctionNode):
            yield (
                node,
                names.get(id(node), "lambda_") if isinstance(node, ast.Lambda) else node.name,
            )
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Lambda):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name):
                names[id(node.value)] = target.id
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, ast.AST):
                todo.append(value)
            elif isinstance(value, list):
                todo.extend(item for item in value if isinstance(item, ast.AST))


def _nested_codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _nested_codes(constant)


def _quiet_compile(module: ast.Module, name: str, flags: int) -> CodeType | None:
    """Compile without repeating the warnings that the user saw on loading; None if it cannot be."""
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            code: CodeType = compile(module, name, "exec", flags, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    return code


def _same_code(a: CodeType, b: CodeType) -> bool:
    """Tell whether two code objects mean the same; positions and docstrings do not count."""
    if any(getattr(a, name, None) != getattr(b, name, None) for name in _CODE_FIELDS):
        return False
    if (a.co_flags ^ b.co_flags) & _SHAPE or len(a.co_consts) != len(b.co_consts):
        return False
    pairs = list(zip(a.co_consts, b.co_consts, strict=True))
    if pairs and _has_docstring(a) and _has_docstring(b):
        del pairs[0]
    return all(_same_constant(x, y) for x, y in pairs)


def _has_docstring(code: CodeType) -> bool:
    if _HAS_DOCSTRING:
        return bool(code.co_flags & _HAS_DOCSTRING)
    return bool(code.co_consts) and isinstance(code.co_consts[0], str)


def _same_constant(x: Any, y: Any) -> bool:
    """Compare strictly: 1, 1.0 and True differ, and so do 0.0 and -0.0."""
    if type(x) is not type(y):
        return False
    if isinstance(x, CodeType):
        return _same_code(x, y)
    if isinstance(x, tuple):
        return len(x) == len(y) and all(map(_same_constant, x, y))
    if isinstance(x, frozenset):
        return {(type(v), repr(v)) for v in x} == {(type(v), repr(v)) for v in y}
    return x == y if isinstance(x, str | bytes | int) else repr(x) == repr(y)


def _has_rewritten_asserts(code: CodeType) -> bool:
    """Tell whether pytest has rewritten the function's assert statements."""
    names = (*code.co_names, *code.co_varnames)
    return any(name.startswith("@py") for name in names) or any(
        isinstance(c, CodeType) and _has_rewritten_asserts(c) for c in code.co_consts
    )


def _covers(node: FunctionNode, code: CodeType) -> bool:
    """Tell whether the node stands where the code says it does (Python 3.11 and later)."""
    if not isinstance(node, ast.Lambda) or not hasattr(code, "co_positions"):
        return True
    body = node.body
    start = (body.lineno, body.col_offset)
    end = (body.end_lineno or 0, body.end_col_offset or 0)
    return any(
        (line, col) >= start and (end_line, end_col) <= end
        for line, end_line, col, end_col in code.co_positions()
        if None not in (line, end_line, col, end_col) and end_col != 0
    )
