"""Reads checks, runs one of them in a world, and renders what it shows.

A *world* is a package with MXNet's imperative API: MXNet itself, or srcgrad. This file imports
neither and needs only NumPy, since both interpreters run it: its caller hands over the world.

A file of checks is a sequence of blocks::

    ## a name that is used once [items: 3.12, 3.13]
    # dialect: np
    # differs: why srcgrad does something else here
    # srcgrad: nd float32 (2,) [2 4]
    x = nd.array([1, 2])
    ...
    show(x.grad)

`items` are the sections of the list of behaviours that the check is for. The dialect is `nd` unless
said; `np` runs under `npx.set_np()`. `differs`, with one `srcgrad` line for each line that srcgrad
shows, marks a difference on purpose. What follows is Python. It finds these names: `mx` (the
package), `autograd`, `nd`, `np`, `npx`, `cpu`, `gpu`, `onp` (the real NumPy), `show` and `attempt`.
"""

from __future__ import annotations

import re
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as onp

CHECKS = Path(__file__).parent / "checks"
ANSWERS = Path(__file__).parent / "answers.json"

# Errors compare by these. The list has the classes that either world raises on purpose.
ERROR_CLASSES = (
    AssertionError,
    AttributeError,
    IndexError,
    KeyError,
    RuntimeError,
    TypeError,
    ValueError,
)

_HEADER = re.compile(r"## (?P<name>.+?) \[items: (?P<items>[^\]]+)\]")


@dataclass
class Check:
    """One statement about behaviour.

    Attributes:
        name: Unique over all files.
        topic: The name of its file.
        items: The behaviours that it is for, such as `3.12`.
        dialect: `nd` or `np`.
        differs: Why srcgrad differs on purpose, or None.
        expected: The lines that srcgrad shows then.
        code: Python source.
        path: The file.
        line: Where the code starts in it.
    """

    name: str
    topic: str
    items: tuple[str, ...]
    path: Path
    line: int = 0
    dialect: str = "nd"
    differs: str | None = None
    expected: list[str] = field(default_factory=list)
    code: str = ""


@dataclass
class Outcome:
    """The lines that a check showed, and the traceback of what ended it early."""

    lines: list[str]
    failure: str | None


@dataclass
class World:
    """A package with the imperative API.

    Attributes:
        names: What a check finds in scope; `nd`, `np`, `npx`, `autograd` and `mx` are among them.
    """

    names: dict[str, Any]

    def prepare(self, dialect: str) -> None:
        """Puts the package into the state of a fresh process, in a dialect."""
        self.names["npx"].reset_np()
        self.names["autograd"].set_recording(False)
        self.names["autograd"].set_training(False)
        self.names["mx"].random.seed(0)
        if dialect == "np":
            self.names["npx"].set_np()

    def kind(self, value: Any) -> str | None:
        """`np` or `nd` for an array of the package, None for anything else."""
        # In MXNet the class of np arrays is a subclass of that of nd arrays.
        if isinstance(value, self.names["np"].ndarray):
            return "np"
        return "nd" if isinstance(value, self.names["nd"].NDArray) else None


# -- reading


def read_checks() -> list[Check]:
    """All checks, file by file.

    Raises:
        ValueError: A file is not in the form above, or a name is used twice.
    """
    checks = [check for path in sorted(CHECKS.glob("*.txt")) for check in _read_file(path)]
    names = [check.name for check in checks]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"names of checks are used twice: {twice}")
    return checks


def _read_file(path: Path) -> Iterator[Check]:
    check: Check | None = None
    lines: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("## "):
            header = _HEADER.fullmatch(line)
            if header is None:
                raise ValueError(f"{path.name}:{number}: not a header: {line}")
            if check is not None:
                yield _finish(check, lines)
            items = tuple(item.strip() for item in header["items"].split(","))
            check = Check(header["name"], path.stem, items, path, line=number + 1)
            lines = []
        elif check is None:
            if line.strip():
                raise ValueError(f"{path.name}:{number}: text before the first header")
        elif not lines and line.startswith("# "):
            _set_option(check, line)
            check.line = number + 1
        else:
            lines.append(line)
    if check is not None:
        yield _finish(check, lines)


