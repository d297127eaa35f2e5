"""Lists and dicts shared by reference, changed in place: gradients against central differences."""

# ruff: noqa: B007, B905, B006
from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from language_cases import noting, refusal

from srcgrad import check_grads, grad, value_and_grad
from srcgrad.errors import SrcgradError

X = np.array([0.7, -1.3, 2.1])
M = np.array([[0.3, 1.1, -0.4], [2.0, -0.6, 0.9]])
CASES: list[Any] = []
case = noting(CASES)


@case(1.3, -0.7)
def list_methods(a, b):
    xs = [a, b]
    ys = xs
    xs.append(a * b)
    ys.extend((a, 2.0))
    xs.insert(1, b * b)
    last = ys.pop()
    first = xs.pop(0)
    xs.remove(xs[0])
    xs.reverse()
    zs = xs.copy()
    zs.append(100.0 * a)
    del ys[-1]
    return sum(xs) * first * last + len(ys) * xs[0] * zs[-1] + xs.index(a) * a


@case(1.3, -0.7)
def list_stores(a, b):
    xs = [a, b, a * b, 2.0, a + b]
    alias = xs
    xs[1] = a * a
    alias[-1] = xs[1] * b
    xs[2:4] = [b, b * b, a]
    xs[::5] = [7.0 * a, b]
    xs += [a]
    xs *= 2
    return sum(v * k for k, v in enumerate(alias)) * len(xs)


@case(1.3, -0.7)
def swaps_in_list(a, b):
    xs = [a, b, a * b]
    xs[0], xs[2] = xs[2], xs[0]
    i = 0
    i, xs[i] = 1, a * xs[1]
    return xs[0] * xs[1] ** 2 + xs[2] * 3


@case(1.3, -0.7)
def dict_methods(a, b):
    d = {"p": a}
    e = d
    e["q"] = b
    d.update({"r": a * b}, s=b * b)
    d.setdefault("p", 100.0)
    t = d.setdefault("t", a * 3)
    e["p"] *= b
    q = d.pop("q")
    rest = d.copy()
    rest["p"] = 0.0
    if "q" in e or "zz" in rest:
        return a
    del d["s"]
    d |= {"u": a + b}
    total = 0.0
    for k, (key, value) in enumerate(d.items()):
        total += value * (k + 1)
    return total * q + d.get("none", t) + sum(d.values()) * len(d.keys())


@case(X)
def arrays_in_containers(x):
    state = {"v": x * 1.0, "n": 0}
    w = state["v"]
    state["v"] += x
    state["v"][0] = x[1] * x[2]
    state["n"] += 1
    rows = [x * 2.0, x * 3.0]
    rows[0][1] = w[0] * x[0]
    row = rows[0]
    row *= x
    return np.sum(w * w) * state["n"] + np.sum(rows[0] * rows[1])


@case(1.3, -0.7)
def lists_of_lists(a, b):
    m = [[0.0] * 3 for _ in range(2)]
    for i in range(2):
        for j in range(3):
            m[i][j] = a * i + b * j * j
    m[1].append(a * b)
    shared = [[a]] * 2
    shared[0].append(b)
    return sum(sum(row) for row in m) * shared[1][1] + len(shared[1]) * m[1][3]


@case(1.3, -0.7)
def matrix_product_of_lists(a, b):
    p = [[a, b], [b * b, 2.0]]
    q = [[1.0, a], [a * b, 3.0]]
    r = [[0.0, 0.0], [0.0, 0.0]]
    n = len(p)
    for i in range(n):
        for j in range(n):
            for k in range(n):
                r[i][j] += p[i][k] * q[k][j]
    return sum([r[i][i] * (i + 1) for i in range(n)])


