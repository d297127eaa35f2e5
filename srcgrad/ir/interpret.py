"""Runs a block on NumPy values: the oracle for every later stage.

It shares no code with the emitters: each op runs through its table entry, tapes are lists, branches
and loops are followed as written. ``decide`` sees every branch test and trip count in execution
order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from srcgrad.ir.build import substitute_slots
from srcgrad.ir.nodes import Atom, Block, Branch, Call, Const, Eqn, Loop, Program, Stmt, Undef, Var

Values = dict[Var, Any]


class _Undefined:
    """Stands for a name without a value; any use of it raises."""

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED = _Undefined()


def run_eqn(eqn: Eqn, args: Sequence[Any]) -> Any:
    """Result of one equation on concrete operands."""
    if any(a is UNDEFINED for a in args):
        raise UnboundLocalError(f"undefined operand of {eqn.op}")
    attrs = dict(eqn.attrs)
    run = eqn.op.runs[attrs.pop("via", "")]
    return run(*args, **{k: substitute_slots(v, tuple(args)) for k, v in attrs.items()})


class Interpreter:
    """Executes blocks of one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.decisions: list[tuple[str, int]] = []

    def run(self, args: Sequence[Any]) -> list[Any]:
        """Results of the entry block."""
        return self.block(
            self.program.entry, dict(zip(self.program.entry.params, args, strict=True))
        )

    def block(self, block: Block, values: Values) -> list[Any]:
        """Execute the statements, then read the results."""
        for stmt in block.stmts:
            self.statement(stmt, values)
        return [self.read(a, values) for a in block.results]

    def read(self, atom: Atom, values: Values) -> Any:
        """Value of an atom."""
        if isinstance(atom, Const):
            return atom.value
        return UNDEFINED if isinstance(atom, Undef) else values[atom]

    def statement(self, stmt: Stmt, values: Values) -> None:
        """Execute one statement."""
        if isinstance(stmt, Eqn):
            result = run_eqn(stmt, [self.read(a, values) for a in stmt.args])
            if len(stmt.outs) == 1:
                values[stmt.out] = result
            elif stmt.outs:
                values.update(zip(stmt.outs, result, strict=True))
        elif isinstance(stmt, Branch):
            self._branch(stmt, values)
        elif isinstance(stmt, Loop):
            self._loop(stmt, values)
        else:
            self._call(stmt, values)

    def _branch(self, stmt: Branch, values: Values) -> None:
        taken = bool(self.read(stmt.test, values))
        self.decisions.append((stmt.site, int(taken)))
        results = self.block(stmt.then if taken else stmt.orelse, dict(values))
        values.update(zip(stmt.outs, results, strict=True))

    def _loop(self, stmt: Loop, values: Values) -> None:
        slot = len(self.decisions)
        self.decisions.append((stmt.site, 0))
        state = [self.read(a, values) for a in stmt.inits]
        trips = 0
        for index in self._indices(stmt, values):
            inner = {**values, **dict(zip(stmt.params, state, strict=True))}
            if stmt.index is not None:
                inner[stmt.index] = index
            if stmt.cond is not None and not self.block(stmt.cond, dict(inner))[0]:
                break
            state = self.block(stmt.body, inner)
            trips += 1
            if stmt.exit is not None and state[stmt.exit] != 0:
                break
        self.decisions[slot] = (stmt.site, trips)
        values.update(zip(stmt.outs, state, strict=True))

    def _indices(self, stmt: Loop, values: Values) -> Any:
        if stmt.range is None:
            return iter(int, 1)
        indices = range(*(int(self.read(a, values)) for a in stmt.range))
        return reversed(indices) if stmt.backwards else indices

    def _call(self, stmt: Call, values: Values) -> None:
        block = self.program.functions[stmt.function]
        args = [self.read(a, values) for a in stmt.args]
        results = self.block(block, dict(zip(block.params, args, strict=True)))
        values.update(zip(stmt.outs, results, strict=True))


def interpret(
    program: Program, args: Sequence[Any], decide: Callable[[str, int], None] | None = None
) -> list[Any]:
    """Results of a program on concrete arguments."""
    interpreter = Interpreter(program)
    results = interpreter.run(args)
    if decide is not None:
        for site, decision in interpreter.decisions:
            decide(site, decision)
    return results
