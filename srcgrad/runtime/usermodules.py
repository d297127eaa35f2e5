"""Finds the modules whose names are exchanged while a function is recorded.

They are those of the user that it may reach, and those of installed packages of plain Python that its
code calls into. NumPy, SciPy, the standard library and packages with compiled code are left alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

_LIMIT = 256  # namespaces looked into for one function
_NOT_USERS = frozenset({"numpy", "scipy", "srcgrad", *sys.stdlib_module_names}) - {"__main__"}
_PACKAGES = ("site-packages", "dist-packages")
_NUMERIC = frozenset({"numpy", "scipy", "math", "cmath"})
_cache: dict[int, tuple[dict[str, Any], int, list[dict[str, Any]]]] = {}
_called: dict[Any, tuple[Any, list[dict[str, Any]]]] = {}


def namespaces(function: Any, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """The global names of the modules that a function and its arguments lead to."""
    found: dict[int, dict[str, Any]] = {id(n): n for n in _of_packages(function, arguments)}
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


# -- packages -------------------------------------------------------------------------------------


def _of_packages(function: Any, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """The namespaces of installed packages that a function calls into, by what its code names."""
    key = (id(function), len(sys.modules), tuple(map(type, arguments.values())))
    known = _called.get(key)
    if known is None or known[0] is not function:
        if len(_called) > _LIMIT:
            _called.clear()
        names = _package_names([function, *arguments.values()])
        modules = [m for name in sorted(names) for m in _modules_of(name)]
        known = _called[key] = (function, [vars(m) for m in modules[:_LIMIT]])
    return known[1]


def _package_names(starts: list[Any]) -> set[str]:
    """The packages whose functions, classes or modules are named by code that belongs to the user."""
    found: set[str] = set()
    seen: dict[int, Any] = {}
    todo = list(starts)
    while todo and len(seen) < _LIMIT:
        value = todo.pop()
        home = value if isinstance(value, ModuleType) else sys.modules.get(_home_of(value))
        if id(value) in seen or home is None or home.__name__.partition(".")[0] in _NOT_USERS:
            continue
        seen[id(value)] = value
        if not _is_users(home):
            found.add(home.__name__.partition(".")[0])
        elif isinstance(value, FunctionType):
            todo += _named_in(value)
        elif isinstance(value, MethodType):
            todo += [value.__func__, value.__self__]
        elif isinstance(value, type):
            todo += [part for cls in value.__mro__ for part in vars(cls).values()]
        elif not isinstance(value, ModuleType):
            todo += [type(value), *getattr(value, "__dict__", {}).values()]
    return found


def _home_of(value: Any) -> str:
    """The name of the module that a value, or its class, is from."""
    name = getattr(value, "__module__", None)
    return name if isinstance(name, str) else ""


def _named_in(function: FunctionType) -> list[Any]:
    """What the code of a function, and of those inside it, names: globals, cells, modules, their parts."""
    names: set[str] = set()
    todo = [function.__code__]
    while todo:
        code = todo.pop()
        names.update(code.co_names)
        todo += [c for c in code.co_consts if isinstance(c, CodeType)]
    found = [function.__globals__[n] for n in names if n in function.__globals__]
    found += [*_cells(function), *(sys.modules[n] for n in names if n in sys.modules)]
    for value in found:
        if isinstance(value, ModuleType) and _is_users(value):
            found += [vars(value)[n] for n in names if n in vars(value)]
    return found


def _modules_of(package: str) -> list[ModuleType]:
    """The modules of a package that compute with numbers; none if it has compiled code."""
    inside = [
        m
        for name, m in list(sys.modules.items())
        if name.partition(".")[0] == package and isinstance(m, ModuleType)
    ]
    if not all((getattr(m, "__file__", None) or ".py").endswith(".py") for m in inside):
        return []
    return [m for m in inside if any(map(_is_numeric, list(vars(m).values())))]


def _is_numeric(value: Any) -> bool:
    """Whether a value is a module or function of NumPy, SciPy or ``math``."""
    home = value.__name__ if isinstance(value, ModuleType) else _home_of(value)
    return home.partition(".")[0] in _NUMERIC
