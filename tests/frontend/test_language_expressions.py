"""Comprehensions, walrus, stars, deletions, imports, match: gradients against central differences."""

# ruff: noqa: B023, B905, F841, F842
from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from language_cases import noting, refusal

from srcgrad import check_grads, grad, value_and_grad

X = np.array([0.7, -1.3, 2.1])
M = np.array([[0.3, 1.1, -0.4], [2.0, -0.6, 0.9]])
CASES: list[Any] = []
case = noting(CASES)


@case(1.3, 2)
def list_comprehension(x, n):
    powers = [x**k for k in range(n + 2)]
    return powers[1] * powers[3] + len(powers)


@case((1.3, -0.4, 0.8))
def comprehension_over_tuple(xs):
    squares = [v * v for v in xs if v is not None]
    return squares[0] * squares[1] + squares[2]


@case(1.3, -0.7)
def nested_comprehension(a, b):
    rows = [[a * i + b * j * j for j in range(3) if j != 1] for i in range(2)]
    m = np.array(rows)
    return np.sum(m * m * np.array([[1.0, 2.0], [3.0, 4.0]]))


@case(1.3, -0.7)
def two_generators(a, b):
    return sum([a**i * b**j for i in range(3) for j in range(i)])


@case({"w": X, "b": np.array([0.5, 0.1, -0.2])})
def dict_comprehension(params):
    doubled = {name + "2": 2 * value for name, value in params.items()}
    return np.sum(doubled["w2"] * doubled["b2"] ** 2)


@case(1.3)
def comprehension_scope(x):
    i = 10.0
    parts = [x * i for i in range(3)]
    return parts[2] * i + i


@case(1.3)
def late_binding(x):
    functions = [lambda v: v * x**i for i in range(1, 4)]
    return sum([f(2.0) for f in functions])


@case(1.3)
def bound_by_default(x):
    functions = [lambda v, i=i: v * x**i for i in range(1, 4)]
    return sum([f(2.0) for f in functions])


@case(1.3)
def set_of_statics(x):
    total = x
    for k in range(5):
        if k in {1, 3}:
            total = total * x
    return total + len({k % 2 for k in range(7)})


@case(X)
def generator_sum(x):
    return sum(v * v * v for v in x)


@case(X)
def generator_sum_filtered(x):
    return sum(v * v * v for v in x if v > 0)


@case(M)
def generator_sum_nested(m):
    return sum(v * w for row in m for v, w in zip(row[1:], row[:-1]) if v > w)


@case(X, 0.3)
def generator_any(x, a):
    if any(v > 2 for v in x) and not all(v > 2 for v in x):
        return a * np.sum(x)
    return a * a


@case(1.3)
def generator_list(x):
    parts = list(x**k for k in range(3))
    most = max(x * k for k in (1.0, -2.0, 1.5))
    return parts[2] * most + sum(tuple(x + k for k in range(2)))


@case(1.3)
def walrus(x):
    if (y := x * x) > 1:
        return y * x + (z := 3 * y) * z
    return y


@case(1.3)
def walrus_in_while(x):
    n = 0
    while (y := x * (n + 1.0)) < 10:
        x = x * y
        n += 1
    return x + y


@case(1.3)
def walrus_in_comprehension(x):
    parts = [(last := x * k) for k in range(3)]
    return parts[1] * last


@case(1.3, -0.7, 2.0)
def star_call(a, b, c):
    def inner(p, q, *rest, scale=1.0, **more):
        return scale * p * q * q + sum(rest) * more["shift"]

    numbers = (a, b, c, a * c)
    options = {"shift": a, "scale": c}
    return inner(*numbers, **options) + inner(b, *numbers[:2], shift=b)


@case(1.3, -0.7, 2.0)
def star_unpacking(a, b, c):
    first, *middle, last = a * b, b, c, a
    *head, tail = middle
    return first * last**2 + head[0] * tail + len(middle)


@case(1.3, -0.7)
def star_displays(a, b):
    pair = [a, b]
    whole = [*pair, a * b, *pair]
    table = {"k": a, **{"m": b, "k": a * a}}
    return whole[2] * whole[4] + table["k"] * table["m"]


@case(X)
def star_call_numpy(x):
    parts = (x, x**2)
    return np.sum(np.maximum(*parts) * np.stack([x, *parts])[2])


