"""MXNet's random numbers on the CPU: the same numbers for the same seed and the same calls.

Each law was found by experiment with MXNet 1.9.1. *Exact* means equal to the last bit; other numbers may
differ in the last digit, where a logarithm of another library does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcgrad.imperative.streams import Streams, Twister, polar, unit

Shape = int | tuple[int, ...]


def _count(shape: Shape) -> int:
    return math.prod(shape) if isinstance(shape, tuple) else shape


def _scaled(values: Any, loc: float, scale: Any, dtype: Any) -> NDArray[Any]:
    """``loc + scale * values`` in the arithmetic of a dtype; both parameters are of float32."""
    return np.asarray(np.asarray(np.float32(loc), dtype) + np.asarray(scale, dtype) * values)


class Generator:
    """MXNet's generator, as it is after ``mx.random.seed(seed)``.

    Methods whose name ends in ``_nd`` or ``_np`` follow the functions of that dialect; what the two have
    in common has neither. Numbers are float32 unless a dtype is given.

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
        self._streams = Streams(seed)

    # -- uniform and normal -----------------------------------------------------------------------

    def uniform(
        self, low: float, high: float, shape: Shape, dtype: Any = np.float32
    ) -> NDArray[Any]:
        """``nd.random.uniform``; exact."""
        width = 2 if dtype == np.float64 else 1
        values = unit(self._streams.words(_count(shape), width), dtype)
        return np.reshape(_scaled(values, low, np.float32(high) - np.float32(low), dtype), shape)

    def uniform_np(
        self, low: float, high: float, shape: Shape, dtype: Any = np.float32
    ) -> NDArray[Any]:
        """``np.random.uniform`` and ``np.random.rand``; exact."""
        values = unit(self._streams.single.words(_count(shape)), np.float32)
        scaled = _scaled(values, low, np.float32(high) - np.float32(low), np.float32)
        return np.reshape(scaled.astype(dtype), shape)

    def normal_nd(
        self, loc: float, scale: float, shape: Shape, dtype: Any = np.float32
    ) -> NDArray[Any]:
        """``nd.random.normal``, to the last digit of a logarithm: the second number of a pair is dropped."""
        width = 2 if dtype == np.float64 else 1
        streams = self._streams.shares(_count(shape))
        found: list[list[Any]] = [[] for _ in streams]
        missing = np.array([share for _, share in streams], np.int64)
        while missing.any():
            owners = np.repeat(np.arange(len(streams)), missing)
            words = [
                s.words(2 * width * n) for (s, _), n in zip(streams, missing, strict=True) if n
            ]
            taken, normal, _ = polar(np.concatenate(words), dtype)
            places = np.searchsorted(owners[taken], np.arange(len(streams) + 1))
            drawn = normal[taken]
            for k in np.flatnonzero(missing):
                found[k].append(drawn[places[k] : places[k + 1]])
            missing = missing - np.diff(places)
        values = np.concatenate([np.empty(0, dtype), *(part for parts in found for part in parts)])
        return np.reshape(_scaled(values, loc, np.float32(scale), dtype), shape)

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
            taken, first, second = polar(
                self._streams.single.words(2 * -(-missing // 2)), np.float32
            )
            pairs = np.stack([first[taken], second[taken]], axis=1)
            parts.append(np.ravel(pairs))
            missing -= pairs.size
        values = np.concatenate(parts)[:count]
        scaled = _scaled(values, loc, np.float32(scale), np.float32)
        return np.reshape(scaled.astype(dtype), shape)

    # -- other laws of numbers --------------------------------------------------------------------

    def randint(self, low: int, high: int, shape: Shape, dtype: Any = np.int32) -> NDArray[Any]:
        """``nd.random.randint`` and ``np.random.randint``, from ``low`` to ``high - 1``; exact.

        Raises:
            ValueError: if there is no such number.
        """
        if high <= low:
            raise ValueError(f"there is no whole number from {low} up to but not including {high}")
        words = self._streams.words(_count(shape), 2)
        long = (words[0::2] << np.uint64(31)) + words[1::2]
        drawn = (long % np.uint64(high - low)).astype(np.int64) + low
        return np.reshape(drawn.astype(dtype), shape)

    def exponential_nd(self, scale: float, shape: Shape) -> NDArray[Any]:
        """``nd.random.exponential``."""
        values = unit(self._streams.words(_count(shape), 1), np.float32).astype(np.float64)
        rate = np.float32(1.0 / scale)
        return np.reshape((-np.log(1.0 - values) / rate).astype(np.float32), shape)

    def exponential_np(self, scale: float, shape: Shape) -> NDArray[Any]:
        """``np.random.exponential``."""
        values = unit(self._streams.single.words(_count(shape)), np.float32).astype(np.float64)
        with np.errstate(divide="ignore"):
            logarithm = np.log(values).astype(np.float32)
        return np.reshape(-logarithm * np.float32(scale), shape)

    def gamma_nd(self, alpha: float, beta: float, shape: Shape) -> NDArray[Any]:
        """``nd.random.gamma`` with shape ``alpha`` and scale ``beta`` (Marsaglia and Tsang, 2000)."""
        return self._each(lambda stream: _gamma(stream, alpha) * beta, shape)

    def poisson_nd(self, lam: float, shape: Shape) -> NDArray[Any]:
        """``nd.random.poisson``: products of uniform numbers below 12, Lorentzian rejection from there."""
        draw = _few if lam < 12.0 else _many
        return self._each(lambda stream: draw(stream, lam), shape)

    def _each(self, draw: Callable[[Twister], float], shape: Shape) -> NDArray[Any]:
        """Numbers that are drawn one by one from the parallel streams."""
        shares = self._streams.shares(_count(shape))
        drawn = [draw(stream) for stream, share in shares for _ in range(share)]
        return np.reshape(np.array(drawn, np.float32), shape)

    def dropout_mask(self, p: float, shape: Shape) -> NDArray[Any]:
        """The mask of ``nd.Dropout``: ``1 / (1 - p)`` where an element is kept, else zero; exact."""
        keep = np.float32(1.0 - p)
        kept = unit(self._streams.words(_count(shape), 1), np.float32) <= keep
        return np.reshape(kept * (np.float32(1.0) / keep), shape)

    @property
    def numpy(self) -> np.random.Generator:
        """NumPy's methods on the single stream, for laws that are not followed here."""
        return self._streams.single.numpy()

    # -- choices ----------------------------------------------------------------------------------

    def shuffled(self, count: int, matrix: bool = False) -> NDArray[Any]:
        """The order that ``nd.random.shuffle`` and ``np.random.shuffle`` give to ``arange(count)``; exact.

        Arguments:
            count: length of the first axis.
            matrix: whether there are further axes, when MXNet goes from the end.
        """
        places = np.arange(1, count)[:: -1 if matrix else 1]
        partners = self._streams.below((places + 1).astype(np.uint64))
        order = list(range(count))
        for i, j in zip(places.tolist(), partners.tolist(), strict=True):
            order[i], order[j] = order[j], order[i]
        return np.array(order, np.int64)

    def choice(
        self, count: int, shape: Shape, replace: bool = True, p: Any = None
    ) -> NDArray[np.int64]:
        """``np.random.choice`` of ``arange(count)``; exact.

        Raises:
            ValueError: if more are chosen than there are.
        """
        size = _count(shape)
        if not replace and size > count:
            raise ValueError(f"{size} of {count} cannot be chosen without replacement")
        if p is not None:
            return np.reshape(self._weighted(np.asarray(p, np.float32), size, replace), shape)
        if replace:
            return np.reshape((self._streams.single.words(size) % count).astype(np.int64), shape)
        return np.reshape(np.array(self._distinct(count, size), np.int64), shape)

    def _weighted(self, p: Any, size: int, replace: bool) -> NDArray[np.int64]:
        """Choices by probability; without replacement those of the smallest ``-log(u) / p``."""
        if replace:
            return _categories(p, unit(self._streams.single.words(size), np.float32))
        values = unit(self._streams.single.words(len(p)), np.float32)
        with np.errstate(divide="ignore"):
            keys = -np.log(values) / p
        return np.asarray(np.argsort(keys, kind="stable")[:size])

    def _distinct(self, count: int, size: int) -> list[int]:
        """Choices without replacement: what stays in a reservoir, or what leaves one if these are fewer."""
        leaving = 2 * size < count
        held = list(range(count - size if leaving else size))
        left = []
        for new, word in enumerate(self._streams.single.words(count - len(held)), len(held)):
            place = int(word) % (new + 1)
            if place < len(held):
                left.append(held[place])
                held[place] = new
            else:
                left.append(new)
        return left if leaving else held

    def multinomial_nd(self, p: Any, shape: Shape = ()) -> NDArray[np.int32]:
        """``nd.random.multinomial``: categories by probabilities, (categories,) or (rows, categories); exact.

        Returns:
            (*shape) for one row of probabilities, (rows, *shape) for more, int32.
        """
        p = np.asarray(p, np.float32)
        shape = shape if isinstance(shape, tuple) else (shape,)
        rows = np.atleast_2d(p)
        values = unit(self._streams.single.words(len(rows) * _count(shape)), np.float32)
        drawn = [_categories(r, v) for r, v in zip(rows, np.split(values, len(rows)), strict=True)]
        return np.reshape(np.array(drawn, np.int32), (*p.shape[:-1], *shape))

    def multinomial_np(
        self, n: int, pvals: NDArray[Any] | Sequence[float], shape: Shape = ()
    ) -> NDArray[np.int64]:
        """``np.random.multinomial``: how often each category comes in ``n`` draws; exact.

        Returns:
            (*shape, categories).
        """
        shape = shape if isinstance(shape, tuple) else (shape,)
        p = np.asarray(pvals, np.float64)
        count = _count(shape)
        # MXNet draws as many more numbers as there are probabilities, where these are no array.
        more = 0 if isinstance(pvals, np.ndarray) else len(p)
        values = unit(self._streams.single.words(2 * (n * count + more)), np.float64)
        drawn = np.reshape(_categories(p, values[: n * count]), (count, n))
        counts = [np.bincount(row, minlength=len(p)) for row in drawn]
        return np.reshape(np.array(counts, np.int64), (*shape, len(p)))


def _categories(p: Any, values: Any) -> NDArray[np.int64]:
    """The first category whose running probability is above each value, or the last."""
    places = np.searchsorted(np.cumsum(p), values, side="right")
    return np.asarray(np.minimum(places, len(p) - 1))


def _normal(stream: Twister) -> float:
    """One normal number by the polar method."""
    while True:
        taken, first, _ = polar(stream.words(2), np.float32)
        if taken[0]:
            return float(first[0])


def _gamma(stream: Twister, alpha: float) -> float:
    """One number of the gamma distribution with scale one."""
    d = alpha + 2.0 / 3.0 if alpha < 1 else alpha - 1.0 / 3.0
    k = math.sqrt(9.0 * d)
    while True:
        z = _normal(stream)
        if z <= -k:
            continue
        v = (1.0 + z / k) ** 3
        if math.log(1.0 - stream.unit()) < 0.5 * z * z + d * (1.0 - v + math.log(v)):
            break
    return d * v * (stream.unit() ** (1.0 / alpha) if alpha < 1 else 1.0)


def _few(stream: Twister, lam: float) -> float:
    """One number of Poisson's distribution: how many uniform numbers have a product above ``exp(-lam)``."""
    floor = math.exp(-lam)
    count, product = 0, stream.unit()
    while product > floor:
        count, product = count + 1, product * stream.unit()
    return float(count)


def _many(stream: Twister, lam: float) -> float:
    """The same by rejection (Numerical Recipes in C, section 7.3)."""
    width, logarithm = math.sqrt(2.0 * lam), math.log(lam)
    whole = lam * logarithm - math.lgamma(lam + 1.0)
    while True:
        y = math.tan(math.pi * stream.unit())
        count = math.floor(width * y + lam)
        if count < 0:
            continue
        bound = math.exp(count * logarithm - math.lgamma(count + 1.0) - whole)
        if stream.unit() <= 0.9 * (1.0 + y * y) * bound:
            return float(count)


generator = Generator()  # of the process

__all__ = ["Generator", "generator"]
