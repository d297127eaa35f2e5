"""Functions of ``functools`` and ``itertools`` over items that are known before the run."""

from __future__ import annotations

import functools
import itertools
from typing import Any

from srcgrad.frontend.context import Context
from srcgrad.frontend.iterables import once
from srcgrad.frontend.kinds import AV, NONE, Seq
from srcgrad.frontend.library import HANDLERS, Handler, handles
from srcgrad.frontend.operators import binary
from srcgrad.frontend.sequences import items_of
from srcgrad.ir.build import constant

_ONE = constant(1)


@handles(functools.reduce)
def _reduce(cx: Context, node: Any, function: AV, iterable: AV, initial: AV | None = None) -> AV:
    items = items_of(cx, iterable, node)
    if initial is not None:
        items.insert(0, initial)
    if not items:
        cx.refuse("SG217", "reduce of nothing", node, "give an initial value")
    return functools.reduce(lambda a, b: cx.call_value(function, [a, b], {}, node), items)


@handles(itertools.accumulate)
def _accumulate(cx: Context, node: Any, iterable: AV, func: AV = NONE, initial: AV = NONE) -> AV:
    items = items_of(cx, iterable, node)
    if initial != NONE:
        items.insert(0, initial)

    def step(a: AV, b: AV) -> AV:
        if func == NONE:
            return binary(cx, node, "Add", a, b)
        return cx.call_value(func, [a, b], {}, node)

    return once(cx, node, list(itertools.accumulate(items, step)), iterable)


@handles(itertools.chain)
def _chain(cx: Context, node: Any, *parts: AV) -> AV:
    return once(cx, node, [item for p in parts for item in items_of(cx, p, node)], *parts)


def _chain_all(cx: Context, node: Any, iterable: AV) -> AV:
    return _chain(cx, node, *items_of(cx, iterable, node))


HANDLERS[itertools.chain.from_iterable] = _chain_all


@handles(itertools.starmap)
def _starmap(cx: Context, node: Any, function: AV, iterable: AV) -> AV:
    rows = [items_of(cx, row, node) for row in items_of(cx, iterable, node)]
    return once(cx, node, [cx.call_value(function, row, {}, node) for row in rows], iterable)


@handles(itertools.repeat)
def _repeat(cx: Context, node: Any, object: AV, times: AV) -> AV:
    return once(cx, node, [object] * cx.integer(times, node, "the number of repeats"))


@handles(itertools.product)
def _product(cx: Context, node: Any, *parts: AV, repeat: AV = _ONE) -> AV:
    columns = [items_of(cx, p, node) for p in parts]
    count = cx.integer(repeat, node, "repeat=")
    return once(cx, node, [Seq(row) for row in itertools.product(*columns, repeat=count)])


def _selecting(python: Any) -> Handler:
    def handler(cx: Context, node: Any, iterable: AV, *counts: AV) -> AV:
        numbers = [cx.integer(c, node, "a count") for c in counts]
        rows = python(items_of(cx, iterable, node), *numbers)
        read = (iterable,) if python is itertools.pairwise else ()
        return once(cx, node, [Seq(tuple(row)) for row in rows], *read)

    return handler


for _python in (
    itertools.combinations,
    itertools.combinations_with_replacement,
    itertools.permutations,
    itertools.pairwise,
):
    HANDLERS[_python] = _selecting(_python)


@handles(itertools.islice)
def _islice(cx: Context, node: Any, iterable: AV, *limits: AV) -> AV:
    bounds = [None if v == NONE else cx.integer(v, node, "a limit of islice") for v in limits]
    return once(cx, node, list(itertools.islice(items_of(cx, iterable, node), *bounds)), iterable)


__all__: list[str] = []
