"""Lowers ``with``: contexts that leave values alone are entered for nothing, others are refused."""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from srcgrad.frontend.context import Context, Exit
from srcgrad.frontend.operators import static_value

_KINDS = ("divide", "over", "under", "invalid")


def with_statement(cx: Context, node: Any) -> Exit:
    """``with np.errstate(...)``, which changes warnings only."""
    for item in node.items:
        call = item.context_expr
        known = isinstance(call, gast.Call) and static_value(cx.expression(call.func))
        given = {k.arg: static_value(cx.expression(k.value)) for k in getattr(call, "keywords", [])}
        settings = {**dict.fromkeys(_KINDS, given.pop("all", None)), **given}
        plain = all(s in ("ignore", "warn", None) for s in settings.values())
        if known is not np.errstate or call.args or not plain or item.optional_vars:
            message = "only np.errstate that ignores or warns is supported in with"
            cx.refuse("SG107", message, item.context_expr, "enter the context around the call")
        quiet = tuple(kind for kind in _KINDS if settings[kind] == "ignore")
        if quiet:
            cx.emit("quiet", kinds=quiet)
    return cx.statements(node.body)


__all__ = ["with_statement"]
