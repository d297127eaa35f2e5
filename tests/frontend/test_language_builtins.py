"""Builtins, operator, functools, itertools over containers: gradients against central differences."""

# ruff: noqa: B007, B905
from __future__ import annotations

import functools
import itertools
import math
import operator
from typing import Any

import numpy as np
import pytest
from language_cases import noting, refusal

from srcgrad import check_grads, grad, value_and_grad

X = np.array([0.7, -1.3, 2.1])
Y = np.array([1.7, 0.3, -0.6, 4.0])
M = np.array([[0.3, 1.1, -0.4], [2.0, -0.6, 0.9]])
CASES: list[Any] = []
case = noting(CASES)


@case(X, Y)
def zip_of_different_lengths(x, y):
    total = 0.0
    for a, b in zip(x, y):
        total += a * b * b
    return total + sum(p * q for p, q in zip(y, x))


@case((1.3, 0.4), 2.0)
def zip_of_tuples(pair, c):
    total = c
    for k, (name, v) in enumerate(zip(("a", "b", "c"), pair), start=1):
        total = total * v + k if name == "b" else total + v * v
    return total


@case((1.3, 0.4))
def zip_strict(pair):
    return sum([a * a * b for a, b in zip(pair, (2.0, 3.0), strict=True)])


@case(X)
def mapped(x):
    total = 0.0
    for v in map(lambda t: t * t, x):
        total = total + v * v
    return total + sum(map(math.sin, (x[0], x[1])))


@case((1.3, -0.4, 0.8))
def map_of_tuple(xs):
    doubled = list(map(lambda v: 2 * v, xs))
    both = tuple(map(operator.mul, doubled, xs))
    return both[0] * both[1] + both[2]


@case({"w1": 1.3, "b1": 0.4, "w2": -0.8})
def filtered(params):
    names = filter(lambda n: n.startswith("w"), params)
    return sum([params[n] ** 2 * k for k, n in enumerate(names, 1)])


@case({"b": 1.3, "a": 0.4, "c": -0.8})
def sorted_statics(params):
    total = 0.0
    for k, name in enumerate(sorted(params)):
        total += params[name] ** (k + 1)
    for k, (name, value) in enumerate(sorted(params.items(), key=lambda p: p[0], reverse=True)):
        total += value * k
    return total


@case((1.3, -0.4, 0.8))
def reversed_sequence(xs):
    total = 0.0
    for v in reversed(xs):
        total = total * 0.5 + v * v
    return total


@case(X)
def reversed_array(x):
    total = 0.0
    for v in reversed(x):
        total = total * 0.5 + v * v
    for i in reversed(range(len(x))):
        total = total * 0.5 + x[i] * i
    return total


@case(X)
def sum_of_array(x):
    return sum(x) ** 2 + sum(x * x, 1.5)


@case(M)
def sum_of_rows(m):
    row = sum(m)
    return np.sum(row * row)


@case(1.3, -0.7)
def extremes(a, b):
    return max(a, b, a * b) * min([a, b]) + max((a, b), key=abs) ** 2 + min(3, 7)


@case(1.3, -0.7)
def extreme_by_key(a, b):
    pairs = [(a, b), (b, a), (a * b, a)]
    p, q = max(pairs, key=lambda pair: pair[0] - pair[1])
    return p * q * q


@case(1.3, -0.7)
def any_and_all(a, b):
    if any([a > 3, b < 0]) and all((a > 0, b > -1, True)):
        return a * b * b
    return a


@case(1.3)
def default_extreme(x):
    return max([], default=x) * x


@case(1.3)
def conversions(x):
    t = tuple([x, x * x])
    d = dict(zip(("p", "q"), t))
    e = dict(d, r=x**3)
    f = dict([("s", 2 * x)])
    return d["p"] * e["q"] * e["r"] + f["s"] + len(list(d)) + len(set((1, 2, 2)))


