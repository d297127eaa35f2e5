"""Reverses a loop: the loop that walks the trips of a forward loop backwards.

Its parameters are the cotangents of the loop's states, the cotangents of values from outside that the
body adds to, and primal states that are handed down from trip to trip (shift).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from srcgrad.ir import build
from srcgrad.ir.nodes import Atom, Block, Const, Loop, Var
from srcgrad.ir.scopes import free_vars
from srcgrad.ir.types import INT, Array, Number, Type
from srcgrad.transform.needed import Scope


@dataclass(frozen=True)
class Chain:
    """The key under which a loop body keeps the accumulated cotangent of a value from outside.

    Apart from what the body still adds up: so a trip ends with ``dW += a + b``, and reads by index add
    into the accumulated buffer itself.
    """

    of: Var


if TYPE_CHECKING:
    from srcgrad.transform.reverse import Cotangents, Sweep


class LoopAdjoint:
    """The loop that walks the trips of a forward loop backwards."""

    def __init__(self, sweep: Sweep, stmt: Loop, cotangents: Cotangents) -> None:
        self.sweep, self.stmt, self.cotangents = sweep, stmt, cotangents
        self.params: list[Var] = []
        self.inits: list[Atom] = []
        self.results: list[Atom] = []
        self.targets: list[Var | Chain | None] = []

    def carry(self, target: Var | Chain | None, init: Atom, type_: Type, name: str) -> Var:
        """A parameter of the loop; what it ends as is the new cotangent of ``target``."""
        if isinstance(type_, Number) and type_.kind == "float":
            type_ = Array(np.dtype(float), ())
        param = Var(name, type_)
        self.params.append(param)
        self.inits.append(init)
        self.targets.append(target)
        return param

    def run(self) -> None:
        """Append the loop; cotangents of what the forward loop started from take its results."""
        sweep, stmt = self.sweep, self.stmt
        span = self._range()
        region = sweep.map.of(stmt.body)
        states = [k for k, p in enumerate(stmt.params) if self._is_carried(p)]
        own: Cotangents = {}
        steady = self._steady_seeds()
        seeds = [(k, self._state_seed(k)) for k in states]
        bound = {*stmt.params, *(() if stmt.index is None else (stmt.index,))}
        free = [v for v in free_vars(stmt.body, bound) if v in sweep.active]
        for var in free:
            own[Chain(var)] = self._open_chain(var)
        shifts = self._shifts()
        scope = sweep.enter(region)
        index = None if stmt.index is None else Var(stmt.index.name, INT)
        if stmt.index is not None and index is not None:
            scope.available[stmt.index] = index
        for k, (_, carried) in shifts.items():
            scope.available[stmt.body.results[k]] = carried  # type: ignore[index]
        for k, g in [*seeds, *steady]:
            sweep.contribute(stmt.body.results[k], g, own)
        sweep.statements(stmt.body.stmts, own)
        sweep.builder.span = stmt.span
        for k, seed in seeds:
            param = stmt.params[k]
            found = own.get(param)
            if found is seed:
                sweep.steady.add(param)
            end = sweep.zero(param) if found is None else sweep.handed_on(found, param)
            self.results.append(end)
            sweep.name_cotangent(end, param)
        self.results += [self._close_chain(var, own) for var in free]
        self.results += [sweep.supply.reach(stmt.params[k]) for k in shifts]
        sweep.leave(scope)
        self._append(span, index, scope)

    def _open_chain(self, var: Var) -> Var:
        """A parameter that accumulates the cotangent of a value from outside the loop."""
        chain = Chain(var)
        before = self.cotangents.get(chain)
        target: Var | Chain = var if before is None else chain
        if before is None:
            before = self._opened(self.cotangents.get(var), var)
        return self.carry(
            target, before, self.sweep.map.handed_on(var), f"d{var.name}" if var.name else ""
        )

    def _opened(self, g: Atom | None, like: Var) -> Atom:
        """The cotangent that the loop starts with, in the shape of its value if that is defined."""
        if g is None:
            return self.sweep.zero(like)
        return g if like in self.sweep.map.partial else self.sweep.filled(g, like)

    def _close_chain(self, var: Var, own: Cotangents) -> Atom:
        """The accumulated cotangent after one trip: what was added in place, and the sum of the rest."""
        rest = own.get(var)
        if rest is None:
            return own[Chain(var)]
        return build.add(self.sweep.builder, own[Chain(var)], self.sweep.cast(rest, var.type))

    def _is_carried(self, param: Var) -> bool:
        return param in self.sweep.active and param not in self.sweep.plan.steady

    def _steady_seeds(self) -> list[tuple[int, Atom]]:
        """Cotangents of states that pass through every trip unchanged: no parameter, the value itself."""
        sweep, stmt = self.sweep, self.stmt
        found: list[tuple[int, Atom]] = []
        for k, param in enumerate(stmt.params):
            if param in sweep.active and param in sweep.plan.steady:
                g = self.cotangents.pop(stmt.outs[k], None)
                if g is not None:
                    found.append((k, g))
                    sweep.contribute(stmt.inits[k], g, self.cotangents)
        return found

    def _state_seed(self, k: int) -> Var:
        out, param = self.stmt.outs[k], self.stmt.params[k]
        g = self.cotangents.pop(out, None)
        name = f"d{param.name}" if param.name else ""
        return self.carry(None, self._opened(g, out), self.sweep.map.handed_on(param), name)

    def _shifts(self) -> dict[int, tuple[Var, Var]]:
        """Results that are the next trip's taped parameter: carried backwards instead of taped too."""
        sweep, stmt = self.sweep, self.stmt
        found: dict[int, tuple[Var, Var]] = {}
        if not sweep.supply.needed:
            return found
        region, planned = sweep.map.of(stmt.body), sweep.supply.planned
        for k, (param, result) in enumerate(zip(stmt.params, stmt.body.results, strict=True)):
            local = isinstance(result, Var) and sweep.map.home.get(result) is region
            if local and {param, result} <= planned and result not in stmt.params:
                init = sweep.supply.reach(stmt.outs[k])
                found[k] = (param, self.carry(None, init, result.type, param.name))
        return found

    def _range(self) -> tuple[Atom, Atom, Atom]:
        """The trips of the forward loop as a range to walk backwards."""
        sweep, stmt = self.sweep, self.stmt
        reach = sweep.supply.reach
        if stmt.range is not None and stmt.exit is None:
            return tuple(map(reach, stmt.range))  # type: ignore[return-value]
        trips = reach(sweep.supply.count_trips(stmt))
        if stmt.range is None:
            return Const(0), trips, Const(1)
        start, _, step = map(reach, stmt.range)
        b = sweep.builder
        length = (
            trips
            if isinstance(step, Const) and step.value == 1
            else b.emit("multiply", trips, step)
        )
        stop = (
            length
            if isinstance(start, Const) and start.value == 0
            else b.emit("add", start, length)
        )
        return start, stop, step

    def _append(self, span: Any, index: Var | None, scope: Scope) -> None:
        outs = tuple(Var("", p.type) for p in self.params)
        body = Block((), (*scope.header, *scope.builder.stmts), tuple(self.results))
        stmt = self.stmt
        self.sweep.builder.append(
            Loop(
                index,
                span,
                None,
                tuple(self.params),
                tuple(self.inits),
                body,
                outs,
                stmt.site,
                stmt.span,
                backwards=not stmt.backwards,
            )
        )
        for place, target in enumerate(self.targets):
            if target is not None:
                self.cotangents[target] = outs[place]
        states = [k for k, p in enumerate(stmt.params) if self._is_carried(p)]
        for place, k in enumerate(states):
            self.sweep.contribute(stmt.inits[k], outs[place], self.cotangents)
