"""A walk over the grammar: every node class is in the one table, and its programs are right.

No construct may be dropped without a word: what the table calls supported has a program with a
right gradient, and a program that is refused is listed.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcgrad import grad
from srcgrad.frontend.fence import NODES
from tests.grammar import expressions, newer, statements  # noqa: F401
from tests.grammar.nodes import OBSOLETE, OUTSIDE, SINCE
from tests.verdict import RefusedList, check, verdict

REFUSED = RefusedList(Path(__file__).parent / "refused.txt")
X = np.array([1.5, -0.7, 2.2, 0.4])
HERE = sys.version_info[:2]


def written() -> dict[str, Callable[..., Any]]:
    """The programs of syntax that is new, as far as this Python has it."""
    found = {}
    for name, (least, text) in newer.PROGRAMS.items():
        if least <= HERE:
            file = f"<{name}>"
            linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
            space: dict[str, Any] = {}
            exec(compile(text, file, "exec"), space)
            found[name] = space[name]
    return found


PROGRAMS = statements.PROGRAMS | written()


def text_of(name: str) -> str:
    if name in newer.PROGRAMS:
        return newer.PROGRAMS[name][1]
    module = inspect.getmodule(PROGRAMS[name])
    helpers = {"generators": "halves", "with_as": "weight"}.get(name)
    text = textwrap.dedent(inspect.getsource(PROGRAMS[name]))
    return text + (inspect.getsource(getattr(module, helpers)) if helpers else "")


def classes_of(name: str) -> set[str]:
    """The node classes that a program uses."""
    return {type(node).__name__ for node in ast.walk(ast.parse(text_of(name)))} - OUTSIDE


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_is_right_or_listed(name: str, update_golden: bool) -> None:
    function = PROGRAMS[name]
    REFUSED.expect(name, verdict(check, function, [(X,), (X * 1.03,)]), update_golden)


def test_list_of_refused_names_programs() -> None:
    assert set(REFUSED.read()) <= set(statements.PROGRAMS) | set(newer.PROGRAMS)


@pytest.mark.parametrize("version", SINCE, ids=lambda v: f"{v[0]}.{v[1]}")
def test_every_class_of_a_version_is_in_the_table(version: tuple[int, int]) -> None:
    missing = [name for name in SINCE[version] if name not in NODES]
    assert missing == []


def test_lists_are_those_of_the_running_python() -> None:
    """The data is complete: it is compared with the ast module that is here."""
    listed = {name for version, names in SINCE.items() if version <= HERE for name in names}
    concrete = {
        name
        for name, value in vars(ast).items()
        if isinstance(value, type)
        and issubclass(value, ast.AST)
        and {c.__name__ for c in value.__subclasses__()} <= set(OBSOLETE)
        and not name.startswith("_")
    }
    bases = {"slice", "type_param"}  # of older Pythons: abstract, but with no class below
    assert concrete - set(OBSOLETE) - OUTSIDE - bases == listed


def test_every_class_has_a_program() -> None:
    wanted = {name for version, names in SINCE.items() if version <= HERE for name in names}
    used = set().union(*(classes_of(name) for name in PROGRAMS))
    assert wanted - used == set()


def test_every_supported_class_has_a_program_that_is_right() -> None:
    right = set(PROGRAMS) - set(REFUSED.read())
    shown = set().union(*(classes_of(name) for name in right))
    wanted = {name for version, names in SINCE.items() if version <= HERE for name in names}
    claimed = {name for name in wanted if NODES[name] is None}
    assert claimed - shown == set()


@pytest.mark.parametrize("name", PROGRAMS)
def test_refused_class_is_recorded_or_refused(name: str) -> None:
    """What the front end does not read is never half read: the recorder serves it, or nobody."""
    beyond = {c for c in classes_of(name) if NODES[c] is not None}
    if beyond and name not in REFUSED.read():
        gradient = grad(PROGRAMS[name])
        gradient(X.copy())
        assert [part.frontend for part in gradient.explain().served] == ["record"], beyond
