"""Random numbers: those of MXNet, call after call."""

from __future__ import annotations

import numpy as np
import pytest

from srcgrad.imperative.generator import Generator
from srcgrad.imperative.streams import Streams
from tests.imperative.random_reference import (
    CALLS,
    COUNTS,
    FEWER,
    FILE,
    MORE,
    SEEDS,
    SKEWED,
    P,
    sample,
)

DRAWS = {
    "uniform": lambda g, n: g.uniform(-1.5, 2.3, n),
    "uniform64": lambda g, n: g.uniform(-1.5, 2.3, n, np.float64),
    "uniform_np": lambda g, n: g.uniform_np(-1.5, 2.3, n),
    "uniform_np64": lambda g, n: g.uniform_np(-1.5, 2.3, n, np.float64),
    "normal_nd": lambda g, n: g.normal_nd(0.3, 2.1, n),
    "normal_nd64": lambda g, n: g.normal_nd(0.3, 2.1, n, np.float64),
    "normal_np": lambda g, n: g.normal_np(0.3, 2.1, n),
}
MORE_DRAWS = {
    "randint": lambda g, n: g.randint(-3, 1000, n),
    "randint64": lambda g, n: g.randint(5, 2**40, n, np.int64),
    "randint_np": lambda g, n: g.randint(-3, 1000, n),
    "exponential_nd": lambda g, n: g.exponential_nd(1.7, n),
    "exponential_np": lambda g, n: g.exponential_np(1.7, n),
    "gamma": lambda g, n: g.gamma_nd(2.5, 1.5, n),
    "gamma_low": lambda g, n: g.gamma_nd(0.4, 1.5, n),
    "poisson": lambda g, n: g.poisson_nd(3.7, n),
    "poisson_many": lambda g, n: g.poisson_nd(31.7, n),
    "dropout": lambda g, n: g.dropout_mask(0.3, n),
    "shuffled": lambda g, n: g.shuffled(n),
    "shuffled_np": lambda g, n: g.shuffled(n),
    "shuffled_pairs": lambda g, n: g.shuffled(n, matrix=True),
    "choice": lambda g, n: g.choice(1000, n),
    "choice_few": lambda g, n: g.choice(3 * n + 1, n, replace=False),
    "choice_many": lambda g, n: g.choice(2 * n, n, replace=False),
    "choice_weighted": lambda g, n: g.choice(4, n, p=P),
    "choice_distinct": lambda g, n: g.choice(6, min(n, 5), replace=False, p=SKEWED),
    "multinomial_nd": lambda g, n: g.multinomial_nd(P, n),
    "multinomial_rows": lambda g, n: g.multinomial_nd([P, P[::-1]], n),
    "multinomial_np": lambda g, n: g.multinomial_np(7, P, n),
    "multinomial_array": lambda g, n: g.multinomial_np(n, np.array(P)),
}
# Logarithms of another library may differ in the last digit.
TOLERANCE = {
    "normal_nd": 1e-6,
    "normal_nd64": 4e-15,
    "normal_np": 1e-6,
    "exponential_nd": 1e-6,
    "exponential_np": 1e-6,
    "gamma": 2e-6,
    "gamma_low": 1e-6,
}


@pytest.fixture(scope="module")
def reference():
    return dict(np.load(FILE))


def test_every_reference_has_a_draw():
    assert DRAWS.keys() == CALLS.keys()
    assert MORE_DRAWS.keys() == MORE.keys()


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("count", COUNTS)
def test_numbers_are_those_of_mxnet(reference, name, seed, count):
    expected = reference[f"{name}/{seed}/{count}"]
    generator = Generator(seed)
    drawn = sample(*(DRAWS[name](generator, n) for n in (count, min(count, 70))))
    assert drawn.dtype == expected.dtype
    np.testing.assert_allclose(drawn, expected, rtol=0, atol=TOLERANCE.get(name, 0))


@pytest.mark.parametrize("name", MORE_DRAWS)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("count", FEWER)
def test_other_laws_are_those_of_mxnet(reference, name, seed, count):
    expected = reference[f"{name}/{seed}/{count}"]
    generator = Generator(seed)
    drawn = sample(*(MORE_DRAWS[name](generator, n) for n in (count, min(count, 70))))
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


def test_shapes_and_dtypes_of_other_laws():
    g = Generator(0)
    assert g.randint(0, 5, (2, 3)).dtype == np.int32
    assert g.gamma_nd(2.0, 1.0, (2, 3)).dtype == np.float32
    assert g.dropout_mask(0.5, (2, 3)).dtype == np.float32
    assert g.choice(5, (2, 3)).shape == (2, 3)
    assert g.choice(5, ()).shape == ()
    assert g.multinomial_nd(P).shape == ()
    assert g.multinomial_nd([P, P], 3).shape == (2, 3)
    assert g.multinomial_np(3, P, (2, 5)).shape == (2, 5, 4)
    assert g.shuffled(0).shape == (0,)
    assert g.poisson_nd(3.0, (0, 2)).shape == (0, 2)


def test_what_cannot_be_drawn_is_refused():
    g = Generator(0)
    with pytest.raises(ValueError, match="whole number"):
        g.randint(3, 3, 2)
    with pytest.raises(ValueError, match="without replacement"):
        g.choice(3, 4, replace=False)


def test_a_refused_word_is_drawn_again():
    streams = Streams(1)
    limits = np.full(1000, 3 * 2**30, np.uint64)  # every fourth word is refused
    words = Streams(1).single.words(2000)
    expected = words[words < 3 * 2**30][:1000]
    np.testing.assert_array_equal(streams.below(limits), expected)
