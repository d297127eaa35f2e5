"""An epidemic in age groups, its state a frozen dataclass that each day replaces."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

WRT = ("beta", "state")


@dataclass(frozen=True)
class State:
    """Fractions of each group."""

    susceptible: np.ndarray
    infected: np.ndarray
    recovered: np.ndarray

    @property
    def total(self) -> np.ndarray:
        return self.susceptible + self.infected + self.recovered


def next_day(state: State, beta: np.ndarray, gamma: float, lockdown: bool) -> State:
    contact = 0.4 * beta if lockdown else beta
    force = contact @ (state.infected / state.total)
    new = state.susceptible * (1 - np.exp(-force))
    healed = gamma * state.infected
    return replace(
        state,
        susceptible=state.susceptible - new,
        infected=state.infected + new - healed,
        recovered=state.recovered + healed,
    )


def loss(beta: np.ndarray, state: State, gamma: float, days: int, observed: np.ndarray) -> float:
    error = 0.0
    for day in range(days):
        lockdown: bool = bool(state.infected.sum() > 0.5)
        state = next_day(state, beta, gamma, lockdown)
        error += ((state.infected - observed[day]) ** 2).sum()
    return error


def SAMPLE(rng):
    state = State(rng.uniform(0.8, 0.9, 3), rng.uniform(0.05, 0.1, 3), np.full(3, 0.01))
    return (rng.uniform(0.1, 0.5, (3, 3)), state, 0.2, 8, rng.uniform(0.0, 0.3, (8, 3)))
