"""Helper functions that emitted text may use where NumPy has no spelling: their source travels with it."""

from __future__ import annotations

import ast
import copy
import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from srcgrad.rules.linalg import product_left, product_right
from srcgrad.rules.reductions import product_of_others
from srcgrad.rules.shapes import unbroadcast_to
from srcgrad.rules.stores import last_written

HELPERS: dict[str, Callable[..., Any]] = {
    f.__name__: f
    for f in (unbroadcast_to, product_of_others, product_left, product_right, last_written)
}


def helper_source(name: str) -> ast.stmt:
    """Definition of a helper, without annotations, as it is written into emitted text."""
    return copy.deepcopy(_parsed(name))


@lru_cache(maxsize=32)
def _parsed(name: str) -> ast.stmt:
    tree = ast.parse(inspect.getsource(HELPERS[name]))
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.returns = None
    for argument in function.args.args:
        argument.annotation = None
    return function
