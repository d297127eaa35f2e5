"""Lowers ``with``: contexts that leave values alone are entered for nothing, others are refused."""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from srcgrad.frontend.context import Context, Exit
from srcgrad.frontend.operators import static_value


def with_statement(cx: Context, node: Any) -> Exit:
    """``with np.errstate(...)``, which changes warnings only."""
    for item in node.items:
        call = item.context_expr
        known = isinstance(call, gast.Call) and static_value(cx.expression(call.func))
        settings = [static_value(cx.expression(k.value)) for k in getattr(call, "keywords", [])]
        quiet = all(s in ("ignore", "warn") for s in settings)
        if known is not np.errstate or call.args or not quiet or item.optional_vars:
            message = "only np.errstate that ignores or warns is supported in with"
            cx.refuse("SG107", message, item.context_expr, "enter the context around the call")
    return cx.statements(node.body)


__all__ = ["with_statement"]
