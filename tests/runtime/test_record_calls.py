"""Recorded calls: what they leave behind, what they compile, what they say of themselves."""

from __future__ import annotations

import builtins
import json
import math
import threading
from functools import partial
from typing import Any

import numpy as np
import pytest

from srcgrad import grad, value_and_grad
from srcgrad.errors import SrcgradError
from srcgrad.runtime.recorded import is_recorded

X = np.array([0.3, 0.7, -1.2, 0.9])
GAINS = np.array([1.0, 2.0, 3.0, 4.0])
HISTORY: list[Any] = []
LATEST: dict[str, Any] = {}
TOTAL: Any = 0.0


def generated(x: Any, rate: float = 0.5) -> Any:
    return sum(v * v * rate for v in x)


def counts(derivative: Any) -> tuple[int, int]:
    """Programs compiled, and calls that found theirs."""
    calls = derivative.dispatch.recorder.calls
    return len(calls.programs), calls.hits


def test_floats_do_not_recompile_and_paths_do() -> None:
    derivative = grad(generated, frontend="record")
    for rate in (0.5, 0.25, 0.125, 1e-3):
        np.testing.assert_allclose(derivative(X * rate, rate), 2 * X * rate * rate)
    assert counts(derivative) == (1, 3)
    derivative(X[:2], 0.5)
    assert counts(derivative) == (2, 3)


def test_arrays_of_constants_do_not_recompile() -> None:
    def weighted(x: Any, w: Any) -> Any:
        return sum(v for v in w * x)

    derivative = grad(weighted, frontend="record")
    for k in range(3):
        np.testing.assert_array_equal(derivative(X, GAINS + k), GAINS + k)
    assert counts(derivative) == (1, 2)


def test_programs_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from srcgrad.runtime import recorded_call

    monkeypatch.setattr(recorded_call, "TRACES_KEPT", 3)
    derivative = grad(generated, frontend="record")
    for n in (1, 2, 3, 4, 5):
        derivative(np.ones(n))
    assert counts(derivative)[0] == 3


def test_source_and_explanation_of_a_recorded_function() -> None:
    space: dict[str, Any] = {}
    exec("def hidden(x):\n    return x[0] * 2.0 + x[1] * 3.0", space)  # there is no source
    derivative = grad(space["hidden"])
    assert "not called yet" in str(derivative.explain())
    np.testing.assert_array_equal(derivative(X), [2.0, 3.0, 0.0, 0.0])
    told = str(derivative.explain())
    assert "x: float64[n]" in told and "recorded, because" in told and "[SG401]" in told
    assert "def dhidden(x" in derivative.source
    assert list(derivative.sources.values()) == [derivative.source]
    assert "recorded" in str(derivative.decisions)
    assert derivative.explain().served[0].frontend == "record"


def test_explanation_of_a_function_read_from_source() -> None:
    derivative = grad(lambda x, n: np.sum(x) * n)
    derivative(X, 2)
    assert str(derivative.explain()) == "<lambda>(x: float64[n], n: int): read from source"


@pytest.mark.parametrize("frontend", ["sources", None, "Record"])
def test_unknown_frontend_is_refused(frontend: Any) -> None:
    with pytest.raises(SrcgradError, match="SG308"):
        grad(generated, frontend=frontend)


def test_source_frontend_never_records() -> None:
    def local_class(x: Any) -> Any:
        class Box:
            value = x

        return np.sum(Box.value)

    with pytest.raises(SrcgradError, match="SG1"):
        grad(local_class, frontend="source")(X)
    np.testing.assert_array_equal(grad(local_class)(X), np.ones(4))


def test_modules_are_as_before_after_a_call_and_after_an_exception() -> None:
    before, importing = dict(globals()), builtins.__import__
    grad(generated, frontend="record")(X)

    def fails(x: Any) -> Any:
        raise KeyError("missing", x)

    with pytest.raises(KeyError) as caught:
        grad(fails, frontend="record")(X)
    assert not any(map(is_recorded, caught.value.args))
    now = dict(globals())
    assert builtins.__import__ is importing
    assert before.keys() == now.keys()
    assert all(before[name] is now[name] for name in before)


