"""Third derivatives by ``grad(grad(grad(f)))``, against closed forms worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import special

from srcgrad import grad

Function = Callable[[Any], Any]
A = np.array([[2.0, 0.3, -0.4], [0.1, 1.5, 0.2], [-0.3, 0.6, 3.0]])
B = np.array([[0.4, -0.2, 0.1], [0.3, 0.2, -0.5], [0.2, 0.7, -0.1]])
U, V = np.array([1.0, -0.4, 0.3]), np.array([0.2, 0.5, -0.7])
COEFFICIENTS = (0.3, -1.2, 0.7, 2.0, -0.4, 0.9)


def polynomial(x):
    value = 0.0
    for c in COEFFICIENTS:
        value = value * x + c
    return value


def softplus(x):
    return np.log(1 + np.exp(x))


def logsumexp(x):
    return special.logsumexp(np.array([x, 2 * x, 0.3]))


def resolvent(x):
    return U @ np.linalg.inv(A + x * B) @ V


def solution(x):
    return U @ np.linalg.solve(A + x * B, V)


def determinant(x):
    return np.linalg.det(A + x * B)


def singular_determinant(x):
    return np.linalg.det(np.diag(np.array([0.0, 0.0, 2.0])) + x * B)


def log_determinant(x):
    return np.linalg.slogdet(A + x * B)[1]


def product(x):
    return np.prod(np.array([1.0, 2.0, -1.0, 0.5]) + x * np.array([1.0, -0.3, 2.0, 0.7]))


def running_product(x):
    return np.cumprod(np.array([1.0, 2.0, -1.0]) + x * np.array([1.0, -0.3, 2.0]))[-1]


def cubed_norm(x):
    return np.linalg.norm(U + x * V) ** 3


def power_of_matrix(x):
    return U @ np.linalg.matrix_power(A + x * B, 3) @ V


# -- closed forms ---------------------------------------------------------------------------------


def third_of_logsumexp(x: float) -> float:
    """The third cumulant of the slopes 1, 2 and 0 under the softmax weights."""
    slopes = np.array([1.0, 2.0, 0.0])
    weights = np.exp(np.array([x, 2 * x, 0.3]) - logsumexp(x))
    mean = weights @ slopes
    return float(weights @ (slopes - mean) ** 3)


def third_of_resolvent(x: float) -> float:
    inverse = np.linalg.inv(A + x * B)
    step = inverse @ B
    return float(-6 * U @ step @ step @ step @ inverse @ V)


def third_of_log_determinant(x: float) -> float:
    step = np.linalg.inv(A + x * B) @ B
    return float(2 * np.trace(step @ step @ step))


def third_of_cubed_norm(x: float) -> float:
    """Of ``q ** 1.5`` with the quadratic ``q = |U + x V|^2``, whose third derivative is zero."""
    y = U + x * V
    q, q1, q2 = y @ y, 2 * y @ V, 2 * V @ V
    return float(-0.375 * q**-1.5 * q1**3 + 2.25 * q**-0.5 * q1 * q2)


def third_of_power_of_matrix(x: float) -> float:
    return float(6 * U @ B @ B @ B @ V)


def third_of_polynomial(x: float) -> float:
    return float(np.polyval(np.polyder(np.array(COEFFICIENTS), 3), x))


def factors(a: list[float], b: list[float]) -> Callable[[float], float]:
    """Third derivative of the product of ``a + b * x``."""

    def third(x: float) -> float:
        whole = np.poly1d([1.0])
        for p, q in zip(a, b, strict=True):
            whole = whole * np.poly1d([q, p])
        return float(whole.deriv(3)(x))

    return third


def third_of_tanh(x: float) -> float:
    t = math.tanh(x)
    return (1 - t * t) * (6 * t * t - 2)


def third_of_softplus(x: float) -> float:
    s = 1 / (1 + math.exp(-x))
    return s * (1 - s) * (1 - 2 * s)


def third_of_arctan(x: float) -> float:
    return (6 * x * x - 2) / (1 + x * x) ** 3


def third_of_erf(x: float) -> float:
    return 2 / math.sqrt(math.pi) * (4 * x * x - 2) * math.exp(-x * x)


def third_of_j0(x: float) -> float:
    """From Bessel's equation: ``J0'' = J1 / x - J0``."""
    j0, j1 = float(special.j0(x)), float(special.j1(x))
    return j1 + j0 / x - 2 * j1 / x**2


