"""The tapes and tensors of `srcgrad.dialects.tf` print what TensorFlow prints."""

from __future__ import annotations

import pytest

from srcgrad.dialects import tf
from tests.imperative.facades.ask import read_answers, read_programs, run_program

PROGRAMS = read_programs("tf")
ANSWERS = read_answers("tf")


@pytest.mark.parametrize("title", PROGRAMS)
def test_a_program_prints_what_tensorflow_prints(title: str) -> None:
    lines, ended = run_program(PROGRAMS[title], "tf", tf)
    wanted = list(ANSWERS[title])
    if wanted and wanted[-1].startswith("error: "):
        kind = wanted.pop().removeprefix("error: ")
        assert kind in [k.__name__ for k in type(ended).__mro__], ended
    elif ended is not None:
        raise ended
    assert lines == wanted


def test_each_program_has_an_answer() -> None:
    assert list(PROGRAMS) == list(ANSWERS)
