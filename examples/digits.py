"""Trains a small network on handwritten digits with a gradient that srcgrad generated.

The data are the 1,797 images of 8 by 8 pixels that ship with scikit-learn. `loss` is an ordinary
NumPy function; the decorator derives and compiles its gradient at the first call. At the end the
program prints the code that computed it, and fails unless 95 % of unseen images are recognised.

    python examples/digits.py
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from srcgrad import value_and_grad

HIDDEN = 32
EPOCHS = 30
BATCH = 32
RATE = 0.1
MOMENTUM = 0.9
GOAL = 0.95


@value_and_grad(argnums=(0, 1, 2, 3))
def loss(w1, b1, w2, b2, x, y):
    h = np.tanh(x @ w1 + b1)
    logits = h @ w2 + b2
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    logp = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.mean(logp[np.arange(len(y)), y])


def predict(w1, b1, w2, b2, x):
    """Returns the most likely digit for each row of `x`."""
    return np.argmax(np.tanh(x @ w1 + b1) @ w2 + b2, axis=1)


def progress(epochs: int) -> Iterator[int]:
    """Counts epochs behind a progress bar: tqdm's where it is installed, else a line of text."""
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        width = 40
        for epoch in range(epochs):
            yield epoch
            done = width * (epoch + 1) // epochs
            print(f"\r[{'#' * done:{width}}] {epoch + 1}/{epochs}", end="", file=sys.stderr)
        print(file=sys.stderr)
    else:
        yield from tqdm(range(epochs), desc="training", unit="epoch")


def main() -> None:
    """Trains, prints the backward code and the accuracy, exits with 1 if that is too low."""
    x, y = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(
        x / 16.0, y, test_size=0.25, random_state=0, stratify=y
    )
    rng = np.random.default_rng(0)
    params = [
        rng.normal(size=(64, HIDDEN)) / np.sqrt(64),
        np.zeros(HIDDEN),
        rng.normal(size=(HIDDEN, 10)) / np.sqrt(HIDDEN),
        np.zeros(10),
    ]
    velocity = [np.zeros_like(p) for p in params]

    start = time.perf_counter()
    for _ in progress(EPOCHS):
        order = rng.permutation(len(x_train))
        for begin in range(0, len(order), BATCH):
            batch = order[begin : begin + BATCH]
            _, grads = loss(*params, x_train[batch], y_train[batch])
            for p, v, g in zip(params, velocity, grads, strict=True):
                v *= MOMENTUM
                v -= RATE * g
                p += v
    seconds = time.perf_counter() - start

    value, _ = loss(*params, x_train, y_train)
    accuracy = np.mean(predict(*params, x_test) == y_test)
    print("The code that computed the gradient:\n")
    print(loss.source)
    print(f"trained in {seconds:.1f} s; training loss {value:.4f}; test accuracy {accuracy:.1%}")
    if accuracy < GOAL:
        sys.exit(f"the test accuracy is {accuracy:.1%}, below {GOAL:.0%}")


if __name__ == "__main__":
    main()
