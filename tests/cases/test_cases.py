"""Emitted adjoints of small programs, each beside the gradient that an expert would write by hand.

A case is a folder: ``program.py`` (a function, ``SAMPLE`` arguments, ``WRT``), ``adjoint.py`` (the text that
srcgrad emits, rewritten by ``--update-golden``), ``twin.py`` (the hand-written gradient).
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import pytest

from srcgrad import grad, value_and_grad

sys.path.insert(0, str(Path(__file__).parent))
import metrics

sys.path.pop(0)

FOLDER = Path(__file__).parent
CASES = sorted(p.parent.name for p in FOLDER.glob("*/program.py"))
ALLOWED = 1.2


def load(case: str, part: str) -> ModuleType:
    """A file of a case as a module."""
    spec = importlib.util.spec_from_file_location(f"case_{case}_{part}", FOLDER / case / f"{part}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def last_function(module: ModuleType) -> FunctionType:
    """The function that a module is about: the one defined last."""
    own = [f for f in vars(module).values() if inspect.isfunction(f) and f.__name__ != "<lambda>"]
    return max((f for f in own if f.__module__ == module.__name__), key=lambda f: f.__code__.co_firstlineno)


class Case:
    """A program, the gradient srcgrad makes of it, and its twin."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.program = load(name, "program")
        self.primal = last_function(self.program)
        make = value_and_grad if getattr(self.program, "VALUE", False) else grad
        self.gradient = make(self.primal, argnums=self.program.WRT, unroll=False)
        self.twin = last_function(load(name, "twin"))

    def sample(self) -> list[Any]:
        """Arguments; the same at each call, so what one call writes another does not see."""
        return list(self.program.SAMPLE(np.random.default_rng(7)).values())

    def gradients(self, result: Any) -> Any:
        """The gradients in a result that may hold the value too."""
        return result[1] if getattr(self.program, "VALUE", False) else result


def flat(value: Any) -> Iterator[Any]:
    """Leaves of nested containers, in order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (tuple, list)):
        for part in value:
            yield from flat(part)
    else:
        yield value


def replaced(value: Any, leaves: Iterator[Any]) -> Any:
    """A container with its leaves replaced in order."""
    if isinstance(value, dict):
        return {k: replaced(v, leaves) for k, v in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(replaced(v, leaves) for v in value)
    return next(leaves)


def slope(function: Callable[..., Any], args: list[Any], places: list[int], direction: list[Any]) -> float:
    """Directional derivative by differences of fourth order."""

    def at(t: float) -> float:
        moved = list(args)
        steps = iter(direction)
        for k in places:
            moved[k] = replaced(args[k], (v + t * next(steps) for v in flat(args[k])))
        return float(np.sum(function(*moved)))

    h = 1e-3
    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return Case(request.param)


def emitted(case: Case) -> str:
    case.gradient(*case.sample())
    return case.gradient.source


def test_text_is_the_golden_one(case: Case, golden: Callable[[Path, str], None]) -> None:
    golden(FOLDER / case.name / "adjoint.py", emitted(case))


def test_gradient_equals_the_twin(case: Case) -> None:
    ours, theirs = case.gradient(*case.sample()), case.twin(*case.sample())
    assert type(ours) is type(theirs)
    for a, b in zip(flat(ours), flat(theirs), strict=True):
        scale = max(1e-300, float(np.max(np.abs(b))))
        assert np.shape(a) == np.shape(b)
        assert np.max(np.abs(a - b)) <= 1e-12 * scale


def test_gradient_equals_differences(case: Case) -> None:
    names = list(inspect.signature(case.primal).parameters)
    places = [names.index(n) for n in case.program.WRT]
    rng = np.random.default_rng(3)
    args = case.sample()
    leaves = [v for k in places for v in flat(args[k])]
    found = list(flat(case.gradients(case.gradient(*case.sample()))))
    for _ in range(3):
        direction = [rng.normal(size=np.shape(v)) if np.ndim(v) else float(rng.normal()) for v in leaves]
        expected = slope(case.primal, args, places, direction)
        ours = sum(float(np.sum(g * d)) for g, d in zip(found, direction, strict=True))
        assert ours == pytest.approx(expected, rel=1e-7, abs=1e-7)


def test_text_has_no_careless_code(case: Case) -> None:
    text, twin = emitted(case), inspect.getsource(inspect.getmodule(case.twin) or case.twin)
    twin = (FOLDER / case.name / "twin.py").read_text(encoding="utf-8")
    assert metrics.unused(text) == []
    assert metrics.reused(text) == []
    assert metrics.helpers_in(text) == 0
    assert metrics.copies(text) <= metrics.copies(twin)


@pytest.mark.parametrize("measure", [metrics.lines, metrics.operations, metrics.weighted_operations])
def test_text_is_as_short_as_the_twin(case: Case, measure: Callable[[str], int]) -> None:
    twin = (FOLDER / case.name / "twin.py").read_text(encoding="utf-8")
    assert measure(emitted(case)) <= ALLOWED * measure(twin)


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 45
