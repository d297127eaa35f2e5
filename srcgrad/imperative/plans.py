"""Compiled backward passes: found by the state of a trace, else by the steps that are reached."""

from __future__ import annotations

import ast
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any, NamedTuple

import numpy as np

from srcgrad.codegen.python import Namer, Signature, emit
from srcgrad.codegen.spell import Expr, name
from srcgrad.errors import BackwardError
from srcgrad.imperative.lowering import Adjoint, Recorded, Spec, adjoint_of
from srcgrad.imperative.steps import FREED, Op, Place, State, outs_of, paths, renumbered
from srcgrad.imperative.trace import Leaf, Trace
from srcgrad.ir.nodes import Var
from srcgrad.ir.types import Array
from srcgrad.runtime.emission import source_line
from srcgrad.runtime.load import filename_for, load
from srcgrad.runtime.locking import collection_paused, compiling
from srcgrad.runtime.trace import user_frame

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

    text: str
    function: Callable[..., Any] | None
    given: tuple[int, ...]  # the numbers of the values that it takes
    floats: frozenset[int]  # those of them that are integers and taken as floats
    seeds: tuple[int, ...]  # the heads whose cotangents it takes
    wrt: tuple[int, ...]  # the numbers of the variables that it gives gradients of


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
        plan, values = self.plan, trace.values
        args = [values[k] for k in self.given]
        if plan.floats:
            args = [
                np.asarray(a, np.float64) if k in plan.floats else a for k, a in enumerate(args)
            ]
        return args + [cotangents[k] for k in plan.seeds]

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
                plan = _compile(trace, taken, recorded)
            self._keep(key, plan)
        back = {k: n for n, k in where.items()}
        passed = tuple(
            first + k
            for position, first in taken
            if type(trace.steps[position][0]) is Op
            for k in range(outs_of(trace.steps[position]))
        )
        bound = state.plans[heads, ones] = Bound(
            plan,
            tuple(back[k] for k in plan.given),
            tuple(back[k] for k in plan.wrt),
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
        """Forget all of them."""
        with self._lock:
            for plan in self.kept.values():
                plan.function = None
            self.kept.clear()
            self.hits = self.misses = 0


plans = Plans()


def _compile(trace: Trace, taken: Sequence[tuple[int, int]], recorded: Recorded) -> Plan:
    numbers = [
        first + k for position, first in taken for k in range(outs_of(trace.steps[position]))
    ]
    named = _names(trace, user_frame()[0])
    specs = [_spec(trace.values[n], named.get(n, "")) for n in numbers]
    places = _places(trace)
    adjoint = adjoint_of(recorded, specs, [places[position] for position, _ in taken])
    text = _emitted(adjoint)
    params = adjoint.program.entry.params
    given = tuple(adjoint.known[p] for p in params if p in adjoint.known)
    floats = frozenset(
        k
        for k, p in enumerate(p for p in params if p in adjoint.known)
        if isinstance(p.type, Array)
        and p.type.dtype is not None
        and p.type.dtype.kind == "f"
        and isinstance(specs[given[k]].dtype, np.dtype)
        and specs[given[k]].dtype.kind in "iub"
    )
    function = load(text, "backward", {}, filename_for("backward", text))
    seeds = tuple(adjoint.seeds[p] for p in params if p in adjoint.seeds)
    return Plan(text, function, given, floats, seeds, adjoint.wrt)


def _spec(value: Any, title: str) -> Spec:
    if isinstance(value, (np.ndarray, np.generic)):
        return Spec(value.dtype, value.shape, title)
    return Spec(type(value), (), title)


def _places(trace: Trace) -> list[Place]:
    """The line of the user's at which each step was recorded first."""
    state: State | None = paths.root
    found: list[Place] = []
    for step in trace.steps:
        state = None if state is None else state.get(step)
        found.append(("<unknown>", 1) if state is None else state.place)
    return found


def _names(trace: Trace, frame: FrameType) -> dict[int, str]:
    """The user's words for recorded values, where the caller has them in variables."""
    found: dict[int, str] = {}
    for names in (frame.f_locals, frame.f_globals):
        for title, value in list(names.items()):
            node = getattr(value, "_node", None) if hasattr(type(value), "_node") else None
            number = trace.leaves.get(node) if type(node) is Leaf else None
            if node is trace:
                number = value._index
            if number is not None and not title.startswith("_"):
                found.setdefault(number, title)
    return found


def _emitted(adjoint: Adjoint) -> str:
    """The text of the backward pass: known values first, then cotangents."""
    program = adjoint.program
    names = Namer()
    names.fresh("backward")
    leaves: dict[Var, Expr] = {
        p: name(names.fresh(p.name or ("t" if p in adjoint.known else "d")))
        for p in program.entry.params
    }
    order = [p for p in program.entry.params if p in adjoint.known]
    order += [p for p in program.entry.params if p in adjoint.seeds]
    parameters = tuple(leaves[p].id for p in order)  # type: ignore[attr-defined]
    signature = Signature(parameters, leaves)
    emitted = emit(
        program,
        "backward",
        signature,
        lambda exprs: ast.Tuple(list(exprs), ast.Load()),
        lines=source_line,
    )
    return emitted.text


def used_up() -> BackwardError:
    """The error for steps that another backward pass has freed."""
    return BackwardError(
        "SG702",
        "what was recorded for the head was used up by another backward pass",
        "pass retain_graph=True to that one, or record again",
    )


__all__ = ["CacheInfo", "plans", "used_up"]
