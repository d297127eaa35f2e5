"""Compiles a backward pass: what the steps say, the types that the run had, the names that the user gave."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import numpy as np

from srcgrad.codegen.python import Namer, Signature, emit
from srcgrad.codegen.spell import Expr, name
from srcgrad.imperative.lowering import Adjoint, Spec, adjoint_of
from srcgrad.imperative.steps import Place, Recorded, State, Text, paths
from srcgrad.imperative.trace import Trace, names_in
from srcgrad.ir.nodes import Var
from srcgrad.ir.types import Array
from srcgrad.runtime.emission import source_line
from srcgrad.runtime.trace import user_frame


def compiled(
    trace: Trace, positions: Sequence[int], numbers: Sequence[int], recorded: Recorded
) -> Text:
    """The backward pass of steps of a trace.

    Arguments:
        trace: what was recorded.
        positions: where the steps stand that are gone through.
        numbers: the values that they gave, by their numbers in the trace.
        recorded: the same steps, their values numbered through.
    """
    named = names_in(trace, user_frame()[0])
    specs = [_spec(trace.values[n], named.get(n, "")) for n in numbers]
    places = _places(trace)
    adjoint = adjoint_of(recorded, specs, [places[p] for p in positions])
    params = adjoint.program.entry.params
    known = [p for p in params if p in adjoint.known]
    given = tuple(adjoint.known[p] for p in known)
    floats = [k for k, p in enumerate(known) if _is_float_for(p, specs[given[k]])]
    seeds = tuple(adjoint.seeds[p] for p in params if p in adjoint.seeds)
    return Text(_emitted(adjoint), given, frozenset(floats), seeds, adjoint.wrt)


def _is_float_for(param: Var, spec: Spec) -> bool:
    """Whether generated code takes integers of the run as floats."""
    own = param.type.dtype if isinstance(param.type, Array) else None
    integers = isinstance(spec.dtype, np.dtype) and spec.dtype.kind in "iub"
    return integers and own is not None and own.kind == "f"


def _spec(value: Any, title: str) -> Spec:
    if isinstance(value, (np.ndarray, np.generic)):
        return Spec(value.dtype, value.shape, title)
    return Spec(type(value), (), title)


def _places(trace: Trace) -> list[Place]:
    """The line of the user's at which each step was recorded first."""
    state: State | None = paths.root
    found: list[Place] = []
    for step in trace.steps:
        state = None if state is None else state.get(step)
        found.append(("<unknown>", 1) if state is None else state.place)
    return found


def _emitted(adjoint: Adjoint) -> str:
    """The text of the backward pass: known values first, then cotangents."""
    program = adjoint.program
    names = Namer()
    names.fresh("backward")
    leaves: dict[Var, Expr] = {
        p: name(names.fresh(p.name or ("t" if p in adjoint.known else "d")))
        for p in program.entry.params
    }
    order = [p for p in program.entry.params if p in adjoint.known]
    order += [p for p in program.entry.params if p in adjoint.seeds]
    parameters = tuple(leaves[p].id for p in order)  # type: ignore[attr-defined]
    signature = Signature(parameters, leaves)
    emitted = emit(
        program,
        "backward",
        signature,
        lambda exprs: ast.Tuple(list(exprs), ast.Load()),
        lines=source_line,
    )
    return emitted.text


__all__ = ["compiled"]
