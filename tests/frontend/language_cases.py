"""What the tests of the language share: noting programs, and the error of a refused one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcgrad import grad, hvp
from srcgrad.errors import SrcgradError


def noting(cases: list[Any]) -> Callable[..., Any]:
    """A decorator that notes a program, with the arguments that it is given, among the cases."""

    def case(*args: Any) -> Any:
        def note(function: Any) -> Any:
            cases.append(pytest.param(function, args, id=function.__name__))
            return function

        return note

    return case


def check_two_orders(function: Any, x: Any, *, unroll: bool) -> None:
    """Compare gradient and Hessian times a vector, of three numbers, with differences."""

    def slope(f: Any, v: Any) -> Any:
        return (f(x + 1e-6 * v) - f(x - 1e-6 * v)) / 2e-6

    gradient = grad(function, frontend="source", unroll=unroll)
    slopes = [slope(function, v) for v in np.eye(3)]
    np.testing.assert_allclose(gradient(x), slopes, rtol=1e-7, atol=1e-8)
    v = np.array([1.0, -0.5, 2.0])
    np.testing.assert_allclose(hvp(function)(x, v), slope(gradient, v), rtol=1e-7, atol=1e-7)


def refusal(folder: Path, text: str, *args: Any) -> SrcgradError:
    """The error of the source front end for the function ``f`` of a text."""
    file = folder / "refused.py"
    file.write_text(text)
    scope: dict[str, Any] = {}
    exec(compile(file.read_text(), str(file), "exec"), scope)
    with pytest.raises(SrcgradError) as caught:
        grad(scope["f"], frontend="source")(*args)
    return caught.value
