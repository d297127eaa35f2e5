"""Programs for recorded runs: what real code does that cannot be read from source, or need not be.

Each entry of `PROGRAMS` is a function and the arguments to call it with; derivatives are taken with
respect to the first argument.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import itertools
import math
import operator
from collections import OrderedDict, defaultdict, deque, namedtuple
from contextlib import contextmanager
from math import cos, sqrt
from typing import Any

import numpy as np
from numpy import zeros as make_zeros

PROGRAMS: dict[str, tuple[Any, tuple[Any, ...]]] = {}
X = np.array([0.3, 0.7, -1.2, 0.9])
Y = np.array([1.5, -0.4, 0.8, 2.1])
M = np.array([[2.0, 0.3, -0.5], [0.1, 1.7, 0.4], [0.6, -0.2, 1.4]])
WEIGHTS = np.array([0.5, -1.5, 2.5, 0.25])
TABLE = {"scale": np.array([2.0, 3.0, 4.0, 5.0]), "shift": 0.5}


def program(*args: Any) -> Any:
    """Note a function with its arguments."""

    def note(function: Any) -> Any:
        PROGRAMS[function.__name__] = (function, args)
        return function

    return note


# -- generators, iteration ------------------------------------------------------------------------


@program(X)
def generator_with_state(x):
    def running():
        total = 0.0
        while True:
            value = yield total
            if value is None:
                return
            total += value * value

    run = running()
    next(run)
    last = 0.0
    for v in x:
        last = run.send(v)
    run.close()
    return last * x[0]


@program(X)
def generator_expression(x):
    squares = (v * v for v in x)
    first = next(squares)
    return first + sum(squares) - max(v for v in x)


@program(X)
def yield_from(x):
    def halves(values):
        yield from (0.5 * v for v in values)
        yield values[-1] ** 3

    return sum(halves(x[:3]))


@program(X)
def itertools_pairs(x):
    return sum((a - b) ** 2 for a, b in itertools.combinations(x, 2))


@program(X)
def reduce_horner(x):
    return functools.reduce(lambda total, c: total * 1.5 + c, x, 0.0)


@program(X)
def zip_longest_and_starred(x):
    first, *rest = x
    total = first
    for a, b in itertools.zip_longest(rest, [2.0], fillvalue=0.5):
        total = total + a * b
    return total


@program(X)
def sorted_by_key(x):
    ordered = sorted(x, key=lambda v: -abs(v))
    return ordered[0] * ordered[1] + ordered[-1]


@program(X)
def while_with_else(x):
    k, total = 0, 0.0
    while k < len(x):
        total += x[k] * (k + 1)
        k += 1
        if total > 100:
            break
    else:
        total = total * 2
    return total


@program(X)
def dictionary_comprehension(x):
    table = {f"k{i}": v * i for i, v in enumerate(x)}
    return sum(table.values()) ** 2


# -- exceptions, contexts, patterns ---------------------------------------------------------------


@program(X)
def try_except_else_finally(x):
    steps = []
    try:
        if x[0] > 0:
            raise ValueError("positive")
        y = x[0]
    except ValueError as error:
        y = x[1] * x[2]
        steps.append(str(error))
    else:
        y = x[3]
    finally:
        y = y * 2
    assert steps == ["positive"]
    return y


@program(X)
def exception_carries_a_value(x):
    class Found(Exception):
        def __init__(self, value):
            self.value = value

    try:
        for v in x:
            if v < 0:
                raise Found(v * v)
    except Found as found:
        return found.value * x[0]
    return x[0]


@program(X)
def user_context_manager(x):
    log = []

    @contextmanager
    def scaled(by):
        log.append(by * 2)
        yield by + 1
        log.append(by * 3)

    with scaled(x[0]) as s, np.errstate(all="ignore"):
        y = s * x[1]
    return y + log[0] * log[1]


@program(X)
def match_statement(x):
    def area(shape):
        match shape:
            case {"kind": "circle", "r": r}:
                return math.pi * r * r
            case ("box", a, b):
                return a * b
            case float(v):
                return v
            case _:
                raise TypeError("unknown shape")

    return area({"kind": "circle", "r": x[0]}) + area(("box", x[1], x[2])) + area(float(x[3]))


@program(X)
def walrus_and_conditional(x):
    if (y := x[0] * x[1]) > 0.1:
        z = y * y if y < 10 else y
    else:
        z = -y
    return z + y


# -- functions ------------------------------------------------------------------------------------


@program(X)
def closure_counts_its_calls(x):
    calls = 0

    def f(v):
        nonlocal calls
        calls += 1
        return v * calls

    total = f(x[0]) + f(x[1]) + f(x[2])
    assert calls == 3
    return total


@program(X)
def nonlocal_accumulator(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v * v

    for v in x:
        add(v)
    return total


@program(0.7)
def recursion_with_memo(x):
    memo = {}

    def legendre(n):
        if n in memo:
            return memo[n]
        if n == 0:
            value = 1.0
        elif n == 1:
            value = x
        else:
            value = ((2 * n - 1) * x * legendre(n - 1) - (n - 1) * legendre(n - 2)) / n
        memo[n] = value
        return value

    return legendre(6)


def decorated(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return 2 * function(*args, **kwargs) + 1

    return wrapper


@program(X)
@decorated
def hidden_by_a_decorator(x):
    return np.sum(x**3)


@program(X)
def partial_application(x):
    def power(base, exponent, *, scale):
        return scale * base**exponent

    cube = functools.partial(power, exponent=3, scale=0.5)
    return sum(map(cube, x))


@program(X)
def star_arguments(x):
    def combine(a, *rest, scale=1.0, **options):
        return scale * a * sum(rest) + options.get("extra", 0.0)

    settings = {"scale": 2.5, "extra": x[0]}
    return combine(*x, **settings)


@program(X)
def function_without_source(x):
    space: dict[str, Any] = {"np": np}
    exec("def inner(v):\n    return np.sum(np.tanh(v) * v)", space)
    return space["inner"](x)


@program(X)
def operators_as_functions(x):
    return operator.mul(operator.itemgetter(0)(x), x[1]) + operator.add(x[2], 3.0)


@program(X)
def class_defined_inside(x):
    class Line:
        def __init__(self, slope):
            self.slope = slope

        def __call__(self, t):
            return self.slope * t + 1

    return Line(x[0])(x[1]) * Line(x[2])(2.0)


# -- containers -----------------------------------------------------------------------------------


@program(X)
def list_methods(x):
    values = list(x)
    values.append(x[0] * x[1])
    values.insert(1, x[2] ** 2)
    last = values.pop()
    values.extend([last, 1.5])
    values[0] = values[0] * 2
    values[1:3] = [values[2], values[1]]
    values.reverse()
    del values[0]
    return sum(v * k for k, v in enumerate(values))


@program(X)
def dict_updates(x):
    table = {"a": x[0], "b": x[1]}
    table["c"] = table.pop("a") * 2
    table.update(d=x[2], b=table["b"] + 1)
    table.setdefault("e", x[3])
    return sum(table.values()) * table["c"]


@program(X)
def standard_containers(x):
    counts = defaultdict(float)
    for k, v in enumerate(x):
        counts[k % 2] += v
    queue = deque(x, maxlen=3)
    queue.append(counts[0] * counts[1])
    queue.rotate(1)
    order = OrderedDict((k, v) for k, v in zip("abc", queue, strict=True))
    return order["a"] * order["b"] + sum(queue)


@program(X)
def lists_of_lists_as_a_matrix(x):
    a = [[x[0], 1.0, 0.2], [0.5, x[1] + 3, x[2]], [0.1, x[3], 2.0]]
    det = 1.0
    for k in range(3):
        det = det * a[k][k]
        for i in range(k + 1, 3):
            factor = a[i][k] / a[k][k]
            for j in range(k, 3):
                a[i][j] = a[i][j] - factor * a[k][j]
    return det


@program(X)
def array_of_recorded_parts(x):
    rows = np.array([[x[0], 1.0], [2.0, x[1] * x[2]]])
    stacked = np.stack([rows[0], rows[1] * 2, x[2:]])
    return np.sum(stacked**2)


Pair = namedtuple("Pair", "left right")


@program(X)
def named_tuples(x):
    pair = Pair(x[0], right=x[1:])
    moved = pair._replace(left=pair.left * 2)
    left, right = moved
    return left * np.sum(right) + moved[0]


@dataclasses.dataclass
class Body:
    mass: float
    place: Any
    speed: Any = dataclasses.field(default_factory=lambda: np.zeros(2))

    def __post_init__(self):
        self.momentum = self.mass * self.speed

    @property
    def energy(self):
        return 0.5 * self.mass * np.sum(self.speed**2)


@program(X)
def dataclass_with_post_init(x):
    body = Body(x[0], x[1:3], np.array([x[3], 2.0]))
    heavier = dataclasses.replace(body, mass=body.mass + 1.0)
    return heavier.energy + np.sum(heavier.momentum * heavier.place)


@program(X)
def deep_copies(x):
    state = {"a": x * 2, "b": [x[0]]}
    other = copy.deepcopy(state)
    state["a"][0] = 0.0
    other["b"].append(x[1])
    return np.sum(other["a"]) * sum(other["b"]) + np.sum(state["a"])


# -- classes --------------------------------------------------------------------------------------


class Dual:
    """A class with operators of its own."""

    def __init__(self, value, slope):
        self.value, self.slope = value, slope

    def __add__(self, other):
        other = other if isinstance(other, Dual) else Dual(other, 0.0)
        return Dual(self.value + other.value, self.slope + other.slope)

    __radd__ = __add__

    def __mul__(self, other):
        other = other if isinstance(other, Dual) else Dual(other, 0.0)
        slope = self.slope * other.value + self.value * other.slope
        return Dual(self.value * other.value, slope)

    __rmul__ = __mul__

    def __pow__(self, n):
        return Dual(self.value**n, n * self.value ** (n - 1) * self.slope)


@program(X)
def forward_mode_by_operators(x):
    t = Dual(x[0], 1.0)
    y = x[1] * t**2 + 3.0 * t + x[2]
    return y.slope * y.value


class Kalman:
    """An extended Kalman filter with state."""

    def __init__(self, noise, dt=0.1):
        self.noise = noise
        self.x = np.zeros(2)
        self.P = np.eye(2)
        self.F = np.array([[1.0, dt], [0.0, 1.0]])
        self.H = np.array([[1.0, 0.0]])

    def predict(self):
        self.x = self.F @ self.x
        self.P = self.F @ self.P @ self.F.T + self.noise * np.eye(2)

    def update(self, z):
        S = self.H @ self.P @ self.H.T + 0.1
        K = self.P @ self.H.T / S
        y = z - self.H @ self.x
        self.x = self.x + K @ y
        self.P = (np.eye(2) - K @ self.H) @ self.P
        return y[0] ** 2 / S[0, 0] + math.log(S[0, 0])


@program(0.3, Y)
def kalman_filter_class(noise, measured):
    kalman, total = Kalman(noise), 0.0
    for z in measured:
        kalman.predict()
        total += kalman.update(z)
    return total + kalman.P[0, 0]


class Distribution:
    def log_density(self, x):
        raise NotImplementedError

    def __add__(self, other):
        return Sum(self, other)


class Normal(Distribution):
    def __init__(self, mean, deviation):
        self.mean, self.deviation = mean, deviation

    def log_density(self, x):
        z = (x - self.mean) / self.deviation
        return -0.5 * z * z - math.log(self.deviation) - 0.5 * math.log(2 * math.pi)


class Laplace(Distribution):
    def __init__(self, mean, scale):
        self.mean, self.scale = mean, scale

    def log_density(self, x):
        return -abs(x - self.mean) / self.scale - math.log(2 * self.scale)


class Sum(Distribution):
    def __init__(self, *parts):
        self.parts = parts

    def log_density(self, x):
        return sum(p.log_density(x) for p in self.parts)


@program(X, Y)
def mcmc_log_density_by_classes(x, data):
    prior = Normal(0.0, 2.0) + Laplace(0.5, 1.5)
    likelihood = Normal(x[0], math.exp(x[1]))
    return prior.log_density(x[0]) + sum(likelihood.log_density(d) for d in data)


class Node:
    """A tape of the user's own."""

    def __init__(self, value, parents=()):
        self.value, self.parents, self.slope = value, parents, 0.0

    def __mul__(self, other):
        return Node(self.value * other.value, [(self, other.value), (other, self.value)])

    def __add__(self, other):
        return Node(self.value + other.value, [(self, 1.0), (other, 1.0)])

    def backward(self, slope=1.0):
        self.slope += slope
        for parent, partial in self.parents:
            parent.backward(slope * partial)


