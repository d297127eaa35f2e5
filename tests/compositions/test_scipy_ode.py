"""Initial value problems: values against SciPy, slopes against variational equations and differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from srcgrad import SrcgradError, grad, hessian, jacobian, jvp, value_and_grad

integrate = pytest.importorskip("scipy.integrate")
solve_ivp = integrate.solve_ivp
TIGHT = {"rtol": 1e-10, "atol": 1e-10}


def lotka_volterra(t: Any, y: Any, p: Any) -> Any:
    return [p[0] * y[0] - p[1] * y[0] * y[1], p[2] * y[0] * y[1] - y[1]]


def pendulum(t: Any, y: Any, p: Any) -> Any:
    return np.array([y[1], -p[0] * np.sin(y[0]) - p[1] * y[1]])


def lorenz(t: Any, y: Any, p: Any) -> Any:
    return p * np.array([y[1] - y[0], y[0] * (2.8 - y[2]) - y[1], y[0] * y[1] - y[2]])


def linear(t: Any, y: Any, p: Any) -> Any:
    return np.array([[-0.3, p[0]], [-p[1], -0.2]]) @ y


def forced(t: Any, y: Any, p: Any) -> Any:
    return np.stack([y[1], p[0] * np.cos(p[1] * t) - y[0]])


def logistic(t: Any, y: Any, p: Any) -> Any:
    return p[0] * y * (1 - y / p[1]) * (1 + 0.1 * t)


SYSTEMS: list[tuple[Callable[..., Any], list[float], list[float]]] = [
    (lotka_volterra, [1.0, 2.0], [1.1, 0.4, 0.3]),
    (pendulum, [1.2, 0.3], [4.0, 0.2]),
    (lorenz, [1.0, 0.5, 2.0], [2.0, 1.5, 1.2]),
    (linear, [1.0, -1.0], [2.0, 1.5]),
    (forced, [0.2, 0.0], [0.7, 1.3]),
    (logistic, [0.1, 0.3, 2.5], [1.4, 2.0]),
]
TIMES = np.array([0.0, 0.01, 0.4, 1.0, 1.7, 2.0])
WEIGHTS = np.random.default_rng(3).normal(size=(3, 6))


def weighed(y: Any) -> Any:
    """A sum that tells every element from every other."""
    return np.sum(y * WEIGHTS[: y.shape[0], : y.shape[1]])


def variational(system: Any, y0: Any, p: Any) -> tuple[Any, Any]:
    """Slopes of the solution along the state and the parameters: (times, size, size), (times, size, many).

    The equations ``S' = f_y S + f_p`` have their Jacobians by complex steps, and are solved by another
    method at another tolerance.
    """
    n, m = len(y0), len(p)

    def partial(t: Any, y: Any, k: int, of_state: bool) -> Any:
        step = 1e-30j * np.eye(n if of_state else m)[k]
        moved = system(t, y + step, p) if of_state else system(t, y, p + step)
        return np.imag(np.asarray(moved)) / 1e-30

    def whole(t: Any, z: Any) -> Any:
        y, s = z[:n], z[n:].reshape(n, n + m)
        along_y = np.stack([partial(t, y, k, True) for k in range(n)], axis=1)
        along_p = np.stack([partial(t, y, k, False) for k in range(m)], axis=1)
        ds = along_y @ s + np.hstack([np.zeros((n, n)), along_p])
        return np.concatenate([np.real(np.asarray(system(t, y, p))), ds.ravel()])

    z0 = np.concatenate([y0, np.hstack([np.eye(n), np.zeros((n, m))]).ravel()])
    z = solve_ivp(whole, (0, 2), z0, "DOP853", TIMES, rtol=1e-12, atol=1e-13).y
    s = z[n:].T.reshape(len(TIMES), n, n + m)
    return s[:, :, :n], s[:, :, n:]


@pytest.mark.parametrize("method", ["RK45", "RK23"])
@pytest.mark.parametrize(("system", "y0", "p"), SYSTEMS)
def test_values_are_those_of_scipy(system: Any, y0: Any, p: Any, method: str) -> None:
    def f(y0: Any, p: Any) -> Any:
        solution = solve_ivp(system, (0, 2), y0, method, TIMES, args=(p,))
        return weighed(solution.y), (solution.y, solution.t, solution.nfev, solution.success)

    y0, p = np.array(y0), np.array(p)
    expected = solve_ivp(system, (0, 2), y0, method, TIMES, args=(p,))
    (_, found), _ = value_and_grad(f, has_aux=True)(y0, p)
    np.testing.assert_allclose(found[0], expected.y, rtol=1e-12, atol=1e-13)
    np.testing.assert_array_equal(found[1], expected.t)
    assert found[2] == expected.nfev
    assert found[3] is True


@pytest.mark.parametrize(("system", "y0", "p"), SYSTEMS)
def test_gradients_obey_the_variational_equations(system: Any, y0: Any, p: Any) -> None:
    def f(y0: Any, p: Any) -> Any:
        return weighed(solve_ivp(system, (0, 2), y0, t_eval=TIMES, args=(p,), **TIGHT).y)

    y0, p = np.array(y0), np.array(p)
    along_y, along_p = variational(system, y0, p)
    weights = WEIGHTS[: len(y0)]
    wanted = np.einsum("it,tik->k", weights, along_y), np.einsum("it,tik->k", weights, along_p)
    found = grad(f, argnums=(0, 1))(y0, p)
    np.testing.assert_allclose(found[0], wanted[0], rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(found[1], wanted[1], rtol=1e-7, atol=1e-8)
    u, v = np.cos(np.arange(len(y0))), np.sin(1.0 + np.arange(len(p)))
    _, slope = jvp(f, (y0, p), (u, v))
    assert abs(slope - (found[0] @ u + found[1] @ v)) <= 1e-12 * max(1.0, abs(slope))


def differences(f: Any, x: Any) -> Any:
    """Slopes by central differences, from SciPy's own values."""
    steps = 1e-5 * np.eye(x.size).reshape(-1, *x.shape)
    return np.array([(f(x + u) - f(x - u)) / 2e-5 for u in steps]).reshape(x.shape)


