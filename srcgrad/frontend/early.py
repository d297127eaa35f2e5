"""Names that a loop reads on one path and first binds on another: ``h = x if k == 0 else h * h``.

What such a name is, lowering learns from the path that binds it. In the first round a path that reads it
counts as one that raises, as it does in Python in a first trip; the next round starts with the name
undefined, in the kind that the other path has given it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NoReturn

from srcgrad.errors import SrcgradError
from srcgrad.frontend.context import Frame


class EarlyRead(Exception):
    """A name is read that is not bound yet, but that a loop around the read binds somewhere."""

    def __init__(self, name: str, frame: Frame, refusal: SrcgradError) -> None:
        super().__init__(name)
        self.name, self.frame, self.refusal = name, frame, refusal


@dataclass
class Trip:
    """A loop whose body is being lowered: the names that it binds, and those read before that."""

    bound: tuple[str, ...]
    early: dict[str, EarlyRead] = field(default_factory=dict)


def refuse_or_wait(name: str, frame: Frame, refusal: SrcgradError) -> NoReturn:
    """Refuse the read of an unbound name, unless a loop may bind it for the next trip."""
    if any(name in trip.bound for trip in frame.trips):
        raise EarlyRead(name, frame, refusal) from None
    raise refusal from None


@contextmanager
def lowering_trip(frame: Frame, bound: tuple[str, ...]) -> Iterator[Trip]:
    """While the body of a loop that binds these names is lowered."""
    trip = Trip(bound)
    frame.trips.append(trip)
    try:
        yield trip
    except EarlyRead as read:
        if read.frame is frame and not any(read.name in outer.bound for outer in frame.trips[:-1]):
            raise read.refusal from None
        raise
    finally:
        frame.trips.pop()


def note(read: EarlyRead, level: int = 1) -> None:
    """Keep a read for the end of the trip that it is in, or of one around that."""
    read.frame.trips[-level].early.setdefault(read.name, read)


def pass_on(read: EarlyRead) -> None:
    """Leave a read to the loop around the one that it is in, if there is one that binds the name."""
    if not any(read.name in outer.bound for outer in read.frame.trips[:-1]):
        raise read
    note(read, 2)


__all__ = ["EarlyRead", "Trip", "lowering_trip", "note", "pass_on", "refuse_or_wait"]
