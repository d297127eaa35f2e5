"""The heap of lowering: where aliasing ends.

Every array lives at a location; the heap holds the current version of each. Names that share an array
share its location, so an in-place operation is seen through all of them. Locations whose storage may
overlap (views, values merged by a branch or carried by a loop) form one alias class: a write to a class
of more than one location is refused, since it could not be seen through the others.
"""

from __future__ import annotations

from srcgrad.ir.nodes import Atom


class Heap:
    """Versions of arrays by location, and alias classes of locations."""

    def __init__(self) -> None:
        self.versions: dict[int, Atom] = {}
        self._class: dict[int, int] = {}
        self._size: dict[int, int] = {}
        self._shared: set[int] = set()
        self._next = 0

    def allocate(self, atom: Atom, *, shared: bool = False) -> int:
        """A new location that holds ``atom``; ``shared`` if the caller of the user's function sees it."""
        loc = self._next
        self._next += 1
        self.versions[loc] = atom
        self._class[loc], self._size[loc] = loc, 1
        if shared:
            self._shared.add(loc)
        return loc

    def find(self, loc: int) -> int:
        """Representative of the alias class of a location."""
        while self._class[loc] != loc:
            self._class[loc] = self._class[self._class[loc]]
            loc = self._class[loc]
        return loc

    def alias(self, a: int, b: int) -> bool:
        """Say that two locations may share storage; whether that is news."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return False
        self._class[b] = a
        self._size[a] += self._size[b]
        if b in self._shared:
            self._shared.add(a)
        return True

    def is_shared(self, loc: int) -> bool:
        """Whether the storage may belong to an argument or a captured array."""
        return self.find(loc) in self._shared

    def is_exclusive(self, loc: int) -> bool:
        """Whether no other location may share the storage."""
        return self._size[self.find(loc)] == 1

    def snapshot(self) -> dict[int, Atom]:
        """The current versions, to restore or to compare with later."""
        return dict(self.versions)
