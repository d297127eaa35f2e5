"""Objects of user classes: made, read, changed, called; gradients against central differences."""

# ruff: noqa: B007, RUF059, SIM201
from __future__ import annotations

import abc
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pytest
from language_cases import noting, refusal

from srcgrad import check_grads, grad, value_and_grad
from srcgrad.errors import SrcgradError

X = np.array([0.7, -1.3, 2.1])
CASES: list[Any] = []
case = noting(CASES)


class Counter:
    """A class with state, class attributes and all kinds of methods."""

    step = 0.5
    made: Any = ()

    def __init__(self, start, *, name="c"):
        self.total = start
        self.name = name
        self.log = []

    def add(self, v):
        self.total = self.total + v * self.step
        self.log.append(v)
        return self

    @property
    def squared(self):
        return self.total**2

    @property
    def level(self):
        return self.total

    @level.setter
    def level(self, value):
        self.total = value * 2

    @staticmethod
    def double(v):
        return 2 * v

    @classmethod
    def zero(cls, extra):
        made = cls(0.0, name="z")
        made.total += extra
        return made

    def __call__(self, v):
        return self.total * v

    def __len__(self):
        return len(self.log)

    def __getitem__(self, k):
        return self.log[k]


class Loud(Counter):
    step = 2.0

    def __init__(self, start, volume):
        super().__init__(start, name="loud")
        self.volume = volume

    def add(self, v):
        super().add(v * self.volume)
        self.total *= 1.5
        return self

    @property
    def squared(self):
        return super().squared + self.volume


@case(1.3, -0.7)
def state_and_methods(a, b):
    c = Counter(a)
    d = c
    c.add(b).add(a * b)
    d.total += a
    c.level = c.level * b
    return c.squared + d(b) * len(c) + c[1] * Counter.double(a) + c.double(b)


@case(1.3, -0.7)
def inheritance(a, b):
    c = Loud(a, volume=b)
    c.add(a)
    if isinstance(c, Counter) and not isinstance(c, dict) and type(c) is Loud:
        c.add(b)
    return c.squared * c.step + (2.0 if c.name == "loud" else 0.0)


@case(1.3, -0.7)
def class_methods(a, b):
    c = Counter.zero(a)
    d = Loud.step * c.total
    return d * b + c.total * b * hasattr(c, "name")


