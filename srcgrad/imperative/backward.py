"""Backward passes: one call of one generated function, found by what was recorded.

Functions here know arrays by what they carry: their memory and their place in a trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from srcgrad.errors import BackwardError, HeadGradientError
from srcgrad.imperative.plans import Bound, CacheInfo, plans
from srcgrad.imperative.trace import Leaf, Trace, give_way, save

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
    cotangents = tuple([cotangent(h, g) for h, g in zip(found, given, strict=True)])
    bound = bound_of(trace, numbers, cotangents)
    if not bound.wrt:
        raise BackwardError(
            "SG703",
            "no variable with grad_req 'write' or 'add' is reached",
            "call attach_grad() on what the head is computed from, before recording",
        )
    gradients = bound.run(trace, cotangents)
    leaves = [trace.owners[k] for k in bound.wrt]
    effects = [e.run for e in trace.effects if e.number in bound.passed] if trace.effects else ()
    if not retain_graph:
        give_way(trace)
        trace.free(bound.passed, whole=bound.whole)
    deposit(leaves, gradients)
    if train_mode:
        for run in effects:
            run()


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
    if type(first) is Trace and all(t is first for t in traces):
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
        if type(head._node) is Trace and not head._node.holds(head._index):
            raise _used_up()
    return joined, tuple([joined.index(head) for head in heads])


def _used_up() -> BackwardError:
    return BackwardError(
        "SG702",
        "what was recorded for the head was used up by another backward pass",
        "pass retain_graph=True to that one, or record again",
    )


def cotangent(head: Array, given: Any) -> Any:
    """A head gradient as an array of the shape and dtype of its head; ``None`` for ones."""
    if given is None:
        return None
    data = given._data if hasattr(type(given), "_node") else np.asarray(given)
    shape = head._data.shape
    if data.shape != shape:
        if data.shape != () or hasattr(type(given), "_node"):
            message = f"a head gradient has shape {data.shape}, its head {shape}"
            raise HeadGradientError("SG704", message, "pass one of the same shape")
        data = np.broadcast_to(data, shape)
    return data.astype(_inexact(head._data.dtype), copy=False)


def _inexact(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype(np.float64) if dtype.kind in "iub" else dtype


def bound_of(trace: Trace, numbers: tuple[int, ...], cotangents: tuple[Any, ...]) -> Bound:
    """The compiled backward pass, all of whose values are there."""
    bound = plans.find(trace, numbers, tuple([c is None for c in cotangents]))
    if trace.ended and not all(map(trace.holds, bound.passed)):
        raise _used_up()
    return bound


def deposit(leaves: Sequence[Leaf], gradients: Sequence[Any]) -> None:
    """Put gradients where variables keep them; several for one variable are added."""
    seen: set[Leaf] = set()
    for leaf, gradient in zip(leaves, gradients, strict=True):
        save(leaf.grad)
        if leaf.req == "add" or leaf in seen:
            np.add(leaf.grad, gradient, out=leaf.grad, casting="unsafe")
        else:
            np.copyto(leaf.grad, gradient, casting="unsafe")
        seen.add(leaf)


def source(head: Array) -> str:
    """The text of the function that ``head.backward()`` calls.

    Raises:
        BackwardError: nothing was recorded.
    """
    trace, numbers = gathered([head])
    return bound_of(trace, numbers, (None,)).plan.text


def cache_info() -> CacheInfo:
    """How many backward passes were found compiled, how many compiled, and how many are kept."""
    return plans.info()


def cache_clear() -> None:
    """Forget all compiled backward passes."""
    plans.clear()


__all__ = ["backward", "cache_clear", "cache_info", "source"]
