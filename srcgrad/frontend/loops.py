"""Lowers loops: a fixpoint over what the body changes.

The body is lowered on a header state in which every name that it assigns and every array that it updates
in place is a parameter. Whatever turns out wrong (a type that grows, an array found to be updated, names
that end on one array) is noted, and the body is lowered again.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, NoReturn

import gast

from srcgrad.errors import KindError
from srcgrad.frontend.bindings import assigned_names, reads_of
from srcgrad.frontend.branches import is_true
from srcgrad.frontend.context import BREAK, NEXT, RETURN, RETURN_VALUE, Context, Exit
from srcgrad.frontend.early import Trip, lowering_trip, pass_on
from srcgrad.frontend.exits import leaving_code
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
)
from srcgrad.frontend.loop_ends import LoopEnds
from srcgrad.frontend.loop_heads import Again, Carried, Header, is_array
from srcgrad.ir.nodes import Atom, Block, Const, Loop, Undef, Var
from srcgrad.ir.types import INT
from srcgrad.ir.undefined import partial, reads_partial

_ROUNDS = 40


def lower_loop(
    cx: Context,
    node: Any,
    *,
    index: Var | None,
    span: tuple[Atom, Atom, Atom] | None,
    test: Callable[[], Atom] | None,
    body: Callable[[], Exit],
    segmented: int = 0,
) -> Exit:
    """Append a loop to the current region; ``test`` and ``body`` lower its parts. Gives the exit."""
    names, before = dict(cx.frame.names), cx.heap.snapshot()
    target = (node.target,) if isinstance(node, gast.For) else ()
    bound = assigned_names((*target, *node.body))
    header, outer = Header(), cx.builder
    for _ in range(_ROUNDS):
        cx.frame.names = dict(names)
        cx.heap.restore(before)
        cx.builder = outer.child()
        try:
            attempt = _Round(cx, node, header, bound, names, before, outer)
            attempt.segmented = segmented
            with lowering_trip(cx.frame, bound) as trip:
                return attempt.run(index, span, test, body, trip)
        except Again:
            continue
        except KindError as error:
            fixing = header.fixing(names, bound) if error.code == "SG207" else None
            if fixing is None:
                raise
            header = fixing
        finally:
            cx.builder = outer
    cx.refuse(
        "SG221",
        "the kinds of the names in this loop do not settle",
        node,
        "start them with the type they end with",
    )


class _Round(LoopEnds):
    """One attempt at lowering the body."""

    segmented = 0

    def run(self, index: Any, span: Any, test: Any, body: Any, trip: Trip) -> Exit:
        cx = self.cx
        self.enter()
        cond = None
        if test is not None:
            inner, here, held = cx.builder, cx.heap.snapshot(), len(cx.frame.held)
            cx.builder = inner.child()
            truth = test()
            del cx.frame.held[held:]  # the body cannot see what the test has read
            cond = cx.builder.block((truth,))
            cx.builder = inner
            self._refuse_changes(here)
            cx.heap.restore(here)  # views that the test has read are not at hand in the body
        exit_ = body()
        self._learn(trip, exit_)
        self.leave()
        return self.finish(index, span, cond, exit_)

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
            segmented=self.segmented,
        )
        if self.segmented and (leaving or any(isinstance(c.init, Undef) for c in self.carried)):
            self._refuse_segments()
        cx.builder = self.outer
        cx.builder.append(loop)
        self._bind_after(outs, late)
        if place is None:
            return Exit.always(NEXT)
        endless = cond is not None and is_true(cond.results[0]) is True
        return self._exit_after(outs[place], leaving if endless else leaving | {NEXT})

    def _refuse_segments(self) -> NoReturn:
        """A loop that keeps some of its states is run again from them: it must have all from the start."""
        self.cx.refuse(
            "SG221",
            "a checkpointed loop is left early, or first binds a name that is read after it",
            self.node,
            "start its names before it, and let it run to its end",
        )

    def _late_names(self) -> dict[str, AV]:
        """Names first bound in the body: carried out of it from ``undef``."""
        late: dict[str, AV] = {}
        body = self.cx.builder.block()
        absent, known = partial(body), len(self.header.late)
        for name in self.bound:
            value = self.cx.frame.names.get(name)
            if name in self.names or value is None:
                continue
            if not self._outlives(name):
                self._start_undefined_if_read(name, value, body, absent)
                continue
            if not _is_carried(value):
                unbound = Static(Unmergeable(f"{name!r} may be unbound", "SG225"))
                late[name] = value if isinstance(value, (Static, UserFunction)) else unbound
                continue
            for k, leaf in enumerate(leaves(value)):
                atom = self.cx.atom(leaf, self.node)
                param = Var(name if name.isidentifier() else "result", atom.type)
                self.carried.append(Carried(("late", name, k), param, Undef(atom.type)))
                self.results.append(atom)
            ends = self.results[-len(leaves(value)) :]
            if len(self.cx.builder.stmts) > len(body.stmts):  # the ends had to be read
                body = self.cx.builder.block()
                absent = partial(body)
            if name != RETURN_VALUE and (
                any(isinstance(e, Undef) or e in absent for e in ends)
                or self._read_unbound(name, body, absent)
            ):
                self._start_undefined(name, value, ends)
            late[name] = value
        if len(self.header.late) > known:
            raise Again
        return late

    def _learn(self, trip: Trip, exit_: Exit) -> None:
        """Start the next round with the names that were read before another path bound them."""
        known = len(self.header.late)
        for name, read in trip.early.items():
            value = self.cx.frame.names.get(name)
            if exit_.raises:
                raise read
            if value is None or not _is_carried(value):
                pass_on(read)
                continue
            self._start_undefined(name, value, self._atoms(value))
        if len(self.header.late) > known:
            raise Again

    def _start_undefined(self, name: str, value: AV, ends: list[Atom]) -> None:
        """Start the next round with a name that a trip may leave as the trip before left it."""
        types = iter([end.type for end in ends])
        self.header.late[name] = map_leaves(value, lambda _: Undef(next(types)))

    def _start_undefined_if_read(self, name: str, value: AV, body: Block, absent: set[Var]) -> None:
        """The same for a name of the body alone, if it is read where the trip may not have bound it."""
        if _is_carried(value) and self._read_unbound(name, body, absent):
            self._start_undefined(name, value, self._atoms(value))

    def _atoms(self, value: AV) -> list[Atom]:
        """What the leaves of a value are at the end of a trip."""
        return [self.cx.atom(leaf, self.node) for leaf in leaves(value)]

    @staticmethod
    def _read_unbound(name: str, body: Block, absent: set[Var]) -> bool:
        """Whether a trip reads or updates a name where only a trip before may have bound it."""
        return reads_partial(body, {v for v in absent if v.name in ("", name)})

    def _outlives(self, name: str) -> bool:
        """Whether a name that the body binds first is read outside of it."""
        inside, around = reads_of(tuple(self.node.body)), reads_of((self.cx.frame.function.tree,))
        return name == RETURN_VALUE or around[name] > inside[name]

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
            return self.cx.bind(out, mutable=is_array(out.type))
        loc = heap.allocate(out)
        for ref in refs:
            heap.alias(ref.loc, loc)
        return Ref(loc)

    def _exit_after(self, code: Var, codes: frozenset[int]) -> Exit:
        """How the list around goes on: where only one way is left, the code need not be looked at."""
        return Exit.always(next(iter(codes))) if len(codes) == 1 else Exit(codes, code)


def _is_carried(value: AV) -> bool:
    """Whether a loop can hand on a value from trip to trip: it is made of numbers and arrays."""
    return all(isinstance(leaf, (*ATOMS, Ref)) for leaf in leaves(value))


__all__ = ["lower_loop"]
