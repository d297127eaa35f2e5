"""Lowers comparisons: of numbers and arrays to operations, of containers item by item, ``in`` and ``is``.

Each operand of a chain is evaluated once, none behind a comparison that decides.
"""

from __future__ import annotations

import contextlib
import operator as operators
from functools import partial
from typing import Any

from srcgrad.frontend.boxes import opened, unboxed
from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import (
    ATOMS,
    AV,
    NONE,
    Box,
    Instance,
    Mapping,
    Range,
    Ref,
    Seq,
    Static,
    children,
    describe,
    lift,
    structure,
)
from srcgrad.frontend.operators import (
    DYNAMIC,
    Part,
    chain,
    choose,
    folded,
    is_numpy,
    static_truth,
    static_value,
    tested,
    truth,
)
from srcgrad.frontend.perhaps import certain, is_none, is_perhaps, refuse
from srcgrad.frontend.sequences import known_items
from srcgrad.frontend.subscripts import array_like
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Const
from srcgrad.ir.types import BOOL

COMPARE = {
    "Lt": "less",
    "LtE": "less_equal",
    "Gt": "greater",
    "GtE": "greater_equal",
    "Eq": "equal",
    "NotEq": "not_equal",
}
_COMPARED = {
    "Eq": operators.eq,
    "NotEq": operators.ne,
    "Lt": operators.lt,
    "LtE": operators.le,
    "Gt": operators.gt,
    "GtE": operators.ge,
}


def comparison(cx: Context, node: Any) -> AV:
    """A chain of comparisons: each operand is evaluated once, none behind one that decides."""
    left = cx.expression(node.left)
    operators = [type(o).__name__ for o in node.ops]
    if len(operators) == 1:
        return compare(cx, node, operators[0], left, cx.expression(node.comparators[0]))

    def link(k: int, before: AV) -> AV:
        after = cx.expression(node.comparators[k])
        result = compare(cx, node, operators[k], before, after)
        if k + 1 == len(operators):
            return result
        known = static_truth(tested(cx, result, node))
        if known is not None:
            return link(k + 1, after) if known else result
        return choose(cx, node, truth(cx, result, node), lambda: link(k + 1, after), lambda: result)

    return link(0, left)


def compare(cx: Context, node: Any, operator: str, left: AV, right: AV) -> AV:
    """One comparison."""
    if operator in ("Is", "IsNot"):
        found = _identical(cx, node, left, right)
        return found if operator == "Is" else _negated(cx, node, found)
    if operator in ("Lt", "LtE", "Gt", "GtE"):
        left, right = certain(cx, node, left, right)
    answer = cx.overloaded(node, operator, left, right)
    if answer is not None:
        return answer
    if operator in ("In", "NotIn"):
        found = _contains(cx, node, left, right)
        return found if operator == "In" else _negated(cx, node, found)
    left, right = unboxed(cx, left, node), unboxed(cx, right, node)
    if is_numpy(cx, left) or is_numpy(cx, right):
        left, right = array_like(cx, left, node), array_like(cx, right, node)
    if isinstance(left, (*ATOMS, Ref)) and isinstance(right, (*ATOMS, Ref)):
        name = COMPARE[operator]
        x, y = cx.atom(left, node), cx.atom(right, node)
        return folded(name, x, y) or cx.bind(cx.emit(name, x, y), left, right)
    a, b = static_value(left), static_value(right)
    if a is not DYNAMIC and b is not DYNAMIC:
        with contextlib.suppress(TypeError):
            return constant(_COMPARED[operator](a, b))
    if operator in ("Eq", "NotEq"):
        same = _equal(cx, node, left, right)
        if same is not None:
            return same if operator == "Eq" else _negated(cx, node, same)
    cx.refuse(
        "SG215",
        f"{describe(left)} and {describe(right)} cannot be compared",
        node,
        "compare numbers or arrays",
    )


