"""Lowers a two-way choice: both arms run on copies of names and heap, then what differs is merged.

Invariant: afterwards no name refers to a value of an arm except through an out of the branch. A name
that the arms bind to different arrays gets a new location in their alias class, so that a later write
to any of them is refused rather than wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from srcgrad.frontend.context import Context, Exit
from srcgrad.frontend.heap import Snapshot
from srcgrad.frontend.kinds import (
    ATOMS,
    AV,
    Ref,
    Static,
    children,
    describe,
    leaves,
    map_leaves,
    rebuild,
    structure,
)
from srcgrad.ir.build import atom_key
from srcgrad.ir.nodes import Atom, Branch, Const, Loop, Stmt, Undef, Var
from srcgrad.ir.types import INT, UNKNOWN, join


@dataclass(frozen=True)
class Unmergeable:
    """Bound to a name that has no single kind after a branch or loop; reading it is refused."""

    reason: str
    code: str = "SG208"


@dataclass
class Arm:
    """State at the end of one arm."""

    builder: Any
    names: dict[str, AV]
    heap: Snapshot
    exit: Exit


@dataclass
class Merge:
    """Outs of a branch in the making."""

    cx: Context
    old_locs: frozenset[int]
    first: dict[int, Atom]
    second: dict[int, Atom]
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
    first = _run_arm(cx, then, names)
    cx.frame.names = dict(names)
    cx.heap.restore(before)
    second = _run_arm(cx, orelse, names)
    merge = Merge(cx, frozenset(before.versions), first.heap.versions, second.heap.versions)
    cx.heap.restore(before)
    for loc in before.versions:
        if loc not in cx.heap.views:
            _merge_version(merge, loc, first, second)
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


def _run_arm(cx: Context, lower: Callable[[], Exit], before: dict[str, AV]) -> Arm:
    outer = cx.builder
    cx.builder = outer.child()
    try:
        exit_ = lower()
        for name, value in cx.frame.names.items():
            if value is not before.get(name):  # it may leave the arm: read what has changed since
                for leaf in leaves(value):
                    if isinstance(leaf, Ref):
                        cx.heap.read(leaf.loc, cx.emit)
        return Arm(cx.builder, cx.frame.names, cx.heap.snapshot(), exit_)
    finally:
        cx.builder = outer


def _merge_version(merge: Merge, loc: int, first: Arm, second: Arm) -> None:
    a, b = first.heap.versions[loc], second.heap.versions[loc]
    if first.exit.raises:
        a = Undef(b.type) if a is not b else a
    elif second.exit.raises:
        b = Undef(a.type) if a is not b else b
    merged = merge.atom(a, b, getattr(a, "name", ""))
    if merged is not None:
        merge.cx.heap.versions[loc] = merged


def _merge_names(merge: Merge, first: Arm, second: Arm) -> dict[str, AV]:
    if first.exit.raises or second.exit.raises:
        return _surviving_names(merge, first, second)
    names: dict[str, AV] = {}
    for name in (*first.names, *(n for n in second.names if n not in first.names)):
        a, b = first.names.get(name), second.names.get(name)
        names[name] = merge_values(merge, a, b, name)
    return names


def _surviving_names(merge: Merge, first: Arm, second: Arm) -> dict[str, AV]:
    """The names of the arm that does not raise: nobody sees those of the other one."""
    arm, raising = (second, first) if first.exit.raises else (first, second)

    def leaf(value: AV) -> AV:
        if isinstance(value, Const) or not isinstance(value, (*ATOMS, Ref)):
            return value
        if isinstance(value, Ref) and value.loc in merge.old_locs:
            return value
        missing = Undef(merge.cx.type_of(value))  # type: ignore[arg-type]
        pair = (missing, value) if arm is second else (value, missing)
        return _merge_leaf(merge, pair[0], pair[1], getattr(value, "name", ""))

    return {
        name: value if raising.names.get(name) is value else map_leaves(value, leaf)
        for name, value in arm.names.items()
    }


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
    if children(a) and structure(a) == structure(b):
        pairs = zip(children(a), children(b), strict=True)
        return rebuild(a, iter([merge_values(merge, x, y, name) for x, y in pairs]))
    if isinstance(a, (*ATOMS, Ref)) and isinstance(b, (*ATOMS, Ref)):
        return _merge_leaf(merge, a, b, name)
    return Static(
        Unmergeable(f"{name!r} is {describe(a)} in one branch and {describe(b)} in the other")
    )


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


def may_be_undefined(stmts: Sequence[Stmt], atoms: Sequence[Atom]) -> bool:
    """Whether one of the atoms has no value on some path through the statements."""
    wanted = set(atoms)
    if any(isinstance(a, Undef) for a in atoms):
        return True
    for stmt in stmts:
        if isinstance(stmt, Branch) and not wanted.isdisjoint(stmt.outs):
            places = [k for k, out in enumerate(stmt.outs) if out in wanted]
            arms = (stmt.then, stmt.orelse)
            if any(may_be_undefined(arm.stmts, [arm.results[k] for k in places]) for arm in arms):
                return True
        elif isinstance(stmt, Loop):
            starts = [i for i, out in zip(stmt.inits, stmt.outs, strict=True) if out in wanted]
            if any(isinstance(i, Undef) for i in starts):
                return True
    return False


def is_true(atom: Atom) -> bool | None:
    """The truth of a literal, ``None`` where it is only known at run time."""
    return bool(atom.value) if isinstance(atom, Const) else None
