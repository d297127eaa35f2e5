"""Layers of neural networks: values and gradients against MXNet's answers, and against differences."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from neural_reference import CASES, CONVOLUTIONS, FILE, POOLINGS

import srcgrad
from srcgrad.compositions import neural as nn
from srcgrad.compositions import neural_picks as picks
from srcgrad.testing import check_grads

# Name: the call, which stands for the one of this name in the reference.
CALLS = {
    "relu": lambda x: nn.relu(x),
    "sigmoid": lambda x: nn.sigmoid(x),
    "softsign": lambda x: nn.softsign(x),
    "softrelu": lambda x: nn.softrelu(x),
    "leaky_relu": lambda x: nn.leaky_relu(x, 0.1),
    "prelu": lambda x, a: nn.prelu(x, a),
    "elu": lambda x: nn.elu(x, 0.7),
    "selu": lambda x: nn.selu(x),
    "gelu": lambda x: nn.gelu(x),
    "erf": lambda x: nn.erf(x),
    "gamma": lambda x: nn.gamma(x),
    "gammaln": lambda x: nn.gammaln(x),
    "smooth_l1": lambda x: nn.smooth_l1(x, 1.5),
    "clip": lambda x: nn.clip(x, -0.5, 0.7),
    "softmax": lambda x: nn.softmax(x),
    "softmax_axis": lambda x: nn.softmax(x, 1, 1.7),
    "log_softmax": lambda x: nn.log_softmax(x),
    "log_softmax_axis": lambda x: nn.log_softmax(x, 0, 0.6),
    "softmax_cross_entropy": lambda x, label: nn.softmax_cross_entropy(x, label),
    "fully_connected": lambda x, w, b: nn.fully_connected(x, w, b),
    "fully_connected_last": lambda x, w: nn.fully_connected(x, w, flatten=False),
    "batch_norm": lambda x, g, b, m, v: nn.batch_norm(x, g, b, eps=2e-3)[0],
    "batch_norm_inference": lambda x, g, b, m, v: nn.batch_norm_inference(x, g, b, m, v, eps=2e-3),
    "layer_norm": lambda x, g, b: nn.layer_norm(x, g, b),
    "layer_norm_axis": lambda x, g, b: nn.layer_norm(x, g, b, 1, 1e-3),
    "l2_instance": lambda x: nn.l2_normalization(x),
    "l2_channel": lambda x: nn.l2_normalization(x, mode="channel"),
    "l2_spatial": lambda x: nn.l2_normalization(x, mode="spatial"),
    "batch_dot": lambda a, b: nn.batch_dot(a, b, transpose_b=True),
    "batch_dot_both": lambda a, b: nn.batch_dot(a, b, True, True),
    "embedding": lambda w, index: picks.embedding(index.reshape(2, 3), w),
    "pick": lambda x, index: picks.pick(x, index),
    "pick_wrap": lambda x, index: picks.pick(x, index, 0, True, "wrap"),
    "one_hot": lambda x, index: x * picks.one_hot(index, 4, 2.5, -0.5),
    "sequence_mask": lambda x, ends: picks.sequence_mask(x, ends, True, -1.5),
    "sequence_mask_axis": lambda x, ends: picks.sequence_mask(x, ends, True, axis=1),
    "topk": lambda x: picks.topk(x, 2, ret_typ="value"),
    "topk_rising": lambda x: picks.topk(x, 3, 0, "value", True),
    "topk_all": lambda x: picks.topk(x, 5, None, "value"),
    "topk_mask": lambda x: x * picks.topk(x, 2, ret_typ="mask"),
    "topk_indices": lambda x: x[:, :2] * picks.topk(x, 2),
}
KINKS = {"relu", "leaky_relu", "elu", "smooth_l1", "clip", "softmax_cross_entropy"}
SMOOTH = {
    "sigmoid",
    "softsign",
    "softrelu",
    "gelu",
    "erf",
    "gamma",
    "gammaln",
    "softmax",
    "softmax_axis",
    "log_softmax_axis",
    "fully_connected",
    "batch_norm",
    "batch_norm_inference",
    "layer_norm",
    "l2_instance",
    "l2_channel",
    "batch_dot",
}


@pytest.fixture(scope="module")
def reference():
    return dict(np.load(FILE))


def _inputs(reference, name):
    count = sum(key.startswith(f"{name}/x") for key in reference)
    return [reference[f"{name}/x{k}"] for k in range(count)]


def _loss(call, head, count):
    """The sum of a call's result times a cotangent; its source can be read for each number of arguments."""
    return [
        lambda x: np.sum(call(x) * head),
        lambda x, a: np.sum(call(x, a) * head),
        lambda x, a, b: np.sum(call(x, a, b) * head),
        None,
        lambda x, a, b, c, d: np.sum(call(x, a, b, c, d) * head),
    ][count - 1]


