"""Convolution and pooling: values and gradients against MXNet's answers, and against differences."""

from __future__ import annotations

import numpy as np
import pytest
from neural_reference import CONVOLUTIONS, FILE, POOLINGS

import srcgrad
from srcgrad import autograd, nd
from srcgrad.compositions import neural_windows as nn
from srcgrad.testing import check_grads


@pytest.fixture(scope="module")
def reference():
    return dict(np.load(FILE))


def _convolve(name):
    """The loss of a case of convolution."""
    options = CONVOLUTIONS[name][2]
    layer = nn.deconvolution if name.startswith("de") else nn.convolution
    return lambda x, w, b, head: np.sum(layer(x, w, b, **options) * head)


def _pool(name):
    """The loss of a case of pooling."""
    options = POOLINGS[name][1]
    return lambda x, head: np.sum(nn.pooling(x, **options) * head)


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolutions_are_those_of_mxnet(reference, name):
    x, w, b = (reference[f"{name}/x{k}"] for k in range(3))
    layer = nn.deconvolution if name.startswith("de") else nn.convolution
    value = layer(x, w, b, **CONVOLUTIONS[name][2])
    assert value.dtype == np.float32
    np.testing.assert_allclose(value, reference[f"{name}/y"], rtol=1e-5, atol=3e-6)
    slopes = srcgrad.grad(_convolve(name), (0, 1, 2))(x, w, b, reference[f"{name}/head"])
    for k, g in enumerate(slopes):
        assert g.dtype == np.float32
        np.testing.assert_allclose(g, reference[f"{name}/g{k}"], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_slopes_of_convolutions_are_those_of_differences(reference, name):
    names = ("x0", "x1", "x2", "head")
    args = [reference[f"{name}/{n}"].astype(np.float64) for n in names]
    check_grads(_convolve(name), args, (0, 1, 2), order=2)


@pytest.mark.parametrize("name", POOLINGS)
def test_pooling_is_that_of_mxnet(reference, name):
    x, head = reference[f"{name}/x0"], reference[f"{name}/head"]
    value = nn.pooling(x, **POOLINGS[name][1])
    assert value.dtype == np.float32
    np.testing.assert_allclose(value, reference[f"{name}/y"], rtol=1e-5, atol=1e-6)
    slope = srcgrad.grad(_pool(name))(x, head)
    assert slope.dtype == np.float32
    np.testing.assert_allclose(slope, reference[f"{name}/g0"], rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("name", sorted(POOLINGS.keys() - {"pooling_ties"}))
def test_slopes_of_pooling_are_those_of_differences(reference, name):
    args = [reference[f"{name}/{n}"].astype(np.float64) for n in ("x0", "head")]
    check_grads(_pool(name), args)


def test_one_number_stands_for_all_axes():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 3, 6, 7)), rng.normal(size=(4, 3, 2, 2))
    np.testing.assert_array_equal(
        nn.convolution(x, w, None, 2, 2, 1), nn.convolution(x, w, None, (2, 2), (2, 2), (1, 1))
    )
    np.testing.assert_array_equal(nn.pooling(x, 2, "avg", 2), nn.pooling(x, (2, 2), "avg", (2, 2)))


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("dilate", [1, (2, 3)])
def test_deconvolution_is_the_transpose_of_convolution(groups, dilate):
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(2, 4, 9, 9)), rng.normal(size=(6, 4 // groups, 3, 2))
    y = nn.convolution(x, w, None, (2, 3), dilate, (1, 0), groups)
    g = rng.normal(size=y.shape)
    adj = (0, 1) if dilate == 1 else (0, 2)
    back = nn.deconvolution(g, w, None, (2, 3), dilate, (1, 0), adj, groups)
    assert back.shape == x.shape
    np.testing.assert_allclose(np.sum(back * x), np.sum(g * y))


def test_a_nan_comes_through_pooling_and_takes_the_slope():
    x = np.array([[[1.0, np.nan, 3.0, 2.0]]])
    np.testing.assert_array_equal(nn.pooling(x, 2, "max", 2), [[[np.nan, 3.0]]])
    slope = srcgrad.grad(lambda x: np.sum(nn.pooling(x, 2, "max", 2)))(x)
    np.testing.assert_array_equal(slope, [[[0.0, 1.0, 1.0, 0.0]]])


def test_a_window_larger_than_the_array_is_refused():
    x = np.ones((1, 1, 3, 3))
    with pytest.raises(ValueError, match="larger than"):
        nn.pooling(x, 4)
    with pytest.raises(ValueError, match="larger than"):
        nn.convolution(x, np.ones((1, 1, 2, 4)))
    with pytest.raises(ValueError, match="lp"):
        nn.pooling(x, 2, "lp")


def test_an_empty_batch_gives_zeros():
    x, w, b = np.ones((0, 2, 5, 5), np.float32), np.ones((4, 2, 3, 3), np.float32), np.ones(4, "f")

    def loss(x, w, b):
        y = nn.pooling(nn.convolution(x, w, b, pad=1), 2, "max", 2)
        return np.sum(nn.deconvolution(y, w, None, 2))

    slopes = srcgrad.grad(loss, (0, 1, 2))(x, w, b)
    assert [g.shape for g in slopes] == [x.shape, w.shape, b.shape]
    assert not any(g.any() for g in slopes)


def test_a_convolution_is_not_run_again_for_its_gradient():
    """The backward pass has two products, one for each operand, and none to know a shape."""
    x, weight, bias = nd.ones((2, 3, 5, 5)), nd.ones((3, 3, 2, 2)), nd.ones(3)
    for param in (x, weight, bias):
        param.attach_grad()
    with autograd.record():
        out = nd.Convolution(x, weight, bias, kernel=(2, 2), num_filter=3)
        loss = out * out
    text = "\n".join(line.split("#")[0] for line in autograd.source(loss).splitlines())
    assert (text.count("np.tensordot("), text.count(" @ ")) == (2, 0)