class Vector:
    """Operators."""

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, k):
        if isinstance(k, Vector):
            return self.x * k.x + self.y * k.y
        return Vector(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __neg__(self):
        return Vector(-self.x, -self.y)

    def __sub__(self, other):
        return self + (-other)

    def __iadd__(self, other):
        self.x += other.x
        self.y += other.y
        return self

    def __abs__(self):
        return np.sqrt(self.x**2 + self.y**2)

    def __iter__(self):
        return iter((self.x, self.y))

    def __lt__(self, other):
        return abs(self) < abs(other)

    def __eq__(self, other):
        return self.x == other.x and self.y == other.y

    def __bool__(self):
        return bool(self.x != 0)

    def __contains__(self, v):
        return v == self.x

    def __setitem__(self, k, v):
        if k == 0:
            self.x = v
        else:
            self.y = v


@case(1.3, -0.7)
def operators(a, b):
    v, w = Vector(a, b), Vector(b, 2.0)
    u = 2 * v - w * a + v
    t = u
    u += w
    t[1] = t.y * a
    p, q = u
    total = p * q + abs(u) * (u * w)
    if w < u and u and not v == w:
        total = total * (3.0 if 5.5 not in v else 1.0)
    return total


@case(1.3, 4)
def object_in_loop(a, n):
    c = Vector(a, 1.0)
    best = Counter(a)
    for k in range(n):
        c = c + Vector(c.y, a * k) * 0.1
        c.x *= a
        best.total = best.total * 0.5 + c.x
    return c * c + best.total


@case(1.3, 5)
def object_in_branches(a, n):
    c = Counter(a)
    for k in range(n):
        if c.total > 2:
            c.total = c.total * 0.3
        elif c.total > 1:
            c.total = c.total + a
        else:
            c.total *= 3.0
    return c.squared


class Kalman:
    """A filter with matrices as state."""

    def __init__(self, f, q):
        self.F, self.Q = f, q
        self.x = np.zeros(2)
        self.P = np.eye(2)

    def predict(self):
        self.x = self.F @ self.x
        self.P = self.F @ self.P @ self.F.T + self.Q

    def update(self, z, r):
        s = self.P[0, 0] + r
        k = self.P[:, 0] / s
        error = z - self.x[0]
        self.x = self.x + k * error
        self.P = self.P - np.outer(k, self.P[0])
        return error**2 / s + np.log(s)


@case(np.array([[1.0, 0.3], [-0.2, 0.9]]), np.array([[0.2, 0.0], [0.1, 0.3]]), X)
def kalman_filter(f, q, zs):
    k = Kalman(f, q)
    loss = 0.0
    for z in zs:
        k.predict()
        loss += k.update(z, 0.5)
    return loss


@dataclass
class Body:
    """A dataclass with defaults."""

    mass: float
    position: Any
    velocity: Any = 0.5
    history: list = field(default_factory=list)
    energy: float = field(init=False)

    def __post_init__(self):
        self.energy = 0.5 * self.mass * self.velocity**2

    def move(self, dt):
        self.position = self.position + dt * self.velocity
        self.history.append(self.position)


@dataclass(frozen=True, kw_only=True)
class Point:
    """A frozen dataclass."""

    x: Any
    y: Any = 2.0

    def dot(self, other):
        return self.x * other.x + self.y * other.y


@dataclass
class Planet(Body):
    """An inherited dataclass."""

    moons: int = 2


@case(1.3, -0.7)
def dataclasses(a, b):
    body, other = Body(a, b), Planet(b, position=a, velocity=a * b)
    for k in range(3):
        body.move(0.1 * (k + 1))
        other.move(a)
    p = Point(x=body.history[1], y=other.energy)
    same = Point(x=1.0) == Point(x=1.0)
    return p.dot(Point(x=a)) + body.energy * other.moons + sum(other.history) + same


class State(NamedTuple):
    """A named tuple with a method, a property and a default."""

    x: Any
    y: Any
    k: float = 3.0

    @property
    def product(self):
        return self.x * self.y

    def step(self, dt):
        return self._replace(x=self.x + dt * self.y)


@case(1.3, -0.7)
def named_tuples(a, b):
    s = State(a, b)
    for _ in range(3):
        s = s.step(0.1)
    x, y, k = s
    return s.product * k + s._asdict()["x"] * x + s[1]


class Shape(abc.ABC):
    """An abstract class."""

    @abc.abstractmethod
    def area(self): ...

    def twice(self):
        return 2 * self.area()


class Disc(Shape):
    """A concrete class with slots."""

    __slots__ = ("r",)

    def __init__(self, r):
        self.r = r

    def area(self):
        return 3.0 * self.r**2


class Square(Shape):
    """Another one."""

    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side * self.side


@case(1.3, -0.7)
def polymorphism(a, b):
    shapes = [Disc(a), Square(b), Disc(b * a)]
    largest = shapes[0].twice()
    return sum(s.twice() for s in shapes) * largest


class Model:
    """Captured from outside: its attributes are read at each call."""

    def __init__(self):
        self.w = np.array([1.0, -2.0, 0.5])
        self.scale = 2.0

    def predict(self, x):
        return np.tanh(x * self.w) * self.scale

    def __call__(self, x):
        return np.sum(self.predict(x))


model = Model()


@case(X)
def captured_model(x):
    return np.sum(model.predict(x) ** 2) + model(x)


@case(1.3, -0.7)
def bound_methods(a, b):
    c = Counter(a)
    f = c.add
    f(b)
    f(a)
    g = [c.double, Counter.double, c]
    return c.total * g[0](b) + g[1](a) + g[2](b)


@case(1.3, -0.7)
def set_and_delete(a, b):
    c = Vector(a, b)
    c.z = a * b
    c.k = 2.0
    del c.k
    total = c.z * b if hasattr(c, "z") and not hasattr(c, "k") else 0.0
    return total


@pytest.mark.parametrize(("function", "args"), CASES)
def test_value_and_gradient(function, args):
    value, _ = value_and_grad(function, frontend="source")(*args)
    assert value == function(*args)
    check_grads(function, args, rtol=1e-6)


def test_captured_object_is_read_at_each_call():
    found = grad(lambda x: model(x))
    before = found(X)
    model.scale = 4.0
    np.testing.assert_allclose(found(X), 2 * before)
    model.scale = 2.0


@pytest.mark.parametrize(
    "body",
    [
        "c = Frozen(x)\n    c.v = 2.0\n    return c.v",
        "c = Plain(x)\n    return c.missing",
        "c = Plain(x)\n    return c.method()",
        "c = Plain(x, x)\n    return c.v",
        "c = Attr(x)\n    return c.anything",
        "c = Plain(x)\n    d = Plain(x)\n    e = c if x > 1 else d\n    e.v = 2 * x\n    return c.v + d.v",
        "return Plain(x) + x",
        "outside.v = x\n    return x",
    ],
)
def test_refused_with_place_and_remedy(body, tmp_path):
    error = refusal(
        tmp_path,
        "from dataclasses import dataclass\n"
        "@dataclass(frozen=True)\nclass Frozen:\n    v: float\n"
        "class Plain:\n    def __init__(self, v):\n        self.v = v\n"
        "class Attr(Plain):\n    def __getattr__(self, name):\n        return 1.0\n"
        "outside = Plain(1.0)\n"
        f"def f(x):\n    {body}\n",
        1.3,
    )
    assert error.remedy
    assert error.lineno


# -- objects as arguments -------------------------------------------------------------------------------


class Layer:
    """A layer with arrays, a name, a count and a function."""

    def __init__(self, w, b, activation):
        self.w, self.b = w, b
        self.name, self.n, self.frozen = "layer", 3, True
        self.activation = activation
        self.inner = {"gain": 1.5}

    def __call__(self, x):
        return self.activation(self.w @ x + self.b) * self.inner["gain"] * self.n

    @property
    def penalty(self):
        return np.sum(self.w**2) + self.b @ self.b


class Wide(Layer):
    """An inherited layer."""

    def __call__(self, x):
        return super().__call__(x) * 2.0


def network(layers, x):
    for layer in layers:
        x = layer(x)
    return np.sum(x) + sum(layer.penalty for layer in layers)


def one_layer(layer, x):
    return np.sum(layer(x) ** 2) + layer.penalty * (1.0 if layer.frozen else 2.0)


W = np.array([[0.3, 1.1, -0.4], [2.0, -0.6, 0.9], [0.2, 0.1, -0.5]])


@pytest.mark.parametrize("unroll", [False, True])
def test_gradient_with_respect_to_an_object(unroll):
    layer = Layer(W.copy(), np.array([0.5, 0.1, -0.2]), np.tanh)
    before = dict(vars(layer))
    found = grad(one_layer, frontend="source", unroll=unroll)(layer, X)
    assert type(found) is Layer
    assert found.name is found.n is found.frozen is found.activation is None
    assert vars(layer) == before

    def at(w, b, gain):
        other = Layer(w, b, np.tanh)
        other.inner["gain"] = gain
        return one_layer(other, X)

    step = 1e-6
    for index in np.ndindex(3, 3):
        e = np.zeros((3, 3))
        e[index] = step
        slope = (at(W + e, layer.b, 1.5) - at(W - e, layer.b, 1.5)) / (2 * step)
        assert found.w[index] == pytest.approx(slope, rel=1e-6, abs=1e-7)
    slope = (at(W, layer.b, 1.5 + step) - at(W, layer.b, 1.5 - step)) / (2 * step)
    assert found.inner["gain"] == pytest.approx(slope, rel=1e-6)


def test_objects_in_containers_and_other_classes_and_functions():
    layers = [Layer(W, X, np.tanh), Wide(W.T.copy(), X * 2, np.sin)]
    check_grads(network, (layers, X), argnums=(0, 1))
    found = grad(network, frontend="source")
    first = found(layers, X)
    layers[0].activation = np.sin
    second = found(layers, X)
    assert not np.allclose(first[0].w, second[0].w)
    check_grads(network, (layers, X))
    layers[1].extra = 1.0
    assert found(layers, X)[1].extra == 0.0


def orbit(body, dt):
    body = Body(body.mass, body.position * 1.0, body.velocity)
    for _ in range(3):
        body.move(dt)
    return body.position**2 * body.energy


def test_dataclass_argument_with_post_init():
    body = Body(1.3, 0.4, velocity=-0.7)
    check_grads(orbit, (body, 0.1), argnums=(0, 1))
    found = grad(orbit, frontend="source")(body, 0.1)
    assert type(found) is Body
    assert found.energy == 0.0
    assert found.history == []


def area_of(point):
    return point.x * point.y**2


def test_frozen_dataclass_and_named_tuple_arguments():
    found = grad(area_of, frontend="source")(Point(x=2.0, y=3.0))
    assert (found.x, found.y) == (9.0, 12.0)
    state = grad(lambda s: s.product * s.x, frontend="source")(State(2.0, 3.0, k=4.0))
    assert state == State(12.0, 4.0, 0.0)


class Loop:
    """Holds itself."""

    def __init__(self):
        self.me = self
        self.v = 1.0


def test_object_that_holds_itself_is_refused():
    with pytest.raises(SrcgradError, match="holds itself"):
        grad(lambda o: o.v * 2.0, frontend="source")(Loop())


def test_star_parameters_are_right_call_after_call():
    def f(x, *rest, scale=2.0, **more):
        return x * scale * sum(rest) * more.get("shift", 1.0)

    found = grad(f, frontend="source")
    for _ in range(3):
        assert found(1.3, 2.0, 3.0) == pytest.approx(10.0)
        assert found(1.3, 2.0) == pytest.approx(4.0)
        assert found(1.3, 2.0, scale=3.0, shift=0.5) == pytest.approx(3.0)


class Spring:
    def __init__(self, k):
        self.k = k

    def force(self, x):
        return -self.k * x**3


class Damped(Spring):
    def force(self, x):
        return super().force(x) - 0.1 * x


def test_method_of_an_object_from_outside_is_read():
    spring = Damped(np.array([1.0, 2.0, 4.0]))
    force = spring.force

    def moved(x):
        for _ in range(2):
            x = x + 0.1 * force(x)
        return np.sum(x)

    found = grad(moved, frontend="source")
    for k in (np.array([1.0, 2.0, 4.0]), np.array([0.5, 3.0, 1.0])):
        spring.k = k
        steps = 1e-6 * np.eye(3)
        slopes = [(moved(X / 4 + h) - moved(X / 4 - h)) / 2e-6 for h in steps]
        np.testing.assert_allclose(found(X / 4), slopes, rtol=1e-7)
