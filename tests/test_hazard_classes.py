"""Whole classes of silent error: nested derivatives, saved views, cotangents, casts, dead arms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcgrad import grad
from tests.verdict import RefusedList, check, verdict

REFUSED = RefusedList(Path(__file__).parent / "hazards_refused.txt")
X = np.array([1.5, -0.7, 2.2, 0.4])
A = np.array([[0.5, -1.2, 2.0], [1.1, 0.3, -0.4], [-0.9, 1.7, 0.6]])
W = np.array([[0.3, 1.0], [-0.8, 0.2], [0.5, -1.1]])


# -- nested gradients: the inner one must not see the outer variable as its own


def confusion_classic(x: float) -> float:
    return x * grad(lambda y: x * 1.0 + y)(1.0)


def confusion_product(x: float) -> float:
    return x * grad(lambda y: x * y)(2.0)


def confusion_same_point(x: float) -> float:
    return grad(lambda y: x * y * y)(x)


def confusion_shadowed_name(x: float) -> float:
    return grad(lambda x: x**3)(x) * x


def confusion_through_a_function(x: float) -> float:
    def tangent(f: Any, at: float) -> Any:
        return grad(f)(at)

    return tangent(lambda y: tangent(lambda z: x * y * z * z, 3.0) * y, x)


def confusion_three_deep(x: float) -> float:
    return grad(lambda y: grad(lambda z: x**2 * y**2 * z**2)(y) * x)(x)


def confusion_curried(x: float) -> float:
    def shift(offset: float) -> Any:
        return lambda f: lambda at: f(at + offset)

    return grad(shift(x)(lambda y: y * y * x))(1.0)


def confusion_captured_result(x: float) -> float:
    inner = grad(lambda y: np.sin(x * y))
    return inner(x) + inner(2.0) * x


CONFUSION: dict[Any, Callable[[float], float]] = {
    confusion_classic: lambda x: 1.0,
    confusion_product: lambda x: 2 * x,
    confusion_same_point: lambda x: 4 * x,
    confusion_shadowed_name: lambda x: 9 * x**2,
    # d/dx [ d/dy (6 x y^2) at y = x ] = d/dx 12 x^2
    confusion_through_a_function: lambda x: 24 * x,
    # inner: 2 x^2 y^3, times x: 2 x^3 y^3, in y at x: 6 x^5
    confusion_three_deep: lambda x: 30 * x**4,
    # d/dy of x (y + x)^2 at 1: 2 x (1 + x)
    confusion_curried: lambda x: 2 + 4 * x,
    # x cos(x y): at y = x, and at 2 times x
    confusion_captured_result: lambda x: (
        np.cos(x * x) - 2 * x * x * np.sin(x * x) + 2 * x * np.cos(2 * x) - 2 * x**2 * np.sin(2 * x)
    ),
}


@pytest.mark.parametrize("function", CONFUSION, ids=lambda f: f.__name__)
def test_perturbations_are_not_confused(function: Any, update_golden: bool) -> None:
    def compare() -> None:
        for x in (0.7, 1.9):
            assert grad(function)(x) == pytest.approx(CONFUSION[function](x), rel=1e-12)

    REFUSED.expect(function.__name__, verdict(compare), update_golden)


# -- values that the adjoint reads after the program has changed them


def saved_view_of_a_product(a: Any, w: Any) -> Any:
    h = a @ w
    top = h[:2]
    y = np.sum(top * top)
    h *= 2
    h[0] = 0.0
    return y + np.sum(h)


def saved_operand_of_a_product(a: Any, w: Any) -> Any:
    b = a.copy()
    y = b @ w
    b[1] = 5.0
    return np.sum(y * y) + np.sum(b @ w)


def saved_einsum(a: Any, w: Any) -> Any:
    b = a.copy()
    h = np.einsum("ij,jk->ik", b, w)
    b[...] = 0.0
    diagonal = np.einsum("ii->i", a)
    return np.sum(h**2) + np.sum(diagonal**2)


def saved_result_of_exp(a: Any, w: Any) -> Any:
    e = np.exp(a)
    y = np.sum(e * e)
    e += 1.0
    return y + np.sum(e[0] * w[:, 0])


def saved_maximum(a: Any, w: Any) -> Any:
    b = a * 1.0
    m = b.max(axis=1)
    b[:, 0] = 9.0
    return np.sum(m**2) + np.sum(b) * w[0, 0]


# -- cotangents without memory of their own, or in odd order


def stride_zero_cotangent(a: Any, w: Any) -> Any:
    b = a.copy()
    total = b.sum()
    b[0] = 2.0
    return np.sum(np.exp(a)) + total * 3 + np.sum(np.broadcast_to(a[0], (4, 3)))


def transposed_cotangent(a: Any, w: Any) -> Any:
    return np.sum((a.T @ a)[::-1].T * A) + np.sum((w.T @ a).ravel() * np.arange(6.0))


def reversed_cotangent(a: Any, w: Any) -> Any:
    return np.sum(np.sin(a)[::-1, ::2] * W.T[:, ::-1].T) + np.sum(w[::-1] ** 2)


def written_cotangent_of_one_value_twice(a: Any, w: Any) -> Any:
    b = a.sum(axis=0)
    c, d = b[:2], b[1:]
    return np.sum(c * d) + np.sum(b) + np.sum(w.sum(axis=0) * c)


# -- dead arms and exceptional values


def dead_branch_with_nan(a: Any, w: Any) -> Any:
    if a[0, 0] < 0:
        y = np.sqrt(a[0, 0])
    else:
        y = a[0, 0] ** 2
    return y + np.sum(w)


def untaken_mask_with_nan(a: Any, w: Any) -> Any:
    b = np.zeros_like(a)
    ok = a > 0
    b[ok] = np.sqrt(a[ok])
    return np.sum(b) + w[0, 0]


def loop_of_no_trips(a: Any, w: Any) -> Any:
    y = w[0, 0]
    for k in range(0):
        y = y / a[0, k]
    return y + a[1, 1]


# -- casts


def integer_cast_is_a_cut(a: Any, w: Any) -> Any:
    k = int(a[0, 0] * 4.3)
    return a[1, k] * k + np.sum(np.floor(a + 0.05) * a) + float(np.round(w[0, 0])) * w[0, 1]


def index_by_a_cast(a: Any, w: Any) -> Any:
    index = np.abs(a[:, 0]).astype(int)
    return np.sum(w[index] ** 2) + np.sum(index * a[:, 1])


# -- complex factors


def complex_factor_of_an_array(a: Any, w: Any) -> Any:
    z = w * np.exp(0.5j * w)
    return np.sum((z * (1 - 2j)).real * w) + np.sum(a)


def complex_phase_in_place(a: Any, w: Any) -> Any:
    z = a.astype(complex)
    for k in range(2):
        z *= np.exp(-0.5j * (np.abs(z) ** 2 + k))
        z[0] = z[1] * w[0, 0]
    return np.sum(z.real * A) + np.sum(z.imag**2)


def complex_number_times_array(a: Any, w: Any) -> Any:
    return np.sum((0.5j * a - a / 2j).imag * A) + np.sum(np.real((1 + 1j) * w) ** 2)


PAIRS = [
    complex_factor_of_an_array,
    complex_phase_in_place,
    complex_number_times_array,
    saved_view_of_a_product,
    saved_operand_of_a_product,
    saved_einsum,
    saved_result_of_exp,
    saved_maximum,
    stride_zero_cotangent,
    transposed_cotangent,
    reversed_cotangent,
    written_cotangent_of_one_value_twice,
    dead_branch_with_nan,
    untaken_mask_with_nan,
    loop_of_no_trips,
    integer_cast_is_a_cut,
    index_by_a_cast,
]


@pytest.mark.parametrize("function", PAIRS, ids=lambda f: f.__name__)
def test_class_is_right_or_refused(function: Any, update_golden: bool) -> None:
    points = [(A, W), (A * 1.04, W * 0.9)]
    REFUSED.expect(function.__name__, verdict(check, function, points, (0, 1)), update_golden)


@pytest.mark.parametrize("layout", ["C", "F", "reversed", "strided", "read-only"])
def test_layout_of_an_argument_does_not_matter(layout: str) -> None:
    def f(a: Any) -> Any:
        return np.sum((a @ a) ** 2 * A) + np.sum(a.reshape(-1)[2:7] ** 3)

    wide = np.zeros((6, 6))
    wide[::2, ::2] = A
    a = {
        "C": A.copy(),
        "F": np.asfortranarray(A),
        "reversed": A[::-1, ::-1].copy()[::-1, ::-1],
        "strided": wide[::2, ::2],
        "read-only": A.copy(),
    }[layout]
    a.flags.writeable = layout != "read-only"
    found, true = grad(f)(a), grad(f)(A.copy())
    np.testing.assert_allclose(found, true, rtol=1e-14)
    assert found.flags.writeable and not np.shares_memory(found, a)
