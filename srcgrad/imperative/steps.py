"""Steps of a trace, and the states that sequences of them lead to.

A *step* says what was done to which values, and the dtypes and shapes of what came from outside;
never a float, nor the contents of an array. A *state* stands for a sequence of steps: two traces
along one path are in one state, so a dictionary in it tells at once which compiled program serves.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from srcgrad.runtime.trace import SEQUENCE, SLICE, VALUE, Template, numbers_in, user_frame

Step = tuple[Any, ...]
Place = tuple[str, int]
STATES_KEPT = 100_000  # states before all paths are forgotten
LEAF, CONSTANT, FREED = "leaf", "constant", "freed"


class State(dict[Step, "State"]):
    """What was recorded so far: the next state by step, and the programs that start here.

    ``place`` is the line of the user's that led here first.
    """

    __slots__ = ("place", "plans")

    def __init__(self, place: Place) -> None:
        self.place = place
        self.plans: dict[Hashable, Any] = {}


class Paths:
    """The root of all states, forgotten as a whole when they are too many."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew: traces to come share no state with those that are there."""
        self.root = State(("", 0))
        self.count = 0

    def grow(self, state: State, step: Step) -> State:
        """The state behind a step that was never taken from here."""
        frame, _ = user_frame()
        self.count += 1
        if self.count > STATES_KEPT:
            self.forget()
        found = state[step] = State((frame.f_code.co_filename, frame.f_lineno))
        return found


paths = Paths()


class Op:
    """An operation that can be recorded, by what `runtime.retrace` lowers it as."""

    __slots__ = ("kind", "target")

    def __init__(self, kind: str, target: Any) -> None:
        self.kind = kind
        self.target = target

    def __repr__(self) -> str:
        return f"{self.kind} {getattr(self.target, '__name__', self.target)}"


_ops: dict[Any, Op] = {}


def op_of(kind: str, target: Any) -> Op:
    """The operation, the same object for the same target."""
    found = _ops.get((kind, target))
    if found is None:
        found = _ops[kind, target] = Op(kind, target)
    return found


def outs_of(step: Step) -> int:
    """How many values a step gives; a call says the shape of each, which may depend on contents.

    >>> outs_of((LEAF, "f", (2, 3), True)), outs_of((op_of("unary", "USub"), 0))
    (1, 1)
    """
    return len(step[3]) if len(step) == 4 and type(step[0]) is Op else 1


@dataclass(frozen=True)
class Recorded:
    """Steps in order, their values numbered through; results wanted, cotangents given or of ones."""

    steps: tuple[Step, ...]
    heads: tuple[int, ...]
    ones: tuple[bool, ...]


@dataclass(frozen=True)
class Text:
    """The text of a backward pass, and over which numbers of its steps it is."""

    text: str
    given: tuple[int, ...]  # the numbers of the values that it takes
    floats: frozenset[int]  # those of them, by position, that are integers and taken as floats
    seeds: tuple[int, ...]  # the heads whose cotangents it takes
    wrt: tuple[int, ...]  # the numbers of the variables that it gives gradients of


def operands_of(step: Step) -> Iterator[int]:
    """The numbers of the values that a step reads."""
    if type(step[0]) is not Op:
        return
    if len(step) < 4:
        yield from (part for part in step[1:] if type(part) is int)
        return
    for part in (*step[1], *(v for _, v in step[2])):
        yield from numbers_in(part)


def renumbered(step: Step, where: dict[int, int]) -> Step:
    """The step with other numbers for the values that it reads."""
    if type(step[0]) is not Op:
        return step
    if len(step) < 4:
        return (step[0], *(where[p] if type(p) is int else p for p in step[1:]))
    op, given, named, shapes = step
    return (
        op,
        tuple(_renumbered(p, where) for p in given),
        tuple((k, _renumbered(v, where)) for k, v in named),
        shapes,
    )


def _renumbered(template: Template, where: dict[int, int]) -> Template:
    tag = template[0]
    if tag == VALUE:
        return (VALUE, where[template[1]])
    if tag == SEQUENCE:
        return (tag, template[1], tuple(_renumbered(p, where) for p in template[2]))
    if tag == SLICE:
        return (tag, *(_renumbered(p, where) for p in template[1:]))
    return template
