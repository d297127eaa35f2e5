"""Lowers the arguments of a call: stars, keywords, and generator expressions that are consumed at once."""

from __future__ import annotations

from typing import Any

import gast

from srcgrad.frontend.boxes import opened
from srcgrad.frontend.comprehensions import consumed, list_of
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, Mapping, Static
from srcgrad.frontend.sequences import spread
from srcgrad.frontend.stacked import stacked

# Builtins that read all of their first argument before they return.
_CONSUMERS = frozenset({list, tuple, set, frozenset, dict, sorted, sum, max, min})


def arguments_of(cx: Context, node: Any) -> tuple[list[AV], dict[str, AV]]:
    """Positional and keyword arguments, evaluated in order."""
    args = spread(cx, node.args)
    kwargs: dict[str, AV] = {}
    for keyword in node.keywords:
        value = cx.expression(keyword.value)
        more = {keyword.arg: value} if keyword.arg is not None else _keywords(cx, value, node)
        twice = next((name for name in more if name in kwargs), None)
        if twice is not None:
            message = f"the keyword argument {twice!r} is given twice"
            cx.refuse("SG217", message, node, "check the call")
        kwargs.update(more)
    return args, kwargs


def _keywords(cx: Context, value: AV, node: Any) -> dict[str, AV]:
    """What ``**value`` adds to the keyword arguments of a call."""
    value = opened(cx, value, node)
    if not isinstance(value, Mapping) or not all(isinstance(k, str) for k, _ in value.items):
        cx.refuse("SG217", "** needs a dict with names as keys", node, "check the call")
    return dict(value.items)


def consuming(cx: Context, callee: AV, node: Any) -> AV | None:
    """A call that consumes a comprehension on the spot, ``None`` if it is not known to be one."""
    function = callee.value if isinstance(callee, Static) else None
    first = node.args[0] if node.args else None
    lazy = isinstance(first, gast.GeneratorExp)
    if isinstance(first, gast.ListComp) and function is not sum:
        return stacked(cx, callee, node)
    if not (lazy or (isinstance(first, gast.ListComp) and function is sum)):
        return None
    if len(node.args) == 1 and not node.keywords:
        found = consumed(cx, function, node)
        if found is not None:
            return found
    if not (lazy and _takes_all(function)):
        return None
    args = [list_of(cx, first), *spread(cx, node.args[1:])]
    kwargs = {k.arg: cx.expression(k.value) for k in node.keywords}
    return cx.call_value(callee, args, kwargs, node)


def _takes_all(function: Any) -> bool:
    """Whether a function reads all items of its argument before it returns."""
    if isinstance(function, type) or function in (sorted, sum, max, min):
        return function in _CONSUMERS
    owner = getattr(function, "__self__", None)
    return getattr(function, "__name__", "") == "join" and isinstance(owner, str)


__all__ = ["arguments_of", "consuming"]
