"""Lowers ``match``: what a pattern asks of structure is decided now, what it asks of values is a test.

Invariant: a pattern is looked at only if none before it matched, and its names are bound before its guard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from srcgrad.frontend.attributes import attribute
from srcgrad.frontend.boxes import boxed, opened, unboxed
from srcgrad.frontend.branches import branch, is_true
from srcgrad.frontend.comparisons import compare
from srcgrad.frontend.context import NEXT, Context, Exit
from srcgrad.frontend.expressions import expression, store_name
from srcgrad.frontend.kinds import AV, NONE, Box, Mapping, Seq, Static
from srcgrad.frontend.operators import DYNAMIC, choose, static_value, truth
from srcgrad.frontend.perhaps import is_none, is_perhaps, refuse
from srcgrad.ir.build import constant

_WHOLE = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)


@dataclass
class Fit:
    """What a pattern asks of a value beyond its structure, and the names that it binds."""

    tests: list[Callable[[], AV]] = field(default_factory=list)
    bound: list[tuple[str, AV]] = field(default_factory=list)


def match(cx: Context, node: Any) -> Exit:
    """Lower a ``match`` statement."""
    subject = expression(cx, node.subject)
    return _cases(cx, node, subject, node.cases)


def _cases(cx: Context, node: Any, subject: AV, cases: list[Any]) -> Exit:
    if not cases:
        return Exit.always(NEXT)
    case, rest = cases[0], cases[1:]
    fit = Fit()
    if not _fits(cx, case.pattern, subject, fit):
        return _cases(cx, node, subject, rest)
    with cx.at(case.pattern):
        test = truth(cx, _all(cx, case, fit), case.pattern)

    def taken() -> Exit:
        for name, value in fit.bound:
            store_name(cx, name, value, case.pattern)
        return cx.statements(case.body)

    known = is_true(test)
    if known is not None:
        return taken() if known else _cases(cx, node, subject, rest)
    return branch(cx, node, test, taken, lambda: _cases(cx, node, subject, rest))


def _all(cx: Context, case: Any, fit: Fit) -> AV:
    """Whether all tests of a pattern hold, and then its guard."""
    parts = list(fit.tests)
    if case.guard is not None:
        parts.append(partial(_guard, cx, case, fit))
    value: AV = constant(True)
    if parts:
        value = _chain(cx, case.pattern, parts)
    return value


def _chain(cx: Context, node: Any, parts: list[Callable[[], AV]]) -> AV:
    value = parts[0]()
    if len(parts) == 1:
        return value
    test = truth(cx, value, node)
    known = is_true(test)
    if known is not None:
        return _chain(cx, node, parts[1:]) if known else value
    return choose(cx, node, test, lambda: _chain(cx, node, parts[1:]), lambda: constant(False))


def _guard(cx: Context, case: Any, fit: Fit) -> AV:
    for name, value in fit.bound:
        store_name(cx, name, value, case.pattern)
    return truth(cx, expression(cx, case.guard), case.guard)


def _fits(cx: Context, pattern: Any, value: AV, fit: Fit) -> bool:
    """Whether the structure of a value is that of a pattern."""
    kind = type(pattern).__name__
    if is_perhaps(value) and kind not in ("MatchAs", "MatchOr"):
        if kind != "MatchSingleton" or pattern.value is not None:
            refuse(cx, pattern)
        fit.tests.append(lambda: is_none(cx, value, pattern))
        return True
    found: bool = _PATTERNS[kind](cx, pattern, value, fit)
    return found


def _value(cx: Context, pattern: Any, value: AV, fit: Fit) -> bool:
    wanted = expression(cx, pattern.value)
    a, b = static_value(unboxed(cx, value, pattern)), static_value(unboxed(cx, wanted, pattern))
    if a is not DYNAMIC and b is not DYNAMIC:
        return bool(a == b)
    for kinds in ((Box, Seq, Mapping), (Static,)):
        if isinstance(value, kinds) != isinstance(wanted, kinds):
            return False
    fit.tests.append(lambda: compare(cx, pattern, "Eq", value, wanted))
    return True


def _singleton(cx: Context, pattern: Any, value: AV, fit: Fit) -> bool:
    if pattern.value is None:
        return bool(value == NONE)
    known = static_value(value)
    if known is DYNAMIC:
        cx.refuse("SG108", "True or False against a value of the run", pattern, "use if")
    return known is pattern.value


def _as(cx: Context, pattern: Any, value: AV, fit: Fit) -> bool:
    if pattern.pattern is not None and not _fits(cx, pattern.pattern, value, fit):
        return False
    if pattern.name is not None:
        fit.bound.append((pattern.name, value))
    return True


def _sequence(cx: Context, pattern: Any, value: AV, fit: Fit) -> bool:
    value = opened(cx, value, pattern)
    if not isinstance(value, Seq) or not issubclass(value.make, (tuple, list)):
        return False
    stars = [k for k, p in enumerate(pattern.patterns) if type(p).__name__ == "MatchStar"]
    count, wanted = len(value.items), len(pattern.patterns)
    if count < wanted - len(stars) or (count != wanted and not stars):
        return False
    items, patterns = list(value.items), list(pattern.patterns)
    if stars:
        place, after = stars[0], wanted - 1 - stars[0]
        star = patterns.pop(place)
        middle = items[place : count - after]
        items[place : count - after] = []
        if star.name is not None:
            fit.bound.append((star.name, boxed(cx, Seq(tuple(middle), list))))
    return all(_fits(cx, p, v, fit) for p, v in zip(patterns, items, strict=True))


def _mapping(cx: Context, pattern: Any, value: AV, fit: Fit) -> bool:
    value = opened(cx, value, pattern)
    if not isinstance(value, Mapping):
        return False
    left = dict(value.items)
    for key, inner in zip(pattern.keys, pattern.patterns, strict=True):
        wanted = static_value(expression(cx, key))
        if wanted not in left or not _fits(cx, inner, left.pop(wanted), fit):
            return False
    if pattern.rest is not None:
        fit.bound.append((pattern.rest, boxed(cx, Mapping(tuple(left.items())))))
    return True


def _either(cx: Context, pattern: Any, value: AV, fit: Fit) -> bool:
    tests: list[AV] = []
    for inner in pattern.patterns:
        one = Fit()
        if not _fits(cx, inner, value, one):
            continue
        if not one.tests and not tests:
            fit.bound += one.bound
            return True
        if one.bound:
            message = "alternatives that bind names and depend on values of the run"
            cx.refuse("SG108", message, pattern, "use a case for each alternative")
        tests.append(_chain(cx, pattern, one.tests) if one.tests else constant(True))
    if not tests:
        return False

    def any_of(k: int) -> AV:
        if k + 1 == len(tests):
            return tests[k]
        test = truth(cx, tests[k], pattern)
        return choose(cx, pattern, test, lambda: constant(True), lambda: any_of(k + 1))

    fit.tests.append(lambda: any_of(0))
    return True


def _class(cx: Context, pattern: Any, value: AV, fit: Fit) -> bool:
    cls = expression(cx, pattern.cls)
    test = cx.call_function(isinstance, [value, cls], {}, pattern)
    if is_true(truth(cx, test, pattern)) is False:
        return False
    known = static_value(cls)
    inner: list[tuple[Any, AV]] = []
    if pattern.patterns and known in _WHOLE:
        inner.append((pattern.patterns[0], value))
    else:
        names = [*getattr(known, "__match_args__", ())[: len(pattern.patterns)], *pattern.kwd_attrs]
        patterns = [*pattern.patterns, *pattern.kwd_patterns]
        if len(names) != len(patterns):
            cx.refuse("SG108", "more patterns than the class has fields", pattern, "name them")
        inner += [
            (p, attribute(cx, value, n, pattern)) for n, p in zip(names, patterns, strict=True)
        ]
    return all(_fits(cx, p, v, fit) for p, v in inner)


_PATTERNS: dict[str, Callable[[Context, Any, AV, Fit], bool]] = {
    "MatchValue": _value,
    "MatchSingleton": _singleton,
    "MatchAs": _as,
    "MatchSequence": _sequence,
    "MatchMapping": _mapping,
    "MatchOr": _either,
    "MatchClass": _class,
}

__all__ = ["match"]
