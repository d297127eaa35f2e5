"""Operations of the adjoint program itself: tapes of saved values, recorded paths, a boundary."""

from __future__ import annotations

from typing import Any

from srcgrad.ir import infer
from srcgrad.ir.ops import Storage
from srcgrad.ir.types import BOOL, FLOAT, INT, SAVED, TAPE
from srcgrad.rules.registry import plain

plain("new_tape", list, infer.constant_type(TAPE), effect=True)


def _push(tape: Any, *values: Any) -> None:
    tape.append(values if len(values) > 1 else values[0])


plain("push", _push, infer.constant_type(BOOL), effect=True)
plain(
    "pop",
    lambda tape: tape.pop(),
    infer.constant_type(FLOAT),
    effect=True,
    storage=Storage.MAYBE,
)
plain("tape_length", len, infer.constant_type(INT))
plain("pack", lambda *values: values, infer.constant_type(SAVED))
plain("unpack", lambda saved: saved, infer.constant_type(SAVED), storage=Storage.MAYBE)


def checkpoint_at(first, last, slots):  # type: ignore[no-untyped-def]
    """Where to keep the next state of the trips from first to last, with room for some states."""
    trips, reach, rounds = last - first, 1, 0
    while reach < trips:
        rounds += 1
        reach = reach * (slots + rounds) // rounds
    return first + max(1, min(reach * rounds // (slots + rounds), trips - 1))


plain(
    "checkpoint_at",
    checkpoint_at,
    infer.constant_type(INT),
    spell="helper:checkpoint_at",
)
plain("boundary", lambda: None, infer.constant_type(BOOL), effect=True)


def _choose(path: Any, test: Any) -> bool:
    return bool(path.choose(test))


plain("choose", _choose, infer.constant_type(BOOL), effect=True)
plain("reserve", lambda path: path.reserve(), infer.constant_type(INT), effect=True)
plain(
    "settle",
    lambda path, slot, trips: path.settle(slot, trips),
    infer.constant_type(BOOL),
    effect=True,
)
