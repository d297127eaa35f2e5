"""Programs as textbooks write them: each gives MXNet's numbers."""

from __future__ import annotations

from typing import Any

import pytest

import srcgrad
from tests.imperative.np_programs import ANSWERS, PROGRAMS, run


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_a_program_gives_what_mxnet_gives(program: Any) -> None:
    assert run(program, srcgrad) == pytest.approx(ANSWERS[program.__name__], rel=2e-4, abs=2e-5)
