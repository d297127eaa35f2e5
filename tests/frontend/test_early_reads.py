"""Names that one path of a loop reads and another binds: ``if k == 0: h = x`` and ``else: h = step(h)``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcgrad import grad
from tests.frontend.language_cases import check_two_orders, noting, refusal

CASES: list[Any] = []
case = noting(CASES)
X = np.array([0.5, -0.4, 0.8])


@case()
def arms(x):
    for k in range(3):
        if k == 0:
            h = np.sin(x)
        else:
            h = h * np.cos(h)
    return np.sum(h)


@case()
def one_line(x):
    for k in range(3):
        h = np.sin(x) if k == 0 else h * np.cos(h)
    return np.sum(h)


@case()
def two_names_and_continue(x):
    for k in range(3):
        if k == 0:
            h, c = x * x, np.zeros(3)
            continue
        h, c = h * np.cos(c) + x, c + h
    return np.sum(h * c)


@case()
def read_in_a_loop_inside(x):
    for k in range(3):
        if k == 0:
            h = x
        else:
            for j in range(2):
                h = h * x[j] + np.sin(h)
    return np.sum(h)


@case()
def bound_by_the_inner_of_two_loops(x):
    for i in range(3):
        for j in range(3):
            if j == 0 and i == 0:
                h = x
            elif j == 0:
                h = h * h
            else:
                h = h * x[j]
    return np.sum(h)


@case()
def until_it_settles(x):
    k = 0
    while True:
        if k == 0:
            p = x
        else:
            q = p * np.sin(p)
            if np.max(np.abs(q - p)) < 0.1 or k > 5:
                break
            p = q
        k += 1
    return np.sum(p)


@case()
def the_trip_before(x):
    for k in range(3):
        y = np.sin(x[k]) * before if k > 0 else x[0]
        before = y * y
    return y


@case()
def chosen_by_data(x):
    for k in range(3):
        if x[k] > 0.6:
            y = y * x[k]
        else:
            y = np.sum(x[k:])
    return y


@case()
def read_by_a_function_inside(x):
    def doubled():
        return h * 2

    for k in range(3):
        if k == 0:
            h = x
        else:
            h = doubled() * x
    return np.sum(h)


@case()
def least_and_greatest(x):
    for k in range(3):
        v = x[k] * x[k - 1]
        if k == 0:
            low = high = v
        else:
            low, high = min(low, v), max(high, v)
    return (high - low) ** 2


@case()
def made_in_the_first_trip_and_written_in_all(x):
    for k in range(3):
        if k == 0:
            a = np.zeros((3, 3))
        a[k] = x * x[k]
        if k > 0:
            a[k] += a[k - 1]
    return np.sum(a**2)


@case()
def written_for_the_loop_alone(x):
    total = 0.0
    for k in range(3):
        if k == 0:
            a = np.zeros(3)
        a[k] = x[k] ** 2
        total += np.sum(a) * x[k]
    return total


@case()
def view_of_what_a_trip_before_made(x):
    for k in range(3):
        if k == 0:
            a = np.zeros((3, 3))
            a[0] = x
        else:
            a[k] = a[k - 1] * x[k]
            row = a[k]
            row *= 2.0
    return np.sum(a**2)


@case()
def three_ways(x):
    total = 0.0
    for k in range(3):
        match k:
            case 0:
                w = x
            case 1:
                w = w * w
            case _:
                w = w + np.sin(w)
        total = total + np.sum(w)
    return total


@case()
def updated_and_deleted_after_the_loop(x):
    for _ in range(2):
        for k in range(3):
            s = x[k] ** 2
            t = s * x
            if s > 0.3:
                break
        s -= x[0]
        t += s
    del s
    return np.sum(t**2)


@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize(("function", "args"), CASES)
def test_gradient_of_state_that_the_first_trip_starts(
    function: Any, args: Any, unroll: bool
) -> None:
    check_two_orders(function, X, unroll=unroll)


def test_name_that_no_trip_binds_first_raises_as_in_python() -> None:
    def f(x):
        for k in range(3):
            if k == 2:
                h = x
            else:
                h = h * x
        return np.sum(h)

    with pytest.raises(UnboundLocalError, match="'h'"):
        grad(f)(X)


@pytest.mark.parametrize(
    "body",
    [
        "for k in range(3):\n        h = h * x\n    return np.sum(h)",
        "while h < 3:\n        h = x\n    return np.sum(h)",
        "for k in range(3):\n        h = h * x if k else h\n    return np.sum(h)",
    ],
)
def test_name_that_is_always_read_first_is_refused(body: str, tmp_path: Path) -> None:
    error = refusal(tmp_path, f"import numpy as np\ndef f(x):\n    {body}\n", X)
    assert "'h' is read before it is assigned [SG209]" in str(error)
