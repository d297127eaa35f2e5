"""The structure of a gradient: that of the argument, with gradients in place of its leaves.

Tuples, lists, dicts and named tuples are as in the argument. Of an object a copy is made whose
attributes are the gradients, and ``None`` where there is nothing to differentiate.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from srcgrad.frontend.kinds import is_namedtuple_type
from srcgrad.runtime.signature import Path, children
from srcgrad.runtime.wrapping import attributes_of


class Structure:
    """What the arguments looked like on entry, taken before the function can change them."""

    def __init__(self, bound: dict[str, Any], names: Sequence[str], leaves: list[Path]) -> None:
        self._leaves = frozenset(leaves)
        self._inner = {path[:k] for path in leaves for k in range(1, len(path))}
        self._objects: dict[int, Any] = {}
        self._taken = {n: self._take(bound[n], (("arg", n),)) for n in names}

    def filled(self, name: str, gradients: dict[Path, Any]) -> Any:
        """The gradient with respect to an argument."""
        return self._fill(self._taken[name], (("arg", name),), gradients)

    def _take(self, value: Any, path: Path) -> Any:
        if path in self._leaves:
            return None
        if path not in self._inner:
            return self._objects.get(id(value), self._unfilled(value, path))
        if isinstance(value, dict):
            return {k: self._take(v, (*path, ("item", k))) for k, v in value.items()}
        if isinstance(value, (tuple, list)):
            parts = children(value) or []
            return _made(value, [self._take(v, (*path, step)) for step, v in parts])
        new = self._objects[id(value)] = copy.copy(value)
        for name, part in attributes_of(value):
            object.__setattr__(new, name, self._take(part, (*path, ("attr", name))))
        return new

    def _unfilled(self, value: Any, path: Path) -> Any:
        """What stands where there is nothing to differentiate."""
        words = value is None or isinstance(value, (str, bytes))
        return value if words or path[-1][0] != "attr" else None

    def _fill(self, value: Any, path: Path, gradients: dict[Path, Any]) -> Any:
        if path in self._leaves:
            return gradients[path]
        if path not in self._inner:
            return value
        if isinstance(value, dict):
            return {k: self._fill(v, (*path, ("item", k)), gradients) for k, v in value.items()}
        if isinstance(value, (tuple, list)):
            parts = children(value) or []
            return _made(value, [self._fill(v, (*path, step), gradients) for step, v in parts])
        for name, part in attributes_of(value):
            filled = self._fill(part, (*path, ("attr", name)), gradients)
            object.__setattr__(value, name, filled)
        return value


def _made(like: Any, parts: list[Any]) -> Any:
    """A tuple or list of the same class."""
    return type(like)(*parts) if is_namedtuple_type(type(like)) else type(like)(parts)