def test_every_reference_has_a_call():
    assert CALLS.keys() == CASES.keys() - CONVOLUTIONS.keys() - POOLINGS.keys()


@pytest.mark.parametrize("name", CALLS)
def test_value_and_gradients_are_those_of_mxnet(reference, name):
    inputs, head, expected = (
        _inputs(reference, name),
        reference[f"{name}/head"],
        reference[f"{name}/y"],
    )
    value = CALLS[name](*inputs)
    assert value.dtype == np.float32
    assert np.shape(value) == expected.shape or (expected.shape == (1,) and np.shape(value) == ())
    np.testing.assert_allclose(np.reshape(value, expected.shape), expected, rtol=3e-6, atol=1e-6)

    if name == "selu":
        return  # MXNet's slope below zero is (a + y) l for (a l + y): see the differences
    wanted = tuple(range(CASES[name][1]))
    loss = _loss(CALLS[name], head if np.shape(value) else head[0], len(inputs))
    for k, g in enumerate(srcgrad.grad(loss, wanted)(*inputs)):
        assert g.dtype == np.float32
        np.testing.assert_allclose(g, reference[f"{name}/g{k}"], rtol=1e-5, atol=3e-6)


@pytest.mark.parametrize("name", sorted(CALLS.keys() - KINKS))
def test_gradients_are_those_of_differences(reference, name):
    inputs = [x.astype(np.float64) for x in _inputs(reference, name)]
    if name in ("sigmoid", "softrelu"):
        inputs = [np.clip(inputs[0], -5, 5)]
    loss = _loss(CALLS[name], reference[f"{name}/head"].astype(np.float64), len(inputs))
    wanted = tuple(range(CASES[name][1]))
    check_grads(loss, inputs, wanted, order=2 if name in SMOOTH else 1)


@pytest.mark.parametrize("name", sorted(KINKS))
def test_gradients_beside_a_kink_are_those_of_differences(name):
    x = np.array([[-1.3, -0.3, 0.2, 0.6, 2.1], [0.1, 1.3, -2.0, -0.1, 0.9]])
    call = CALLS[name]
    if name == "softmax_cross_entropy":
        check_grads(lambda x: call(x, np.array([3, 1])), [x], order=2)
    else:
        check_grads(lambda x: np.sum(call(x) * x), [x], order=2)


def test_moments_of_batch_norm_are_those_of_numpy():
    x = np.random.default_rng(0).normal(2.0, 3.0, (4, 3, 2, 5))
    out, mean, var = nn.batch_norm(x, np.ones(3), np.zeros(3))
    np.testing.assert_allclose(mean, x.mean(axis=(0, 2, 3)))
    np.testing.assert_allclose(var, x.var(axis=(0, 2, 3)))
    inference = nn.batch_norm_inference(x, np.ones(3), np.zeros(3), mean, var)
    np.testing.assert_allclose(out, inference)
    weights = np.arange(3.0) + 1
    check_grads(
        lambda x: np.sum(
            nn.batch_norm(x, weights, weights)[2] * weights + nn.batch_norm(x, weights, weights)[1]
        ),
        [x],
    )


