"""Conventions where a derivative does not exist: one value for each point, in both modes."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from rule_cases import normal
from rule_programs import MODES, Built, Case, Literal

INF, NAN = np.inf, np.nan


def gradients(case: Case, via: str, mode: str = "equal") -> list[Any]:
    """Gradients with a cotangent of ones; forward mode must agree where they are finite."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        built = Built(case, via, mode, "none")
        result = built.gradient()
        for g, (param, value) in zip(result, built.moving(), strict=True):
            if not np.isfinite(g).all():
                continue
            for place in np.ndindex(np.shape(value)):
                t = np.zeros(np.shape(value), np.asarray(value).dtype)
                t[place] = 1
                moved = built.tangent({param: t if t.ndim else type(value)(1)})[0]
                np.testing.assert_allclose(moved, np.asarray(g)[place], atol=1e-14)
    return result


X0 = np.array([-2.0, 0.0, 3.0])
KINKS: list[tuple[str, Case, list[Any]]] = [
    ("std is flat where all are equal", Case("std", (np.full(3, 2.0),)), [[0, 0, 0]]),
    ("var is flat where all are equal", Case("var", (np.full(3, 2.0),)), [[0, 0, 0]]),
    ("a p-norm is flat at 0", Case("p_norm", (np.zeros(3),), {"ord": 3}), [[0, 0, 0]]),
    ("abs of a complex number is flat at 0", Case("absolute", (np.zeros(2, complex),)), [[0, 0]]),
    ("sinc is flat at 0", Case("sinc", (np.array([0.0, 1.0]),)), [[0, -1]]),
    ("cumprod at one zero", Case("cumprod", (np.array([2.0, 0.0, 3.0]),)), [[1, 8, 0]]),
    ("cumprod at two zeros", Case("cumprod", (np.array([0.0, 0.0, 3.0]),)), [[1, 0, 0]]),
    (
        "a running maximum goes to the last of a tie",
        Case("maximum_accumulate", (np.array([1.0, 1.0, 0.0]),)),
        [[1, 2, 0]],
    ),
    ("a median of an odd number is one element", Case("median", (X0,)), [[0, 1, 0]]),
    ("ties of nanmax are shared", Case("nanmax", (np.array([1.0, np.nan, 1.0]),)), [[0.5, 0, 0.5]]),
    (
        "interp on a point has the slope to its right",
        Case("interp", (np.array([1.0]), np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 5.0]))),
        [[4], [0, -4, 0], [0, 1, 0]],
    ),
    (
        "det at a singular matrix",
        Case("det", (np.array([[1.0, 2.0], [2.0, 4.0]]),)),
        [[[4, -2], [-2, 1]]],
    ),
    ("absolute is flat at 0", Case("absolute", (X0,)), [[-1, 0, 1]]),
    ("fabs is flat at 0", Case("fabs", (X0,)), [[-1, 0, 1]]),
    ("sqrt rises without bound at 0", Case("sqrt", (np.array([0.0, 4.0]),)), [[INF, 0.25]]),
    ("cbrt rises without bound at 0", Case("cbrt", (np.array([0.0, 8.0]),)), [[INF, 1 / 12]]),
    (
        "x ** .5 rises without bound at 0",
        Case("power", (np.array([0.0, 4.0]), Literal(0.5))),
        [[INF, 0.25]],
    ),
    (
        "x ** 0 is flat everywhere",
        Case("power", (X0, Literal(0))),
        [[0, 0, 0]],
    ),
    ("x ** 1 has slope one everywhere", Case("power", (X0, Literal(1))), [[1, 1, 1]]),
    ("x ** 2 at 0 and below", Case("power", (X0, Literal(2))), [[-4, 0, 6]]),
    ("x ** 3 at 0 and below", Case("power", (X0, Literal(3))), [[12, 0, 27]]),
    ("x ** 2.0 at 0 and below", Case("power", (X0, Literal(2.0))), [[-4, 0, 6]]),
    (
        "x ** n for an array of whole n, at 0 and below",
        Case("power", (np.array([0.0, 0.0, 0.0, -2.0]), np.array([0, 1, 2, 3]))),
        [[0, 1, 0, 12]],
    ),
    (
        "0 ** y has no slope in y",
        Case("power", (Literal(0.0), np.array([1.0, 2.5]))),
        [[0, 0]],
    ),
    (
        "x ** y at 0, both moving",
        Case("power", (np.array([0.0, 0.0]), np.array([0.0, 2.0]))),
        [[0, 0], [0, 0]],
    ),
    (
        "maximum shares ties",
        Case("maximum", (np.array([1.0, 2, 3]), np.array([1.0, 3, 2]))),
        [[0.5, 0, 1], [0.5, 1, 0]],
    ),
    (
        "minimum shares ties",
        Case("minimum", (np.array([1.0, 2, 3]), np.array([1.0, 3, 2]))),
        [[0.5, 1, 0], [0.5, 0, 1]],
    ),
    (
        "fmax shares ties and ignores NaN",
        Case("fmax", (np.array([1.0, 2, NAN, 3]), np.array([1.0, NAN, 5, 2]))),
        [[0.5, 1, 0, 1], [0.5, 0, 1, 0]],
    ),
    (
        "fmin shares ties and ignores NaN",
        Case("fmin", (np.array([1.0, 2, NAN, 3]), np.array([1.0, NAN, 5, 2]))),
        [[0.5, 1, 0, 0], [0.5, 0, 1, 1]],
    ),
    ("max shares ties", Case("max", (np.array([3.0, 1, 3, 3]),)), [[1 / 3, 0, 1 / 3, 1 / 3]]),
    (
        "min along an axis shares ties",
        Case("min", (np.array([[1.0, 1, 2], [5, 4, 4]]),), {"axis": 1}),
        [[[0.5, 0.5, 0], [0, 0.5, 0.5]]],
    ),
    (
        "clip passes on its bounds",
        Case("clip", (np.array([-1.0, 0, 0.5, 1, 2]), Literal(0.0), Literal(1.0))),
        [[0, 1, 1, 1, 0]],
    ),
    (
        "clip's bounds share nothing on the bound",
        Case("clip", (np.array([-1.0, 0, 0.5, 1, 2]), 0.0, 1.0)),
        [[0, 1, 1, 1, 0], 1.0, 1.0],
    ),
    ("norm is flat at 0", Case("norm", (np.zeros(3),)), [[0, 0, 0]]),
    (
        "norm is flat at a zero row",
        Case("norm", (np.array([[0.0, 0], [3, 4]]),), {"axis": 1}),
        [[[0, 0], [0.6, 0.8]]],
    ),
    (
        "hypot is flat at 0",
        Case("hypot", (np.array([0.0, 3]), np.array([0.0, 4]))),
        [[0, 0.6], [0, 0.8]],
    ),
    (
        "arctan2 is flat at 0",
        Case("arctan2", (np.array([0.0, 1]), np.array([0.0, 2]))),
        [[0, 0.4], [0, -0.2]],
    ),
    ("prod with one zero", Case("prod", (np.array([2.0, 0, 3]),)), [[0, 6, 0]]),
    ("prod with two zeros", Case("prod", (np.array([2.0, 0, 3, 0]),)), [[0, 0, 0, 0]]),
    (
        "prod with zeros along an axis",
        Case("prod", (np.array([[2.0, 0, 3], [0, 0, 3], [1, 2, 3]]),), {"axis": -1}),
        [[[0, 6, 0], [0, 0, 0], [6, 3, 2]]],
    ),
    (
        "prod with zeros along two axes",
        Case("prod", (np.array([[[2.0, 0], [3, 5]]]),), {"axis": (0, 2)}),
        [[[[0, 2], [5, 3]]]],
    ),
]


