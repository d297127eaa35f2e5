"""How loops and functions are left: loops that only ``return`` ends, procedures that return early."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcgrad import grad, hvp
from tests.frontend.language_cases import noting, refusal

CASES: list[Any] = []
case = noting(CASES)
X = np.array([0.5, -0.4, 0.8])


def newton(f: Any, y: Any, c: Any) -> Any:
    while True:
        d = f(y, c) / (2 * y)
        y = y - d
        if abs(d) < 1e-12:
            return y


def second_or_third(a: Any, k: Any) -> None:
    if k == 0:
        a[1] = 2 * a[0]
        return
    a[2] = a[0] * a[1]


@case()
def iteration_until_it_has_converged(x):
    return newton(lambda y, c: y * y - c, 1.0, x[0] ** 2 + 1) * x[1]


@case()
def iterations_in_a_loop(x):
    total = 0.0
    for v in x:
        total += newton(lambda y, c: y * y - c, 1.0, v**2 + 0.1) * v
    return total


@case()
def returns_and_breaks(x):
    y = 1.0
    while True:
        d = (y * y - x[0]) / (2 * y)
        y -= d
        if abs(d) < 1e-12:
            return y * x[1]
        if y > 100:
            break
    return x[2]


@case()
def returns_from_the_inner_of_two(x):
    k = 0
    while True:
        k += 1
        while True:
            if x[k % 3] * k > 1:
                return x[k % 3] ** 2
            if k % 2:
                break
            k += 1


@case()
def for_inside_with_else(x):
    k = 0
    while True:
        for v in x:
            if v > 0.6 and k > 1:
                return v * k + s
            if v < -10:
                break
        else:
            k += 1
            s = np.sum(x) * k
            continue
        break
    return 0.0


@case()
def procedure_that_returns_early(x):
    a = x.copy()
    for k in range(3):
        second_or_third(a, k % 2)
    return np.sum(a**2)


@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize(("function", "args"), CASES)
def test_gradient_agrees_with_differences(function: Any, args: Any, unroll: bool) -> None:
    def slope(f: Any, v: Any) -> Any:
        return (f(X + 1e-6 * v) - f(X - 1e-6 * v)) / 2e-6

    gradient = grad(function, frontend="source", unroll=unroll)
    slopes = [slope(function, v) for v in np.eye(3)]
    np.testing.assert_allclose(gradient(X), slopes, rtol=1e-7, atol=1e-8)
    v = np.array([1.0, -0.5, 2.0])
    np.testing.assert_allclose(hvp(function)(X, v), slope(gradient, v), rtol=1e-7, atol=1e-7)


def converging(x):
    y = 1.0
    for _ in range(6):
        step = (y * y - x) / (2 * y)
        y = y - step
        if abs(step) < 1e-9:
            return y
    print("did not converge", y)


def test_function_that_gives_nothing_on_a_path_raises_on_that_path(capsys: Any) -> None:
    found = grad(converging, frontend="source")
    assert found(2.0) == pytest.approx(0.5 / 2.0**0.5)
    assert converging(1e6) is None
    shown = capsys.readouterr().out
    with pytest.raises(TypeError, match="converging returned None"):
        found(1e6)
    assert capsys.readouterr().out == shown


def test_function_inside_that_gives_nothing_on_a_path_is_refused(tmp_path: Path) -> None:
    text = "def f(x):\n    return g(x) * 2\ndef g(x):\n    if x > 2: return x\n"
    error = refusal(tmp_path, text, 1.5)
    assert "some paths of this function return nothing [SG224]" in str(error)
