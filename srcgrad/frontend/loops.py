"""Lowers loops: a fixpoint over what the body changes.

The body is lowered on a header state in which every name that it assigns and every array that it updates
in place is a parameter. Whatever turns out wrong (a type that grows, an array found to be updated, names
that end on one array) is noted, and the body is lowered again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NoReturn

import gast

from srcgrad.errors import KindError
from srcgrad.frontend.bindings import assigned_names, is_rebound, reads_of
from srcgrad.frontend.branches import may_be_undefined
from srcgrad.frontend.context import BREAK, NEXT, RETURN, RETURN_VALUE, Context, Exit
from srcgrad.frontend.exits import leaving_code
from srcgrad.frontend.heap import Snapshot
from srcgrad.frontend.kinds import (
    ATOMS,
    AV,
    Box,
    Ref,
    Static,
    Unmergeable,
    UserFunction,
    leaves,
    map_leaves,
    structure,
    words,
)
from srcgrad.frontend.subscripts import StructureChange
from srcgrad.ir.nodes import Atom, Block, Const, Loop, Undef, Var
from srcgrad.ir.types import INT, Array, Type, join, symbols

_ROUNDS = 40


class Again(Exception):
    """The header state was wrong: lower the body once more."""


@dataclass
class Header:
    """What is known of the header after the rounds so far."""

    types: dict[Any, Type] = field(default_factory=dict)
    locs: set[int] = field(default_factory=set)
    boxes: set[int] = field(default_factory=set)
    rebound: set[Any] = field(default_factory=set)
    aliases: set[tuple[Any, Any]] = field(default_factory=set)
    late: dict[str, AV] = field(default_factory=dict)
    lengths: dict[Any, set[str]] = field(default_factory=dict)


@dataclass
class Carried:
    """One parameter of the loop: its key, variable and initial value.

    Keys: ``("loc", loc)`` for an array, ``("name", name, k)`` for the k-th leaf of a name,
    ``("box", loc, k)`` of a box, ``("in", key, k)`` of the box that the leaf ``key`` is bound to,
    ``("late", name, k)`` for names that the body binds first.
    """

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
        self.starts: dict[tuple[str, Any], AV] = {}
        self.heads: set[int] = set()
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
            self._refuse_changes(here)
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
            cx.frame.names[name] = self._start("name", name, value, name)
        for loc in sorted(self.header.boxes):
            cx.heap.contents[loc] = self._start("box", loc, self.before.contents[loc], "item")
        self.visible = (cx.reachable() | cx.heap.kept) - self.heads
        for a, b in self.header.aliases:
            self._alias_headers(a, b)

    def _only_updated(self, name: str, value: AV) -> bool:
        """Whether the loop only updates an object in place, so that the name keeps its location."""
        return isinstance(value, (Ref, Box)) and not is_rebound(self.node, name)

    def _start(self, kind: str, holder: Any, value: AV, word: str) -> AV:
        """The value at the head of a trip: parameters in place of the leaves of a name or box."""
        places = zip(count(), words(value, word if word.isidentifier() else "result"))
        started = map_leaves(value, lambda leaf: self._leaf(kind, holder, *next(places), leaf))
        self.starts[kind, holder] = started
        return started

    def _leaf(self, kind: str, holder: Any, k: int, hint: str, leaf: AV) -> AV:
        cx, key = self.cx, (kind, holder, k)
        if isinstance(leaf, Box) and key in self.header.rebound:
            content = self._start("in", key, self.before.contents[leaf.loc], hint)
            return Box(self._head(cx.heap.box(content), leaf), leaf.make)
        if not isinstance(leaf, (*ATOMS, Ref)):
            return leaf
        if isinstance(leaf, Ref):
            var = self.param(key, self._initial(leaf), hint)
            return Ref(self._head(cx.heap.allocate(var), leaf))
        var = self.param(key, leaf, hint)
        type_ = self.header.types.get(key)
        if isinstance(leaf, Undef) and _is_array(var.type):
            return Ref(self._head(cx.heap.allocate(var), None))
        value = var if type_ is None else cx.bind(var, mutable=_is_array(type_))
        if isinstance(value, Ref):
            self.heads.add(value.loc)
        return value

    def _head(self, loc: int, initial: Ref | Box | None) -> int:
        """A location at the head of a trip, which stands for the initial one in the first trip."""
        self.heads.add(loc)
        if initial is not None:
            self.cx.heap.alias(initial.loc, loc)
        return loc

    def _refuse_changes(self, here: Snapshot) -> None:
        """Refuse a loop whose test changes something: a test only gives its truth."""
        heap = self.cx.heap
        changed = [k for k, c in here.contents.items() if heap.contents[k] is not c]
        changed += [k for k, v in here.versions.items() if heap.versions[k] is not v]
        if any(loc not in heap.views for loc in changed):
            self.cx.refuse(
                "SG221",
                "the test of this loop changes a container or array",
                self.node,
                "write while True: with an if and a break",
            )

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
        start = self.starts.get(key[:2])
        leaf = None if start is None else leaves(start)[key[2]]
        return leaf.loc if isinstance(leaf, (Ref, Box)) else None

    def _value(self, kind: str, holder: Any, names: dict[str, AV], contents: dict[int, AV]) -> AV:
        """What a name or box holds, under these names and contents of boxes."""
        if kind == "name":
            return names[holder]
        if kind == "box":
            return contents[holder]
        outer, inside, k = holder
        box = leaves(self._value(outer, inside, names, contents))[k]
        assert isinstance(box, Box)
        return contents[box.loc]

    def _ends(self, kind: str, holder: Any) -> AV:
        """What a name or box holds at the end of the body."""
        return self._value(kind, holder, self.cx.frame.names, self.cx.heap.contents)

    def leave(self) -> None:
        """Compare the end of the body with its header; anything new means another round."""
        cx, again = self.cx, False
        changed = {
            loc
            for loc, v in self.before.versions.items()
            if cx.heap.versions[loc] is not v and loc not in cx.heap.views
        }
        new = changed - self.header.locs - {c.key[1] for c in self.carried if c.key[0] == "loc"}
        boxes = {
            loc
            for loc, content in self.before.contents.items()
            if cx.heap.contents[loc] is not content and cx.heap.contents[loc] != content
        }
        if new or boxes - self.header.boxes:
            self.header.locs |= new
            self.header.boxes |= boxes
            raise Again
        ends: dict[int, Any] = {}
        for kind, holder in self.starts:
            self._compare(kind, holder, ends)
        for carried in self.carried:
            result = self._end_of(carried, ends)
            own = self.header.lengths.setdefault(carried.key, set())
            joined = join(carried.param.type, result.type, own=own)
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
                if isinstance(carried.param.type, Array):
                    own |= symbols(joined) - symbols(carried.param.type)
                again = True
            self.results.append(result)
        if again:
            raise Again

    def _end_of(self, carried: Carried, ends: dict[int, Any]) -> Atom:
        cx = self.cx
        if carried.key[0] == "loc":
            return cx.heap.versions[carried.key[1]]
        kind, holder, k = carried.key
        leaf = leaves(self._ends(kind, holder))[k]
        if isinstance(leaf, Ref):
            self._note_end(leaf.loc, carried.key, ends)
        return cx.atom(leaf, self.node, "a loop-carried name")

    def _note_end(self, loc: int, key: Any, ends: dict[int, Any]) -> None:
        """Notice what shares storage with what a carried name or item ends a trip in."""
        heap = self.cx.heap
        root = heap.find(loc)
        self._note_alias(ends.setdefault(root, key), key)
        for other in self.visible:
            if heap.find(other) == root:
                self._note_alias(("loc", other), key)

    def _compare(self, kind: str, holder: Any, ends: dict[int, Any]) -> None:
        """Compare what is not carried: it must end a trip as it started, or the header learns of it."""
        start, end = self.starts[kind, holder], self._ends(kind, holder)
        name = holder if kind == "name" else "a container"
        if isinstance(end, Static) and isinstance(end.value, Unmergeable):
            self._unsettled(end.value.code, end.value.reason)
        if structure(start) != structure(end):
            self._unsettled("SG221", f"{name!r} changes its structure in the loop")
        carried = {c.key for c in self.carried}
        for k, (before, after) in enumerate(zip(leaves(start), leaves(end), strict=True)):
            key = (kind, holder, k)
            if isinstance(after, Static) and isinstance(after.value, Unmergeable):
                self._unsettled(after.value.code, after.value.reason)
            if key in carried or before == after:
                if key in carried and not isinstance(after, (*ATOMS, Ref)):
                    self._unsettled("SG221", f"{name!r} changes its kind in the loop")
                continue
            if not (
                isinstance(before, Box) and isinstance(after, Box) and before.make is after.make
            ):
                self._unsettled("SG221", f"{name!r} changes its kind in the loop")
            if key not in self.header.rebound:
                self.header.rebound.add(key)
                raise Again
            self._note_end(after.loc, key, ends)

    def _unsettled(self, code: str, message: str) -> NoReturn:
        """Leave the loop: it can only be written out, trip by trip."""
        remedy = "use a new name inside the loop, or a range with literal limits"
        raise StructureChange(self.cx.source.refuse(KindError, code, message, self.node, remedy))

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
                unbound = Static(Unmergeable(f"{name!r} may be unbound", "SG225"))
                late[name] = value if isinstance(value, (Static, UserFunction)) else unbound
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
        ends = {key: leaves(self._ends(*key)) for key in self.starts}
        cx.heap.restore(self.before)
        after = dict(self.names)
        by_key = {c.key: out for c, out in zip(self.carried, outs, strict=True)}
        for key, out in by_key.items():
            if key[0] == "loc":
                cx.heap.versions[key[1]] = out
        settled: dict[tuple[str, Any], AV] = {}
        for kind, holder in self.starts:  # what a box holds, before what holds the box
            settled[kind, holder] = self._settled(by_key, kind, holder, ends, settled)
        for (kind, holder), value in settled.items():
            if kind == "name":
                after[holder] = value
            elif kind == "box":
                cx.heap.contents[holder] = value
        for name, value in late.items():
            places = count()
            after[name] = map_leaves(
                value,
                lambda leaf, n=name, p=places: self._leaf_after(by_key, ("late", n, next(p)), leaf),  # type: ignore[misc]
            )
        cx.frame.names = after

    def _settled(
        self,
        by_key: dict[Any, Var],
        kind: str,
        holder: Any,
        ends: dict[tuple[str, Any], list[AV]],
        settled: dict[tuple[str, Any], AV],
    ) -> AV:
        """What a name or box holds after the loop: results in place of its leaves."""
        start = self.starts[kind, holder]
        old = leaves(self._value(kind, holder, self.names, self.before.contents))
        triples = zip(count(), old, ends[kind, holder])

        def leaf_after(leaf: AV) -> AV:
            k, before, end = next(triples)
            key = (kind, holder, k)
            content = settled.get(("in", key))
            if content is None:
                return self._leaf_after(by_key, key, leaf, before, end)
            assert isinstance(leaf, Box) and isinstance(before, Box) and isinstance(end, Box)
            loc = self.cx.heap.box(content)
            for box in (leaf, before, end):
                self.cx.heap.alias(box.loc, loc)
            return Box(loc, leaf.make)

        return map_leaves(start, leaf_after)

    def _leaf_after(self, by_key: dict[Any, Var], key: Any, leaf: AV, *others: AV) -> AV:
        out = by_key.get(key)
        if out is None:
            return leaf
        heap = self.cx.heap
        refs = [v for v in (leaf, *others) if isinstance(v, Ref)]
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