class Net:
    def __init__(self, weights: Any) -> None:
        self.weights = weights

    def __call__(self, t: Any, y: Any) -> Any:
        return np.tanh(self.weights @ y) - 0.1 * t


def along_times(x: Any) -> Any:
    return weighed(solve_ivp(pendulum, (0, 4), [1.0, 0.2], t_eval=x, args=([3.0, 0.1],), **TIGHT).y)


def along_the_span(x: Any) -> Any:
    return weighed(solve_ivp(forced, x, [1.0, 0.2], t_eval=x, args=([3.0, 0.7],), **TIGHT).y)


def along_the_start(x: Any) -> Any:
    y = solve_ivp(forced, (x[0], 3), [1.0, x[1]], t_eval=[1.5, 3.0], args=(x,), **TIGHT).y
    return weighed(y)


def backwards(x: Any) -> Any:
    return weighed(solve_ivp(forced, (2, -1), x, t_eval=[1.9, 0.0, -1], args=(x,), **TIGHT).y)


def of_an_object(x: Any) -> Any:
    return weighed(solve_ivp(Net(x), (0, 2), (1.0, 2.0), t_eval=TIMES, **TIGHT).y)


def captured(x: Any) -> Any:
    def rhs(t: Any, y: Any) -> Any:
        dy = np.zeros(2)
        for k in range(2):
            dy[k] = -y[1 - k] * x[k]
        return dy if t < 1 else dy + (t - 1) ** 6 * x * y

    return weighed(solve_ivp(rhs, (0, 2), x, t_eval=TIMES, **TIGHT).y)


def chained(x: Any) -> Any:
    first = solve_ivp(logistic, (0, 1), x, t_eval=[1.0], args=(x,), **TIGHT)
    second = solve_ivp(linear, (1, 2), first.y[:, -1], t_eval=[1.5, 2.0], args=(x,), **TIGHT)
    return weighed(second.y) if second.success else 0.0


