"""Packages of plain Python take part in a recorded run; those with compiled code and others do not."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from srcgrad import grad
from srcgrad.errors import SrcgradError
from srcgrad.runtime.usermodules import namespaces

pytest.importorskip("scipy")
X = np.array([0.4, 0.9])
FILTER = """
import numpy as np
from scipy.linalg import cholesky
from math import sqrt


def factor(p):
    buffer = np.zeros((2, 2))
    root = cholesky(p)
    for k in range(2):
        buffer[k] = root[k] * sqrt(p[0, 0])
    return buffer


class Filter:
    def __init__(self):
        self.p = np.eye(2)

    def update(self, x):
        self.p = self.p * x[0] + np.outer(x, x)
        return np.sum(factor(self.p))
"""
OTHER = "import numpy as np\n\n\ndef other():\n    return np.zeros(2)\n"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Puts a package where installed ones are, and imports a module of it."""
    home = tmp_path / "site-packages"

    def install(package: str, **modules: str) -> ModuleType:
        (home / package).mkdir(parents=True)
        for name, text in {"__init__": "", **modules}.items():
            (home / package / f"{name}.py").write_text(text)
        return importlib.import_module(f"{package}.{next(iter(modules))}")

    monkeypatch.syspath_prepend(str(home))
    yield install
    for name in [n for n in sys.modules if n.startswith("srcgrad_test_")]:
        del sys.modules[name]


def _differences(function: Callable[[Any], Any], x: Any) -> Any:
    steps = 1e-6 * np.eye(len(x))
    return np.array([(function(x + h) - function(x - h)) / 2e-6 for h in steps])


def test_function_that_runs_code_of_a_package(installed: Callable[..., Any]) -> None:
    module = installed("srcgrad_test_filters", kalman=FILTER)

    def through_a_class(x: Any) -> Any:
        held = module.Filter()
        return held.update(x) + held.update(x * 0.5)

    found = grad(through_a_class, frontend="record")(X)
    np.testing.assert_allclose(found, _differences(through_a_class, X), rtol=1e-6)
    assert module.np is np and module.cholesky is sys.modules["scipy.linalg"].cholesky


def test_object_of_a_package_as_argument_and_captured(installed: Callable[..., Any]) -> None:
    module = installed("srcgrad_test_objects", kalman=FILTER)
    captured = module.Filter()

    def of_both(x: Any, given: Any) -> Any:
        captured.p = given.p = np.eye(2)
        return captured.update(x) * given.update(x)

    found = grad(of_both, frontend="record")(X, module.Filter())
    wanted = _differences(lambda x: of_both(x, module.Filter()), X)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_only_packages_that_the_code_names_take_part(installed: Callable[..., Any]) -> None:
    module = installed("srcgrad_test_named", kalman=FILTER, more=OTHER)
    unnamed = installed("srcgrad_test_unnamed", kalman=FILTER)
    assert unnamed.np is np

    def named(x: Any) -> Any:
        return module.factor(np.outer(x, x))

    found = [n["__name__"] for n in namespaces(named, {})]
    assert "srcgrad_test_named.kalman" in found
    assert "srcgrad_test_unnamed.kalman" not in found
    assert "numpy" not in found and "pytest" not in found


def test_packages_with_compiled_code_see_what_they_always_do(
    installed: Callable[..., Any],
) -> None:
    module = installed("srcgrad_test_compiled", kalman=FILTER)
    part = ModuleType("srcgrad_test_compiled.fast")
    part.__file__ = module.__file__.replace("kalman.py", "fast.cpython-311-x86_64-linux-gnu.so")
    sys.modules[part.__name__] = part

    def through_a_function(x: Any) -> Any:
        return np.sum(module.factor(np.eye(2) * x[0]))

    with pytest.raises(SrcgradError, match="SG232"):
        grad(through_a_function, frontend="record")(X)
