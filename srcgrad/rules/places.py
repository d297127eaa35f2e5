"""Where elements are read from: places that functions find, so that their results are gathers.

Each of these functions is called by a composition, and travels with emitted text as a helper.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.rules.bindings import FUNCTIONS, Binding
from srcgrad.rules.registry import nondiff


def _places(run: Callable[..., Any], operands: int, attrs: str, infer_: infer.Infer) -> None:
    """Register a function that finds places; compositions call it by itself."""
    name = run.__name__
    nondiff(name, operands, run=run, spell=f"helper:{name}", infer=infer_)
    FUNCTIONS[run] = Binding(name, "", operands, tuple(attrs.split()))


def partition_places(a: Any, kth: Any, axis: int = -1) -> Any:
    """Where ``np.partition`` took each element from: equal elements in the order that they have."""
    order = np.argsort(a, axis=axis, kind="stable")
    ranks = np.argsort(np.partition(a, kth, axis=axis), axis=axis, kind="stable")
    return np.take_along_axis(order, np.argsort(ranks, axis=axis), axis=axis)


def unique_places(a: Any) -> Any:
    """Where ``np.unique`` took each element from."""
    return np.unique(a, return_index=True)[1]


def frexp_exponent(x: Any) -> Any:
    """The power of two that ``np.frexp`` takes out."""
    return np.frexp(x)[1]


_places(frexp_exponent, 1, "", infer.shaped(lambda x: np.frexp(x)[1], rank=0))
_places(partition_places, 1, "kth axis", infer.shaped(np.argsort, lambda x, **attrs: x))
_places(unique_places, 1, "", infer.shaped(np.argsort, lambda x, **attrs: (infer.unique_dim(),)))
