"""Forward mode: every statement followed by its tangent. The exact oracle of reverse.

A tangent broadcasts to the shape of its value; ``None`` is a tangent known to be zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from srcgrad.errors import MissingRuleError
from srcgrad.ir.build import Builder
from srcgrad.ir.nodes import Atom, Block, Branch, Call, Const, Eqn, Loop, Program, Stmt, Undef, Var
from srcgrad.ir.types import TAPE, is_differentiable, is_scalar
from srcgrad.ir.undefined import partial
from srcgrad.rules.broadcasting import full
from srcgrad.rules.registry import NONDIFF
from srcgrad.rules.symbols import Sym
from srcgrad.transform.activity import active
from srcgrad.transform.call_adjoint import refuse_captured, refuse_saved
from srcgrad.transform.expand import expanded
from srcgrad.transform.regions import loosened

Tangents = dict[Atom, Atom]


def forward(program: Program, wrt: Sequence[Var]) -> Program:
    """The program with tangents: one more parameter for each of ``wrt``, one more result for each result.

    The tangent of a result that does not depend on ``wrt`` is zero.
    """
    program = expanded(program, wrt)
    tangents: Tangents = {v: Var(f"t{v.name}", v.type) for v in wrt}
    inputs = tuple(tangents.values())
    sweep = _Forward(active(program, wrt, program.entry.results), program.entry, program.functions)
    sweep.block(program.entry.stmts, tangents)
    results = tuple(sweep.tangent(a, tangents) for a in program.entry.results)
    params = (*program.entry.params, *(t for t in inputs if isinstance(t, Var)))
    block = sweep.builder.block((*program.entry.results, *results), params)
    functions = dict(program.functions)
    todo = sorted(sweep.called)
    while todo:
        name = todo.pop()
        if f"{name}_jvp" not in functions:
            functions[f"{name}_jvp"], called = _called_forward(program, name)
            todo += sorted(called)
    return Program(block, functions)


def _called_forward(program: Program, name: str) -> tuple[Block, set[str]]:
    """A user function with tangents of all its real parameters and results."""
    block = program.functions[name]
    wrt = [p for p in block.params if is_differentiable(p.type)]
    tangents: Tangents = {v: Var(f"t{v.name}", v.type) for v in wrt}
    inputs = tuple(t for t in tangents.values() if isinstance(t, Var))
    found = active(Program(block, program.functions), wrt, block.results)
    sweep = _Forward(found, block, program.functions)
    sweep.block(block.stmts, tangents)
    results = tuple(sweep.tangent(a, tangents) for a in block.results if is_differentiable(a.type))
    return sweep.builder.block((*block.results, *results), (*block.params, *inputs)), sweep.called


class _Forward:
    def __init__(self, active_: set[Var], block: Block, functions: dict[str, Block]) -> None:
        self.builder = Builder()
        self.functions = functions
        self.partial = partial(block)
        self.active = active_
        self.called: set[str] = set()

    def sym(self, atom: Atom) -> Sym:
        return Sym(self.builder, atom)

    def tangent(self, atom: Atom, tangents: Tangents) -> Atom:
        """The tangent of a value in its shape, unless it may be undefined; zero if it has none."""
        if isinstance(atom, Undef):
            return atom
        t = tangents.get(atom)
        if t is None:
            free = is_scalar(atom.type) or atom in self.partial
            return Const(0.0) if free else self.builder.emit_new("zeros_like", atom)
        if atom in self.partial:
            return t
        return full(self.sym(t), self.sym(atom)).atom

    def tangent_var(self, var: Var) -> Var:
        """A variable for the tangent of a value: of unknown rank if the value may be undefined."""
        return Var(f"t{var.name}", loosened(var.type) if var in self.partial else var.type)

    def block(self, stmts: Sequence[Stmt], tangents: Tangents) -> None:
        for stmt in stmts:
            self.builder.span = stmt.span
            if isinstance(stmt, Eqn):
                self.equation(stmt, tangents)
            elif isinstance(stmt, Branch):
                self.branch(stmt, tangents)
            elif isinstance(stmt, Loop):
                self.loop(stmt, tangents)
            else:
                self.call(stmt, tangents)

    def call(self, stmt: Call, tangents: Tangents) -> None:
        """A user function and its tangent in one call."""
        refuse_saved(stmt)
        self.called.add(stmt.function)
        moving = [a for a in stmt.args if is_differentiable(a.type)]
        if stmt.kind == "custom":
            moving = self.given(stmt, tangents)
        inputs = tuple(self.tangent(a, tangents) for a in moving)
        outs = {o: Var(f"t{o.name}", o.type) for o in stmt.outs if is_differentiable(o.type)}
        self.builder.append(
            replace(
                stmt,
                function=f"{stmt.function}_jvp",
                args=(*stmt.args, *inputs),
                outs=(*stmt.outs, *outs.values()),
            )
        )
        tangents.update(outs.items())

    def given(self, stmt: Call, tangents: Tangents) -> list[Atom]:
        """The arguments that a tangent given by the user takes."""
        refuse_captured(stmt, tangents)
        if f"{stmt.function}_jvp" not in self.functions:
            message = f"{stmt.function} has a pullback, but no tangent"
            raise MissingRuleError("SG226", message, stmt.span, "give it with custom_jvp")
        return [a for a in stmt.args[: stmt.own] if is_differentiable(a.type)]

    def equation(self, eqn: Eqn, tangents: Tangents) -> None:
        self.builder.append(eqn)
        if eqn.op.name in ("new_tape", "push", "pop"):
            self.on_tape(eqn, tangents)
            return
        moving = [a for a in eqn.args if a in tangents]
        if (
            not moving
            or not eqn.outs
            or not is_differentiable(eqn.out.type)
            or eqn.op.diff is NONDIFF
        ):
            return
        if eqn.op.diff is None:
            raise MissingRuleError.of(eqn.op.name, eqn.span)
        given = [
            self.sym(tangents[a]) if a in tangents and k not in eqn.op.shape_only else None
            for k, a in enumerate(eqn.args)
        ]
        if any(t is not None for t in given):
            args, out = [self.sym(a) for a in eqn.args], self.sym(eqn.out)
            attrs = {k: v for k, v in eqn.attrs.items() if k != "via"}
            tangents[eqn.out] = eqn.op.diff.jvp(given, args, out, eqn.op, attrs).atom

    def on_tape(self, eqn: Eqn, tangents: Tangents) -> None:
        """A tape of values, and the tape of their tangents."""
        moved: Var | None = None
        args = tuple(tangents[a] for a in eqn.args[:1])
        if eqn.op.name == "new_tape":
            moved = Var(f"t{eqn.out.name}", TAPE)
        elif eqn.op.name == "push" and is_differentiable(eqn.args[1].type):
            args = (*args, self.tangent(eqn.args[1], tangents))
        elif eqn.op.name == "pop" and is_differentiable(eqn.out.type):
            moved = self.tangent_var(eqn.out)
        else:
            return
        if moved is not None:
            tangents[eqn.out] = moved
        outs = () if moved is None else (moved,)
        self.builder.append(replace(eqn, outs=outs, args=args))

    def inner(self, block: Block, tangents: Tangents, extra: Sequence[Atom]) -> Block:
        """A nested block with its tangents; the tangents of ``extra`` are added to its results."""
        outer, self.builder = self.builder, self.builder.child()
        try:
            own = dict(tangents)
            self.block(block.stmts, own)
            ends = tuple(self.tangent(a, own) for a in extra)
            return self.builder.block((*block.results, *ends), block.params)
        finally:
            self.builder = outer

    def moving(self, outs: Sequence[Var]) -> list[int]:
        return [k for k, out in enumerate(outs) if out in self.active]

    def branch(self, stmt: Branch, tangents: Tangents) -> None:
        moving = self.moving(stmt.outs)
        outs = [self.tangent_var(stmt.outs[k]) for k in moving]
        arms = [
            self.inner(arm, tangents, [arm.results[k] for k in moving])
            for arm in (stmt.then, stmt.orelse)
        ]
        self.builder.append(replace(stmt, then=arms[0], orelse=arms[1], outs=(*stmt.outs, *outs)))
        tangents.update((stmt.outs[k], out) for k, out in zip(moving, outs, strict=True))

    def loop(self, stmt: Loop, tangents: Tangents) -> None:
        moving = self.moving(stmt.params)
        params = [self.tangent_var(stmt.params[k]) for k in moving]
        outs = [self.tangent_var(stmt.params[k]) for k in moving]
        inits = [self.tangent(stmt.inits[k], tangents) for k in moving]
        own = dict(tangents)
        own.update((stmt.params[k], p) for k, p in zip(moving, params, strict=True))
        body = self.inner(stmt.body, own, [stmt.body.results[k] for k in moving])
        self.builder.append(
            replace(
                stmt,
                params=(*stmt.params, *params),
                inits=(*stmt.inits, *inits),
                outs=(*stmt.outs, *outs),
                body=body,
            )
        )
        tangents.update((stmt.outs[k], out) for k, out in zip(moving, outs, strict=True))