def test_nothing_recorded_leaks_out() -> None:
    kept: list[Any] = []

    class Model:
        state = None

    model = Model()

    def leaky(x: Any) -> Any:
        global TOTAL
        TOTAL = np.sum(x * GAINS)
        HISTORY.append(x[0] * 2)
        LATEST.update(x=x, parts=[x[1], {"deep": x[2] * x}])
        kept.append((x[0], x))
        model.state = x * 2
        return TOTAL

    value, gradient = value_and_grad(leaky, frontend="record")(X)
    found = [value, TOTAL, *HISTORY, LATEST["x"], LATEST["parts"][0], LATEST["parts"][1]["deep"]]
    assert not any(map(is_recorded, [*found, model.state, gradient]))
    assert type(HISTORY[0]) is np.float64 and HISTORY[0] == 2 * X[0]
    np.testing.assert_array_equal(model.state, 2 * X)
    np.testing.assert_array_equal(GAINS, [1.0, 2.0, 3.0, 4.0])
    held = kept[0][0]  # in a tuple, which cannot be changed: it is refused when it is used
    if is_recorded(held):
        with pytest.raises(SrcgradError, match="SG223"):
            held * 2.0


def test_containers_of_arguments_keep_their_identity_and_take_changes() -> None:
    def fit(params: Any, log: Any) -> Any:
        params["w"] = params["w"] * 2
        params["w"][0] = 0.5
        log.append(np.sum(params["w"]))
        return log[-1] * params["b"]

    params, log = {"w": X.copy(), "b": 1.5}, [0]
    weights = params["w"]
    gradient = grad(fit, frontend="record")(params, log)
    np.testing.assert_array_equal(gradient["w"], [0.0, 3.0, 3.0, 3.0])
    assert gradient["b"] == log[1] == pytest.approx(0.5 + 2 * np.sum(X[1:]))
    np.testing.assert_array_equal(weights, X)
    assert type(params["w"]) is np.ndarray and params["w"][0] == 0.5
    assert type(log[1]) is np.float64


class Network:
    """An object whose arrays are differentiated."""

    def __init__(self) -> None:
        self.layers = [np.array([[0.5, -0.3], [0.2, 0.8]]), np.array([1.0, -1.0])]
        self.bias = 0.1
        self.name = "net"
        self.labels = np.array(["a", "b"])
        self.order = np.array([1, 0])
        self.parent = self
        self.calls = 0

    def __call__(self, x: Any) -> Any:
        self.calls += 1
        return np.tanh(self.layers[0] @ x + self.bias) @ self.layers[1]

    def loss(self, x: Any) -> Any:
        return self(x) ** 2


def test_object_as_argument() -> None:
    network, x = Network(), np.array([0.4, -0.6])
    gradient = grad(lambda net, x: net(x) ** 2, frontend="record")(network, x)
    assert type(gradient) is Network and gradient.calls is None and gradient.name == "net"
    assert gradient.labels is None and gradient.order is None and gradient.parent is gradient
    assert network.calls == 1 and type(network.bias) is float and network.parent is network
    step = 1e-6
    up, down = Network(), Network()
    up.bias += step
    down.bias -= step
    slope = (up(x) ** 2 - down(x) ** 2) / (2 * step)
    assert gradient.bias == pytest.approx(slope, rel=1e-6)
    up, down = Network(), Network()
    up.layers[0][1, 0] += step
    down.layers[0][1, 0] -= step
    slope = (up(x) ** 2 - down(x) ** 2) / (2 * step)
    assert gradient.layers[0][1, 0] == pytest.approx(slope, rel=1e-6)


def test_bound_method() -> None:
    network, x = Network(), np.array([0.4, -0.6])
    gradient = grad(network.loss, frontend="record")(x)
    hidden = np.tanh(network.layers[0] @ x + network.bias)
    out = hidden @ network.layers[1]
    expected = 2 * out * (network.layers[1] * (1 - hidden**2)) @ network.layers[0]
    np.testing.assert_allclose(gradient, expected, rtol=1e-13)


def test_callable_object_and_partial_functions() -> None:
    network, x = Network(), np.array([0.4, -0.6])
    hidden = np.tanh(network.layers[0] @ x + network.bias)
    expected = (network.layers[1] * (1 - hidden**2)) @ network.layers[0]
    np.testing.assert_allclose(grad(network)(x), expected, rtol=1e-13)
    assert network.calls == 1
    weighted = partial(lambda a, b: np.sum(a * b), b=GAINS)
    np.testing.assert_array_equal(grad(weighted)(X), GAINS)