@pytest.mark.parametrize("function", nn.EAGER)
def test_eager_spellings_have_the_same_values(function):
    x = np.array([-np.inf, -90, -3, -0.0, 0.0, 1e-30, 2, 90, np.inf], np.float32)
    if function in (nn.softmax, nn.log_softmax):
        x = x[:-1]  # beside an infinite score there is no softmax
    eager = nn.EAGER[function](x)
    assert eager.dtype == np.float32
    np.testing.assert_allclose(eager, function(x), rtol=3e-7)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_is_exact_in_both_tails(dtype):
    x = np.array([-1000.0, -60.0, 0.0, 60.0, 1000.0], dtype)
    expected = np.array([0.0, 8.756510762696521e-27, 0.5, 1.0, 1.0])
    np.testing.assert_allclose(nn.sigmoid(x), expected, rtol=1e-6)
    slope = srcgrad.grad(lambda x: np.sum(np.log(nn.sigmoid(x))))(x[1:])
    np.testing.assert_allclose(slope, [1.0, 0.5, 0.0, 0.0], atol=1e-20)


def test_relu_passes_nan_on():
    x = np.array([np.nan, -1.0])
    np.testing.assert_array_equal(nn.relu(x), [np.nan, 0.0])
    np.testing.assert_array_equal(nn.EAGER[nn.relu](x), [np.nan, 0.0])


def test_a_row_that_is_judged_quite_wrongly_is_learned_from():
    x = np.array([[0.0, 50.0]])
    loss, slope = srcgrad.value_and_grad(
        lambda x: nn.softmax_cross_entropy(x, np.array([0])),
    )(x)
    np.testing.assert_allclose(loss, -np.log(1e-8))
    np.testing.assert_allclose(slope, [[-1.0, 1.0]])


def test_erf_does_without_scipy(monkeypatch):
    x = np.array([-1.5, 0.0, 0.3], np.float32)
    expected = nn.erf(x)
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    found = nn.erf(x)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=3e-7)
    slope = srcgrad.grad(lambda x: np.sum(nn.gelu(x)))(x)
    np.testing.assert_allclose(slope, [-0.12746, 0.5, 0.73231], rtol=1e-4)


def test_topk_gives_values_and_indices_together():
    x = np.array([[3.0, 1.0, 3.0], [0.0, 5.0, 4.0]])
    values, places = picks.topk(x, 2, ret_typ="both")
    np.testing.assert_array_equal(values, [[3, 3], [5, 4]])
    np.testing.assert_array_equal(places, [[0, 2], [1, 2]])
    np.testing.assert_array_equal(picks.topk(x, 0, is_ascend=True), [[1, 0, 2], [0, 2, 1]])


EMPTY = {
    "fully_connected": (lambda x, w: nn.fully_connected(x, w), (0, 2, 3), (4, 6)),
    "softmax": (lambda x, w: nn.softmax(x) * w, (0, 4), (4,)),
    "log_softmax": (lambda x, w: nn.log_softmax(x) * w, (0, 4), (4,)),
    "layer_norm": (lambda x, w: nn.layer_norm(x, w, w), (0, 4), (4,)),
    "softmax_cross_entropy": (
        lambda x, w: nn.softmax_cross_entropy(x, np.zeros(0)) * w,
        (0, 4),
        (4,),
    ),
    "pick": (lambda x, w: picks.pick(x, np.zeros(0)) * np.sum(w), (0, 4), (4,)),
    "embedding": (lambda x, w: picks.embedding(np.zeros((0, 2)), w), (1,), (4, 3)),
}


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_batch_gives_zeros(name):
    call, *shapes = EMPTY[name]
    x, w = (np.ones(shape, np.float32) for shape in shapes)
    dx, dw = srcgrad.grad(lambda x, w: np.sum(call(x, w)), (0, 1))(x, w)
    assert (dx.shape, dw.shape) == (x.shape, w.shape)
    assert not dx.any()
    assert not dw.any()