@pytest.mark.parametrize(("case", "expected"), [k[1:] for k in KINKS], ids=[k[0] for k in KINKS])
def test_convention_at_a_kink(case: Case, expected: list[Any]) -> None:
    for mode in MODES:
        found = gradients(case, "np", mode)
        for g, wanted in zip(found, expected, strict=True):
            np.testing.assert_allclose(g, np.asarray(wanted, float), rtol=1e-14)


NUMBERS: list[tuple[Case, str, list[float]]] = [
    (Case("absolute", (0.0,)), "", [0.0]),
    (Case("fabs", (0.0,)), "math", [0.0]),
    (Case("power", (0.0, Literal(0))), "", [0.0]),
    (Case("power", (0.0, Literal(1))), "", [1.0]),
    (Case("power", (-2.0, Literal(3))), "", [12.0]),
    (Case("power", (0.0, Literal(2.0))), "math", [0.0]),
    (Case("power", (0.0, 2.0)), "", [0.0, 0.0]),
    (Case("power", (0.0, 2.0)), "math", [0.0, 0.0]),
    (Case("power", (0.0, 0.0)), "math", [0.0, 0.0]),
    (Case("maximum", (1.0, 1.0)), "py", [0.5, 0.5]),
    (Case("minimum", (1.0, 1.0)), "py", [0.5, 0.5]),
    (Case("maximum", (0.0, Literal(0))), "py", [0.5]),
    (Case("maximum", (0.3, Literal(0))), "py", [1.0]),
    (Case("maximum", (Literal(0), -0.3)), "py", [0.0]),
    (Case("hypot", (0.0, 0.0)), "math", [0.0, 0.0]),
    (Case("arctan2", (0.0, 0.0)), "math", [0.0, 0.0]),
]


