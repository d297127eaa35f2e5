"""Arrays that hold integers on one path and floats on another have a gradient on both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from srcgrad import grad


def chosen(x, a):
    y = np.full(5, 0) if x[0] > 0.5 else np.full(5, a)
    return np.sum(y * y * 0.5) + np.sum(y[1:3] * a)


def begun_with_integers(x, a):
    y = np.array([1, 2, 3])
    for _ in range(3):
        y = y * a
    return np.sum(y * y)


def changed_on_one_path(x, a):
    y = np.arange(4)
    if x[0] > 0.5:
        y = y + a
    z = y * 2
    return np.sum(z[1:] * z[:-1])


def summed(x, a):
    y = np.arange(4)
    if x[0] > 0.5:
        y = y * a
    return np.sum(y) * a


def read_at_a_column(x, a):
    y = np.maximum((np.full((1, 5), 0) if np.mean(x) > 0.5 else np.full((1, 5), a))[:, -1], -0.76)
    return 0.65 * a + 0.43 * np.sum(y)


PROGRAMS: list[Callable[..., Any]] = [
    chosen,
    begun_with_integers,
    changed_on_one_path,
    summed,
    read_at_a_column,
]


@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize("start", [0.9, 0.1])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_the_gradient_is_the_slope(program: Any, start: float, unroll: bool) -> None:
    x, a, step = np.full(2, start), 0.7, 1e-6
    slope = (program(x, a + step) - program(x, a - step)) / (2 * step)
    assert grad(program, argnums=1, unroll=unroll)(x, a) == pytest.approx(slope, rel=1e-7)
    assert grad(lambda a: grad(program, argnums=1)(x, a))(a) == pytest.approx(
        (program(x, a + 1e-4) - 2 * program(x, a) + program(x, a - 1e-4)) / 1e-8, rel=1e-5, abs=1e-5
    )
