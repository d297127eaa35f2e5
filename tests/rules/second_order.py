"""Differentiates the derivative of one-op programs: each mode over each mode.

The derivative of ``L(x, c) = sum(op(x) * c)`` along a fixed ``u`` is a number ``s(x, c)``. Reverse mode
computes it as ``<gradient, u>``, forward mode as the tangent along ``u``: two programs for one function.
Both are differentiated with respect to ``x`` and ``c`` in both modes. All four derivatives must agree, and
be what central differences of ``s`` give. That the weights ``c`` move too tests the derivatives of ops
that are linear: those are the transposes of their transposes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from rule_programs import Built, Case, tangent_of

from srcgrad.ir.build import Builder
from srcgrad.ir.interpret import interpret
from srcgrad.ir.nodes import Atom, Eqn, Program, Var
from srcgrad.ir.types import Number, is_complex, is_differentiable
from srcgrad.ir.verify import verify
from srcgrad.transform.forward import forward
from srcgrad.transform.reverse import reverse
from srcgrad.transform.simplify import simplify

AGREE, DIFFERENCES, STEP = 1e-10, 1e-6, 1e-5
SINGLE = 1e-3  # of float32 operands


class Derived:
    """A program for the derivative of a case along ``u``: its parameters are those of the case."""

    def __init__(self, built: Built, program: Program, extra: Sequence[Any]) -> None:
        self.program = verify(program)
        self.values = [*built.values, *extra]
        self.wrt = moved_params(built)
        places = {p: k for k, p in enumerate(built.params)}
        self.places = [places[p] for p in self.wrt]
        self.rank_zero = built.rank_zero
        self.single = any(np.asarray(v).dtype.char in "fF" for v in self.values)
        self.step = 1e-2 if self.single else STEP

    def along(self, tangents: Sequence[Any]) -> float:
        """The derivative of ``s`` along tangents, by forward mode."""
        return float(
            interpret(verify(forward(self.program, self.wrt)), [*self.values, *tangents])[1]
        )

    def gradient(self) -> list[Any]:
        """The gradient of ``s``, by reverse mode."""
        adjoint = reverse(self.program, self.wrt, rank_zero=self.rank_zero & set(self.wrt))
        return interpret(verify(simplify(verify(adjoint))), self.values)

    def differences(self, tangents: Sequence[Any]) -> float:
        """The derivative of ``s`` along tangents, by central differences of fourth order."""

        def at(step: float) -> float:
            values = list(self.values)
            for place, t in zip(self.places, tangents, strict=True):
                values[place] = values[place] + step * t
            return float(interpret(self.program, values)[0])

        step = self.step
        return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)


def moved_params(built: Built) -> list[Var]:
    """What the second derivative is taken with respect to: the operands and the weights."""
    weights = [p for p in built.params if p.name == "c" and is_differentiable(p.type)]
    return [*built.wrt, *weights]


def reversed_program(built: Built) -> Program:
    """``<gradient, u>``, the gradient by reverse mode; ``u`` are further parameters."""
    adjoint = simplify(
        reverse(built.program, built.wrt, rank_zero=built.rank_zero & set(built.wrt))
    )
    entry = adjoint.entry
    builder = Builder()
    for stmt in entry.stmts:
        if not (isinstance(stmt, Eqn) and stmt.op.name == "boundary"):
            builder.append(stmt)
    given = [Var(f"u{k}", p.type) for k, p in enumerate(built.wrt)]
    total: Atom | None = None
    for u, g in zip(given, entry.results, strict=True):
        term: Atom = builder.emit(
            "multiply", builder.emit("conj", u) if is_complex(u.type) else u, g
        )
        term = builder.emit("real", term) if is_complex(term.type) else term
        term = term if isinstance(term.type, Number) else builder.emit("sum", term)
        total = term if total is None else builder.emit("add", total, term)
    assert total is not None
    return replace(adjoint, entry=builder.block((total,), (*entry.params, *given)))


def forward_program(built: Built) -> Program:
    """The tangent along ``u``, by forward mode; ``u`` are further parameters."""
    moved = simplify(forward(built.program, built.wrt))
    return replace(moved, entry=replace(moved.entry, results=moved.entry.results[2:3]))


def check_second_order(case: Case, mode: str) -> None:
    """Each mode over each mode agrees with the others and with differences."""
    built = Built(case, case.spellings[-1], mode)
    directions = [tangent_of(v, k + 31) for k, (_, v) in enumerate(built.moving())]
    backward = Derived(built, reversed_program(built), directions)
    onward = Derived(built, forward_program(built), directions)
    values = [backward.values[k] for k in backward.places]
    tangents = [tangent_of(v, k + 57) for k, v in enumerate(values)]
    scale = max(
        1.0, *(abs(backward.differences(_single(tangents, k))) for k in range(len(tangents)))
    )
    wanted = backward.differences(tangents)
    found = {"forward over reverse": backward.along(tangents)}
    found["reverse over reverse"] = _dot(backward.gradient(), tangents)
    found["forward over forward"] = onward.along(tangents)
    found["reverse over forward"] = _dot(onward.gradient(), tangents)
    first = found["forward over reverse"]
    near, same = (SINGLE, DIFFERENCES) if backward.single else (DIFFERENCES, AGREE)
    assert abs(first - wanted) <= near * scale, f"{found}, differences {wanted!r}"
    for value in found.values():
        assert abs(value - first) <= same * scale, f"{found}"


def _single(tangents: Sequence[Any], k: int) -> list[Any]:
    """The tangent of one parameter, zero for the others."""
    return [t if j == k else 0 * t for j, t in enumerate(tangents)]


def _dot(gradients: Sequence[Any], tangents: Sequence[Any]) -> float:
    pairs = zip(gradients, tangents, strict=True)
    return float(sum((np.conj(np.ravel(g)) * np.ravel(t)).real.sum() for g, t in pairs))
