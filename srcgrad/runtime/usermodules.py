"""Finds the modules whose code a function may run that belong to the user, not to a library."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import FunctionType, MethodType, ModuleType
from typing import Any

_LIMIT = 256  # namespaces looked into for one function
_NOT_USERS = frozenset({"numpy", "scipy", "srcgrad", *sys.stdlib_module_names}) - {"__main__"}
_PACKAGES = ("site-packages", "dist-packages")
_cache: dict[int, tuple[dict[str, Any], int, list[dict[str, Any]]]] = {}


def namespaces(function: Any, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """The global names of the user's modules that are reached from a function and its arguments."""
    found: dict[int, dict[str, Any]] = {}
    starts = [function, *arguments.values(), *_cells(function)]
    for value in starts:
        for names in _of_value(value):
            for reached in _closure(names):
                found[id(reached)] = reached
    return list(found.values())


def _closure(names: dict[str, Any]) -> list[dict[str, Any]]:
    """A namespace and those that its values lead to; known again while its size is the same."""
    known = _cache.get(id(names))
    if known is not None and known[0] is names and known[1] == len(names):
        return known[2]
    found = {id(names): names}
    todo = [names]
    while todo and len(found) < _LIMIT:
        for value in list(todo.pop().values()):
            for more in _of_value(value):
                if id(more) not in found:
                    found[id(more)] = more
                    todo.append(more)
    if len(_cache) > _LIMIT:
        _cache.clear()
    result = list(found.values())
    _cache[id(names)] = (names, len(names), result)
    return result


def _cells(function: Any) -> Iterable[Any]:
    for cell in getattr(function, "__closure__", None) or ():
        try:
            yield cell.cell_contents
        except ValueError:
            continue


def _of_value(value: Any) -> Iterable[dict[str, Any]]:
    """The namespaces that a value's own code lives in."""
    if isinstance(value, ModuleType):
        if _is_users(value):
            yield vars(value)
    elif isinstance(value, FunctionType):
        if _is_users_name(value.__module__ or "", value.__globals__):
            yield value.__globals__
    elif isinstance(value, MethodType):
        yield from _of_value(value.__func__)
    elif isinstance(value, type):
        for cls in value.__mro__:
            module = sys.modules.get(cls.__module__)
            if module is not None and _is_users(module):
                yield vars(module)
    elif hasattr(value, "__dict__"):
        yield from _of_value(type(value))
        yield from _of_value(getattr(value, "__wrapped__", None))
        if type(value).__name__ == "partial":
            yield from _of_value(value.func)


def _is_users_name(name: str, names: dict[str, Any]) -> bool:
    if name.partition(".")[0] in _NOT_USERS:
        return False
    file = names.get("__file__") or ""
    return not any(part in file for part in _PACKAGES)


def _is_users(module: ModuleType) -> bool:
    return _is_users_name(module.__name__, vars(module))
