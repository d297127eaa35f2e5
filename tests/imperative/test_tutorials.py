"""Published tutorials run as they are: every cell prints what its page prints."""

from __future__ import annotations

import functools

import pytest

import srcgrad
from tests.imperative.tutorials.cells import (
    Cell,
    read_cells,
    run_cells,
    same_output,
    tutorials,
)

CELLS = [
    pytest.param(tutorial, number, id=f"{tutorial}, cell {cell.name}")
    for tutorial in tutorials()
    for number, cell in enumerate(read_cells(tutorial))
]


@functools.cache
def outputs_of(tutorial: str) -> list[str]:
    """What the cells of a tutorial print here; they run once, in order."""
    return run_cells(read_cells(tutorial))


@pytest.mark.parametrize(("tutorial", "number"), CELLS)
def test_a_cell_prints_what_the_page_prints(tutorial: str, number: int) -> None:
    if not hasattr(srcgrad, "nd"):
        pytest.skip("srcgrad has no imperative API yet")
    cell = read_cells(tutorial)[number]
    output = outputs_of(tutorial)[number]
    assert same_output(output, cell.output), f"{cell.code}\npage:\n{cell.output}\nhere:\n{output}"


def test_every_tutorial_is_here() -> None:
    printed = {name: sum(bool(cell.output) for cell in read_cells(name)) for name in tutorials()}
    # np_chapter has one cell that is not on its page.
    assert printed == {
        "nd_control_flow": 6,
        "nd_lecture": 8,
        "nd_notebook": 11,
        "np_chapter": 14,
        "three_frameworks": 20,
    }


@pytest.mark.parametrize(
    ("actual", "wanted", "same"),
    [
        ("(\n[1. 2.]\n<NDArray 2 @cpu(0)>, 3)", "(\n [1. 2.]\n <NDArray 2 @cpu(0)>,\n 3)", True),
        ("[0. 1.]", "[0.1.]", False),
        ("[ 0. 12.]", "[0. 12.]", True),
        ("[0. 12.]", "[0. 12.5]", False),
        ("srcgrad.imperative.array.NDArray", "mxnet.ndarray.ndarray.NDArray", True),
        ("srcgrad.imperative.array.ndarray", "mxnet.ndarray.ndarray.NDArray", False),
        ("", "None", False),
    ],
)
def test_outputs_compare(actual: str, wanted: str, same: bool) -> None:
    assert same_output(actual, wanted) is same


def test_cells_run_as_in_a_notebook() -> None:
    cells = [
        Cell("1", "import srcgrad as math\nvalue = 2\nprint(value)\nvalue + 1\n", ""),
        Cell("2", "value, int, (value,)\n", ""),
        Cell("3", "1 / 0\n", ""),
        Cell("4", "None\n", ""),
    ]
    if not hasattr(srcgrad, "nd"):
        pytest.skip("srcgrad has no imperative API yet")
    first, second, third, fourth = run_cells(cells)
    assert first == "2\n3"
    assert second == "(2, builtins.int, (2,))"
    assert "ZeroDivisionError" in third
    assert fourth == ""
