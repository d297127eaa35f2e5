"""The functions of `npx`: MXNet's values and gradients, and gradients of finite differences in float64."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as onp
import pytest

import srcgrad
from srcgrad import autograd, np, npx
from srcgrad.errors import ShapeError
from tests.imperative.npx_reference import (
    CONSTANT,
    FILE,
    SAMPLES,
    SMOOTH,
    evaluated,
    head_gradient,
)

SELU = "npx.leaky_relu(x, act_type='selu')"  # its gradient is wrong in MXNet


@functools.cache
def reference() -> dict[str, Any]:
    with onp.load(FILE) as found:
        return {name: found[name] for name in found.files}


@pytest.mark.parametrize("text", SMOOTH + CONSTANT)
def test_values_and_gradients_are_mxnets(text: str) -> None:
    values, grads = evaluated(text, srcgrad)
    for k, value in enumerate(values):
        truth = reference()[f"{text}|{k}"]
        assert value.dtype == truth.dtype
        onp.testing.assert_allclose(value, truth, rtol=2e-5, atol=2e-6)
    names = {key.rpartition("|")[2] for key in reference() if key.startswith(text + "|")}
    assert {n for n in names if n in SAMPLES} == set(grads)
    for name, found in grads.items():
        truth = reference()[f"{text}|{name}"]
        onp.testing.assert_allclose(found, truth, rtol=2e-4, atol=2e-5, err_msg=name)


@pytest.mark.parametrize("text", [*SMOOTH, SELU])
def test_gradients_are_those_of_differences(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.imperative.npx_reference.SMOOTH", [*SMOOTH, SELU])
    _, grads = evaluated(text, srcgrad, "float64")
    assert grads

    def weighted(name: str, moved: Any) -> float:
        arrays = {n: np.array(v, dtype="float64") for n, v in {**SAMPLES, name: moved}.items()}
        with autograd.train_mode():
            made = eval(text, {"np": np, "npx": npx}, arrays)
        first = (made[0] if isinstance(made, (list, tuple)) else made).asnumpy()
        return float((first * head_gradient(first.shape)).sum())

    rng = onp.random.default_rng(0)
    for name, found in grads.items():
        base = SAMPLES[name].astype("float64") + 0.0
        places = [tuple(rng.integers(0, n) for n in base.shape) for _ in range(4)]
        for place in places:
            step = onp.zeros_like(base)
            step[place] = 1e-6
            slope = (weighted(name, base + step) - weighted(name, base - step)) / 2e-6
            assert found[place] == pytest.approx(slope, rel=1e-5, abs=1e-6), (name, place)


def test_softmax_of_sequences_of_different_length() -> None:
    x = np.array([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0], [1.0, 1.0, 1.0]], dtype="float64")
    x.attach_grad()
    with autograd.record():
        y = npx.softmax(x, np.array([2, 3, 0], dtype="int32"), use_length=True)
    y.backward(np.array(onp.arange(9.0).reshape(3, 3)))
    found, grad = y.asnumpy(), x.grad.asnumpy()
    for row, length in enumerate((2, 3, 0)):
        powers = onp.exp(x.asnumpy()[row, :length])
        p = powers / powers.sum()
        h = onp.arange(9.0).reshape(3, 3)[row, :length]
        onp.testing.assert_allclose(found[row, :length], p)
        onp.testing.assert_allclose(grad[row, :length], p * (h - (h * p).sum()), atol=1e-12)
        assert not found[row, length:].any()
        assert not grad[row, length:].any()


def test_dropout() -> None:
    x = np.ones((50, 40))
    x.attach_grad()
    assert npx.dropout(x, p=0.4).tolist() == x.tolist()
    with autograd.record():
        y = npx.dropout(x, p=0.5)
        z = npx.dropout(x, p=0.5, axes=(1,))
    y.backward()
    assert set(y.asnumpy().ravel()) == {0, 2}
    assert (x.grad == y).all()
    assert all(len(set(row)) == 1 for row in z.asnumpy())
    with autograd.record(train_mode=False):
        assert npx.dropout(x, p=0.5).tolist() == x.tolist()
        assert not (npx.dropout(x, p=0.5, mode="always") == x).all()


def test_batch_norm_moves_its_statistics_in_backward() -> None:
    x = np.array([[1.0, 2.0], [3.0, 7.0], [5.0, 3.0]])
    mean, var = np.zeros(2), np.ones(2)
    gamma, beta = np.ones(2), np.zeros(2)
    gamma.attach_grad()
    with autograd.record():
        y = npx.batch_norm(x, gamma, beta, mean, var, fix_gamma=False)
    assert (mean.tolist(), var.tolist()) == ([0, 0], [1, 1])
    y.backward()
    onp.testing.assert_allclose(mean.asnumpy(), [0.3, 0.4], rtol=1e-6)
    onp.testing.assert_allclose(var.asnumpy(), 0.9 + 0.1 * x.asnumpy().var(axis=0), rtol=1e-6)
    with autograd.record():
        y = npx.batch_norm(x, gamma, beta, mean, var, fix_gamma=False, use_global_stats=True)
    y.backward()
    onp.testing.assert_allclose(mean.asnumpy(), [0.3, 0.4], rtol=1e-6)


def test_batch_norm_in_prediction_takes_the_running_statistics() -> None:
    x = np.array([[1.0, 2.0], [3.0, 7.0]])
    given = np.array([2.0, 1.0]), np.array([0.5, 0.0]), np.array([1.0, 2.0]), np.array([4.0, 9.0])
    y = npx.batch_norm(x, *given, eps=0.0, fix_gamma=False)
    onp.testing.assert_allclose(y.asnumpy(), [[0.5, 0.0], [2.5, 5 / 3]], rtol=1e-6)


def test_a_fixed_gamma_has_gradient_zero() -> None:
    gamma = np.array([2.0, 3.0])
    gamma.attach_grad()
    gamma.grad[:] = 7
    with autograd.record():
        x = np.array([[1.0, 2.0], [3.0, 7.0]])
        y = npx.batch_norm(x, gamma, np.zeros(2), np.zeros(2), np.ones(2))
    y.backward()
    assert gamma.grad.tolist() == [0, 0]


def test_stop_gradient() -> None:
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = npx.stop_gradient(x) * x
    y.backward()
    assert x.grad.tolist() == [1, 2]


def test_integers_are_activated_too() -> None:
    assert npx.relu(np.array([-1, 2], dtype="int32")).tolist() == [0, 2]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("npx.activation(x, act_type='foo')", ValueError),
        ("npx.leaky_relu(x, act_type='rrelu')", ValueError),
        ("npx.pooling(x[None], pool_type='lp')", ValueError),
        ("npx.convolution(x[None], x[None], kernel=(1,), layout='NWC')", ValueError),
        ("npx.fully_connected(x, np.ones((2, 5)))", ShapeError),
        ("npx.reshape(x, (5, -1))", ShapeError),
        ("npx.reshape(x.T, (-3, -1))", ShapeError),
        ("npx.reshape(x, (-5, -5))", ShapeError),
        ("npx.set_np(shape=False)", ValueError),
        ("npx.constraint_check(x > 0, 'no')", ValueError),
        ("npx.save('unused', [1])", TypeError),
    ],
)
def test_misuse_is_refused(text: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        eval(text, {"np": np, "npx": npx, "x": np.array([[-1.0, 2.0, 3.0]])})


def test_the_dialect_is_switched() -> None:
    try:
        npx.set_np()
        assert npx.is_np_array()
        assert npx.is_np_shape()
    finally:
        npx.reset_np()
    assert not npx.is_np_array()
    assert not npx.is_np_shape()


def test_arrays_are_saved_and_loaded(tmp_path: Path) -> None:
    file = str(tmp_path / "arrays")
    a, b = np.arange(3), np.array([1, 2], dtype="int32")
    npx.save(file, a)
    assert [x.tolist() for x in npx.load(file)] == [[0, 1, 2]]
    npx.save(file, [a, b])
    found = npx.load(file)
    assert [repr(x) for x in found] == [repr(a), repr(b)]
    npx.save(file, {"w": a, "0": b})
    named = npx.load(file)
    assert {k: repr(v) for k, v in named.items()} == {"w": repr(a), "0": repr(b)}
    with onp.load(file) as plain:
        assert plain["w"].tolist() == [0, 1, 2]


def test_devices_and_waiting() -> None:
    assert repr(npx.cpu()) == "cpu(0)"
    assert npx.current_context() == npx.cpu()
    assert npx.num_gpus() >= 0
    assert npx.waitall() is None
    assert npx.constraint_check(np.array([True])).tolist() is True
