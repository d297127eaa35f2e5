"""Networks written with `nd` learn, and a second epoch compiles nothing."""

from __future__ import annotations

from typing import Any

import numpy as onp
import pytest

from srcgrad import autograd, nd, random


def perceptron(x: Any, p: dict[str, Any]) -> Any:
    hidden = nd.Activation(nd.FullyConnected(x, p["w"], p["b"], num_hidden=16), "relu")
    return nd.FullyConnected(nd.Dropout(hidden, 0.2), p["v"], p["c"], num_hidden=3)


def by_hand(x: Any, p: dict[str, Any]) -> Any:
    hidden = nd.maximum(nd.dot(x, p["w"].T) + p["b"], 0)
    return nd.dot(hidden, p["v"], transpose_b=True) + p["c"]


def normalised(x: Any, p: dict[str, Any]) -> Any:
    hidden = nd.dot(x, p["w"], transpose_b=True)
    hidden = nd.relu(nd.BatchNorm(hidden, p["gamma"], p["b"], p["mean"], p["var"]))
    return nd.FullyConnected(hidden, p["v"], p["c"], num_hidden=3)


def convolved(x: Any, p: dict[str, Any]) -> Any:
    image = x.reshape((0, 1, 2, 3))
    hidden = nd.tanh(nd.Convolution(image, p["k"], p["c4"], kernel=(2, 2), num_filter=4))
    pooled = nd.Pooling(hidden, kernel=(1, 2), pool_type="max")
    return nd.FullyConnected(nd.concat(nd.flatten(pooled), x), p["u"], p["c"], num_hidden=3)


def picked(scores: Any, y: Any) -> Any:
    return -nd.pick(nd.log_softmax(scores), y)


def hot(scores: Any, y: Any) -> Any:
    return -(nd.one_hot(y, 3) * nd.log(nd.softmax(scores))).sum(axis=1)


def library(scores: Any, y: Any) -> Any:
    return nd.softmax_cross_entropy(scores, y)


def drawn(*shape: int) -> Any:
    return nd.random.normal(0, 0.3, shape=shape)


@pytest.mark.parametrize("loss", [picked, hot, library])
@pytest.mark.parametrize("network", [perceptron, by_hand, normalised, convolved])
def test_a_network_learns(network: Any, loss: Any) -> None:
    random.seed(3)
    p = {
        "w": drawn(16, 6),
        "b": nd.zeros(16),
        "v": drawn(3, 16),
        "c": nd.zeros(3),
        "gamma": nd.ones(16),
        "k": drawn(4, 1, 2, 2),
        "c4": nd.zeros(4),
        "u": drawn(3, 10),
    }
    for value in p.values():
        value.attach_grad()
    p["mean"], p["var"] = nd.zeros(16), nd.ones(16)
    x = nd.random.normal(shape=(96, 6))
    y = nd.argmax(x[:, :3], axis=1)

    def total() -> float:
        return float(loss(network(x, p), y).sum().asscalar()) / 96

    first, compiled = total(), 0
    for epoch in range(25):
        for k in range(0, 96, 32):
            with autograd.record():
                value = loss(network(x[k : k + 32], p), y[k : k + 32]).sum()
            value.backward()
            for name in p:
                if p[name].grad is not None:
                    p[name] -= 0.5 / 32 * p[name].grad
        if epoch == 0:
            compiled = autograd.cache_info().misses
    assert total() < 0.5 * first
    assert autograd.cache_info().misses == compiled


def test_a_recurrent_network_with_detached_states_learns() -> None:
    random.seed(4)
    steps, batch, hidden = 6, 8, 12
    w, u, v = drawn(1, hidden), drawn(hidden, hidden), drawn(hidden, 1)
    params = [w, u, v]
    for p in params:
        p.attach_grad()
    data = onp.sin(onp.arange(60)[:, None] * 0.4 + onp.arange(batch)[None])
    losses = []
    for _ in range(40):
        state = nd.zeros((batch, hidden))
        for start in range(0, 48, steps):
            state = state.detach()
            with autograd.record():
                loss = nd.zeros(1)
                for t in range(start, start + steps):
                    x, target = nd.array(data[t][:, None]), nd.array(data[t + 1][:, None])
                    state = nd.tanh(nd.dot(x, w) + nd.dot(state, u))
                    loss = loss + nd.mean(nd.square(nd.dot(state, v) - target))
            loss.backward()
            norm = sum(float((p.grad**2).sum().asscalar()) for p in params) ** 0.5
            for p in params:
                p[:] = p - 0.1 * min(1.0, 1.0 / norm) * p.grad
        losses.append(float(loss.asscalar()))
    assert losses[-1] < 0.1 * losses[0]
