"""Sample points, and what is asked of every function that is written out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad import value_and_grad

_RANDOM = np.random.default_rng(0)
V = _RANDOM.normal(size=6)
P = _RANDOM.uniform(0.2, 0.9, 6)
M = _RANDOM.normal(size=(3, 4))
S = _RANDOM.normal(size=(3, 3)) + 3 * np.eye(3)
A = S @ S.T
B = _RANDOM.normal(size=(2, 3, 3)) + 3 * np.eye(3)
T = _RANDOM.normal(size=(2, 3, 4))
Q = _RANDOM.uniform(0.2, 0.9, (3, 4))
WEIGHTS = np.random.default_rng(9).normal(size=400)


def flat(y: Any) -> Any:
    """A sum that tells every element from every other."""
    return np.sum(np.ravel(y) * WEIGHTS[: np.size(y)])


def check(function: Callable[[Any], Any], x: Any, frontend: str = "auto") -> None:
    """The value is that of plain Python but for the last digits; the slope that of differences."""
    expected = function(x.copy())
    value, g = value_and_grad(function, frontend=frontend)(x.copy())
    assert abs(value - expected) <= 1e-13 * max(1.0, abs(expected))
    assert g.shape == x.shape
    assert g.dtype == x.dtype
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += 1e-6
        down[place] -= 1e-6
        wanted = (function(up) - function(down)) / 2e-6
        assert abs(g[place] - wanted) <= 1e-6 + 2e-5 * abs(wanted), place
