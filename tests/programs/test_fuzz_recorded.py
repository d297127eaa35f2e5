"""Random programs, recorded: the value to the bit, the gradient of the source front end."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from srcgrad import value_and_grad
from srcgrad.errors import SrcgradError

from .generator import generate
from .oracles import load_program, points

SEED = 60_000
COUNT = 100
HUGE = 1e7
STEP = 1e-6


def differences(function: Any, at: Any) -> list[Any]:
    """Central differences with respect to every argument."""
    found = []
    for k, argument in enumerate(at):
        slope = np.zeros(np.shape(argument))
        for place in np.ndindex(slope.shape):
            ends = []
            for by in (STEP, -STEP):
                moved = copy.deepcopy(list(at))
                if isinstance(argument, float):
                    moved[k] += by
                else:
                    moved[k][place] += by
                ends.append(function(*moved))
            slope[place] = (ends[0] - ends[1]) / (2 * STEP)
        found.append(slope)
    return found


def compare(seed: int) -> str:
    """What became of a program: ``compared``, or why it was not."""
    program = generate(seed)
    function = load_program(program.text, f"recorded {seed}")
    at = points(program.arguments, seed, 1)[0]
    wrt = tuple(range(len(at)))
    left, given = copy.deepcopy(at), copy.deepcopy(at)
    try:
        expected = function(*left)
    except Exception as error:
        return f"raises {type(error).__name__}"
    if not abs(expected) < HUGE:
        return "huge"
    try:
        value, gradient = value_and_grad(function, wrt, frontend="record")(*given)
    except SrcgradError as error:
        whole = error.code == "SG204" and type(expected) is int
        assert error.code == "SG304" or whole, f"seed {seed}: {error}"
        return "constant"
    assert value == expected and type(value) is type(expected), f"seed {seed}"
    for mine, plain in zip(given, left, strict=True):
        np.testing.assert_array_equal(mine, plain, err_msg=f"seed {seed}")
    try:
        _, read = value_and_grad(function, wrt, frontend="source")(*copy.deepcopy(at))
        close: dict[str, Any] = {"rtol": 1e-9, "atol": 1e-11}
    except SrcgradError:
        read, close = differences(function, at), {"rtol": 1e-4, "atol": 1e-5}
    for mine, other in zip(gradient, read, strict=True):
        if np.all(np.isfinite(other)):
            np.testing.assert_allclose(mine, other, err_msg=f"seed {seed}", **close)
    return "compared"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_recorded_random_programs() -> None:
    outcomes = [compare(seed) for seed in range(SEED, SEED + COUNT)]
    assert outcomes.count("compared") >= 0.8 * COUNT, outcomes
