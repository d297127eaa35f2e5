"""Code as users of NumPy write it: value bit-equal in both front ends, gradient against differences."""

from __future__ import annotations

import abc
import math
import sys
from sys import float_info
from typing import Any

import numpy as np
import pytest
from language_cases import noting, refusal

from srcgrad import check_grads, value_and_grad

X = np.array([0.7, -1.3, 2.1])
M = np.arange(12.0).reshape(3, 4) * 0.3 + 0.1
CASES: list[Any] = []
case = noting(CASES)


# -- lists and tuples beside arrays ---------------------------------------------------------------------


@case(X)
def list_operands(x):
    a, b, c = x
    y = np.sin(x) * [1.0, 2.0, 3.0] + [0.5, 0.25, a] * x
    return np.sum(y * x * (a, b, c)) + np.sum([[1.0, 2.0, a], [0.0, b, 1.0]] * x)


@case(X)
def list_beside_a_scalar(x):
    y = [x[0], x[1]] - np.max(x)
    z = (x[0], x[2]) / np.sum(x * x)
    return np.sum(y**2 * z) + np.sum((np.mean(x) - [1.0, x[1]]) ** 2)


@case(X)
def list_that_becomes_an_array(x):
    q = [x[0], x[1] * x[2]]
    r = q
    q /= np.linalg.norm(q)
    q *= np.array([1.0, 3.0])
    return q[0] * 3 + q[1] + len(r) + r[1]


@case(X)
def list_plus_array_in_place(x):
    q = [x[0], 1.0, 2.0]
    q += x
    return np.sum(q**2) + len(q)


@case(X)
def array_updated_by_lists(x):
    y = x.copy()
    y += [1.0, 2.0, 3.0]
    y *= [x[0], 2, 3]
    return np.sum(y**2)


@case(X)
def repeated_lists(x):
    n = 2
    return np.sum(np.array([x[0], x[1]] * n) ** 2) + np.sum(np.array(3 * (x[2],)) * x)


@case(X)
def compared_with_lists(x):
    return np.sum(x * (x > [0.0, 0.0, 3.0])) + np.sum(x**2 * ((0.0, 0.0, 3.0) >= x))


@case(X)
def lists_as_polynomials(x):
    a = np.polyder([1.0, x[0], x[1]]) * [1.0, x[2]]
    b = np.polyint([x[0], 1.0]) + np.polyfit((0.0, 1.0, 3.0), [x[0], 2 * x[1], x[2] ** 2], 2)
    return np.sum(a**2) + np.sum(b**2) + np.polyval([x[0], x[1], 2.0], 1.5)


@case(X)
def lists_as_arguments(x):
    a = np.reshape([x[0], 1.0, x[1], 2.0], (2, 2)) @ np.transpose([[x[2], 1.0], [2.0, x[0]]])
    b = np.array_split([x[0], x[1], 1.0], 2)[0] * np.shape([x, x])[0]
    c = np.trim_zeros([0.0, 2.0, 3.0]) if np.size([1.0, 2.0]) == 2 else b
    return np.sum(a**2) + np.sum(b**3) + np.sum(c) + np.sum(np.broadcast_to([x[1], 2.0], (3, 2)))


@case(X)
def numbers_as_conditions(x):
    return np.sum(np.compress([0, 2, 1], x) ** 2) + np.sum(np.extract([1, 0, 3], x**3))


@case(X)
def truths_as_exponents(x):
    return np.sum(x ** (x > 0)) + np.sum(x) ** (x[0] > 0) + np.sum(2.0 ** (x < [1.0, 0.0, 0.0]) * x)


# -- classes of private names, and of plain bases --------------------------------------------------------


class Model(abc.ABC):
    def __init__(self):
        super().__init__()

    @abc.abstractmethod
    def run(self, x): ...


class Scaled(Model):
    __offset = 0.5

    def __init__(self, scale):
        super().__init__()
        self.__scale = scale
        self.__dunder__ = 2.0

    @staticmethod
    def __square(x):
        return x**2

    def __calc(self, x):
        return self.__scale * x + self.__offset

    @property
    def __twice(self):
        return 2 * self.__scale

    def run(self, x):
        def inner(v):
            return self.__calc(v)

        self.__scale = self.__twice
        self.__scale *= 1.5
        __hidden = self.__dunder__
        return np.sum(Scaled.__square(inner(x))) + np.sum(self.__square(self.__scale * __hidden))


