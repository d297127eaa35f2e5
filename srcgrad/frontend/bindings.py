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
        if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store):
            found[node.id] = None
        if isinstance(node, gast.Return):
            found[RETURN_VALUE] = None
        todo.extend(reversed(list(gast.iter_child_nodes(node))))
    return list(found)


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
        if isinstance(child, gast.Assign):
            targets = child.targets
        elif isinstance(child, (gast.For, gast.AnnAssign)):
            targets = [child.target]
        for target in targets:
            if any(isinstance(n, gast.Name) and n.id == name for n in gast.walk(target)):
                return True
    return False


__all__ = ["assigned_names", "is_rebound", "reads_of"]