def _equal(cx: Context, node: Any, left: AV, right: AV) -> AV | None:
    """Whether two containers are equal, item by item; ``None`` where that has no meaning here."""
    pair = [v for v in (left, right) if isinstance(v, (Seq, Mapping, Instance))]
    if not pair or any(isinstance(v, Ref) for v in (left, right)):
        return None
    if structure(left) != structure(right):
        return None if _unordered(left) or _unordered(right) else constant(False)
    pairs = zip(children(left), children(right), strict=True)
    items = [(a, b) for a, b in pairs if a is not b]  # identical items are equal, even NaN
    tests: list[Part] = [partial(compare, cx, node, "Eq", a, b) for a, b in items]
    return chain(cx, node, tests, stop_on=False) if tests else constant(True)


def _unordered(value: AV) -> bool:
    """Whether equality may hold although the structures differ, or is the user's to define."""
    return isinstance(value, (Mapping, Instance)) or any(map(_unordered, children(value)))


def _negated(cx: Context, node: Any, value: AV) -> AV:
    known = static_truth(value)
    return cx.emit("not", cx.atom(value, node)) if known is None else constant(not known)


def _identical(cx: Context, node: Any, left: AV, right: AV) -> AV:
    """Whether both are one object: known now, but for truths of the run."""
    for a, b in ((left, right), (right, left)):
        if is_perhaps(a):
            return is_none(cx, a, node) if b == NONE else refuse(cx, node)
        if isinstance(b, Static) and (b.value is None or isinstance(b.value, type)):
            return constant(isinstance(a, Static) and a.value is b.value)
        if isinstance(b, Const) and isinstance(b.value, bool):
            found = _is_truth(cx, a, b.value)
            if found is not None:
                return found
    if isinstance(left, (Ref, Box)) and isinstance(right, (Ref, Box)):
        if left.loc == right.loc:
            return constant(True)
        if isinstance(left, Box) and cx.heap.find(left.loc) != cx.heap.find(right.loc):
            return constant(False)
    if isinstance(left, Box) != isinstance(right, Box):
        return constant(False)
    message = "`is` is only supported with None, classes and truths"
    cx.refuse("SG215", message, node, "compare with ==")


def _is_truth(cx: Context, value: AV, wanted: bool) -> AV | None:
    """Whether a value is ``True``, or ``False``, itself; ``None`` where that is not known.

    A number of the run may be one of either on another path, and a NumPy truth is no Python truth.
    """
    if isinstance(value, Const):
        return constant(value.value is wanted)
    if not isinstance(value, (*ATOMS, Ref)):
        return constant(False)
    if cx.type_of(value) == BOOL:
        atom = cx.atom(value, None)
        return atom if wanted else cx.emit("not", atom)
    return constant(False) if isinstance(value, Ref) and cx.dims(value) != () else None


def _contains(cx: Context, node: Any, left: AV, right: AV) -> AV:
    """``left in right``: known now, or a comparison with one item after another."""
    left, right = unboxed(cx, left, node), opened(cx, right, node)
    if isinstance(right, Mapping):
        right = Seq(tuple(lift(k) for k, _ in right.items))
    whole, part = static_value(right), static_value(left)
    if isinstance(right, Range):
        items = known_items(cx, right, node)
        if items is None:
            cx.refuse("SG215", "`in` on a range of the run", node, "compare with its limits")
        right = Seq(tuple(items))
        whole = static_value(right)
    if whole is not DYNAMIC and part is not DYNAMIC:
        return constant(part in whole)
    if isinstance(right, Static) and isinstance(right.value, (set, frozenset)):
        numbers = sorted(v for v in right.value if isinstance(v, (int, float)))
        right = Seq(tuple(map(constant, numbers)))
    scalar = isinstance(left, ATOMS) and isinstance(right, Seq)
    if not (scalar and all(isinstance(v, (*ATOMS, Static)) for v in right.items)):  # type: ignore[union-attr]
        cx.refuse("SG215", "`in` on arrays or unknown values", node, "compare with ==")
    candidates = [v for v in right.items if isinstance(v, ATOMS)]  # type: ignore[union-attr]
    if left in candidates:
        return constant(True)
    if not candidates:
        return constant(False)
    return chain(cx, node, [partial(compare, cx, node, "Eq", left, v) for v in candidates], True)


__all__ = ["compare", "comparison"]
