"""Linear regression from scratch, and the code that computes its gradient.

The data are those of 442 people with diabetes that ship with scikit-learn: ten measurements each, and
how far the disease had gone a year later. The model is ``x @ w + b``; the parameters are arrays with
room for a gradient. What happens inside ``autograd.record()`` is noted, ``backward()`` puts the
gradient of it into ``w.grad`` and ``b.grad``, and the parameters take a small step against it.

A linear model needs no iteration, so there is a truth to compare with: the least squares solution.

    python examples/imperative/linear_regression.py
"""

from __future__ import annotations

from typing import Any

import numpy
from sklearn.datasets import load_diabetes
from training import Data, Log, batches, sgd, split

from srcgrad import autograd, np, random

EPOCHS = 10
BATCH = 32
RATE = 0.03


def diabetes(count: int | None = None) -> Data:
    """Ten measurements of each person, (n, 10), and the progression of the disease, (n,)."""
    x, y = load_diabetes(return_X_y=True)
    return split(x / x.std(axis=0), ((y - y.mean()) / y.std()).astype(numpy.float32), count)


def make_params() -> list[Any]:
    """Weights near zero, (10,), and a bias, (1,)."""
    params = [np.random.normal(0, 0.01, (10,)), np.zeros(1)]
    for param in params:
        param.attach_grad()
    return params


def net(x: Any, params: list[Any]) -> Any:
    w, b = params
    return np.dot(x, w) + b


def squared_loss(predicted: Any, y: Any) -> Any:
    return (predicted - y) ** 2 / 2


def mean_loss(x: Any, y: Any, params: list[Any]) -> float:
    """The mean loss over plain NumPy arrays, outside of recording."""
    return float(squared_loss(net(np.array(x), params), np.array(y)).mean())


def least_squares(data: Data) -> float:
    """The smallest mean loss that any linear model has on the training data."""
    x = numpy.column_stack([data.x, numpy.ones(len(data.x))]).astype(numpy.float64)
    best = numpy.linalg.lstsq(x, data.y, rcond=None)[0]
    return float(numpy.mean((x @ best - data.y) ** 2) / 2)


def main(epochs: int = EPOCHS, quiet: bool = False, count: int | None = None, seed: int = 0) -> Log:
    """Train; return the log, whose score is the mean loss on unseen people."""
    random.seed(seed)
    rng = numpy.random.default_rng(seed)
    data = diabetes(count)
    params = make_params()
    log = Log("test loss", quiet)
    for _ in log.epochs(epochs):
        for x, y in batches(np.array, data, BATCH, rng):
            with autograd.record():
                loss = squared_loss(net(x, params), y)
            text = autograd.source(loss)  # backward uses up what was recorded
            loss.backward()
            sgd(params, RATE / len(x))
            log.add(loss)
        log.score(mean_loss(data.x_test, data.y_test, params))
    reached = mean_loss(data.x, data.y, params)
    log.say(f"training loss {reached:.4f}; no linear model has less than {least_squares(data):.4f}")
    log.say(f"What the last backward pass ran:\n\n{text}")
    return log


if __name__ == "__main__":
    main()