class Rescaled(Scaled):
    __offset = 7.0

    def __init__(self, scale):
        object.__init__(self)
        super(Rescaled, self).__init__(scale)  # noqa: UP008
        self._Rescaled__extra = scale

    def run(self, x):
        return super().run(x) * np.sum(self.__extra) + self.__offset


@case(X)
def private_names(x):
    return Scaled(x[0]).run(x) + Rescaled(x[1]).run(x)


# -- constants ----------------------------------------------------------------------------------------------


SINGLE = np.finfo(np.float32)


@case(X)
def limits(x):
    small = np.finfo(float).eps + np.finfo(x.dtype).tiny + np.finfo(x[0]).resolution + SINGLE.eps
    large = np.minimum(x, np.finfo(np.float64).max) * (np.iinfo(np.int64).max > 3)
    return np.sum(large / (np.abs(x[1]) + small)) * np.finfo("d").bits


@case(X)
def limits_of_python(x):
    best, worst = sys.float_info.max, -math.inf
    for v in x:
        if v < best:
            best = v
        worst = max(worst, v)
    return best * worst + (float_info.epsilon + sys.float_info.min) * x[0] + math.tau * x[2]


@case(X)
def dtypes(x):
    whole = np.zeros(3, dtype=np.dtype(float)) + x**2
    if np.issubdtype(x.dtype, np.floating) and x.dtype == np.dtype("float64"):
        whole = whole * x.dtype.itemsize
    ones = np.array([1, 2, 3], dtype=x.dtype) * np.array([1, 2, 3], np.result_type(x, 1.0))
    return np.sum(whole * ones)


@case(X)
def called_types(x):
    a = np.float64(x[0]) * [x[1], 2.0][0] + np.sum([x[0], x[1]] - np.float64(1.0))
    b = np.float64([x[0], 1.0]) * np.int64(3) + np.float32(0.1)
    return a + np.sum(b) + np.float64("2.5") * x[2]


@pytest.mark.parametrize("frontend", ["source", "record"])
@pytest.mark.parametrize(("function", "args"), CASES)
def test_value_and_gradient(function: Any, args: Any, frontend: str) -> None:
    if (function.__name__, frontend) in NOT_RECORDED:
        pytest.skip("a list of recorded values beside an array that is not recorded")
    value, _ = value_and_grad(function, frontend=frontend)(*args)
    expected = function(*args)
    assert value == expected
    assert type(value) is type(expected)
    check_grads(function, args, rtol=1e-6)


NOT_RECORDED = {("called_types", "record")}


def test_a_type_that_is_called_keeps_its_dtype() -> None:
    def f(x):
        return np.float64(0.1) * x + 1.0 / np.float64(np.inf) * x

    def g(x):
        return np.float32(0.1) * x

    single = np.float32(1.5)
    for function in (f, g):
        value, _ = value_and_grad(function, frontend="source")(single)
        assert value == function(single)
        assert type(value) is type(function(single))


def test_a_dtype_that_equals_none_is_still_a_dtype() -> None:
    wanted = np.dtype(float)

    def f(x):
        return np.sum(np.asarray(x, dtype=wanted))

    value, _ = value_and_grad(f, frontend="source")(X.astype(np.float32))
    assert type(value) is np.float64


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("return np.sum([1.0, 2.0] * np.sum(x))", "SG215"),
        ("return np.sum([1.0, 2.0] * 1.5) * x[0]", "SG215"),
        ("return np.sum([1.0, 2.0] - 1.5) * x[0]", "SG215"),
        ("return np.finfo(bool).eps * x[0]", "SG219"),
        ("return np.sum(np.array([x, x], dtype=object))", "SG219"),
        ("return np.sum(np.zeros(3, object) + x)", "SG219"),
        ("np.random.seed(0)\n    return np.sum(x)", "SG229"),
        ("rng = np.random.default_rng(0)\n    return np.sum(x)", "SG229"),
        ("return x[0] * np.random.rand()", "SG229"),
        ("import random\n    return x[0] * random.gauss(0.0, 1.0)", "SG229"),
    ],
)
def test_refused_with_place_and_remedy(body: str, code: str, tmp_path: Any) -> None:
    error = refusal(tmp_path, f"import numpy as np\ndef f(x):\n    {body}\n", X)
    assert error.code == code
    assert error.remedy
