"""Recorded decisions are read back as sites, arms and trips; what is not recorded is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from srcgrad import grad
from srcgrad.errors import PathError
from srcgrad.transform.pipeline import Derivation


def helper(x):
    if x > 0.0:
        return 2.0 * x
    return -x


def both(x):
    s = 0.0
    while s < 4.0:
        s = s + np.sum(x)
    return helper(s) + helper(-x[0])


def leaves(x):
    s = 0.0
    for k in range(5):
        for j in range(2):  # noqa: B007
            if x[k] > 2.0:
                break
            s = s + x[k]
        else:
            s = s + 1.0
    return s


def returns(x):
    s = x[0]
    for v in x:
        if v > 2.0:
            return s * v
        s = s + (v if v > 1.0 else 2.0 * v)
    return s


def recursive(x, n):
    if n == 0:
        return np.sum(x)
    s = 0.0
    for _ in range(n):
        s = s + x[0]
    return s * recursive(x, n - 1)


def test_decisions_are_named_by_site():
    d = grad(both, unroll=True)
    d(np.array([1.0, 0.5]))
    (path,) = d.decisions.paths
    shown = {(s.kind, s.text): v for s, v in path.sites.items()}
    assert shown == {
        ("while", "while s < 4.0:"): (3,),
        ("if", "if x > 0.0:"): (1, 0),
    }
    assert all(site.file == __file__ for site in path.sites)
    assert {site.line for site in path.sites} == {
        helper.__code__.co_firstlineno + 1,
        both.__code__.co_firstlineno + 2,
    }


@pytest.mark.parametrize(
    "function, args, loops",
    [
        (leaves, (np.array([1.0, 3.0, 1.0, 3.0, 1.0]),), {"for k": (5,), "for j": (2, 1, 2, 1, 2)}),
        (leaves, (np.full(5, 3.0),), {"for k": (5,), "for j": (1, 1, 1, 1, 1)}),
        (returns, (np.array([1.5, 0.5, 3.0, 1.0]),), {"for v": (3,)}),
        (returns, (np.array([1.5, 0.5]),), {"for v": (2,)}),
        (recursive, (np.ones(2), 3), {"for _": (3, 2, 1)}),
    ],
)
def test_trips_of_loops_that_are_left_early_and_of_recursion(function: Any, args: Any, loops: Any):
    d = grad(function, unroll=True)
    d(*args)
    (path,) = d.decisions.paths
    found = {s.text[:5]: v for s, v in path.sites.items() if s.kind == "for"}
    assert found == loops
    assert len(path.steps) == len(path.decisions)
    assert tuple(value for _, value in path.steps) == path.decisions


def test_the_log_counts_calls_and_says_what_was_compiled():
    d = grad(helper, unroll=True)
    for x in (1.0, 2.0, -1.0):
        d(x)
    log = d.decisions
    assert [(p.calls, p.compiled) for p in log.paths] == [(2, True), (1, True)]
    ((site, counts),) = log.sites.items()
    assert site.ordinal == 1 and counts == {1: 2, 0: 1}
    assert len(log) == 2 and repr(log) == "<2 paths of helper, 0 calls not recorded>"
    line = f"test_decisions.py:{helper.__code__.co_firstlineno + 1} if"
    assert str(log) == (
        f"path 1: 2 calls, compiled\n    {line}  then\n"
        f"path 2: 1 call, compiled\n    {line}  else\n"
        f"all paths\n    {line}  then x2, else x1"
    )


def test_calls_that_stay_rolled_are_counted():
    def long(x):
        s = 0.0
        for v in x:
            s = np.tanh(s + v)
        return s

    d = grad(long)
    for _ in range(4):
        d(np.ones(300))
    log = d.decisions
    assert log.unrecorded >= 3 and "with loops, not recorded" in str(log)


@pytest.mark.parametrize(
    "unroll, call, words",
    [(True, False, "not called yet"), (False, True, "unroll=False"), ("auto", False, "not called")],
)
def test_an_empty_log_says_why(unroll: Any, call: bool, words: str):
    d = grad(helper, unroll=unroll)
    if call:
        d(1.0)
    assert len(d.decisions) == 0 and words in str(d.decisions)


def test_a_function_without_control_flow_has_one_path():
    d = grad(lambda x: x * x)
    d(1.0)
    assert "no control flow" in str(d.decisions)


def settling(x, n):
    for _ in range(n):
        x = np.sin(x) + 0.6 * np.cos(x)
    return np.sum(x)


@pytest.mark.parametrize("trips", [2_000, 30_000])
def test_long_loops_are_not_written_out_to_find_that_they_do_not_pay(
    trips: int, monkeypatch: pytest.MonkeyPatch
):
    derived: list[Any] = []
    adjoint = Derivation.adjoint
    monkeypatch.setattr(
        Derivation, "adjoint", lambda self, path=None: derived.append(path) or adjoint(self, path)
    )
    x = np.array([0.3, 1.4])
    found = grad(settling)(x, trips)
    np.testing.assert_array_equal(found, grad(settling, unroll=False)(x, trips))
    assert set(derived) == {None}
    found = grad(lambda x: np.sum(grad(settling)(x, trips)))(x)  # second order, rolled as well
    assert np.all(np.isfinite(found))


def test_a_path_that_is_asked_for_and_too_long_is_refused():
    with pytest.raises(PathError, match="more than 100000 operations"):
        grad(settling, unroll=True)(np.ones(2), 50_000)