@program(X)
def reverse_mode_by_the_user(x):
    a, b = Node(x[0]), Node(x[1])
    y = a * b + a * a
    y.backward()
    return y.value + a.slope * b.slope


class Counter:
    total = 0.0

    @classmethod
    def add(cls, v):
        cls.total = cls.total + v

    @staticmethod
    def double(v):
        return 2 * v

    def __len__(self):
        return 3

    def __getitem__(self, k):
        if k >= 3:
            raise IndexError(k)
        return self.base * k

    def __init__(self, base):
        self.base = base

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.base = self.base * 0.5
        return False

    @property
    def twice(self):
        return self.double(self.base)

    @twice.setter
    def twice(self, value):
        self.base = value / 2


@program(X)
def special_methods(x):
    counter = Counter(x[0])
    with counter as c:
        y = sum(c) + len(c)
    counter.twice = counter.twice + x[1]
    return y * counter.base


class Sphere:
    def __init__(self, centre, radius, colour):
        self.centre, self.radius, self.colour = centre, radius, colour

    def hit(self, origin, direction):
        """Distance to the sphere, or None."""
        b = np.dot(origin - self.centre, direction)
        c = np.dot(origin - self.centre, origin - self.centre) - self.radius**2
        disc = b * b - c
        if disc < 0:
            return None
        t = -b - np.sqrt(disc)
        return t if t > 1e-6 else None


