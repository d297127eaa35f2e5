"""Derivatives that users give, leave out, or buy with time."""

from __future__ import annotations

import math
import tracemalloc
from typing import Any

import numpy as np
import pytest

from srcgrad import checkpoint, custom_jvp, custom_vjp, grad, jvp, stop_gradient
from srcgrad.errors import SrcgradError

X = np.array([0.1, -0.5, 0.3, 1.3])


@custom_vjp
def clipped(x):
    return x


clipped.defvjp(lambda x: (x, ()), lambda saved, g: (np.clip(g, -1, 1),))


@custom_vjp
def product(a, b):
    return a * b


product.defvjp(lambda a, b: (a * b, (a, b)), lambda s, g: (10.0 * g * s[1], 100.0 * g * s[0]))


@custom_jvp
def softplus(x):
    return math.log1p(math.exp(x))


@softplus.defjvp
def softplus_tangent(primals, tangents):
    (x,), (t,) = primals, tangents
    return softplus(x), t / (1.0 + math.exp(-x))


def test_pullback_of_the_user_is_used() -> None:
    found = grad(lambda x: np.sum(clipped(x) * 5.0 * x))(X)
    np.testing.assert_allclose(found, np.clip(5 * X, -1, 1) + 5 * X)


@pytest.mark.parametrize("unroll", [False, True])
def test_pullback_in_a_loop_and_a_branch(unroll: bool) -> None:
    def total(x, n):
        s = 0.0
        for k in range(n):
            if k % 2:
                s = s + np.sum(product(x, x * k))
            else:
                s = s + np.sum(x)
        return s

    found = grad(total, unroll=unroll)(X, 4)
    np.testing.assert_allclose(found, (1 + 3) * (10 * X + 100 * X) + 2)


def test_each_argument_gets_its_cotangent() -> None:
    found = grad(lambda a, b: np.sum(product(a, b)), (0, 1))(X, X + 1)
    np.testing.assert_allclose(found[0], 10 * (X + 1))
    np.testing.assert_allclose(found[1], 100 * X)


def test_function_itself_stays_what_it_is() -> None:
    np.testing.assert_array_equal(product(X, 2.0), X * 2.0)
    assert softplus(0.0) == math.log(2)


def test_tangent_of_the_user_serves_both_modes() -> None:
    slope = 1 / (1 + math.exp(-0.09))
    assert grad(softplus)(0.3) == pytest.approx(1 / (1 + math.exp(-0.3)))
    assert grad(lambda x: softplus(x * x))(0.3) == pytest.approx(0.6 * slope)
    assert jvp(lambda x: softplus(x * x), (0.3,), (2.0,))[1] == pytest.approx(1.2 * slope)


def test_none_says_that_an_argument_has_no_cotangent() -> None:
    @custom_vjp
    def rounded(x, digits):
        return np.round(x * digits) / digits

    rounded.defvjp(lambda x, d: (np.round(x * d) / d, ()), lambda saved, g: (g, None))
    np.testing.assert_array_equal(grad(lambda x: np.sum(rounded(x, 10.0)))(X), np.ones(4))


def test_change_of_a_given_derivative_is_noticed() -> None:
    @custom_vjp
    def f(x):
        return x

    f.defvjp(lambda x: (x, ()), lambda saved, g: (2.0 * g,))
    slope = grad(lambda x: f(x))
    assert slope(1.0) == 2.0
    f.defvjp(lambda x: (x, ()), lambda saved, g: (3.0 * g,))
    assert slope(1.0) == 3.0


def _refusals() -> dict[str, Any]:
    @custom_vjp
    def none(x):
        return x

    @custom_vjp
    def few(a, b):
        return a * b

    few.defvjp(lambda a, b: (a * b, ()), lambda saved, g: (g,))

    def captured(x):
        @custom_vjp
        def inner(y):
            return y * x

        return inner(x)

    return {
        "no derivative yet": lambda: grad(lambda x: none(x))(1.0),
        "pullback, but no tangent": lambda: jvp(lambda x: clipped(x), (1.0,), (1.0,)),
        "returns 1 cotangents": lambda: grad(lambda x: few(x, x))(1.0),
    }


