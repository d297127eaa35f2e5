"""Random numbers: those of MXNet, call after call."""

from __future__ import annotations

import numpy as np
import pytest

from srcgrad.imperative.generator import Generator
from tests.imperative.random_reference import CALLS, COUNTS, FILE, SEEDS, sample

DRAWS = {
    "uniform": lambda g, n: g.uniform(-1.5, 2.3, n),
    "uniform64": lambda g, n: g.uniform(-1.5, 2.3, n, np.float64),
    "uniform_np": lambda g, n: g.uniform_np(-1.5, 2.3, n),
    "uniform_np64": lambda g, n: g.uniform_np(-1.5, 2.3, n, np.float64),
    "normal_nd": lambda g, n: g.normal_nd(0.3, 2.1, n),
    "normal_nd64": lambda g, n: g.normal_nd(0.3, 2.1, n, np.float64),
    "normal_np": lambda g, n: g.normal_np(0.3, 2.1, n),
}
# Logarithms of another library may differ in the last digit.
TOLERANCE = {"normal_nd": 1e-6, "normal_nd64": 4e-15, "normal_np": 1e-6}


@pytest.fixture(scope="module")
def reference():
    return dict(np.load(FILE))


def test_every_reference_has_a_draw():
    assert DRAWS.keys() == CALLS.keys()


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("count", COUNTS)
def test_numbers_are_those_of_mxnet(reference, name, seed, count):
    expected = reference[f"{name}/{seed}/{count}"]
    generator = Generator(seed)
    drawn = sample(*(DRAWS[name](generator, n) for n in (count, min(count, 70))))
    assert drawn.dtype == expected.dtype
    np.testing.assert_allclose(drawn, expected, rtol=0, atol=TOLERANCE.get(name, 0))


def test_first_numbers_of_a_fresh_process():
    assert Generator().normal_np(0.0, 1.0, ()) == pytest.approx(2.2122064, abs=1e-6)
    np.testing.assert_allclose(
        Generator(0).normal_nd(0.0, 1.0, 2), [2.2122064, 0.7740038], atol=1e-6
    )


def test_streams_go_on_and_seed_starts_anew():
    generator = Generator(3)
    first = generator.uniform(0.0, 1.0, (2, 3))
    assert first.shape == (2, 3)
    assert not np.array_equal(first, generator.uniform(0.0, 1.0, (2, 3)))
    generator.seed(3)
    np.testing.assert_array_equal(generator.uniform(0.0, 1.0, (2, 3)), first)


def test_dialects_draw_from_streams_of_their_own():
    generator = Generator(0)
    first = generator.uniform(0.0, 1.0, 2)
    np.testing.assert_array_equal(generator.uniform_np(0.0, 1.0, 2), first)
    np.testing.assert_array_equal(
        generator.uniform(0.0, 1.0, 1), np.array([0.71518934], np.float32)
    )


@pytest.mark.parametrize("draw", DRAWS.values())
def test_no_numbers_are_none(draw):
    assert draw(Generator(0), (0, 3)).shape == (0, 3)
