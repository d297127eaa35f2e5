"""One program for each statement, and some for its corners."""

import asyncio
import contextlib
from dataclasses import dataclass

import numpy as np

PROGRAMS = {}
TOTAL = 0.0


def program(function):
    """Enter a function of one array of four numbers."""
    PROGRAMS[function.__name__] = function
    return function


@program
def docstring_and_annotations(x: np.ndarray) -> float:
    """Square and sum."""
    total: float = 0.0
    late: np.ndarray
    late = x * x
    box: list = [0]
    box[0]: int = 2
    return total + np.sum(late) * box[0]


@program
def function_in_a_function(x):
    def square(v, /, factor=2.0, *, power: int = 2) -> float:
        return factor * v**power

    return np.sum(square(x)) + square(x[0], 3.0, power=3)


@program
def decorated_function_in_a_function(x):
    def doubled(f):
        return lambda *a: 2 * f(*a)

    @doubled
    def inner(v):
        return np.sum(v**2)

    return inner(x)


@program
def class_in_a_function(x):
    class Scale:
        factor = 3.0

        def __init__(self, v):
            self.v = v

        def total(self):
            return self.factor * np.sum(self.v**2)

    return Scale(x).total()


@program
def dataclass_in_a_function(x):
    @dataclass
    class Pair:
        a: float
        b: float = 2.0

    p = Pair(x[0])
    p.b *= x[1]
    return p.a * p.b


@program
def return_from_the_middle(x):
    for v in x:
        if v < 0:
            return v * v * x[0]
    return 0.0


@program
def delete_name_item_and_attribute(x):
    y = x * 2
    d = {"a": x[0], "b": x[1]}
    l = [x[0], x[1], x[2]]
    del d["a"], l[0]
    z = y
    del y
    return np.sum(z**2) + d["b"] * l[0] + len(d) + len(l)


@program
def assign_to_everything(x):
    a = b = x * 2
    (c, d), [e, *f] = x[:2], (x[2], x[3], x[0])
    z = x.copy()
    z[0], z[1:3] = c * d, e
    return np.sum(a * b) + np.sum(z**2) + f[0] * f[1]


@program
def augmented_assignment_of_numbers(x):
    a, n = x[0], 13
    a += x[1]
    a -= 3.0
    a *= x[2]
    a /= x[3] + 2
    a **= 2
    n //= 2
    n <<= 2
    n >>= 1
    n |= 1
    n &= 29
    n ^= 2
    n %= 20
    return a * n


@program
def augmented_assignment_of_arrays(x):
    z, m = x * 1.0, np.outer(x, x)
    m @= m
    z += m[0]
    z[1:] -= x[0]
    z **= 2
    z /= x + 5
    z[z > 1] *= 2
    z %= 50.0
    return np.sum(z * x)


@program
def annotations(x: np.ndarray) -> float:
    """Square and sum."""
    total: float = 0.0
    late: np.ndarray
    late = x * x
    return total + np.sum(late)


@program
def raise_on_a_path_not_taken(x):
    if x[0] > 100:
        raise ValueError("too large")
    if x[0] > 200:
        raise ValueError
    return x[0] * x[1]


@program
def strings_that_are_statements(x):
    """Document."""
    "a string"
    ...
    x.sum()
    return x[0] * x[1]


@program
def for_with_else_break_continue(x):
    total = 0.0
    for k, v in enumerate(x):
        if k == 1:
            continue
        if v > 100:
            break
        total += v * v
    else:
        total *= x[1]
    for v in x:
        if v < 0:
            break
        total += v
    else:
        total = 0.0
    return total


@program
def while_with_else(x):
    v, n = x[0], 0
    while v < 30:
        n += 1
        if n > 50:
            break
        v = v * v
    else:
        v = v + x[1]
    return v * n


@program
def if_elif_else(x):
    if x[0] > 100:
        y = x[0]
    elif x[1] < 0:
        y = x[1] ** 2
    else:
        y = x[2]
    if y:
        pass
    return y * x[3]


@contextlib.contextmanager
def weight(values):
    values = values * 2
    yield values


@program
def with_as(x):
    with np.errstate(all="ignore"), weight(x) as w, contextlib.suppress(ValueError):
        y = np.sum(w * x)
    with contextlib.nullcontext((x, 2.0)) as (a, b):
        y = y + np.sum(a) * b
    return y


@program
def raise_and_catch(x):
    total = 0.0
    for v in x:
        try:
            if v < 0:
                raise ValueError("negative")
            total += v
        except (ValueError, KeyError) as error:
            total += v * v + len(str(error))
        except TypeError:
            raise
        else:
            total *= 1.5
        finally:
            total += 0.1 * v
    return total


@program
def raise_from(x):
    try:
        try:
            raise KeyError("a")
        except KeyError as e:
            raise ValueError(x[0] * 2) from e
    except ValueError as e:
        return e.args[0] * x[1]


@program
def assertions(x):
    assert len(x) == 4
    assert x[0] > 0, f"{x[0]} is not positive"
    return np.sum(x**2)


@program
def imports(x):
    import math
    from math import exp as e
    from math import sin

    import numpy.linalg as la

    return sin(x[0]) * e(x[1]) + la.norm(x) + math.cos(x[2])


@program
def global_name(x):
    global TOTAL
    TOTAL = x[0] * 2
    TOTAL += x[1]
    y = TOTAL * x[2]
    TOTAL = 0.0
    return y


@program
def nonlocal_name(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v * v

    for v in x:
        add(v)
    return total


@program
def expression_statement(x):
    parts = []
    parts.append(x[0] * x[1])
    "a string"
    ...
    x[2]
    return parts[0]


@program
def match_values_and_guards(x):
    total = 0.0
    for k in range(6):
        match k:
            case 0:
                total += x[0]
            case 1 | 2:
                total += x[1] ** 2
            case n if n > 4:
                total += n * x[2]
            case _:
                total *= 2
    return total


@program
def match_structures(x):
    total = 0.0
    things = [(x[0], x[1]), [x[2]], {"k": x[3], "m": 2}, None, complex(1, 2), [1, x[0], x[1], 5]]
    for thing in things:
        match thing:
            case (a, b):
                total += a * b
            case [a]:
                total += a**2
            case {"k": v, **rest}:
                total += v * len(rest)
            case None:
                total += x[1]
            case complex(real=1, imag=i):
                total *= i
            case [1, *middle, 5] as whole:
                total += middle[0] * middle[1] * len(whole)
    return total


@program
def async_function(x):
    async def inner(v):
        return v * v

    return asyncio.run(inner(x[0]))


@program
def async_for_with_and_comprehension(x):
    @contextlib.asynccontextmanager
    async def context(v):
        yield v * 2

    async def values():
        for v in x:
            yield v

    async def main():
        total = 0.0
        async for v in values():
            total += v * v
        async with context(x[0]) as w:
            total += w
        await asyncio.sleep(0)
        return total + sum([v async for v in values()])

    return asyncio.run(main())
