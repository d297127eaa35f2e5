"""Helper functions that emitted text may use where NumPy has no spelling: their source travels with it."""

from __future__ import annotations

import ast
import copy
import inspect
from functools import lru_cache

from srcgrad.rules.bindings import HELPERS


def helper_source(name: str) -> ast.stmt:
    """Definition of a helper, without annotations, as it is written into emitted text."""
    return copy.deepcopy(_parsed(name))


@lru_cache(maxsize=32)
def _parsed(name: str) -> ast.stmt:
    tree = ast.parse(inspect.getsource(HELPERS[name]))
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.returns = None
    for argument in (*function.args.args, *function.args.kwonlyargs):
        argument.annotation = None
    return function


__all__ = ["HELPERS", "helper_source"]
