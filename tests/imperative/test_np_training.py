"""A network written from scratch with `np`, as in textbooks: it trains, and its gradient is right."""

from __future__ import annotations

from typing import Any

import numpy as onp
import pytest

from srcgrad import autograd, np, npx, random


def softmax(scores: Any) -> Any:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def from_scratch(scores: Any, y: Any) -> Any:
    return -np.log(softmax(scores)[range(len(scores)), y])


def from_the_library(scores: Any, y: Any) -> Any:
    return -npx.pick(npx.log_softmax(scores), y)


def with_one_hot(scores: Any, y: Any) -> Any:
    return -(npx.one_hot(y, scores.shape[1]) * np.log(npx.softmax(scores))).sum(axis=1)


LOSSES = [from_scratch, from_the_library, with_one_hot]


def network(x: Any, params: Any) -> Any:
    w, b, v, c = params
    return np.dot(npx.relu(np.dot(x, w) + b), v) + c


@pytest.mark.parametrize("loss", LOSSES)
def test_a_perceptron_learns(loss: Any) -> None:
    random.seed(1)
    params = [
        np.random.normal(0, 0.1, (6, 16)),
        np.zeros(16),
        np.random.normal(0, 0.1, (16, 3)),
        np.zeros(3),
    ]
    for param in params:
        param.attach_grad()
    x = np.random.normal(0, 1, (96, 6))
    y = np.abs(x[:, :3]).argmax(axis=1)
    first = float(loss(network(x, params), y).mean())
    for _ in range(40):
        for k in range(0, 96, 32):
            with autograd.record():
                value = loss(network(x[k : k + 32], params), y[k : k + 32])
            value.backward()
            for param in params:
                param[:] = param - 0.5 * param.grad / 32
    assert all(p.grad is not None for p in params)
    assert float(loss(network(x, params), y).mean()) < 0.3 * first
    assert float((network(x, params).argmax(axis=1) == y).mean()) > 0.9


@pytest.mark.parametrize("loss", LOSSES)
def test_the_gradient_is_that_of_the_textbook(loss: Any) -> None:
    rng = onp.random.default_rng(0)
    scores = np.array(rng.normal(size=(5, 3)))
    y = np.array([0, 2, 1, 1, 0], dtype="int32")
    scores.attach_grad()
    with autograd.record():
        value = loss(scores, y)
    value.backward()
    s = scores.asnumpy()
    truth = onp.exp(s) / onp.exp(s).sum(axis=1, keepdims=True) - onp.eye(3)[[0, 2, 1, 1, 0]]
    assert scores.dtype == onp.float64
    onp.testing.assert_allclose(scores.grad.asnumpy(), truth, rtol=1e-6, atol=1e-7)
