"""Compiled backward passes: found by the state of a trace, else by the steps that are reached."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from srcgrad.errors import BackwardError, SrcgradError
from srcgrad.imperative.steps import FREED, Op, Recorded, Text, outs_of, paths, renumbered
from srcgrad.imperative.trace import Trace
from srcgrad.runtime.load import filename_for, load
from srcgrad.runtime.locking import collection_paused, compiling

PLANS_KEPT = 256  # compiled backward passes, least recently used first out


class CacheInfo(NamedTuple):
    """Backward passes: found compiled, compiled, the bound on how many are kept, how many are."""

    hits: int
    misses: int
    maxsize: int
    currsize: int


@dataclass(eq=False)
class Plan:
    """One compiled backward pass, over the numbers of the steps that it was made from."""

    code: Text
    function: Callable[..., Any] | None


@dataclass(eq=False)
class Bound:
    """A plan with the numbers of one state of a trace."""

    plan: Plan
    given: tuple[int, ...]
    wrt: tuple[int, ...]
    passed: tuple[int, ...]  # what the pass goes through, and what is freed behind it
    whole: bool  # whether that is all that was recorded

    def arguments(self, trace: Trace, cotangents: Sequence[Any]) -> list[Any]:
        """What the generated code takes; one cotangent for each head, ``None`` for ones."""
        code, values = self.plan.code, trace.values
        args = [values[k] for k in self.given]
        if code.floats:
            args = [
                np.asarray(a, np.float64) if k in code.floats else a for k, a in enumerate(args)
            ]
        return args + [cotangents[k] for k in code.seeds]

    def run(self, arguments: Sequence[Any]) -> Sequence[Any]:
        """The gradients of the variables."""
        assert self.plan.function is not None
        found: Sequence[Any] = self.plan.function(*arguments)
        return found


class Plans:
    """All compiled backward passes of the process."""

    def __init__(self) -> None:
        self.kept: OrderedDict[Hashable, Plan] = OrderedDict()
        self.hits = 0
        self.misses = 0
        self._lock = threading.Lock()

    def find(self, trace: Trace, heads: tuple[int, ...], ones: tuple[bool, ...]) -> Bound:
        """The backward pass from these values of a trace."""
        state = trace.state
        bound: Bound | None = state.plans.get((heads, ones))
        if bound is not None and bound.plan.function is not None:
            self.hits += 1
            return bound
        taken = trace.reach(heads)
        where: dict[int, int] = {}
        steps = []
        for position, first in taken:
            step = trace.steps[position]
            if step[0] == FREED or not trace.holds(first):
                raise used_up()
            steps.append(renumbered(step, where))
            for k in range(outs_of(step)):
                where[first + k] = len(where)
        recorded = Recorded(tuple(steps), tuple(where[h] for h in heads), ones)
        key = (recorded.steps, recorded.heads, recorded.ones)
        with self._lock:
            plan = self.kept.get(key)
            if plan is not None:
                self.kept.move_to_end(key)
                self.hits += 1
        if plan is None:
            with compiling, collection_paused():
                plan = _loaded(trace, [p for p, _ in taken], tuple(where), recorded)
            self._keep(key, plan)
        back = tuple(where)  # in the order in which they are numbered through
        passed = tuple(
            first + k
            for position, first in taken
            if type(trace.steps[position][0]) is Op
            for k in range(outs_of(trace.steps[position]))
        )
        bound = state.plans[heads, ones] = Bound(
            plan,
            tuple(back[k] for k in plan.code.given),
            tuple(back[k] for k in plan.code.wrt),
            passed,
            len(taken) == len(trace.steps),
        )
        return bound

    def _keep(self, key: Hashable, plan: Plan) -> None:
        with self._lock:
            self.misses += 1
            self.kept[key] = plan
            if len(self.kept) > PLANS_KEPT:
                _, dropped = self.kept.popitem(last=False)
                dropped.function = None  # states may refer to it still

    def info(self) -> CacheInfo:
        """How often a backward pass was found, and how many were compiled."""
        return CacheInfo(self.hits, self.misses, PLANS_KEPT, len(self.kept))

    def clear(self) -> None:
        """Forget all of them, and the lines that led to them."""
        paths.forget()
        with self._lock:
            for plan in self.kept.values():
                plan.function = None
            self.kept.clear()
            self.hits = self.misses = 0


plans = Plans()


def _loaded(
    trace: Trace, positions: Sequence[int], numbers: Sequence[int], recorded: Recorded
) -> Plan:
    """The backward pass from disk, or compiled.

    What compiles is imported when it is needed: recording alone is quick to start.
    """
    from srcgrad.imperative.stored import fetch, persistent_key, store

    key = persistent_key((recorded.steps, recorded.heads, recorded.ones))
    code = fetch(key)
    if code is None:
        from srcgrad.imperative.compile import compiled

        try:
            code = compiled(trace, positions, numbers, recorded)
        except SrcgradError:
            paths.forget()  # equal steps elsewhere are refused at their own lines
            raise
        store(key, code)
    return Plan(code, load(code.text, "backward", {}, filename_for("backward", code.text)))


def used_up() -> BackwardError:
    """The error for steps that another backward pass has freed."""
    return BackwardError(
        "SG702",
        "what was recorded for the head was used up by another backward pass",
        "pass retain_graph=True to that one, or record again",
    )


__all__ = ["CacheInfo", "plans", "used_up"]
