"""Programs whose gradient other tools get wrong without a word: here it is right, or refused.

S1 to S16 are programs that published tools fail on, each with its true gradient derived by hand.
The seeds' function (a loop on a norm, then a branch on a sum) comes at the end.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcgrad import grad
from tests.verdict import RefusedList, check, verdict

Vector = Any


REFUSED = RefusedList(Path(__file__).parent / "hazards_refused.txt")


# -- loops


def product(x: Vector) -> Any:
    prod = 1.0
    for i in range(len(x)):
        prod *= x[i]
    return prod


def ratio_of_sums(x: Vector) -> Any:
    s = 0.0
    n = 0.0
    for i in range(len(x)):
        s = s + x[i]
        n = n + 1.0
    return s / n


def squaring(a: float) -> float:
    while a < 100:
        a = a * a
    return a


def squaring_with_break(a: float, n: int) -> float:
    for _ in range(n):
        a = a * a
        if a > 100:
            break
    return a


@pytest.mark.parametrize("unroll", [False, True, "auto"])
class TestLoops:
    """S6, S7, S8, S11: what a loop overwrites is what its adjoint needs."""

    def test_s6_product_of_elements(self, unroll: Any) -> None:
        found = grad(product, unroll=unroll)(np.array([2.0, 2.0, 2.0]))
        np.testing.assert_array_equal(found, [4.0, 4.0, 4.0])

    def test_s6_product_with_zeros(self, unroll: Any) -> None:
        found = grad(product, unroll=unroll)(np.array([2.0, 0.0, 5.0]))
        np.testing.assert_array_equal(found, [0.0, 10.0, 0.0])

    def test_s7_quotient_of_loop_sums(self, unroll: Any) -> None:
        found = grad(ratio_of_sums, unroll=unroll)(np.array([1.0, 2.0, 3.0]))
        np.testing.assert_allclose(found, [1 / 3] * 3, rtol=1e-15)

    def test_s8_while_that_squares(self, unroll: Any) -> None:
        assert grad(squaring, unroll=unroll)(2.0) == 1024.0

    def test_s11_squares_until_break(self, unroll: Any) -> None:
        assert grad(squaring_with_break, unroll=unroll)(2.0, 10) == 1024.0

    @pytest.mark.parametrize(("n", "true"), [(0, 1.0), (1, 4.0), (2, 32.0), (3, 1024.0)])
    def test_s11_range_ends_before_break(self, unroll: Any, n: int, true: float) -> None:
        assert grad(squaring_with_break, unroll=unroll)(2.0, n) == true


# -- right, or refused and listed: in-place code, views and contexts


def quiet_square(x: float) -> float:
    with np.errstate(all="ignore"):
        y = x * x
    return y


def alias(x: Vector) -> Any:
    y = x
    y[0] = 2 * x[1]
    return np.sum(x)


def view(x: Vector) -> Any:
    z = x * 1.0
    r = z[0:2]
    z[0] = 5 * x[2]
    return np.sum(r * r)


def element_scaled(x: Vector, y: Vector) -> Any:
    z = y * 1.0
    for i in range(len(x)):
        z[i] *= x[i]
    return np.sum(z)


def element_kept(a: Vector) -> Any:
    b = np.zeros(3)
    c = a * 1.0
    for i in range(3):
        b[i] = c[i] * c[i]
        c[i] = 1
    return np.sum(b)


def augmented(x: Vector, y: Vector) -> Any:
    x += y * x
    return np.sum(x * x)


def written_capture(x: Vector) -> Any:
    w = np.array([2.0, 3.0, 4.0])
    y = np.sum(x * w)
    w[:] = 100
    return y


def written_capture_view(x: Vector) -> Any:
    b = np.array([2.0, 3.0, 4.0])
    y = np.sum(x * b)
    v = b[:1]
    v[:] = 7
    return y


X3 = np.array([1.0, 2.0, 3.0])
Y3 = np.array([0.5, -2.0, 1.0])
POINTS = {
    "S1_with": (quiet_square, 0, (3.0,), 6.0),
    "S2_alias": (alias, 0, (X3,), [0.0, 3.0, 1.0]),
    "S3_view": (view, 0, (X3,), [0.0, 4.0, 150.0]),
    "S9_scaled": (element_scaled, 0, (np.full(2, 2.0), np.full(2, 3.0)), [3.0, 3.0]),
    "S10_kept": (element_kept, 0, (X3,), [2.0, 4.0, 6.0]),
    "S12_written_after_use": (written_capture, 0, (X3,), [2.0, 3.0, 4.0]),
    "S13_written_through_a_view": (written_capture_view, 0, (X3,), [2.0, 3.0, 4.0]),
    "S14_argument_augmented": (augmented, 0, (X3, Y3), 2 * X3 * (1 + Y3) ** 2),
    "S14_other_argument": (augmented, 1, (X3, Y3), 2 * X3 * X3 * (1 + Y3)),
    "S15_std": (lambda x: np.std(x), 0, (X3,), (X3 - 2.0) / (3 * np.std(X3))),
    "S15_var": (lambda x: np.var(x), 0, (X3,), 2 * (X3 - 2.0) / 3),
    "S15_var_of_rows": (
        lambda x: np.sum(np.var(x, axis=1, ddof=1) * np.array([1.0, 2.0])),
        0,
        (np.array([[1.0, 2.0, 6.0], [0.0, 4.0, 5.0]]),),
        [[-2.0, -1.0, 3.0], [-6.0, 2.0, 4.0]],
    ),
}


@pytest.mark.parametrize("name", POINTS)
def test_hazard_is_right_or_refused(name: str, update_golden: bool) -> None:
    function, argnums, args, true = POINTS[name]
    REFUSED.expect(name, verdict(check, function, [args], argnums, true), update_golden)


# -- right: broadcasting


@pytest.mark.parametrize(
    "y", [2.0, np.float64(2.0), np.array(2.0)], ids=["float", "scalar", "rank0"]
)
@pytest.mark.parametrize(
    ("function", "true"),
    [
        pytest.param(lambda x, y: np.sum(x / y), -1.5, id="S4-quotient"),
        pytest.param(lambda x, y: np.sum(x * y), 6.0, id="S5-operator"),
        pytest.param(lambda x, y: np.sum(np.multiply(x, y)), 6.0, id="S5-multiply"),
        pytest.param(lambda x, y: np.sum(np.maximum(x, y)), 1.5, id="S5-maximum"),
        pytest.param(lambda x, y: np.sum(x**y), 4 * np.log(2.0) + 9 * np.log(3.0), id="S5-power"),
    ],
)
def test_scalar_operand_gets_a_scalar(function: Any, true: float, y: Any) -> None:
    found = grad(function, argnums=1)(X3, y)
    assert np.shape(found) == ()
    assert type(found) is type(y)
    assert found == pytest.approx(true, rel=1e-15)


@pytest.mark.parametrize(("rows", "columns"), [(1, 3), (2, 1), (1, 1), (2, 3)])
def test_s5_broadcast_axes_are_summed(rows: int, columns: int) -> None:
    x, y = np.full((2, 3), 2.0), np.full((rows, columns), 5.0)
    found = grad(lambda x, y: np.sum(x * y), argnums=1)(x, y)
    assert found.shape == y.shape
    np.testing.assert_array_equal(found, np.full(y.shape, 2.0 * 6 / y.size))


# -- S16: the dtype of the input, always


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(
    "factor", [2, 2.0, np.float32(2), np.float64(2), np.array(2.0), np.full(3, 2.0)], ids=repr
)
def test_s16_gradient_has_the_dtype_of_the_input(dtype: Any, factor: Any) -> None:
    x = np.array([1.0, 2.0, 3.0], dtype)
    found = grad(lambda x, c: np.sum(x * c))(x, factor)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, np.full(3, 2.0, dtype))


def test_s16_float32_leaf_beside_float64_leaf() -> None:
    x, w = np.ones(3, np.float32), np.full(3, 3.0)
    dx, dw = grad(lambda x, w: np.sum(x * w), argnums=(0, 1))(x, w)
    assert (dx.dtype, dw.dtype) == (np.float32, np.float64)


# -- S12, S13: what a function captures is read at each call


def test_s12_captured_array_is_the_one_of_the_call() -> None:
    w = np.array([2.0, 3.0])

    def f(x: Vector) -> Any:
        return np.sum(x * w)

    gradient = grad(f)
    np.testing.assert_array_equal(gradient(np.ones(2)), [2.0, 3.0])
    w[:] = 100
    np.testing.assert_array_equal(gradient(np.ones(2)), [100.0, 100.0])


def test_s13_result_is_not_a_view_of_a_captured_array() -> None:
    w = np.array([2.0, 3.0])
    found = grad(lambda x: np.sum(x * w))(np.ones(2))
    w[:1] = 7
    np.testing.assert_array_equal(found, [2.0, 3.0])
    found[:] = 0
    np.testing.assert_array_equal(w, [7.0, 3.0])


# -- arms that the run does not take


def test_nan_of_the_other_arm_stays_there() -> None:
    x = np.array([-1.0, 0.0, 4.0])
    with np.errstate(invalid="ignore", divide="ignore"):
        found = grad(lambda x: np.sum(np.where(x > 0, np.sqrt(x), 0.0)))(x)
        other = grad(lambda x: np.sum(np.where(x <= 0, 0.0, np.sqrt(x))))(x)
    np.testing.assert_array_equal(found, [0.0, 0.0, 0.25])
    np.testing.assert_array_equal(other, [0.0, 0.0, 0.25])


def test_overflow_of_the_other_arm_stays_there() -> None:
    x = np.array([-1000.0, 1000.0])
    with np.errstate(over="ignore"):
        found = grad(lambda x: np.sum(np.where(x > 0, x, np.exp(x))))(x)
    np.testing.assert_array_equal(found, [0.0, 1.0])


# -- the seeds' function


def seeds(a: Any) -> Any:
    b = a * 2
    while np.linalg.norm(b) < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return np.sum(c)


def seeds_true(a: Any) -> Any:
    """``2**k``, or a hundred times that, by running the loop."""
    b, power = a * 2, 2.0
    while np.linalg.norm(b) < 1000:
        b, power = b * 2, power * 2
    return np.full(np.shape(a), power if np.sum(b) > 0 else 100 * power)


SIZES = [1, 2, 3, 10, 100]
SIGNS = [1.0, -1.0]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("unroll", [False, True, "auto"])
def test_seeds_gradient_is_a_power_of_two(size: int, sign: float, unroll: Any) -> None:
    gradient = grad(seeds, unroll=unroll)
    for scale in (1e-3, 0.3, 7.0, 5000.0):
        a = sign * scale * np.abs(np.random.default_rng(size).normal(size=size))
        found = gradient(a)
        assert found.shape == a.shape
        np.testing.assert_array_equal(found, seeds_true(a))


@pytest.mark.parametrize("size", SIZES)
def test_seeds_forms_agree_to_the_bit(size: int) -> None:
    rolled, path, auto = (grad(seeds, unroll=u) for u in (False, True, "auto"))
    rng = np.random.default_rng(size)
    for _ in range(20):
        a = rng.normal(size=size) * 10.0 ** rng.integers(-3, 4)
        first = rolled(a)
        for _ in range(3):  # "auto" may change its form from one call to the next
            assert first.tobytes() == path(a).tobytes() == auto(a).tobytes()


def test_seeds_path_is_a_handful_of_lines() -> None:
    gradient = grad(seeds, unroll=True)
    a = np.array([0.9, 0.3, -0.2])
    gradient(a)
    code = next(reversed(gradient.last.paths.values())).code
    assert len(ast.unparse(ast.parse(code.text).body[-1]).splitlines()) <= 5
    space: dict[str, Any] = {}
    exec(code.text, space)
    np.testing.assert_array_equal(space[code.name](a), seeds_true(a))
