"""Lowers statements: assignments, choices, loops, exits.

A statement list gives an ``Exit``: how it ended. What follows an exit exists only where the code says
"next": the rest of the list moves into the arm that falls through, so exits end up in tail position.
"""

from __future__ import annotations

from typing import Any

import gast

from srcgrad.frontend.attributes import length
from srcgrad.frontend.boxes import boxed
from srcgrad.frontend.branches import branch, is_true
from srcgrad.frontend.containers import delete_from
from srcgrad.frontend.context import BREAK, CONTINUE, NEXT, RETURN, RETURN_VALUE, Context, Exit
from srcgrad.frontend.contexts import with_statement
from srcgrad.frontend.expressions import expression, store_name
from srcgrad.frontend.imports import import_modules, import_names
from srcgrad.frontend.inlining import define_nested
from srcgrad.frontend.iteration import lower_for
from srcgrad.frontend.kinds import AV, NONE, Seq
from srcgrad.frontend.loops import lower_loop
from srcgrad.frontend.matching import match
from srcgrad.frontend.objects import set_field
from srcgrad.frontend.operators import condition
from srcgrad.frontend.perhaps import certain, is_perhaps
from srcgrad.frontend.sequences import items_of, known_items
from srcgrad.frontend.subscripts import Unsettled, elements, subscript
from srcgrad.frontend.texts import assert_statement, raise_statement
from srcgrad.frontend.updates import store_into, update_statement, write_attribute
from srcgrad.frontend.written_out import written_while
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Const, Var
from srcgrad.ir.types import UNKNOWN


def statements(cx: Context, body: list[Any]) -> Exit:
    """Lower a list of statements."""
    for k, node in enumerate(body):
        rest = body[k + 1 :]
        if isinstance(node, gast.If) and (raising := _raising_arm(node)) is not None:
            exit_ = _guarded(cx, node, raising)
        elif isinstance(node, gast.If):
            whole = _if(cx, node, rest if _has_exit(node) else [])
            if rest and _has_exit(node) and whole is not None:
                return whole
            exit_ = _if_mixed(cx, node) if whole is None else whole
        else:
            exit_ = statement(cx, node)
        if not exit_.falls:
            return exit_ if NEXT not in exit_.codes else _continue_under(cx, node, exit_, rest)
    return Exit.always(NEXT)


def _raising_arm(node: Any) -> bool | None:
    """Which arm of an ``if`` does nothing but raise, where the other one does something else."""
    arms = {True: node.body, False: node.orelse}
    raising = [k for k, arm in arms.items() if arm and isinstance(arm[0], gast.Raise)]
    return raising[0] if len(raising) == 1 else None


def _guarded(cx: Context, node: Any, raising: bool) -> Exit:
    """``if test: raise ...``: the raise under the test, then the other arm without a branch."""
    test = condition(cx, node.test)
    known = is_true(test)
    if known is None:
        raise_ = (node.body if raising else node.orelse)[0]
        arms = [lambda: statement(cx, raise_), lambda: Exit.always(NEXT)]
        then, orelse = arms if raising else arms[::-1]
        branch(cx, node, test, then, orelse)
        known = not raising
    return statements(cx, node.body if known else node.orelse)


def _continue_under(cx: Context, node: Any, exit_: Exit, rest: list[Any]) -> Exit:
    """The rest of a list after a statement that may or may not have left it."""
    if not rest:
        return exit_
    other = exit_.codes - {NEXT}
    left = Exit.always(next(iter(other))) if len(other) == 1 else Exit(other, exit_.atom)
    test = cx.emit("equal", exit_.atom, constant(NEXT))
    return branch(cx, node, test, lambda: statements(cx, rest), lambda: left)


def _has_exit(node: Any) -> bool:
    """Whether a statement may leave the list it stands in."""
    if isinstance(node, (gast.Return, gast.Break, gast.Continue)):
        return True
    if isinstance(node, gast.If):
        return any(map(_has_exit, node.body)) or any(map(_has_exit, node.orelse))
    if isinstance(node, (gast.With, gast.Match, gast.Try)):
        return any(map(_has_exit, gast.iter_child_nodes(node)))
    if isinstance(node, (gast.For, gast.While)):
        return any(isinstance(n, gast.Return) for n in gast.walk(node))
    return False


