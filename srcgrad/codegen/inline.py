"""Decides which values are printed inside the expression that uses them, and which get a name.

A value is inlined if nothing names it, it is used once in its own region, and no buffer that it reads is
updated in between. What costs nothing is always inlined: transposes and lengths of named arrays, an index
plus one, an element read up to three times. So is what a name would only repeat: a value taken off a
tape, a state at the end of a trip, the one gradient that is returned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from srcgrad.codegen.buffers import backward_values, find_buffers, updates_buffer
from srcgrad.ir.nodes import (
    Atom,
    Block,
    Branch,
    Const,
    Eqn,
    Loop,
    Program,
    Slot,
    Stmt,
    Var,
    regions_of,
)
from srcgrad.ir.types import INT, is_scalar

_LIMIT = 13
_RETURNED = 6
_READS = 3
_FREE = frozenset({"transpose", "length", "size", "ndim"})
Written = Callable[[Branch], bool]


@dataclass
class Uses:
    """Where a value is used: regions and positions in them."""

    places: list[tuple[int, int, Stmt | None]] = field(default_factory=list)


@dataclass
class Inlining:
    """The outcome: inlined values with their definitions, and what every value is made from.

    ``copied`` are printed wherever they are used; ``choices`` are results of branches that print as one
    expression, and ``tested`` the arms (by identity) that end with the test itself (``a and b``).
    """

    definition: dict[Var, Stmt] = field(default_factory=dict)
    inlined: set[Var] = field(default_factory=set)
    buffers: set[Var] = field(default_factory=set)
    weight: dict[Var, int] = field(default_factory=dict)
    handed_on: set[Var] = field(default_factory=set)
    copied: set[Var] = field(default_factory=set)
    choices: set[Var] = field(default_factory=set)
    tested: set[int] = field(default_factory=set)
    backward: set[Var] = field(default_factory=set)
    single: bool = False
    entry: Block | None = None
    _leaves: dict[Var, tuple[Var, ...]] = field(default_factory=dict)

    def leaves(self, atom: Atom) -> tuple[Var, ...]:
        """Named values that the expression of an atom reads."""
        if not isinstance(atom, Var):
            return ()
        if atom not in self.inlined:
            return (atom,)
        if atom not in self._leaves:
            found: dict[Var, None] = {}
            for part in _parts(self.definition[atom]):
                found.update(dict.fromkeys(self.leaves(part)))
            self._leaves[atom] = tuple(found)
        return self._leaves[atom]


def _parts(stmt: Stmt) -> tuple[Atom, ...]:
    if isinstance(stmt, Branch):
        return (stmt.test, stmt.then.results[0], stmt.orelse.results[0])
    assert isinstance(stmt, Eqn)
    return stmt.args


def plan(
    program: Program, is_statement: Written = lambda branch: True, *, keep_all: bool = False
) -> Inlining:
    """Decide for a whole program.

    ``is_statement`` says whether the user wrote a branch as a statement; ``keep_all`` names every value.
    """
    result = Inlining(entry=program.entry)
    result.backward = set(backward_values(program.entry))
    result.single = sum(isinstance(a, Var) for a in program.entry.results) == 1
    result.buffers = find_buffers(program.entry, result.backward)
    uses: dict[Var, Uses] = {}
    _count(program.entry, uses, result)
    _find_handed_on(program.entry, uses, result)
    if not keep_all:
        _decide(program.entry, uses, result, is_statement)
    return result


def _reads(stmt: Stmt) -> Iterator[Atom]:
    if isinstance(stmt, Branch):
        yield stmt.test
    elif isinstance(stmt, Loop):
        yield from stmt.inits
        yield from stmt.range or ()
    else:
        yield from stmt.args


def _count(block: Block, uses: dict[Var, Uses], result: Inlining) -> None:
    region = id(block)
    for k, stmt in enumerate(block.stmts):
        for out in stmt.outs:
            result.definition[out] = stmt
        for atom in _reads(stmt):
            if isinstance(atom, Var):
                uses.setdefault(atom, Uses()).places.append((region, k, stmt))
        for inner in regions_of(stmt):
            _count(inner, uses, result)
    for atom in block.results:
        if isinstance(atom, Var):
            uses.setdefault(atom, Uses()).places.append((region, len(block.stmts), None))


def _find_handed_on(block: Block, uses: dict[Var, Uses], result: Inlining) -> None:
    """Values whose only use is to leave their region, or to start a loop of it: nobody sees them after."""
    for stmt in block.stmts:
        for out in stmt.outs:
            places = uses[out].places if out in uses else []
            if len(places) == 1 and places[0][0] == id(block):
                user = places[0][2]
                if user is None or (isinstance(user, Loop) and out in user.inits):
                    result.handed_on.add(out)
        for inner in regions_of(stmt):
            _find_handed_on(inner, uses, result)


def _decide(block: Block, uses: dict[Var, Uses], result: Inlining, is_statement: Written) -> None:
    """Walk a region backwards, so that the place where a user is printed is known first."""
    place: dict[Var, int] = {}
    for stmt in block.stmts:
        for inner in regions_of(stmt):
            _decide(inner, uses, result, is_statement)
    updates = [k for k, s in enumerate(block.stmts) if updates_buffer(s, result.buffers)]
    for k in reversed(range(len(block.stmts))):
        stmt = block.stmts[k]
        if isinstance(stmt, Branch) and not (
            len(stmt.outs) == 1 and stmt.outs[0].name and is_statement(stmt)
        ):
            _choose(stmt, result)
        if isinstance(stmt, Loop) or len(stmt.outs) != 1 or not _can_inline(stmt, uses, result):
            continue
        out = stmt.outs[0]
        places = [p for p in uses[out].places if p[0] not in result.tested]
        if _is_free(stmt, result) or _is_read(stmt, places, block, uses, result):
            result.inlined.add(out)
            result.copied.add(out)
            continue
        if any(user is not None and set(user.outs) & result.copied for _, _, user in places):
            continue
        if len(places) != 1 or places[0][0] != id(block):
            continue
        if out.name and not _says_nothing(stmt, places[0][2], block, result):
            continue
        if out in result.buffers and updates_buffer(stmt, result.buffers):
            continue
        at = places[0][1]
        user = places[0][2]
        if (
            isinstance(user, Loop)
            and user.cond is None
            and out in user.inits
            and out in result.buffers
        ):
            continue
        if isinstance(user, (Eqn, Branch)) and len(user.outs) == 1:
            at = place.get(user.outs[0], at)
        if _consumed(user, out) or (
            _reads_buffer(stmt, result) and any(k < u < at for u in updates)
        ):
            continue
        place[out] = at
        result.inlined.add(out)
    _limit(block, result)


def _consumed(user: Stmt | None, out: Var) -> bool:
    """Whether the value is the buffer that its user updates."""
    return isinstance(user, Eqn) and user.op.inplace and user.args[0] is out


def _says_nothing(stmt: Stmt, user: Stmt | None, block: Block, result: Inlining) -> bool:
    """Whether a name would only be repeated in the next line, so that the named value may be inlined."""
    if not isinstance(stmt, Eqn):
        return False
    if stmt.outs[0] not in result.backward and stmt.op.name != "tape_length":
        return False
    if stmt.op.name in ("pop", "to_float", "tape_length"):
        return True
    if isinstance(user, Eqn) and user.op.name == "index_add":
        return user.args[1] is stmt.outs[0] and block is not result.entry
    if user is not None:
        return False
    return result.single if block is result.entry else True


def _can_inline(stmt: Stmt, uses: dict[Var, Uses], result: Inlining) -> bool:
    if stmt.outs[0] not in uses:
        return False
    if isinstance(stmt, Eqn):
        return stmt.op.name == "pop" or not (stmt.op.effect or stmt.op.inplace)
    return isinstance(stmt, Branch) and _is_expression(stmt, result)


def _is_expression(stmt: Branch, result: Inlining) -> bool:
    """Whether the branch can be printed as ``a if test else b``."""
    if len(stmt.outs) != 1:
        return False
    inner = [s for arm in (stmt.then, stmt.orelse) for s in arm.stmts]
    ends = (stmt.then.results[0], stmt.orelse.results[0])
    settled = all(isinstance(a, (Var, Const)) for a in ends)
    return settled and all(len(s.outs) == 1 and s.outs[0] in result.inlined for s in inner)


def _choose(stmt: Branch, result: Inlining) -> None:
    """Note a branch that is printed as an expression; ``and`` and ``or`` print their test once."""
    if not _is_expression(stmt, result):
        return
    result.choices.add(stmt.outs[0])
    for arm in (stmt.then, stmt.orelse):
        if arm.results[0] is stmt.test:
            result.tested.add(id(arm))
            break


def _is_read(
    stmt: Stmt,
    places: list[tuple[int, int, Stmt | None]],
    block: Block,
    uses: dict[Var, Uses],
    result: Inlining,
) -> bool:
    """Whether an element is read so seldom that ``x[0]`` says more than a name."""
    if not isinstance(stmt, Eqn) or stmt.op.name != "index" or not is_scalar(stmt.out.type):
        return False
    source = stmt.args[0]
    if stmt.out.name or len(places) > _READS or source in result.buffers:
        return False
    several = isinstance(source, Var) and len(uses[source].places) > 1
    if not (_is_named(source, result) or several):
        return False
    plain = all(isinstance(i, (int, Slot)) and not isinstance(i, bool) for i in stmt.attrs["index"])
    simple = all(
        isinstance(a, Const) or a in result.inlined or _is_named(a, result) for a in stmt.args[1:]
    )
    return plain and simple and all(region == id(block) for region, _, _ in places)


def _is_named(atom: Atom, result: Inlining) -> bool:
    """Whether a value has a name of its own and is never updated in place."""
    if not isinstance(atom, Var) or atom in result.buffers:
        return False
    return bool(atom.name) or not isinstance(result.definition.get(atom), Eqn)


def _is_free(stmt: Stmt, result: Inlining) -> bool:
    """Whether an expression is a free view or length of a named value that is never updated."""
    if not isinstance(stmt, Eqn) or stmt.out.name:
        return False
    if stmt.op.name in ("add", "subtract") and stmt.out.type == INT:
        return all(_is_count(a, result) for a in stmt.args) and any(
            isinstance(a, Const) for a in stmt.args
        )
    if stmt.op.name not in _FREE or set(stmt.attrs) - {"via", "axis"}:
        return False
    return _is_named(stmt.args[0], result)


def _is_count(atom: Atom, result: Inlining) -> bool:
    """Whether an operand of index arithmetic is a constant, a name, or the length of a named array."""
    if isinstance(atom, Const):
        return True
    if _is_named(atom, result):
        return True
    inner = result.definition.get(atom) if isinstance(atom, Var) else None
    return (
        isinstance(inner, Eqn)
        and inner.op.name in ("length", "size")
        and _is_named(inner.args[0], result)
    )


def _reads_buffer(stmt: Stmt, result: Inlining) -> bool:
    if isinstance(stmt, Branch):
        return any(v in result.buffers for v in result.leaves(stmt.outs[0])) or bool(result.buffers)
    return any(a in result.buffers for a in _parts(stmt) if isinstance(a, Var)) or any(
        v in result.buffers for a in _parts(stmt) for v in result.leaves(a)
    )


def _limit(block: Block, result: Inlining) -> None:
    """Give a name to values whose expression would grow too long to read."""
    for stmt in block.stmts:
        if len(stmt.outs) != 1:
            continue
        out = stmt.outs[0]
        size = 1 + sum(
            result.weight.get(a, 0)
            for a in _own_parts(stmt)
            if isinstance(a, Var) and a in result.inlined
        )
        result.weight[out] = size
        limit = _RETURNED if out.name and block is result.entry else _LIMIT
        if size > limit and out in result.inlined and not isinstance(stmt, Branch):
            result.inlined.discard(out)


def _own_parts(stmt: Stmt) -> tuple[Atom, ...]:
    if isinstance(stmt, Branch):
        return (stmt.test, *stmt.then.results, *stmt.orelse.results)
    return () if isinstance(stmt, Loop) else stmt.args
