"""Says which names statements bind and read.

Only the tree is looked at: a name in code that is never reached counts too. Trees stay as they are while they
are lowered, and loops and functions are lowered again and again: so the answers are kept, by the nodes.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import gast

from srcgrad.frontend.context import RETURN_VALUE

Nodes: TypeAlias = "tuple[Any, ...]"
_kept = lru_cache(maxsize=256)


class Names(NamedTuple):
    """Names that statements bind, in order, and that they declare; nested functions are left out.

    ``shared`` are names that the statements or functions nested in them declare ``nonlocal``.
    """

    bound: tuple[str, ...]
    declared_global: frozenset[str]
    declared_nonlocal: frozenset[str]
    shared: frozenset[str]


@_kept
def names_of(nodes: Nodes) -> Names:
    """What statements bind and declare."""
    found: dict[str, None] = {}
    declared: dict[type, set[str]] = {gast.Global: set(), gast.Nonlocal: set()}
    nested: set[str] = set()
    todo = list(reversed(nodes))
    while todo:
        node = todo.pop()
        if isinstance(node, (gast.FunctionDef, gast.Lambda)):
            if isinstance(node, gast.FunctionDef):
                found[node.name] = None
            inside = (n.names for n in gast.walk(node) if isinstance(n, gast.Nonlocal))
            nested.update(*inside)
            continue
        if type(node) in declared:
            declared[type(node)].update(node.names)
        found.update(dict.fromkeys(_bound_by(node)))
        inner = list(gast.iter_child_nodes(node))
        if isinstance(node, gast.comprehension):  # its names are those of a scope of its own
            inner = [child for child in inner if child is not node.target]
        todo.extend(reversed(inner))
    outside, around = map(frozenset, declared.values())
    bound = tuple(name for name in found if name not in outside | around)
    return Names(bound, outside, around, around | nested)


def assigned_names(nodes: Nodes) -> tuple[str, ...]:
    """Names that statements bind, in order, nested functions left out."""
    return names_of(nodes).bound


def _bound_by(node: Any) -> list[str]:
    """Names that a node itself binds."""
    if isinstance(node, gast.Name):
        return [node.id] if isinstance(node.ctx, (gast.Store, gast.Del)) else []
    if isinstance(node, gast.Return):
        return [RETURN_VALUE]
    if isinstance(node, gast.alias):
        return [node.asname or node.name.partition(".")[0]]
    if isinstance(node, (gast.MatchAs, gast.MatchStar)):
        return [node.name] if node.name else []
    if isinstance(node, gast.MatchMapping):
        return [node.rest] if node.rest else []
    return []


@_kept
def reads_of(nodes: Nodes) -> Counter[str]:
    """How often statements read each name, ``name += e`` and ``del name`` among them."""
    walked = [n for node in nodes for n in gast.walk(node)]
    updated = [n.target for n in walked if isinstance(n, gast.AugAssign)]
    read = [n for n in walked if isinstance(n, gast.Name) and not isinstance(n.ctx, gast.Store)]
    return Counter(n.id for n in (*read, *updated) if isinstance(n, gast.Name))


@_kept
def gives_value(nodes: Nodes) -> bool:
    """Whether any ``return`` of a function gives a value, other than ``None``."""
    todo = list(nodes)
    while todo:
        node = todo.pop()
        if isinstance(node, gast.Return) and not _is_none(node.value):
            return True
        if not isinstance(node, (gast.FunctionDef, gast.Lambda, gast.ClassDef)):
            todo.extend(gast.iter_child_nodes(node))
    return False


def _is_none(node: Any) -> bool:
    return node is None or (isinstance(node, gast.Constant) and node.value is None)


def is_rebound(node: Any, name: str) -> bool:
    """Whether a loop binds the name other than by an augmented assignment."""
    for child in gast.walk(node):
        if isinstance(child, gast.AugAssign):
            continue
        targets: list[Any] = []
        if isinstance(child, (gast.Assign, gast.Delete)):
            targets = child.targets
        elif isinstance(child, (gast.For, gast.AnnAssign, gast.NamedExpr)):
            targets = [child.target]
        elif name in _bound_by(child) and not isinstance(child, gast.Name):
            return True
        for target in targets:
            if any(isinstance(n, gast.Name) and n.id == name for n in gast.walk(target)):
                return True
    return False


__all__ = ["assigned_names", "gives_value", "is_rebound", "names_of", "reads_of"]