@pytest.mark.parametrize(("case", "via", "expected"), NUMBERS, ids=str)
def test_convention_for_python_numbers(case: Case, via: str, expected: list[float]) -> None:
    assert gradients(case, via) == expected


POLES = [(Case("sqrt", (0.0,)), "math"), (Case("power", (0.0, Literal(0.5))), "")]


@pytest.mark.parametrize(("case", "via"), POLES, ids=str)
def test_infinite_slope_of_python_numbers_raises_as_python_does(case: Case, via: str) -> None:
    """Python has no infinite quotient: the slope is refused where it is met."""
    with pytest.raises(ZeroDivisionError):
        gradients(case, via)


def test_where_keeps_nan_of_the_untaken_arm_out() -> None:
    mask = np.array([True, False, True])
    x, y = np.array([1.0, NAN, 2.0]), np.array([NAN, 3.0, INF])
    for mode in MODES:
        built = Built(Case("where", (mask, x, y)), "np", mode)
        for g in built.gradient():
            assert np.isfinite(g).all()
        built = Built(Case("where", (mask, x, y)), "np", mode, "none")
        dx, dy = built.gradient()
        np.testing.assert_array_equal(dx, [1, 0, 1])
        np.testing.assert_array_equal(dy, [0, 1, 0])


# Backward code warns where forward code did not only at these points: a slope that is infinite.
LOUD = frozenset({"sqrt", "cbrt", "power"})


@pytest.mark.parametrize("case", [k[1] for k in KINKS], ids=[k[0] for k in KINKS])
def test_backward_warns_only_where_the_slope_is_infinite(case: Case) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        built = Built(case, "np")
        built.value()
        infinite = any(np.isinf(g).any() for g in _silent(case))
        if infinite:
            assert case.op in LOUD
            with pytest.raises(RuntimeWarning, match="divide by zero"):
                built.gradient()
        else:
            built.gradient()


def _silent(case: Case) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Built(case, "np", weights="none").gradient()


def test_norm_of_a_matrix_is_smooth_away_from_zero() -> None:
    x = normal(3, 2)
    (g,) = gradients(Case("norm", (x,)), "np")
    np.testing.assert_allclose(g, x / np.linalg.norm(x), rtol=1e-14)
