"""The checks of the rules can fail: a wrong derivative of each kind is noticed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rule_cases import cases_of, uncovered
from rule_programs import Case, check_case
from test_rule_zeros import (
    test_nothing_flows_through_an_op_that_is_zero_by_definition as check_zero,
)

from srcgrad.ir import infer
from srcgrad.ir.ops import OPS
from srcgrad.rules.broadcasting import unbroadcast
from srcgrad.rules.indexing import Gather, shifted
from srcgrad.rules.registry import Bilinear, Custom, Elementwise, Linear, elementwise
from srcgrad.rules.symbols import cos, matmul


class _NegativeGather(Gather):
    """Takes away where it should add."""

    def accumulate(self, base: Any, g: Any, args: Any, attrs: dict[str, Any]) -> Any:
        return base.call("index_add", -g, *args[1:], index=shifted(attrs["index"], 1))


class _TangentOnly(Linear):
    """A right forward mode with a wrong reverse mode."""

    def vjp(self, k: int, g: Any, args: Any, out: Any, attrs: Any) -> Any:
        return unbroadcast(g, out, args[k])


def _max_unshared(g: Any, x: Any, out: Any) -> Any:
    return g * (x >= out) * 1.01


FAULTS: list[tuple[str, Any, str]] = [
    ("sin", Elementwise((lambda x, out: -cos(x),)), "a sign"),
    ("tanh", Elementwise((lambda x, out: 1 - out,)), "a missing square"),
    ("exp", Elementwise((lambda x, out: out + 1e-5,)), "a small offset"),
    ("divide", Elementwise((lambda x, y, out: 1 / y, lambda x, y, out: out / y)), "one operand"),
    ("sum", Linear((lambda g, x, axis=None, keepdims=False: 2.0 * g,)), "a factor"),
    ("transpose", _TangentOnly((lambda g, x: g,)), "axes left as they are"),
    ("matmul", Bilinear(lambda g, x, y: matmul(g, y), lambda g, x, y: matmul(x.T, g)), "no .T"),
    ("outer", Bilinear(lambda g, x, y: matmul(x, g), lambda g, x, y: matmul(g, y)), "swapped"),
    ("max", Custom((_max_unshared,), OPS["max"].diff.tangent), "a factor in reverse only"),
    (
        "norm",
        Custom(
            OPS["norm"].diff.vjps,
            lambda t, x, out, axis=None, keepdims=False: 2 * (t[0] * x).call("sum", via="np"),
        ),
        "a factor in forward only",
    ),
    ("index", _NegativeGather(OPS["index"].diff.transposes), "a sign"),
]


def _plant(monkeypatch: pytest.MonkeyPatch, name: str, diff: Any) -> None:
    monkeypatch.setitem(OPS, name, replace(OPS[name], diff=diff))


@pytest.mark.parametrize(("name", "diff", "what"), FAULTS, ids=[f"{f[0]}: {f[2]}" for f in FAULTS])
def test_wrong_rule_is_noticed(
    monkeypatch: pytest.MonkeyPatch, name: str, diff: Any, what: str
) -> None:
    _plant(monkeypatch, name, diff)
    with np.errstate(all="ignore"), pytest.raises((AssertionError, ValueError, TypeError)):
        for case in cases_of(name):
            check_case(case)


def test_a_derivative_where_there_is_none_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    _plant(monkeypatch, "floor", Elementwise((lambda x, out: 1,)))
    with pytest.raises(AssertionError):
        check_zero(Case("floor", (np.array([1.5, -0.5]),)))


def test_a_rule_without_a_case_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    known = dict(OPS)
    elementwise("untested", lambda x, out: 1, run=np.positive, infer=infer.same)
    try:
        assert uncovered() == ["untested"]
    finally:
        OPS.clear()
        OPS.update(known)
    assert uncovered() == []


def test_wrong_type_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPS, "sum", replace(OPS["sum"], infer=infer.same))
    with pytest.raises(AssertionError):
        for case in cases_of("sum"):
            check_case(case)