def _set_option(check: Check, line: str) -> None:
    key, _, value = line[2:].partition(": ")
    if key == "dialect" and value in ("nd", "np"):
        check.dialect = value
    elif key == "differs" and value:
        check.differs = value
    elif key == "srcgrad":
        check.expected.append(value)
    else:
        raise ValueError(f"{check.path.name}, {check.name}: unknown option {line!r}")


def _finish(check: Check, lines: list[str]) -> Check:
    check.code = "\n".join(lines).rstrip() + "\n"
    if (check.differs is None) != (not check.expected):
        raise ValueError(f"{check.path.name}, {check.name}: 'differs' and 'srcgrad' go together")
    return check


# -- running


def run(check: Check, world: World) -> Outcome:
    """Runs a check in a fresh namespace, with seed 0.

    An exception that the check does not expect is its last line, so that it counts as behaviour.
    """
    lines: list[str] = []

    def show(*values: Any) -> None:
        lines.extend(render(value, world) for value in values)

    def attempt(call: Callable[[], Any]) -> Any:
        try:
            result = call()
            # MXNet runs later: an error may appear only when results are waited for.
            if world.kind(result) is not None:
                result.asnumpy()
            world.names["nd"].waitall()
        except Exception as error:
            lines.append(describe(error))
            return None
        lines.append("no error")
        return result

    names = {**world.names, "onp": onp, "show": show, "attempt": attempt}
    # Blank lines in front give tracebacks the line numbers of the file.
    source = "\n" * (check.line - 1) + check.code
    world.prepare(check.dialect)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(source, str(check.path), "exec"), names)
    except Exception as error:
        return Outcome([*lines, "stopped by " + describe(error)], traceback.format_exc())
    finally:
        world.prepare("nd")
    return Outcome(lines, None)


def describe(error: Exception) -> str:
    """`error: ` and the classes of `ERROR_CLASSES` that catch this error.

    Texts are not compared, and neither are classes of either package. What a program notices is
    which `except` clauses catch the error: srcgrad agrees if every clause that catches MXNet's
    error catches srcgrad's as well, that is, if its classes contain MXNet's.
    """
    names = [kind.__name__ for kind in ERROR_CLASSES if isinstance(error, kind)]
    return "error: " + (" ".join(names) or "Exception")


# -- rendering


def render(value: Any, world: World) -> str:
    """One line for a value: its kind, dtype, shape and elements with six significant digits."""
    kind = world.kind(value)
    if kind is not None:
        return _render_array(kind, value.asnumpy(), value.shape)
    if isinstance(value, onp.ndarray):
        return _render_array("numpy", value, value.shape)
    if isinstance(value, onp.generic):
        return f"scalar {value.dtype} {_number(value.item())}"
    if isinstance(value, onp.dtype):
        return f"dtype {value}"
    if isinstance(value, type):
        return f"class {value.__name__}"
    if isinstance(value, float):
        return f"float {_number(value)}"
    if isinstance(value, list):
        return "[" + ", ".join(render(item, world) for item in value) + "]"
    if isinstance(value, tuple):
        inner = ", ".join(render(item, world) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)


def _render_array(kind: str, values: Any, shape: tuple[int, ...]) -> str:
    sizes = ",".join(str(size) for size in shape) + ("," if len(shape) == 1 else "")
    elements = " ".join(_number(element) for element in values.ravel().tolist())
    return f"{kind} {values.dtype} ({sizes}) [{elements}]"


def _number(value: Any) -> str:
    # Adding zero makes -0.0 a zero: no check is about its sign.
    return f"{value + 0.0:.6g}" if isinstance(value, float) else str(value)
