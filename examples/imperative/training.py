"""What the examples of this folder share: data, batches, the update, measures, a log.

Data are plain NumPy arrays; `batches` makes arrays of `srcgrad.np` or `srcgrad.nd` of them, whichever
an example is written with.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from srcgrad import npx


class Data(NamedTuple):
    """Examples to learn from and examples to judge by: float32 inputs, and what belongs to them."""

    x: Any
    y: Any
    x_test: Any
    y_test: Any


def split(x: Any, y: Any, count: int | None = None, by_class: bool = False) -> Data:
    """Set a quarter of the data aside for the test; keep `count` of the rest, all without one."""
    x, x_test, y, y_test = train_test_split(
        x.astype(numpy.float32),
        y,
        test_size=0.25,
        random_state=0,
        stratify=y if by_class else None,
    )
    return Data(x[:count], y[:count], x_test, y_test)


def digits(count: int | None = None, images: bool = False) -> Data:
    """Handwritten digits: (n, 64) pixels between 0 and 1, (n, 1, 8, 8) as images, and (n,) labels."""
    x, y = load_digits(return_X_y=True)
    x = x / 16.0
    return split(x.reshape(-1, 1, 8, 8) if images else x, y, count, by_class=True)


def batches(
    array: Callable[..., Any], data: Data, size: int, rng: numpy.random.Generator
) -> Iterator[tuple[Any, Any]]:
    """Go through the data once in random order, in batches of `size` and a rest, made by `array`."""
    order = rng.permutation(len(data.x))
    for begin in range(0, len(order), size):
        rows = order[begin : begin + size]
        yield array(data.x[rows]), array(data.y[rows])


def sgd(params: Sequence[Any], rate: float) -> None:
    """Move parameters against their gradients, by stochastic gradient descent."""
    for param in params:
        param[:] = param - rate * param.grad


def clip(params: Sequence[Any], bound: float) -> float:
    """Shorten the gradient of all parameters together to the norm `bound`; return its norm before."""
    norm = float(numpy.sqrt(sum(numpy.sum(param.grad.asnumpy() ** 2) for param in params)))
    if norm > bound:
        for param in params:
            param.grad[:] = param.grad * (bound / norm)
    return norm


def accuracy(scores: Any, labels: Any) -> float:
    """The share of rows whose largest score is that of the label: (n, classes) and (n,)."""
    return float(numpy.mean(scores.asnumpy().argmax(axis=1) == labels))


def cross_entropy(scores: Any, y: Any) -> Any:
    """Minus the logarithm of the probability of each label `y`, (n,), by scores (n, classes)."""
    return -npx.pick(npx.log_softmax(scores), y)


class Epoch(NamedTuple):
    """What an epoch came to: the mean loss while it trained, the score after it, its seconds."""

    loss: float
    score: float
    seconds: float


class Log:
    """Counts epochs, gathers losses and scores, and prints a line for each epoch.

    Arguments:
        score: what the score is called.
        quiet: print nothing.
    """

    def __init__(self, score: str, quiet: bool = False) -> None:
        self.name = score
        self.quiet = quiet
        self.history: list[Epoch] = []
        self._score = 0.0
        self.losses: list[Any] = []

    def epochs(self, count: int) -> Iterator[int]:
        """Count epochs; each ends with a line on how it went."""
        for number in range(1, count + 1):
            self.losses.clear()
            start = time.perf_counter()
            yield number
            seconds = time.perf_counter() - start
            loss = self.loss()
            self.history.append(Epoch(loss, self._score, seconds))
            self.say(
                f"epoch {number}: loss {loss:.4f}, {self.name} {self._score:.3f}, {seconds:.2f} s"
            )

    def add(self, losses: Any) -> None:
        """Note the losses of a batch, one for each example."""
        self.losses.append(losses.asnumpy().reshape(-1))

    def loss(self) -> float:
        """The mean of what was noted in this epoch."""
        return float(numpy.concatenate(self.losses).mean())

    def score(self, value: float) -> None:
        """Note how good the model is after this epoch."""
        self._score = value

    def say(self, text: str) -> None:
        """Print a text, unless quiet."""
        if not self.quiet:
            print(text, flush=True)
