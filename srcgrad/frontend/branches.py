"""Lowers a two-way choice: both arms run on copies of names and heap, then what differs is merged.

Invariant: afterwards no name refers to a value of an arm except through an out of the branch. A name
that the arms bind to different arrays gets a new location in their alias class, so that a later write
to any of them is refused rather than wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from srcgrad.frontend.context import Context, Exit, Frame
from srcgrad.frontend.early import EarlyRead, note
from srcgrad.frontend.heap import Snapshot
from srcgrad.frontend.kinds import (
    ATOMS,
    AV,
    Box,
    Ref,
    Slicing,
    Static,
    Unmergeable,
    children,
    describe,
    leaves,
    map_leaves,
    rebuild,
    structure,
)
from srcgrad.ir.build import atom_key
from srcgrad.ir.nodes import Atom, Branch, Const, Undef, Var
from srcgrad.ir.types import INT, UNKNOWN, join


@dataclass
class Arm:
    """State at the end of one arm."""

    builder: Any
    names: dict[str, AV]
    heap: Snapshot
    exit: Exit
    early: EarlyRead | None = None


@dataclass
class Merge:
    """Outs of a branch in the making."""

    cx: Context
    old_locs: frozenset[int]
    first: dict[int, Atom]
    second: dict[int, Atom]
    contents: tuple[dict[int, AV], dict[int, AV]]
    outs: list[Var] = field(default_factory=list)
    then: list[Atom] = field(default_factory=list)
    orelse: list[Atom] = field(default_factory=list)
    memo: dict[Any, Var] = field(default_factory=dict)
    locs: dict[Any, int] = field(default_factory=dict)

    def atom(self, a: Atom, b: Atom, hint: str) -> Atom | None:
        """One atom for the two, or ``None`` where their types have nothing in common."""
        if atom_key(a) == atom_key(b):
            return a
        key = (atom_key(a), atom_key(b))
        if key not in self.memo:
            type_ = join(a.type, b.type)
            if type_ is None:
                return None
            out = Var(hint, type_)
            self.memo[key] = out
            self.outs.append(out)
            self.then.append(a)
            self.orelse.append(b)
        return self.memo[key]


def branch(
    cx: Context, node: Any, test: Atom, then: Callable[[], Exit], orelse: Callable[[], Exit]
) -> Exit:
    """Lower both arms under ``test`` and merge their states."""
    names, before = dict(cx.frame.names), cx.heap.snapshot()
    first = _run_arm(cx, then)
    cx.frame.names = dict(names)
    cx.heap.restore(before)
    second = _run_arm(cx, orelse)
    if first.early is not None and second.early is not None:
        raise first.early
    old_locs = frozenset((*before.versions, *before.contents))
    contents = (first.heap.contents, second.heap.contents)
    merge = Merge(cx, old_locs, first.heap.versions, second.heap.versions, contents)
    cx.heap.restore(before)
    left, right = first.heap.versions, second.heap.versions
    for loc, old in before.versions.items():
        if (left[loc] is not old or right[loc] is not old) and loc not in cx.heap.views:
            _merge_version(merge, loc, first, second)
    _merge_boxes(merge, before, first, second)
    cx.frame.names = _merge_names(merge, first, second)
    exit_ = _merge_exit(merge, first.exit, second.exit)
    cx.builder.append(
        Branch(
            test,
            first.builder.block(tuple(merge.then)),
            second.builder.block(tuple(merge.orelse)),
            tuple(merge.outs),
            cx.site(node),
            cx.source.span(node),
        )
    )
    return exit_


def _run_arm(cx: Context, lower: Callable[[], Exit]) -> Arm:
    outer, frame, held = cx.builder, cx.frame, list(cx.frame.held)
    cx.builder = outer.child()
    try:
        early = None
        try:
            exit_ = lower()
        except EarlyRead as read:
            note(early := read)
            cx.frame, cx.builder, exit_ = frame, outer.child(), Exit.never()
            frame.held[:] = held
        # What a name shows here may leave the arm, if the other arm binds it to something else.
        for loc in sorted(_locations(cx)):
            cx.heap.read(loc, cx.emit)
        return Arm(cx.builder, cx.frame.names, cx.heap.snapshot(), exit_, early)
    finally:
        cx.builder = outer


def _locations(cx: Context) -> set[int]:
    """Arrays that the names of this function and of those that it is inlined in can reach."""
    frame: Frame | None = cx.frame
    values: list[AV] = []
    while frame is not None and frame.heap is cx.heap:
        values += frame.names.values()
        frame = frame.caller
    found = cx.heap.locations(values)
    return {loc for loc in found if loc in cx.heap.views}


def _merge_version(merge: Merge, loc: int, first: Arm, second: Arm) -> None:
    a, b = first.heap.versions[loc], second.heap.versions[loc]
    if first.exit.raises:
        a = Undef(b.type) if a is not b else a
    elif second.exit.raises:
        b = Undef(a.type) if a is not b else b
    merged = merge.atom(a, b, getattr(a, "name", ""))
    if merged is not None:
        merge.cx.heap.versions[loc] = merged


def _merge_boxes(merge: Merge, before: Snapshot, first: Arm, second: Arm) -> None:
    """Contents of boxes that were there before: one value for the two that the arms leave."""
    for loc in before.contents:
        if first.exit.raises or second.exit.raises:
            arm, raising = (second, first) if first.exit.raises else (first, second)
            old, new = raising.heap.contents[loc], arm.heap.contents[loc]
            merged = new if old is new else map_leaves(new, _Survivor(merge, arm, second))
        else:
            a, b = (contents[loc] for contents in merge.contents)
            merged = merge_values(merge, a, b, "a part of a container")
        merge.cx.heap.contents[loc] = merged


def _merge_names(merge: Merge, first: Arm, second: Arm) -> dict[str, AV]:
    if first.exit.raises or second.exit.raises:
        arm, raising = (second, first) if first.exit.raises else (first, second)
        survivor = _Survivor(merge, arm, second)
        return {
            name: value if raising.names.get(name) is value else map_leaves(value, survivor)
            for name, value in arm.names.items()
        }
    names: dict[str, AV] = {}
    for name in (*first.names, *(n for n in second.names if n not in first.names)):
        a, b = first.names.get(name), second.names.get(name)
        names[name] = merge_values(merge, a, b, name)
    return names


class _Survivor:
    """Takes the leaves of an arm out of the branch whose other arm raises: nobody sees that one's."""

    def __init__(self, merge: Merge, arm: Arm, second: Arm) -> None:
        self.merge, self.swapped = merge, arm is second
        self.seen: set[int] = set()

    def __call__(self, value: AV) -> AV:
        if isinstance(value, Box) and value.loc not in (self.seen | self.merge.old_locs):
            self.seen.add(value.loc)
            contents = self.merge.cx.heap.contents
            contents[value.loc] = map_leaves(contents[value.loc], self)
        if isinstance(value, Slicing) and Var in map(type, (value.start, value.stop, value.step)):
            return Static(Unmergeable("a slice is made in only one of the branches"))
        if isinstance(value, Const) or not isinstance(value, (*ATOMS, Ref)):
            return value
        if isinstance(value, Ref) and value.loc in self.merge.old_locs:
            return value
        missing = Undef(self.merge.cx.type_of(value))  # type: ignore[arg-type]
        pair = (missing, value) if self.swapped else (value, missing)
        return _merge_leaf(self.merge, pair[0], pair[1], getattr(value, "name", ""))


