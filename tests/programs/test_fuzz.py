"""Random programs are right or refused, and the fuzzer notices faults that are planted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from srcgrad.codegen.storage import Buffers
from srcgrad.ir.nodes import Const, Loop
from srcgrad.ir.types import dims_of
from srcgrad.transform import branch_adjoint, item_adjoint, loop_adjoint, reverse
from srcgrad.transform.needed import Supply

from .campaign import CASES, Score, recheck
from .generator import generate
from .oracles import Wrong, check

SEED = 20_000
COUNT = 1_000
LEAST = 300  # programs within which a planted fault must be noticed


@pytest.mark.parametrize("first", range(SEED, SEED + COUNT, 50))
def test_random_programs(first: int) -> None:
    score = Score()
    for seed in range(first, first + 50):
        score.note(seed, count=2)
    print(f"seeds {first} to {first + 49}: {score.summary()}")
    assert not score.wrong + score.errors, score.summary()
    assert sum(score.refused.values()) <= 2, score.summary()
    assert score.compared >= 40, score.summary()


@pytest.mark.parametrize("case", sorted(CASES.glob("[0-9]*.py")), ids=lambda p: p.stem)
def test_saved_case(case: Any) -> None:
    outcome = recheck(case)
    assert outcome.compared or outcome.refused


def test_programs_are_reproducible() -> None:
    assert generate(SEED) == generate(SEED)


def noticed_after() -> int:
    """Number of programs until one is found wrong, ``LEAST`` if none is."""
    for k in range(LEAST):
        try:
            check(generate(SEED + k), count=2)
        except Wrong:
            return k + 1
    return LEAST


def drop_one_arm(monkeypatch: pytest.MonkeyPatch) -> None:
    """The adjoint of a branch loses what its second arm adds."""
    right = branch_adjoint._matched

    def wrong(sweep: Any, var: Any, pair: Any, scopes: Any) -> Any:
        first, second = right(sweep, var, pair, scopes)
        return [first, Const(0.0) if dims_of(second.type) == () else second]

    monkeypatch.setattr(branch_adjoint, "_matched", wrong)


def walk_forwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reversed loop runs from the first trip to the last."""

    def forwards(*args: Any, **options: Any) -> Loop:
        return replace(Loop(*args, **options), backwards=False)

    monkeypatch.setattr(loop_adjoint, "Loop", forwards)


def carried_is_available(monkeypatch: pytest.MonkeyPatch) -> None:
    """``needed`` takes the state after a loop for the state of each of its trips."""
    right = Supply._tape

    def wrong(self: Any, var: Any) -> Any:
        owner = self.map.home[var].owner
        if isinstance(owner, Loop) and var in owner.params:
            return self.reach(owner.outs[owner.params.index(var)])
        return right(self, var)

    monkeypatch.setattr(Supply, "_tape", wrong)


def forget_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of one updated array share its storage with what enters and leaves it."""
    monkeypatch.setattr(Buffers, "edge_needs_copy", lambda self, target, source: False)
    monkeypatch.setattr(Buffers, "needs_copy", lambda self, eqn: False)


def forget_to_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an overwritten element held keeps the cotangent of what was written there."""
    right = item_adjoint.scatter

    def wrong(sweep: Any, eqn: Any, rule: Any, g: Any, args: Any, attrs: Any, all_: Any) -> None:
        own = dict(all_)
        right(sweep, eqn, rule, g, args, attrs, own)
        base = eqn.args[0]
        all_.update({k: v for k, v in own.items() if k is not base})
        sweep.contribute(base, g, all_)

    monkeypatch.setattr(reverse, "scatter", wrong)


def count_losers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several values written to one element, each gets its cotangent."""
    monkeypatch.setattr(item_adjoint, "may_repeat", lambda index, args, definition: False)


def write_takes_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A write to part of an array takes the cotangent of all of it."""
    monkeypatch.setattr(item_adjoint, "is_whole", lambda index: True)


def lose_what_tapes_hand_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A derivative of a derivative forgets that kept values depend on the arguments."""
    monkeypatch.setattr(reverse, "push", lambda sweep, eqn, cotangents: None)


FAULTS = (
    drop_one_arm,
    walk_forwards,
    carried_is_available,
    forget_copies,
    forget_to_zero,
    count_losers,
    write_takes_all,
    lose_what_tapes_hand_back,
)


@pytest.mark.parametrize("plant", FAULTS, ids=lambda f: f.__name__)
def test_planted_fault_is_noticed(plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    count = noticed_after()
    print(f"{plant.__name__} noticed after {count} programs")
    assert count < LEAST
