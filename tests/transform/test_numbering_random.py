"""Random loops that write and read elements near each other: right, whatever is shared across the writes."""

from __future__ import annotations

import linecache
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from srcgrad import value_and_grad
from srcgrad.transform import numbering

PLACES = ("j", "j", "j - 1", "j - 1", "j + 1", "j - 2", "0", "-1", "1", "-2")
RANGES = (
    "range(n)",
    "range(1, n)",
    "range(1, n - 1)",
    "range(n - 2, 0, -1)",
    "range(-n, 0)",
    "range(2, n)",
)
COUNT = 25


def text(seed: int, rank: int) -> str:
    """A program over an array of one or two axes."""
    rng = random.Random(seed)
    places = [rng.choice(PLACES) for _ in range(3)]

    def element(name: str) -> str:
        index = rng.choice(places)
        if rank == 1:
            return f"{name}[{index}]"
        return f"{name}[{rng.choice((f':, {index}', index, f'{index}, {rng.choice(places)}'))}]"

    def term() -> str:
        read = element(rng.choice("ppq"))
        return rng.choice((f"0.8 * {read}", f"np.sin(2.0 * {read})", f"0.7 / ({read} ** 2 + 1.5)"))

    lines = ["def f(x):", "    n = len(x)", "    p = x.copy()", "    q = np.cos(x)", "    s = 0.0"]
    lines.append(f"    for j in {rng.choice(RANGES)}:")
    for _ in range(rng.randint(3, 6)):
        if rng.random() < 0.3:
            lines.append(f"        s += np.sum({term()} * {term()})")
        else:
            total = f"0.3 * ({term()} + {term()})"
            lines.append(
                f"        {element(rng.choice('ppq'))} {rng.choice(('=', '=', '+='))} {total}"
            )
    return "\n".join([*lines, "    return s + np.sum(p * q)", ""])


def loaded(source: str, name: str) -> Callable[[Any], Any]:
    """The function of a program text."""
    filename = f"<{name}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    space: dict[str, Any] = {"np": np}
    exec(compile(source, filename, "exec"), space)
    return space["f"]  # type: ignore[no-any-return]


def slope(function: Callable[[Any], Any], x: Any, direction: Any) -> float:
    """Directional derivative by differences of fourth order."""

    def at(t: float) -> float:
        return float(function(x + t * direction))

    h = 1e-3
    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)


@pytest.mark.parametrize("rank", [1, 2])
@pytest.mark.parametrize("first", range(0, 100, COUNT))
def test_values_and_gradients_are_those_of_the_program(first: int, rank: int) -> None:
    compared = 0
    for seed in range(first, first + COUNT):
        function = loaded(text(seed, rank), f"elements {rank} {seed}")
        rng = np.random.default_rng(seed)
        for length in (1, 2, 3, 5):
            x = rng.uniform(-1.0, 1.0, (length,) * rank)
            try:
                expected = function(x)
            except (IndexError, ValueError):  # no such element, or shapes that do not fit
                continue
            value, gradient = value_and_grad(function, unroll=False)(x)
            assert value == pytest.approx(expected, rel=1e-14), (seed, length)
            direction = rng.normal(size=x.shape)
            assert np.sum(gradient * direction) == pytest.approx(
                slope(function, x, direction), rel=1e-6, abs=1e-6
            ), (seed, length)
            compared += 1
    assert compared > COUNT


@pytest.mark.parametrize("rank", [1, 2])
def test_a_careless_numbering_is_noticed(rank: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbering._Numbering, "_apart", lambda self, read, write: True)
    with pytest.raises(AssertionError):
        for first in range(0, 100, COUNT):
            test_values_and_gradients_are_those_of_the_program(first, rank)