@program(np.array([0.2, -0.1, 4.0]))
def ray_tracer(centre):
    spheres = [
        Sphere(centre, 1.0, np.array([1.0, 0.2, 0.1])),
        Sphere(np.array([0.5, 0.5, 6.0]), 1.5, np.array([0.1, 0.9, 0.3])),
    ]
    light = np.array([-0.6, 0.8, -0.3])
    light = light / np.linalg.norm(light)
    image = np.zeros((3, 3, 3))
    for i in range(3):
        for j in range(3):
            ray = np.array([(j - 1) * 0.2, (i - 1) * 0.2, 1.0])
            ray = ray / np.linalg.norm(ray)
            nearest, hit = math.inf, None
            for sphere in spheres:
                t = sphere.hit(np.zeros(3), ray)
                if t is not None and t < nearest:
                    nearest, hit = t, sphere
            if hit is not None:
                normal = (nearest * ray - hit.centre) / hit.radius
                image[i, j] = hit.colour * max(np.dot(normal, light), 0.1) / (1 + nearest)
    return np.sum(image**2)


# -- writes and views -----------------------------------------------------------------------------


@program(X)
def buffers_filled_in_a_loop(x):
    y, z = np.zeros(4), make_zeros(4)
    for i in range(4):
        y[i] = x[i] ** 2
        z[i] = i
    y[1:] += z[1:] * x[:-1]
    return np.sum(y * y)


