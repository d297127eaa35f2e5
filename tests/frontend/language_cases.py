"""What the tests of the language share: noting programs, and the error of a refused one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from srcgrad import grad
from srcgrad.errors import SrcgradError


def noting(cases: list[Any]) -> Callable[..., Any]:
    """A decorator that notes a program, with the arguments that it is given, among the cases."""

    def case(*args: Any) -> Any:
        def note(function: Any) -> Any:
            cases.append(pytest.param(function, args, id=function.__name__))
            return function

        return note

    return case


def refusal(folder: Path, text: str, *args: Any) -> SrcgradError:
    """The error of the source front end for the function ``f`` of a text."""
    file = folder / "refused.py"
    file.write_text(text)
    scope: dict[str, Any] = {}
    exec(compile(file.read_text(), str(file), "exec"), scope)
    with pytest.raises(SrcgradError) as caught:
        grad(scope["f"], frontend="source")(*args)
    return caught.value
