"""Loops are lowered in few rounds: what one round finds is noted all at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from srcgrad import grad
from srcgrad.frontend.loops import _Round


def first_bound_in_arms(x):
    total = 0.0
    for i in range(3):
        if i > 0:
            a = x * i
        if i > 0:
            b = a * a
        for k in range(2):
            if i > 0:
                c = np.sum(b) + k
            if i > 0:
                d = c * x
            if i > 0:
                e = np.sum(d)
                total = total + e
    return total


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The first line of the loop of each round."""
    seen: list[int] = []
    run = _Round.run

    def counted(self: Any, *parts: Any) -> Any:
        seen.append(self.node.lineno)
        return run(self, *parts)

    monkeypatch.setattr(_Round, "run", counted)
    return seen


def test_names_that_a_loop_binds_first_take_one_round_more(rounds: list[int]) -> None:
    x = np.array([0.7, -1.3])
    # the sum over i in (1, 2) and k in (0, 1) of (i**2 sum(x**2) + k) sum(x)
    square, plain = np.sum(x * x), np.sum(x)
    expected = 10 * (2 * x * plain + square) + 2
    np.testing.assert_allclose(grad(first_bound_in_arms)(x), expected, rtol=1e-13)
    outer, inner = sorted(set(rounds))
    assert rounds.count(outer) <= 3
    assert rounds.count(inner) <= 6