def third_of_sinc(x: float) -> float:
    z = math.pi * x
    s, c = math.sin(z), math.cos(z)
    return math.pi**3 * (-c / z + 3 * s / z**2 + 6 * c / z**3 - 6 * s / z**4)


CASES: list[tuple[str, Function, Function, float]] = [
    ("sin", lambda x: np.sin(x), lambda x: -math.cos(x), 0.7),
    ("exp", lambda x: np.exp(x), math.exp, 0.7),
    ("log", lambda x: np.log(x), lambda x: 2 / x**3, 0.7),
    ("power", lambda x: x**2.7, lambda x: 2.7 * 1.7 * 0.7 * x**-0.3, 0.7),
    ("whole power at 0", lambda x: x**3, lambda x: 6.0, 0.0),
    ("tanh", lambda x: np.tanh(x), third_of_tanh, 0.7),
    ("erf", lambda x: math.erf(x), third_of_erf, 0.7),
    ("gammaln", lambda x: special.gammaln(x), lambda x: float(special.polygamma(2, x)), 0.7),
    ("lgamma", lambda x: math.lgamma(x), lambda x: float(special.polygamma(2, x)), 0.7),
    ("logsumexp", logsumexp, third_of_logsumexp, 0.7),
    ("sqrt", lambda x: np.sqrt(x), lambda x: 0.375 * x**-2.5, 0.7),
    ("reciprocal", lambda x: 1 / x, lambda x: -6 / x**4, 0.7),
    ("arctan", lambda x: np.arctan(x), third_of_arctan, 0.7),
    ("polynomial in a loop", polynomial, third_of_polynomial, 0.7),
    ("softplus", softplus, third_of_softplus, 0.7),
    ("inv", resolvent, third_of_resolvent, 0.4),
    ("solve", solution, third_of_resolvent, 0.4),
    ("det", determinant, lambda x: 6 * np.linalg.det(B), 0.4),
    ("slogdet", log_determinant, third_of_log_determinant, 0.4),
    ("prod", product, factors([1, 2, -1, 0.5], [1, -0.3, 2, 0.7]), 0.4),
    ("prod at a zero", product, factors([1, 2, -1, 0.5], [1, -0.3, 2, 0.7]), 0.5),
    ("cumprod", running_product, factors([1, 2, -1], [1, -0.3, 2]), 0.4),
    ("norm ** 3", cubed_norm, third_of_cubed_norm, 0.4),
    ("matrix_power", power_of_matrix, third_of_power_of_matrix, 0.4),
    ("j0", lambda x: special.j0(x), third_of_j0, 0.7),
    ("sinc", lambda x: np.sinc(x), third_of_sinc, 0.7),
]


@pytest.mark.parametrize(
    ("function", "third", "x"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_third_derivative_is_the_closed_form(function: Function, third: Function, x: float) -> None:
    found = grad(grad(grad(function)))(x)
    assert found == pytest.approx(third(x), rel=1e-11, abs=1e-11)


def test_second_derivative_of_a_determinant_is_exact_at_a_singular_matrix() -> None:
    assert grad(singular_determinant)(0.0) == pytest.approx(0.0, abs=1e-15)
    expected = 2 * 2 * np.linalg.det(B[:2, :2])
    assert grad(grad(singular_determinant))(0.0) == pytest.approx(expected, rel=1e-12)
