"""Reads the table of conventions out of docs/conventions.md.

NumPy is all that is needed here, so the table can be read where srcgrad is not installed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

PAGE = Path(__file__).parents[2] / "docs" / "conventions.md"
COLUMNS = ("srcgrad", "autograd", "JAX")
SAME, RAISES = "same", "raises"
_NAMES = {"nan": math.nan, "inf": math.inf}


@dataclass(frozen=True, eq=False)
class Kink:
    """One function at one point.

    Attributes:
        what: The convention, in words.
        text: An expression of NumPy or `math`; the sum of its elements is differentiated.
        point: The arguments by name, all of them differentiated.
        columns: By library a gradient for each argument, or what is raised: a word.
    """

    what: str
    text: str
    point: dict[str, Any]
    columns: dict[str, list[Any] | str] = field(default_factory=dict)

    def __str__(self) -> str:
        where = "; ".join(f"{name} = {show(value)}" for name, value in self.point.items())
        return f"{self.text} at {where}"

    @property
    def numbers(self) -> bool:
        """Whether all arguments are Python numbers."""
        return not any(isinstance(v, np.ndarray) for v in self.point.values())

    @property
    def source(self) -> str:
        """The function as text; its name is `f`."""
        text = self.text if self.numbers else f"np.sum({self.text})"
        return (
            f"import math\nimport numpy as np\ndef f({', '.join(self.point)}):\n    return {text}\n"
        )

    @property
    def arguments(self) -> tuple[Any, ...]:
        """Fresh copies of the arguments."""
        return tuple(v.copy() if isinstance(v, np.ndarray) else v for v in self.point.values())


def show(value: Any) -> str:
    """A value as the page has it, short."""
    return re.sub(r"\s+", " ", str(np.asarray(value).tolist()))


def agree(found: list[Any] | str, wanted: list[Any] | str, rtol: float) -> bool:
    """Whether gradients, or words in their place, are the same; infinities and NaN count."""
    if isinstance(found, str) or isinstance(wanted, str):
        return found is wanted or (isinstance(found, str) and found == wanted)
    pairs = zip(found, wanted, strict=True)
    return all(
        np.shape(f) == np.shape(w) and np.allclose(f, w, rtol=rtol, atol=1e-15, equal_nan=True)
        for f, w in pairs
    )


def _value(text: str) -> Any:
    value = eval(text, {"__builtins__": {}}, {**_NAMES, "True": True, "False": False})
    return np.array(value) if isinstance(value, list) else value


def _cell(text: str) -> list[Any] | str:
    if re.fullmatch(r"[A-Za-z]\w{3,}", text):
        return text
    return [_value(part) for part in text.split(";")]


def read(page: Path = PAGE) -> list[Kink]:
    """The rows of all tables of the page."""
    rows: list[Kink] = []
    for line in page.read_text(encoding="utf-8").splitlines():
        if not line.startswith("|") or line.startswith(("| convention", "| ---")):
            continue
        what, text, at, *cells = (part.strip() for part in line.strip("|").split("|"))
        named = (part.split("=") for part in at.split(";"))
        point = {name.strip(): _value(value.strip()) for name, value in named}
        columns = {c: _cell(text) for c, text in zip(COLUMNS, cells, strict=False)}
        for library, column in columns.items():
            if isinstance(column, str) and column == SAME:
                columns[library] = columns["srcgrad"]
        rows.append(Kink(what, text.strip("`"), point, columns))
    return rows


KINKS = read()
