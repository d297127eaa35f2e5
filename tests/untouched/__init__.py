"""Programs with effects beside their value: writes, random draws, printing, exceptions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

X = np.array([1.5, -0.7, 2.2, 0.4])
A = np.array([[0.5, -1.2, 2.0], [1.1, 0.3, -0.4], [-0.9, 1.7, 0.6]])

PROGRAMS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {}
WORLD: dict[str, Any] = {"count": 0, "log": [], "array": np.zeros(3)}


def program(*args: Any) -> Callable[..., Any]:
    """Enter a function with its arguments into the table, under its name."""

    def enter(function: Any) -> Any:
        assert function.__name__ not in PROGRAMS, function.__name__
        PROGRAMS[function.__name__] = (function, args)
        return function

    return enter
