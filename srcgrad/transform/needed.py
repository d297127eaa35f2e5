"""Supplies forward values to the backward sweep: to-be-recorded analysis, planned on demand.

A value defined at the top of the function is simply there. One from an arm is exported with ``undef`` on
the other side. One from a loop is recomputed if that is cheap and what it needs is at hand, else taped:
pushed after its definition, popped at the start of the mirrored region. A body's result that becomes the
next trip's parameter shares the parameter's tape (shift). Only what the adjoint asks for is kept.

With ``needed`` off everything asked for from a loop is taped: always right, the reference for the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from srcgrad.ir.build import Builder
from srcgrad.ir.nodes import (
    Atom,
    Block,
    Branch,
    Call,
    Const,
    Eqn,
    Loop,
    Stmt,
    Undef,
    Var,
    args_of,
    regions_of,
)
from srcgrad.ir.ops import OPS
from srcgrad.ir.types import INT, SAVED, TAPE, Array, Type, dims_of, is_scalar
from srcgrad.transform.regions import Map, Region

_DEPTH = 4


@dataclass(eq=False)
class Scope:
    """A region of the backward sweep that mirrors a region of the forward one."""

    region: Region
    builder: Builder
    parent: Scope | None = None
    header: list[Stmt] = field(default_factory=list)
    available: dict[Var, Atom] = field(default_factory=dict)


def _is_cheap(eqn: Eqn, depth: int) -> bool:
    """Whether computing a value again costs less than keeping it: arithmetic, squares, quotients."""
    square = eqn.op.name == "power" and isinstance(eqn.args[1], Const) and eqn.args[1].value == 2
    quotient = eqn.op.name == "divide" and is_scalar(eqn.out.type) and depth < 2
    return eqn.op.cheap or square or quotient


def only_kept(block: Block, supply: Supply) -> frozenset[Var]:
    """Values that the forward sweep computes for nothing but to keep them: better computed behind it."""
    kept = {*supply.tapes, *supply.exports}
    outs = set(supply.exports.values())
    if not kept:
        return frozenset()
    read: set[Atom] = set()

    def walk(inner: Block) -> None:
        for stmt in inner.stmts:
            if isinstance(stmt, Eqn) and stmt.op.name == "boundary":
                return
            if not (isinstance(stmt, Eqn) and stmt.op.name == "push"):
                read.update(args_of(stmt))
            for part in regions_of(stmt):
                walk(part)
            if isinstance(stmt, Branch):
                for arm in (stmt.then, stmt.orelse):
                    read.update(
                        a for a, o in zip(arm.results, stmt.outs, strict=True) if o not in outs
                    )
            elif isinstance(stmt, Loop):
                read.update(stmt.body.results)
                read.update(() if stmt.cond is None else stmt.cond.results)

    walk(block)
    read.update(block.results)
    made = {v: supply.map.definition.get(v) for v in kept - read}
    return frozenset(v for v, s in made.items() if isinstance(s, Eqn) and not s.op.effect)


class Supply:
    """Finds, or arranges, the backward value of a forward value."""

    def __init__(
        self,
        map_: Map,
        planned: frozenset[Var],
        behind: frozenset[Var] = frozenset(),
        *,
        needed: bool,
    ) -> None:
        self.map = map_
        self.planned = planned
        self.behind = behind
        self.needed = needed
        self.scope = Scope(map_.top, Builder())
        self.tapes: dict[Var, Var] = {}
        self.exports: dict[Var, Var] = {}
        self.trips: dict[int, tuple[Loop, Var]] = {}
        self.calls: dict[int, Var] = {}
        self.absent_is_none = False

    def reach(self, atom: Atom) -> Atom:
        """A backward atom that holds the value of a forward atom."""
        if not isinstance(atom, Var) or atom not in self.map.home:
            return atom
        found = self._available(atom)
        if found is not None:
            return found
        region = self.map.home[atom]
        if not region.in_loop and not (atom in self.behind and region.parent is not None):
            return self._exported(atom)
        if self.needed:
            again = self._recompute(atom)
            if again is not None:
                return again
        return self._tape(atom) if region.in_loop else self._exported(atom)

    def reach_shape(self, atom: Atom, *, any_dtype: bool = False) -> Atom:
        """A backward atom of the same shape and dtype: another value of the same type if that is at hand."""
        if not isinstance(atom, Var) or atom not in self.map.home:
            return self.reach(atom)
        if not self.map.home[atom].in_loop:
            return self._named_like(atom, any_dtype=any_dtype)
        found = self._available(atom)
        if found is not None:
            return found
        scope: Scope | None = self.scope
        while scope is not None:
            for var, value in scope.available.items():
                if var not in self.map.partial and self._same_shape(var.type, atom.type):
                    return value
            scope = scope.parent
        like = next((v for v in self._at_the_top() if self._same_shape(v.type, atom.type)), None)
        return self.reach(atom) if like is None else like

    def _named_like(self, var: Var, *, any_dtype: bool) -> Atom:
        """Another value of the same shape, so that this one need not be kept for its shape.

        A value with a name for one without, and the first version of an array for a later one.
        """
        if (var.name and not self._is_version(var)) or dims_of(var.type) is None:
            return self.reach(var)
        dims = dims_of(var.type)
        like = next(
            (
                v
                for v in self._at_the_top()
                if v.type == var.type or (any_dtype and dims_of(v.type) == dims)
            ),
            None,
        )
        return self.reach(var) if like is None else like

    def _at_the_top(self) -> Iterator[Var]:
        """Arrays with a name that are there from the start of the backward sweep, first ones first."""
        top = self.map.top.block
        named = (o for s in top.stmts for o in s.outs if o.name)
        for var in (*top.params, *named):
            if isinstance(var.type, Array) and var not in self.map.partial:
                yield var

    def _is_version(self, var: Var) -> bool:
        """Whether a value is an array after a write, or after a branch or loop."""
        stmt = self.map.definition.get(var)
        return isinstance(stmt, (Loop, Branch)) or (isinstance(stmt, Eqn) and stmt.op.inplace)

    @staticmethod
    def _same_shape(a: Type, b: Type) -> bool:
        dims = getattr(b, "dims", None)
        return a == b and dims is not None and not any(str(d)[0] in "?[" for d in dims)

    def _available(self, var: Var) -> Atom | None:
        scope: Scope | None = self.scope
        while scope is not None:
            if var in scope.available:
                return scope.available[var]
            scope = scope.parent
        return None

    def _exported(self, var: Var) -> Var:
        """The value at the top of the function: itself, or an out of the branches around it."""
        region = self.map.home[var]
        if region.parent is None:
            return var
        if var not in self.exports:
            out = Var(var.name, var.type)
            self.exports[var] = out
            self.map.home[out] = region.parent
        return self._exported(self.exports[var])

    def _recompute(self, var: Var) -> Atom | None:
        if not self._cheaply(var, 0, skip_plan=True):
            return None
        eqn = self.map.definition[var]
        if not isinstance(eqn, Eqn):
            return None
        args = tuple(self.reach(a) for a in eqn.args)
        again = self.scope.builder.emit(eqn.op.name, *args, hint=var.name, **eqn.attrs)
        self.scope.available[var] = again
        return again

    def _cheaply(self, atom: Atom, depth: int, *, skip_plan: bool = False) -> bool:
        """Whether a value can be had without a new tape."""
        if (
            not isinstance(atom, Var)
            or atom not in self.map.home
            or self._available(atom) is not None
        ):
            return True
        if atom not in self.behind and not self.map.home[atom].in_loop:
            return True
        if atom in self.planned and not skip_plan:
            return True
        eqn = self.map.definition.get(atom)
        if depth >= _DEPTH or not isinstance(eqn, Eqn):
            return False
        if not (_is_cheap(eqn, depth) or atom in self.behind):
            return False
        return all(self._cheaply(a, depth + 1) for a in eqn.args)

    def _tape(self, var: Var) -> Atom:
        region = self.map.home[var]
        scope: Scope | None = self.scope
        while scope is not None and scope.region is not region:
            scope = scope.parent
        if scope is None:
            raise LookupError(f"{var!r} is not reachable from the backward sweep")
        if var in self.map.partial:
            self.absent_is_none = True
        if var not in self.tapes:
            self.tapes[var] = Var(f"{var.name}_tape" if var.name else "tape", TAPE)
        popped = Var(var.name, var.type)
        scope.header.append(Eqn((popped,), OPS["pop"], (self.tapes[var],), {}, scope.builder.span))
        scope.available[var] = popped
        return popped

    def saved(self, stmt: Call) -> Var:
        """What a call of a user function keeps for its adjoint, as a forward value."""
        if id(stmt) not in self.calls:
            out = Var("saved", SAVED)
            self.calls[id(stmt)] = out
            self.map.home[out] = self.map.region_of(stmt)
        return self.calls[id(stmt)]

    def count_trips(self, loop: Loop) -> Var:
        """The number of trips that a loop made, as a forward value of the region around it."""
        if id(loop) not in self.trips:
            out = Var("trips", INT)
            self.trips[id(loop)] = (loop, out)
            self.map.home[out] = self.map.of(loop.body).parent or self.map.top
        return self.trips[id(loop)][1]

    # -- the forward block with what was arranged -----------------------------------------------

    def forward(self, block: Block) -> list[Stmt]:
        """Statements of the forward sweep, with pushes, exports and trip counts added."""
        opened: list[Stmt] = [Eqn((t,), OPS["new_tape"], ()) for t in self.tapes.values()]
        return opened + self._rewrite(block.stmts)

    def _rewrite(self, stmts: tuple[Stmt, ...]) -> list[Stmt]:
        result: list[Stmt] = []
        for stmt in stmts:
            new = stmt
            if isinstance(stmt, Branch):
                new = self._branch(stmt)
            elif isinstance(stmt, Loop):
                new = self._loop(stmt)
            elif isinstance(stmt, Call) and id(stmt) in self.calls:
                outs_ = (*stmt.outs, self.calls[id(stmt)])
                new = replace(stmt, function=f"{stmt.function}_fwd", outs=outs_)
            result.append(new)
            tape = self._counting_tape(stmt) if isinstance(stmt, Loop) else None
            if isinstance(stmt, Loop) and tape is not None:
                result.append(self._length_of_tape(stmt, tape))
            outs = new.outs if not isinstance(stmt, Eqn) else stmt.outs
            result += [p for out in outs for p in self._push(out, stmt)]
        return result

    def _push(self, var: Var, stmt: Stmt | None = None) -> list[Stmt]:
        tape = self.tapes.get(var)
        span = None if stmt is None else stmt.span
        return [] if tape is None else [Eqn((), OPS["push"], (tape, var), {}, span)]

    def _branch(self, stmt: Branch) -> Branch:
        arms, extra = [], []
        for k, arm in enumerate((stmt.then, stmt.orelse)):
            arms.append(self._rewrite(arm.stmts))
            region = self.map.of(arm)
            for inner, out in self.exports.items():
                if self.map.home[inner] is region:
                    extra.append((k, inner, out))
        results = [list(self._present(arm.results)) for arm in (stmt.then, stmt.orelse)]
        for k, inner, out in extra:
            results[k].append(inner)
            results[1 - k].append(Const(None) if self.absent_is_none else Undef(out.type))
        blocks = [Block((), tuple(a), tuple(r)) for a, r in zip(arms, results, strict=True)]
        outs = (*stmt.outs, *(out for _, _, out in extra))
        return replace(stmt, then=blocks[0], orelse=blocks[1], outs=outs)

    def _present(self, atoms: tuple[Atom, ...]) -> tuple[Atom, ...]:
        """The atoms with a value in place of ``undef``, where a value that may be undefined is kept."""
        if not self.absent_is_none:
            return atoms
        return tuple(Const(None) if isinstance(a, Undef) else a for a in atoms)

    def _counting_tape(self, loop: Loop) -> Var | None:
        """A tape that gets one value in every trip of a loop, and of no loop around it."""
        region = self.map.of(loop.body)
        if id(loop) not in self.trips or (region.parent is not None and region.parent.in_loop):
            return None
        return next((t for v, t in self.tapes.items() if self.map.home[v] is region), None)

    def _length_of_tape(self, loop: Loop, tape: Var) -> Eqn:
        return Eqn((self.trips[id(loop)][1],), OPS["tape_length"], (tape,), {}, loop.span)

    def _loop(self, stmt: Loop) -> Loop:
        starts = [*stmt.params, *(() if stmt.index is None else (stmt.index,))]
        stmts = [p for var in starts for p in self._push(var, stmt)] + self._rewrite(
            stmt.body.stmts
        )
        inits = self._present(stmt.inits)
        new = replace(stmt, inits=inits, body=Block((), tuple(stmts), stmt.body.results))
        if id(stmt) not in self.trips or self._counting_tape(stmt) is not None:
            return new
        count, after = Var("trips", INT), Var("trips", INT)
        step = Eqn((after,), OPS["add"], (count, Const(1)), {}, stmt.span)
        return replace(
            new,
            params=(*stmt.params, count),
            inits=(*inits, Const(0)),
            outs=(*stmt.outs, self.trips[id(stmt)][1]),
            body=Block((), (step, *stmts), (*stmt.body.results, after)),
        )
