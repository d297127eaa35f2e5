"""Recorded runs give the value of the program to the bit, and the gradient of central differences."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from record_programs import PROGRAMS

from srcgrad import value_and_grad
from srcgrad.runtime import recorded_call

STEP = 1e-6


def leaves(value: Any) -> Iterator[Any]:
    """Arrays and numbers of an argument, in order."""
    if isinstance(value, dict):
        for part in value.values():
            yield from leaves(part)
    else:
        yield value


def moved(value: Any, where: tuple[int, Any], by: float) -> Any:
    """A copy of an argument with one element of one leaf moved."""
    if isinstance(value, float):
        return value + by
    value = copy.deepcopy(value)
    leaf = list(leaves(value))[where[0]]
    leaf[where[1]] += by
    return value


def differences(function: Callable[..., Any], args: tuple[Any, ...]) -> list[Any]:
    """Central differences with respect to the leaves of the first argument."""
    found = []
    for number, leaf in enumerate(leaves(args[0])):
        slope = np.zeros(np.shape(leaf))
        for place in np.ndindex(slope.shape):
            ends = [
                float(function(moved(args[0], (number, place), by), *copy.deepcopy(args[1:])))
                for by in (STEP, -STEP)
            ]
            slope[place] = (ends[0] - ends[1]) / (2 * STEP)
        found.append(slope)
    return found


@pytest.mark.parametrize("name", PROGRAMS)
def test_recorded_gradient_is_that_of_differences(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    function, args = PROGRAMS[name]
    expected = function(*copy.deepcopy(args))
    derivative = value_and_grad(function, frontend="record")
    given = copy.deepcopy(args)
    value, gradient = derivative(*given)
    assert value == expected and type(value) is type(expected)
    slopes = differences(function, args)
    for found, slope in zip(leaves(gradient), slopes, strict=True):
        assert type(found) in (np.ndarray, float)
        np.testing.assert_allclose(found, slope, rtol=2e-5, atol=2e-7)
    monkeypatch.setattr(recorded_call, "compile_trace", None)  # the same path: nothing is compiled
    value, again = derivative(*copy.deepcopy(args))
    assert value == expected
    for found, once_more in zip(leaves(gradient), leaves(again), strict=True):
        np.testing.assert_array_equal(found, once_more)
    left = copy.deepcopy(args)
    function(*left)
    for one, other in zip(map(list, map(leaves, given)), map(list, map(leaves, left)), strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)  # arguments are left as the function leaves them


def test_there_are_enough_programs() -> None:
    assert len(PROGRAMS) >= 60
