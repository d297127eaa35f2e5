"""Programs and calls that srcgrad must refuse. Each function of `CASES` makes one call that raises.

The messages are in ``messages.txt``; they name lines of this file, so a case is added at the end.
"""

# ruff: noqa: B007, F841, RUF059, SIM115
from __future__ import annotations

import asyncio
import math
import random
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from srcgrad import grad, value_and_grad

X = np.array([1.0, 2.0, 3.0])
M = np.arange(6.0).reshape(2, 3)
CASES: dict[str, Any] = {}


def case(function: Any) -> Any:
    """Note a call under the name of its function."""
    CASES[function.__name__] = function
    return function


def square(x):
    return np.sum(x * x)


def weighted(x, w):
    return np.sum(x * w)


# arguments of grad


@case
def argnums_out_of_range():
    grad(square, argnums=3)


@case
def argnums_unknown_name():
    grad(weighted, argnums="y")


@case
def argnums_twice():
    grad(weighted, argnums=(0, "x"))


@case
def argnums_empty():
    grad(weighted, argnums=())


@case
def argnums_float():
    grad(square, argnums=0.5)


@case
def argnums_bool():
    grad(square, argnums=True)


@case
def argnums_of_other_type_inside():
    grad(weighted, argnums=(0, None))


@case
def argnums_of_no_parameters():
    def nothing():
        return 1.0

    grad(nothing)


@case
def unroll_unknown():
    grad(square, unroll="always")


@case
def not_a_function():
    grad(3.0)


# arguments of the call


@case
def argument_missing():
    grad(weighted)(X)


@case
def argument_too_many():
    grad(square)(X, X)


@case
def argument_unknown_keyword():
    grad(square)(X, scale=2.0)


@case
def argument_integer_array():
    grad(square)(np.arange(3))


@case
def argument_integer():
    grad(lambda x: x * 2.0)(3)


@case
def argument_bool():
    grad(lambda x: x * 2.0)(True)


@case
def argument_bool_array():
    grad(square)(np.array([True, False]))


@case
def argument_complex_array():
    grad(square)(np.array([1 + 2j]))


@case
def result_complex():
    grad(lambda x: x * 1j)(1.5)


@case
def argument_object_array():
    grad(square)(np.array([1.0, None], dtype=object))


@case
def argument_strings():
    grad(square)(np.array(["a", "b"]))


@case
def argument_longdouble():
    grad(square)(np.ones(2, np.longdouble))


@case
def argument_big_endian():
    grad(square)(np.ones(2, ">f8"))


@case
def argument_matrix():
    class Matrix(np.ndarray):
        pass

    grad(square)(M.view(Matrix))


@case
def argument_masked():
    grad(square)(np.ma.masked_array(X, [True, False, False]))


@case
def argument_record():
    grad(square)(np.zeros(2, [("a", "f8")]))


@case
def argument_datetime():
    grad(square)(np.array(["2020-01-01"], "M8[D]"))


@case
def argument_decimal():
    grad(square)(Decimal("1.5"))


@case
def argument_fraction():
    grad(square)(Fraction(1, 2))


@case
def argument_set():
    grad(lambda x: 1.0)({1.0, 2.0})


@case
def argument_generator():
    grad(lambda x: 1.0)(v for v in X)


@case
def argument_counter():
    grad(lambda x: x["a"] * 2.0)(Counter(a=1))


@case
def argument_none():
    grad(square)(None)


@case
def argument_string():
    grad(square)("text")


@case
def argument_empty_list():
    grad(lambda xs: 1.0)([])


@case
def argument_list_with_integer():
    grad(lambda xs: xs[0] * xs[1])([1.0, 2])


# results


@case
def result_vector():
    grad(lambda x: x * x)(X)


@case
def result_matrix():
    def f(x):
        y = np.exp(x)
        return y

    grad(f)(M)


@case
def result_pair():
    grad(lambda x: (np.sum(x), np.sum(x)))(X)


@case
def result_none():
    def f(x):
        y = x * x

    grad(f)(X)


@case
def result_integer():
    grad(lambda x: len(x))(X)


@case
def result_bool():
    grad(lambda x: np.sum(x) > 0)(X)


@case
def result_string():
    grad(lambda x: "loss")(X)


@case
def result_without_dependence():
    grad(lambda x, w: np.sum(w), argnums=0)(X, X)


@case
def result_constant():
    grad(lambda x: 3.0)(X)


@case
def result_not_a_pair_with_aux():
    grad(square, has_aux=True)(X)


