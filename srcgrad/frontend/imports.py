"""Lowers ``import`` inside a function: the module of now, its members as captures."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from srcgrad.frontend.context import Context
from srcgrad.frontend.expressions import store_name
from srcgrad.frontend.kinds import AV, Static
from srcgrad.frontend.resolve import Capture, Root, is_numpy_module


def import_modules(cx: Context, node: Any) -> None:
    """``import a.b as c``."""
    for alias in node.names:
        module = _module(cx, alias.name, node)
        if alias.asname is None:
            name = alias.name.partition(".")[0]
            store_name(cx, name, Static(_module(cx, name, node)), node)
        else:
            store_name(cx, alias.asname, Static(module), node)


def import_names(cx: Context, node: Any) -> None:
    """``from a import b as c``."""
    if node.level:
        cx.refuse("SG110", "a relative import inside a function", node, "import at module level")
    module = _module(cx, node.module, node)
    for alias in node.names:
        if not hasattr(module, alias.name):
            message = f"{node.module} has no {alias.name!r}"
            cx.refuse("SG110", message, node, "import at module level")
        value = getattr(module, alias.name)
        capture = Capture(Root(module, "object", module.__name__), (("attr", alias.name),))
        known = is_numpy_module(capture, value)
        member: AV = Static(value)
        if not known or isinstance(value, (int, float)):
            member = cx.captured(capture, value)
        store_name(cx, alias.asname or alias.name, member, node)


def _module(cx: Context, name: str, node: Any) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        message = f"import {name} raises {type(error).__name__}: {error}"
        cx.refuse("SG110", message, node, "import at module level")


__all__ = ["import_modules", "import_names"]