def test_variable_arguments() -> None:
    def f(x: Any, *more: Any, **named: Any) -> Any:
        return np.sum(x * more[0]) * named["a"]

    dx, dmore, dnamed = grad(f, ("x", "more", "named"), frontend="record")(X, GAINS, a=2.0)
    np.testing.assert_array_equal(dx, 2 * GAINS)
    np.testing.assert_array_equal(dmore[0], 2 * X)
    assert dnamed == {"a": np.sum(X * GAINS)}


def test_auxiliary_results_are_those_of_the_run() -> None:
    def loss(x: Any) -> Any:
        parts = [v * v for v in x]
        return sum(parts), {"parts": parts, "name": "squares"}

    gradient, aux = grad(loss, has_aux=True, frontend="record")(X)
    np.testing.assert_array_equal(gradient, 2 * X)
    assert aux == {"parts": list(X * X), "name": "squares"}
    (value, _), _ = value_and_grad(loss, has_aux=True, frontend="record")(X)
    assert value == sum(X * X)


@pytest.mark.parametrize(
    "argument",
    [0.7, np.float64(0.7), np.float32(0.7), np.array(0.7), np.array([0.7], np.float32)],
    ids=["float", "float64", "float32", "rank0", "array32"],
)
def test_gradient_has_the_type_of_its_argument(argument: Any) -> None:
    def cube(x: Any) -> Any:
        return (lambda *a: a[0] ** 3)(x) if np.ndim(x) == 0 else x[0] ** 3

    value, gradient = value_and_grad(cube, frontend="record")(argument)
    assert type(value) is type(cube(argument)) and value == cube(argument)
    assert type(gradient) is type(argument)
    assert np.shape(gradient) == np.shape(argument)
    assert getattr(gradient, "dtype", None) == getattr(argument, "dtype", None)
    np.testing.assert_allclose(gradient, 3 * 0.7**2, rtol=1e-6)


def test_several_arguments_by_position_and_name() -> None:
    def f(a: Any, b: Any, *, c: float = 2.0) -> Any:
        return np.sum(a * b) * next(iter([c]))

    da, dc = grad(f, ("a", "c"), frontend="record")(X, GAINS, c=3.0)
    np.testing.assert_array_equal(da, 3.0 * GAINS)
    assert dc == np.sum(X * GAINS) and type(dc) is float


