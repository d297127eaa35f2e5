"""Cuts checkpointed loops into segments: only the state at the start of each is kept.

A loop of ``n`` trips becomes a loop over about ``sqrt(n)`` segments of as many trips, each a call of a
function that is run again in the backward sweep. So the states of at most ``2 sqrt(n)`` trips are kept at a
time, for one more forward run.

Where the number of states is given, the loop becomes a call of a function that makes few trips itself,
and else calls itself for the trips before and after a state that is kept between them. The place of that
state is the one of the binomial schedule, which needs the fewest forward runs.
(Griewank and Walther, Evaluating Derivatives, chapter 12.)
"""

from __future__ import annotations

from dataclasses import replace

from srcgrad.ir.build import Builder
from srcgrad.ir.nodes import ROOT, Atom, Block, Branch, Call, Const, Eqn, Loop, Program, Stmt, Var
from srcgrad.ir.ops import OPS
from srcgrad.ir.scopes import free_vars
from srcgrad.ir.types import INT
from srcgrad.transform.simplify import substituted


def cut(program: Program) -> Program:
    """The program with every checkpointed loop cut into segments."""
    functions = dict(program.functions)
    cutter = _Cutter(functions)
    for name in list(program.functions):
        functions[name] = cutter.block(functions[name])
    return Program(cutter.block(program.entry), functions)


class _Cutter:
    """Rewrites blocks; the functions that it makes go into the table of the program."""

    def __init__(self, functions: dict[str, Block]) -> None:
        self.functions = functions

    def block(self, block: Block) -> Block:
        stmts = [new for stmt in block.stmts for new in self.stmt(stmt)]
        return replace(block, stmts=tuple(stmts))

    def stmt(self, stmt: Stmt) -> list[Stmt]:
        if isinstance(stmt, Branch):
            then, orelse = self.block(stmt.then), self.block(stmt.orelse)
            return [replace(stmt, then=then, orelse=orelse)]
        if isinstance(stmt, Loop):
            stmt = replace(stmt, body=self.block(stmt.body))
            if stmt.segmented == ROOT and stmt.range is not None:
                return self.segments(stmt, stmt.range)
            if stmt.segmented and stmt.range is not None:
                return self.halves(stmt, stmt.range)
        return [stmt]

    def segments(self, loop: Loop, span: tuple[Atom, Atom, Atom]) -> list[Stmt]:
        """A loop over segments, and before it how long they are."""
        b = Builder()
        b.span = loop.span
        start, _, step = span
        trips = b.emit("range_length", *span)
        size = b.emit("add", b.emit("to_int", b.emit("sqrt", trips, via="math")), Const(1))
        params = tuple(Var(p.name, p.type) for p in loop.params)
        outs = tuple(Var(p.name, p.type) for p in loop.params)
        free = _reads(loop)
        name = self.fresh_name()
        self.functions[name] = _segment(loop, free)
        first, inner = Var("first", INT), Builder(b)
        after = inner.emit("add", first, size)
        last = inner.emit("minimum", after, trips, via="py", hint="last")
        args = (*params, first, last, start, step, *free)
        inner.append(Call(outs, name, args, loop.site, loop.span, "again", len(args)))
        whole = replace(
            loop,
            index=first,
            range=(Const(0), trips, size),
            params=params,
            body=inner.block(outs),
            segmented=0,
        )
        return [*b.stmts, whole]

    def halves(self, loop: Loop, span: tuple[Atom, Atom, Atom]) -> list[Stmt]:
        """A call of a function that makes all trips, and how many they are."""
        b = Builder()
        b.span = loop.span
        start, _, step = span
        trips = b.emit("range_length", *span)
        free = _reads(loop)
        name = self.fresh_name()
        self.functions[name] = _bounded(name, loop, free)
        args = (*loop.inits, Const(0), trips, Const(loop.segmented), start, step, *free)
        b.append(Call(loop.outs, name, args, loop.site, loop.span, "again", len(args)))
        return list(b.stmts)

    def fresh_name(self) -> str:
        """A name for one more function."""
        name, count = "steps", 2
        while name in self.functions:
            name, count = f"steps_{count}", count + 1
        return name


def _reads(loop: Loop) -> list[Var]:
    """What the body reads from outside of the loop."""
    return free_vars(loop.body, {*loop.params, *(() if loop.index is None else (loop.index,))})


def _segment(loop: Loop, free: list[Var]) -> Block:
    """The function that makes the trips from one place to another."""
    own = {v: Var(v.name, v.type) for v in free}
    states = tuple(Var(p.name, p.type) for p in loop.params)
    outs = tuple(Var(p.name, p.type) for p in loop.params)
    first, last, start, step = (Var(n, INT) for n in ("first", "last", "start", "step"))
    body, index = substituted(loop.body, dict(own)), Var("k", INT)
    if loop.index is not None:
        far = Var("", INT)
        scaled = Eqn((far,), OPS["multiply"], (index, step))
        moved = Eqn((loop.index,), OPS["add"], (far, start))
        body = replace(body, stmts=(scaled, moved, *body.stmts))
    trips = replace(
        loop,
        index=index,
        range=(first, last, Const(1)),
        inits=states,
        body=body,
        outs=outs,
        segmented=0,
    )
    return Block((*states, first, last, start, step, *own.values()), (trips,), outs)


def _bounded(name: str, loop: Loop, free: list[Var]) -> Block:
    """The function that makes the trips from one place to another and keeps some states at a time."""
    plain = _segment(loop, free)
    count = len(loop.params)
    states, (first, last, start, step), own = (
        plain.params[:count],
        plain.params[count : count + 4],
        plain.params[count + 4 :],
    )
    slots, b = Var("slots", INT), Builder()
    size = b.emit("subtract", last, first)
    few = b.emit("less_equal", size, b.emit("maximum", slots, Const(1), via="py"))
    inner = Builder(b)
    middle = inner.emit("checkpoint_at", first, last, slots, hint="middle")
    fewer = inner.emit("subtract", slots, Const(1))
    between, ends, outs = (tuple(Var(p.name, p.type) for p in loop.params) for _ in range(3))
    for given, begin, end, room, found in (
        (states, first, middle, slots, between),
        (between, middle, last, fewer, ends),
    ):
        args = (*given, begin, end, room, start, step, *own)
        inner.append(Call(found, name, args, loop.site, loop.span, "again", len(args)))
    few_trips = Block((), plain.stmts, plain.results)
    b.append(Branch(few, few_trips, inner.block(ends), outs, loop.site, loop.span))
    return Block((*states, first, last, slots, start, step, *own), tuple(b.stmts), outs)


__all__ = ["cut"]
