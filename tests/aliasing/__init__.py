"""Programs in which two names share memory: views, stores, procedures, branches, loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tests.verdict import Argnums

X = np.array([1.5, -0.7, 2.2, 0.4])
Y = np.array([0.3, 1.9, -1.1, 0.8])
A = np.array([[0.5, -1.2, 2.0], [1.1, 0.3, -0.4], [-0.9, 1.7, 0.6]])
B = np.array([[1.0, 0.2, -0.3, 2.1], [0.7, -1.5, 0.9, 0.4]])


class Program(NamedTuple):
    """A function, its arguments, what it is differentiated by, and its gradient if known by hand."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    wrt: Argnums
    true: Any


PROGRAMS: dict[str, Program] = {}


def program(*args: Any, wrt: Argnums = 0, true: Any = None) -> Callable[..., Any]:
    """Enter a function with its arguments into the table, under its name."""

    def enter(function: Any) -> Any:
        assert function.__name__ not in PROGRAMS, function.__name__
        PROGRAMS[function.__name__] = Program(function, args, wrt, true)
        return function

    return enter