@case(1.3, 4)
def growing_list(x, n):
    ys = [x]
    for k in range(n):
        ys.append(ys[-1] * x + k)
    return ys[-1] * ys[n // 2]


@case(1.3)
def fibonacci_list(x):
    xs = [x, x * x]
    while len(xs) < 6:
        xs.append(xs[-1] + xs[-2] * 0.5)
    return xs[-1]


@case(X)
def stacked_list(x):
    rows = []
    for k in range(3):
        rows.append(x * k + x[0])
    m = np.array(rows)
    return np.sum(m * m * np.arange(3.0))


@case(1.3, -0.7)
def changed_while_iterated(a, b):
    xs = [a, b, a * b, 2.0]
    for i, v in enumerate(xs):
        if i + 1 < len(xs):
            xs[i + 1] += v * v
    for v in xs:
        if len(xs) < 6:
            xs.append(v * 0.5)
    return sum(xs)


@case({"w": X, "b": np.array([0.5, 0.1, -0.2])}, 3)
def parameters_updated_in_loop(params, n):
    state = {k: v * 1.0 for k, v in params.items()}
    for i in range(n):
        for name in state:
            state[name] = state[name] - 0.1 * state[name] ** 2
    return np.sum(state["w"] * state["b"])


@case({"w": X, "b": np.array([0.5, 0.1, -0.2])}, 3)
def parameters_rebound_in_loop(params, n):
    current = dict(params)
    for i in range(n):
        step = {k: 0.1 * np.sin(v) for k, v in current.items()}
        current = {k: v - step[k] for k, v in current.items()}
    return np.sum(current["w"] * current["b"])


@case(X, 3)
def state_list_in_loop(x, n):
    state = [x[0], x[1]]
    log = [0.0]
    for i in range(n):
        p, q = state
        state = [p * q, p + x[2]]
        log[0] += state[0]
    return state[0] * state[1] + log[0]


@case(1.3, 2.0)
def changed_in_branch(x, a):
    xs = [x, a]
    d = {"k": x}
    if x > 1:
        xs[0] = x * a
        d["k"] = a * a
    else:
        xs.reverse()
    return xs[0] * d["k"] + xs[1]


@case(1.3, 2.0)
def chosen_list(x, a):
    xs = [x, a] if x > 1 else [a, a * x]
    xs[0] = xs[0] * xs[1]
    ys = {"p": xs}
    ys["p"].append(x)
    return sum(xs)


@case(1.3, 2.0)
def grown_before_raise(x, a):
    xs = []
    if a < 0:
        xs.append(1.0)
        raise ValueError("a")
    else:
        xs.append(x * a)
        ys = [x]
    xs.append(ys[0])
    return xs[0] * xs[1]


def scale(xs, k):
    for i in range(len(xs)):
        xs[i] = xs[i] * k


def collect(x, into=None, *, seen=()):
    if into is None:
        into = []
    into.append(x)
    return into


@case(1.3, -0.7)
def changed_by_a_function(a, b):
    xs = [a, b]
    scale(xs, b)
    out = collect(a)
    collect(b, out)
    return xs[0] * xs[1] + out[0] * out[1] ** 2 + len(collect(1.0))


@case(1.3, -0.7)
def changed_by_a_closure(a, b):
    log = []
    counts = {"calls": 0}

    def f(v):
        log.append(v)
        counts["calls"] += 1
        return v * v

    total = f(a) + f(a * b)
    return total * log[1] * counts["calls"]


@case(1.3, -0.7)
def default_evaluated_once(a, b):
    def f(v, acc=[]):
        acc.append(v)
        return sum(acc)

    return f(a) * f(b) * f(2.0)


@case(1.3, -0.7)
def iterators(a, b):
    it = iter([a, b, a * b])
    first = next(it)
    pairs = zip((a, b), (1, 2))
    once = sum(p * q for p, q in pairs)
    twice = sum(p * q for p, q in pairs)
    rest = list(it)
    return first * rest[0] + rest[1] * once + twice + next(it, a)


@case(1.3, -0.7)
def identity(a, b):
    xs, ys = [a], [a]
    zs = xs
    if xs is zs and xs is not ys and xs == ys and xs is not None:
        zs.append(b)
    return xs[1] * a


@case(1.3, -0.7)
def state_machine(a, b):
    mode = "grow"
    total = a
    for k in range(4):
        if mode == "grow":
            total = total * b
            mode = "shrink"
        else:
            total = total + a
            mode = "grow"
    return total


@case(1.3, -0.7)
def tuples_that_grow(a, b):
    xs = ()
    for k in range(3):
        xs = (*xs, a * k + b)
    return xs[0] * xs[1] + xs[2]


@pytest.mark.parametrize(("function", "args"), CASES)
def test_value_and_gradient(function, args):
    value, _ = value_and_grad(function, frontend="source")(*args)
    assert value == function(*args)
    check_grads(function, args, rtol=1e-7)


@pytest.mark.parametrize("x", [0.5, 1.5])
def test_both_arms_of_a_change(x):
    check_grads(changed_in_branch, (x, 2.0))
    check_grads(chosen_list, (x, 2.0))
    assert value_and_grad(chosen_list)(x, 2.0)[0] == chosen_list(x, 2.0)


def test_argument_containers_are_left_alone():
    params = {"w": X.copy(), "b": np.ones(3)}
    parameters_updated_in_loop(params, 2)
    grad(parameters_updated_in_loop)(params, 2)
    np.testing.assert_array_equal(params["w"], X)


@pytest.mark.parametrize(
    "body",
    [
        # which list is changed depends on the run, and both are read
        "a = [x]\n    b = [2 * x]\n    c = a if x > 1 else b\n    c.append(x)\n    return sum(a) + sum(b)",
        # lists of different lengths
        "a = [x]\n    if x > 1:\n        a.append(x)\n    return sum(a)",
        # a list that grows with the run
        "a = [x]\n    while sum(a) < 10:\n        a.append(x)\n    return sum(a)",
        # keys added while the dict is read
        "d = {'a': x}\n    for k in d:\n        d[k + 'b'] = x\n    return d['a']",
        "d = {'a': x}\n    return d['b']",
        "a = [x]\n    a.append(a)\n    return np.sum(np.array(a))",
        "a = [x]\n    while a.pop() > 5:\n        a.append(x)\n    return x",
        "a = [x, 2 * x]\n    a.sort()\n    return a[0]",
        "a = (x, x)\n    a[0] = 1.0\n    return a[0]",
        "a = (x, x)\n    a.append(1.0)\n    return a[0]",
    ],
)
def test_refused_with_place_and_remedy(body, tmp_path):
    error = refusal(tmp_path, f"import numpy as np\ndef f(x):\n    {body}\n", 1.3)
    assert error.remedy
    assert error.lineno


@pytest.mark.parametrize("change", ["p.append(2.0)", "p[0] = 2.0", "p += [x]", "del p[0]"])
def test_change_of_an_argument_list_is_refused(change, tmp_path):
    error = refusal(tmp_path, f"def f(x, p):\n    {change}\n    return x * p[0]\n", 1.3, [3.0, 4.0])
    assert error.code == "SG207"


# -- containers and functions that call themselves --------------------------------------------------------


def shifted(xs, n):
    if n <= 0:
        return xs[0] * xs[1]
    return shifted([xs[1], xs[0] * 2.0], n - 1)


def of_a_list(x, n):
    return shifted([x[0], x[1]], n)


class Node:
    """A chain of objects."""

    def __init__(self, v, left=None):
        self.v, self.left = v, left

    def total(self):
        if self.left is None:
            return self.v
        return self.v * self.left.total() + self.v


def of_a_tree(x):
    return Node(x[0], Node(x[1], Node(x[2]))).total()


def nested_sum(v):
    if isinstance(v, (list, tuple)):
        return sum(nested_sum(w) for w in v) * 0.5
    return v * v


def of_nested_lists(x):
    return nested_sum([x[0], [x[1], (x[2], x[0] * x[1])], [[x[2]]]])


@pytest.mark.parametrize(
    ("function", "args"), [(of_a_list, (X, 3)), (of_a_tree, (X,)), (of_nested_lists, (X,))]
)
def test_functions_that_call_themselves_with_containers(function, args):
    assert value_and_grad(function, frontend="source")(*args)[0] == pytest.approx(function(*args))
    check_grads(function, args)


def grown(xs, n):
    if n <= 0:
        return xs
    xs.append(xs[-1] * 2)
    return grown(xs, n - 1)


def through(g, x, n):
    return g(x) if n <= 0 else through(g, x * 0.5, n - 1)


def closure_passed_down(x, n):
    a = x * 2
    return through(lambda v: np.sum(v * a), x, n)


@pytest.mark.parametrize("function", [lambda x, n: sum(grown([x[0]], n)), closure_passed_down])
def test_what_a_function_that_calls_itself_cannot_share_is_refused(function):
    with pytest.raises(SrcgradError) as caught:
        grad(function, frontend="source")(X, 3)
    assert caught.value.remedy


# -- names of enclosing functions ------------------------------------------------------------------------


def counted(x, y):
    calls = 0
    total = y

    def f(v):
        nonlocal calls, total
        calls += 1
        total = total * v
        return v * v

    a = f(x) + f(x * y)
    if total > 0:
        f(y)
    return a * calls + total


def counted_in_loop(x, n):
    state = x
    steps = 0

    def advance(dt):
        nonlocal state, steps
        state = state + dt * np.sin(state)
        if state > 1.5:
            steps += 1

    for k in range(n):
        advance(0.1 * (k + 1))
    return state * state + steps


def of_a_parameter(x, y):
    def double():
        nonlocal x
        x = 2 * x

    def make():
        z = y

        def inner():
            nonlocal z, x
            z = z * x
            x = x + z
            return z

        return inner

    double()
    inner = make()
    other = make()
    return inner() * inner() + other() * x


@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize(
    ("function", "args"),
    [
        (counted, (1.3, -0.7)),
        (counted, (1.3, 0.7)),
        (counted_in_loop, (1.2, 4)),
        (of_a_parameter, (1.3, -0.7)),
    ],
)
def test_names_of_enclosing_functions_are_written(function, args, unroll):
    found = value_and_grad(function, frontend="source", unroll=unroll)(*args)
    assert found[0] == pytest.approx(function(*args), rel=1e-14)
    check_grads(function, args)