def merge_values(merge: Merge, a: AV | None, b: AV | None, name: str) -> AV:
    """One abstract value for a name after the branch."""
    if a is None or b is None:
        present = a if a is not None else b
        assert present is not None
        if not all(isinstance(leaf, (*ATOMS, Ref)) for leaf in leaves(present)):
            return Static(Unmergeable(f"{name!r} is bound in only one of the branches", "SG225"))
        missing = map_leaves(present, lambda leaf: Undef(merge.cx.type_of(leaf)))  # type: ignore[arg-type]
        a, b = (present, missing) if a is not None else (missing, present)
    if a is b or a == b:
        return a
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Var) and one.type == UNKNOWN and children(other):
            return (
                other  # a recursive call whose result is not known yet: this round is thrown away
            )
    if isinstance(a, Box) and isinstance(b, Box) and a.make is b.make:
        return _merge_box(merge, a, b, name)
    if children(a) and structure(a) == structure(b):
        pairs = zip(children(a), children(b), strict=True)
        return rebuild(a, iter([merge_values(merge, x, y, name) for x, y in pairs]))
    if isinstance(a, (*ATOMS, Ref)) and isinstance(b, (*ATOMS, Ref)):
        return _merge_leaf(merge, a, b, name)
    return Static(
        Unmergeable(f"{name!r} is {describe(a)} in one branch and {describe(b)} in the other")
    )


def _merge_box(merge: Merge, a: Box, b: Box, name: str) -> AV:
    """One box for the two that the arms bind: changed only while nobody else can see which it is."""
    heap, key = merge.cx.heap, (a, b)
    if key not in merge.locs:
        loc = merge.locs[key] = heap.box(Static(Unmergeable("a container that holds itself")))
        heap.contents[loc] = merge_values(
            merge, merge.contents[0][a.loc], merge.contents[1][b.loc], name
        )
        heap.alias(a.loc, loc)
        heap.alias(b.loc, loc)
    return Box(merge.locs[key], a.make)


def _merge_leaf(merge: Merge, a: AV, b: AV, name: str) -> AV:
    heap = merge.cx.heap
    x = merge.first[a.loc] if isinstance(a, Ref) else a
    y = merge.second[b.loc] if isinstance(b, Ref) else b
    hint = name if name.isidentifier() else "result" if name == "<return>" else ""
    merged = merge.atom(x, y, hint)  # type: ignore[arg-type]
    if merged is None:
        return Static(Unmergeable(f"{name!r} is {x.type} in one branch and {y.type} in the other"))  # type: ignore[union-attr]
    refs = [v for v in (a, b) if isinstance(v, Ref)]
    if not refs:
        return merged
    key = (a, b) if all(isinstance(v, Ref) for v in (a, b)) else (a, b, name)
    if key not in merge.locs:
        loc = heap.allocate(merged)
        merge.locs[key] = loc
        for ref in refs:
            heap.alias(ref.loc, loc)
    return Ref(merge.locs[key])


def _merge_exit(merge: Merge, a: Exit, b: Exit) -> Exit:
    for one, other in ((a, b), (b, a)):
        if one.raises and (isinstance(other.atom, Const) or other.raises):
            return other
    if atom_key(a.atom) == atom_key(b.atom):
        return Exit(a.codes | b.codes, a.atom)
    out = Var("exit_code", INT)
    merge.outs.append(out)
    merge.then.append(a.atom)
    merge.orelse.append(b.atom)
    return Exit(a.codes | b.codes, out)


def is_true(atom: Atom) -> bool | None:
    """The truth of a literal, ``None`` where it is only known at run time."""
    return bool(atom.value) if isinstance(atom, Const) else None
