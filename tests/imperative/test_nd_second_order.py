"""Gradients of gradients of functions of `srcgrad.nd`, against differences of gradients."""

from __future__ import annotations

from typing import Any

import numpy as onp
import pytest

from srcgrad import autograd
from srcgrad.errors import BackwardError
from tests.imperative.test_nd_gradients import CASES, of64, sample


def gradients(name: str, values: list[Any], head: Any) -> list[Any]:
    """The gradients for a head gradient, as arrays of NumPy."""
    operands = [of64(v) for v in values]
    for x in operands:
        x.attach_grad()
    with autograd.record(train_mode=False):
        y = CASES[name].call(*operands)
    y.backward(head)
    return [x.grad.asnumpy() for x in operands]


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("arg")])
def test_the_second_derivative_along_a_direction_is_that_of_differences(name: str) -> None:
    random = onp.random.RandomState(5)
    values = sample(CASES[name])
    along = [random.uniform(-1, 1, v.shape) for v in values]
    operands = [of64(v) for v in values]
    for x in operands:
        x.attach_grad()
    with autograd.record(train_mode=False):
        y = CASES[name].call(*operands)
        head = random.uniform(0.5, 1.5, y.shape)
        slopes = autograd.grad(
            y, operands, head_grads=of64(head), create_graph=True, train_mode=False
        )
        total = sum((slope * of64(v)).sum() for slope, v in zip(slopes, along, strict=True))
    found = [onp.zeros_like(v) for v in values]
    try:
        total.backward(train_mode=False)
        found = [x.grad.asnumpy() for x in operands]
    except BackwardError:  # the gradient does not depend on the operands
        pass
    step = 1e-5
    ends = [
        gradients(name, [v + s * step * a for v, a in zip(values, along, strict=True)], head)
        for s in (1, -1)
    ]
    for second, upper, lower in zip(found, *ends, strict=True):
        wanted = (upper - lower) / (2 * step)
        onp.testing.assert_allclose(second, wanted, rtol=1e-4, atol=1e-6)
