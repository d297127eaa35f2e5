"""Every function of the table: its value is NumPy's, its gradient that of finite differences."""

from __future__ import annotations

import re
from typing import Any

import numpy as onp
import pytest

from srcgrad import autograd, np
from srcgrad.dialects import np_functions, np_linalg
from tests.imperative.np_cases import DIFFERENTIABLE, HELPERS, OTHER, SAMPLES, ZERO
from tests.imperative.np_cases_linalg import LINALG

STEP = 1e-6
CASES = [text for texts in (*DIFFERENTIABLE.values(), *LINALG.values()) for text in texts]


def names_in(text: str) -> list[str]:
    """The samples that an expression is made of."""
    return [name for name in SAMPLES if re.search(rf"(?<![\w.']){name}\b(?!['=\w])", text)]


def parts_of(value: Any) -> list[Any]:
    """The arrays of a result, of one or of several."""
    return [p for v in value for p in parts_of(v)] if isinstance(value, (tuple, list)) else [value]


def of_numpy(text: str, values: dict[str, Any]) -> list[Any]:
    """What NumPy gives."""
    return parts_of(eval(text, {"np": onp, **HELPERS}, dict(values)))


def differences(text: str, name: str, weights: list[Any]) -> Any:
    """The slope of the weighted sum of all results along each element of a sample."""
    base = SAMPLES[name]
    slopes = onp.zeros_like(base)
    for place in onp.ndindex(base.shape):
        ends = []
        for sign in (1, -1):
            moved = base.copy()
            moved[place] += sign * STEP
            parts = of_numpy(text, {**SAMPLES, name: moved})
            ends.append(sum(onp.sum(w * p) for w, p in zip(weights, parts, strict=True)))
        slopes[place] = (ends[0] - ends[1]) / (2 * STEP)
    return slopes


def variables(text: str) -> dict[str, Any]:
    """The samples as variables."""
    found = {name: np.array(SAMPLES[name]) for name in names_in(text)}
    for array in found.values():
        array.attach_grad()
    return found


@pytest.mark.parametrize("text", CASES)
def test_the_value_is_numpys_and_the_gradient_that_of_differences(text: str) -> None:
    arrays = variables(text)
    assert arrays
    with autograd.record():
        made = parts_of(eval(text, {"np": np, **HELPERS}, dict(arrays)))
    truth = of_numpy(text, SAMPLES)
    rng = onp.random.default_rng(1)
    weights = [rng.uniform(0.5, 1.5, size=onp.shape(t)) for t in truth]
    for ours, theirs in zip(made, truth, strict=True):
        assert isinstance(ours, np.ndarray)
        assert ours.dtype == theirs.dtype
        onp.testing.assert_allclose(ours.asnumpy(), theirs, rtol=1e-12)
    autograd.backward(made, [np.array(w) for w in weights])
    for name, array in arrays.items():
        slopes = differences(text, name, weights)
        onp.testing.assert_allclose(
            array.grad.asnumpy(), slopes, rtol=2e-5, atol=2e-7, err_msg=name
        )


@pytest.mark.filterwarnings(
    "ignore::srcgrad.errors.StaleGradientWarning"
)  # empty_like reads nothing
@pytest.mark.parametrize("text", ZERO.values(), ids=ZERO.keys())
def test_a_function_of_slope_zero_adds_nothing_to_a_gradient(text: str) -> None:
    arrays = variables(text)
    x = np.array([1.0, 2.0], dtype="float64")
    x.attach_grad()
    with autograd.record():
        made = parts_of(eval(text, {"np": np, **HELPERS}, dict(arrays)))
        total = (x * x).sum()
        for part in made:
            if isinstance(part, np.ndarray):
                total = total + part.astype("float64").sum() * 3
    total.backward()
    assert x.grad.tolist() == [2.0, 4.0]
    for ours, theirs in zip(made, of_numpy(text, SAMPLES), strict=True):
        onp.testing.assert_array_equal(plain(ours), theirs)
    for name, array in arrays.items():
        assert not array.grad.asnumpy().any(), name


def plain(value: Any) -> Any:
    """The array of NumPy for one of ours."""
    return value.asnumpy() if isinstance(value, np.ndarray) else value


@pytest.mark.parametrize("text", OTHER.values(), ids=OTHER.keys())
def test_other_functions_give_what_numpys_give(text: str) -> None:
    arrays = {name: np.array(SAMPLES[name]) for name in names_in(text)}
    made = parts_of(eval(text, {"np": np, **HELPERS}, dict(arrays)))
    for ours, theirs in zip(made, of_numpy(text, SAMPLES), strict=True):
        if theirs is None or isinstance(theirs, onp.dtype):
            assert ours == theirs
        else:
            onp.testing.assert_allclose(plain(ours), theirs, rtol=1e-6)


def test_each_function_of_the_table_is_in_one_group() -> None:
    groups = [set(DIFFERENTIABLE), set(ZERO), set(OTHER)]
    table = set(np_functions.FUNCTIONS) - set(np_functions.OLD_NAMES)
    assert set.union(*groups) == table
    assert sum(map(len, groups)) == len(table)
    assert set(LINALG) == set(np_linalg.FUNCTIONS) - {"matrix_rank"}
