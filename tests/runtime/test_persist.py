"""The cache never lies: an edit that changes the program recompiles, one that does not hits."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.edit_cases import EDITS, NON_EDITS, Case

ROOT = Path(__file__).parents[2]
RUNNER = Path(__file__).with_name("edit_runner.py")
Results = dict[str, tuple[list[float], int]]


def run_all(folder: Path, cache: Path | None) -> Results:
    """The results of one process over all modules in the folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["SRCGRAD_CACHE"] = "off" if cache is None else "disk"
    environment["SRCGRAD_CACHE_DIR"] = str(cache)
    command = [sys.executable, str(RUNNER), str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def write(folder: Path, *, edited: bool) -> None:
    for case in (*EDITS, *NON_EDITS):
        for name, text in case.files(edited).items():
            path = folder / f"{name}.py"
            path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Results]:
    """Before the edits, the same again, after them, and after them in another folder."""
    folder, cache = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("cache") / "c"
    write(folder, edited=False)
    found = {"before": run_all(folder, cache), "again": run_all(folder, cache)}
    write(folder, edited=True)
    found["after"] = run_all(folder, cache)
    moved = tmp_path_factory.mktemp("moved") / "elsewhere"
    shutil.copytree(folder, moved)
    found["moved"] = run_all(moved, cache)
    write(folder, edited=False)
    found["reverted"] = run_all(folder, cache)
    return found


@pytest.mark.parametrize("case", EDITS, ids=lambda case: case.name)
def test_an_edit_gives_the_gradient_of_the_new_program(case: Case, runs: dict[str, Results]):
    assert runs["before"][case.name][0] == pytest.approx(case.before, rel=1e-12)
    assert runs["after"][case.name][0] == pytest.approx(case.after, rel=1e-12)
    assert runs["reverted"][case.name][0] == pytest.approx(case.before, rel=1e-12)
    if case.derived is not None:
        assert runs["after"][case.name][1] > 0


@pytest.mark.parametrize("case", NON_EDITS, ids=lambda case: case.name)
def test_what_is_no_edit_of_the_program_hits(case: Case, runs: dict[str, Results]):
    assert runs["before"][case.name][0] == pytest.approx(case.before, rel=1e-12)
    assert runs["after"][case.name][0] == pytest.approx(case.after, rel=1e-12)
    assert runs["before"][case.name][1] > 0
    assert runs["after"][case.name][1] == 0


@pytest.mark.parametrize("run, other", [("again", "before"), ("moved", "after")])
def test_a_later_process_derives_nothing(run: str, other: str, runs: dict[str, Results]):
    assert {name: result for name, (result, _) in runs[run].items()} == {
        name: result for name, (result, _) in runs[other].items()
    }
    assert [name for name, (_, derived) in runs[run].items() if derived] == []


def test_there_are_enough_cases():
    assert len(EDITS) >= 30 and len(NON_EDITS) >= 10
