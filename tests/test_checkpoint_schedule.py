"""Loops whose states are kept by the binomial schedule: the gradient, the memory, the forward runs."""

from __future__ import annotations

import math
import tracemalloc
from typing import Any

import numpy as np
import pytest

from srcgrad import checkpoint, grad, jvp
from srcgrad.errors import SrcgradError
from srcgrad.rules.tapes import checkpoint_at

X = np.linspace(0.2, 1.0, 5)


def bounded(x, c, start, stop, keep):
    total = 0.0
    for k in checkpoint(range(start, stop, 2), keep):
        x = x - 0.01 * x * x * np.cos(c * k)
        total = total + np.sum(x)
    return total * np.sum(x)


def plain(x, c, start, stop):
    total = 0.0
    for k in range(start, stop, 2):
        x = x - 0.01 * x * x * np.cos(c * k)
        total = total + np.sum(x)
    return total * np.sum(x)


@pytest.mark.parametrize("trips", [0, 1, 2, 3, 5, 9, 10, 11, 83])
@pytest.mark.parametrize("keep", [1, 2, 3, 10])
def test_the_gradient_is_that_of_the_plain_loop(trips: int, keep: int) -> None:
    args = (X, 0.1, 3, 3 + 2 * trips)
    found = grad(bounded, (0, 1))(*args, keep)
    for mine, true in zip(found, grad(plain, (0, 1))(*args), strict=True):
        np.testing.assert_allclose(mine, true, rtol=1e-13)


def test_writes_in_place_are_states_too() -> None:
    def heated(u, n):
        u = u.copy()
        for _ in checkpoint(range(n), keep=3):
            u[1:-1] += 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1]
        return np.sum(u**2)

    def kept(u, n):
        u = u.copy()
        for _ in range(n):
            u[1:-1] += 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1]
        return np.sum(u**2)

    for n in (2, 3, 4, 17, 60):
        np.testing.assert_allclose(grad(heated)(X, n), grad(kept)(X, n), rtol=1e-13)


def test_forward_mode_goes_through() -> None:
    _, slope = jvp(lambda x: bounded(x, 0.1, 0, 40, 3), (X,), (np.ones(5),))
    step = 1e-6
    ahead, behind = (plain(X + s, 0.1, 0, 40) for s in (step, -step))
    assert slope == pytest.approx((ahead - behind) / (2 * step), rel=1e-8)


@pytest.mark.parametrize("keep", [2, 5, 12])
def test_memory_is_bounded_whatever_the_number_of_trips(keep: int) -> None:
    def decay(x, n):
        for _ in checkpoint(range(n), keep):
            x = x - 0.01 * x * np.sin(x)
        return np.sum(x)

    gradient = grad(decay, unroll=False)
    x = np.linspace(0.5, 1.0, 20_000)
    gradient(x, 3)
    tracemalloc.start()
    gradient(x, 300)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # Beside the states: for each forward run the state that it ended with and a cotangent, and what one
    # trip computes in either direction.
    rounds = next(r for r in range(300) if math.comb(keep + r, r) >= 300)
    assert peak < (keep + 2 * rounds + 9) * x.nbytes


class Counted:
    """Counts the trips that a run makes, by the tape that a leaf keeps and by forward runs."""

    def __init__(self) -> None:
        self.trips = 0

    def forward(self, first: int, last: int) -> None:
        self.trips += last - first

    def reverse(self, first: int, last: int, slots: int) -> None:
        """What the emitted code does: see `transform.segments`."""
        if last - first <= max(slots, 1):
            self.forward(first, last)  # taped
            return
        middle = checkpoint_at(first, last, slots)
        assert first < middle < last
        self.forward(first, middle)
        self.reverse(middle, last, slots - 1)
        self.reverse(first, middle, slots)


@pytest.mark.parametrize("slots", [1, 2, 3, 8])
@pytest.mark.parametrize("trips", [1, 2, 10, 45, 165, 400])
def test_the_schedule_makes_no_more_trips_than_the_binomial_bound(slots: int, trips: int) -> None:
    rounds = 0
    while math.comb(slots + rounds, rounds) < trips:
        rounds += 1
    counted = Counted()
    counted.reverse(0, trips, slots)
    assert counted.trips <= rounds * trips + trips


def test_emitted_code_makes_the_trips_of_the_schedule() -> None:
    def decay(x, n):
        for _ in checkpoint(range(n), keep=3):
            x = x - 0.01 * np.sin(x)
        return np.sum(x)

    gradient = grad(decay, unroll=False)
    gradient(X, 5)
    calls = 0

    class Sines:
        """NumPy with a counted sine: the emitted code calls it once for each trip forward."""

        def __getattr__(self, name: str) -> Any:
            return getattr(np, name)

        def sin(self, x: Any) -> Any:
            nonlocal calls
            calls += 1
            return np.sin(x)

    function = gradient.last.load("rolled").function
    function.__globals__["np"] = Sines()
    function(X, 40)
    counted = Counted()
    counted.reverse(0, 40, 3)
    assert calls == 40 + counted.trips


@pytest.mark.parametrize(
    "wrong", [lambda: checkpoint(range(3), keep=0), lambda: checkpoint(np.sin, keep=3)]
)
def test_a_bound_that_means_nothing_is_refused(wrong: Any) -> None:
    with pytest.raises(SrcgradError, match="SG310"):
        wrong()


def test_a_bound_that_means_nothing_is_refused_inside_a_function() -> None:
    def none(x):
        for _ in checkpoint(range(3), keep=0):
            x = x * x
        return x

    with pytest.raises(SrcgradError, match="SG310"):
        grad(none, frontend="source")(2.0)
