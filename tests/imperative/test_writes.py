"""Writes in place while recording: NumPy's own runs of the same lines are the oracle, for aliases too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as onp
import pytest

from srcgrad import autograd, nd, np
from srcgrad.errors import WriteError

X = onp.array([0.5, 1.3, -0.7, 2.1])
Program = Callable[[Any, Any], Any]


def _elements(np: Any, x: Any) -> Any:
    y = np.zeros(4, dtype="float64")
    for i in range(4):
        y[i] = x[i] * x[3 - i]
    y[1:3] *= x[0]
    return (y * y).sum()


def _swapped(np: Any, x: Any) -> Any:
    y = x * 1.0
    kept = y[0].copy()
    y[0] = y[2]
    y[2] = kept * 3
    return (y * y * x).sum()


def _read_before_and_after(np: Any, x: Any) -> Any:
    y = x * 2
    a = y * y
    y[0] = 5
    b = y * x
    return a.sum() + b.sum()


def _two_names(np: Any, x: Any) -> Any:
    y = x * 2
    z = y
    y += x
    z[1:3] += y[0:2]
    return (z * z * y).sum()


def _written_through_a_view(np: Any, x: Any) -> Any:
    y = x * 1.0
    v = y[1:3]
    v *= x[0]
    v[0] = x[3] * 2
    return (y * y).sum() + v[0] * v[1]


def _read_through_a_view(np: Any, x: Any) -> Any:
    y = x * 2
    v = y[1:3]
    before = v * x[1:3]
    y[1] = x[0] * x[0]
    return before.sum() + y.sum() + (v * v).sum()


def _view_of_a_view(np: Any, x: Any) -> Any:
    y = x * 1.0
    v = y[0:3]
    w = v[1:]
    w[0] = x[0] * x[3]
    return (y[0:3] * v[1]).sum() + w.sum()


def _rows(np: Any, x: Any) -> Any:
    a = np.zeros((2, 2), dtype="float64")
    for i in range(2):
        row = a[i]
        for j in range(2):
            row[j] = x[i] * x[j + 1]
    return (a @ a).sum()


def _overlapping(np: Any, x: Any) -> Any:
    y = x * 1.0
    y[0:2] = y[1:3]
    y[1:4] = y[0:3]
    return (y * x).sum() * y[3]


def _into_constants(np: Any, x: Any) -> Any:
    y = np.zeros(4, dtype="float64")
    v = y[1:3]
    v[:] = x[0:2] * x[2]
    return (y * y).sum() + v.sum()


def _constants_into_results(np: Any, x: Any) -> Any:
    y = x * x
    v = y[0:2]
    v[:] = 7.0
    return (y * x).sum()


def _copies_stay(np: Any, x: Any) -> Any:
    y = (x * 1.0).reshape((2, 2)).copy()
    t = y.T.copy()
    y[0, 1] = x[0]
    return (t * t).sum() + (y * t).sum()


def _fancy(np: Any, x: Any) -> Any:
    y = x * 1.0
    y[[0, 2]] = y[[2, 0]] * x[1]
    y[onp.array([True, False, False, True])] *= 3.0
    return (y * y).sum()


def _whole(np: Any, x: Any) -> Any:
    y = np.ones(4, dtype="float64")
    y[:] = x * x
    y -= y[0] * x
    y /= x
    return y.sum() * y[1]


PROGRAMS: dict[str, Program] = {
    f.__name__[1:]: f
    for f in (
        _elements,
        _swapped,
        _read_before_and_after,
        _two_names,
        _written_through_a_view,
        _read_through_a_view,
        _view_of_a_view,
        _rows,
        _overlapping,
        _into_constants,
        _constants_into_results,
        _copies_stay,
        _fancy,
        _whole,
    )
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_gradients_follow_numpy_through_every_write(name: str) -> None:
    program = PROGRAMS[name]
    x = np.array(X)
    x.attach_grad()
    with autograd.record():
        y = program(np, x)
    assert float(y) == pytest.approx(float(program(onp, X.copy())), rel=1e-12)
    y.backward()
    for k in range(4):
        step = onp.zeros(4)
        step[k] = 1e-6
        slope = (program(onp, X + step) - program(onp, X - step)) / 2e-6
        assert x.grad[k].item() == pytest.approx(float(slope), rel=1e-6, abs=1e-7)
    assert x.asnumpy().tolist() == X.tolist()


def test_a_view_that_was_made_outside_keeps_its_array_up_to_date() -> None:
    y = np.array([1.0, 2.0, 3.0])
    v = y[0:2]
    p = np.array(2.0)
    p.attach_grad()
    with autograd.record():
        v[0] = p * p
        (y * y).sum().backward()
    assert p.grad.item() == 32  # 4 p**3


def test_a_detached_array_sees_writes_as_a_constant() -> None:
    x = np.array([2.0, 3.0])
    x.attach_grad()
    with autograd.record():
        y = x * 1.0
        u = y.detach()
        y[0] = x[1] * 2
        z = (y * u).sum()
    assert u.asnumpy().tolist() == [6.0, 3.0]
    z.backward()
    assert x.grad.asnumpy().tolist() == [0.0, 15.0]


def _to_variable(x: Any) -> None:
    x[0] = 3.0


def _to_variable_through_view(x: Any) -> None:
    x[0:1][:] = 3.0


def _in_place_on_variable(x: Any) -> None:
    x += 1.0


def _to_detached(x: Any) -> None:
    y = x * 2
    u = y.detach()
    u[0] = y[1]


def _to_gradient(x: Any) -> None:
    g = x.grad
    g[:] = x * 2


REFUSED = (
    _to_variable,
    _to_variable_through_view,
    _in_place_on_variable,
    _to_detached,
    _to_gradient,
)


@pytest.mark.parametrize("write", REFUSED, ids=lambda f: f.__name__[1:])
def test_a_write_that_could_not_be_differentiated_is_refused_and_changes_nothing(
    write: Any,
) -> None:
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record(), pytest.raises(WriteError, match="SG705"):
        write(x)
    assert x.asnumpy().tolist() == [1.0, 2.0]
    assert x.grad.asnumpy().tolist() == [0.0, 0.0]


@pytest.mark.parametrize("dialect", [np, nd])
def test_what_was_recorded_keeps_the_values_that_it_saw(dialect: Any) -> None:
    x = dialect.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = x * x
        z = y * y
    x[:] = 10
    y[:] = 100
    z.backward(retain_graph=True)
    assert x.grad.asnumpy().tolist() == [4.0, 32.0]
    with autograd.record():
        later = (y * x).sum()  # sees the new contents
    later.backward()
    # The write to y was not recorded: its gradient passes through, to the x of then and of now.
    assert x.grad.asnumpy().tolist() == [10 * 2 * 1.0 + 100, 10 * 2 * 2.0 + 100]


def test_writes_under_pause_are_constants_and_keep_the_variable() -> None:
    w = np.array([1.0, 2.0])
    w.attach_grad()
    for _ in range(3):
        with autograd.record():
            loss = (w * w).sum()
            with autograd.pause():
                w *= 0.5
            loss = loss + w.sum()
        loss.backward()
    assert w.asnumpy().tolist() == [0.125, 0.25]
    assert w.grad.asnumpy().tolist() == [2 * 0.25 + 1, 2 * 0.5 + 1]
