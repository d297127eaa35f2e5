"""Random numbers: the generator of the process, and the functions of `srcgrad.nd.random`.

>>> from srcgrad import nd, random
>>> random.seed(0)
>>> nd.random.uniform(shape=2)
<BLANKLINE>
[0.5488135 0.5928446]
<NDArray 2 @cpu(0)>
"""

from __future__ import annotations

from typing import Any

from srcgrad.dialects.nd_random import (
    exponential,
    gamma,
    multinomial,
    negative_binomial,
    normal,
    poisson,
    randint,
    randn,
    shuffle,
    uniform,
)
from srcgrad.imperative.generator import generator


def seed(seed_state: int, ctx: Any = "all") -> None:
    """Start the generator of the process anew: the same seed gives the same numbers.

    Arguments:
        seed_state: a whole number.
        ctx: devices; there is one generator for all of them.
    """
    generator.seed(int(seed_state))


__all__ = [
    "exponential",
    "gamma",
    "multinomial",
    "negative_binomial",
    "normal",
    "poisson",
    "randint",
    "randn",
    "seed",
    "shuffle",
    "uniform",
]
