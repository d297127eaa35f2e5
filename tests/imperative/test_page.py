"""The page on the imperative API says what is so: its code runs, its output is what is printed."""

from __future__ import annotations

import linecache
import re
from pathlib import Path
from typing import Any

import pytest

from srcgrad import autograd, np
from srcgrad.imperative.plans import PLANS_KEPT

PAGE = (Path(__file__).parents[2] / "docs" / "imperative.md").read_text()
BLOCKS = re.findall(r"```(python|text)\n(.*?)```", PAGE, re.DOTALL)


def test_the_code_of_the_page_runs_and_prints_what_it_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    autograd.cache_clear()  # a text has the names and lines of the run that it was compiled for
    space: dict[str, Any] = {}
    printed = ""
    for number, (kind, text) in enumerate(BLOCKS):
        if kind == "python":
            cell = f"<cell {number} of the page>"
            linecache.cache[cell] = (len(text), None, text.splitlines(keepends=True), cell)
            exec(compile(text, cell, "exec"), space)
            printed = capsys.readouterr().out
        else:
            assert text.strip() in printed
    assert isinstance(space["x"], np.ndarray)
    assert printed == "[6. 6. 6.]\n"
    assert f"{PLANS_KEPT} programs are kept" in PAGE
