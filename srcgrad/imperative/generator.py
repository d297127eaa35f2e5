"""MXNet's random numbers on the CPU, to the last bit of each word.

MXNet draws from two resources, both seeded by ``127 * seed`` and both Mersenne Twisters. The functions
of ``nd`` share one that is cut in chunks: a call for N numbers uses ``T = min(1024, ceil(N / 64))``
streams, of which stream ``i``, seeded ``127 * seed + i``, fills a run of ``ceil(N / T)`` numbers. Those
of ``np`` draw from a single stream. All go on where the last call left them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

_STREAMS, _CHUNK = 1024, 64
_MAGIC = 127
_WORD = 2.0**-32

Words = NDArray[np.uint64]
Shape = int | tuple[int, ...]


class _Twister:
    """A Mersenne Twister seeded by one number, as in C++; its words have 32 bits."""

    def __init__(self, seed: int) -> None:
        self.bits = np.random.MT19937(0)
        np.random.RandomState(self.bits).seed(seed % 2**32)

    def words(self, count: int) -> Words:
        """The next words."""
        return self.bits.random_raw(count)


def _unit(words: Words, dtype: Any) -> Any:
    """Numbers in [0, 1): one word each in float32, two in float64, as ``std::generate_canonical``."""
    if dtype == np.float64:
        pairs = words.astype(np.float64)
        unit = (pairs[0::2] + pairs[1::2] * 2.0**32) * _WORD * _WORD
        return np.minimum(unit, 1.0 - 2.0**-53)
    return np.minimum(words.astype(np.float32) * np.float32(_WORD), np.float32(1.0 - 2.0**-24))


def _count(shape: Shape) -> int:
    return math.prod(shape) if isinstance(shape, tuple) else shape


def _polar(words: Words, dtype: Any) -> tuple[Any, Any, Any]:
    """Marsaglia's polar method: which pairs of uniform numbers are taken, and both normal numbers of each."""
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = 2 * _unit(words, dtype) - 1
        x, y = unit[0::2], unit[1::2]
        square = x * x + y * y
        logarithm = np.log(square.astype(np.float64)).astype(dtype)  # rounded once, as in C
        scale = np.sqrt(-2 * logarithm / square)
        return (square <= 1) & (square != 0), y * scale, x * scale


