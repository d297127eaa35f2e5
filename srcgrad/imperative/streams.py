"""The Mersenne Twisters behind MXNet's random numbers on the CPU.

MXNet draws from two resources, both seeded by ``127 * seed``. The functions of ``nd`` share one that is
cut in chunks: a call for N numbers uses ``T = min(1024, ceil(N / 64))`` streams, of which stream ``i``,
seeded ``127 * seed + i``, fills a run of ``ceil(N / T)`` numbers. Those of ``np``, and those that
choose, draw from a single stream. All go on where the last call left them. The law was found by
experiment with MXNet 1.9.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_STREAMS, _CHUNK, _MAGIC = 1024, 64, 127
_WORD = 2.0**-32

Words = NDArray[np.uint64]


class Twister:
    """A Mersenne Twister seeded by one number, as in C++; its words have 32 bits."""

    def __init__(self, seed: int) -> None:
        self.bits = np.random.MT19937(0)
        np.random.RandomState(self.bits).seed(seed % 2**32)

    def words(self, count: int) -> Words:
        """The next words."""
        return self.bits.random_raw(count)

    def numpy(self) -> np.random.Generator:
        """NumPy's methods, drawing from these words."""
        return np.random.Generator(self.bits)

    def unit(self) -> float:
        """The next word as a number in [0, 1) of float32."""
        return min(float(np.float32(self.bits.random_raw())) * _WORD, 1.0 - 2.0**-24)


def unit(words: Words, dtype: Any) -> Any:
    """Numbers in [0, 1): one word each in float32, two in float64, as ``std::generate_canonical``."""
    if dtype == np.float64:
        pairs = words.astype(np.float64)
        halves = (pairs[0::2] + pairs[1::2] * 2.0**32) * _WORD * _WORD
        return np.minimum(halves, 1.0 - 2.0**-53)
    return np.minimum(words.astype(np.float32) * np.float32(_WORD), np.float32(1.0 - 2.0**-24))


def polar(words: Words, dtype: Any) -> tuple[Any, Any, Any]:
    """Marsaglia's polar method: which pairs of uniform numbers are taken, and both normal numbers of each."""
    with np.errstate(divide="ignore", invalid="ignore"):
        sides = 2 * unit(words, dtype) - 1
        x, y = sides[0::2], sides[1::2]
        square = x * x + y * y
        logarithm = np.log(square.astype(np.float64)).astype(dtype)  # rounded once, as in C
        scale = np.sqrt(-2 * logarithm / square)
        return (square <= 1) & (square != 0), y * scale, x * scale


class Streams:
    """The streams of one seed, and what one call takes from them."""

    def __init__(self, seed: int) -> None:
        self._first = _MAGIC * seed
        self._parallel: list[Twister] = []
        self.single = Twister(self._first)

    def shares(self, count: int) -> list[tuple[Twister, int]]:
        """The parallel streams of one call for some numbers, and how many each of them gives."""
        streams = min(_STREAMS, -(-count // _CHUNK))
        while len(self._parallel) < streams:
            self._parallel.append(Twister(self._first + len(self._parallel)))
        step = -(-count // max(streams, 1))
        shares = [max(0, min(step, count - k * step)) for k in range(streams)]
        return list(zip(self._parallel, shares, strict=False))

    def words(self, count: int, each: int) -> Words:
        """The words of one call for some numbers that take some words each."""
        parts = [stream.words(each * share) for stream, share in self.shares(count)]
        return np.concatenate([np.empty(0, np.uint64), *parts])

    def below(self, limits: Words) -> Words:
        """Whole numbers below limits from the single stream, as ``std::uniform_int_distribution``."""
        scale = np.uint64(2**32 - 1) // limits
        words, found = self.single.words(len(limits)), np.empty_like(limits)
        done = 0
        while True:
            refused = words >= limits[done:] * scale[done:]
            good = int(np.argmax(refused)) if refused.any() else len(words)
            found[done : done + good] = words[:good] // scale[done : done + good]
            done += good
            if done == len(limits):
                return found
            words = np.concatenate([words[good + 1 :], self.single.words(1)])


__all__ = ["Streams", "Twister", "Words", "polar", "unit"]