def test_two_threads_record_at_once() -> None:
    start, errors = threading.Barrier(2), []

    def slow(x: Any) -> Any:
        buffer = np.zeros(4)
        for k in range(4):
            start.wait(timeout=30)
            buffer[k] = math.sin(float(x[k])) * GAINS[k]
        return np.sum(buffer)

    def work(x: Any) -> None:
        try:
            gradient = grad(slow, frontend="record")(x)
            np.testing.assert_allclose(gradient, np.cos(x) * GAINS, rtol=1e-14)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(X * k,)) for k in (1.0, 2.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not errors
    assert type(GAINS) is np.ndarray


def test_other_threads_see_plain_arrays_meanwhile() -> None:
    seen: list[Any] = []

    def look() -> None:
        doubled = GAINS * 2
        zeros = np.zeros(2)
        seen.extend([type(doubled), type(zeros), float("2.5"), math.sin(0.5)])

    def f(x: Any) -> Any:
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        return x[0] * GAINS[1]

    np.testing.assert_array_equal(grad(f, frontend="record")(X), [2.0, 0.0, 0.0, 0.0])
    assert seen == [np.ndarray, np.ndarray, 2.5, math.sin(0.5)]


def test_random_draws_are_those_of_the_run() -> None:
    rng = np.random.default_rng(7)

    def noisy(x: Any) -> Any:
        return np.sum(x * rng.normal(size=4)) + x[0] * np.random.rand()

    value, gradient = value_and_grad(noisy, frontend="record")(X)
    assert value == pytest.approx(np.dot(gradient, X))


def test_exception_of_the_function_is_its_own() -> None:
    def check(x: Any) -> Any:
        for v in (w for w in x):
            if v < 0:
                raise ArithmeticError(f"negative: {v}")
        return np.sum(x)

    with pytest.raises(ArithmeticError, match=r"negative: -1\.2"):
        grad(check)(X)
    np.testing.assert_array_equal(grad(check)(abs(X)), np.ones(4))


def test_gradient_is_fresh_and_writable() -> None:
    gradient = grad(lambda x: sum(v for v in x), frontend="record")(X)
    gradient += 1.0
    np.testing.assert_array_equal(X, [0.3, 0.7, -1.2, 0.9])
    assert gradient.flags.writeable and not np.shares_memory(gradient, X)


class Node:
    """A value of a graph with cycles: its parts are freed by the collector alone."""

    def __init__(self, data: Any, parts: tuple[Node, ...] = ()) -> None:
        self.data = data
        self.parts = set(parts)
        self.back = lambda: self.data

    def __mul__(self, other: Node) -> Node:
        return Node(self.data * other.data, (self, other))


class Slotted:
    __slots__ = ("rows", "value")


KEPT: list[Any] = []


def test_leaks_are_swept_from_objects_in_one_look_at_the_heap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from srcgrad.runtime import wrapping

    looks = []

    def counted(*values: Any) -> list[Any]:
        looks.append(len(values))
        return referrers(*values)

    referrers = wrapping.gc.get_referrers
    monkeypatch.setattr(wrapping.gc, "get_referrers", counted)

    def chain(x: Any) -> Any:
        node = first = Node(x)
        for _ in range(20):
            node = node * first
        slotted = Slotted()
        slotted.value, slotted.rows = x * 2, {x * 3, 1.5}
        KEPT.extend([node, slotted])
        return node.data

    found = grad(chain, frontend="record")(1.1)
    assert math.isclose(found, 21 * 1.1**20)
    assert len(looks) == 2 and looks[1] > 20
    node, slotted = KEPT
    assert type(node.data) is type(slotted.value) is float
    assert not any(map(is_recorded, slotted.rows))
    KEPT.clear()


def test_json_of_recorded_values_is_text() -> None:
    lines = []

    def logged(x: Any) -> Any:
        loss = np.sum(x * x)
        lines.append(json.dumps({"loss": loss, "first": [x[0], 1.5]}))
        return loss

    np.testing.assert_array_equal(grad(logged, frontend="record")(X), 2 * X)
    assert json.loads(lines[0]) == {"loss": float(np.sum(X * X)), "first": [0.3, 1.5]}
    with pytest.raises(TypeError, match="not JSON serializable"):
        grad(lambda x: len(json.dumps({"x": x})) * x[0], frontend="record")(X)


@pytest.mark.parametrize("argument", [1.5, np.float64(1.5), np.array(1.5)])
def test_complex_scalars_are_as_good_as_arrays_without_axes(argument: Any) -> None:
    def size(x: Any) -> Any:
        z = (2 + 1j * x) * x
        return np.real(z * np.conj(z)) + np.imag(z)  # 4x^2 + x^4 + x^2

    found = grad(size, frontend="record")(argument)
    np.testing.assert_allclose(found, 8 * 1.5 + 4 * 1.5**3 + 2 * 1.5)


def test_real_eigenvalues_of_a_matrix_that_is_not_symmetric() -> None:
    matrix = np.array([[2.0, 1.0], [0.5, 3.0]])

    def spread(a: Any) -> Any:
        return np.max(np.linalg.eigvals(a)) - np.min(np.linalg.eig(a)[0])

    found = grad(spread, frontend="record")(matrix)
    gap = math.sqrt(3.0)  # sqrt((a - d)^2 + 4 b c)
    np.testing.assert_allclose(found, np.array([[-1.0, 1.0], [2.0, 1.0]]) / gap)


def test_what_lstsq_gives_besides_its_solution_is_refused_in_words() -> None:
    def residual(x: Any) -> Any:
        return np.linalg.lstsq(x.reshape(4, 1), GAINS, rcond=None)[1][0]

    for frontend in ("source", "record"):
        with pytest.raises(SrcgradError, match="gives only its solution") as caught:
            grad(residual, frontend=frontend)(X)
        assert "Unmergeable" not in str(caught.value)


def test_interpolation_of_single_precision_gives_doubles() -> None:
    points = np.array([0.0, 1.0, 2.0], np.float32)

    def between(x: Any) -> Any:
        return np.sum(np.interp(x, points, points**2, period=3.0) ** 2)

    x = np.array([0.5, 1.5], np.float32)
    for frontend in ("source", "record"):
        value, found = value_and_grad(between, frontend=frontend)(x)
        assert value == between(x) and found.dtype == np.float32
        np.testing.assert_array_equal(found, [2 * 0.5, 2 * 2.5 * 3.0])
