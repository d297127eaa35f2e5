"""Conventions where a derivative does not exist: one value for each point, in every mode.

The rows are those of docs/conventions.md; what is here is that they hold.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kinks import COLUMNS, KINKS, Kink
from rule_cases import normal
from rule_programs import MODES, operand_type

from srcgrad import SrcgradError, grad, jvp
from srcgrad.ir.interpret import interpret
from srcgrad.ir.nodes import Var
from srcgrad.ir.types import type_of_value
from srcgrad.ir.verify import verify
from srcgrad.transform.forward import forward
from srcgrad.transform.pipeline import derive
from srcgrad.transform.reverse import reverse
from srcgrad.transform.simplify import simplify

DEFINED = [k for k in KINKS if not isinstance(k.columns["srcgrad"], str)]
REFUSED = [k for k in KINKS if isinstance(k.columns["srcgrad"], str)]
RTOL = 1e-14
# Python's own max and min compare, and a recorded run follows the arm that was taken.
RECORDED = [k for k in DEFINED if not k.text.startswith(("max(", "min("))]


@pytest.fixture
def function(kink: Kink, tmp_path: Path) -> Callable[..., Any]:
    """The function of a row, in a file of its own."""
    path = tmp_path / "kink.py"
    path.write_text(kink.source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("kink", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: Callable[..., Any] = module.f
    return made


@pytest.fixture
def quiet() -> Iterator[None]:
    """No warnings: infinite slopes and NaN are what is looked at."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def positions(kink: Kink) -> tuple[int, ...]:
    return tuple(range(len(kink.point)))


def check(found: Any, kink: Kink) -> None:
    """The gradients are those of the row, in the shapes and kinds of the arguments."""
    for g, wanted, value in zip(found, kink.columns["srcgrad"], kink.arguments, strict=True):
        assert np.shape(g) == np.shape(value) == np.shape(wanted)
        np.testing.assert_allclose(g, wanted, rtol=RTOL)


def units(kink: Kink) -> Iterator[tuple[int, tuple[int, ...], list[Any]]]:
    """Tangents along each element of each argument, where the slope in that argument is finite."""
    for k, value in enumerate(kink.arguments):
        if not np.isfinite(kink.columns["srcgrad"][k]).all():
            continue
        for place in np.ndindex(np.shape(value)):
            tangents = [
                np.zeros_like(v) if isinstance(v, np.ndarray) else 0.0 for v in kink.arguments
            ]
            if isinstance(value, np.ndarray):
                tangents[k][place] = 1.0
            else:
                tangents[k] = 1.0
            yield k, place, tangents


def slope(kink: Kink, k: int, place: tuple[int, ...]) -> float:
    """The derivative along a real step of one element."""
    return float(np.real(np.asarray(kink.columns["srcgrad"][k])[place]))


@pytest.mark.parametrize("unroll", [False, True], ids=["rolled", "path"])
@pytest.mark.parametrize("kink", DEFINED, ids=str)
def test_gradient_at_a_kink(
    kink: Kink, function: Callable[..., Any], unroll: bool, quiet: None
) -> None:
    check(grad(function, positions(kink), unroll=unroll)(*kink.arguments), kink)


@pytest.mark.parametrize("kink", RECORDED, ids=str)
def test_gradient_of_a_recorded_run_at_a_kink(
    kink: Kink, function: Callable[..., Any], quiet: None
) -> None:
    check(grad(function, positions(kink), frontend="record")(*kink.arguments), kink)


@pytest.mark.parametrize("kink", DEFINED, ids=str)
def test_tangent_at_a_kink(kink: Kink, function: Callable[..., Any], quiet: None) -> None:
    for k, place, tangents in units(kink):
        moved = jvp(function, kink.arguments, tuple(tangents))[1]
        np.testing.assert_allclose(moved, slope(kink, k, place), rtol=RTOL, atol=1e-14)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kink", [k for k in DEFINED if not k.numbers], ids=str)
def test_passes_at_a_kink_with_less_known(
    kink: Kink, function: Callable[..., Any], mode: str, quiet: None
) -> None:
    """With as much known about lengths as the mode says, down to no rank at all."""
    inputs = [
        Var(name, operand_type(v, name, mode) if isinstance(v, np.ndarray) else type_of_value(v))
        for name, v in kink.point.items()
    ]
    named = dict(zip(kink.point, inputs, strict=True))
    try:
        lowered = derive(
            function,
            lambda baked, captured: (dict(named), list(inputs)),
            lambda var: None,
            lambda value, name: type_of_value(value),
            lambda leaf: None,
        )
    except SrcgradError as refusal:
        assert (mode, refusal.code) == ("unknown", "SG212")  # refused is as good as right
        return
    adjoint = verify(simplify(verify(reverse(lowered.program, inputs))))
    check(interpret(adjoint, list(kink.arguments)), kink)
    moved = verify(forward(lowered.program, inputs))
    for k, place, tangents in units(kink):
        found = interpret(moved, [*kink.arguments, *tangents])[-1]
        np.testing.assert_allclose(found, slope(kink, k, place), rtol=RTOL, atol=1e-14)


@pytest.mark.parametrize("kink", REFUSED, ids=str)
def test_refusal_at_a_kink(kink: Kink, function: Callable[..., Any]) -> None:
    """Integers have no slope; Python has no infinite quotient, so that slope raises as `/` does."""
    with pytest.raises((SrcgradError, ZeroDivisionError)) as caught:
        grad(function, positions(kink))(*kink.arguments)
    word = getattr(caught.value, "code", type(caught.value).__name__)
    assert word == kink.columns["srcgrad"]
    if word == "SG301":
        assert "'x'" in str(caught.value)


@pytest.mark.parametrize("kink", [k for k in DEFINED if not k.numbers], ids=str)
def test_backward_warns_only_where_the_slope_is_infinite(
    kink: Kink, function: Callable[..., Any]
) -> None:
    """Taken or not; and unless the function itself warns, which is its own affair."""
    gradient = grad(function, positions(kink))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            function(*kink.arguments)
        except RuntimeWarning:
            return
        infinite = any(np.isinf(g).any() for g in kink.columns["srcgrad"])
        if infinite or "infinite" in kink.what:
            with pytest.raises(RuntimeWarning, match="divide by zero"):
                gradient(*kink.arguments)
        else:
            gradient(*kink.arguments)


def test_every_row_has_a_value_for_each_library_and_argument() -> None:
    for kink in KINKS:
        wanted = COLUMNS[:1] if kink.numbers and "raises" not in kink.columns.values() else COLUMNS
        assert tuple(kink.columns) == wanted, str(kink)
        for column in kink.columns.values():
            assert isinstance(column, str) or len(column) == len(kink.point), str(kink)
    assert len({str(k) for k in KINKS}) == len(KINKS) > 70


def test_norm_of_a_matrix_is_smooth_away_from_zero() -> None:
    x = normal(3, 2)
    found = grad(lambda x: np.linalg.norm(x))(x)
    np.testing.assert_allclose(found, x / np.linalg.norm(x), rtol=1e-14)


def test_where_of_a_length_that_depends_on_data_keeps_the_untaken_arm_out() -> None:
    def f(x, m, s):
        y = x[x >= 0]
        return np.sum(np.where(m, y * s, np.sqrt(y)))

    with np.errstate(divide="ignore", invalid="ignore"):
        dx, ds = grad(f, (0, 2))(np.array([0.0, -1.0, 4.0]), np.array([True, False]), 2.0)
    np.testing.assert_array_equal(dx, [2.0, 0.0, 0.25])
    assert ds == 0.0
