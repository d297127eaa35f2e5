"""Programs whose names share memory: right, or refused and listed."""

from __future__ import annotations

import linecache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcgrad import grad
from tests.aliasing import (  # noqa: F401
    PROGRAMS,
    Program,
    X,
    flow,
    lengths,
    mixed,
    names,
    procedures,
    stores,
    views,
)
from tests.verdict import RefusedList, check, verdict

REFUSED = RefusedList(Path(__file__).parent / "aliasing" / "refused.txt")


def enter_chains() -> None:
    """Enter programs of 1 to 20 element stores, made as text."""
    for length in range(1, 21):
        name, text = f"chain_{length:02}", stores.make_chain(length)
        file = f"<{name}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        space: dict[str, Any] = {"np": np}
        exec(compile(text, file, "exec"), space)
        PROGRAMS[name] = Program(space[f"chain_{length}"], (X,), 0, None)


enter_chains()


def moved(tree: Any) -> Any:
    """Other arguments on the same path of the programs that branch on signs."""
    if isinstance(tree, np.ndarray):
        return (tree * 1.03).astype(tree.dtype)
    if isinstance(tree, dict):
        return {key: moved(part) for key, part in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(moved(part) for part in tree)
    return tree * 1.03 if isinstance(tree, float) else tree


@pytest.mark.parametrize("name", PROGRAMS)
def test_aliasing_program(name: str, update_golden: bool) -> None:
    function, args, wrt, true = PROGRAMS[name]
    points = [args, moved(args)]
    REFUSED.expect(name, verdict(check, function, points, wrt, true), update_golden)


def test_list_of_refused_names_programs() -> None:
    others = ("overlapping_arguments_", "captured_array_")
    assert {n for n in REFUSED.read() if not n.startswith(others)} <= set(PROGRAMS)


def test_programs_are_many() -> None:
    assert len(PROGRAMS) >= 100


# -- arguments of the differentiated function that overlap


def product(a: Any, b: Any) -> Any:
    return np.sum(a * a * b)


def writing(a: Any, b: Any) -> Any:
    a[0] = b[1] * 3
    return np.sum(a * b * b)


def test_same_array_read_twice_has_partial_derivatives() -> None:
    x = X.copy()
    da, db = grad(product, (0, 1))(x, x)
    np.testing.assert_allclose(da, 2 * x * x, rtol=1e-15)
    np.testing.assert_allclose(db, x * x, rtol=1e-15)
    assert not np.shares_memory(da, db)


OVERLAPS = {
    "same": (slice(0, 4), slice(0, 4)),
    "shifted": (slice(0, 3), slice(1, 4)),
    "reversed": (slice(None, None, -1), slice(0, 4)),
}


@pytest.mark.parametrize("overlap", OVERLAPS)
@pytest.mark.parametrize("function", [product, writing], ids=lambda f: f.__name__)
def test_overlapping_arguments(function: Any, overlap: str, update_golden: bool) -> None:
    """Moving the memory moves both arguments: both gradients together are the total derivative."""
    left, right = OVERLAPS[overlap]

    def total(x: Any) -> Any:
        x = x.copy()
        return function(x[left], x[right])

    def check_sum() -> None:
        x, found = X.copy(), np.zeros(4)
        da, db = grad(function, (0, 1))(x[left], x[right])
        found[left] += da
        found[right] += db
        for k in range(4):
            unit = np.eye(4)[k] * 1e-6
            slope = (total(X + unit) - total(X - unit)) / 2e-6
            assert found[k] == pytest.approx(slope, rel=1e-7, abs=1e-7)

    name = f"overlapping_arguments_{function.__name__}_{overlap}"
    REFUSED.expect(name, verdict(check_sum), update_golden)


# -- what is captured


def test_captured_array_changed_after_the_call() -> None:
    w = np.array([2.0, 3.0, 1.0, 4.0])
    gradient = grad(lambda x: np.sum(x * w))
    first = gradient(X)
    w[:] = 100
    np.testing.assert_array_equal(first, [2.0, 3.0, 1.0, 4.0])
    np.testing.assert_array_equal(gradient(X), np.full(4, 100.0))


def captured_array_that_the_function_writes() -> None:
    """Each call sees what the last one left, as the plain function would."""
    w, twin = np.array([2.0, 3.0, 1.0, 4.0]), np.array([2.0, 3.0, 1.0, 4.0])

    def f(x: Any) -> Any:
        w[0] = w[1] * x[0]
        return np.sum(w * x)

    for x in (X, X * 2):
        twin[0] = twin[1] * x[0]
        found = grad(f)(x)
        np.testing.assert_allclose(found, [twin[0] + twin[1] * x[0], *twin[1:]], rtol=1e-15)
        np.testing.assert_array_equal(w, twin)


def captured_array_that_is_the_argument() -> None:
    """What is written through the argument is seen through the captured name."""
    x = X.copy()

    def f(a: Any) -> Any:
        a[0] = a[1] * 2
        return np.sum(a * x)

    found = grad(f)(x)
    np.testing.assert_allclose(found, [0.0, 8 * X[1] + 2 * X[1], 2 * X[2], 2 * X[3]], rtol=1e-15)


@pytest.mark.parametrize(
    "call",
    [captured_array_that_the_function_writes, captured_array_that_is_the_argument],
    ids=lambda f: f.__name__,
)
def test_captured_array(call: Any, update_golden: bool) -> None:
    REFUSED.expect(call.__name__, verdict(call), update_golden)


def test_result_is_no_view_of_the_arguments() -> None:
    x, y = X.copy(), X.copy() * 2
    dx, dy = grad(lambda x, y: np.dot(x, y), (0, 1))(x, y)
    assert not np.shares_memory(dx, y) and not np.shares_memory(dy, x)
    dx[:] = 0
    np.testing.assert_array_equal(y, X * 2)