@pytest.mark.parametrize("message", list(_refusals()))
def test_what_is_not_given_is_refused(message: str) -> None:
    with pytest.raises(SrcgradError, match=message):
        _refusals()[message]()


def test_recorded_run_does_not_overlook_a_given_derivative() -> None:
    def recorded(x):
        return np.sum(clipped(x) * 5.0 * x)

    with pytest.raises(SrcgradError, match="SG226"):
        grad(recorded, frontend="record")(X)

    def stopped(x):
        return np.sum(x * stop_gradient(x * x))

    np.testing.assert_array_equal(grad(stopped, frontend="record")(X), X * X)


def test_stopped_gradient_is_a_constant() -> None:
    assert grad(lambda x: x * stop_gradient(x))(3.0) == 3.0
    np.testing.assert_array_equal(grad(lambda x: np.sum(x * stop_gradient(x * x)))(X), X * X)
    assert jvp(lambda x: x * stop_gradient(x), (3.0,), (1.0,)) == (9.0, 3.0)


def layer(w, x):
    return np.tanh(w * x)


def test_checkpointed_function_gives_the_same_gradient() -> None:
    def network(w, x):
        h = x
        for k in range(3):
            h = checkpoint(layer)(w[k], h) * h
        return np.sum(h)

    def plain(w, x):
        h = x
        for k in range(3):
            h = layer(w[k], h) * h
        return np.sum(h)

    for unroll in (False, True, "auto"):
        found = grad(network, (0, 1), unroll=unroll)(X[:3], X)
        for mine, true in zip(found, grad(plain, (0, 1))(X[:3], X), strict=True):
            np.testing.assert_allclose(mine, true, rtol=1e-14)


@pytest.mark.parametrize("trips", [0, 1, 2, 3, 7, 100])
@pytest.mark.parametrize("start", [0, 3])
def test_checkpointed_loop_gives_the_same_gradient(trips: int, start: int) -> None:
    def segmented(x, c, start, stop):
        total = 0.0
        for k in checkpoint(range(start, stop, 2)):
            x = x - 0.01 * x * x * np.cos(c * k)
            total = total + np.sum(x)
        return total * np.sum(x)

    def plain(x, c, start, stop):
        total = 0.0
        for k in range(start, stop, 2):
            x = x - 0.01 * x * x * np.cos(c * k)
            total = total + np.sum(x)
        return total * np.sum(x)

    args = (X, 0.1, start, start + 2 * trips)
    for mine, true in zip(grad(segmented, (0, 1))(*args), grad(plain, (0, 1))(*args), strict=True):
        np.testing.assert_allclose(mine, true, rtol=1e-13)


def test_checkpointed_loop_keeps_a_fraction() -> None:
    def segmented(x, n):
        for _ in checkpoint(range(n)):
            x = x - 0.01 * x * np.sin(x)
        return np.sum(x)

    def plain(x, n):
        for _ in range(n):
            x = x - 0.01 * x * np.sin(x)
        return np.sum(x)

    x, peaks = np.linspace(0.5, 1.0, 1000), {}
    for function in (segmented, plain):
        gradient = grad(function, unroll=False)
        gradient(x, 3)
        tracemalloc.start()
        gradient(x, 400)
        peaks[function] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peaks[segmented] < peaks[plain] / 5


def test_checkpointed_loop_left_early_is_refused() -> None:
    def early(x):
        for _ in checkpoint(range(9)):
            x = x * 0.5
            if x < 0.1:
                break
        return x

    with pytest.raises(SrcgradError, match="left early"):
        grad(early, frontend="source")(1.0)


def test_checkpoint_of_nothing_is_refused() -> None:
    with pytest.raises(SrcgradError, match="SG310"):
        checkpoint(3)
