"""Builtin functions over iterables: ``zip``, ``sorted``, ``map``, ``sum`` and the like.

Where the items are known before the run they are handled one by one; over arrays and ranges of other
lengths ``zip``, ``enumerate``, ``reversed`` and ``map`` wait for the loop that reads them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from srcgrad.frontend.boxes import boxed, change, opened, unboxed
from srcgrad.frontend.comparisons import compare
from srcgrad.frontend.comprehensions import reduced, set_of
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import (
    AV,
    ITERATOR_TYPES,
    ITERATORS,
    NONE,
    Box,
    Enumerate,
    Mapped,
    Mapping,
    Once,
    Range,
    Ref,
    Reversed,
    Seq,
    Static,
    Zip,
)
from srcgrad.frontend.library import HANDLERS, Handler, handles
from srcgrad.frontend.operators import (
    DYNAMIC,
    binary,
    choose,
    static_truth,
    static_value,
    tested,
    truth,
)
from srcgrad.frontend.sequences import items_of, known_items
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom, Const
from srcgrad.ir.types import BOOL, INT, Array, dims_of

_ZERO, _FALSE, _EMPTY = constant(0), constant(False), Seq(())


def _is_long(iterable: AV) -> bool:
    """Whether a loop serves an iterable better than its items one by one."""
    if isinstance(iterable, (Zip, Mapped)):
        return any(map(_is_long, iterable.parts))
    if isinstance(iterable, (Enumerate, Reversed)):
        return _is_long(iterable.part)
    return isinstance(iterable, Range)


@handles(len)
def _len(cx: Context, node: Any, value: AV) -> AV:
    answer = cx.overloaded(node, "Len", value)
    if answer is not None:
        return answer
    value = opened(cx, value, node)
    if isinstance(value, (Seq, Mapping)):
        return constant(len(value.items))
    if isinstance(value, Static) and hasattr(value.value, "__len__"):
        return constant(len(value.value))
    if isinstance(value, Range):
        return cx.emit("range_length", value.start, value.stop, value.step)
    atom = cx.atom(value, node, "len")
    dims = dims_of(atom.type)
    if dims == ():
        cx.refuse("SG215", "a scalar has no len", node, "pass an array")
    if dims is not None and isinstance(dims[0], int):
        return constant(dims[0])
    return cx.emit("length", atom, axis=0)


@handles(range)
def _range(cx: Context, node: Any, *limits: AV) -> AV:
    atoms = [cx.atom(v, node, "range") for v in limits]
    for atom in atoms:
        integral = atom.type in (INT, BOOL) or (
            isinstance(atom.type, Array)
            and atom.type.dims == ()
            and atom.type.dtype is not None
            and atom.type.dtype.kind in "iu"
        )
        if not integral:
            cx.refuse("SG215", f"range does not take {atom.type}", node, "pass integers")
    if not 1 <= len(atoms) <= 3:
        cx.refuse("SG217", "range takes one to three arguments", node, "check the call")
    start = atoms[0] if len(atoms) > 1 else constant(0)
    stop = atoms[1] if len(atoms) > 1 else atoms[0]
    return Range(start, stop, atoms[2] if len(atoms) > 2 else constant(1))


@handles(iter)
def _iter(cx: Context, node: Any, iterable: AV) -> AV:
    return once(cx, node, items_of(cx, iterable, node), iterable)


@handles(next)
def _next(cx: Context, node: Any, iterator: AV, default: AV | None = None) -> AV:
    if isinstance(iterator, ITERATORS):
        iterator = boxed(cx, iterator)
    if not isinstance(iterator, Box) or iterator.make not in ITERATOR_TYPES.values():
        cx.refuse("SG104", "next of something that is not kept", node, "give the iterator a name")
    items = items_of(cx, iterator, node)
    if not items:
        if default is None:
            cx.refuse("SG227", "the iterator is empty here", node, "give a default")
        return default
    change(cx, iterator, Once(Seq(tuple(items[1:]))), node)
    return items[0]


@handles(zip)
def _zip(cx: Context, node: Any, *parts: AV, strict: AV = _FALSE) -> AV:
    if static_truth(strict):
        counts = [known_items(cx, p, node) for p in parts]
        if any(c is None for c in counts):
            message = "zip with strict=True over lengths of the run"
            cx.refuse("SG202", message, node, "leave out strict=True")
        if len({len(c) for c in counts if c is not None}) > 1:
            cx.refuse("SG216", "the arguments of zip differ in length", node, "check the lengths")
        return Zip(tuple(Once(Seq(tuple(c or ()))) for c in counts))
    return Zip(parts)


@handles(enumerate)
def _enumerate(cx: Context, node: Any, iterable: AV, start: AV = _ZERO) -> AV:
    return Enumerate(iterable, cx.atom(start, node))


@handles(reversed)
def _reversed(cx: Context, node: Any, sequence: AV) -> AV:
    return Reversed(sequence)


@handles(map)
def _map(cx: Context, node: Any, function: AV, *parts: AV) -> AV:
    return Mapped(function, parts)


def once(cx: Context, node: Any, items: list[AV], *read: AV) -> Once:
    """An iterator over items that were read from containers as they are now."""
    sources = tuple((p, opened(cx, p, node)) for p in read if isinstance(p, Box))
    return Once(Seq(tuple(items)), sources)


@handles(filter)
def _filter(cx: Context, node: Any, function: AV, iterable: AV) -> AV:
    kept = []
    for item in items_of(cx, iterable, node):
        test = item if function == NONE else cx.call_value(function, [item], {}, node)
        known = static_truth(tested(cx, test, node))
        if known is None:
            message = "this filter is only known at run time, and so is the number of items"
            cx.refuse("SG103", message, node, "multiply by the condition, or use np.where")
        if known:
            kept.append(item)
    return once(cx, node, kept, iterable)


def _to_sequence(make: type) -> Handler:
    def handler(cx: Context, node: Any, iterable: AV = _EMPTY) -> AV:
        return boxed(cx, Seq(tuple(items_of(cx, iterable, node)), make))

    return handler


HANDLERS[list], HANDLERS[tuple] = _to_sequence(list), _to_sequence(tuple)


@handles(set, frozenset)
def _to_set(cx: Context, node: Any, iterable: AV = _EMPTY) -> AV:
    if isinstance(iterable, Static) and isinstance(iterable.value, (set, frozenset)):
        return iterable
    return set_of(cx, tuple(items_of(cx, iterable, node)), node)


@handles(dict)
def _dict(cx: Context, node: Any, items: AV = _EMPTY, **more: AV) -> AV:
    items = opened(cx, items, node)
    if isinstance(items, Mapping):
        return boxed(cx, Mapping(tuple({**dict(items.items), **more}.items())))
    found: dict[Any, AV] = {}
    for pair in items_of(cx, items, node):
        key, value = items_of(cx, pair, node)
        known = static_value(key)
        if known is DYNAMIC:
            cx.refuse("SG212", "a dict key must be known before the run", node, "use literal keys")
        found[known] = value
    return boxed(cx, Mapping(tuple({**found, **more}.items())))


@handles(sorted)
def _sorted(cx: Context, node: Any, iterable: AV, key: AV = NONE, reverse: AV = _FALSE) -> AV:
    if isinstance(iterable, Static) and isinstance(iterable.value, (set, frozenset)):
        items: list[AV] = [_literal(v) for v in iterable.value]
    else:
        items = items_of(cx, iterable, node)
    return boxed(cx, Seq(tuple(sorted_items(cx, node, items, key, reverse)), list))


def sorted_items(cx: Context, node: Any, items: list[AV], key: AV, reverse: AV) -> list[AV]:
    """The items in order of keys that are known before the run."""
    keys = [v if key == NONE else cx.call_value(key, [v], {}, node) for v in items]
    known = [static_value(unboxed(cx, k, node)) for k in keys]
    if any(k is DYNAMIC for k in known):
        cx.refuse("SG210", "sorting by values of the run", node, "sort an array with np.sort")
    downwards = bool(static_truth(reverse))
    try:
        order = sorted(range(len(items)), key=known.__getitem__, reverse=downwards)
    except TypeError as error:
        cx.refuse("SG215", f"sorted: {error}", node, "sort values of one kind")
    return [items[k] for k in order]


def _literal(value: Any) -> AV:
    return constant(value) if isinstance(value, (bool, int, float)) else Static(value)


@handles(sum)
def _sum(cx: Context, node: Any, iterable: AV, start: AV = _ZERO) -> AV:
    items = None if _is_long(iterable) else known_items(cx, iterable, node)
    if items is None:
        return reduced(cx, node, iterable, "sum", start)
    total = start
    for item in items:
        total = binary(cx, node, "Add", total, item)
    return total


def _search(name: str, stop_on: bool) -> Handler:
    def handler(cx: Context, node: Any, iterable: AV) -> AV:
        items = known_items(cx, iterable, node)
        if items is None:
            return reduced(cx, node, iterable, name)

        def from_(k: int) -> AV:
            if k == len(items):
                return constant(not stop_on)
            test = truth(cx, items[k], node)
            if isinstance(test, Const):
                return constant(stop_on) if bool(test.value) is stop_on else from_(k + 1)
            found: Callable[[], AV] = lambda: constant(stop_on)
            later = functools.partial(from_, k + 1)
            return choose(cx, node, test, *((found, later) if stop_on else (later, found)))

        return from_(0)

    return handler


HANDLERS[any], HANDLERS[all] = _search("any", True), _search("all", False)


def _extremum(name: str, python: Any) -> Handler:
    operator = "Gt" if python is max else "Lt"

    def handler(cx: Context, node: Any, *values: AV, key: AV = NONE, default: AV = NONE) -> AV:
        items = list(values)
        if len(values) == 1:
            items = _compared(cx, node, values[0], python)
        if not items and default != NONE:
            return default
        if not items:
            cx.refuse("SG217", f"{python.__name__} of nothing", node, "give default=")
        if key != NONE:
            return _by_key(cx, node, items, key, operator)
        known = [static_value(v) for v in items]
        if all(isinstance(k, (int, float, str)) for k in known):
            return _literal(python(known))
        atoms = [cx.atom(v, node, python.__name__) for v in items]
        if any(dims_of(a.type) not in ((), None) for a in atoms):
            cx.refuse("SG222", f"{python.__name__} of arrays is ambiguous", node, f"use np.{name}")
        result: Atom = atoms[0]
        for atom in atoms[1:]:
            result = cx.emit(name, result, atom, via="py")
        return result

    return handler


def _compared(cx: Context, node: Any, value: AV, python: Any) -> list[AV]:
    """The items that are compared."""
    if isinstance(value, Ref):
        cx.refuse(
            "SG210",
            f"{python.__name__} of one array compares element by element",
            node,
            f"use np.{python.__name__}",
        )
    if isinstance(value, Static) and isinstance(value.value, (set, frozenset)):
        return [_literal(v) for v in value.value]
    return items_of(cx, value, node)


def _by_key(cx: Context, node: Any, items: list[AV], key: AV, operator: str) -> AV:
    """The first item with the largest or smallest key."""
    best, most = items[0], cx.call_value(key, [items[0]], {}, node)
    for item in items[1:]:
        rank = cx.call_value(key, [item], {}, node)
        test = truth(cx, compare(cx, node, operator, rank, most), node)
        if isinstance(test, Const):
            best, most = (item, rank) if test.value else (best, most)
            continue
        pair = choose(
            cx,
            node,
            test,
            functools.partial(Seq, (item, rank)),
            functools.partial(Seq, (best, most)),
        )
        assert isinstance(pair, Seq)
        best, most = pair.items
    return best


HANDLERS[max] = _extremum("maximum", max)
HANDLERS[min] = _extremum("minimum", min)


__all__: list[str] = []