@program(X)
def argument_is_written(x):
    x[0], x[1] = x[1] * 2, x[0]
    x[1:] *= x[:-1]
    v = x[::2]
    v += 1.5
    return np.sum(x**2) + x[1]


@program(X)
def views_kept_and_written_later(x):
    m = x.reshape(2, 2)
    row, column = m[0], m.T[1]
    row[1] = row[0] * 3
    column *= 2
    flat = m.ravel()
    flat[3] += flat[0]
    return np.sum(m @ m) + x[1]


@program(X)
def in_place_functions(x):
    x.sort()
    x[[0, 1]] = x[[1, 0]]
    np.add.at(x, [0, 0, 1], np.array([1.0, 2.0, 3.0]) * x[3])
    x[x > 0] *= 2
    y = np.empty_like(x)
    y.fill(x[1])
    np.copyto(y[:2], x[2:])
    np.multiply(x, y, out=y)
    return np.sum(y * x)


@program(X)
def swap_of_buffers(x):
    a, b = x.copy(), np.zeros(4)
    for _ in range(3):
        b[1:-1] = 0.5 * (a[:-2] + a[2:]) * a[1:-1]
        b[0], b[-1] = a[0], a[-1]
        a, b = b, a
    return np.sum(a * a)


@program(X)
def two_names_for_one_array(x):
    a = np.zeros(3)
    b = a
    b[0] = x[0]
    c = a[:2]
    c[1] = b[0] * x[1]
    return np.sum(a) + b[1]