def with_rejections(x: Any) -> Any:
    """The first steps overflow, and are rejected."""
    y = solve_ivp(lambda t, y: -np.sinh(6 * y), (0, 2), x, t_eval=TIMES, first_step=2.0, **TIGHT).y
    return weighed(y)


def out_of_the_domain(x: Any) -> Any:
    """The first steps leave the domain of the root, and are rejected."""
    y = solve_ivp(lambda t, y: -np.sqrt(y), (0, 0.4), x, t_eval=[0.3], first_step=0.4, **TIGHT).y
    return weighed(y)


def with_options(x: Any) -> Any:
    options = {"rtol": 1e-9, "atol": np.array([1e-10, 1e-9]), "max_step": 0.3, "first_step": 0.01}
    return weighed(solve_ivp(forced, [0.0, 2.0], x, t_eval=TIMES, args=(x,), **options).y)


def of_complex_states(x: Any) -> Any:
    y = solve_ivp(lambda t, y: 1j * x[0] * y - y * y, (0, 2), x + 0.5j, t_eval=TIMES, **TIGHT).y
    return weighed(np.abs(y) ** 2)


def of_one_number(x: Any) -> Any:
    y = solve_ivp(
        lambda t, y: -x[0] * y[0], (0, 2), x[1:], "RK23", [0, 1, 2], rtol=1e-8, atol=1e-9
    ).y
    return weighed(y)


CASES = [
    (along_times, np.array([0.0, 0.3, 1.0, 3.1])),
    (along_the_span, np.array([0.4, 2.2])),
    (along_the_start, np.array([0.4, 1.2])),
    (backwards, np.array([0.4, 1.2])),
    (of_an_object, np.array([[0.1, 0.7], [-0.6, 0.3]])),
    (captured, np.array([0.4, 1.2])),
    (chained, np.array([0.4, 1.2])),
    (with_rejections, np.array([0.9, 1.2])),
    (out_of_the_domain, np.array([0.05, 0.06])),
    (with_options, np.array([0.4, 1.2])),
    (of_complex_states, np.array([0.4, 1.2])),
    (of_one_number, np.array([0.4, 1.2])),
]


@pytest.mark.parametrize(("f", "x"), CASES, ids=[f.__name__ for f, _ in CASES])
def test_value_and_slopes(f: Any, x: Any) -> None:
    with np.errstate(all="ignore"):  # in steps that are rejected
        value, g = value_and_grad(f)(x.copy())
        expected, inside = f(x), np.maximum(x, 2e-5) if f is along_times else x
        wanted = differences(f, inside)
        assert abs(value - expected) <= 1e-12 * max(1.0, abs(expected))
        np.testing.assert_allclose(g, wanted, rtol=3e-5, atol=3e-6)
        v = np.cos(np.arange(x.size)).reshape(x.shape)
        assert abs(jvp(f, (x,), (v,))[1] - np.sum(g * v)) <= 1e-10 * max(1.0, np.abs(g).max())


def test_second_derivatives() -> None:
    def path(x: Any) -> Any:
        return solve_ivp(pendulum, (x[0], 2), x[:2], t_eval=[0.9, 2], args=(x[1:],), **TIGHT).y

    def f(x: Any) -> Any:
        return weighed(path(x) ** 2)

    x = np.array([0.3, 0.8, 1.7])
    steps = 1e-4 * np.eye(3)
    second = np.array([(grad(f)(x + u) - grad(f)(x - u)) / 2e-4 for u in steps])
    np.testing.assert_allclose(hessian(f)(x), second, rtol=1e-4, atol=1e-4)
    first = np.stack([(path(x + u) - path(x - u)) / 2e-4 for u in steps], axis=-1)
    np.testing.assert_allclose(jacobian(path)(x), first, rtol=1e-5, atol=1e-5)


def test_steps_are_constants() -> None:
    """With one step over the whole span the result is a polynomial, and so is its slope."""

    def f(k: Any) -> Any:
        y = solve_ivp(lambda t, y: k * y, (0, 1), [1.0], "RK23", [1.0], first_step=1, atol=1e3).y
        return y[0, 0]

    k = 0.7
    value, slope = value_and_grad(f)(k)
    assert abs(value - (1 + k + k**2 / 2 + k**3 / 6)) < 1e-14
    assert abs(slope - (1 + k + k**2 / 2)) < 1e-14


