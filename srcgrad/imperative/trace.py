"""What one thread records: steps, the values that they gave, and who the variables are.

A trace is referred to by the arrays that are recorded in it, and by the thread that records; so it
goes with them. It refers to the memory of arrays only, never to arrays of the user, so there are no
cycles. A backward pass empties it.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from srcgrad.imperative.steps import (
    CONSTANT,
    FREED,
    LEAF,
    Op,
    Step,
    operands_of,
    outs_of,
    paths,
    renumbered,
)
from srcgrad.runtime.trace import NUMBER, SEQUENCE, SLICE, STATIC, VALUE, Template

if TYPE_CHECKING:
    from srcgrad.imperative.array import Array

CHECKED = 64  # steps between two looks at the size of a trace
STEPS, BYTES = 4096, 1 << 28  # beyond, a trace gives way to another that takes over what is used
_NONE = (STATIC, None)
_BAKED = 16  # integers up to this are part of a step, larger ones are values


class Leaf:
    """A variable: where its gradient goes, and how."""

    __slots__ = ("filled", "grad", "req", "stype", "warned")

    def __init__(self, grad: np.ndarray[Any, Any], req: str, stype: str = "default") -> None:
        self.grad = grad
        self.req = req
        self.stype = stype
        self.filled = False  # whether a pass has put a gradient there
        self.warned = False  # of a pass that did not reach it


class Effect(NamedTuple):
    """What a backward pass does beside gradients, if it passes through a value."""

    number: int
    run: Callable[[], None]


class Join:
    """A call with a derivative of the user's own: its results are variables whose gradients go on.

    ``pull`` gives the gradients of the inputs for those of the results, all of them arrays of NumPy;
    ``inputs`` are the numbers of the inputs, ``None`` for constants, ``outs`` those of the results.
    """

    __slots__ = ("inputs", "outs", "pull")

    def __init__(
        self, pull: Callable[[list[Any]], list[Any]], inputs: tuple[int | None, ...]
    ) -> None:
        self.pull = pull
        self.inputs = inputs
        self.outs: list[int] = []


class Trace:
    """Steps of one thread between two backward passes."""

    __slots__ = (
        "__weakref__",
        "effects",
        "ended",
        "joins",
        "leaves",
        "limit",
        "owners",
        "seen",
        "state",
        "steps",
        "values",
        "weight",
    )

    def __init__(self) -> None:
        self.state = paths.root
        self.steps: list[Step] = []
        self.values: list[Any] = []
        self.leaves: dict[Leaf, int] = {}  # the number of each variable
        self.owners: dict[int, Leaf] = {}  # and the other way round
        self.joins: dict[int, Join] = {}  # the calls that values are results of
        self.effects: list[Effect] = []
        self.ended = False  # whether nothing more is recorded here
        self.limit = STEPS, BYTES
        self.weight = 0  # bytes of the values at the last look
        self.seen = CHECKED  # how many values there may be until the next
        with _live_lock:
            live.add(self)

    # -- recording --------------------------------------------------------------------------------

    def advance(self, step: Step) -> None:
        """Note a step; the caller appends its results to the values."""
        state = self.state.get(step)
        self.state = paths.grow(self.state, step) if state is None else state
        self.steps.append(step)

    def unary(self, op: Op, operand: Array, out: Array) -> None:
        """Note ``out = op(operand)``."""
        self.advance((op, self.index(operand)))
        self.give(out)

    def binary(self, op: Op, left: Any, right: Any, out: Array) -> None:
        """Note ``out = op(left, right)``; operands are arrays and Python numbers."""
        self.advance((op, self.operand(left), self.operand(right)))
        self.give(out)

    def call(
        self, op: Op, args: tuple[Any, ...], kwargs: dict[str, Any], outs: list[Array]
    ) -> None:
        """Note a call with any arguments, and its results."""
        given = tuple([self.encode(a) for a in args])
        named = tuple([(k, self.encode(v)) for k, v in kwargs.items()])
        self.advance((op, given, named, tuple([out._data.shape for out in outs])))
        for out in outs:
            self.give(out)

    def give(self, out: Array) -> None:
        """Append a result of the last step."""
        values = self.values
        out._node = self
        out._index = len(values)
        values.append(out._data)
        if len(values) > self.seen:
            self._look()

    def join(self, join: Join, out: Array) -> None:
        """Append a result of a call with a derivative of its own."""
        data = out._data
        self.advance((LEAF, data.dtype.char, data.shape, True))
        self.joins[len(self.values)] = join
        join.outs.append(len(self.values))
        self.give(out)

    def _look(self) -> None:
        fresh = self.values[self.seen - CHECKED :]
        self.weight += sum(getattr(v, "nbytes", 8) for v in fresh)
        self.seen = len(self.values) + CHECKED
        steps, size = self.limit
        if len(self.steps) > steps or self.weight > size:
            give_way(self)

    # -- operands ---------------------------------------------------------------------------------

    def index(self, array: Array) -> int:
        """The number of an array's value."""
        node = array._node
        if node is self:
            return array._index
        if node is None:
            return self.constant(array._data)
        if type(node) is Leaf:
            found = self.leaves.get(node)
            return self._leaf(node, array._data) if found is None else found
        return self._adopt(node, array)

    def operand(self, value: Any) -> Any:
        """The number of a value; a small integer as it is."""
        kind = type(value)
        if kind is float:
            return self.constant(value)
        if kind is int or kind is bool:
            small = -_BAKED <= value <= _BAKED
            return (NUMBER, kind, value) if small else self.constant(value)
        return self.index(value)

    def constant(self, value: Any) -> int:
        """The number of a value from outside: an array, or a Python number."""
        if type(value) is np.ndarray:
            self.advance((CONSTANT, value.dtype.char, value.shape))
        else:
            self.advance((CONSTANT, type(value)))
        self.values.append(value)
        return len(self.values) - 1

    def _leaf(self, leaf: Leaf, value: np.ndarray[Any, Any]) -> int:
        self.advance((LEAF, value.dtype.char, value.shape, leaf.req != "null"))
        found = self.leaves[leaf] = len(self.values)
        self.owners[found] = leaf
        self.values.append(value)
        return found

    def encode(self, value: Any) -> Template:
        """An argument as part of a step."""
        kind = type(value)
        if kind is int or kind is bool:
            return (NUMBER, kind, value)
        if value is None:
            return _NONE
        if hasattr(kind, "_node"):
            return (VALUE, self.index(value))
        if kind is float or kind is complex:
            return (VALUE, self.constant(value))
        if kind is tuple or kind is list:
            return (SEQUENCE, kind, tuple([self.encode(v) for v in value]))
        if kind is slice:
            return (SLICE, *[self.encode(p) for p in (value.start, value.stop, value.step)])
        if kind is np.ndarray:  # of the user's, who may write to it unseen
            return (VALUE, self.constant(value.copy()))
        if isinstance(value, np.generic):
            return self.encode(value.item())
        return (STATIC, value)

    # -- taking over from other traces --------------------------------------------------------------

    def _adopt(self, other: Trace, array: Array) -> int:
        """Take over an array that was recorded elsewhere, with the steps that led to it."""
        if other.holds(array._index):
            array._index = self.take(other, array._index)
        else:
            self.advance((FREED, array._data.dtype.char, array._data.shape))
            array._index = len(self.values)
            self.values.append(array._data)
        array._node = self
        return array._index

    def holds(self, index: int) -> bool:
        """Whether the steps that led to a value are still here."""
        return index < len(self.values) and self.values[index] is not FREED

    def take(self, other: Trace, index: int) -> int:
        """Repeat the steps of another trace that led to a value; gives its number here."""
        where: dict[int, int] = {}
        joins: dict[Join, Join] = {}
        taken = other.reach((index,))
        for position, first in taken:
            join = other.joins.get(first)
            if join is not None and join not in joins:
                inputs = [None if k is None else self.take(other, k) for k in join.inputs]
                joins[join] = Join(join.pull, tuple(inputs))
            leaf = other.owners.get(first)
            if leaf is not None and leaf in self.leaves:
                held = self.leaves[leaf]
                if self.values[held] is other.values[first]:
                    where[first] = held
                    continue
            step = other.steps[position]
            count = outs_of(step)
            here = len(self.values)
            if leaf is not None:
                self.owners[here] = leaf
                if other.leaves.get(leaf) == first:  # else it has been written since
                    self.leaves[leaf] = here
            if join is not None:
                self.joins[here] = joins[join]
                joins[join].outs.append(here)
            self.advance(renumbered(step, where))
            self.values += other.values[first : first + count]
            where.update((first + k, here + k) for k in range(count))
        effects = [e for e in other.effects if e.number in where]
        self.effects += [Effect(where[e.number], e.run) for e in effects]
        steps, size = self.limit
        self.limit = steps + 2 * len(taken), size + 2 * other.weight
        return where[index]

    def reach(self, heads: tuple[int, ...]) -> list[tuple[int, int]]:
        """The steps that values depend on, in order: position, and number of the first result."""
        wanted = set(heads)
        found: list[tuple[int, int]] = []
        first = len(self.values)
        for position in range(len(self.steps) - 1, -1, -1):
            step = self.steps[position]
            count = outs_of(step)
            first -= count
            if any(first + k in wanted for k in range(count)):
                wanted.update(operands_of(step))
                found.append((position, first))
        return found[::-1]

    # -- values -----------------------------------------------------------------------------------

    def free(self, indices: tuple[int, ...], *, whole: bool) -> None:
        """Let go of the steps behind these values; of everything, if that is the whole trace."""
        self.ended = True
        if whole:
            self.values, self.steps = [], []
            self.leaves, self.owners, self.joins, self.effects = {}, {}, {}, []
            return
        for index in indices:
            self.values[index] = FREED

    def save(self, memory: np.ndarray[Any, Any]) -> None:
        """Keep what is in this memory, which is about to be written."""
        for k, value in enumerate(self.values):
            if type(value) is np.ndarray and np.may_share_memory(value, memory):
                self.values[k] = value.copy()
                leaf = self.owners.get(k)
                if leaf is not None and self.leaves.get(leaf) == k:
                    del self.leaves[leaf]  # from now on it is another value