@program(M)
def gauss_elimination_with_row_swaps(a):
    a = a.copy()
    n, sign = len(a), 1.0
    for k in range(n):
        p = k + int(np.argmax(np.abs(a[k:, k])))
        if p != k:
            a[[k, p]] = a[[p, k]]
            sign = -sign
        for i in range(k + 1, n):
            a[i, k:] -= a[i, k] / a[k, k] * a[k, k:]
    return sign * a[0, 0] * a[1, 1] * a[2, 2]


@program(M)
def cholesky_by_columns(a):
    a = a @ a.T
    n = a.shape[0]
    L = np.zeros_like(a)
    for j in range(n):
        L[j, j] = math.sqrt(a[j, j] - np.dot(L[j, :j], L[j, :j]))
        for i in range(j + 1, n):
            L[i, j] = (a[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
    return np.sum(np.log(np.diagonal(L)))


@program(M)
def gram_schmidt(a):
    q = a.copy()
    for k in range(3):
        for j in range(k):
            q[:, k] -= np.dot(q[:, j], q[:, k]) * q[:, j]
        q[:, k] /= np.sqrt(np.sum(q[:, k] ** 2))
    return np.sum(q * np.arange(9.0).reshape(3, 3))


def _write_squares(out, values):
    for k, v in enumerate(values):
        out[k] = v * v


@program(X)
def procedure_writes_its_output(x):
    out = np.empty(4)
    _write_squares(out, x)
    _write_squares(out[::-1], out.copy())
    return out @ WEIGHTS


@program(X)
def captured_array_is_copied_and_written(x):
    weights = WEIGHTS.copy()
    weights[0] = x[0] * 2
    doubled = 2 * WEIGHTS
    doubled[1:3] += x[1:3]
    return np.sum(weights * doubled)


@program(M)
def written_through_its_transpose_again(w):
    for k in range(3):
        view = w.T
        view[k, 1] = np.sin(view[1, k]) * 2
        view.T[0] += view[0]
    return np.sum(w**2) + np.sum(w.transpose()[1] * w[2])


SHARED = np.arange(6.0)
ODD, LATE = SHARED[1::2], SHARED[2:]


@program(X)
def captured_arrays_that_share_memory(x):
    before = np.sum(ODD * x[:3])
    SHARED[1:3] = x[:2] * 2
    LATE[1] *= x[2]
    value = before + np.sum(SHARED**2) * ODD[1] + LATE[0]
    SHARED[:] = np.arange(6.0)
    return value


@program(X, {"mean": np.zeros(4), "count": 0})
def running_statistics_of_the_caller(x, running):
    running["mean"] *= 0.9
    running["mean"] += 0.1 * x
    running["count"] += 1
    return np.sum(np.tanh(x - running["mean"]) ** 2)


@program(X)
def lists_for_numpy_functions(x):
    values = [x[0], x[1] * 2, 3.0]
    nested = [[v, v * v] for v in values]
    top = np.max(values) + np.sum(values) * np.mean(nested) + np.prod(values)
    return top + np.dot(values, [1.0, 2.0, x[2]]) + np.sum(np.exp(values)) + np.sum(nested)


@program(X)
def imports_inside(x):
    import math as m
    from math import exp

    import numpy
    import numpy.linalg as la
    from numpy import zeros

    buffer, other = numpy.zeros(3), zeros(2)
    buffer[0], other[1] = m.sin(x[0]), exp(x[1])
    return np.sum(buffer) * other[1] + la.norm([x[0], x[1], 2.0])


@program(X)
def classes_of_numbers(x):
    a, b = np.zeros(4, dtype=float), np.arange(4).astype(float)
    a[:] = x
    by_class = {float: 1.5, int: 2.0}[type(2.0)]  # noqa: UP003
    assert isinstance(2, (int, float)) and issubclass(np.float64, float) and float is float
    shift = float("2.5") + float.fromhex("0x1p1") + complex("1+2j").imag
    return np.sum(a * b * np.asarray(x, dtype=float)) * by_class * shift


@program(X)
def captured_table(x):
    return np.sum(TABLE["scale"] * x) ** 2 + TABLE["shift"] * x[0]


@program(X)
def masked_and_gathered(x):
    y = np.where(x > 0, x * 2, -x)
    picked = x[[3, 3, 0]]
    y[~(x > 0.5)] = picked[0]
    return np.sum(y * y) + np.sum(picked)


# -- numbers --------------------------------------------------------------------------------------


@program(0.7)
def scalars_of_all_kinds(a):
    b = float(a) * 2
    assert isinstance(b, float) and type(b) is float
    c = math.exp(-b) + cos(a) + abs(b) + max(a, b) + sqrt(a) + pow(a, 3)
    d = divmod(c, 0.4)[1] + round(a) + int(b)
    return c + d if c > 0 else -c


@program(X)
def floats_of_elements(x):
    values = [float(v) for v in x] + x.tolist() + list(map(float, x[:2]))
    return math.hypot(values[0], values[5]) * values[-1] + x[1].item()


@program(0.4)
def newton_root_to_tolerance(a):
    x = 1.0
    for _ in range(50):
        step = (x**3 - a) / (3 * x * x)
        x -= step
        if abs(step) < 1e-14:
            break
    return x


@program(np.array([1.2, 0.7, 0.4]))
def robot_arm_with_math(q):
    x = y = angle = 0.0
    for k in range(3):
        angle += q[k]
        x += math.cos(angle) / (k + 1)
        y += math.sin(angle) / (k + 1)
    return math.atan2(y, x) + math.hypot(x, y)


@program(X)
def fstrings_and_prints(x):
    text = f"{x[0]:.2f} {x}" + f"{x[1]:.3f}" + "%.3f %s" % (x[2], x)  # noqa: UP031
    return x[0] * len(text.split()[0]) + x[1]


# -- whole programs -------------------------------------------------------------------------------


class Stepper:
    """RKF45 with rejected steps."""

    def __init__(self, f, tolerance):
        self.f, self.tolerance, self.rejected = f, tolerance, 0

    def step(self, t, y, h):
        f = self.f
        k1 = f(t, y)
        k2 = f(t + h / 4, y + h * k1 / 4)
        k3 = f(t + 3 * h / 8, y + h * (3 * k1 + 9 * k2) / 32)
        k4 = f(t + 12 * h / 13, y + h * (1932 * k1 - 7200 * k2 + 7296 * k3) / 2197)
        k5 = f(t + h, y + h * (439 / 216 * k1 - 8 * k2 + 3680 / 513 * k3 - 845 / 4104 * k4))
        last = 2 * k2 - 8 / 27 * k1 - 3544 / 2565 * k3 + 1859 / 4104 * k4 - 11 / 40 * k5
        k6 = f(t + h / 2, y + h * last)
        new = y + h * (25 / 216 * k1 + 1408 / 2565 * k3 + 2197 / 4104 * k4 - k5 / 5)
        error = h * (k1 / 360 - 128 / 4275 * k3 - 2197 / 75240 * k4 + k5 / 50 + 2 / 55 * k6)
        return new, np.max(np.abs(error))

    def run(self, y, end):
        t, h = 0.0, 1.0
        while t < end:
            h = min(h, end - t)
            new, error = self.step(t, y, h)
            if error > self.tolerance:
                self.rejected += 1
                h = h / 2
                continue
            t, y = t + h, new
            yield t, y
            if error < self.tolerance / 32:
                h = h * 2


@program(np.array([1.1, 0.4, 0.3, 0.6]))
def rk45_with_rejected_steps(p):
    def predator(t, y):
        return np.array([p[0] * y[0] - p[1] * y[0] * y[1], p[2] * y[0] * y[1] - p[3] * y[1]])

    stepper = Stepper(predator, 1e-3)
    last = None
    for _, y in stepper.run(np.array([1.5, 0.8]), 2.0):
        last = y
    assert stepper.rejected > 0
    return np.sum(last**2)


@program({"w": M, "u": M * 0.5, "b": np.array([0.1, -0.2, 0.3])}, M)
def lstm_like_cell_with_dict_parameters(params, inputs):
    hidden, cell = np.zeros(3), np.zeros(3)
    states = []
    for row in inputs:
        z = params["w"] @ row + params["u"] @ hidden + params["b"]
        gate = 1 / (1 + np.exp(-z))
        cell = gate * cell + (1 - gate) * np.tanh(z)
        hidden = gate * np.tanh(cell)
        states.append(hidden)
    return np.sum(np.stack(states) ** 2)


class Spline:
    """A natural cubic spline."""

    def __init__(self, x, y):
        n = len(x)
        self.x, self.y = x, y
        h = np.diff(x)
        a, r = np.eye(n), np.zeros(n)
        for i in range(1, n - 1):
            a[i, i - 1 : i + 2] = h[i - 1], 2 * (h[i - 1] + h[i]), h[i]
            r[i] = 6 * ((y[i + 1] - y[i]) / h[i] - (y[i] - y[i - 1]) / h[i - 1])
        self.m = np.linalg.inv(a) @ r
        self.h = h

    def __call__(self, t):
        k = min(max(int(np.searchsorted(self.x, t)) - 1, 0), len(self.h) - 1)
        h, left, right = self.h[k], self.x[k + 1] - t, t - self.x[k]
        cubic = (self.m[k] * left**3 + self.m[k + 1] * right**3) / (6 * h)
        linear_left = (self.y[k] / h - self.m[k] * h / 6) * left
        return cubic + linear_left + (self.y[k + 1] / h - self.m[k + 1] * h / 6) * right


@program(X)
def cubic_spline_class(y):
    spline = Spline(np.array([0.0, 1.0, 2.5, 3.0]), y)
    return sum(spline(t) ** 2 for t in (0.3, 1.7, 2.6))


@program(100.0, 95.0)
def option_by_binomial_tree(price, strike):
    n, up, rate = 6, 1.1, 1.01
    p = (rate - 1 / up) / (up - 1 / up)
    values = [max(price * up ** (2 * j - n) - strike, 0.0) for j in range(n + 1)]
    for step in range(n, 0, -1):
        values = [(p * values[j + 1] + (1 - p) * values[j]) / rate for j in range(step)]
    return values[0]


@program(X, Y)
def soft_dtw(x, y):
    n, m = len(x), len(y)
    r = np.full((n + 1, m + 1), 1e3)
    r[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = (x[i - 1] - y[j - 1]) ** 2
            before = np.array([r[i - 1, j], r[i, j - 1], r[i - 1, j - 1]])
            low = before.min()
            r[i, j] = cost + low - np.log(np.sum(np.exp(-(before - low))))
    return r[n, m]


@program(M)
def hidden_markov_forward(logits):
    transition = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    emission = [np.array([0.2, 0.5, 0.3]), np.array([0.6, 0.1, 0.3]), np.array([0.3, 0.3, 0.4])]
    alpha, total = np.array([0.5, 0.3, 0.2]) * emission[0], 0.0
    for seen in emission[1:]:
        alpha = (alpha @ transition) * seen
        scale = alpha.sum()
        alpha /= scale
        total += math.log(scale)
    return total


@program(M)
def bilateral_filter(image):
    out = np.empty_like(image)
    for i in range(3):
        for j in range(3):
            total = weight = 0.0
            for di in (-1, 0, 1):
                for dj in (-1, 0, 1):
                    if 0 <= i + di < 3 and 0 <= j + dj < 3:
                        d = image[i + di, j + dj] - image[i, j]
                        w = math.exp(-(di * di + dj * dj) / 2 - d * d)
                        total, weight = total + w * image[i + di, j + dj], weight + w
            out[i, j] = total / weight
    return np.sum(out**2)


@program(np.array([3.0, 0.2, 1.52]))
def rocket_trajectory(p):
    class State:
        __slots__ = ("fuel", "height", "speed")

        def __init__(self, fuel):
            self.height, self.speed, self.fuel = 0.0, 0.0, fuel

    rocket, dt = State(p[2]), 0.05
    while rocket.speed >= 0:
        burning = rocket.fuel > 0
        thrust = p[0] * 9.81 if burning else 0.0
        if burning:
            rocket.fuel = rocket.fuel - dt
        rocket.speed = rocket.speed + dt * (thrust - 9.81 - p[1] * rocket.speed**2)
        rocket.height = rocket.height + dt * rocket.speed
    return rocket.height


@program(X)
def complex_numbers_inside(x):
    z = complex(x[0], x[1]) * (1 + 2j)
    assert isinstance(z, complex) and type(z) is complex
    w = np.exp(1j * x) * z
    buffer = np.zeros(4, complex)
    buffer[1:] = w[1:] * z
    return (buffer * buffer.conjugate()).real.sum() + abs(z) + w.imag[1]


@program(X)
def results_by_position(x):
    y, w = np.zeros(4), np.zeros(4)
    np.clip(x, -1, 0.5, y)
    x.cumsum(0, float, w)
    np.cumsum(y, 0, None, y)
    np.add.reduce(np.outer(x, w), 0, None, y)
    return (y * y).sum() + w.sum() + w[2] ** 2


@program(X)
def flat_elements(x):
    m = np.zeros((2, 2))
    for k in range(4):
        m.flat[k] = x[k] * k
    m.flat = [v * 2 for v in m.flat]
    return sum(v * v for v in m.flat)


@program(X)
def several_results(x):
    _, r = np.linalg.qr(np.outer(x, x) + np.eye(4))
    a, b = np.split(x, 2)
    a[0] = b[1]
    i, j = np.meshgrid(x[:2], x[2:])
    return np.abs(np.diag(r)).sum() + (a * b).sum() + x[0] + (i * j).sum()


@program(X)
def looked_at_but_not_used(x):
    counts, _ = np.histogram(x)  # no rule, and none is needed
    print_me = np.apply_along_axis(np.sum, 0, x)
    return x.sum() * counts[0] + (len(str(print_me)) > 0) * x[1]


@program(X)
def places_of_elements(x):
    order = np.argsort(x)
    best = x[np.argmax(x)] * x[x.argmin()] + x[order][0]
    return best + np.sum(x[x > 0]) + len(np.unique(x > 0)) * x[order[2]]


@program(X)
def constants_of_the_run(x):
    noise = np.random.default_rng(3).normal(size=4)
    grid = np.linspace(0, 1, 4)
    grid[1] = x[0]
    return np.sum(grid * x * noise)
