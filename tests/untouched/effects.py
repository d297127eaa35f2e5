"""Programs that draw random numbers, print, warn, count, or write what they are given."""

import random

import numpy as np

from tests.untouched import WORLD, A, X, program


@program(X)
def legacy_draws_in_order(x):
    noise = np.random.normal(size=4)
    scale = np.random.rand()
    return np.sum((x + scale * noise) ** 2)


@program(X)
def draws_in_a_loop_that_stops(x):
    total = 0.0
    while total < 3.0:
        total += np.random.exponential() * x[0] ** 2
    return total


@program(X)
def draws_in_one_arm(x):
    if x[0] > 0:
        mask = np.random.rand(4) < 0.5
    else:
        mask = np.random.rand(8)[:4] < 0.5
    return np.sum(x * x * mask)


@program(X, np.random.default_rng(3))
def generator_as_an_argument(x, rng):
    keep = rng.random(4) > 0.3
    order = rng.permutation(4)
    return np.sum((x[order] * keep) ** 2)


@program(X)
def own_generator(x):
    rng = np.random.default_rng(5)
    total = x[0]
    for k in range(3):
        total = total * rng.normal() + x[k]
    return total * total


@program(X)
def python_random(x):
    k = random.randrange(4)
    return x[k] ** 2 * random.random()


@program([1.0, 2.0, 3.0])
def python_shuffle(values):
    random.shuffle(values)
    return values[0] ** 2 + values[1]


@program(X)
def prints_as_it_goes(x):
    total = 0.0
    for k, v in enumerate(x):
        total += v * v
        print(f"{k}: {total:.4f}", end="; ")
    print("done", total)
    return total


@program(X)
def counts_in_a_global_table(x):
    for v in x:
        WORLD["count"] += 1
        if v > 0:
            WORLD["log"].append(float(v))
    return np.sum(x**2)


@program(X)
def writes_a_captured_array(x):
    array = WORLD["array"]
    array[:] += x[:3]
    array[0] *= 2
    return np.sum(array**2)


@program(X)
def warns_of_an_invalid_value(x):
    root = np.sqrt(x)
    return np.sum(np.where(x > 0, root, 0.0))


@program(X)
def warns_of_nothing(x):
    with np.errstate(invalid="ignore", divide="ignore"):
        y = np.log(x) / (x - x[0])
    return np.sum(np.where(np.isfinite(y), y, 0.0) * x)


@program(A)
def writes_its_argument(a):
    a[0] = a[1] * a[2]
    a.T[1] += 1.0
    a[a > 1] = 0.5
    return np.sum(a**2)


@program({"w": X, "steps": [0.1, 0.2], "n": 1.0})
def writes_a_dict_and_a_list(state):
    for h in state["steps"]:
        state["w"] -= h * state["w"] ** 2
        state["n"] += 1
    state["steps"].append(state["w"][0])
    state["old"] = state.pop("steps")
    del state["n"]
    return np.sum(state["w"] ** 2) + state["old"][-1]


class Counter:
    def __init__(self):
        self.calls = 0
        self.best = np.inf
        self.history = []

    def note(self, value):
        self.calls += 1
        self.best = min(self.best, value)
        self.history.append(value)
        return value


@program(X, Counter())
def writes_an_object(x, counter):
    for k in range(3):
        counter.note(x[k] ** 2)
    return counter.best * counter.history[0] + counter.calls * x[1]


@program(X, np.zeros(4, dtype=int), np.zeros(2, dtype=bool))
def writes_integers_and_flags(x, count, flags):
    for k in range(4):
        count[k] += int(x[k] * 3)
    flags[0] = x[0] > 0
    flags |= x[:2] > 1
    return np.sum(x[flags] ** 2) * count[0]


@program(X, np.zeros(4, dtype=np.float32))
def writes_single_precision(x, out):
    out[:] = x
    out *= 1.1
    return np.sum(x * out)


@program(np.arange(24.0).reshape(2, 3, 4)[:, ::-1, ::2])
def writes_a_strided_argument(a):
    a[1] *= a[0]
    a[..., -1] -= 2.0
    return np.sum(a**2)


@program(X)
def value_of_a_power_and_a_division(x):
    y = (x**3 / 7.0) ** 2 % 0.9
    return np.sum(y) + x[0] ** -1.5 - 7 // 2 + np.float64(3) ** 0.5


@program(0.1, 3)
def value_of_python_arithmetic(v, n):
    total = v
    for k in range(n):
        total = total + v * k - total / (k + 1) + divmod(k, 2)[0]
    return total**2


@program(X.astype(np.float32), 0.1)
def value_in_single_precision(x, c):
    y = x * c + np.sqrt(np.abs(x))
    return np.sum(y * y) / len(x)
