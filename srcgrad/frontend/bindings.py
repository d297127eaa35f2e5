"""Says which names statements bind and read.

Only the tree is looked at: a name in code that is never reached counts too.
"""

from __future__ import annotations

from typing import Any

import gast

from srcgrad.frontend.context import RETURN_VALUE


def assigned_names(nodes: list[Any]) -> list[str]:
    """Names that statements bind, in order, nested functions left out."""
    found: dict[str, None] = {}
    todo = list(reversed(nodes))
    while todo:
        node = todo.pop()
        if isinstance(node, (gast.FunctionDef, gast.Lambda)):
            if isinstance(node, gast.FunctionDef):
                found[node.name] = None
            continue
        found.update(dict.fromkeys(_bound_by(node)))
        inner = list(gast.iter_child_nodes(node))
        if isinstance(node, gast.comprehension):  # its names are those of a scope of its own
            inner = [child for child in inner if child is not node.target]
        todo.extend(reversed(inner))
    outside = declared_names(nodes)
    return [name for name in found if name not in outside]


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


def declared_names(nodes: list[Any], *kinds: type) -> set[str]:
    """Names that statements declare ``global`` or ``nonlocal``, nested functions left out."""
    found: set[str] = set()
    todo: list[Any] = list(nodes)
    while todo:
        node: Any = todo.pop()
        if isinstance(node, (gast.FunctionDef, gast.Lambda)):
            continue
        if isinstance(node, kinds or (gast.Global, gast.Nonlocal)):
            found.update(getattr(node, "names", ()))
        todo.extend(gast.iter_child_nodes(node))
    return found


def shared_names(nodes: list[Any]) -> set[str]:
    """Names that functions nested in statements declare ``nonlocal``."""
    found: set[str] = set()
    for node in nodes:
        for child in gast.walk(node):
            if isinstance(child, gast.Nonlocal):
                found.update(child.names)
    return found


def reads_of(tree: Any, name: str) -> int:
    """How often a tree reads a name."""
    return sum(
        isinstance(n, gast.Name) and n.id == name and isinstance(n.ctx, gast.Load)
        for n in gast.walk(tree)
    )


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


__all__ = ["assigned_names", "declared_names", "is_rebound", "reads_of", "shared_names"]
