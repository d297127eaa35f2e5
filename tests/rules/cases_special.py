"""Sample cases of the special functions."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from case_values import normal, sample
from rule_programs import Case, Literal

# Names to lower and upper bound.
SPECIAL: dict[str, tuple[float, float]] = {
    "erf": (-2, 2),
    "erfc": (-2, 2),
    "erfinv": (-0.9, 0.9),
    "expit": (-3, 3),
    "logit": (0.1, 0.9),
    "log_expit": (-3, 3),
    "ndtr": (-2, 2),
    "log_ndtr": (-3, 2),
    "ndtri": (0.1, 0.9),
    "gamma": (0.4, 4),
    "gammaln": (0.4, 5),
    "digamma": (0.5, 4),
    "entr": (0.2, 2),
    "j0": (0.3, 5),
    "j1": (0.3, 5),
    "i0": (0.3, 2),
    "i1": (0.3, 2),
    "exprel": (0.3, 2),
}
# Names to the bounds of both operands.
PAIRS: dict[str, tuple[float, float, float, float]] = {
    "beta": (0.4, 3, 0.5, 2),
    "betaln": (0.4, 3, 0.5, 2),
    "xlogy": (-2, 2, 0.3, 2),
    "xlog1py": (-2, 2, -0.5, 2),
    "rel_entr": (0.2, 2, 0.3, 2),
    "kl_div": (0.2, 2, 0.3, 2),
}


def _scipy() -> Iterator[Case]:
    for name, (low, high) in SPECIAL.items():
        yield Case(name, (sample(low, high, (3, 4)),))
        yield Case(name, (np.float64(0.4 * low + 0.6 * high),))
        yield Case(name, (0.4 * low + 0.6 * high,))
    for name, (a, b, c, d) in PAIRS.items():
        for left, right in (((3, 4), (3, 4)), ((3, 1), (4,)), ((), (3,))):
            yield Case(name, (sample(a, b, left), sample(c, d, right, 1)))
        yield Case(name, (sample(a, b, (3,)), 0.3 * c + 0.7 * d))
    yield Case("polygamma", (Literal(1), sample(0.5, 3, (3,))))


def _numbers() -> Iterator[Case]:
    for x in (0.3, 2.6, 14.0, -0.7):
        yield Case("lgamma", (x,), {}, math.lgamma)
        yield Case("gamma_number", (x,), {}, math.gamma)
    yield Case("length_of", (0.3, -1.2, 0.8), {}, math.hypot)
    yield Case("fsum", (0.3, -1.2, 0.8, 0.3), {}, lambda *xs: math.fsum(xs))


def _elementary() -> Iterator[Case]:
    x, y = sample(-3, 3, (3, 4)), sample(0.4, 1.5, (4,))
    yield Case("fmod", (x, y))
    yield Case("fmod", (-2.7, 1.1))
    for a, b in ((2.3, 0.7), (-2.3, 0.9), (0.3, 5.0)):
        yield Case("nearest_remainder", (a, b), {}, math.remainder)
    yield Case("copysign", (x, normal(3, 4, seed=2)))
    yield Case("copysign", (-2.7, 1.1))
    yield Case("logaddexp2", (x, y))
    yield Case("heaviside", (x, y))
    yield Case("nan_to_num", (x,))
    for value in (x, np.array([1e-9, -0.02, 0.05, 0.3]), np.float64(0.4)):
        yield Case("sinc", (value,))
    yield Case("unwrap", (np.array([0.1, 2.0, 5.9, 0.3, -2.0]),))
    yield Case("unwrap", (sample(-3, 3, (3, 4)),), {"axis": 0})


def _normalised() -> Iterator[Case]:
    x = normal(3, 4)
    for attrs in ({}, {"axis": 0}, {"axis": 1}):
        yield Case("softmax", (x,), attrs)
        yield Case("log_softmax", (x,), attrs)
        for more in ({}, {"keepdims": True}):
            both = {**attrs, **more}
            yield Case("logsumexp", (x,), both)
            if attrs:
                expected = lambda v, both=both: np.logaddexp.reduce(v, **both)
                yield Case("logaddexp_reduce", (x,), both, expected)
    yield Case("logaddexp_reduce", (normal(4),), {"axis": 0}, np.logaddexp.reduce)


def special_cases() -> Iterator[Case]:
    """Cases of all ops of these kinds."""
    for group in (_scipy, _numbers, _elementary, _normalised):
        yield from group()
