"""Behaviour of arrays of `srcgrad.nd` beyond what the checks against MXNet cover."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as onp
import pytest

from srcgrad import autograd, nd, np, random
from srcgrad.errors import (
    BoundsError,
    ChoiceError,
    NotAnArrayError,
    OperandError,
    ShapeError,
)

V = nd.array([1, 2, 3])
M = nd.arange(6).reshape((2, 3))
WIDE = nd.array([1.0], dtype="float64")

REFUSED: list[tuple[Any, type[Exception]]] = [
    (lambda: V + WIDE, OperandError),
    (lambda: nd.maximum(V, WIDE), OperandError),
    (lambda: nd.dot(V, nd.ones(3, dtype="float64")), OperandError),
    (lambda: nd.where(V, V, WIDE), OperandError),
    (lambda: nd.concat(V, WIDE, dim=0), OperandError),
    (lambda: V + np.ones(3), OperandError),
    (lambda: nd.exp(np.ones(3)), OperandError),
    (lambda: V + None, OperandError),
    (lambda: V == None, OperandError),  # noqa: E711
    (lambda: nd.exp(3), NotAnArrayError),
    (lambda: nd.exp(onp.ones(3)), NotAnArrayError),
    (lambda: nd.dot(V, 3), NotAnArrayError),
    (lambda: nd.array([V, V]), NotAnArrayError),
    (lambda: nd.array("abc"), NotAnArrayError),
    (lambda: nd.save("nowhere", [3]), NotAnArrayError),
    (lambda: V + nd.ones(2), ShapeError),
    (lambda: V > nd.ones(2), ShapeError),
    (lambda: nd.dot(M, M), ShapeError),
    (lambda: nd.elemwise_add(M, V), ShapeError),
    (lambda: nd.sum(V, out=nd.zeros(3)), ShapeError),
    (lambda: nd.exp(V, out=nd.zeros(2)), ShapeError),
    (lambda: nd.sum(M, axis=2), ShapeError),
    (lambda: nd.sum(M, axis=2, exclude=True), ShapeError),
    (lambda: nd.slice_axis(M, axis=2, begin=0, end=1), ShapeError),
    (lambda: nd.split(M, 2), ShapeError),
    (lambda: nd.concat(M, V), ShapeError),
    (lambda: nd.stack(M, V), ShapeError),
    (lambda: M.reshape((4, 2)), ShapeError),
    (lambda: M.reshape((0, 0, 0)), ShapeError),
    (lambda: M.reshape((-1, 4)), ShapeError),
    (lambda: nd.pick(M, V), ShapeError),
    (lambda: nd.softmax_cross_entropy(M, V), ShapeError),
    (lambda: nd.arange(0), ShapeError),
    (lambda: nd.arange(3, 1), ShapeError),
    (lambda: nd.FullyConnected(M, nd.ones((2, 2)), no_bias=True), ShapeError),
    (lambda: nd.Convolution(nd.ones((1, 1, 3, 3)), nd.ones((1, 1, 4, 4))), ShapeError),
    (lambda: nd.Convolution(nd.ones((1, 2, 3, 3)), nd.ones((1, 1, 2, 2))), ShapeError),
    (lambda: nd.Convolution(M, M), OperandError),
    (lambda: nd.Pooling(nd.ones((1, 1, 3, 3)), (2, 2), layout="NHWC"), OperandError),
    (lambda: nd.norm(V, ord=3), ChoiceError),
    (lambda: nd.topk(V, ret_typ="all"), ChoiceError),
    (lambda: nd.Activation(V, "swish"), ChoiceError),
    (lambda: nd.LeakyReLU(V, act_type="swish"), ChoiceError),
    (lambda: nd.pad(M, mode="wrap"), ChoiceError),
    (lambda: nd.Dropout(V, p=1.5), ChoiceError),
    (lambda: nd.take(V, nd.array([3]), mode="raise"), BoundsError),
    (lambda: V[3], IndexError),
    (lambda: M[0, -4], IndexError),
    (lambda: V[nd.array([3])], IndexError),
    (lambda: V[1.0], ValueError),
    (lambda: V.reshape(shap=3), TypeError),
    (lambda: float(V[0]), TypeError),
    (lambda: int(V[0]), TypeError),
    (lambda: V @ V, TypeError),
    (lambda: V // 2, TypeError),
    (lambda: onp.rint(V), TypeError),  # whose ties are others than those of `nd`
    (lambda: onp.add.reduce(V), TypeError),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_what_does_not_fit_is_refused(number: int) -> None:
    call, error = REFUSED[number]
    with pytest.raises(error):
        call()


def test_a_refusal_in_a_recording_leaves_it_usable() -> None:
    x = nd.array([1, 2])
    x.attach_grad()
    with autograd.record():
        y = x * x
        with pytest.raises(ShapeError):
            nd.dot(y, V)
        z = y * 2
    z.backward()
    assert x.grad.asnumpy().tolist() == [4, 8]


def test_arrays_of_numpy_are_constants_in_the_dtype_of_the_array() -> None:
    x = nd.array([1, 2, 3])
    x.attach_grad()
    constant = onp.array([2.0, 3.0, 4.0])
    with autograd.record():
        y = x * constant + constant / x
        constant[:] = 0  # what was recorded keeps its own
        z = nd.dot(y, onp.ones(3))
    z.backward()
    assert y.dtype is onp.float32
    onp.testing.assert_allclose(x.grad.asnumpy(), [2 - 2, 3 - 3 / 4, 4 - 4 / 9], rtol=1e-6)


def test_a_result_may_be_written_to_an_array_and_is_recorded_there() -> None:
    x = nd.array([1, 2])
    x.attach_grad()
    with autograd.record():
        out = nd.zeros(2)
        assert nd.exp(x, out=out) is out
        y = out * 3
    y.backward()
    onp.testing.assert_allclose(x.grad.asnumpy(), 3 * onp.exp([1, 2]), rtol=1e-6)


def test_functions_of_numpy_are_recorded() -> None:
    x = nd.array([1, 2])
    x.attach_grad()
    with autograd.record():
        y = onp.sum(onp.array([2.0, 3.0]) * onp.square(x) + onp.maximum(x, 1.5) * onp.float64(2))
    assert isinstance(y, nd.NDArray)
    assert (y.dtype, y.shape) == (onp.float32, (1,))
    y.backward()
    assert x.grad.asnumpy().tolist() == [4, 14]
    assert onp.greater(onp.array([3.0, 0.0]), x).asnumpy().tolist() == [1, 0]
    assert (onp.float64(2) * x).dtype is onp.float32


def test_float16_is_kept() -> None:
    x = nd.array([1, 2], dtype="float16")
    x.attach_grad()
    with autograd.record():
        y = (x * x + 1.5).sum()
    y.backward()
    assert y.dtype is onp.float16
    assert x.grad.dtype is onp.float16
    assert x.grad.asnumpy().tolist() == [2, 4]


def test_integers_wrap_around_and_are_cut() -> None:
    x = nd.array([250, 3], dtype="uint8")
    assert (x + 10).asnumpy().tolist() == [4, 13]
    assert (-x).asnumpy().tolist() == [6, 253]
    big = nd.array([2**24 + 1, -(2**30)], dtype="int32")
    assert (big + 0).asnumpy().tolist() == [2**24 + 1, -(2**30)]
    assert (big / 3).asnumpy().tolist() == [(2**24 + 1) // 3, -(2**30) // 3 + 1]


def test_integers_are_differentiated_as_floats() -> None:
    x = nd.array([1, 2, -3], dtype="int32")
    x.attach_grad()
    with autograd.record():
        y = (x * x * 2 - x).sum() + nd.max(x)
    y.backward()
    assert y.dtype is x.grad.dtype is onp.int32
    assert x.grad.asnumpy().tolist() == [3, 8, -13]


def test_arrays_travel_through_files(tmp_path: Path) -> None:
    path = tmp_path / "arrays"
    nd.save(path, [V, M.astype("int32")])
    first, second = nd.load(path)
    assert first.asnumpy().tolist() == [1, 2, 3]
    assert second.dtype is onp.int32
    nd.save(path, {"w": M, "b": V})
    found = nd.load(path)
    assert sorted(found) == ["b", "w"]
    assert found["w"].asnumpy().tolist() == M.asnumpy().tolist()
    nd.save(path, V)
    (only,) = nd.load(path)
    assert only.shape == (3,)


def test_arrays_travel_through_pickles() -> None:
    found = pickle.loads(pickle.dumps(M))
    assert isinstance(found, nd.NDArray)
    assert str(found) == str(M)


def test_arrays_come_from_other_libraries() -> None:
    source = onp.array([1, 2], dtype=onp.int16)
    made = nd.from_numpy(source)
    source[0] = 9
    assert made.dtype is onp.int16
    assert made.asnumpy().tolist() == [1, 2]
    assert nd.from_dlpack(onp.ones(2, onp.float32)).asnumpy().tolist() == [1, 1]


def test_moving_statistics_are_updated_by_backward_in_training_only() -> None:
    x, ones, zeros = nd.array([[1, 2], [3, 6]]), nd.ones(2), nd.zeros(2)
    x.attach_grad()
    mean, var = nd.zeros(2), nd.ones(2)
    for train in (False, True):
        with autograd.record():
            y = nd.BatchNorm(x, ones, zeros, mean, var, momentum=0.5)
        assert mean.asnumpy().tolist() == [0, 0]
        y.backward(train_mode=train)
    assert mean.asnumpy().tolist() == [1, 2]
    assert var.asnumpy().tolist() == [1, 2.5]


def test_the_gradient_of_batch_norm_in_training_is_that_of_differences() -> None:
    values = onp.random.RandomState(0).normal(size=(4, 3, 2))
    head = onp.random.RandomState(1).normal(size=(4, 3, 2))

    def run(values: Any) -> tuple[Any, Any]:
        x = nd.array(values, dtype="float64")
        x.attach_grad()
        g, b, mean, var = (nd.array([1.5, 2, 0.5], dtype="float64") for _ in range(4))
        with autograd.record():
            y = nd.BatchNorm(x, g, b, mean, var, fix_gamma=False)
        return x, y

    x, y = run(values)
    y.backward(head)
    for place in onp.ndindex(*values.shape):
        ends = []
        for step in (1e-6, -1e-6):
            moved = values.copy()
            moved[place] += step
            ends.append((run(moved)[1].asnumpy() * head).sum())
        slope = (ends[0] - ends[1]) / 2e-6
        onp.testing.assert_allclose(x.grad.asnumpy()[place], slope, rtol=1e-5, atol=1e-7)


def test_the_gradient_of_dropout_is_its_mask() -> None:
    random.seed(5)
    x = nd.array(onp.arange(1, 101))
    x.attach_grad()
    with autograd.record():
        y = nd.Dropout(x, p=0.25)
    y.backward()
    mask = x.grad.asnumpy()
    assert set(mask.tolist()) == {0, onp.float32(1 / 0.75)}
    onp.testing.assert_allclose(y.asnumpy(), x.asnumpy() * mask)
    assert nd.Dropout(x, p=1.0, mode="always").asnumpy().any() == 0


def test_parameters_of_random_numbers_are_differentiated() -> None:
    random.seed(1)
    mean, scale = nd.array([1, 2]), nd.array([3, 4])
    for p in (mean, scale):
        p.attach_grad()
    with autograd.record():
        y = nd.random.normal(mean, scale, shape=5)
    y.backward()
    assert y.shape == (2, 5)
    standard = (y.asnumpy() - [[1], [2]]) / [[3], [4]]
    assert mean.grad.asnumpy().tolist() == [5, 5]
    onp.testing.assert_allclose(scale.grad.asnumpy(), standard.sum(axis=1), rtol=1e-5)


@pytest.mark.parametrize(
    ("draw", "mean", "deviation"),
    [
        (lambda n: nd.random.negative_binomial(3, 0.4, shape=n), 4.5, (4.5 / 0.4) ** 0.5),
        (lambda n: nd.random.randint(0, 10, shape=n), 4.5, (99 / 12) ** 0.5),
        (lambda n: nd.random.exponential(2.0, shape=n), 2, 2),
        (lambda n: nd.random.gamma(2.0, 3.0, shape=n), 6, 18**0.5),
        (lambda n: nd.random.poisson(4.0, shape=n), 4, 2),
    ],
)
def test_random_numbers_have_their_distribution(draw: Any, mean: float, deviation: float) -> None:
    random.seed(2)
    count = 2000
    values = draw(count).asnumpy().astype(float)
    assert abs(values.mean() - mean) < 5 * deviation / count**0.5
    assert 0.85 < values.std() / deviation < 1.15
    random.seed(2)
    assert draw(count).asnumpy().tolist() == values.tolist()


def test_methods_are_the_functions() -> None:
    for name in ("sum", "exp", "reshape_like", "take", "dot", "softmax", "slice_axis", "topk"):
        assert getattr(nd.NDArray, name) is getattr(nd, name)


def test_mixed_dialects_convert() -> None:
    x = nd.array([1, 2])
    x.attach_grad()
    with autograd.record():
        a = x.T.as_np_ndarray()
        y = (a * a).as_nd_ndarray() * x
    y.backward()
    assert x.grad.asnumpy().tolist() == [3, 12]
    m = nd.arange(4).reshape((2, 2))
    turned = m.T.as_np_ndarray()
    turned[:] = 9  # of the transpose, which is a copy
    assert m.asnumpy().tolist() == [[0, 1], [2, 3]]
