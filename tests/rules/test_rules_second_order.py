"""Every rule at second order: the derivative of its derivative, each mode over each mode."""

from __future__ import annotations

import numpy as np
import pytest
from rule_cases import CASES
from rule_programs import Case
from second_order import check_second_order

from srcgrad.ir.ops import OPS


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
    assert lacking == tapes | paths | {"arange", "eye"}
