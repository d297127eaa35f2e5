"""Every whole program: value to the bit, arguments as plain Python leaves them, right gradient.

A program that is refused is named in `refused.txt` with its code, and only such a one is.
"""

from __future__ import annotations

import copy
import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.differences import leaves
from tests.verdict import RefusedList, check, positions, verdict

HERE = Path(__file__).parent
PROGRAMS = sorted(p.stem for p in (HERE / "programs").glob("[a-z]*.py"))
REFUSED = RefusedList(HERE / "refused.txt")


def load(name: str) -> ModuleType:
    return importlib.import_module(f"tests.whole.programs.{name}")


def check_program(name: str) -> None:
    """Check a program at two points."""
    program = load(name)
    points = [program.SAMPLE(np.random.default_rng(seed)) for seed in (1, 2)]
    check(program.loss, points, program.WRT)


@pytest.mark.parametrize("name", PROGRAMS)
def test_whole_program(name: str, update_golden: bool) -> None:
    REFUSED.expect(name, verdict(check_program, name), update_golden)


def test_refused_list_names_programs() -> None:
    assert set(REFUSED.read()) <= set(PROGRAMS)


def test_programs_are_many() -> None:
    assert len(PROGRAMS) >= 45


@pytest.mark.parametrize("name", PROGRAMS)
def test_sample_is_a_fair_test(name: str) -> None:
    """The plain function gives a finite number, and has leaves to differentiate."""
    program = load(name)
    args = program.SAMPLE(np.random.default_rng(1))
    value = program.loss(*copy.deepcopy(args))
    assert np.ndim(value) == 0 and np.isfinite(value)
    for position in positions(program.loss, program.WRT):
        assert list(leaves(args[position]))
