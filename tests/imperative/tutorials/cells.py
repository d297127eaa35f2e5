"""Reads the cells of a tutorial and runs them the way a notebook does.

A file is a sequence of cells::

    == 13
    x.grad-4*x
    -- shows
    [0. 0. 0. 0.]
    <NDArray 4 @cpu(0)>

After `==` stands the cell's number on the page; below `-- shows` what it prints and displays, if
anything. Cells run in the order of the file, in one namespace.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import io
import re
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass
class Cell:
    """One cell: its name, its code, and the output that it should have."""

    name: str
    code: str
    output: str


def tutorials() -> list[str]:
    """The names of all tutorials."""
    return sorted(path.stem for path in FOLDER.glob("*.txt"))


def read_cells(tutorial: str) -> list[Cell]:
    """The cells of a tutorial, in order.

    Raises:
        ValueError: The file does not begin with a cell.
    """
    text = (FOLDER / f"{tutorial}.txt").read_text(encoding="utf-8")
    before, *blocks = re.split(r"^== ", text, flags=re.MULTILINE)
    if before.strip() or not blocks:
        raise ValueError(f"{tutorial}: no cell at the beginning")
    cells = []
    for block in blocks:
        name, _, body = block.partition("\n")
        code, _, output = body.partition("-- shows\n")
        cells.append(Cell(name, code.strip() + "\n", output.strip("\n")))
    return cells


def run_cells(cells: list[Cell], package: str = "srcgrad") -> list[str]:
    """What each cell prints and displays, from the state of a fresh process.

    An exception is the output of its cell, as in a notebook; the cells after it run all the same.

    Args:
        cells: Cells that import `srcgrad`.
        package: What they import in its place, such as `mxnet`.
    """
    module = importlib.import_module(package)
    module.random.seed(0)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    try:
        # A notebook shows warnings apart from the output of a cell.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [_run(cell, package, namespace) for cell in cells]
    finally:
        module.npx.reset_np()


def _run(cell: Cell, package: str, namespace: dict[str, Any]) -> str:
    code = re.sub(r"^(from|import) srcgrad\b", rf"\1 {package}", cell.code, flags=re.MULTILINE)
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(tree, f"cell {cell.name}", "exec"), namespace)
            value = None
            if last is not None:
                expression = ast.Expression(last.value)
                value = eval(compile(expression, f"cell {cell.name}", "eval"), namespace)
    except Exception:
        return printed.getvalue() + traceback.format_exc()
    return printed.getvalue() + ("" if value is None else _displayed(value))


def _displayed(value: Any) -> str:
    """What a notebook displays of a value: tuples item by item, classes without `<class ...>`."""
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_displayed, value)) + ("," if len(value) == 1 else "") + ")"
    return f"{value.__module__}.{value.__qualname__}" if isinstance(value, type) else repr(value)


def same_output(actual: str, wanted: str) -> bool:
    """Whether outputs are equal but for white space and the module that a class comes from.

    Notebooks have laid out tuples in more than one way. White space between two numbers still
    separates them, however much there is.
    """
    return _tidy(actual) == _tidy(wanted)


def _tidy(output: str) -> str:
    output = re.sub(r"\s+", " ", output.strip())
    output = re.sub(r" ?([][(),]) ?", r"\1", output)
    return re.sub(r"\b(?:mxnet|srcgrad)(?:\.\w+)*\.(\w+)", r"\1", output)
