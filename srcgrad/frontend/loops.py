"""Lowers loops: a fixpoint over what the body changes.

The body is lowered on a header state in which every name that it assigns and every array that it updates
in place is a parameter. Whatever turns out wrong (a type that grows, an array found to be updated, names
that end on one array) is noted, and the body is lowered again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import gast

from srcgrad.frontend.bindings import assigned_names, is_rebound, reads_of
from srcgrad.frontend.branches import Unmergeable, may_be_undefined
from srcgrad.frontend.context import BREAK, NEXT, RETURN, RETURN_VALUE, Context, Exit
from srcgrad.frontend.exits import leaving_code
from srcgrad.frontend.heap import Snapshot
from srcgrad.frontend.kinds import ATOMS, AV, Ref, Static, children, leaves, map_leaves, structure
from srcgrad.ir.nodes import Atom, Block, Const, Loop, Undef, Var
from srcgrad.ir.types import INT, Array, Type, join

_ROUNDS = 40


class Again(Exception):
    """The header state was wrong: lower the body once more."""


@dataclass
class Header:
    """What is known of the header after the rounds so far."""

    types: dict[Any, Type] = field(default_factory=dict)
    locs: set[int] = field(default_factory=set)
    aliases: set[tuple[Any, Any]] = field(default_factory=set)
    late: dict[str, AV] = field(default_factory=dict)


@dataclass
class Carried:
    """One parameter of the loop: its key, variable and initial value."""

    key: Any
    param: Var
    init: Atom


def lower_loop(
    cx: Context,
    node: Any,
    *,
    index: Var | None,
    span: tuple[Atom, Atom, Atom] | None,
    test: Callable[[], Atom] | None,
    body: Callable[[], Exit],
) -> Exit:
    """Append a loop to the current region; ``test`` and ``body`` lower its parts. Gives the exit."""
    names, before = dict(cx.frame.names), cx.heap.snapshot()
    bound = assigned_names([*([node.target] if isinstance(node, gast.For) else []), *node.body])
    header, outer = Header(), cx.builder
    for _ in range(_ROUNDS):
        cx.frame.names = dict(names)
        cx.heap.restore(before)
        cx.builder = outer.child()
        try:
            return _Round(cx, node, header, bound, names, before, outer).run(
                index, span, test, body
            )
        except Again:
            continue
        finally:
            cx.builder = outer
    cx.refuse(
        "SG221",
        "the kinds of the names in this loop do not settle",
        node,
        "start them with the type they end with",
    )


class _Round:
    """One attempt at lowering the body."""

    def __init__(
        self,
        cx: Context,
        node: Any,
        header: Header,
        bound: list[str],
        names: dict[str, AV],
        before: Snapshot,
        outer: Any,
    ) -> None:
        self.cx, self.node, self.header, self.outer = cx, node, header, outer
        self.names, self.before = {**names, **header.late}, before
        self.bound = bound
        self.carried: list[Carried] = []
        self.results: list[Atom] = []
        self.starts: dict[str, AV] = {}
        self.visible: set[int] = set()

    def run(self, index: Any, span: Any, test: Any, body: Any) -> Exit:
        cx = self.cx
        self.enter()
        cond = None
        if test is not None:
            inner, here = cx.builder, cx.heap.snapshot()
            cx.builder = inner.child()
            truth = test()
            cond = cx.builder.block((truth,))
            cx.builder = inner
            cx.heap.restore(here)  # views that the test has read are not at hand in the body
        exit_ = body()
        self.leave()
        return self.finish(index, span, cond, exit_)

    def param(self, key: Any, init: Atom, hint: str) -> Var:
        type_ = self.header.types.get(key, init.type)
        var = Var(hint, type_)
        self.carried.append(Carried(key, var, init))
        return var

    def enter(self) -> None:
        """Put parameters in place of what the body changes."""
        cx = self.cx
        for loc in sorted(self.header.locs):
            init = self.before.versions[loc]
            cx.heap.versions[loc] = self.param(("loc", loc), init, getattr(init, "name", ""))
        for name in self.bound:
            if name not in self.names:
                continue
            value = self.names[name]
            if self._only_updated(name, value):
                continue
            changed = map_leaves(value, self._headed(name))
            cx.frame.names[name] = changed
            self.starts[name] = changed
        heads = {
            leaf.loc for v in self.starts.values() for leaf in leaves(v) if isinstance(leaf, Ref)
        }
        self.visible = (cx.reachable() | cx.heap.kept) - heads
        for a, b in self.header.aliases:
            self._alias_headers(a, b)

    def _only_updated(self, name: str, value: AV) -> bool:
        """Whether the loop only updates an array in place, so that the name keeps its location."""
        return isinstance(value, Ref) and not is_rebound(self.node, name)

    def _headed(self, name: str) -> Callable[[AV], AV]:
        """What puts parameters in place of the leaves of a name, given them in order."""
        places = count()
        return lambda leaf: self._leaf(name, next(places), leaf)

    def _leaf(self, name: str, k: int, leaf: AV) -> AV:
        cx, key = self.cx, ("name", name, k)
        if not isinstance(leaf, (*ATOMS, Ref)):
            return leaf
        hint = name if name.isidentifier() else "result"
        if isinstance(leaf, Ref):
            var = self.param(key, self._initial(leaf), hint)
            loc = cx.heap.allocate(var)
            cx.heap.alias(leaf.loc, loc)
            return Ref(loc)
        var = self.param(key, leaf, hint)
        type_ = self.header.types.get(key)
        if isinstance(leaf, Undef) and _is_array(var.type):
            return Ref(cx.heap.allocate(var))
        return var if type_ is None else cx.bind(var, mutable=_is_array(type_))

    def _initial(self, ref: Ref) -> Atom:
        """The value that an array has before the loop; a view is read there again if it must be."""
        cx, body = self.cx, self.cx.builder
        here = cx.heap.snapshot()
        cx.builder = self.outer
        cx.heap.restore(self.before)
        try:
            return cx.heap.read(ref.loc, cx.emit)
        finally:
            cx.builder = body
            cx.heap.restore(here)

    def _alias_headers(self, a: Any, b: Any) -> None:
        locs = [loc for loc in map(self._header_loc, (a, b)) if loc is not None]
        if len(locs) == 2:
            self.cx.heap.alias(*locs)

    def _header_loc(self, key: Any) -> int | None:
        """The location of a carried name at the head of a trip, or the one that the key names."""
        if key[0] == "loc":
            return int(key[1])
        leaf = leaves(self.starts[key[1]])[key[2]] if key[1] in self.starts else None
        return leaf.loc if isinstance(leaf, Ref) else None

    def leave(self) -> None:
        """Compare the end of the body with its header; anything new means another round."""
        cx, again = self.cx, False
        changed = {
            loc
            for loc, v in self.before.versions.items()
            if cx.heap.versions[loc] is not v and loc not in cx.heap.views
        }
        new = changed - self.header.locs - {c.key[1] for c in self.carried if c.key[0] == "loc"}
        if new:
            self.header.locs |= new
            raise Again
        ends: dict[int, Any] = {}
        for carried in self.carried:
            result = self._end_of(carried, ends)
            joined = join(carried.param.type, result.type)
            if joined is None:
                name = carried.param.name
                cx.refuse(
                    "SG221",
                    f"{name!r} changes from {carried.param.type} to {result.type} in the loop",
                    self.node,
                    "use a new name inside the loop",
                )
            if joined != carried.param.type:
                self.header.types[carried.key] = joined
                again = True
            self.results.append(result)
        if again:
            raise Again

    def _end_of(self, carried: Carried, ends: dict[int, Any]) -> Atom:
        cx = self.cx
        if carried.key[0] == "loc":
            return cx.heap.versions[carried.key[1]]
        _, name, k = carried.key
        value = cx.frame.names[name]
        if structure(value) != structure(self.names[name]):
            cx.refuse(
                "SG221",
                f"{name!r} changes its structure in the loop",
                self.node,
                "use a new name inside the loop",
            )
        leaf = leaves(value)[k]
        if isinstance(leaf, Static) and isinstance(leaf.value, Unmergeable):
            cx.refuse(leaf.value.code, leaf.value.reason, self.node, "give the name one kind")
        if isinstance(leaf, Ref):
            root = cx.heap.find(leaf.loc)
            self._note_alias(ends.setdefault(root, carried.key), carried.key)
            for loc in self.visible:
                if cx.heap.find(loc) == root:
                    self._note_alias(("loc", loc), carried.key)
        return cx.atom(leaf, self.node, "a loop-carried name")

    def _note_alias(self, other: Any, key: Any) -> None:
        """What ends a trip in one array starts the next in one: the header must know."""
        a, b = self._header_loc(other), self._header_loc(key)
        if other == key or (other, key) in self.header.aliases:
            return
        if a is None or b is None or self.cx.heap.find(a) != self.cx.heap.find(b):
            self.header.aliases.add((other, key))
            raise Again

    def finish(self, index: Any, span: Any, cond: Block | None, exit_: Exit) -> Exit:
        """Append the loop, bind the names after it, and say how it was left."""
        cx, body = self.cx, self.cx.builder
        leaving = exit_.codes & {BREAK, RETURN}
        place = None
        if leaving:
            exit_ = leaving_code(cx, exit_)
            place = len(self.carried)
            self.carried.append(Carried(("exit",), Var("exit_code", INT), Const(NEXT)))
            self.results.append(exit_.atom)
        late = self._late_names()
        outs = tuple(Var(c.param.name, c.param.type) for c in self.carried)
        block = body.block(tuple(self.results))
        loop = Loop(
            index,
            span,
            cond,
            tuple(c.param for c in self.carried),
            tuple(c.init for c in self.carried),
            block,
            outs,
            cx.site(self.node),
            cx.source.span(self.node),
            place,
        )
        cx.builder = self.outer
        cx.builder.append(loop)
        self._bind_after(outs, late)
        if place is None:
            return Exit.always(NEXT)
        return self._exit_after(outs[place], leaving)

    def _late_names(self) -> dict[str, AV]:
        """Names first bound in the body: carried out of it from ``undef``."""
        late: dict[str, AV] = {}
        for name in self.bound:
            value = self.cx.frame.names.get(name)
            if name in self.names or value is None or not self._outlives(name):
                continue
            if not all(isinstance(leaf, (*ATOMS, Ref)) for leaf in leaves(value)):
                late[name] = (
                    value
                    if not children(value)
                    else Static(Unmergeable(f"{name!r} may be unbound", "SG225"))
                )
                continue
            for k, leaf in enumerate(leaves(value)):
                atom = self.cx.atom(leaf, self.node)
                param = Var(name if name.isidentifier() else "result", atom.type)
                self.carried.append(Carried(("late", name, k), param, Undef(atom.type)))
                self.results.append(atom)
            ends = self.results[-len(leaves(value)) :]
            if may_be_undefined(self.cx.builder.stmts, ends) and name != RETURN_VALUE:
                types = iter([end.type for end in ends])
                self.header.late[name] = map_leaves(value, lambda _, t=types: Undef(next(t)))  # type: ignore[misc]
                raise Again
            late[name] = value
        return late

    def _outlives(self, name: str) -> bool:
        """Whether a name that the body binds first is read outside of it."""
        inside, around = gast.Module(self.node.body, []), self.cx.frame.function.tree
        return name == RETURN_VALUE or reads_of(around, name) > reads_of(inside, name)

    def _bind_after(self, outs: tuple[Var, ...], late: dict[str, AV]) -> None:
        cx = self.cx
        cx.heap.restore(self.before)
        ends, after = dict(cx.frame.names), dict(self.names)
        by_key = {c.key: out for c, out in zip(self.carried, outs, strict=True)}
        for key, out in by_key.items():
            if key[0] == "loc":
                cx.heap.versions[key[1]] = out
        for name, start in self.starts.items():
            old = leaves(self.names[name])
            change = self._ended(by_key, "name", name, old)
            after[name] = map_leaves(ends[name] if children(start) else start, change)
        for name, value in late.items():
            after[name] = map_leaves(value, self._ended(by_key, "late", name, leaves(value)))
        cx.frame.names = after

    def _ended(
        self, by_key: dict[Any, Var], kind: str, name: str, old: list[AV]
    ) -> Callable[[AV], AV]:
        """What puts the results of the loop in place of the leaves of a name, given them in order."""
        places, before = count(), iter(old)
        return lambda leaf: self._leaf_after(by_key, (kind, name, next(places)), leaf, next(before))

    def _leaf_after(self, by_key: dict[Any, Var], key: Any, leaf: AV, old: AV) -> AV:
        out = by_key.get(key)
        if out is None:
            return leaf
        heap = self.cx.heap
        refs = [v for v in (leaf, old) if isinstance(v, Ref)]
        if not refs:
            return self.cx.bind(out, mutable=_is_array(out.type))
        loc = heap.allocate(out)
        for ref in refs:
            heap.alias(ref.loc, loc)
        return Ref(loc)

    def _exit_after(self, code: Var, leaving: frozenset[int]) -> Exit:
        if RETURN not in leaving:
            return Exit(frozenset({NEXT, BREAK}) if leaving else frozenset({NEXT}), code)
        return Exit(frozenset({NEXT, *leaving}), code)


def _is_array(type_: Type) -> bool:
    return isinstance(type_, Array) and type_.dims != ()


__all__ = ["lower_loop"]
