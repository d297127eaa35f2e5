"""Programs that raise: the exception, and what was written before it, are part of the meaning."""

import math

import numpy as np

from tests.untouched import A, X, program


class OutOfRangeError(ValueError):
    def __init__(self, value, limit):
        super().__init__(f"{value:.3f} exceeds {limit}")
        self.value = value
        self.limit = limit


def guarded(v, limit):
    if v > limit:
        raise OutOfRangeError(v, limit)
    return v * v


@program(X)
def index_error_after_stores(x):
    for k in range(10):
        x[k] = x[k] * 2
    return np.sum(x)


@program(X, 0.0)
def division_of_numbers_by_zero(x, d):
    x[0] = 5.0
    total = float(x[1]) / d
    x[2] = 7.0
    return total + x[0]


@program(X)
def raise_with_a_formatted_value(x):
    total = 0.0
    for v in x:
        total += v
        if total > 2:
            raise ValueError(f"total {total} at {v:.2f} is too much")
    return total


@program(X)
def own_exception_from_a_helper(x):
    x *= 2
    return sum(guarded(v, 3.5) for v in x)


@program(X)
def assertion_with_a_message(x):
    x[1] = 3.0
    assert x[1] < x[0], f"{x[1]} is not below {x[0]}"
    return np.sum(x)


@program(X)
def assertion_without_a_message(x):
    assert x[0] < 0
    return np.sum(x)


@program(np.array([[1.0, 2.0], [2.0, 4.0]]))
def singular_matrix(a):
    return np.sum(np.linalg.solve(a, a[0]))


@program(A)
def not_positive_definite(a):
    a[0, 0] = -1.0
    return np.sum(np.linalg.cholesky(a))


@program(-1.0)
def domain_of_math(v):
    return math.log(v) + v


@program(1000.0)
def range_of_math(v):
    return math.exp(v) * v


@program(2.0, {"a": 1.0})
def missing_key(v, table):
    return v * table["b"]


@program(2.0)
def missing_attribute(v):
    return v * math.tau.nothing


@program(X)
def caught_and_raised_again(x):
    try:
        x[0] = 9.0
        return guarded(x[2], 1.0)
    except OutOfRangeError as error:
        x[1] = error.limit
        raise RuntimeError("gave up") from error
    finally:
        x[3] = -1.0


@program(X)
def finally_runs_on_the_way_out(x):
    try:
        for k in range(4):
            x[k] = x[k] / (k + 1)
            if x[k] > 0.7:
                raise StopIteration
    finally:
        x *= 10
    return np.sum(x)


@program(3.0)
def no_convergence(v):
    for _ in range(5):
        v = 0.5 * (v + 2 / v) + 0.1
        if abs(v * v - 2) < 1e-9:
            break
    else:
        raise RuntimeError(f"no root after 5 steps, at {v!r}")
    return v


@program(X, np.zeros(3))
def shapes_that_do_not_fit(x, y):
    x[0] = 4.0
    return np.sum(x + y)


@program(X)
def errstate_that_raises(x):
    with np.errstate(invalid="raise"):
        x[2] = 1.0
        return np.sum(np.sqrt(x))


@program(X, "seven")
def conversion_of_a_word(x, word):
    x[0] = 2.0
    return x[1] * float(word)


@program(X)
def negative_number_to_a_power(x):
    return float(x[1]) ** 0.5 + x.no_such_thing


@program(X)
def reading_before_assignment(x):
    if x[0] < 0:
        y = x * 2
    return np.sum(y)


@program(X)
def unpacking_too_many(x):
    a, b = x
    return a * b
