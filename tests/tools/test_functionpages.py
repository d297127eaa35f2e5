"""The table of every function is the one that the compiler's tables give."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcgrad import SrcgradError, grad

pytest.importorskip("scipy.stats")

from srcgrad.tools.functionpages import (
    DIFFERENTIABLE,
    REFUSED,
    ZERO,
    distinct,
    entries,
    versions,
    write,
)

PAGE = Path(__file__).parents[2] / "docs" / "function-table.md"
FOUND = list(entries())


def test_the_page_is_up_to_date() -> None:
    text = PAGE.read_text(encoding="utf-8")
    if versions() not in text:
        pytest.skip("written for other versions of NumPy and SciPy")
    out = io.StringIO()
    write(out)
    assert out.getvalue() == text, "run python -m srcgrad.tools.functionpages"


def test_at_least_350_functions_are_differentiable() -> None:
    assert distinct(FOUND, DIFFERENTIABLE) >= 350


def test_there_is_no_fourth_state() -> None:
    for entry in FOUND:
        assert entry.state in (DIFFERENTIABLE, ZERO, REFUSED)
        assert bool(entry.remedy) == (entry.state == REFUSED), entry


def along_the_location(x: Any) -> Any:
    return np.sum(np.random.normal(x))


def along_the_location_of_a_generator(x: Any) -> Any:
    return np.sum(np.random.default_rng(3).normal(x))


def rate(x: Any) -> Any:
    return np.sum(np.random.poisson(x) * x)


@pytest.mark.parametrize("function", [along_the_location, along_the_location_of_a_generator, rate])
def test_nothing_flows_through_a_sampler(function: Any) -> None:
    with pytest.raises(SrcgradError):
        grad(function)(np.array([1.0, 2.0]))


def scaled(x: Any) -> Any:
    return np.sum(np.random.normal(size=3) * x)


def scaled_by_a_generator(x: Any, rng: Any) -> Any:
    return np.sum(rng.normal(size=3) * x)


def test_a_draw_is_the_constant_that_plain_python_draws() -> None:
    x = np.array([1.0, 2.0, 3.0])
    np.random.seed(5)
    expected = np.random.normal(size=3)
    np.random.seed(5)
    np.testing.assert_array_equal(grad(scaled)(x), expected)
    expected = np.random.default_rng(7).normal(size=3)
    g = grad(scaled_by_a_generator)(x, np.random.default_rng(7))
    np.testing.assert_array_equal(g, expected)
