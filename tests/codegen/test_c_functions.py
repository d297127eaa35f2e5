"""Each function of the C target against NumPy, special values included."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from slice_programs import BINARY, F4, F8, UNARY, Hand, M, N, array, build, needs_compiler

from srcgrad.ir.interpret import interpret

TESTS = """
less less_equal greater greater_equal equal not_equal logical_and logical_or logical_xor
"""


def units(got: Any, want: Any) -> float:
    """The largest distance in ulp of the wanted values; equal NaN and infinities count as none."""
    got, want = np.asarray(got), np.asarray(want)
    equal = (got == want) | (np.isnan(got) & np.isnan(want))
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.abs(got - want) / np.spacing(np.abs(np.where(np.isfinite(want), want, 1)))
    return float(np.max(np.where(equal, 0, distance)))


@needs_compiler
@pytest.mark.parametrize("dtype", [F8, F4])
def test_elementary_functions_within_four_ulp(dtype: Any):
    h, x = Hand(), array("x", N, dtype=dtype)
    program = h.program([x], [getattr(h, name)(x) for name in UNARY.split()])
    grid = np.concatenate([np.linspace(-20, 20, 4001), np.geomspace(1e-20, 1, 99), [0.0, -0.0]])
    args = [np.append(grid, [np.nan, np.inf, -np.inf]).astype(dtype)]
    with np.errstate(all="ignore"):
        want = interpret(program, args)
    for name, mine, theirs in zip(UNARY.split(), build(program)(*args), want, strict=True):
        assert mine.dtype == theirs.dtype and units(mine, theirs) <= 4, name


@needs_compiler
@pytest.mark.parametrize("dtype", [F8, F4])
def test_binary_functions_with_special_values(dtype: Any):
    h, x, y = Hand(), array("x", N, 1, dtype=dtype), array("y", M, dtype=dtype)
    masks = [getattr(h, t)(x, y) for t in TESTS.split()]
    masks += [h.logical_not(masks[0]), h.bitwise_and(masks[0], masks[2]), h.invert(masks[1])]
    masks += [
        h.bitwise_or(masks[0], masks[2]),
        h.bitwise_xor(masks[1], masks[3]),
        h.isnan(x),
        h.isfinite(y),
    ]
    floats = [getattr(h, name)(x, y) for name in BINARY.split()]
    floats += [h.power(h.add(x, y), k) for k in (2, 3, 4, -1, 1.5)]
    program = h.program([x, y], [*masks, *floats])
    values = [0.0, -0.0, 1.0, -1.0, 2.5, -2.5, 1e-3, 7.0, np.nan, np.inf, -np.inf]
    args = [np.array(values, dtype).reshape(-1, 1), np.array(values, dtype)]
    with np.errstate(all="ignore"):
        want = interpret(program, args)
    got = build(program)(*args)
    for k, (mine, theirs) in enumerate(zip(got, want, strict=True)):
        if k < len(masks):
            assert mine.dtype == bool and np.array_equal(mine, theirs), k
        else:
            assert mine.dtype == theirs.dtype and units(mine, theirs) <= 4, k
