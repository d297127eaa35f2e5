"""Operations whose derivative the user gives, and derivatives with respect to chosen variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from srcgrad.errors import BackwardError, ImperativeError, WriteError
from srcgrad.imperative.array import Array
from srcgrad.imperative.backward import gathered, paired, release, seeds_of, sweep
from srcgrad.imperative.calls import plain
from srcgrad.imperative.scopes import pause
from srcgrad.imperative.steps import op_of
from srcgrad.imperative.trace import Join, Leaf, Trace, local


def mark_variables(variables: Any, gradients: Any, grad_reqs: Any = "write") -> None:
    """Make arrays variables whose gradients go to given arrays.

    Arguments:
        variables: an array, or a list of them.
        gradients: for each the array, of its shape, that `backward` writes to.
        grad_reqs: one of ``"write"``, ``"add"``, ``"null"`` for all, or a list of them.
    """
    several = isinstance(variables, (list, tuple))
    found = list(variables) if several else [variables]
    places = list(gradients) if isinstance(gradients, (list, tuple)) else [gradients]
    reqs = [grad_reqs] * len(found) if isinstance(grad_reqs, str) else list(grad_reqs)
    for variable, place, req in zip(found, places, reqs, strict=True):
        variable.attach_grad(req)
        variable._node = Leaf(place._data, req)


def grad(
    heads: Any,
    variables: Any,
    head_grads: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    train_mode: bool = True,
    allow_unused: bool = False,
) -> list[Any]:
    """The gradients of heads with respect to variables, as new arrays; ``.grad`` stays as it is.

    Arguments:
        heads: an array, or a list of them; the sum of all their elements is differentiated.
        variables: an array with an attached gradient, or a list of them.
        head_grads: as in `backward`.
        retain_graph: keep what was recorded; ``None`` is as ``create_graph``.
        create_graph: record the gradients too, so that they can be differentiated again.
        train_mode: as in `backward`.
        allow_unused: give ``None`` for a variable that is not reached.

    Raises:
        BackwardError: a variable is none, or is not reached.
        WriteError: the gradients are to be recorded, of a variable that was written meanwhile.
    """
    wanted = list(variables) if isinstance(variables, (list, tuple)) else [variables]
    assert wanted, "variables cannot be an empty list."
    found, given = paired(heads, head_grads)
    trace, numbers = gathered(found)
    seeds = seeds_of(found, given)
    for k, variable in enumerate(wanted):
        _check_variable(variable, k)
    if create_graph and trace.joins:
        raise ImperativeError(
            "SG709",
            "a derivative that the user gave is not recorded",
            "leave out create_graph, or write the operation with arrays",
        )
    swept = sweep(trace, numbers, seeds)
    by_leaf: dict[Leaf, Any] = {}
    for leaf, result in zip(swept.leaves, swept.gradients, strict=True):
        by_leaf[leaf] = result if leaf not in by_leaf else by_leaf[leaf] + result
    outs = []
    for k, variable in enumerate(wanted):
        result = by_leaf.get(variable._node)
        if result is None and not allow_unused:
            raise _unreachable(k)
        data = None if result is None else np.array(result, dtype=variable._data.dtype)
        outs.append(None if data is None else type(variable)._of(data))
    if create_graph:
        pairs = [(v, out) for v, out in zip(wanted, outs, strict=True) if out is not None]
        _note(trace, found, given, seeds, [v for v, _ in pairs], [out for _, out in pairs])
    elif not retain_graph:
        release(trace, swept)
    return outs


def _check_variable(variable: Any, position: int) -> None:
    if type(variable._node) is not Leaf or variable._node.req == "null":
        raise BackwardError(
            "SG703",
            f"the {position + 1}-th variable does not require gradient",
            "call attach_grad() on it before recording",
        )


def _unreachable(position: int) -> BackwardError:
    return BackwardError(
        "SG703",
        f"the {position + 1}-th variable is unreachable from the heads",
        "leave it out, or compute the heads from it inside autograd.record()",
    )


def _note(
    trace: Trace,
    heads: list[Any],
    given: list[Any],
    seeds: Sequence[Any],
    variables: list[Any],
    outs: list[Any],
) -> None:
    """Record gradients as results of the steps that they are gradients of, and of head gradients."""
    leaves = {v._node for v in variables}
    for _, number in trace.reach(tuple([trace.index(head) for head in heads])):
        leaf = trace.owners.get(number)
        if leaf is not None and leaf in leaves and trace.leaves.get(leaf) != number:
            message = "a variable was written between its use and the gradient, which is recorded"
            raise WriteError("SG705", message, "write it after the last derivative is taken")
    if not outs:
        return
    op = op_of("gradient", (len(heads), tuple([s is None for s in seeds])))
    weights = [
        g if isinstance(g, Array) else type(h)._of(s)
        for h, g, s in zip(heads, given, seeds, strict=True)
        if s is not None
    ]
    trace.call(op, (*heads, *weights, *variables), {}, outs)


class Function:
    """An operation with a derivative of the user's own.

    A subclass has ``forward(self, *inputs)``, which returns an array or a tuple of arrays, and
    ``backward(self, *output_gradients)``, which returns one gradient for each input. Both run without
    being recorded. An instance is called once.

    >>> from srcgrad import autograd, np
    >>> class Double(autograd.Function):
    ...     def forward(self, x):
    ...         return 2 * x
    ...     def backward(self, dy):
    ...         return 2 * dy
    >>> x = np.array([1.0, 2.0])
    >>> x.attach_grad()
    >>> with autograd.record():
    ...     y = Double()(x)
    >>> y.backward()
    >>> x.grad
    array([2., 2.])
    """

    def __init__(self) -> None:
        self._used = False
        self.saved_tensors: tuple[Any, ...] = ()

    def save_for_backward(self, *arrays: Any) -> None:
        """Keep arrays for ``backward``, where they are in ``self.saved_tensors``."""
        self.saved_tensors = arrays

    def forward(self, *inputs: Any) -> Any:
        """The result, computed from the inputs."""
        raise NotImplementedError

    def backward(self, *output_gradients: Any) -> Any:
        """The gradient of each input."""
        raise NotImplementedError

    def __call__(self, *inputs: Any) -> Any:
        """Run ``forward`` and note that ``backward`` is its derivative."""
        assert not getattr(self, "_used", False), (
            "Each Function instance can only be called once. Please create another instance."
        )
        self._used = True
        trace = local.trace
        with pause(local.training):
            result = self.forward(*inputs)
        outs = list(result) if isinstance(result, (tuple, list)) else [result]
        arrays = [a for a in inputs if isinstance(a, Array)]
        if trace is None or all(a._node is None for a in arrays):
            return result
        if any(out is a for out in outs for a in arrays):
            raise ImperativeError(
                "SG709", "forward returns one of its inputs", "return a copy of it"
            )
        kind = type(arrays[0])
        numbers = tuple([None if a._node is None else trace.index(a) for a in arrays])

        def pull(cotangents: list[Any]) -> list[Any]:
            with pause(local.training):
                found = self.backward(*map(kind._of, cotangents))
            parts = list(found) if isinstance(found, (tuple, list)) else [found]
            if len(parts) != len(arrays):
                message = f"backward gives {len(parts)} gradients for {len(arrays)} inputs"
                raise ImperativeError("SG709", message, "give one for each input")
            return [plain(p) for p in parts]

        join = Join(pull, numbers)
        for out in outs:
            trace.join(join, out)
        return result


__all__ = ["Function", "grad", "mark_variables"]