def names_in(trace: Trace, frame: FrameType) -> dict[int, str]:
    """The user's words for recorded values, where the caller has them in variables."""
    found: dict[int, str] = {}
    for names in (frame.f_locals, frame.f_globals):
        for title, value in list(names.items()):
            node = getattr(value, "_node", None) if hasattr(type(value), "_node") else None
            number = trace.leaves.get(node) if type(node) is Leaf else None
            if node is trace:
                number = value._index
            if number is not None and not title.startswith("_"):
                found.setdefault(number, title)
    return found


live: weakref.WeakSet[Trace] = weakref.WeakSet()
_live_lock = threading.Lock()


def save(memory: np.ndarray[Any, Any]) -> None:
    """Let all traces keep what is in this memory, which is about to be written."""
    with _live_lock:
        found = list(live)
    for trace in found:
        if trace.values:
            trace.save(memory)


class Local(threading.local):
    """What one thread does at the moment; ``trace`` is where it records, ``None`` if it does not."""

    def __init__(self) -> None:
        self.trace: Trace | None = None
        self.training = False
        self.outer: list[tuple[Trace | None, bool]] = []  # what the open scopes found


local = Local()


def give_way(trace: Trace) -> None:
    """Nothing more is recorded here: this thread goes on in another trace."""
    trace.ended = True
    if local.trace is trace:
        local.trace = Trace()
