"""From steps of a trace to the program of their adjoint, through the front end and the passes of `grad`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from srcgrad.compositions import neural
from srcgrad.frontend.kinds import AV, NONE, Ref, Seq, Static
from srcgrad.imperative.steps import (
    CONSTANT,
    LEAF,
    Op,
    Place,
    Recorded,
    Step,
    operands_of,
    outs_of,
)
from srcgrad.ir.nodes import Atom, Block, Eqn, Program, Var
from srcgrad.ir.types import INT, Array, Type
from srcgrad.runtime.retrace import Retrace, type_of_spec
from srcgrad.runtime.trace import VALUE, Trace
from srcgrad.transform.nested import one_sweep
from srcgrad.transform.resume import resumed
from srcgrad.transform.reverse import pullback
from srcgrad.transform.simplify import simplify, substituted
from srcgrad.transform.tapes import gather_tapes

# Functions that have a rule of their own, of an array, an axis, and no temperature: their derivative
# reads the result, which the run has computed. What the rule is called by is never printed.
_RULES: dict[Any, str] = {neural.log_softmax: "log_softmax", neural.softmax: "softmax"}


class Spec(NamedTuple):
    """What a value was: a NumPy dtype or the class of a Python number, its shape, its name."""

    dtype: Any
    shape: tuple[int, ...]
    name: str = ""


@dataclass
class Adjoint:
    """The adjoint program of recorded steps.

    ``known`` is the number of the value that each parameter is, ``seeds`` the position of the head
    whose cotangent it is; ``wrt`` are the numbers of the variables that results are gradients of.
    """

    program: Program
    wrt: tuple[int, ...]
    known: dict[Var, int] = field(default_factory=dict)
    seeds: dict[Var, int] = field(default_factory=dict)


def adjoint_of(recorded: Recorded, specs: Sequence[Spec], places: Sequence[Place]) -> Adjoint:
    """Lower the steps, differentiate, and take as given what the run has computed."""
    replay = Replay(recorded, specs, places)
    whole, wrt = replay.program()
    program = simplify(whole, final=False)
    ones = [k for k, one in enumerate(recorded.ones) if one]
    full = pullback(program, [replay.inputs[k] for k in wrt], ones)
    seeds = full.entry.params[len(program.entry.params) :]
    given = [k for k, one in enumerate(recorded.ones) if not one]
    known = {var: number for number, var in replay.known().items()}
    rest = resumed(gather_tapes(simplify(full)), known.keys())
    return Adjoint(
        rest,
        wrt,
        {p: known[p] for p in rest.entry.params if p in known},
        dict(zip(seeds, given, strict=True)),
    )


class Replay(Retrace):
    """Lowers recorded steps."""

    def __init__(self, recorded: Recorded, specs: Sequence[Spec], places: Sequence[Place]) -> None:
        self.recorded = recorded
        self.specs = specs
        self.line_of = places
        self.inputs: dict[int, Var] = {}  # variables and constants, by number
        self.wrt: list[int] = []
        self.results: list[int] = []
        self.read = {*recorded.heads, *(n for step in recorded.steps for n in operands_of(step))}
        self.floating: np.dtype[Any] | None = None  # the dtype of the step's result, if it is that
        first = 0
        for step in recorded.steps:
            if step[0] in (LEAF, CONSTANT):
                self.inputs[first] = Var(specs[first].name, _input_type(step, specs[first]))
                if step[0] == LEAF and step[3]:
                    self.wrt.append(first)
            first += outs_of(step)
        super().__init__(Trace("backward"), list(self.inputs.values()), [], _here)
        for number, var in self.inputs.items():
            array = isinstance(var.type, Array) and var.type.dims != ()
            self.values[number] = self.place(var, array=array, written=False)

    def program(self) -> tuple[Program, tuple[int, ...]]:
        """The straight-line program of the heads, and the numbers of the variables."""
        first = 0
        for step, (file, line) in zip(self.recorded.steps, self.line_of, strict=True):
            count = outs_of(step)
            if type(step[0]) is Op:
                self._step(step, range(first, first + count), file, line)
            first += count
        heads = tuple(self.cx.atom(self.value(h), self.node) for h in self.recorded.heads)
        block = self.cx.builder.block(heads, tuple(self.inputs.values()))
        return Program(block, self.cx.functions), tuple(self.wrt)

    def known(self) -> dict[int, Var]:
        """The variable of each value that the run has computed."""
        found = {n: self.cx.atom(v, self.node) for n, v in self.values.items()}
        return {n: a for n, a in found.items() if isinstance(a, Var)}

    def _step(self, step: Step, outs: Sequence[int], file: str, line: int) -> None:
        op, given, named = step[0], step[1:], ()
        if len(step) == 4:
            given, named = step[1:3]
        else:
            given = tuple((VALUE, p) if type(p) is int else p for p in given)
        dtype = self.specs[outs[0]].dtype
        self.floating = dtype if isinstance(dtype, np.dtype) and dtype.kind in "fc" else None
        if op.kind == "setitem":
            self._set_item(given, outs[0], file, line)
            return
        results = tuple(
            (self._form(n), n, self.specs[n].dtype, self.specs[n].shape, None) for n in outs
        )
        self.enter((op.kind, op.target, given, named, results, file, line))
        for n in outs:
            if n not in self.values:
                continue
            atom = self.cx.atom(self.value(n), self.node)
            if isinstance(atom, Var) and not atom.name and self.specs[n].name:
                atom.name = self.specs[n].name

    def _set_item(self, given: Sequence[Any], out: int, file: str, line: int) -> None:
        """A write in place gives a new array: a copy, written."""
        array, index, value = given
        spec = self.specs[out]
        form = (("fresh", out, spec.dtype, spec.shape, None),)
        self.enter(("buffer", None, (array,), (), form, file, line))
        self.enter(("store", None, ((VALUE, out), index, value), (), (), file, line))

    def _settle(self, value: AV, form: str, exact: Type, base: int | None) -> AV:
        """The result, of the type that the run had; integers that stem from a variable are floats."""
        found = self.cx.atom(value, self.node).type
        if isinstance(found, Array) and isinstance(exact, Array) and _is_float_for(found, exact):
            exact = Array(found.dtype, exact.dims)
        return super()._settle(value, form, exact, base)

    def _form(self, number: int) -> str:
        if number not in self.read:
            return "unread"
        return "fresh" if self.specs[number].shape else "number"

    def lowered(self, kind: str, target: Any, args: list[AV], kwargs: dict[str, AV]) -> AV:
        """What an operation gives."""
        if kind == "identity":  # its derivative is one, whatever it does to the value
            found = self._apart(self.cx.atom(args[0], self.node))
            return self._as_float(found) if self.floating else found
        if kind == "gradient":
            return self._gradient(target, args)
        if kind == "call" and target in _RULES and args[2:] == [NONE]:
            rule, (x, axis) = _RULES[target], args[:2]
            along = self.cx.integer(axis, self.node, "axis")
            atom = self.cx.atom(x, self.node)
            return self.cx.bind(self.cx.emit(rule, atom, axis=along, via="sp"))
        if (kind, target) == ("binary", "Pow") and isinstance(args[1], Var) and args[1].type == INT:
            args = [args[0], self.cx.emit("to_float", args[1])]  # its value is not known here
        lowered: AV = super().lowered(kind, target, args, kwargs)
        return lowered

    def _gradient(self, target: tuple[int, tuple[bool, ...]], args: list[AV]) -> AV:
        """The adjoint of what stands here so far, as more of the same program."""
        count, ones = target
        atoms = [self.cx.atom(a, self.node) for a in args]
        heads, rest = atoms[:count], atoms[count:]
        seeds = ones.count(False)
        wrt = tuple(a for a in rest[seeds:] if isinstance(a, Var))
        builder = self.cx.builder
        block = Block(wrt, tuple(builder.stmts), tuple(heads))
        program = simplify(Program(block, self.cx.functions), final=False)
        found = simplify(pullback(program, wrt, [k for k, one in enumerate(ones) if one]))
        self.cx.functions.update(found.functions)
        entry = one_sweep(found.entry)
        given = dict(zip(entry.params[len(wrt) :], rest[:seeds], strict=True))
        placed = substituted(entry, given)
        for stmt in placed.stmts:
            if isinstance(stmt, Eqn) and stmt.outs and stmt.out in builder.defs:
                continue  # of the forward sweep, which is here already
            builder.append(stmt)
        results = [self.cx.bind(a, mutable=True) for a in placed.results]
        return results[0] if len(results) == 1 else Seq(tuple(results))

    def _as_float(self, value: AV) -> AV:
        """Integers and masks that do not stem from a variable, cast to the dtype of the run."""
        found = self.cx.atom(value, self.node).type
        if not isinstance(found, Array) or found.dtype is None or found.dtype.kind not in "iub":
            return value
        cast: AV = self.cx.call_function(_cast, [value, Static(self.floating)], {}, self.node)
        return cast

    def _apart(self, atom: Atom) -> AV:
        copy = self.cx.builder.emit_new("copy", atom, via="np")
        return Ref(self.cx.heap.allocate(copy))


def _input_type(step: Step, spec: Spec) -> Type:
    """The type of an input; a variable that holds integers is differentiated as if it held floats."""
    if step[0] == LEAF and isinstance(spec.dtype, np.dtype) and spec.dtype.kind in "iub":
        return type_of_spec(np.dtype(np.float64), spec.shape)
    return type_of_spec(spec.dtype, spec.shape)


def _is_float_for(found: Array, exact: Array) -> bool:
    kinds = [t.dtype.kind if t.dtype is not None else "" for t in (found, exact)]
    return kinds[0] == "f" and kinds[1] in tuple("iub")


def _cast(x: Any, dtype: Any) -> Any:
    return x.astype(dtype)


def _here() -> None:
    """Stands for the user's function in what the front end asks about it."""