def _always_exits(body: list[Any]) -> bool:
    """Whether no path falls through a list of statements."""
    return any(
        isinstance(n, (gast.Return, gast.Break, gast.Continue, gast.Raise))
        or (isinstance(n, gast.If) and _always_exits(n.body) and _always_exits(n.orelse))
        for n in body
    )


def _if(cx: Context, node: Any, rest: list[Any]) -> Exit | None:
    """Lower an ``if``, the rest sunk into the one arm that falls through; ``None``: both may fall."""
    if rest and not (_always_exits(node.body) or _always_exits(node.orelse)):
        return None
    test = condition(cx, node.test)
    arms = [node.body, node.orelse]
    if rest:
        arms = [a if _always_exits(a) else [*a, *rest] for a in arms]
    known = is_true(test)
    if known is not None:
        return statements(cx, arms[0] if known else arms[1])
    return branch(cx, node, test, lambda: statements(cx, arms[0]), lambda: statements(cx, arms[1]))


def _if_mixed(cx: Context, node: Any) -> Exit:
    test = condition(cx, node.test)
    known = is_true(test)
    if known is not None:
        return statements(cx, node.body if known else node.orelse)
    return branch(
        cx, node, test, lambda: statements(cx, node.body), lambda: statements(cx, node.orelse)
    )


def statement(cx: Context, node: Any) -> Exit:
    """Lower one statement."""
    lower = _TABLE.get(type(node).__name__)
    if lower is None:
        cx.refuse("SG101", f"{type(node).__name__} is not supported", node, "rewrite the statement")
    held = cx.frame.held
    before = len(held)
    try:
        with cx.at(node):
            return lower(cx, node) or Exit.always(NEXT)
    finally:
        del held[before:]


def _assign(cx: Context, node: Any) -> None:
    value = expression(cx, node.value)
    for target in node.targets:
        assign(cx, target, value, node)


def _ann_assign(cx: Context, node: Any) -> None:
    if node.value is not None:
        assign(cx, node.target, expression(cx, node.value), node)


def assign(cx: Context, target: Any, value: AV, node: Any) -> None:
    """Bind a target to a value, unpacking as it says."""
    if isinstance(target, gast.Name):
        store_name(cx, target.id, value, node)
        return
    if isinstance(target, gast.Subscript):
        container, index = expression(cx, target.value), expression(cx, target.slice)
        store_into(cx, container, index, value, node)
        return
    if isinstance(target, gast.Attribute):
        write_attribute(cx, expression(cx, target.value), target.attr, value, node)
        return
    if not isinstance(target, (gast.Tuple, gast.List)):
        cx.refuse("SG206", "only names can be assigned to", node, "assign to a name")
    for part, item in unpack(cx, value, target.elts, node):
        assign(cx, part, item, node)


def unpack(cx: Context, value: AV, targets: list[Any], node: Any) -> list[tuple[Any, AV]]:
    """Targets with the items that they get; one behind a star gets a list."""
    if is_perhaps(value):
        value = certain(cx, node, value, what="unpacking")[0]
    value = elements(cx, value)
    stars = [k for k, t in enumerate(targets) if isinstance(t, gast.Starred)]
    if not stars and cx.type_of(value) == UNKNOWN:
        return [(t, Var("", UNKNOWN)) for t in targets]
    items = known_items(cx, value, node)
    if items is None:
        if stars or cx.dims(value) in (None, ()):
            items = items_of(cx, value, node)
        else:
            _no_more_than(cx, value, len(targets), node)
            items = [subscript(cx, value, constant(k), node) for k in range(len(targets))]
    least = len(targets) - len(stars)
    if len(items) < least or (len(items) > least and not stars):
        message = f"{len(items)} values for {len(targets)} names"
        cx.refuse("SG216", message, node, "match the numbers")
    if not stars:
        return list(zip(targets, items, strict=True))
    place, after = stars[0], least - stars[0]
    middle = boxed(cx, Seq(tuple(items[place : len(items) - after]), list))
    values = [*items[:place], middle, *items[len(items) - after :]]
    names = [*targets[:place], targets[place].value, *targets[place + 1 :]]
    return list(zip(names, values, strict=True))