def counted(x: Any) -> Any:
    calls = 0

    def rhs(t: Any, y: Any) -> Any:
        nonlocal calls
        calls += 1
        return -y

    return np.sum(solve_ivp(rhs, (0, 1), x, t_eval=[1.0]).y) * calls


def decay(t: Any, y: Any) -> Any:
    return -y


REFUSED = [
    (lambda x: np.sum(solve_ivp(decay, (0, 1), x).y), "pass their times"),
    (lambda x: np.sum(solve_ivp(decay, (0, 1), x, "BDF", [1.0]).y), "only the methods RK45"),
    (lambda x: np.sum(solve_ivp(decay, (0, 1), x, "LSODA", [1.0]).y), "only the methods RK45"),
    (lambda x: np.sum(solve_ivp(decay, (0, 1), x, t_eval=[1.0], events=decay).y), "events"),
    (
        lambda x: np.sum(solve_ivp(decay, (0, 1), x, t_eval=[1.0], dense_output=True).y),
        "dense_output",
    ),
    (lambda x: np.sum(solve_ivp(decay, (0, 1), x, t_eval=[1.0], vectorized=True).y), "vectorized"),
    (lambda x: np.sum(solve_ivp(decay, (1, 1), x, t_eval=[1.0]).y), "`t_span` is empty"),
    (
        lambda x: np.sum(integrate.odeint(decay, x, [0.0, 1.0], tfirst=True)),
        "use `scipy.integrate.solve_ivp`",
    ),
    (lambda x: np.sum(integrate.RK45(decay, 0.0, x, 1.0).y), "use `scipy.integrate.solve_ivp`"),
    (counted, "changes its arguments, or what is outside"),
]


@pytest.mark.parametrize(("f", "text"), REFUSED)
def test_refusals_say_what_to_do(f: Any, text: str) -> None:
    with pytest.raises(SrcgradError) as error:
        grad(f)(np.ones(2))
    assert text in str(error.value)


def test_options_of_other_methods_are_refused() -> None:
    def f(x: Any) -> Any:
        return np.sum(solve_ivp(decay, (0, 1), x, t_eval=[1.0], jac=decay).y)

    with pytest.raises(SrcgradError, match="call it with the arguments that the docs list"):
        grad(f, frontend="source")(np.ones(2))


WRONG = [
    (lambda x: np.sum(solve_ivp(decay, (0, 1), x, t_eval=[1.0, 2.0]).y), "not within"),
    (lambda x: np.sum(solve_ivp(decay, (0, 1), x, t_eval=[0.5, 0.2]).y), "not properly sorted"),
    (lambda x: np.sum(solve_ivp(decay, (0, 1), x, t_eval=[1.0], first_step=2.0).y), "first_step"),
    (lambda x: np.sum(solve_ivp(decay, (0, 1), x, t_eval=[1.0], max_step=-1.0).y), "max_step"),
    (lambda x: np.sum(solve_ivp(decay, (0, 1), x, t_eval=[1.0], atol=[1.0] * 3).y), "atol"),
    (lambda x: np.sum(solve_ivp(decay, (0, 1), x * np.nan, t_eval=[1.0]).y), "must be finite"),
]


@pytest.mark.parametrize(("f", "text"), WRONG)
def test_what_scipy_does_not_take_raises(f: Any, text: str) -> None:
    for function in (f, grad(f)):
        with pytest.raises((ValueError, SrcgradError), match=text):
            function(np.ones(2))


def test_a_solution_that_ends_early_raises() -> None:
    """SciPy gives the results up to there; their number is not that of the times."""

    def f(x: Any) -> Any:
        return np.sum(solve_ivp(lambda t, y: y * y, (0, 2), x, t_eval=[0.5, 2.0]).y)

    with np.errstate(all="ignore"), pytest.raises(ValueError, match="spacing between numbers"):
        grad(f)(np.ones(1))
