"""Predators and prey with events: a harvest at a level, and a restocking at fixed times."""

import numpy as np

WRT = ("rates", "start")


class Event:
    """Fires when its condition turns true, then acts on the state."""

    def __init__(self, condition, action):
        self.condition = condition
        self.action = action
        self.fired = 0

    def check(self, t, state):
        if self.condition(t, state):
            self.action(state)
            self.fired += 1


def loss(rates, start, dt, steps):
    a, b, c, d = rates

    def rhs(s):
        return np.array([a * s[0] - b * s[0] * s[1], c * s[0] * s[1] - d * s[1]])

    harvested = 0.0

    def harvest(state):
        nonlocal harvested
        harvested += 0.3 * state[0]
        state[0] *= 0.7

    def restock(state):
        state[1] += 0.2

    restock_times = {10, 25}
    events = [
        Event(lambda t, s: s[0] > 1.8, harvest),
        Event(lambda t, s: t in restock_times, restock),
    ]
    state = np.array(start)
    history = [state.copy()]
    for t in range(steps):
        mid = state + 0.5 * dt * rhs(state)
        state += dt * rhs(mid)
        for event in events:
            event.check(t, state)
        history.append(state.copy())
    history = np.array(history)
    assert events[1].fired == 2
    return np.var(history[:, 0]) + np.mean(history[:, 1]) - 0.1 * harvested


def SAMPLE(rng):
    rates = np.array([1.1, 0.6, 0.5, 0.9]) + 0.05 * rng.normal(size=4)
    return (rates, [1.2 + 0.1 * rng.random(), 0.8], 0.1, 30)
