"""A convolutional network after LeNet: two convolutions, each pooled, and two dense layers.

The images have 8 by 8 pixels, so kernels are 3 by 3 and padded, and two layers of pooling leave 2 by
2 places. This example is written with `srcgrad.nd`, MXNet's older dialect: layers are functions that
take their sizes as arguments, and loss and accuracy are the same.

    python examples/imperative/lenet.py
"""

from __future__ import annotations

from typing import Any

import numpy
from training import Log, accuracy, batches, digits, sgd

from srcgrad import autograd, nd, random

CHANNELS = 8, 16  # of the first convolution and of the second
HIDDEN = 64
EPOCHS = 10
BATCH = 32
RATE = 0.1


def make_params() -> list[Any]:
    """Kernels (channels, inputs, 3, 3), weights (outputs, inputs), and biases."""
    first, second = CHANNELS
    shapes = (first, 1, 3, 3), (second, first, 3, 3), (HIDDEN, second * 2 * 2), (10, HIDDEN)
    params = []
    for shape in shapes:
        inputs = numpy.prod(shape[1:])
        params += [nd.random.normal(0, (2 / inputs) ** 0.5, shape), nd.zeros(shape[0])]
    for param in params:
        param.attach_grad()
    return params


def net(x: Any, params: list[Any]) -> Any:
    w1, b1, w2, b2, w3, b3, w4, b4 = params
    for w, b in (w1, b1), (w2, b2):
        x = nd.Convolution(x, w, b, kernel=(3, 3), pad=(1, 1), num_filter=len(b))
        x = nd.Pooling(nd.relu(x), kernel=(2, 2), stride=(2, 2), pool_type="max")
    x = nd.relu(nd.FullyConnected(x, w3, b3, num_hidden=HIDDEN))
    return nd.FullyConnected(x, w4, b4, num_hidden=10)


def cross_entropy(scores: Any, y: Any) -> Any:
    return -nd.pick(nd.log_softmax(scores), y)


def main(epochs: int = EPOCHS, quiet: bool = False, count: int | None = None, seed: int = 0) -> Log:
    """Train; return the log, whose score is the accuracy on unseen images."""
    random.seed(seed)
    rng = numpy.random.default_rng(seed)
    data = digits(count, images=True)
    params = make_params()
    log = Log("test accuracy", quiet)
    for _ in log.epochs(epochs):
        for x, y in batches(nd.array, data, BATCH, rng):
            with autograd.record():
                loss = cross_entropy(net(x, params), y)
            loss.backward()
            sgd(params, RATE / len(x))
            log.add(loss)
        log.score(accuracy(net(nd.array(data.x_test), params), data.y_test))
    return log


if __name__ == "__main__":
    main()
