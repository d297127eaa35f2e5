"""Which arrays of `nd` share memory: random sequences of views, copies and writes.

The model is NumPy's own memory, with a copy wherever MXNet makes one. It was run against MXNet 1.9.1
as well, which agrees with it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as onp
import pytest

from srcgrad import nd

Pair = tuple[Any, Any]  # an array and its model


def rows(a: Any, m: Any, draw: random.Random) -> Pair:
    start = draw.randrange(m.shape[0])
    end = draw.randrange(start, m.shape[0]) + 1
    return a[start:end], m[start:end]


def row(a: Any, m: Any, draw: random.Random) -> Pair:
    if m.ndim == 1:
        return a.detach(), m
    k = draw.randrange(m.shape[0])
    return a[k], m[k]


def column(a: Any, m: Any, draw: random.Random) -> Pair:
    if m.ndim == 1:
        return a.copy(), m.copy()
    k = draw.randrange(m.shape[1])
    part = m[:, k]
    return a[:, k], part if part.flags.c_contiguous else part.copy()


def backwards(a: Any, m: Any, draw: random.Random) -> Pair:
    part = m[::-1]
    return a[::-1], part if part.flags.c_contiguous else part.copy()


def transpose(a: Any, m: Any, draw: random.Random) -> Pair:
    return a.T, m.T.copy() if m.ndim > 1 else m


MAKE: list[Callable[[Any, Any, random.Random], Pair]] = [
    rows,
    row,
    column,
    backwards,
    transpose,
    lambda a, m, draw: (a[:], m),
    lambda a, m, draw: (a.detach(), m),
    lambda a, m, draw: (a.copy(), m.copy()),
    lambda a, m, draw: (a.reshape((-1,)), m.reshape(-1)),
    lambda a, m, draw: (nd.reshape(a, (-1,)), m.reshape(-1).copy()),
    lambda a, m, draw: (nd.expand_dims(a, 0)[0], m.copy()),
    lambda a, m, draw: (nd.flip(a, axis=0), m[::-1].copy()),
    lambda a, m, draw: (nd.concat(a, a, dim=0), onp.concatenate([m, m])),
    lambda a, m, draw: (a.T + 1, m.T.copy() + 1),
]


def write(a: Any, m: Any, draw: random.Random) -> None:
    value = draw.random()
    kind = draw.randrange(4)
    if kind == 0:
        a[:] = m[...] = value
    elif kind == 1:
        a[0:1] = m[0:1] = value
    elif kind == 2:
        a += value
        m += onp.float32(value)
    else:
        place = tuple(draw.randrange(n) for n in m.shape)
        a[place] = m[place] = value


@pytest.mark.parametrize("seed", range(150))
def test_writes_are_seen_where_mxnet_shows_them(seed: int) -> None:
    draw = random.Random(seed)
    start = onp.arange(12, dtype=onp.float32).reshape(3, 4)
    pairs: list[Pair] = [(nd.array(start), start.copy())]
    for _ in range(14):
        a, m = draw.choice(pairs)
        if draw.random() < 0.4:
            write(a, m, draw)
        elif m.size < 200:
            pairs.append(draw.choice(MAKE)(a, m, draw))
        for array, model in pairs:
            onp.testing.assert_array_equal(array.asnumpy(), model)
