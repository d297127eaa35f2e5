"""Operands without elements, at the start, in the middle and at the end: lengths known and not known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from srcgrad import value_and_grad

X = np.arange(6.0) + 0.5
NONE, ROW = np.zeros(0), np.zeros((2, 3))

PROGRAMS: dict[str, Callable[[Any], Any]] = {
    "nothing behind": lambda x: np.sum(np.concatenate((x[0] + np.arange(3.0), NONE)) ** 2),
    "nothing before": lambda x: np.sum(np.concatenate((NONE, x[0] + np.arange(3.0))) ** 2),
    "among others": lambda x: np.sum(
        np.concatenate((NONE, x[0] + np.ones(3), NONE, x[1] * np.ones(2), x[2] * NONE)) ** 2
    ),
    "appended": lambda x: np.sum(np.append(x[0] + np.arange(3.0), NONE) ** 2),
    "columns": lambda x: np.sum(np.concatenate((x[0] + ROW, np.zeros((2, 0))), axis=1) ** 2),
    "rows": lambda x: np.sum(np.vstack((x[0] + ROW, np.zeros((0, 3)), x[1] * ROW[:1])) ** 2),
    "blocks": lambda x: np.sum(
        np.block([[x[0] + ROW, np.zeros((2, 0))], [x[1] + ROW[:1], np.zeros((1, 0))]]) ** 2
    ),
    "whole and nothing": lambda x: np.sum(np.concatenate((x, NONE)) ** 2),
    "slices": lambda x: np.sum(np.concatenate((x[6:], x[1:], x[6:], x[:2])) ** 2),
    "greatest of none": lambda x: np.max(x[6:], initial=0.5) + np.sum(x**2),
    "least of none": lambda x: np.min(x[6:], initial=x[0]) * x[1],
    "least of no columns": lambda x: np.sum(
        np.min(np.outer(x, x)[:, 6:], axis=1, initial=x[0]) * x
    ),
    "greatest of some": lambda x: np.max(x.reshape(2, 3), axis=0, initial=2.1) @ x[:3],
}


@pytest.mark.parametrize("frontend", ["source", "record"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_gradient_with_empty_operands(name: str, frontend: Any) -> None:
    function = PROGRAMS[name]
    value, gradient = value_and_grad(function, frontend=frontend)(X)
    steps = 1e-6 * np.eye(len(X))
    slopes = [(function(X + h) - function(X - h)) / 2e-6 for h in steps]
    assert value == function(X)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("frontend", ["source", "record"])
@pytest.mark.parametrize(
    "function",
    [
        lambda a: np.asarray(a)[()] ** 2,
        lambda a: np.array(a)[...] ** 2,
        lambda a: np.sum(a * np.ones(1))[()] ** 2,
        lambda a: np.array([a]).squeeze()[()] ** 2,
    ],
)
def test_whole_of_a_number(function: Any, frontend: Any) -> None:
    value, gradient = value_and_grad(function, frontend=frontend)(1.5)
    assert (value, gradient) == (2.25, 3.0)
