"""The way of a function through the passes, stage by stage: lower, unroll, reverse, simplify.

>>> # stages: source -> normalised -> ir -> primal -> adjoint
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from srcgrad.errors import KindError, PathError
from srcgrad.frontend.context import Specialise
from srcgrad.frontend.kinds import AV, Static
from srcgrad.frontend.lower import Lowered, lower
from srcgrad.frontend.resolve import Capture, Captures
from srcgrad.ir.nodes import Atom, Const, Program, Undef, Var
from srcgrad.ir.types import UNKNOWN, Type, describe_type, dims_of, is_complex, is_differentiable
from srcgrad.transform.condense import condense
from srcgrad.transform.guards import guard
from srcgrad.transform.nested import install
from srcgrad.transform.numbering import share
from srcgrad.transform.options import Options
from srcgrad.transform.promote import promoted
from srcgrad.transform.regions import dependents
from srcgrad.transform.reverse import reverse
from srcgrad.transform.segments import cut
from srcgrad.transform.simplify import simplify
from srcgrad.transform.tapes import gather_tapes
from srcgrad.transform.unroll import unroll

_RESTARTS = 32
install()


@dataclass
class Derivation:
    """One function at one signature, lowered; gives its programs on demand."""

    lowered: Lowered
    wrt: tuple[Var, ...]
    rank_zero: frozenset[Var]
    options: Options
    _made: dict[Any, Program] = field(default_factory=dict)

    @property
    def primal(self) -> Program:
        """The primal without dead code."""
        if "primal" not in self._made:
            shared = share(promoted(self.lowered.program))
            self._made["primal"] = simplify(guard(cut(shared)), final=False)
        return self._made["primal"]

    def is_short(self, decisions: Sequence[int], most: int) -> bool:
        """Whether a path has no more operations than this: longer ones need not be derived to be left."""
        try:
            unroll(self.primal, decisions, most)
        except PathError as error:
            if error.code != "SG505":
                raise
            return False
        return True

    def adjoint(self, decisions: Sequence[int] | None = None) -> Program:
        """Primal results (if wanted) and gradients, rolled or for one path."""
        key = None if decisions is None else tuple(decisions)
        if self.options.run and key not in self._made:
            self._made[key] = gather_tapes(condense(simplify(self.primal)))
        if key not in self._made:
            program = (
                self.primal if key is None else simplify(unroll(self.primal, key), final=False)
            )
            keep = self.options.value or self.options.has_aux
            adjoint = reverse(
                program, self.wrt, value=keep, needed=self.options.needed, rank_zero=self.rank_zero
            )
            adjoint = simplify(_without_value(adjoint, self.options))
            self._made[key] = gather_tapes(condense(adjoint) if self.options.needed else adjoint)
        return self._made[key]


def _without_value(program: Program, options: Options) -> Program:
    """Drop the value where only gradients and auxiliary results are wanted."""
    if options.value or not options.has_aux:
        return program
    block = program.entry
    return Program(
        type(block)(block.params, block.stmts, (Const(0.0), *block.results[1:])), program.functions
    )


def derive(
    function: FunctionType,
    describe: Callable[[frozenset[Any], frozenset[Capture]], tuple[dict[str, AV], list[Var]]],
    locate: Callable[[Var], Any],
    type_of: Callable[[Any, str, str], Type],
    bake: Callable[[Any], None],
    entry: Any = None,
    *,
    must_give: bool = True,
) -> Lowered:
    """Lower a function, starting again while integer leaves turn out to steer it.

    ``describe`` gives abstract arguments and inputs under what is baked; ``locate`` says which leaf a
    variable is, and ``bake`` notes that its value is now part of the signature.
    """
    baked: set[Any] = set()
    captured: set[Capture] = set()
    for _ in range(_RESTARTS):
        args, inputs = describe(frozenset(baked), frozenset(captured))
        captures = Captures(type_of, entry, frozenset(captured))
        try:
            return lower(function, args, inputs, captures, must_give=must_give)
        except Specialise as wanted:
            by_var = {v: c for c, v in captures.inputs.items()}
            for var in wanted.variables:
                if var in by_var:
                    captured.add(by_var[var])
                else:
                    leaf = locate(var)
                    baked.add(leaf)
                    bake(leaf)
    raise RuntimeError("specialisation does not end")


def check_result(lowered: Lowered, wrt: Sequence[Var], *, has_aux: bool) -> None:
    """Refuse results that have no gradient: not a scalar, not real, not dependent on the inputs."""
    source = lowered.source
    result = _first(lowered, has_aux)
    where = source.tree
    title = "the lambda" if source.tree.name == "lambda_" else source.tree.name

    def refuse(code: str, message: str, remedy: str) -> None:
        raise source.refuse(KindError, code, message, where, remedy)

    if result is None:
        what = "a pair (value, aux)" if has_aux else "one scalar"
        refuse(
            "SG204",
            f"{title} must return {what}",
            "return the loss" if not has_aux else "return loss, aux",
        )
        return
    dims = dims_of(result.type)
    if dims is not None and any(d != 1 for d in dims):
        refuse(
            "SG204",
            f"{title} returns an array of {_rank(len(dims))}, not a scalar",
            "sum it, or differentiate one element of it",
        )
    if result.type == UNKNOWN:
        refuse(
            "SG213",
            f"{title} calls itself on every path, so what it returns is not known",
            "return a value without a call on one path",
        )
    if is_complex(result.type):
        refuse(
            "SG204",
            f"{title} returns {describe_type(result.type)}, and a gradient needs a real result",
            "return a real number made of it, such as z.real or abs(z) ** 2",
        )
    if not is_differentiable(result.type):
        refuse(
            "SG204",
            f"{title} returns {describe_type(result.type)}, not a real floating-point number",
            "return a float",
        )
    if isinstance(result, Const) or not dependents(lowered.program, wrt) & {result}:
        refuse("SG304", "no active input reaches the result", "check argnums, and casts to int")


def _rank(axes: int) -> str:
    return "1 axis" if axes == 1 else f"{axes} axes"


def _first(lowered: Lowered, has_aux: bool) -> Atom | None:
    """The atom of the value to differentiate, if the result has the form for it."""
    from srcgrad.frontend.kinds import Seq

    shape: AV = lowered.result
    if has_aux:
        if not (isinstance(shape, Seq) and len(shape.items) == 2):
            return None
        shape = shape.items[0]
    if not isinstance(shape, Const) or isinstance(shape, Static):
        return None
    atom = lowered.program.entry.results[shape.value]
    return None if isinstance(atom, Undef) else atom


__all__ = ["Derivation", "Options", "check_result", "derive"]
