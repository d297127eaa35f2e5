"""The head of a loop in lowering: parameters in place of what the body changes.

Which those are is not known at first: a round of lowering assumes some, and what it finds is noted in the
``Header`` for the next round.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from srcgrad.frontend.bindings import is_rebound
from srcgrad.frontend.context import Context
from srcgrad.frontend.heap import Snapshot
from srcgrad.frontend.kinds import (
    ATOMS,
    AV,
    Box,
    Ref,
    leaves,
    map_leaves,
    words,
)
from srcgrad.ir.nodes import Atom, Undef, Var
from srcgrad.ir.types import Array, Type


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
    fixed: set[str] | None = None

    def fixing(self, names: dict[str, AV], bound: tuple[str, ...]) -> Header | None:
        """A new start, on the guess that names stay on their arrays: ``p = step(p)`` that returns ``p``.

        ``None`` if that has been tried, or there is no such name.
        """
        fixed = {name for name in bound if isinstance(names.get(name), (Ref, Box))}
        return Header(fixed=fixed) if self.fixed is None and fixed else None


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


def is_array(type_: Type) -> bool:
    """Whether values of a type are arrays, not numbers."""
    return isinstance(type_, Array) and type_.dims != ()


class LoopHead:
    """State of one round: names and arrays before the loop, and the parameters at its head."""

    def __init__(
        self,
        cx: Context,
        node: Any,
        header: Header,
        bound: tuple[str, ...],
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

    def param(self, key: Any, init: Atom, hint: str) -> Var:
        """A parameter of the loop, of the type that the rounds so far have found."""
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
        if name in (self.header.fixed or ()):
            return True
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
        if isinstance(leaf, Undef) and is_array(var.type):
            return Ref(self._head(cx.heap.allocate(var), None))
        value = var if type_ is None else cx.bind(var, mutable=is_array(type_))
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
