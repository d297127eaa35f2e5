"""Makes a failing program small: drops statements, arms and operands while the same failure persists."""

from __future__ import annotations

import ast
import copy
import time
from collections.abc import Callable, Iterator
from typing import Any


def shrink(text: str, fails: Callable[[str], bool], seconds: float = 30.0) -> str:
    """The smallest text found in the time for which ``fails`` still holds."""
    end = time.monotonic() + seconds
    best = ast.unparse(ast.parse(text))
    if not fails(best):
        return text
    progress = True
    while progress and time.monotonic() < end:
        progress = False
        for candidate in _smaller(best):
            if time.monotonic() > end:
                break
            if len(candidate) < len(best) and fails(candidate):
                best, progress = candidate, True
                break
    return best


def _smaller(text: str) -> Iterator[str]:
    """Texts with one thing less, the largest cuts first."""
    tree = ast.parse(text)
    edits = sorted(_edits(tree), key=lambda e: e[0])
    seen = {text}
    for _, path, what in edits:
        changed = copy.deepcopy(tree)
        try:
            _apply(changed, path, what)
            result = ast.unparse(ast.fix_missing_locations(changed))
        except (AttributeError, IndexError, ValueError, TypeError):
            continue
        if result not in seen:
            seen.add(result)
            yield result


Edit = tuple[int, list[tuple[str, int | None]], Any]


def _edits(node: ast.AST, path: list[tuple[str, int | None]] | None = None) -> Iterator[Edit]:
    """Depth, way to a node, and what to do there."""
    path = path or []
    for field, value in ast.iter_fields(node):
        items = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for k, item in items:
            here = [*path, (field, k)]
            if isinstance(item, ast.stmt):
                yield from ((len(here), here, what) for what in _cuts(item))
            elif field != "func" and not isinstance(getattr(item, "ctx", None), ast.Store):
                yield from ((100 + len(here), here, what) for what in _parts(item))
            if isinstance(item, ast.AST):
                yield from _edits(item, here)


def _cuts(item: ast.stmt) -> list[str]:
    """What may be left of a statement."""
    found = ["drop"]
    if isinstance(item, (ast.If, ast.For, ast.While)):
        found += ["body", "orelse", "no else"] if item.orelse else ["body"]
    if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Tuple):
        found.append("first")
    return found


def _parts(item: Any) -> Iterator[Any]:
    """What an expression may be replaced by: a number, or one of its parts."""
    if not isinstance(item, ast.expr) or isinstance(item, (ast.Constant, ast.Name)):
        return
    yield "number"
    for name, part in ast.iter_fields(item):
        if isinstance(part, ast.expr):
            yield name, None
        elif isinstance(part, list):
            yield from ((name, k) for k, inner in enumerate(part) if isinstance(inner, ast.expr))


def _get(node: Any, path: list[tuple[str, int | None]]) -> Any:
    for field, k in path:
        node = getattr(node, field)
        node = node if k is None else node[k]
    return node


def _apply(tree: ast.AST, path: list[tuple[str, int | None]], what: Any) -> None:
    parent = _get(tree, path[:-1])
    field, k = path[-1]
    item = _get(tree, path)
    new: Any
    if what == "drop":
        new = []
    elif what == "body":
        new = item.body
    elif what == "orelse":
        new = item.orelse
    elif what == "no else":
        item.orelse = []
        return
    elif what == "first":
        new = [ast.Assign([item.targets[0].elts[0]], item.value.elts[0])]
    elif what == "number":
        new = ast.Constant(0.5)
    else:
        new = getattr(item, what[0])
        new = new if what[1] is None else new[what[1]]
    if isinstance(new, list):
        block = getattr(parent, field)
        block[k : k + 1] = new  # type: ignore[operator]
        if not block and field == "body":
            block.append(ast.Pass())
    elif k is None:
        setattr(parent, field, new)
    else:
        getattr(parent, field)[k] = new