class Generator:
    """MXNet's generator: the same numbers as ``mx.random.seed(s)`` and then the same calls.

    Methods whose name ends in ``_nd`` or ``_np`` follow the functions of that dialect; what the two
    have in common has neither. Numbers are float32 unless a dtype is given.

    Arguments:
        seed: MXNet's own default is 0.

    Example:
        >>> Generator(0).uniform(0.0, 1.0, (2,))
        array([0.5488135, 0.5928446], dtype=float32)
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed(seed)

    def seed(self, seed: int) -> None:
        """Start anew, as ``mx.random.seed`` does."""
        self._first = _MAGIC * seed
        self._parallel: list[_Twister] = []
        self._single = _Twister(self._first)

    def _streams(self, count: int) -> list[tuple[_Twister, int]]:
        """The streams of one call of ``nd`` for some numbers, and how many each of them gives."""
        streams = min(_STREAMS, -(-count // _CHUNK))
        while len(self._parallel) < streams:
            self._parallel.append(_Twister(self._first + len(self._parallel)))
        step = -(-count // max(streams, 1))
        shares = [max(0, min(step, count - k * step)) for k in range(streams)]
        return list(zip(self._parallel, shares, strict=False))

    def _units(self, count: int, dtype: Any = np.float32) -> Any:
        """Numbers in [0, 1) from the parallel streams."""
        width = 2 if dtype == np.float64 else 1
        parts = [s.words(width * share) for s, share in self._streams(count)]
        return _unit(np.concatenate([np.empty(0, np.uint64), *parts]), dtype)

    def _units_single(self, count: int) -> Any:
        """Numbers in [0, 1) from the single stream."""
        return _unit(self._single.words(count), np.float32)

    # -- uniform and normal -----------------------------------------------------------------------

    def uniform(
        self, low: float, high: float, shape: Shape, dtype: Any = np.float32
    ) -> NDArray[Any]:
        """``nd.random.uniform``; exact."""
        unit = self._units(_count(shape), dtype)
        bottom, top = np.float32(low), np.float32(high)
        return np.reshape(_scaled(unit, bottom, top - bottom, dtype), shape)

    def uniform_np(
        self, low: float, high: float, shape: Shape, dtype: Any = np.float32
    ) -> NDArray[Any]:
        """``np.random.uniform`` and ``np.random.rand``; exact."""
        unit = self._units_single(_count(shape))
        bottom, top = np.float32(low), np.float32(high)
        return np.reshape(_scaled(unit, bottom, top - bottom, np.float32).astype(dtype), shape)

    def normal_nd(
        self, loc: float, scale: float, shape: Shape, dtype: Any = np.float32
    ) -> NDArray[Any]:
        """``nd.random.normal``, to the last digit of a logarithm: the second number of a pair is dropped."""
        width = 2 if dtype == np.float64 else 1
        streams = self._streams(_count(shape))
        found: list[list[Any]] = [[] for _ in streams]
        missing = np.array([share for _, share in streams], np.int64)
        while missing.any():
            owners = np.repeat(np.arange(len(streams)), missing)
            words = [
                s.words(2 * width * n) for (s, _), n in zip(streams, missing, strict=True) if n
            ]
            taken, normal, _ = _polar(np.concatenate(words), dtype)
            places = np.searchsorted(owners[taken], np.arange(len(streams) + 1))
            drawn = normal[taken]
            for k in np.flatnonzero(missing):
                found[k].append(drawn[places[k] : places[k + 1]])
            missing = missing - np.diff(places)
        values = np.concatenate([np.empty(0, dtype), *(part for parts in found for part in parts)])
        return np.reshape(_scaled(values, np.float32(loc), np.float32(scale), dtype), shape)

    def normal_np(
        self, loc: float, scale: float, shape: Shape, dtype: Any = np.float32
    ) -> NDArray[Any]:
        """``np.random.normal`` and ``np.random.randn``, to the last digit of a logarithm.

        Both numbers of a pair are used; what is left of the last pair is dropped when the call ends.
        """
        count = _count(shape)
        parts: list[Any] = [np.empty(0, np.float32)]
        missing = count
        while missing > 0:
            taken, first, second = _polar(self._single.words(2 * -(-missing // 2)), np.float32)
            pairs = np.stack([first[taken], second[taken]], axis=1)
            parts.append(np.ravel(pairs))
            missing -= pairs.size
        values = np.concatenate(parts)[:count]
        scaled = _scaled(values, np.float32(loc), np.float32(scale), np.float32)
        return np.reshape(scaled.astype(dtype), shape)

    # -- whole numbers, masks, other distributions ------------------------------------------------

    def integers(self, low: int, high: int, shape: Shape) -> NDArray[np.int64]:
        """``random.randint`` of either dialect, in ``low <= n < high``; exact."""
        parts = [s.words(2 * share) for s, share in self._streams(_count(shape))]
        words = np.concatenate([np.empty(0, np.uint64), *parts])
        wide = (words[0::2] << np.uint64(31)) + words[1::2]
        return np.reshape((wide % np.uint64(high - low)).astype(np.int64) + low, shape)

    def choice_np(self, count: int, shape: Shape) -> NDArray[np.int64]:
        """``np.random.choice`` of the first whole numbers, with replacement; exact."""
        words = self._single.words(_count(shape))
        return np.reshape((words % np.uint64(count)).astype(np.int64), shape)

    def mask(self, p: float, shape: Shape, dtype: Any = np.float32) -> NDArray[Any]:
        """What dropout multiplies with: zero with probability ``p``, else ``1 / (1 - p)``; exact."""
        kept = self.uniform(0.0, 1.0, shape) < np.float32(1 - p)
        return np.where(kept, 1 / (1 - p) if p < 1 else 0.0, 0.0).astype(dtype)

    @property
    def numpy(self) -> np.random.Generator:
        """NumPy's methods on the single stream, where MXNet's way to draw is not followed."""
        return np.random.Generator(self._single.bits)


def _scaled(values: Any, loc: Any, scale: Any, dtype: Any) -> NDArray[Any]:
    """``loc + scale * values`` in the arithmetic of a dtype."""
    return np.asarray(np.asarray(loc, dtype) + np.asarray(scale, dtype) * values)


generator = Generator()  # of the process

__all__ = ["Generator", "generator"]
