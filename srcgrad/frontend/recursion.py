"""Recursive calls: the function becomes a block of its own, called by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, UserFunction


def call_recursive(
    cx: Context,
    function: UserFunction,
    bound: dict[str, AV],
    node: Any,
    run_body: Callable[[Context, UserFunction, dict[str, AV], Any], AV],
) -> AV:
    """A call of a function that is already being lowered."""
    cx.refuse("SG213", f"recursion of {function.tree.name} is not supported yet", node, "write a loop")
