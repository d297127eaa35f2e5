"""Reverse mode: the adjoint of a block, as one block of forward sweep and backward sweep.

The statements are walked backwards; ``cotangents`` maps forward values to backward atoms that broadcast to
their shape. A ``Branch`` reverses to a ``Branch`` on the same test, a ``Loop`` to a loop over its trips,
backwards. Whatever forward value a rule reads is asked of ``needed``.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Any

from srcgrad.errors import MissingRuleError
from srcgrad.ir import build
from srcgrad.ir.build import Builder
from srcgrad.ir.nodes import Atom, Block, Branch, Call, Const, Eqn, Loop, Program, Stmt, Var
from srcgrad.ir.ops import OPS, Storage
from srcgrad.ir.types import (
    Array,
    Number,
    Type,
    dims_of,
    is_complex,
    is_differentiable,
    is_scalar,
)
from srcgrad.rules.broadcasting import full
from srcgrad.rules.indexing import Gather
from srcgrad.rules.registry import NONDIFF
from srcgrad.rules.stores import Scatter
from srcgrad.rules.symbols import Sym
from srcgrad.transform.activity import active
from srcgrad.transform.branch_adjoint import branch
from srcgrad.transform.call_adjoint import ROUNDS, call, call_pairs
from srcgrad.transform.expand import expanded
from srcgrad.transform.item_adjoint import gather, scatter
from srcgrad.transform.loop_adjoint import Chain, LoopAdjoint
from srcgrad.transform.needed import Scope, Supply, only_kept
from srcgrad.transform.regions import locate
from srcgrad.transform.reverse_builder import ReverseBuilder
from srcgrad.transform.simplify import simplify_block
from srcgrad.transform.tape_adjoint import fills, opened, pop, push

Cotangents = dict[Var | Chain, Atom]


def reverse(
    program: Program,
    wrt: Sequence[Var],
    *,
    value: bool = False,
    needed: bool = True,
    rank_zero: frozenset[Var] = frozenset(),
) -> Program:
    """The adjoint of the first result with respect to parameters ``wrt``.

    Results: the primal results if ``value``, then one gradient for each of ``wrt`` in its shape and dtype,
    fresh, aliasing nothing; ``rank_zero`` are the parameters that are arrays of rank zero, not scalars.
    """

    def run(sweep: Sweep) -> Program:
        return sweep.run(value)

    return _planned(program, wrt, run, needed=needed, rank_zero=rank_zero)


def pullback(program: Program, wrt: Sequence[Var], ones: Container[int] = ()) -> Program:
    """The adjoint of all results: one more parameter for the cotangent of each; gives those of ``wrt``.

    Results whose positions are in ``ones`` have a cotangent of ones in place of a parameter.
    """

    def run(sweep: Sweep) -> Program:
        return sweep.pull(ones)

    return _planned(program, wrt, run, needed=True, rank_zero=frozenset())


def _planned(
    program: Program,
    wrt: Sequence[Var],
    run: Callable[[Sweep], Program],
    *,
    needed: bool,
    rank_zero: frozenset[Var],
) -> Program:
    """Walk until what a walk finds is what it was given."""
    program = expanded(program, wrt)
    plan = Plan()
    for _ in range(ROUNDS):
        sweep = Sweep(program, wrt, plan, needed, rank_zero)
        result = run(sweep)
        keeps = needed and (sweep.supply.tapes or sweep.supply.exports)
        idle = only_kept(simplify_block(result.entry), sweep.supply) if keeps else frozenset()
        plan = sweep.found(idle)
        if plan == sweep.plan:
            break

    def walk(function: Program, inputs: Sequence[Var], plan: Plan | None) -> Sweep:
        return Sweep(function, inputs, plan or Plan(), needed, frozenset())

    functions = {**program.functions, **call_pairs(program, sweep.pairs, walk)}
    return Program(result.entry, functions)


@dataclass(frozen=True)
class Plan:
    """What the walk before found.

    Values that are taped, loop states whose cotangent never changes, and values that the forward sweep
    would compute only to keep them: they are computed in the backward sweep instead.
    """

    taped: frozenset[Var] = frozenset()
    steady: frozenset[Var] = frozenset()
    behind: frozenset[Var] = frozenset()


class Sweep:
    """One walk over the entry block."""

    def __init__(
        self,
        program: Program,
        wrt: Sequence[Var],
        plan: Plan,
        needed: bool,
        rank_zero: frozenset[Var],
    ) -> None:
        self.plan = plan
        self.steady: set[Var] = set()
        self.block = program.entry
        self.wrt = wrt
        self.rank_zero = rank_zero
        self.returned: set[Atom] = set()
        self.functions = program.functions
        self.pairs: set[tuple[str, bool]] = set()  # functions to reverse, and whether run again
        self.back_tapes: dict[Atom, Var] = {}
        self.map = locate(program.entry)
        self.supply = Supply(self.map, plan.taped, plan.behind, needed=needed)
        self.builder: Builder = ReverseBuilder(self.supply)
        self.supply.scope.builder = self.builder
        self.active = active(program, wrt, program.entry.results[:1])
        for stmt in program.entry.stmts:
            if isinstance(stmt, Eqn):
                self._share(stmt)

    def _share(self, stmt: Eqn) -> None:
        """Let the backward sweep use an equal forward value instead of computing it again."""
        if not (stmt.op.effect or stmt.op.inplace or stmt.op.name in ("zeros_like", "ones_like")):
            self.builder.share(stmt)

    def found(self, idle: frozenset[Var] = frozenset()) -> Plan:
        """The plan of the next walk; ``idle`` are values to compute in the backward sweep."""
        plan = self.plan
        return Plan(frozenset(self.supply.tapes), plan.steady | self.steady, plan.behind | idle)

    def run(self, value: bool) -> Program:
        """The forward sweep, then the backward sweep."""
        result = self.block.results[0]
        cotangents: Cotangents = {}
        if isinstance(result, Var):
            cotangents[result] = Const(1.0)
        self.statements(self.block.stmts, cotangents)
        gradients = tuple(self._gradient(p, cotangents) for p in self.wrt)
        results = (*self.block.results, *gradients) if value else gradients
        return Program(Block(self.block.params, self._sweeps(), results))

    def pull(self, ones: Container[int]) -> Program:
        """The same for cotangents of all results: given, or ones at some positions."""
        results = self.block.results
        self.active = active(Program(self.block, self.functions), self.wrt, results)
        seeds: list[Var] = []
        cotangents: Cotangents = {}
        for k, result in enumerate(results):
            seed: Atom = Const(1.0)
            if k not in ones:
                seed = Var(f"d{getattr(result, 'name', '') or 'result'}", result.type)
                seeds.append(seed)
            if is_differentiable(result.type):
                self.contribute(result, seed, cotangents)
        self.statements(self.block.stmts, cotangents)
        gradients = tuple(self._gradient(p, cotangents) for p in self.wrt)
        return Program(Block((*self.block.params, *seeds), self._sweeps(), gradients))

    def _sweeps(self) -> tuple[Stmt, ...]:
        """The forward sweep with what was arranged, and the backward sweep."""
        forward = self.supply.forward(self.block)
        return (*forward, Eqn((), OPS["boundary"], ()), *opened(self), *self.builder.stmts)

    def _gradient(self, param: Var, cotangents: Cotangents) -> Atom:
        """The gradient of a parameter: its shape, its dtype, zeros where nothing depends on it."""
        g = cotangents.get(param)
        self.builder.span = None
        if isinstance(param.type, Number):
            return self._number(Const(0.0) if g is None else g, param)
        if g is None:
            g = self.zero(param)
        g = self.cast(self.filled(g, param), param.type)
        if isinstance(g.type, Number) and isinstance(param.type, Array):
            g = self.builder.emit("astype", g, dtype=param.type.dtype)
        if param in self.rank_zero:
            return self.builder.emit("as_array", g)
        if g in self.returned or not self.is_fresh(g, set()):
            g = self.builder.emit_new("copy", self.supply.reach(g), via="np", order="C")
        self.returned.add(g)
        self.name_cotangent(g, param)
        return g

    def _number(self, g: Atom, param: Var) -> Atom:
        kind, cast = (complex, "to_complex") if is_complex(param.type) else (float, "to_float")
        if isinstance(g, Const):
            return Const(kind(g.value))
        g = self.real_for(g, param.type)
        if g.type != param.type:
            g = self.builder.emit(cast, g)
        self.name_cotangent(g, param)
        return g

    def filled(self, g: Atom, like: Atom) -> Atom:
        """``g`` in exactly the shape of ``like``, in storage of its own where it had to be spread."""
        exact = self.full(g, like)
        if exact is g or dims_of(g.type) != ():
            return exact
        like = self.supply.reach_shape(like)
        if isinstance(g, Const) and g.value in (0.0, 1.0):
            return self.builder.emit_new("ones_like" if g.value else "zeros_like", like)
        return self.builder.emit("full_like", like, self.cast(g, like.type))

    def is_fresh(self, atom: Atom, seen: set[Var]) -> bool:
        """Whether a backward value surely has storage of its own."""
        if not isinstance(atom, Var) or atom in seen:
            return True
        if atom in self.wrt or atom in self.block.params or atom in self.block.results:
            return False
        seen.add(atom)
        stmt = self.builder.made.get(atom) or self.map.definition.get(atom)
        if isinstance(stmt, Eqn):
            if stmt.op.name in ("transpose", "reshape_like") and stmt.args[0] not in self.returned:
                self.returned.add(stmt.args[0])
                return self.is_fresh(stmt.args[0], seen)
            # What is updated in place has storage of its own: it is copied before, if need be.
            return stmt.op.storage is Storage.FRESH
        if isinstance(stmt, Loop):
            k = stmt.outs.index(atom)
            seen.add(stmt.params[k])
            return self.is_fresh(stmt.inits[k], seen) and self.is_fresh(stmt.body.results[k], seen)
        if isinstance(stmt, Branch):
            k = stmt.outs.index(atom)
            return all(self.is_fresh(arm.results[k], seen) for arm in (stmt.then, stmt.orelse))
        return False

    # -- small steps ------------------------------------------------------------------------------

    def sym(self, atom: Atom) -> Sym:
        return Sym(self.builder, atom)

    def full(self, g: Atom, like: Atom) -> Atom:
        """``g`` in exactly the shape of ``like``."""
        return full(self.sym(g), self.sym(like)).atom

    def handed_on(self, g: Atom, like: Atom) -> Atom:
        """``g`` in the shape of ``like``, or as it is where ``like`` may have none: it may be undefined."""
        return g if like in self.map.partial else self.full(g, like)

    def zero(self, like: Atom) -> Atom:
        """A zero cotangent of a value; of rank zero for one that may be undefined."""
        if like in self.map.partial:
            return Const(0.0)
        if is_scalar(like.type):
            return Const(0.0)
        return self.builder.emit_new("zeros_like", self.supply.reach_shape(like))

    def cast(self, g: Atom, type_: Type) -> Atom:
        """``g`` in the dtype of the value that it is the cotangent of."""
        g = self.real_for(g, type_)
        if not (isinstance(type_, Array) and isinstance(g.type, Array)):
            return g
        if type_.dtype is None or g.type.dtype is None or g.type.dtype == type_.dtype:
            return g
        return self.builder.emit("astype", g, dtype=type_.dtype)

    def real_for(self, g: Atom, type_: Type) -> Atom:
        """The real part of ``g`` where the value that it is the cotangent of is real."""
        if not is_complex(g.type) or is_complex(type_):
            return g
        if isinstance(g, Const):
            return Const(g.value.real)
        return self.builder.emit("real", g)

    def contribute(self, target: Atom | Chain, g: Atom, cotangents: Cotangents) -> None:
        """Add ``g`` to the cotangent of a forward value."""
        if not isinstance(target, Var) or target not in self.active:
            return
        g = self.cast(self.supply.reach(g), target.type)
        before = cotangents.get(target)
        cotangents[target] = g if before is None else build.add(self.builder, before, g)

    def name_cotangent(self, g: Atom, of: Atom) -> None:
        """Call a cotangent ``dx`` after the user's word for the value; forward values keep their names."""
        named = isinstance(g, Var) and isinstance(of, Var) and of.name and not g.name
        if named and g not in self.map.home:
            g.name = f"d{of.name}"  # type: ignore[union-attr]

    # -- statements -------------------------------------------------------------------------------

    def statements(self, stmts: Sequence[Stmt], cotangents: Cotangents) -> None:
        for stmt in reversed(stmts):
            self.builder.span = stmt.span
            if isinstance(stmt, Eqn):
                self.equation(stmt, cotangents)
            elif isinstance(stmt, Branch):
                branch(self, stmt, cotangents)
            elif isinstance(stmt, Loop):
                self.loop(stmt, cotangents)
            elif isinstance(stmt, Call):
                call(self, stmt, cotangents)

    def equation(self, eqn: Eqn, cotangents: Cotangents) -> None:
        if eqn.op.name in ("push", "pop"):
            (push if eqn.op.name == "push" else pop)(self, eqn, cotangents)
            return
        if not eqn.outs or eqn.out not in cotangents or eqn.out not in self.active:
            return
        g = cotangents.pop(eqn.out)
        self.name_cotangent(g, eqn.out)
        rule = eqn.op.diff
        if rule is NONDIFF:
            return
        if rule is None:
            raise MissingRuleError.of(eqn.op.name, eqn.span)
        attrs = {k: v for k, v in eqn.attrs.items() if k != "via"}
        args, out = [self.sym(a) for a in eqn.args], self.sym(eqn.out)
        if isinstance(rule, Gather):
            gather(self, eqn, rule, g, args, attrs, cotangents)
            return
        if isinstance(rule, Scatter):
            scatter(self, eqn, rule, g, args, attrs, cotangents)
            return
        own: Cotangents = {}
        for k, arg in enumerate(eqn.args):
            if isinstance(arg, Var) and arg in self.active and k not in eqn.op.shape_only:
                result = rule.vjp(k, self.sym(g), args, out, attrs)
                if result is not None:
                    atom = result.atom if isinstance(result, Sym) else build.constant(result)
                    self.contribute(arg, atom, own)
        for target, atom in own.items():
            self.contribute(target, atom, cotangents)

    # -- scopes -----------------------------------------------------------------------------------

    def enter(self, region: Any) -> Scope:
        scope = Scope(region, self.builder.child(), self.supply.scope)
        self.resume(scope)
        return scope

    def resume(self, scope: Scope) -> None:
        self.supply.scope, self.builder = scope, scope.builder

    def leave(self, scope: Scope) -> None:
        assert scope.parent is not None
        self.supply.scope, self.builder = scope.parent, scope.parent.builder

    # -- loops ------------------------------------------------------------------------------------

    def loop(self, stmt: Loop, cotangents: Cotangents) -> None:
        if any(out in cotangents for out in stmt.outs) or fills(self, stmt.body):
            LoopAdjoint(self, stmt, cotangents).run()


__all__ = ["reverse"]
