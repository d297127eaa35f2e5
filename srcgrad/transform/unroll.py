"""Unrolls a program on recorded decisions: the path that a run took, as straight-line code.

Decisions are small integers in execution order: the arm taken at a branch, the trips of a loop. ``record``
makes the program that notes them; ``unroll`` replaces every branch and loop by what they say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from srcgrad.errors import PathError
from srcgrad.ir.build import Builder
from srcgrad.ir.nodes import (
    Atom,
    Block,
    Branch,
    Call,
    Const,
    Eqn,
    Loop,
    Program,
    Stmt,
    Var,
    regions_of,
)
from srcgrad.ir.ops import OPS
from srcgrad.ir.types import BOOL, INT, PATH, UNKNOWN, Array, Type

Decisions = tuple[int, ...]
MAX_EQUATIONS = 100_000  # of one path as straight-line code


class Path(list[int]):
    """Decisions of one run, in execution order."""

    def choose(self, test: object) -> bool:
        """Note the arm that ``test`` takes."""
        taken = bool(test)
        self.append(int(taken))
        return taken

    def reserve(self) -> int:
        """Keep a place for the trips of a loop that starts now."""
        self.append(0)
        return len(self) - 1

    def settle(self, slot: int, trips: int) -> None:
        """Fill the place of a loop that has ended."""
        self[slot] = trips


def has_decisions(program: Program) -> bool:
    """Whether the program has a branch or loop at all."""
    return any(not isinstance(s, Eqn) for s in program.entry.stmts)


def record(program: Program) -> Program:
    """The primal with one more parameter, a ``Path``, that notes every decision."""
    kept = _kept(program)
    functions = {
        name: block if name in kept else _record_block(block, kept)
        for name, block in program.functions.items()
    }
    return Program(_record_block(program.entry, kept), functions)


def _kept(program: Program) -> set[str]:
    """Functions that stay calls on every path, and those that they call: nothing of them is recorded."""
    found: set[str] = set()

    def walk(block: Block, inside: bool) -> None:
        for stmt in block.stmts:
            if isinstance(stmt, Call) and (inside or stmt.kind) and stmt.function not in found:
                found.add(stmt.function)
                walk(program.functions[stmt.function], inside=True)
            for inner in regions_of(stmt):
                walk(inner, inside)

    walk(program.entry, inside=False)
    for name, block in program.functions.items():
        walk(block, inside=name in found)
    return found


def _record_block(block: Block, kept: set[str]) -> Block:
    path = Var("path", PATH)
    return Block((*block.params, path), tuple(_record(block.stmts, path, kept)), block.results)


def _record(stmts: Sequence[Stmt], path: Var, kept: set[str]) -> list[Stmt]:
    result: list[Stmt] = []
    for stmt in stmts:
        if isinstance(stmt, Branch):
            test = Var("", BOOL)
            result.append(Eqn((test,), OPS["choose"], (path, stmt.test), {}, stmt.span))
            arms = [
                Block((), tuple(_record(a.stmts, path, kept)), a.results)
                for a in (stmt.then, stmt.orelse)
            ]
            result.append(replace(stmt, test=test, then=arms[0], orelse=arms[1]))
        elif isinstance(stmt, Loop):
            result += _record_loop(stmt, path, kept)
        elif isinstance(stmt, Call):
            stays = stmt.function in kept
            result.append(stmt if stays else replace(stmt, args=(*stmt.args, path)))
        elif stmt.op.name not in ("print", "write_back"):  # what only looks leaves no trace
            result.append(stmt)
    return result


def _record_loop(stmt: Loop, path: Var, kept: set[str]) -> list[Stmt]:
    slot, count, after, out = (Var(n, INT) for n in ("slot", "trips", "trips", "trips"))
    step = Eqn((after,), OPS["add"], (count, Const(1)), {}, stmt.span)
    body = Block((), (step, *_record(stmt.body.stmts, path, kept)), (*stmt.body.results, after))
    loop = replace(
        stmt,
        params=(*stmt.params, count),
        inits=(*stmt.inits, Const(0)),
        outs=(*stmt.outs, out),
        body=body,
        cond=None
        if stmt.cond is None
        else replace(stmt.cond, stmts=tuple(_record(stmt.cond.stmts, path, kept))),
    )
    return [
        Eqn((slot,), OPS["reserve"], (path,), {}, stmt.span),
        loop,
        Eqn((), OPS["settle"], (path, slot, out), {}, stmt.span),
    ]


def unroll(program: Program, decisions: Sequence[int], most: int = MAX_EQUATIONS) -> Program:
    """Straight-line code of the path, of no more than so many operations.

    Raises:
        PathError: if the decisions do not fit the program, or the path is longer.
    """
    walker = Unroller(iter(decisions), program, most)
    block = walker.run(program.entry)
    if next(walker.decisions, None) is not None:
        raise PathError("SG509", "more decisions than the path has", "record the path again")
    return Program(block, program.functions)


class Unroller:
    """Walks a program along a path and builds its straight-line code."""

    def __init__(
        self, decisions: Iterator[int], program: Program, most: int = MAX_EQUATIONS
    ) -> None:
        self.decisions = decisions
        self.most = most
        self.visited = 0
        self.functions = program.functions
        self.kept = _kept(program)
        self.builder = Builder()
        self.env: dict[Var, Atom] = {}
        self.tapes: dict[Atom, list[Atom]] = {}

    def run(self, block: Block) -> Block:
        self.env.update({p: p for p in block.params})
        self.stmts(block.stmts)
        return self.builder.block(tuple(map(self.atom, block.results)), block.params)

    def atom(self, atom: Atom) -> Atom:
        return self.env[atom] if isinstance(atom, Var) else atom

    def decision(self, stmt: Branch | Loop) -> int:
        """What the path has for this branch or loop."""
        found = next(self.decisions, None)
        if found is None:
            raise PathError("SG509", "fewer decisions than the path has", "record the path again")
        return found

    def stmts(self, stmts: Sequence[Stmt]) -> None:
        for stmt in stmts:
            if isinstance(stmt, Eqn):
                self.equation(stmt)
            elif isinstance(stmt, Branch):
                arm = stmt.then if self.decision(stmt) else stmt.orelse
                self.stmts(arm.stmts)
                self.env.update(zip(stmt.outs, map(self.atom, arm.results), strict=True))
            elif isinstance(stmt, Loop):
                self.loop(stmt)
            else:
                self.call(stmt)

    def call(self, stmt: Call) -> None:
        """The body of a called function, its own values in an environment of their own."""
        if stmt.function in self.kept:
            outs = tuple(Var(o.name, o.type) for o in stmt.outs)
            self.builder.append(replace(stmt, outs=outs, args=tuple(map(self.atom, stmt.args))))
            self.env.update(zip(stmt.outs, outs, strict=True))
            return
        block, outer = self.functions[stmt.function], self.env
        self.env = dict(zip(block.params, map(self.atom, stmt.args), strict=True))
        self.stmts(block.stmts)
        results = [self.atom(a) for a in block.results]
        self.env = outer
        outer.update(zip(stmt.outs, results, strict=True))

    def tape(self, eqn: Eqn) -> bool:
        """Follow a tape of a derivative inside the function: each value goes where it is taken."""
        if eqn.op.name == "new_tape":
            self.tapes[eqn.out] = []
        elif eqn.op.name == "push":
            self.tapes[eqn.args[0]].append(self.atom(eqn.args[1]))
        elif eqn.op.name == "pop":
            self.env[eqn.out] = self.tapes[eqn.args[0]].pop()
        elif eqn.op.name == "tape_length":
            self.env[eqn.out] = Const(len(self.tapes[eqn.args[0]]))
        else:
            return False
        return True

    def equation(self, eqn: Eqn) -> None:
        if self.tape(eqn):
            return
        args = tuple(map(self.atom, eqn.args))
        self.visited += 1
        if len(self.builder.stmts) >= self.most or self.visited > 100 * self.most:
            message = f"the path has more than {self.most} operations"
            raise PathError("SG505", message, "use unroll=False or 'auto'")
        folded = self._folded(eqn, args)
        if folded is not None:
            self.env[eqn.out] = folded
            return
        outs = tuple(Var(o.name, self._type(eqn, o.type, args)) for o in eqn.outs)
        self.builder.append(replace(eqn, outs=outs, args=args))
        self.env.update(zip(eqn.outs, outs, strict=True))

    @staticmethod
    def _type(eqn: Eqn, rolled: Type, args: tuple[Atom, ...]) -> Type:
        """The type of a result on this path.

        A length that was made inside a loop has one symbol for all trips, though each trip may have
        another length: here it is worked out from the operands of its own trip.
        """
        if not isinstance(rolled, Array) or not any(str(d)[0] in "?[" for d in rolled.dims or ()):
            return rolled
        types = tuple(a.type for a in args)
        return rolled if UNKNOWN in types else eqn.op.infer(types, eqn.attrs)

    def _folded(self, eqn: Eqn, args: tuple[Atom, ...]) -> Const | None:
        """Index arithmetic and exit codes on known numbers, done now."""
        if eqn.op.effect or eqn.out.type not in (INT, BOOL) or not args:
            return None
        values = [a.value for a in args if isinstance(a, Const)]
        if len(values) != len(args) or set(eqn.attrs) - {"via"}:
            return None
        return Const(eqn.op.runs[eqn.attrs.get("via", "")](*values))

    def loop(self, stmt: Loop) -> None:
        trips = self.decision(stmt)
        state = [self.atom(a) for a in stmt.inits]
        for k in range(trips + (stmt.cond is not None and self._tested_at_end(stmt, trips))):
            self.env.update(zip(stmt.params, state, strict=True))
            if stmt.cond is not None:
                self.stmts(stmt.cond.stmts)
                if k == trips:
                    break
            if stmt.index is not None:
                place = trips - 1 - k if stmt.backwards else k
                self.env[stmt.index] = self._index(stmt, place)
            self.stmts(stmt.body.stmts)
            state = [self.atom(a) for a in stmt.body.results]
            code = None if stmt.exit is None else state[stmt.exit]
            if isinstance(code, Const) and code.value:
                break
        self.env.update(zip(stmt.outs, state, strict=True))

    def _tested_at_end(self, stmt: Loop, trips: int) -> int:
        """Whether the condition was evaluated once more after the last trip."""
        return int(stmt.exit is None or trips >= 0)

    def _index(self, stmt: Loop, k: int) -> Atom:
        start, _, step = map(self.atom, stmt.range or ())
        if isinstance(start, Const) and isinstance(step, Const):
            return Const(start.value + k * step.value)
        offset = self.builder.emit("multiply", step, Const(k))
        return self.builder.emit("add", start, offset)


__all__ = ["Decisions", "Path", "has_decisions", "record", "unroll"]