@case(1.3, 2.5, 3)
def membership(x, y, n):
    total = x
    if "a" in {"a": 1} and 3 not in (1, 2) and "b" in "abc" and 2 in range(4):
        total = total * y
    if n in (3, y):
        total = total * x
    return total


@case(1.3, 2)
def comparisons_of_sequences(x, n):
    if (1, 2) == (1, 2) and (1, "a") < (1, "b") and [n] != [3]:
        return x * x
    return x


@case(1.3)
def text_methods(x):
    name = "W_{}".format("In").lower().split("_")
    table = {"w": x, "in": x * x}
    return table[name[0]] * table[name[1]] * len("-".join(["a", "b"]))


@case(1.3, -0.4)
def partials(a, b):
    def power(base, exponent, scale=1.0):
        return scale * base**exponent

    cube = functools.partial(power, exponent=3, scale=b)
    double = functools.partial(operator.mul, 2.0)
    return cube(a) * double(b)


def scaled(w, x, y):
    return np.sum(w * x) * y


captured_partial = functools.partial(scaled, np.array([1.0, 2.0, 3.0]), y=2.0)


@case(X)
def partial_from_outside(x):
    return captured_partial(x) ** 2


@case((1.3, -0.4, 0.8))
def reductions(xs):
    product = functools.reduce(operator.mul, xs)
    total = functools.reduce(lambda a, b: a * 0.5 + b, xs, 1.0)
    return product * total


@case((1.3, -0.4, 0.8))
def combinatorics(xs):
    total = 0.0
    for a, b in itertools.combinations(xs, 2):
        total += a * b * b
    for i, j in itertools.product(range(2), repeat=2):
        total += xs[i] * xs[j + 1]
    for a, b in itertools.pairwise(xs):
        total += (a - b) ** 2
    for v in itertools.chain(xs, (1.0, total)):
        total = total + v
    return total * list(itertools.accumulate(xs))[2] + list(itertools.repeat(total, 2))[1]


@case(1.3)
def operators(x):
    return operator.add(operator.truediv(x, 2.0), operator.neg(x)) * operator.getitem((x, x * x), 1)


@case(7.3, 2.0)
def divmod_and_pow(x, y):
    q, r = divmod(x, y)
    return pow(r, 2) * q + pow(y, 3)


@case(2.6)
def rounded(x):
    return x * round(x) + x * x * round(x, 1)


@case(2.6)
def kinds(x):
    total = x
    if isinstance(x, float) and not isinstance(x, (int, str)) and callable(kinds):
        total = total * x
    if type(x) is float and isinstance([x], list) and hasattr(np, "sin") and isinstance({}, dict):
        total = total * math.pi
    return total


@pytest.mark.parametrize(("function", "args"), CASES)
def test_value_and_gradient(function, args):
    value, _ = value_and_grad(function, frontend="source")(*args)
    assert value == function(*args)
    check_grads(function, args, rtol=1e-7)


def test_partial_is_followed_when_its_array_changes():
    weights = np.array([1.0, 2.0, 3.0])
    bound = functools.partial(scaled, weights, y=2.0)
    found = grad(lambda x: bound(x))
    np.testing.assert_allclose(found(X), 2 * weights)
    weights[0] = 5.0
    np.testing.assert_allclose(found(X), 2 * weights)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("return sorted([x, 2 * x])[0]", "SG210"),
        ("return sum([a for a, b in zip([x], [x, x], strict=True)])", "SG216"),
        ("return max([])", "SG217"),
        ("return x * len(sorted([1, 'a']))", "SG215"),
        ("return sum([x for k in {'a', 'b'}])", "SG220"),
        ("for k in {1, 2}:\n        x = x * k\n    return x", "SG220"),
        ("return x * int('q')", "SG227"),
        ("return next([x])", "SG104"),
        ("return next(iter([]))", "SG227"),
    ],
)
def test_refused_with_place_and_remedy(body, code, tmp_path):
    error = refusal(tmp_path, f"import numpy as np\ndef f(x):\n    {body}\n", 1.3)
    assert error.code == code
    assert error.remedy
