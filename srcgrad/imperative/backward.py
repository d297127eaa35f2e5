"""Backward passes: one call of one generated function, found by what was recorded.

Functions here know arrays by what they carry: their memory and their place in a trace.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from sys import getrefcount
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from srcgrad.errors import BackwardError, HeadGradientError, StaleGradientWarning
from srcgrad.imperative.plans import Bound, CacheInfo, plans, used_up
from srcgrad.imperative.trace import Leaf, Trace, give_way, names_in, save
from srcgrad.runtime.trace import user_frame

if TYPE_CHECKING:
    from srcgrad.imperative.array import Array


def backward(
    heads: Any, head_grads: Any = None, retain_graph: bool = False, train_mode: bool = True
) -> None:
    """Compute gradients of what was recorded, and put them where `attach_grad` made room.

    Arguments:
        heads: an array, or a list of them; what is differentiated is the sum of all elements, each
            times its head gradient.
        head_grads: for each head an array of its shape, a number, or ``None`` for ones.
        retain_graph: keep what was recorded, for another backward pass.
        train_mode: whether layers act as in training; statistics of batches are updated if so.

    Raises:
        BackwardError: nothing was recorded, or it was used up, or it leads to no variable.
        HeadGradientError: a head gradient is of another shape.
    """
    found, given = paired(heads, head_grads)
    trace, numbers = gathered(found)
    swept = sweep(trace, numbers, seeds_of(found, given))
    if not swept.leaves:
        raise BackwardError(
            "SG703",
            "no variable with grad_req 'write' or 'add' is reached",
            "call attach_grad() on what the head is computed from, before recording",
        )
    effects = [e.run for e in trace.effects if e.number in swept.passed] if trace.effects else ()
    if len(swept.leaves) < len(trace.leaves):
        _warn_of_others(trace, swept)
    if not retain_graph:
        release(trace, swept)
    deposit(swept)
    if train_mode:
        for run in effects:
            run()


def _warn_of_others(trace: Trace, swept: Swept) -> None:
    """Say once for each variable that was recorded with, but that the heads do not depend on."""
    others = [
        (leaf, number)
        for leaf, number in trace.leaves.items()
        if leaf.req != "null" and not leaf.warned and leaf not in swept.leaves
    ]
    if not others:
        return
    frame, _ = user_frame()
    names = names_in(trace, frame)
    for leaf, number in others:
        leaf.warned = True
        what = names.get(number) or f"a variable of shape {leaf.grad.shape}"
        message = (
            f"{what} was recorded with, but the head does not depend on it: "
            "its gradient stays as it was"
        )
        warnings.warn(message, StaleGradientWarning, stacklevel=depth_of(frame))


def depth_of(frame: FrameType) -> int:
    """How many calls lie between a frame and the caller of this function, for ``stacklevel``."""
    depth, step = 1, sys._getframe(1)
    while step is not frame and step.f_back is not None:
        depth, step = depth + 1, step.f_back
    return depth


class Swept(NamedTuple):
    """What a backward pass gives: a gradient for each variable that it meets, in order."""

    leaves: list[Leaf]
    gradients: Sequence[Any]
    passed: tuple[int, ...]
    whole: bool
    given: Sequence[Any]  # what the generated code was called with


def sweep(trace: Trace, numbers: tuple[int, ...], seeds: tuple[Any, ...]) -> Swept:
    """Run the compiled backward pass; where the user has given a derivative, one up to it, then on."""
    if not trace.joins:
        bound = bound_of(trace, numbers, seeds)
        given = bound.arguments(trace, seeds)
        leaves = [trace.owners[k] for k in bound.wrt]
        return Swept(leaves, bound.run(given), bound.passed, bound.whole, given)
    return _sweep_in_parts(trace, numbers, seeds)


def _sweep_in_parts(trace: Trace, numbers: tuple[int, ...], seeds: tuple[Any, ...]) -> Swept:
    """A pass up to the calls whose derivative the user has given, then on from each of them."""
    leaves: list[Leaf] = []
    gradients: list[Any] = []
    passed: set[int] = set()
    pending: dict[int, Any] = {}

    def go_on(numbers: tuple[int, ...], seeds: tuple[Any, ...]) -> None:
        bound = bound_of(trace, numbers, seeds)
        passed.update(bound.passed)
        found = bound.run(bound.arguments(trace, seeds))
        for number, gradient in zip(bound.wrt, found, strict=True):
            if number in trace.joins:
                pending[number] = gradient if number not in pending else pending[number] + gradient
            else:
                leaves.append(trace.owners[number])
                gradients.append(np.array(gradient))

    go_on(numbers, seeds)
    while pending:
        join = trace.joins[max(pending)]  # the last call: nothing more arrives there
        passed.update(join.outs)
        given = [
            pending.pop(k) if k in pending else np.zeros_like(trace.values[k]) for k in join.outs
        ]
        pulled = join.pull([np.asarray(g) for g in given])
        pairs = [(k, g) for k, g in zip(join.inputs, pulled, strict=True) if k is not None]
        go_on(tuple([k for k, _ in pairs]), tuple([g for _, g in pairs]))
    return Swept(leaves, gradients, tuple(passed), False, ())


def release(trace: Trace, swept: Swept) -> None:
    """Let go of what a backward pass went through."""
    give_way(trace)
    trace.free(swept.passed, whole=swept.whole)


def paired(heads: Any, head_grads: Any) -> tuple[list[Any], list[Any]]:
    """Heads and their gradients as lists."""
    several = isinstance(heads, (list, tuple))
    found = list(heads) if several else [heads]
    if head_grads is None:
        return found, [None] * len(found)
    given = list(head_grads) if isinstance(head_grads, (list, tuple)) else [head_grads]
    if len(given) != len(found):
        raise AssertionError("heads and head_grads must be lists of the same length")
    return found, given


def gathered(heads: Sequence[Array]) -> tuple[Trace, tuple[int, ...]]:
    """The trace that holds all heads, and their numbers in it."""
    if not heads:
        raise BackwardError("SG703", "there are no heads", "pass the results to differentiate")
    traces = [head._node for head in heads]
    first = traces[0]
    if isinstance(first, Trace) and all(t is first for t in traces):
        numbers = tuple([head._index for head in heads])
        if all(map(first.holds, numbers)):
            return first, numbers
    joined = Trace()
    for head in heads:
        if head._node is None:
            raise BackwardError(
                "SG701",
                "the head was not recorded",
                "compute it inside `with autograd.record():`, from arrays with attach_grad()",
            )
        if isinstance(head._node, Trace) and not head._node.holds(head._index):
            raise used_up()
    return joined, tuple([joined.index(head) for head in heads])


def seeds_of(heads: Sequence[Array], given: Sequence[Any]) -> tuple[Any, ...]:
    """Head gradients as arrays of the shapes and dtypes of their heads; ``None`` for ones."""
    return tuple([_seed(h, g) for h, g in zip(heads, given, strict=True)])


def _seed(head: Array, given: Any) -> Any:
    if given is None:
        return None
    own = hasattr(type(given), "_node")
    data = given._data if own else np.asarray(given)
    shape, dtype = head._data.shape, head._data.dtype
    if data.shape != shape:
        if own or data.shape != ():
            message = f"a head gradient has shape {data.shape}, its head {shape}"
            raise HeadGradientError("SG704", message, "pass one of the same shape")
        data = np.broadcast_to(data, shape)
    if own and data.dtype != dtype:
        message = f"a head gradient holds {data.dtype}, its head {dtype}"
        raise HeadGradientError("SG704", message, "convert it with astype")
    return data.astype(_inexact(dtype), copy=False)


def _inexact(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype(np.float64) if dtype.kind in "iub" else dtype


def bound_of(trace: Trace, numbers: tuple[int, ...], seeds: tuple[Any, ...]) -> Bound:
    """The compiled backward pass, all of whose values are there."""
    bound = plans.find(trace, numbers, tuple([s is None for s in seeds]))
    if trace.ended and not all(map(trace.holds, bound.passed)):
        raise used_up()
    return bound


def deposit(swept: Swept) -> None:
    """Put gradients where variables keep them; several for one variable are added."""
    seen: set[Leaf] = set()
    for leaf, gradient in zip(swept.leaves, swept.gradients, strict=True):
        added = leaf.req == "add" or leaf in seen
        seen.add(leaf)
        leaf.filled = True
        if not added and _replaces(leaf, gradient, swept.given):
            leaf.grad = gradient
            continue
        save(leaf.grad)
        if added:
            np.add(leaf.grad, gradient, out=leaf.grad, casting="unsafe")
        else:
            np.copyto(leaf.grad, gradient, casting="unsafe")


def _replaces(leaf: Leaf, gradient: Any, given: Sequence[Any]) -> bool:
    """Whether a gradient can stand in place of the memory for it: nobody sees either of them."""
    return (
        type(gradient) is np.ndarray
        and gradient.base is None
        and gradient.dtype is leaf.grad.dtype
        and getrefcount(leaf.grad) == 2
        and not any(gradient is g for g in given)
    )


def source(head: Array) -> str:
    """The text of the function that ``head.backward()`` calls.

    Raises:
        BackwardError: nothing was recorded.
    """
    trace, numbers = gathered([head])
    return bound_of(trace, numbers, (None,)).plan.code.text


def cache_info() -> CacheInfo:
    """How many backward passes were found compiled, how many compiled, and how many are kept."""
    return plans.info()


def cache_clear() -> None:
    """Forget all compiled backward passes."""
    plans.clear()


__all__ = ["backward", "cache_clear", "cache_info", "source"]