@case
def result_vector_with_value():
    value_and_grad(lambda x: x + 1.0)(X)


# functions and methods


@case
def function_without_rule():
    grad(lambda x: np.sum(np.setxor1d(x, x)))(X)


@case
def function_of_linalg_without_rule():
    grad(lambda x: np.sum(np.linalg.svd(x)[1]))(M)


@case
def function_of_math_without_rule():
    grad(lambda x: math.ulp(x))(1.5)


@case
def function_of_random():
    grad(lambda x: np.sum(x * np.random.rand(3)))(X)


@case
def function_of_random_module():
    grad(lambda x: x * random.random())(1.5)


@case
def function_opens_file():
    def f(x):
        open("x.txt")
        return np.sum(x)

    grad(f)(X)


@case
def function_sorted():
    grad(lambda x: sorted(x)[0] * 1.0)(X)


@case
def keyword_unsupported():
    grad(lambda x: np.median(x, overwrite_input=True))(X)


@case
def keyword_unknown():
    grad(lambda x: np.sum(x, axes=0))(X)


@case
def method_unsupported():
    grad(lambda x: x.byteswap().sum())(X)


@case
def method_unknown():
    grad(lambda x: x.total())(X)


@case
def method_in_place():
    def f(x):
        x.partition(1)
        return x[0]

    grad(f)(X.copy())


@case
def attribute_unsupported():
    grad(lambda x: x.strides[0])(X)


@case
def method_of_float():
    grad(lambda x: x.hex() * 2.0)(1.5)


@case
def call_of_argument():
    grad(lambda x: x(1.0))(1.5)


@case
def call_wrong_arity():
    grad(lambda x: weighted(x))(X)


@case
def call_unknown_keyword():
    grad(lambda x: square(x, scale=2.0))(X)


@case
def call_of_numpy_with_too_many():
    grad(lambda x: np.sum(np.exp(x, x, x)))(X)


@case
def axis_out_of_range():
    grad(lambda x: np.sum(np.sum(x, axis=2)))(M)


@case
def axis_is_array():
    grad(lambda x, a: np.sum(np.sum(x, axis=a)))(M, X)


# statements and expressions outside the language


@case
def syntax_try():
    def f(x):
        try:
            return np.sum(x)
        except ValueError:
            return 0.0

    grad(f)(X)


@case
def syntax_generator_function():
    def f(x):
        yield np.sum(x)

    grad(f)(X)


@case
def syntax_async():
    async def f(x):
        await asyncio.sleep(0)
        return np.sum(x)

    grad(f)(X)


@case
def syntax_nonlocal():
    count = 0

    def f(x):
        nonlocal count
        count += 1
        return np.sum(x)

    grad(f)(X)


@case
def syntax_class():
    def f(x):
        class Local:
            pass

        return x * x

    grad(f)(1.5)


@case
def syntax_star_assignment():
    def f(x):
        a, *b = x
        return a * 2.0

    grad(f)(X)


@case
def syntax_fstring():
    grad(lambda x: len(f"{x}") * x)(1.5)


@case
def syntax_attribute_write():
    class Box:
        value = 0.0

    box = Box()

    def f(x):
        box.value = x
        return x * x

    grad(f)(1.5)


# writes


@case
def write_what_may_be_a_view():
    def f(x):
        y = x.reshape(-1)
        y[0] = 1.0
        return np.sum(x) + np.sum(y)

    grad(f)(X.copy())


@case
def write_array_that_an_arm_chose():
    def f(x):
        a, b = x * 2, x * 3
        t = a if x[0] > 0 else b
        t[0] = 1.0
        return np.sum(a) + np.sum(b)

    grad(f)(X)


@case
def write_read_only_view():
    def f(x):
        y = np.broadcast_to(x, (2, 3))
        y[0] = 1.0
        return np.sum(y)

    grad(f)(X)


@case
def write_item_of_a_number():
    def f(x):
        y = np.sum(x)
        y[0] = 1.0
        return y

    grad(f)(X)


@case
def write_reals_into_integers():
    def f(x):
        y = np.zeros(3, dtype=int)
        y += x
        return np.sum(y * x)

    grad(f)(X)


# names


@case
def name_undefined():
    def f(x):
        return np.sum(x * wieght)  # noqa: F821

    grad(f)(X)


@case
def name_unbound_always():
    def f(x):
        z = y * x  # noqa: F821
        y = x
        return z + y

    grad(f)(1.5)


