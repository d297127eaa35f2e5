"""Arrays of one name and different places have lengths of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from srcgrad import grad

LENGTHS = [(3, 5), (5, 3), (4, 4)]


def squares(u: Any) -> Any:
    """The sum of squares, by writes: the adjoint makes arrays of the length of ``u``."""
    w = np.zeros(len(u))
    for k in range(len(u)):
        w[k] = u[k] * u[k]
    return np.sum(w)


def of_layers(layers: Any) -> Any:
    return squares(layers["a"]["w"] @ np.ones(2)) + squares(layers["b"]["w"] @ np.ones(2))


@pytest.mark.parametrize(("m", "n"), LENGTHS)
def test_leaves_of_one_key(m: int, n: int) -> None:
    a, b = np.arange(2.0 * m).reshape(m, 2), np.arange(2.0 * n).reshape(n, 2) + 1
    found = grad(of_layers)({"a": {"w": a}, "b": {"w": b}})
    for key, w in (("a", a), ("b", b)):
        wanted = 2 * np.outer(w.sum(axis=1), np.ones(2))
        np.testing.assert_array_equal(found[key]["w"], wanted)


@pytest.mark.parametrize(("m", "n"), LENGTHS)
def test_captured_items(m: int, n: int) -> None:
    pair = (np.ones((m, 2)), np.ones((n, 2)))

    def f(x: Any) -> Any:
        return squares(pair[0] @ x) + squares(pair[1] @ x)

    np.testing.assert_array_equal(grad(f)(np.ones(2)), np.full(2, 4.0 * (m + n)))


class Layer:
    def __init__(self, w: Any) -> None:
        self.w = w


@pytest.mark.parametrize(("m", "n"), LENGTHS)
def test_captured_attributes(m: int, n: int) -> None:
    first, second = Layer(np.ones((m, 2))), Layer(np.ones((n, 2)))

    def f(x: Any) -> Any:
        return squares(first.w @ x) + squares(second.w @ x)

    np.testing.assert_array_equal(grad(f)(np.ones(2)), np.full(2, 4.0 * (m + n)))
