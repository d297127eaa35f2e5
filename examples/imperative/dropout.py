"""Dropout: a perceptron that cannot rely on any one of its hidden units.

In training each hidden unit is dropped with some probability, and the others are enlarged to make up
for it; in prediction all of them are there. ``autograd.record()`` switches layers to training, so
the same `net` serves both. The loss that is printed is that of the thinned network, which stays above
that of the whole one; on digits as easy as these the accuracy is the same without dropout.

    python examples/imperative/dropout.py
"""

from __future__ import annotations

from typing import Any

import numpy
from training import Log, accuracy, batches, cross_entropy, digits, sgd

from srcgrad import autograd, np, npx, random

HIDDEN = 256
DROPPED = 0.2, 0.5  # of the first hidden layer and of the second
EPOCHS = 20
BATCH = 32
RATE = 0.1


def make_params() -> list[Any]:
    """Weights and biases of three layers."""
    params = []
    for inputs, outputs in (64, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, 10):
        params += [np.random.normal(0, (2 / inputs) ** 0.5, (inputs, outputs)), np.zeros(outputs)]
    for param in params:
        param.attach_grad()
    return params


def net(x: Any, params: list[Any], dropped: tuple[float, float] = DROPPED) -> Any:
    w1, b1, w2, b2, w3, b3 = params
    x = npx.dropout(npx.relu(np.dot(x, w1) + b1), dropped[0])
    x = npx.dropout(npx.relu(np.dot(x, w2) + b2), dropped[1])
    return np.dot(x, w3) + b3


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
            loss.backward()
            sgd(params, RATE / len(x))
            log.add(loss)
        log.score(accuracy(net(np.array(data.x_test), params), data.y_test))
    return log


if __name__ == "__main__":
    main()
