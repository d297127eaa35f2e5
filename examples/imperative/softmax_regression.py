"""Softmax regression from scratch: handwritten digits by one linear layer.

Everything is written with elementary functions, the softmax too: ``exp(s) / exp(s).sum()`` for the
scores `s` of an image, from which the largest is taken first, so that nothing overflows. The loss is
the negative logarithm of the probability that the model gives the true digit.

    python examples/imperative/softmax_regression.py
"""

from __future__ import annotations

from typing import Any

import numpy
from training import Log, accuracy, batches, digits, sgd

from srcgrad import autograd, np, random

EPOCHS = 10
BATCH = 32
RATE = 0.5


def make_params() -> list[Any]:
    """Weights near zero, (64, 10), and biases, (10,)."""
    params = [np.random.normal(0, 0.01, (64, 10)), np.zeros(10)]
    for param in params:
        param.attach_grad()
    return params


def softmax(scores: Any) -> Any:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def net(x: Any, params: list[Any]) -> Any:
    w, b = params
    return softmax(np.dot(x, w) + b)


def cross_entropy(probabilities: Any, y: Any) -> Any:
    return -np.log(probabilities[range(len(y)), y])


def main(epochs: int = EPOCHS, quiet: bool = False, count: int | None = None, seed: int = 0) -> Log:
    """Train; return the log, whose score is the accuracy on unseen images."""
    random.seed(seed)
    rng = numpy.random.default_rng(seed)
    data = digits(count)
    params = make_params()
    log = Log("test accuracy", quiet)
    for _ in log.epochs(epochs):
        for x, y in batches(np.array, data, BATCH, rng):
            with autograd.record():
                loss = cross_entropy(net(x, params), y)
            text = autograd.source(loss)  # backward uses up what was recorded
            loss.backward()
            sgd(params, RATE / len(x))
            log.add(loss)
        log.score(accuracy(net(np.array(data.x_test), params), data.y_test))
    log.say(f"What the last backward pass ran:\n\n{text}")
    return log


if __name__ == "__main__":
    main()
