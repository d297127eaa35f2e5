"""Functions and objects through which memory is shared: outputs, closures, methods."""

import numpy as np

from tests.aliasing import A, X, Y, program


def scale(a, factor):
    a *= factor


def step(out, a, b):
    out[0] = a[1] * b[0]
    for i in range(1, len(out)):
        out[i] = out[i - 1] + a[i] * b[i]


def head(a):
    return a[:2]


@program(X)
def procedure_called_twice(x):
    z = x.copy()
    scale(z, x[0])
    scale(z[1:], 2.0)
    return np.sum(z**2)


@program(X, Y, wrt=(0, 1))
def procedure_writes_an_output(x, y):
    out = np.empty(4)
    step(out, x, y)
    step(out, x, out[::-1])
    return np.sum(out**2)


@program(X)
def output_is_also_an_input(x):
    z = x.copy()
    step(z, z, x)
    step(z[1:], z[:-1], z[1:])
    return np.sum(z**2)


@program(X)
def returned_view_is_written(x):
    z = x.copy()
    h = head(z)
    h[0] = x[3] ** 2
    head(h)[1] *= z[0]
    return np.sum(z**2)


def blend(a, b):
    a[0] = b[1] * 2
    b[2] += a[0] * a[1]
    return np.sum(a * b)


@program(X)
def same_array_passed_twice(x):
    z = x.copy()
    return blend(z, z) + np.sum(z)


@program(X)
def overlapping_slices_passed(x):
    z = x.copy()
    return blend(z[:-1], z[1:]) + np.sum(z**2)


@program(X)
def closure_writes_what_it_captures(x):
    z = x.copy()

    def bump(k):
        z[k] += z[k - 1] * x[0]

    for k in range(4):
        bump(k)
    return np.sum(z**2)


@program(X)
def closure_counts_its_calls(x):
    count = 0

    def f(v):
        nonlocal count
        count += 1
        return v * count

    return f(x[0]) + f(x[1]) ** 2 + f(x[2]) * count


@program(X)
def closure_sees_later_rebinding(x):
    z = x * 2

    def total():
        return np.sum(z * x)

    first = total()
    z = x**3
    z[0] = first
    return total() * first


@program(X)
def default_argument_is_bound_once(x):
    z = x.copy()

    def f(k, a=z):
        a[k] *= 2
        return a

    z = f(0)
    z[1] = x[0]
    return np.sum(f(1) * x)


class Accumulator:
    def __init__(self, start):
        self.total = start
        self.last = start

    def add(self, value):
        self.total += value
        self.last = self.total[1:]
        return self


@program(X)
def object_holds_the_callers_array(x):
    z = x.copy()
    acc = Accumulator(z)
    acc.add(x * 2).add(z)
    acc.last[0] = x[0] ** 2
    return np.sum(z**2) + acc.total[1]


@program(X)
def two_objects_share_an_array(x):
    z = x.copy()
    a, b = Accumulator(z), Accumulator(z)
    a.add(x)
    b.total = b.total * 2
    b.add(a.total)
    return np.sum(a.total * b.total)


@program(A)
def recursion_on_halves_in_place(a):
    z = a[0].copy()

    def smooth(v):
        if len(v) < 2:
            return
        v[1:] += 0.5 * v[:-1]
        smooth(v[: len(v) // 2])
        smooth(v[len(v) // 2 :])

    smooth(z)
    return np.sum(z**2)


@program(X)
def generator_is_consumed_once(x):
    squares = (v * v for v in x)
    first = sum(squares)
    second = sum(squares)
    return first + 10 * second + x[0]


@program(X)
def iterator_goes_on_where_it_was(x):
    rest = iter(x)
    first = next(rest)
    total = 0.0
    for v in rest:
        total += v * first
    return total + sum(rest)


@program(X)
def lazy_generator_reads_late(x):
    z = x.copy()
    values = (v * 2 for v in z)
    z[0] = x[1] ** 2
    return sum(values) * z[0]


@program(X)
def lambda_reads_its_loop_variable_late(x):
    fs = [lambda: x[k] * k for k in range(3)]  # noqa: B023  (that is the point)
    gs = [lambda k=k: x[k] * k for k in range(3)]
    return fs[0]() + gs[1]() ** 2
