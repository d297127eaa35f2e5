"""Measures a gradient function as text: its size, its operations, and marks of careless code.

The same counts are applied to the emitted text and to the hand-written twin.
"""

from __future__ import annotations

import ast
from collections import defaultdict

# Calls that compute nothing: they steer loops or keep values.
BOOKKEEPING = {"range", "len", "reversed", "enumerate", "zip", "min", "append", "pop", "float"}


def function_of(text: str) -> ast.FunctionDef:
    """The last function of a module: the gradient; what stands before it are helpers."""
    functions = [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)]
    return functions[-1]


def helpers_in(text: str) -> int:
    """Number of functions beside the gradient itself."""
    return sum(isinstance(n, ast.FunctionDef) for n in ast.parse(text).body) - 1


def lines(text: str) -> int:
    """Lines of the function without comments, each statement on one line, however it is wrapped."""
    return len(ast.unparse(function_of(text)).splitlines())


def operations(text: str) -> int:
    """Operations on arrays and numbers: operators, comparisons, calls, updates in place.

    Literals with a sign, index arithmetic, views by subscript and bookkeeping count nothing.
    """
    return sum(_count(s, 1) for s in function_of(text).body)


def weighted_operations(text: str) -> int:
    """The same with ten for each operation in a loop, for each loop around it."""
    return sum(_count(s, 10) for s in function_of(text).body)


def _count(node: ast.AST, factor: int) -> int:
    if isinstance(node, (ast.For, ast.While)):
        inner = [node.iter] if isinstance(node, ast.For) else []
        body = [node.test] if isinstance(node, ast.While) else []
        return sum(_count(n, factor) for n in inner) + factor * sum(
            _count(n, factor) for n in (*body, *node.body)
        )
    if isinstance(node, ast.Subscript):
        return _count(node.value, factor)
    own = 0
    if isinstance(node, (ast.BinOp, ast.Compare, ast.AugAssign)):
        own = 1
    elif isinstance(node, ast.UnaryOp):
        own = int(isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant))
    elif isinstance(node, ast.Call):
        own = int(_called(node) not in BOOKKEEPING)
    return own + sum(_count(n, factor) for n in ast.iter_child_nodes(node))


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def copies(text: str) -> int:
    """Calls of ``copy``."""
    return sum(
        isinstance(n, ast.Call) and _called(n) in ("copy", "array", "ascontiguousarray")
        for n in ast.walk(function_of(text))
    )


def unused(text: str) -> list[str]:
    """Names that are assigned and never read."""
    function = function_of(text)
    names = [n for n in ast.walk(function) if isinstance(n, ast.Name)]
    read = {n.id for n in names if isinstance(n.ctx, ast.Load)}
    return sorted({n.id for n in names if isinstance(n.ctx, ast.Store)} - read - {"_"})


def reused(text: str) -> list[str]:
    """Names that stand for two things.

    A name is assigned once in a block. It may be assigned again in a loop or an arm within that block (it is
    the state of the loop, the result of the branch), and loops may share their words; nothing else may.
    """
    found: set[str] = set()
    sites: dict[str, list[tuple[tuple[object, ...], bool]]] = defaultdict(list)

    def note(target: ast.AST, path: tuple[object, ...], looped: bool) -> None:
        for n in ast.walk(target):
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store):
                sites[n.id].append((path, looped))

    def walk(body: list[ast.stmt], path: tuple[object, ...], looped: bool) -> None:
        for stmt in body:
            if isinstance(stmt, ast.Assign):
                for target in stmt.targets:
                    note(target, path, looped)
            elif isinstance(stmt, (ast.For, ast.While)):
                if isinstance(stmt, ast.For):
                    note(stmt.target, (*path, id(stmt)), True)
                walk(stmt.body, (*path, id(stmt)), True)
            elif isinstance(stmt, ast.If):
                walk(stmt.body, (*path, id(stmt), 0), looped)
                walk(stmt.orelse, (*path, id(stmt), 1), looped)

    function = function_of(text)
    parameters = {a.arg for a in function.args.args}
    walk(function.body, (), False)
    for name, own in sites.items():
        for k, (path, looped) in enumerate(own):
            if name in parameters and not looped and path == ():
                found.add(name)
            for other, also in own[:k]:
                if not _compatible(path, other, looped and also):
                    found.add(name)
    return sorted(found - {"_"})


def _compatible(a: tuple[object, ...], b: tuple[object, ...], both_in_loops: bool) -> bool:
    if a == b:
        return False
    short = min(len(a), len(b))
    if a[:short] == b[:short]:
        return True
    split = next(k for k in range(short) if a[k] != b[k])
    arms = {a[split], b[split]} == {0, 1}
    return arms or both_in_loops
