"""Exceptions, assertions and printed text: the compiled code raises and prints what the function does."""

# ruff: noqa: B007, UP031
from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from language_cases import refusal

from srcgrad import check_grads, grad, value_and_grad
from srcgrad.errors import SrcgradError

X = np.array([0.7, -1.3, 2.1])


def guarded(x, n):
    if n < 0:
        raise ValueError(f"n is {n}, sum {np.sum(x):.3f}")
    total = np.sum(x * x)
    for i in range(n):
        if total > 1e3:
            raise OverflowError("too large")
        total = total * total
    return total


def formatted(x, a):
    if a < 0:
        raise ValueError("a is %d of %s: %.3f %5.2e%%" % (a, x.shape, x[0], np.sum(x)))
    if a > 1:
        raise ValueError(
            "{} and {1!r:>4}, {name:.2f}".replace("{}", "{0}").format(x.shape, a, name=x[1])
        )
    if x.dtype == int or len(x) == 2:
        raise TypeError(f"{x.shape} {(len(x),)!r} {[x.ndim, 'n']} {x.dtype}")
    assert x.shape == (3,), f"{x.shape} is no {(3,)}"
    return np.sum(x * x) * a


def chosen(x, a):
    if a > 1:
        y = x * x
    elif a > 0:
        y = x**3
    else:
        raise KeyError("a")
    return y * a


def searched(x, limit):
    for k in range(5):
        x = x * x
        if x > limit:
            return x * k
    raise RuntimeError(f"not above {limit!r} after {k + 1} steps")


def asserted(x, a):
    y = x * a
    assert y > 0, f"y is {y:.2f}"
    return y * y


def raising_in_both(x, a):
    if a > 1:
        raise ValueError("large")
    if a < 0:
        if a < -1:
            raise TypeError
        raise ValueError("small")
    return x * a


def raising_at_the_end(x, mode):
    if mode == "square":
        return x * x
    elif mode == "cube":
        return x**3
    raise ValueError(mode)


CASES = [
    (guarded, (X, 2)),
    (guarded, (X, -1)),
    (guarded, (X, 7)),
    (formatted, (X, -3)),
    (formatted, (X, 4)),
    (formatted, (X, 1)),
    (formatted, (X[:2], 1)),
    (formatted, (np.ones(5), 1)),
    (chosen, (1.3, 2.0)),
    (chosen, (1.3, 0.5)),
    (chosen, (1.3, -0.5)),
    (searched, (1.3, 2.0)),
    (searched, (1.3, 1e30)),
    (asserted, (1.3, 2.0)),
    (asserted, (1.3, -2.0)),
    (raising_in_both, (1.3, 0.5)),
    (raising_in_both, (1.3, 2.0)),
    (raising_in_both, (1.3, -0.5)),
    (raising_in_both, (1.3, -2.0)),
    (raising_at_the_end, (1.3, "square")),
    (raising_at_the_end, (1.3, "cube")),
]


@pytest.mark.parametrize("unroll", [False, True, "auto"])
@pytest.mark.parametrize(("function", "args"), CASES)
def test_same_exception_or_right_gradient(function: Any, args: Any, unroll: Any) -> None:
    try:
        value = function(*args)
    except Exception as error:
        with pytest.raises(type(error)) as caught:
            grad(function, unroll=unroll)(*args)
        assert type(caught.value) is type(error)
        assert str(caught.value) == str(error).partition("\nassert")[0]  # pytest adds its own
    else:
        assert value_and_grad(function, unroll=unroll)(*args)[0] == value
        check_grads(function, args)


def test_function_that_always_raises_is_refused_with_its_place():
    with pytest.raises(SrcgradError, match="raises whenever"):
        grad(raising_at_the_end, frontend="source")(1.3, "other")


def printing(x, n):
    print("start")
    total = 0.0
    for i in range(n):
        total = total + x[i] * x[i]
        print(f"{i}: {total:.3f}", i, total, sep="|")
        if total > 2:
            print("large", end="!\n")
    print("end {}", total, f"{n!r:>4}")
    return total


@pytest.mark.parametrize("unroll", [False, True, "auto"])
def test_print_shows_the_same_text_once(capsys: Any, unroll: Any) -> None:
    printing(X, 3)
    expected = capsys.readouterr().out
    found = grad(printing, unroll=unroll)
    for _ in range(2):
        np.testing.assert_allclose(found(X, 3), 2 * X)
        assert capsys.readouterr().out == expected


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("print({x})\n    return x", "SG116"),
        ("print(np.ones(2), [x * np.ones(2)])\n    return x", "SG228"),
        ("raise ValueError(x)", "SG228"),
        ("raise ValueError('a') from KeyError('b')", "SG101"),
        ("raise", "SG101"),
        ("y = f'{x}'\n    return x if y == '1.3' else 2 * x", "SG215"),
    ],
)
def test_refused_with_place_and_remedy(body, code, tmp_path):
    error = refusal(tmp_path, f"import numpy as np\ndef f(x):\n    {body}\n", 1.3)
    assert error.code == code
    assert error.remedy


def silenced(x):
    with np.errstate(invalid="ignore", divide="ignore"):
        y = np.log(x) / (x - x[0])
    return np.sum(np.where(np.isfinite(y), y, 0.0) * x)


@pytest.mark.parametrize("unroll", [False, True, "auto"])
@pytest.mark.filterwarnings("error")
def test_errstate_silences_the_compiled_code_too(unroll: Any) -> None:
    x = np.array([-1.0, 2.0, 0.5])
    found = grad(silenced, unroll=unroll, frontend="source")(x)
    step = 1e-6 * np.eye(3)
    ends = [(silenced(x + h) - silenced(x - h)) / 2e-6 for h in step[1:]]
    np.testing.assert_allclose(found[1:], ends, rtol=1e-6)
