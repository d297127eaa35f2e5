"""Every rule at second order: the derivative of its derivative, each mode over each mode."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rule_cases import CASES
from rule_programs import Built, Case
from second_order import check_second_order, second_derivatives

from srcgrad.ir.interpret import interpret
from srcgrad.ir.ops import OPS
from srcgrad.transform.forward import forward
from srcgrad.transform.reverse import reverse
from srcgrad.transform.simplify import simplify


def _refused(case: Case) -> bool:
    """The third derivative of a determinant is had from the inverse, which a singular matrix has not."""
    return case.op == "cofactors" and "singular" in case.title


@pytest.mark.parametrize("case", [c for c in CASES if not _refused(c)], ids=str)
@pytest.mark.parametrize("mode", ["equal", "unknown"])
def test_derivatives_of_derivatives_agree(case: Case, mode: str) -> None:
    check_second_order(case, mode)


@pytest.mark.parametrize("case", [c for c in CASES if _refused(c)], ids=str)
def test_third_derivative_of_a_determinant_at_a_singular_matrix_raises(case: Case) -> None:
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        check_second_order(case, "equal")


def test_only_what_no_derivative_flows_through_lacks_a_rule() -> None:
    """Tapes and paths, and what is made of whole numbers."""
    tapes = {"new_tape", "push", "pop", "tape_length", "pack", "unpack", "boundary"}
    paths = {"choose", "reserve", "settle"}
    lacking = {name for name, op in OPS.items() if op.diff is None}
    assert lacking == tapes | paths | {"arange", "eye", "checkpoint_at"}


X0, EQUAL = np.zeros(2), np.full(3, 2.0)
KINKS = [
    ("of a norm at 0", Case("norm", (X0,))),
    ("of a p-norm at 0", Case("p_norm", (X0,), {"ord": 3})),
    ("of hypot at 0", Case("hypot", (X0, X0))),
    ("of arctan2 at 0", Case("arctan2", (X0, X0))),
    ("of std where all are equal", Case("std", (EQUAL,))),
    ("of abs of a complex number at 0", Case("absolute", (np.zeros(2, complex),))),
]


@pytest.mark.parametrize("case", [c for _, c in KINKS], ids=[name for name, _ in KINKS])
def test_second_derivative_that_does_not_exist_is_nan(case: Case) -> None:
    built = Built(case, case.spellings[-1])
    assert not any(np.any(g) for g in built.gradient())
    for values in second_derivatives(built).values():
        assert np.isnan(values).all()


POWERS = [(2.0, 0.0), (0.0, 2.0), (0.0, 3.0), (-1.5, 2.0), (0.7, 0.0), (1.3, 1.0)]


@pytest.mark.parametrize(("x", "y"), POWERS)
def test_second_derivative_of_a_power_where_the_exponent_moves(x: float, y: float) -> None:
    """With respect to the base, twice and once; the rest where the base is positive."""
    built = Built(Case("power", (np.array([x]), np.array([y]))), "np", weights="none")
    adjoint = reverse(built.program, built.wrt[:1])
    slope = replace(adjoint, entry=replace(adjoint.entry, results=adjoint.entry.results[:1]))
    along_x, along_y = (forward(simplify(slope), [p]) for p in built.wrt)
    by_base = interpret(along_x, [*built.values, np.ones(1)])[1]
    assert by_base == pytest.approx(y * (y - 1) * x ** max(y - 2, 0) if y * (y - 1) else 0.0)
    if x > 0:
        by_exponent = interpret(along_y, [*built.values, np.ones(1)])[1]
        assert by_exponent == pytest.approx(x ** (y - 1) * (1 + y * np.log(x)), rel=1e-14)
