"""Every rule, from its own entry: value, vjp against jvp, jvp against differences."""

from __future__ import annotations

import pytest
from rule_cases import CASES, uncovered
from rule_programs import Case, check_case


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule_derivatives_agree(case: Case) -> None:
    check_case(case)


def test_every_rule_has_a_case() -> None:
    assert uncovered() == []
