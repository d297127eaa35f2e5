r"""Writes out private names: in a class ``K``, ``self.__x`` means ``self._K__x``.

Python's compiler does this to every name of two leading underscores, and not two trailing ones, in the
text of a class. Keywords of calls and text in strings stay as they are.

>>> import gast
>>> tree = gast.parse("def f(self, x):\n    return self.__w * self.__call__(x)").body[0]
>>> print(gast.unparse(written_out(tree, "K.f")))
def f(self, x):
    return self._K__w * self.__call__(x)
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import gast

_NAMED = ((gast.Attribute, "attr"), (gast.Name, "id"), (gast.FunctionDef, "name"))


def written_out(tree: Any, path: str) -> Any:
    """The tree of a function with its private names written out; ``path`` is its qualified name."""
    cls = _class_around(path).lstrip("_")
    for node in gast.walk(tree) if cls else ():
        for kind, field in _NAMED:
            if isinstance(node, kind):
                setattr(node, field, _mangled(getattr(node, field), cls))
        if isinstance(node, (gast.Global, gast.Nonlocal)):
            node.names = [_mangled(name, cls) for name in node.names]
    return tree


def path_of(function: FunctionType) -> str:
    """Where a function is defined: the classes and functions around it, with dots between."""
    return getattr(function.__code__, "co_qualname", function.__qualname__)


def _class_around(path: str) -> str:
    """The innermost class whose text holds a function, empty if there is none.

    >>> _class_around("f.<locals>.K.g.<locals>.h")
    'K'
    """
    words = path.split(".")
    while len(words) > 2 and words[-2] == "<locals>":
        words = words[:-2]
    return words[-2] if len(words) > 1 else ""


def _mangled(name: str, cls: str) -> str:
    private = name.startswith("__") and not name.endswith("__")
    return f"_{cls}{name}" if private else name


__all__ = ["path_of", "written_out"]
