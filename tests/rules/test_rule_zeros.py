"""Ops whose derivative is zero by definition, and ops that have none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rule_cases import normal
from rule_programs import Case, Literal, operand_type, weight

from srcgrad.errors import MissingRuleError
from srcgrad.ir.build import Builder
from srcgrad.ir.interpret import interpret
from srcgrad.ir.nodes import Atom, Const, Program, Slot, Var
from srcgrad.ir.ops import OPS
from srcgrad.ir.verify import verify
from srcgrad.rules.registry import NONDIFF
from srcgrad.transform.activity import active
from srcgrad.transform.forward import forward
from srcgrad.transform.reverse import reverse
from srcgrad.transform.simplify import simplify

X = normal(3, 4)
# Of the adjoint program itself, or on integers and booleans only: nothing real reaches them.
NOT_NUMERIC = frozenset(
    [
        "check",
        "raise",
        "print",
        "quiet",
        "guard",
        "stop_gradient",
        "range_length",
        "bitwise_and",
        "bitwise_or",
        "bitwise_xor",
        "left_shift",
        "right_shift",
        "invert",
        "not",
        "to_int",
        "zeros",
        "ones",
        "empty",
        "last_written",
        "write_back",
        "apart",
        "repeat_each",
        "bincount",
        "comb",
        "perm",
        "gcd",
        "factorial",
        "isqrt",
        # Tuples, whose parts carry the derivative, and places of elements.
        "slogdet",
        "eigh",
        "qr",
        "svd",
        "complex_eig",
        "lu_rows",
        "nonzero_places",
        "place_part",
    ]
)
CASES = [
    *(
        Case(name, (X, normal(3, 4, seed=1)))
        for name in [
            "less",
            "less_equal",
            "greater",
            "greater_equal",
            "equal",
            "not_equal",
            "floor_divide",
        ]
    ),
    *(Case(name, (X, normal(4, seed=1))) for name in ["logical_and", "logical_or", "logical_xor"]),
    *(
        Case(name, (X,))
        for name in ["floor", "ceil", "trunc", "rint", "sign", "isnan", "isinf", "isfinite"]
    ),
    Case("logical_not", (X,)),
    *(Case(name, (X,)) for name in ["any", "all", "argmax", "argmin", "count_nonzero"]),
    Case("argmax", (X,), {"axis": 1}),
    Case("any", (X,), {"axis": 0, "keepdims": True}),
    *(Case(name, (X,)) for name in ["zeros_like", "ones_like", "empty_like", "size", "ndim"]),
    Case("length", (X,), {"axis": 1}),
    Case("floor", (2.3,)),
    *(
        Case(name, (X,))
        for name in [
            "round",
            "fix",
            "signbit",
            "argsort",
            "unique_places",
            "spacing",
            "frexp_exponent",
        ]
    ),
    Case("round", (X,), {"decimals": 1}),
    Case("argsort", (X,), {"axis": 0, "kind": "stable"}),
    Case("argpartition", (X,), {"kth": 1}),
    Case("partition_places", (X,), {"kth": 1, "axis": 0}),
    Case("first_largest", (normal(2, 3, 4),)),
    Case("lu_pivots", (normal(3, 3),)),
    Case("quantile_weights", (X, Literal(0.3)), {"axis": 0}),
    Case("running_places", (X, np.maximum.accumulate(X))),
    Case("isclose", (X, normal(4, seed=1))),
    Case("allclose", (X, X)),
    Case("array_equal", (X, X)),
    Case("isin", (X, normal(4, seed=1))),
    Case("searchsorted", (np.sort(X[0]), X)),
    Case("digitize", (X, np.sort(X[0]))),
    Case("round_to_int", (2.3,)),
    Case("round_number", (2.34, Literal(1))),
    Case("isclose_number", (2.34, 2.3)),
    Case("less", (2.3, Literal(3))),
]


def _program(case: Case, via: str, *, alone: bool) -> tuple[Program, list[Var], list[Any]]:
    """``sum(op(x) * c)``, plus ``sum(x * c)`` unless alone."""
    b = Builder()
    params: list[Var] = []
    atoms: list[Atom] = []
    for k, value in enumerate(case.operands):
        if isinstance(value, Literal):
            atoms.append(Const(value.value))
            continue
        params.append(Var(f"x{k}_", operand_type(value, f"x{k}_", "signature")))
        atoms.append(params[-1])
    values = [v for v in case.operands if not isinstance(v, Literal)]
    spelling = {"via": via} if via else {}
    out = b.emit(case.op, *atoms, **spelling, **case.attrs)
    total: Atom = b.emit("sum", b.emit("multiply", out, Const(1.5)), via="np")
    if not alone:
        for param in params:
            part = b.emit("sum", b.emit("multiply", param, Const(2.5)), via="np")
            total = b.emit("add", total, part)
    return verify(Program(b.block((total,), tuple(params)))), params, values


@pytest.mark.parametrize("case", CASES, ids=str)
def test_nothing_flows_through_an_op_that_is_zero_by_definition(case: Case) -> None:
    for via in case.spellings:
        program, params, values = _program(case, via, alone=False)
        # Only the direct paths are active.
        out = next(s.outs[0] for s in program.entry.stmts if s.op.name == case.op)
        assert out not in active(program, params, program.entry.results)
        adjoint = verify(simplify(reverse(program, params)))
        assert all(s.op.name != case.op or s.op.name == "ones_like" for s in adjoint.entry.stmts)
        for g, value in zip(interpret(adjoint, values), values, strict=True):
            np.testing.assert_array_equal(
                g, np.full_like(value, 2.5), strict=isinstance(value, np.ndarray)
            )
        moved = verify(forward(program, params))
        tangents = [weight(np.shape(v)) for v in values]
        tangent = interpret(moved, [*values, *tangents])[-1]
        np.testing.assert_allclose(tangent, 2.5 * sum(t.sum() for t in tangents), rtol=1e-12)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_gradient_of_what_is_zero_by_definition_is_zeros(case: Case) -> None:
    for via in case.spellings:
        program, params, values = _program(case, via, alone=True)
        adjoint = verify(simplify(reverse(program, params)))
        for g, value in zip(interpret(adjoint, values), values, strict=True):
            np.testing.assert_array_equal(g, np.zeros_like(value))
            assert np.shape(g) == np.shape(value)


def test_every_op_that_is_zero_by_definition_is_tested() -> None:
    tested = {case.op for case in CASES} | NOT_NUMERIC
    assert [name for name, op in OPS.items() if op.diff is NONDIFF and name not in tested] == []


def test_constructors_take_no_derivative_from_their_sizes() -> None:
    b = Builder()
    x, n = Var("x", operand_type(X, "x", "signature")), Const(3)
    parts = [b.emit(name, n, shape=(Slot(0), 4)) for name in ("zeros", "ones", "empty")]
    total = b.emit("sum", b.emit("multiply", b.emit("add", parts[0], parts[1]), x))
    program = Program(b.block((total,), (x,)))
    np.testing.assert_array_equal(interpret(reverse(program, [x]), [X])[0], np.ones((3, 4)))


@pytest.mark.parametrize("op", ["arange", "eye"])
def test_an_op_without_a_rule_is_refused_where_a_derivative_would_be_lost(op: str) -> None:
    b = Builder()
    x = Var("x", operand_type(2.5, "x", "signature"))
    total = b.emit("sum", b.emit(op, x))
    program = Program(b.block((total,), (x,)))
    for derive in (reverse, forward):
        with pytest.raises(MissingRuleError):
            derive(program, [x])
