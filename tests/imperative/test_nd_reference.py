"""Functions of `srcgrad.nd` give what MXNet gives: value, dtype, shape, gradients."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pytest

from srcgrad import autograd, nd, random
from tests.imperative.nd_reference import CALLS, FILE, run

ANSWERS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))

# Calls whose gradients differ on purpose: MXNet's is not the derivative of its value.
GRADIENTS_DIFFER = {"nd.SoftmaxActivation(c)"}


def check(found: Any, wanted: Any) -> None:
    assert found[:2] == wanted[:2]
    np.testing.assert_allclose(found[2], wanted[2], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_gives_what_mxnet_gives(call: str) -> None:
    wanted = ANSWERS[call]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of gradients that are not reached
        found = run(call, nd, autograd, random.seed)
    check(found["value"], wanted["value"])
    if call in GRADIENTS_DIFFER or "grads" not in wanted:
        return
    assert sorted(found.get("grads", {})) == sorted(wanted["grads"])
    for name, gradient in wanted["grads"].items():
        check(found["grads"][name], gradient)


def test_each_call_has_an_answer_and_each_answer_a_call() -> None:
    assert sorted(set(CALLS)) == sorted(ANSWERS)