@case
def name_of_missing_attribute():
    grad(lambda x: np.sum(np.expp(x)))(X)


# kinds


@case
def kinds_differ_between_arms():
    def f(x, c):
        if c > 0:
            y = x
        else:
            y = (x, x)
        return np.sum(y)

    grad(f)(X, 1.0)


@case
def kinds_array_or_none():
    def f(x, c):
        y = None
        if c > 0:
            y = x
        return np.sum(y)

    grad(f)(X, 1.0)


@case
def kinds_of_results_differ():
    def f(x, c):
        if c > 0:
            return np.sum(x), x
        return np.sum(x)

    grad(f)(X, 1.0)


@case
def unpack_too_few():
    def f(x):
        a, b = (x, x, x)
        return np.sum(a)

    grad(f)(X)


@case
def unpack_number():
    def f(x):
        a, b = x
        return a * b

    grad(f)(1.5)


@case
def truth_of_array():
    def f(x):
        if x > 0:
            return np.sum(x)
        return np.sum(2 * x)

    grad(f)(X)


@case
def truth_of_array_in_and():
    def f(x):
        return np.sum(x) if x > 0 and x < 1 else 1.0 * np.sum(x)

    grad(f)(X)


@case
def truth_of_array_in_while():
    def f(x):
        while x < 10:
            x = x * 2
        return np.sum(x)

    grad(f)(X)


@case
def range_of_float():
    def f(x):
        total = 0.0
        for i in range(x):
            total = total + x
        return total

    grad(f)(3.5)


@case
def loop_over_number():
    def f(x):
        total = 0.0
        for v in x:
            total = total + v
        return total

    grad(f)(1.5)


@case
def tuple_index_of_the_run():
    def f(xs, n):
        i = 0
        while xs[0] * i < n:
            i = i + 1
        return xs[i]

    grad(f)((1.5, 2.5), 1.0)


@case
def tuple_index_out_of_range():
    grad(lambda xs: xs[2] * 1.0)((1.5, 2.5))


@case
def index_is_float():
    grad(lambda x: x[1.0])(X)


@case
def index_of_number():
    grad(lambda x: x[0])(1.5)


@case
def dict_key_missing():
    grad(lambda p: p["w"] * 2.0)({"v": 1.5})


@case
def dict_key_of_the_run():
    grad(lambda p, k: p[k] * 2.0)({1: 1.5, 2: 2.5}, 1.0)


@case
def add_number_and_string():
    grad(lambda x: x + "1")(1.5)


@case
def add_array_and_none():
    grad(lambda x: np.sum(x + None))(X)


@case
def add_tuples_of_arrays_to_array():
    grad(lambda x: np.sum(x * (x,)[0] + {"a": x}))(X)


@case
def matmul_of_numbers():
    grad(lambda x: x @ x)(1.5)


@case
def complex_literal():
    grad(lambda x: x * 2j)(1.5)


@case
def cast_to_integer():
    grad(lambda x: np.sum(x.astype(int)))(X)


# recursion


@case
def recursion_without_end():
    def f(x):
        return f(x) * 2.0

    grad(f)(1.5)


@case
def recursion_of_two_without_end():
    def even(x):
        return odd(x * 0.5)

    def odd(x):
        return even(x * 0.5)

    grad(even)(1.5)


@case
def recursion_on_structure():
    def f(x):
        return f((x, x))

    grad(f)(1.5)


# source


@case
def source_of_builtin():
    grad(len)(X)


@case
def source_of_ufunc():
    grad(np.sin)(1.5)


@case
def source_of_class():
    class Model:
        def __init__(self, x):
            self.x = x

    grad(Model)(1.5)


@case
def source_not_there():
    space: dict[str, Any] = {}
    exec("def f(x):\n    return x * x\n", space)
    grad(space["f"])(1.5)


@case
def captured_object():
    class Scale:
        factor = object()

    scale = Scale()
    grad(lambda x: x * scale.factor)(1.5)


@case
def captured_file():
    handle = open
    grad(lambda x: x * handle)(1.5)


def _from_text(source: str) -> Any:
    import linecache

    name = "<text>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    space: dict[str, Any] = {"np": np}
    exec(compile(source, name, "exec"), space)
    return space["f"]


@case
def maximum_of_complex():
    grad(lambda x: np.sum(np.abs(np.maximum(x, 1j))))(X)


@case
def write_of_complex():
    def f(x):
        y = np.zeros(3)
        y[0] = x[0] * 1j
        return np.sum(y)

    grad(f)(X)
