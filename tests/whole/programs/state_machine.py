"""A thermostat as a state machine over named tuples, dispatched through a dictionary."""

from collections import namedtuple
from typing import NamedTuple

WRT = ("plant", "low")


class Plant(NamedTuple):
    """Parameters of the house."""

    loss: float
    power: float
    outside: float


State = namedtuple("State", "mode temperature energy switches")


def idle(state, plant, low, high):
    if state.temperature < low:
        return state._replace(mode="heat", switches=state.switches + 1)
    return state


def heat(state, plant, low, high):
    state = state._replace(energy=state.energy + plant.power * 0.1)
    if state.temperature > high:
        return state._replace(mode="idle", switches=state.switches + 1)
    return state


HANDLERS = {"idle": idle, "heat": heat}


def loss(plant, low, high, steps):
    state = State(mode="idle", temperature=low + 0.5, energy=0.0, switches=0)
    discomfort = 0.0
    for _ in range(steps):
        state = HANDLERS[state.mode](state, plant, low, high)
        mode, temperature, *_rest = state
        gain = plant.power if mode == "heat" else 0.0
        warmer = temperature + 0.1 * (gain - plant.loss * (temperature - plant.outside))
        state = state._replace(temperature=warmer)
        discomfort += (state.temperature - 20.0) ** 2
    return discomfort / steps + 0.2 * state.energy + 0.01 * state.switches


def SAMPLE(rng):
    return (Plant(0.4 + 0.1 * rng.random(), 9.0 + rng.random(), 5.0), 19.0, 21.0, 30)
