"""Caches that outlive a recorded run: right by a cache of the run itself, or refused, never a constant."""

from __future__ import annotations

import math
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pytest

from srcgrad import grad
from srcgrad.errors import KindError

SLOPE = math.sin(0.5) + 0.5 * math.cos(0.5)
KEPT: dict[Any, Any] = {}
TABLE = {np.float64(0.5): 2.0, 1.0: 3.0}


@cache
def sine(x: Any) -> Any:
    return math.sin(x)


@lru_cache(maxsize=32)
def polynomial(n: int, x: Any) -> Any:
    return x if n < 2 else polynomial(n - 1, x) * x + polynomial(n - 2, x)


def looked_up(x: Any) -> Any:
    if x in KEPT:
        return KEPT[x]
    KEPT[x] = math.sin(x) * x
    return KEPT[x]


class Model:
    @cache  # noqa: B019
    def loss(self, x: Any) -> Any:
        return math.sin(x) * x


def test_cached_function_has_a_cache_of_the_run() -> None:
    gradient = grad(lambda x: sine(x) * x)
    assert [gradient(0.5) for _ in range(3)] == [pytest.approx(SLOPE)] * 3
    assert type(sine(0.5)) is float
    sine(0.6)
    assert gradient(0.6) == pytest.approx(math.sin(0.6) + 0.6 * math.cos(0.6))


def test_cached_recursion_is_run_once_for_each_number() -> None:
    gradient = grad(lambda x: polynomial(60, x), frontend="record")
    h = 1e-6
    slope = (polynomial(60, 0.5 + h) - polynomial(60, 0.5 - h)) / (2 * h)
    assert [gradient(0.5), gradient(0.5)] == [pytest.approx(slope, rel=1e-8)] * 2


def test_dict_of_results_is_refused_where_it_gives_one_of_another_run() -> None:
    KEPT.clear()
    assert grad(looked_up)(0.5) == pytest.approx(SLOPE)
    assert list(map(type, KEPT)) == [float]  # plain keys, plain values
    assert list(map(type, KEPT.values())) == [float]
    with pytest.raises(KindError, match="stored under an equal key"):
        grad(looked_up, frontend="record")(0.5)
    looked_up(0.7)
    with pytest.raises(KindError, match="stored under an equal key"):
        grad(looked_up, frontend="record")(0.7)


def test_cached_method_leaves_nothing_recorded_and_no_constant() -> None:
    model = Model()
    assert grad(lambda x: model.loss(x), frontend="record")(0.5) == pytest.approx(SLOPE)
    assert type(model.loss(0.5)) is float
    with pytest.raises(KindError, match="stored under an equal key"):
        grad(lambda x: model.loss(x), frontend="record")(0.5)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * TABLE[x],
        lambda x: x * TABLE.get(x, 1.0),
        lambda x: sum({1.0, 0.5, x, x * 2}),
    ],
)
def test_number_found_among_plain_keys_is_refused(function: Any) -> None:
    with pytest.raises(KindError, match="stored under an equal key"):
        grad(function, frontend="record")(0.5)


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (lambda x: x * 2 if x in TABLE else x, 2.0),
        (lambda x: x * [0.2, 0.5].index(x), 1.0),
        (lambda x: sum({x, x * 2, x}), 3.0),
        (lambda x: x * TABLE.get(x * 3, 4.0), 4.0),
    ],
)
def test_questions_about_a_number_are_decisions(function: Any, slope: float) -> None:
    assert grad(function, frontend="record")(0.5) == slope
