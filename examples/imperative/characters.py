"""A recurrent network that learns to write, one character after another.

It reads the documentation of this project, letters and stops only, and says at each place which
character comes next. The state of its hidden units goes on from batch to batch, as the text does;
``state.detach()`` cuts the graph there, so that a backward pass goes through the steps of one batch
and no further. Products of many factors may grow beyond all bounds, therefore gradients are clipped
by their norm.

The score is the perplexity, ``exp`` of the mean loss: the number of characters among which the model
still hesitates. Guessing blindly has the number of different characters.

    python examples/imperative/characters.py
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
from training import Log, clip, cross_entropy, sgd

from srcgrad import autograd, np, npx, random

HIDDEN = 128
STEPS = 16
EPOCHS = 20
BATCH = 16
RATE = 1.0
CLIP = 1.0
TEXT = Path(__file__).parents[2] / "docs"
TABLES = "errors", "function-table"  # pages that are no prose


def corpus(count: int | None = None) -> tuple[Any, list[str]]:
    """The text as whole numbers, (n,), and the character that each number stands for."""
    pages = [path for path in sorted(TEXT.glob("*.md")) if path.stem not in TABLES]
    text = " ".join(path.read_text(encoding="utf-8") for path in pages)
    text = re.sub("[^a-z.,]+", " ", text.lower())[:count]
    characters = sorted(set(text))
    number = {character: k for k, character in enumerate(characters)}
    return numpy.array([number[c] for c in text], numpy.int32), characters


def sequences(text: Any, batch: int, steps: int) -> Iterator[tuple[Any, Any]]:
    """Go through the text in `batch` places at once: (steps, batch) characters, and those that follow.

    Each batch goes on where the one before has ended.
    """
    length = (len(text) - 1) // batch
    x = text[: batch * length].reshape(batch, length).T
    y = text[1 : batch * length + 1].reshape(batch, length).T
    for begin in range(0, length - steps + 1, steps):
        yield np.array(x[begin : begin + steps]), np.array(y[begin : begin + steps])


def make_params(characters: int) -> list[Any]:
    """Weights from characters to state, state to state, state to scores, and two biases."""
    params = [
        np.random.normal(0, 0.01, (characters, HIDDEN)),
        np.random.normal(0, 0.01, (HIDDEN, HIDDEN)),
        np.zeros(HIDDEN),
        np.random.normal(0, 0.01, (HIDDEN, characters)),
        np.zeros(characters),
    ]
    for param in params:
        param.attach_grad()
    return params


def net(x: Any, state: Any, params: list[Any]) -> tuple[Any, Any]:
    """Scores of the next characters, (steps * batch, characters), and the state after the last step."""
    w_in, w_state, b_state, w_out, b_out = params
    states = []
    for column in npx.one_hot(x, len(w_in)):
        state = np.tanh(np.dot(column, w_in) + np.dot(state, w_state) + b_state)
        states.append(state)
    return np.dot(np.concatenate(states), w_out) + b_out, state


def write(prefix: str, count: int, params: list[Any], characters: list[str], seed: int) -> str:
    """Go on with a text: `count` characters, each drawn with the probability that the model gives it."""
    rng = numpy.random.default_rng(seed)
    state = np.zeros((1, HIDDEN))
    text = prefix
    for place in range(len(prefix) + count - 1):
        scores, state = net(np.array([[characters.index(text[place])]]), state, params)
        if place >= len(prefix) - 1:
            weights = npx.softmax(scores).asnumpy()[0].astype(float)
            text += rng.choice(characters, p=weights / weights.sum())
    return text


def main(epochs: int = EPOCHS, quiet: bool = False, count: int | None = None, seed: int = 0) -> Log:
    """Train; return the log, whose score is the perplexity during the epoch."""
    random.seed(seed)
    text, characters = corpus(count)
    params = make_params(len(characters))
    log = Log("perplexity", quiet)
    log.say(f"{len(text)} characters, {len(characters)} different ones")
    for _ in log.epochs(epochs):
        state = np.zeros((BATCH, HIDDEN))
        for x, y in sequences(text, BATCH, STEPS):
            state = state.detach()
            with autograd.record():
                scores, state = net(x, state, params)
                loss = cross_entropy(scores, y.reshape(-1)).mean()
            loss.backward()
            clip(params, CLIP)
            sgd(params, RATE)
            log.add(loss)
        log.score(math.exp(log.loss()))
    log.say(write("the gradient ", 60, params, characters, seed))
    return log


if __name__ == "__main__":
    main()