@case(1.3)
def errstate(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = x * x
    with np.errstate(all="ignore"):
        return y * x


@case(1.3)
def deleted(x):
    y = x * x
    z = y * x
    del y
    return z


@case(1.3)
def imports(x):
    import math
    from math import pi
    from math import sin as sine

    import numpy as numbers

    return math.exp(x) * sine(x) * pi + numbers.cos(x)


@case(1.3)
def chained_assignment(x):
    a = b = x * x
    (p, q) = r = (a, b * x)
    return p * q + r[1]


@case(1.3)
def annotated(x: float) -> float:
    """Docstring."""
    y: float = x * x
    z: int
    pass
    return y


def stepped(x, mode):
    match mode:
        case "square":
            return x * x
        case "cube" | "third":
            y = x**3
        case [a, b, *rest]:
            return x * a + b * len(rest)
        case {"scale": s, **more}:
            y = x * s + len(more)
        case int(n) if n > 2:
            y = x**n
        case None:
            y = x * 7
        case other:
            y = x / 2
    return y * 3


for _mode in ("square", "third", (2.0, 3.0, 1.0), {"scale": 2.5, "z": 1.0}, None, "unknown"):
    CASES.append(pytest.param(stepped, (1.3, _mode), id=f"match_{_mode}"))


@pytest.mark.parametrize("x", [0.5, 1.0, 2.0, -3.0])
def test_match_on_values_of_the_run(x):
    def f(v):
        match v:
            case 1.0:
                return 5 * v
            case 2.0 | 3.0:
                w = v * v
            case y if y < 0:
                w = y**3
            case _:
                w = v
        return w * 2

    true = {0.5: 2.0, 1.0: 5.0, 2.0: 8.0, -3.0: 54.0}[x]
    assert grad(f)(x) == pytest.approx(true, rel=1e-12)
    assert value_and_grad(f)(x)[0] == f(x)


@case(1.3)
def while_else(x):
    n = 0
    while n < 3:
        x = x * x
        n += 1
        if x > 100:
            break
    else:
        x = x * 5
    return x


SCALE = 1.7


@case(1.3)
def global_read(x):
    global SCALE
    return SCALE * x * x


@case(X, 13)
def power_by_squaring(x, n):
    a, result = np.outer(x, x) * 0.1 + np.eye(len(x)), np.eye(len(x))
    while n > 0:
        if n & 1:
            result = result @ a
        a = a @ a
        n >>= 1
    return np.trace(result)


@case(X, 5)
def shifted_integers(x, n):
    bits = [(n >> k) & 1 for k in range(3)]
    rows = np.sum(x * (np.arange(len(x)) << 2)) + np.sum(x / (np.right_shift(8, np.arange(len(x)))))
    return sum(b * x[k] ** 2 * (1 << k) for k, b in enumerate(bits)) + rows


@pytest.mark.parametrize(("function", "args"), CASES)
def test_value_and_gradient(function, args):
    value, _ = value_and_grad(function, frontend="source")(*args)
    assert value == function(*args)
    check_grads(function, args, rtol=1e-7)


def outer_star(x, *rest, scale=2.0, **more):
    return x * scale * rest[0] ** 2 + rest[1] * more["shift"]


def test_star_parameters_of_the_entry():
    found = grad(outer_star, argnums=("x", "rest"))(1.3, 2.0, 3.0, shift=0.5)
    assert found[0] == pytest.approx(8.0)
    assert found[1] == pytest.approx((10.4, 0.5))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("g = (v for v in (x, x))\n    return sum(g) + sum(g)", "SG103"),
        ("return np.sum(np.array([v for v in (x, -x) if v > 0]))", "SG103"),
        ("global K\n    K = x\n    return x", "SG111"),
        ("with open('f') as f:\n        return x", "SG107"),
        ("with np.errstate(all='raise'):\n        return x", "SG107"),
        ("y = x\n    del y\n    return y", "SG209"),
        ("a, b, *c = (x,)\n    return a", "SG216"),
        ("return sum([v, *x] for v in range(2))", "SG220"),
        ("import no_such_module\n    return x", "SG110"),
        ("return len({x, x})", "SG116"),
        ("return max(*[x], **{'key': abs, 'kee': 1})", "SG202"),
        ("y = [(z := k * x) if x > 0 else x for k in range(3)]\n    return y[0]", "SG113"),
    ],
)
def test_refused_with_place_and_remedy(body, code, tmp_path):
    error = refusal(tmp_path, f"import numpy as np\ndef f(x):\n    {body}\n", 1.3)
    assert error.code == code
    assert error.remedy


# -- arrays made of comprehensions over what only the run knows ------------------------------------------


def of_elements(x):
    return np.sum(np.array([v * v * np.sin(v) for v in x]) * np.arange(1.0, 4.0))


def of_an_index(x, n):
    y = np.array([x[i] * x[i - 1] + i for i in range(n)])
    return y @ y


def of_rows(m, x):
    z = np.stack([row * x + row[0] for row in m])
    return np.sum(z * z * z)


def of_pairs(x, y):
    return np.mean([a * np.exp(b) if a > 0 else a * b for a, b in zip(x, y)]) + np.max(
        [v * 2 for v in x]
    )


def of_matrices(m, n):
    k = np.asarray([m.T @ m * j for j in range(n + 20)])
    return np.sum(k[1] * k[3])


def of_a_short_list(x, n):
    weights = [1.0, 2.0, -1.0]
    return np.sum(np.array([x[i] * weights[i] for i in range(n)]) ** 2)


def of_nothing(x, n):
    return np.sum([x[i] for i in range(n)]) + np.sum(x)


@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize(
    ("function", "args"),
    [
        (of_elements, (X,)),
        (of_an_index, (X, 3)),
        (of_rows, (M, X)),
        (of_pairs, (X, np.array([0.4, -0.2, 0.9, 5.0]))),
        (of_matrices, (M, 2)),
        (of_a_short_list, (X, 3)),
        (of_nothing, (X, -2)),
    ],
)
def test_arrays_made_of_comprehensions(function, args, unroll):
    value, _ = value_and_grad(function, frontend="source", unroll=unroll)(*args)
    assert value == pytest.approx(function(*args), rel=1e-14)
    check_grads(function, args, rtol=1e-6)