def _no_more_than(cx: Context, value: AV, count: int, node: Any) -> None:
    """Raise, as Python does, where an array of the run has more items than there are targets."""
    items = cx.atom(length(cx, cx.atom(value, node), 0), node)
    if isinstance(items, Const):
        return
    test = cx.emit("greater", items, constant(count))
    text = f"too many values to unpack (expected {count})"

    def refuse() -> Exit:
        cx.emit("raise", exception="ValueError", texts=((text,),), bare=False)
        return Exit.always(NEXT)

    branch(cx, node, test, refuse, lambda: Exit.always(NEXT))


def _return(cx: Context, node: Any) -> Exit:
    value = NONE if node.value is None else expression(cx, node.value)
    cx.frame.names[RETURN_VALUE] = value
    return Exit.always(RETURN)


def _while(cx: Context, node: Any) -> Exit:
    def test() -> Any:
        return condition(cx, node.test)

    def body() -> Exit:
        return statements(cx, node.body)

    names, before = dict(cx.frame.names), cx.heap.snapshot()
    try:
        exit_ = lower_loop(cx, node, index=None, span=None, test=test, body=body)
    except Unsettled as unsettled:
        cx.frame.names = names
        cx.heap.restore(before)
        exit_ = written_while(cx, node, test, body, unsettled)
    return after_loop(cx, node, exit_)


def after_loop(cx: Context, node: Any, exit_: Exit) -> Exit:
    """The ``else`` of a loop, and what its exit means for the list around it."""
    if BREAK not in exit_.codes:
        return (
            _continue_under(cx, node, exit_, node.orelse)
            if exit_.codes != {NEXT}
            else statements(cx, node.orelse)
        )
    if not node.orelse:
        return _outside(cx, node, exit_)
    test = cx.emit("equal", exit_.atom, constant(NEXT))
    left = Exit(exit_.codes - {NEXT}, exit_.atom)
    # A break in the ``else`` is one of the loop around: it is no longer that of this loop.
    return branch(
        cx, node, test, lambda: statements(cx, node.orelse), lambda: _outside(cx, node, left)
    )


def _outside(cx: Context, node: Any, exit_: Exit) -> Exit:
    """What the exit of a loop that may have been broken means for the list around it."""
    if exit_.codes <= {NEXT, BREAK}:
        return Exit.always(NEXT)
    test = cx.emit("equal", exit_.atom, constant(BREAK))
    others = exit_.codes - {BREAK}
    return branch(cx, node, test, lambda: Exit.always(NEXT), lambda: Exit(others, exit_.atom))


def _for(cx: Context, node: Any) -> Exit:
    return after_loop(cx, node, lower_for(cx, node, lambda: statements(cx, node.body), assign))


def _expr(cx: Context, node: Any) -> None:
    if not isinstance(node.value, gast.Constant):
        expression(cx, node.value)


def _raise(cx: Context, node: Any) -> Exit:
    raise_statement(cx, node)
    return Exit.never()


def _delete(cx: Context, node: Any) -> None:
    for target in node.targets:
        if isinstance(target, gast.Subscript):
            container, index = expression(cx, target.value), expression(cx, target.slice)
            delete_from(cx, container, index, node)
        elif isinstance(target, gast.Attribute):
            set_field(cx, expression(cx, target.value), target.attr, None, node)
        elif not isinstance(target, gast.Name):
            cx.refuse("SG112", "only names and items can be deleted", node, "delete one by one")
        elif cx.frame.names.pop(target.id, None) is None:
            cx.refuse("SG209", f"{target.id!r} is not bound here", node, "assign it before")


_TABLE: dict[str, Any] = {
    "Assign": _assign,
    "AnnAssign": _ann_assign,
    "AugAssign": update_statement,
    "Return": _return,
    "While": _while,
    "For": _for,
    "Expr": _expr,
    "Assert": assert_statement,
    "Raise": _raise,
    "Delete": _delete,
    "With": with_statement,
    "Match": match,
    "Import": import_modules,
    "ImportFrom": import_names,
    "Global": lambda cx, node: None,
    "Nonlocal": lambda cx, node: None,
    "Pass": lambda cx, node: None,
    "Break": lambda cx, node: Exit.always(BREAK),
    "Continue": lambda cx, node: Exit.always(CONTINUE),
    "FunctionDef": lambda cx, node: store_name(cx, node.name, define_nested(cx, node), node),
}
__all__ = ["assign", "statements"]
