"""Gradients of gradients, by `create_graph`: held to differences of the gradient of one order less."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as onp
import pytest

from srcgrad import autograd, nd, np, npx
from srcgrad.errors import BackwardError, ImperativeError, WriteError

X = onp.array([[0.5, 1.3, -0.7], [2.1, -0.4, 0.9]])
K = onp.linspace(-1.0, 1.0, 8).reshape((2, 1, 2, 2))
PROGRAMS: dict[str, Callable[[Any], Any]] = {
    "product": lambda x: x * x * x,
    "quotient": lambda x: 1 / (x + 4),
    "power": lambda x: x**4,
    "sine": lambda x: np.sin(x) * x,
    "exponential": lambda x: np.exp(x * x / 3),
    "logarithm": lambda x: np.log(x * x + 1),
    "tanh": np.tanh,
    "sigmoid": lambda x: npx.sigmoid(x) * x,
    "sum": lambda x: (x * x).sum() ** 2,
    "mean": lambda x: x.mean() ** 3,
    "var": lambda x: x.var(axis=1) ** 2,
    "prod": lambda x: x.prod(),
    "dot": lambda x: np.dot(x, x.T) ** 2,
    "matmul": lambda x: (x @ np.tanh(x.T)).sum(),
    "norm": lambda x: np.linalg.norm(x) * x,
    "slices": lambda x: x[1:] * x[:-1] * x[0, 1],
    "rows": lambda x: x[[1, 0, 1]] ** 3,
    "maximum": lambda x: np.maximum(x, 0.1) ** 3,
    "where": lambda x: np.where(x > 0, x**3, np.sin(x)),
    "softmax": lambda x: npx.softmax(x) ** 2,
    "log_softmax": lambda x: npx.log_softmax(x) ** 2,
    "relu": lambda x: npx.relu(x) ** 3,
    "pick": lambda x: npx.pick(x, np.array([2, 0])) ** 3,
    "layer_norm": lambda x: npx.layer_norm(x, *_scale()) ** 2,
    "convolution": lambda x: _convolved(x) ** 2,
    "concatenated": lambda x: np.concatenate([x, x * x], axis=1) ** 2,
    "written": lambda x: _written(x),
    "cumsum": lambda x: np.cumsum(x, axis=1) ** 3,
}


def _scale() -> tuple[Any, Any]:
    return np.array([1.0, 2.0, 3.0], dtype="float64"), np.zeros(3, dtype="float64")


def _convolved(x: Any) -> Any:
    images = x.reshape((1, 1, 2, 3))
    return npx.convolution(images, np.array(K), no_bias=True, kernel=(2, 2), num_filter=2)


def _written(x: Any) -> Any:
    y = x * x
    y[0] = y[1] * x[0]
    y *= x
    return y


def gradient(program: Callable[[Any], Any], x: onp.ndarray[Any, Any], order: int) -> Any:
    """The gradient of the sum of all elements of the gradient, ``order`` times; as an array of NumPy."""
    variable = np.array(x)
    variable.attach_grad()
    with autograd.record():
        y = program(variable)
    for k in range(order):
        (y,) = autograd.grad(y, variable, create_graph=k < order - 1)
    return y.asnumpy()


@pytest.mark.parametrize("order", [2, 3])
@pytest.mark.parametrize("name", PROGRAMS)
def test_each_order_is_the_slope_of_the_one_before(name: str, order: int) -> None:
    program = PROGRAMS[name]
    found = gradient(program, X, order)
    for place in ((0, 0), (0, 2), (1, 1)):
        step = onp.zeros_like(X)
        step[place] = 1e-5
        ahead, behind = (gradient(program, X + s, order - 1).sum() for s in (step, -step))
        assert found[place] == pytest.approx((ahead - behind) / 2e-5, rel=2e-5, abs=2e-6)


def test_backward_through_a_gradient() -> None:
    x = nd.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = x * x * x
        (dx,) = autograd.grad(y, x, create_graph=True)
        penalty = (dx * dx).sum() + y.sum()
    penalty.backward()
    assert x.grad.asnumpy().tolist() == [36 + 3, 36 * 8 + 12]


def test_it_works_after_the_record_scope_and_leaves_grad_alone() -> None:
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = x**3
    (first,) = autograd.grad(y, x, create_graph=True)
    assert x.grad.asnumpy().tolist() == [0.0, 0.0]
    first.backward()
    assert x.grad.asnumpy().tolist() == [6.0, 12.0]


def test_mixed_derivatives_of_two_variables() -> None:
    a, b = np.array(2.0), np.array(3.0)
    for v in (a, b):
        v.attach_grad()
    with autograd.record():
        y = a * a * b * b * b
        da, db = autograd.grad(y, [a, b], create_graph=True)
    (dab,) = autograd.grad(da, b, retain_graph=True)
    (dba,) = autograd.grad(db, a)
    assert dab.item() == dba.item() == 2 * 2 * 3 * 9


def test_head_gradients_are_differentiated_too() -> None:
    x, h = np.array([1.0, 2.0]), np.array([3.0, 5.0])
    for v in (x, h):
        v.attach_grad()
    with autograd.record():
        weight = h * h
        (dx,) = autograd.grad(x**3, x, weight, create_graph=True)  # 3 x**2 h**2
    dx.backward()
    assert x.grad.asnumpy().tolist() == [6 * 9, 12 * 25]
    assert h.grad.asnumpy().tolist() == [3 * 6, 12 * 10]


def test_what_cannot_be_asked_for_is_said() -> None:
    x, other = np.array([1.0]), np.array([1.0])
    x.attach_grad()
    other.attach_grad()
    with autograd.record():
        y = x * x
    with pytest.raises(BackwardError, match="unreachable"):
        autograd.grad(y, other, retain_graph=True)
    with pytest.raises(BackwardError, match="does not require"):
        autograd.grad(y, np.array([1.0]), retain_graph=True)

    class Twice(autograd.Function):
        def forward(self, x: Any) -> Any:
            return 2 * x

        def backward(self, dy: Any) -> Any:
            return 2 * dy

    with autograd.record():
        z = Twice()(x)
    with pytest.raises(ImperativeError, match="SG709"):
        autograd.grad(z, x, create_graph=True)


def test_a_variable_written_before_a_gradient_that_is_recorded_is_refused() -> None:
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = x * x * x
        with autograd.pause():
            x[:] = 5.0
        with pytest.raises(WriteError, match="written between"):
            autograd.grad(y, x, create_graph=True)
        assert autograd.grad(y, x)[0].tolist() == [3.0, 12.0]
