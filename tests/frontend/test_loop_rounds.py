"""How often a loop is lowered until what it changes is known: nested loops multiply that."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from srcgrad import grad
from srcgrad.frontend.loops import _Round

X = np.array([0.9, -0.4, 0.7, -0.2])


def late_names(x: Any) -> Any:
    for v in x:
        if v > 0.0:
            a = 2.0 * v
        if v < 0.0:
            b = a * v
        if v > 0.8:
            c = v * v
        if v < 0.0:
            d = b * c
    return a + b + c + d


def nested(x: Any) -> Any:
    for v in x:
        for k in range(3):
            if v > 0.0:
                a = 2.0 * v
            if v < 0.0:
                b = a * v * k
            if v > 0.8:
                c = v * v
            if v < 0.0:
                d = b * c
    return a + b + c + d


@pytest.mark.parametrize(("function", "most"), [(late_names, 2), (nested, 6)])
def test_names_that_a_loop_binds_on_some_paths_are_found_together(
    function: Any, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = []
    run = _Round.run

    def counted(self: Any, *parts: Any) -> Any:
        rounds.append(self.node)
        return run(self, *parts)

    monkeypatch.setattr(_Round, "run", counted)
    found = grad(function, unroll=False)(X)
    assert len(rounds) <= most
    steps = 1e-6 * np.eye(len(X))
    slopes = [(function(X + h) - function(X - h)) / 2e-6 for h in steps]
    np.testing.assert_allclose(found, slopes, rtol=1e-7, atol=1e-9)
