"""Changes of lists and dicts in place: their methods, stores to items, deletions.

Each makes a new content of the box; the structure of what it holds is known before the run.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from srcgrad.frontend.boxes import boxed, change, opened
from srcgrad.frontend.comparisons import compare
from srcgrad.frontend.context import Context
from srcgrad.frontend.iterables import sorted_items
from srcgrad.frontend.kinds import AV, NONE, Box, DictView, Mapping, Seq, Slicing, describe
from srcgrad.frontend.operators import DYNAMIC, static_truth, static_value
from srcgrad.frontend.sequences import items_of
from srcgrad.frontend.subscripts import place_of, slice_of
from srcgrad.ir.build import constant

_LAST, _FALSE = constant(-1), constant(False)
Handler = Callable[..., AV]


def call_container(
    cx: Context, receiver: AV, name: str, args: list[AV], kwargs: dict[str, AV], node: Any
) -> AV:
    """A method of a list, tuple or dict."""
    content = opened(cx, receiver, node)
    table = _DICT if isinstance(content, Mapping) else _LIST
    method = table.get(name)
    if method is None:
        what = describe(receiver)
        cx.refuse("SG203", f"{what} has no supported method {name!r}", node, "use another one")
    if isinstance(content, Seq) and content.make is not list and name not in ("index", "count"):
        cx.refuse("SG203", f"a tuple has no method {name!r}", node, "use a list")
    try:
        inspect.signature(method).bind(cx, node, receiver, *args, **kwargs)
    except TypeError as error:
        cx.refuse("SG217", f"{name}: {error}", node, "check the call")
    return method(cx, node, receiver, *args, **kwargs)


def _items(cx: Context, box: AV, node: Any) -> list[AV]:
    content = opened(cx, box, node)
    assert isinstance(content, Seq)
    return list(content.items)


def _set(cx: Context, box: AV, items: list[AV], node: Any) -> AV:
    change(cx, box, Seq(tuple(items), list), node)
    return NONE


def _append(cx: Context, node: Any, box: AV, item: AV) -> AV:
    return _set(cx, box, [*_items(cx, box, node), item], node)


def extend(cx: Context, node: Any, box: AV, iterable: AV) -> AV:
    """``box.extend(iterable)``, which is also ``box += iterable``."""
    more = items_of(cx, iterable, node)
    return _set(cx, box, [*_items(cx, box, node), *more], node)


def _insert(cx: Context, node: Any, box: AV, index: AV, item: AV) -> AV:
    items = _items(cx, box, node)
    items.insert(cx.integer(index, node, "the index of a list"), item)
    return _set(cx, box, items, node)


def _pop(cx: Context, node: Any, box: AV, index: AV = _LAST) -> AV:
    items = _items(cx, box, node)
    item = items.pop(place_of(cx, index, len(items), node))
    _set(cx, box, items, node)
    return item


def _place(cx: Context, node: Any, box: AV, value: AV) -> int:
    """The place of the first item that equals a value."""
    for k, item in enumerate(_items(cx, box, node)):
        same = item is value or static_truth(compare(cx, node, "Eq", item, value))
        if same is None:
            message = "which item equals this value is only known at run time"
            cx.refuse("SG210", message, node, "use an index that is known")
        if same:
            return k
    cx.refuse("SG227", "no item equals this value", node, "check the list")


def _remove(cx: Context, node: Any, box: AV, value: AV) -> AV:
    items = _items(cx, box, node)
    del items[_place(cx, node, box, value)]
    return _set(cx, box, items, node)


def _count(cx: Context, node: Any, box: AV, value: AV) -> AV:
    found = [static_truth(compare(cx, node, "Eq", v, value)) for v in _items(cx, box, node)]
    if any(f is None for f in found):
        cx.refuse("SG210", "which items equal this value is not known", node, "count in a loop")
    return constant(sum(map(bool, found)))


def _sort(cx: Context, node: Any, box: AV, *, key: AV = NONE, reverse: AV = _FALSE) -> AV:
    return _set(cx, box, sorted_items(cx, node, _items(cx, box, node), key, reverse), node)


_LIST: dict[str, Handler] = {
    "append": _append,
    "extend": extend,
    "insert": _insert,
    "pop": _pop,
    "remove": _remove,
    "clear": lambda cx, node, box: _set(cx, box, [], node),
    "reverse": lambda cx, node, box: _set(cx, box, _items(cx, box, node)[::-1], node),
    "sort": _sort,
    "copy": lambda cx, node, box: boxed(cx, opened(cx, box, node)),
    "index": lambda cx, node, box, value: constant(_place(cx, node, box, value)),
    "count": _count,
}


def _table(cx: Context, box: AV, node: Any) -> dict[Any, AV]:
    content = opened(cx, box, node)
    assert isinstance(content, Mapping)
    return dict(content.items)


def _key(cx: Context, key: AV, node: Any) -> Any:
    known = static_value(key)
    if known is DYNAMIC:
        cx.refuse("SG212", "a dict key must be known before the run", node, "use literal keys")
    return known


def _store(cx: Context, box: AV, items: dict[Any, AV], node: Any) -> AV:
    change(cx, box, Mapping(tuple(items.items())), node)
    return NONE


def _view(kind: str) -> Handler:
    def handler(cx: Context, node: Any, box: AV) -> AV:
        assert isinstance(box, (Box, Mapping))
        return DictView(box, kind)

    return handler


def _get(cx: Context, node: Any, box: AV, key: AV, default: AV = NONE) -> AV:
    return _table(cx, box, node).get(_key(cx, key, node), default)


def _pop_key(cx: Context, node: Any, box: AV, key: AV, default: AV | None = None) -> AV:
    items, known = _table(cx, box, node), _key(cx, key, node)
    if known not in items:
        if default is None:
            cx.refuse("SG227", f"the dict has no key {known!r}", node, "give a default")
        return default
    item = items.pop(known)
    _store(cx, box, items, node)
    return item


def _set_default(cx: Context, node: Any, box: AV, key: AV, default: AV = NONE) -> AV:
    items, known = _table(cx, box, node), _key(cx, key, node)
    if known not in items:
        _store(cx, box, {**items, known: default}, node)
        return default
    return items[known]


def update(cx: Context, node: Any, box: AV, other: AV | None = None, **more: AV) -> AV:
    """``box.update(other, **more)``."""
    items = _table(cx, box, node)
    content = Mapping(()) if other is None else opened(cx, other, node)
    if isinstance(content, Mapping):
        items.update(content.items)
    else:
        for pair in items_of(cx, content, node):
            key, value = items_of(cx, pair, node)
            items[_key(cx, key, node)] = value
    return _store(cx, box, {**items, **more}, node)


_DICT: dict[str, Handler] = {
    "get": _get,
    "keys": _view("keys"),
    "values": _view("values"),
    "items": _view("items"),
    "pop": _pop_key,
    "setdefault": _set_default,
    "update": update,
    "clear": lambda cx, node, box: _store(cx, box, {}, node),
    "copy": lambda cx, node, box: boxed(cx, opened(cx, box, node)),
}


def store_in(cx: Context, box: AV, index: AV, value: AV, node: Any) -> None:
    """``box[index] = value`` on a list or dict."""
    content = opened(cx, box, node)
    if isinstance(content, Mapping):
        items = _table(cx, box, node)
        items[_key(cx, index, node)] = value
        _store(cx, box, items, node)
        return
    if not isinstance(content, Seq) or content.make is not list:
        cx.refuse("SG206", f"{describe(box)} has no items to write to", node, "use a list")
    parts = list(content.items)
    if isinstance(index, Slicing):
        new = items_of(cx, value, node)
        place = slice_of(cx, index, node)
        if place.step not in (None, 1) and len(parts[place]) != len(new):
            cx.refuse(
                "SG216", "a slice with a step takes as many values", node, "match the numbers"
            )
        parts[place] = new
    else:
        parts[place_of(cx, index, len(parts), node)] = value
    _set(cx, box, parts, node)


def delete_from(cx: Context, box: AV, index: AV, node: Any) -> None:
    """``del box[index]`` on a list or dict."""
    content = opened(cx, box, node)
    if isinstance(content, Mapping):
        _pop_key(cx, node, box, index)
        return
    if not isinstance(content, Seq) or content.make is not list:
        cx.refuse("SG112", f"{describe(box)} has no items to delete", node, "use a list or dict")
    parts = list(content.items)
    if isinstance(index, Slicing):
        del parts[slice_of(cx, index, node)]
    else:
        del parts[place_of(cx, index, len(parts), node)]
    _set(cx, box, parts, node)


def is_container(value: AV) -> bool:
    """Whether a value is a sequence or dict, in a box or not."""
    if isinstance(value, Box):
        return value.make in (list, dict)
    return isinstance(value, (Seq, Mapping))


__all__ = ["call_container", "delete_from", "extend", "is_container", "store_in", "update"]
