"""How loops and functions are left: loops that only ``return`` ends, procedures that return early."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcgrad import check_grads, checkpoint, compiled, grad, jvp, value_and_grad
from srcgrad.errors import KindError
from tests.frontend.language_cases import check_two_orders, noting, refusal

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
    check_two_orders(function, X, unroll=unroll)


def test_a_loop_with_a_list_that_may_be_left_in_many_trips_is_recorded() -> None:
    def f(x):
        history, before = [], 0.0
        for k in range(100):
            x = np.sin(x) * 1.01
            history.append(f"{k} {before:.3f}")
            if abs(np.sum(x) - before) < 1e-12:
                break
            before = np.sum(x)
        return np.sum(x)

    with pytest.raises(KindError, match="may be left in more than 32 of its trips"):
        grad(f, frontend="source")(X)
    slopes = [(f(X + h) - f(X - h)) / 2e-6 for h in 1e-6 * np.eye(3)]
    np.testing.assert_allclose(grad(f)(X), slopes, rtol=1e-6)


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


def root(x: Any, steps: int = 50) -> Any:
    y = 1.0
    for _ in range(steps):
        step = (y * y - x) / (2 * y)
        y = y - step
        if abs(step) < 1e-9:
            return y


def parts(x: Any) -> Any:
    if x > 0:
        return x * 2, x**3


def scaled(x: Any, limit: float) -> Any:
    if np.sum(x) > limit:
        x[0] = 2.0
        return x


def of_roots(x):
    r = root(x)
    total = -r + root(x * 2) * 2**r + (1.0 if r < 5 else 0.0)
    total -= np.sqrt(root(x)) * math.sin(float(root(x)))
    a, b = parts(x)
    return total * a + parts(b)[1]


def of_two_steps(x):
    print("before")
    return x * 2 if root(x, 2) < 3 else x


def asked_for_none(x, steps):
    r = root(x, steps)
    if r is None:
        return x**3
    match root(x, steps):
        case None:
            return x
        case _:
            return r * x


def tried_until_found(x):
    steps = 2
    while True:
        r = root(x, steps)
        steps += 1
        if r is not None:
            break
    return r * x * steps


def tail(x):
    return root(x)


def slopes_inside(x):
    return grad(root)(x) * grad(lambda y: y * y * x)(root(x)) * checkpoint(root)(x)


def written_in_place(x):
    y = x.copy()
    w = scaled(y, 0.5) * 3.0
    return np.sum(w * y) + np.sum(x)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (of_roots, (1.7,)),
        (asked_for_none, (1.7, 2)),
        (asked_for_none, (1.7, 20)),
        (tried_until_found, (1.7,)),
        (tail, (1.7,)),
        (slopes_inside, (1.7,)),
        (written_in_place, (X,)),
    ],
)
def test_results_that_may_be_none(function: Any, args: Any) -> None:
    value, _ = value_and_grad(function, frontend="source")(*args)
    assert value == function(*args)
    check_grads(function, args, rtol=1e-6)
    if isinstance(args[0], float):
        x, rest = args[0], args[1:]
        slope = grad(function, frontend="source")(x, *rest)
        for unroll in (False, True):
            assert grad(function, unroll=unroll)(x, *rest) == pytest.approx(slope)
        assert jvp(lambda v: function(v, *rest), (x,), (1.0,))[1] == pytest.approx(slope)


@pytest.mark.parametrize(
    ("function", "args"),
    [(of_roots, (-0.7,)), (of_two_steps, (1.7,)), (written_in_place, (-X,))],
)
def test_arithmetic_with_none_raises_as_in_python(function: Any, args: Any) -> None:
    for call in (function, grad(function, frontend="source")):
        with pytest.raises(TypeError):
            call(*args)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("return x * 3 if g(x) else x", "SG224"),
        ("return (g(x) or 2.0) * x", "SG224"),
        ("return x * 3 if g(x) == None else x", "SG224"),
        ("return x * 3 if g(x) in (1, x) else x", "SG224"),
        ("return x if isinstance(g(x), float) else 2 * x", "SG212"),
        ("return np.sum(np.array([g(x), x]))", "SG215"),
        ("return g(x).value * x", "SG203"),
        ("r = g(x)\n    print(r)\n    return x", "SG228"),
        ("r = g(x)\n    if r is None:\n        r = x\n    return r", "SG208"),
        ("return x, g(x)", "SG224"),
        ("return h(x) * 2\ndef h(x):\n    if x > 0: return g(x)", "SG224"),
        ("a = np.ones(2)\n    b = k(a, x)\n    b *= x\n    return a[0]", "SG207"),
        ("match g(x):\n        case 2.0: return x\n    return 2 * x", "SG224"),
    ],
)
def test_other_uses_of_what_may_be_none_are_refused(body: str, code: str, tmp_path: Path) -> None:
    text = "import numpy as np\ndef g(x):\n    if x > 2: return x * x\n"
    text += "def k(a, x):\n    if x > 2: return a\n"
    error = refusal(tmp_path, f"{text}def f(x):\n    {body}\n", 1.5)
    assert error.code == code
    assert error.remedy


def test_compiled_function_that_may_give_nothing_is_refused() -> None:
    def f(x):
        if x > 0:
            return x * x

    with pytest.raises(KindError, match="some paths of this function return nothing"):
        compiled(f)(1.5)
