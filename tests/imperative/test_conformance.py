"""Every check is asked of srcgrad, and the comparison itself is held to be able to fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import srcgrad
from tests.imperative.conformance import compare, harness

CHECKS = harness.read_checks()
ANSWERS = compare.read_answers()


@pytest.fixture(scope="module")
def world() -> Iterator[harness.World]:
    """srcgrad; the tests that need it are skipped while it has no imperative API."""
    if not hasattr(srcgrad, "nd"):
        pytest.skip("srcgrad has no imperative API yet")
    yield compare.srcgrad_world()


@pytest.mark.parametrize("check", CHECKS, ids=[check.name for check in CHECKS])
def test_a_check_agrees_or_differs_on_purpose(check: harness.Check, world: harness.World) -> None:
    verdict = compare.judge(check, world, ANSWERS[check.name])
    assert verdict.result != compare.WRONG, verdict.reason


def test_each_check_has_an_answer_and_each_answer_a_check() -> None:
    assert sorted(ANSWERS) == sorted(check.name for check in CHECKS)


def test_no_check_stops_early_in_mxnet_or_shows_nothing() -> None:
    # An error is shown by `attempt`; one that is not expected shows a fault of the check.
    bad = [
        name
        for name, lines in ANSWERS.items()
        if not lines or any(line.startswith("stopped by") for line in lines)
    ]
    assert bad == []


def test_a_difference_on_purpose_is_one() -> None:
    # Also asked when srcgrad runs; here it needs only the data.
    none = [
        check.name
        for check in CHECKS
        if check.differs and compare.same_lines(check.expected, ANSWERS[check.name])
    ]
    assert none == []


@pytest.mark.parametrize(
    ("actual", "wanted", "same"),
    [
        ("nd float32 (2,) [2 4]", "nd float32 (2,) [2 4.00001]", True),
        ("nd float32 (2,) [2 4]", "nd float32 (2,) [2 4.001]", False),
        ("nd float32 (2,) [2 4]", "nd float64 (2,) [2 4]", False),
        ("nd float32 (2,) [2 4]", "nd float32 (2,) [2 4 4]", False),
        ("nd float32 (1,) [2]", "np float32 () [2]", False),
        ("float nan", "float nan", True),
        ("float nan", "float 1", False),
        ("float inf", "float -inf", False),
        ("float 0", "float 1e-09", True),
        ("'[1. 2.]'", "'[1 2]'", False),
        ('"it\'s 1.0"', '"it\'s 1.00"', False),
        ("True", "False", False),
        ("error: KeyError ValueError", "error: KeyError", True),
        ("error: ValueError", "error: KeyError ValueError", False),
        ("error: Exception", "no error", False),
        ("no error", "error: RuntimeError", False),
    ],
)
def test_lines_compare(actual: str, wanted: str, same: bool) -> None:
    assert compare.same_line(actual, wanted) is same


def _read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> list[harness.Check]:
    (tmp_path / "topic.txt").write_text(text, encoding="utf-8")
    monkeypatch.setattr(harness, "CHECKS", tmp_path)
    return harness.read_checks()


def test_a_block_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "## one [items: 3.1, 4]\n# dialect: np\n# differs: why\n# srcgrad: 1\n\nshow(1)\n"
    (check,) = _read(tmp_path, monkeypatch, text)
    assert (check.name, check.topic, check.items) == ("one", "topic", ("3.1", "4"))
    assert (check.dialect, check.differs, check.expected) == ("np", "why", ["1"])
    assert (check.code, check.line) == ("\nshow(1)\n", 5)


@pytest.mark.parametrize(
    "text",
    [
        "show(1)\n",
        "## no items\nshow(1)\n",
        "## one [items: 1]\n# dialog: np\nshow(1)\n",
        "## one [items: 1]\n# differs: why\nshow(1)\n",
        "## one [items: 1]\n# srcgrad: 1\nshow(1)\n",
        "## one [items: 1]\nshow(1)\n## one [items: 1]\nshow(2)\n",
    ],
)
def test_a_damaged_file_is_refused(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match=r"topic\.txt|twice"):
        _read(tmp_path, monkeypatch, text)


class _Nothing:
    """A package without arrays: enough of a world for checks about plain values."""

    ndarray = NDArray = type("NDArray", (), {})

    def __getattr__(self, name: str) -> object:
        return self if name == "random" else lambda *args: None


@pytest.mark.parametrize(
    ("differs", "code", "answer", "result"),
    [
        (None, "show(1.0)", ["float 1"], compare.AGREES),
        (None, "show(1.0)", ["float 2"], compare.WRONG),
        (None, "show(1.0)\nshow(2)", ["float 1"], compare.WRONG),
        (None, "show(1.0)\n1 / 0", ["float 1"], compare.WRONG),
        ("why", "show(1.0)", ["float 2"], compare.DIFFERS),
        ("why", "show(1.0)", ["float 1"], compare.WRONG),
        ("why", "show(3.0)", ["float 2"], compare.WRONG),
        (None, "attempt(lambda: {}[1])", ["error: KeyError"], compare.AGREES),
        (None, "attempt(lambda: {}[1])", ["no error"], compare.WRONG),
    ],
)
def test_verdicts(differs: str | None, code: str, answer: list[str], result: str) -> None:
    package = _Nothing()
    world = harness.World(dict.fromkeys(("mx", "autograd", "nd", "np", "npx"), package))
    check = harness.Check("one", "topic", ("1",), Path("topic.txt"), differs=differs, code=code)
    check.expected = ["float 1"] if differs else []
    assert compare.judge(check, world, answer).result == result


def test_there_are_enough_checks_and_every_behaviour_has_one() -> None:
    assert len(CHECKS) >= 300
    items = {item for check in CHECKS for item in check.items}
    assert {f"3.{number}" for number in range(1, 57)} - items == set()
