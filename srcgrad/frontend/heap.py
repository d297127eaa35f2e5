"""The heap of lowering: where aliasing ends.

Every array lives at a location; the heap holds the current version of each. Names that share an array
share its location, so a write is seen through all of them. A *view* is a location too: it knows how it is
read from its parent, and is read again whenever the parent has changed. Locations whose storage may overlap
in a way that is not known (a reshape that may copy, values merged by a branch or carried by a loop) form
one alias class: a write to a class is refused while another of its arrays can still be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from srcgrad.frontend.kinds import ATOMS, AV, Box, Ref, Static, leaves, parts_of
from srcgrad.ir.nodes import Atom


@dataclass(frozen=True)
class View:
    """How a location is read from its parent: an operation on the parent and further operands."""

    parent: int
    op: str
    args: tuple[Atom, ...] = ()
    attrs: dict[str, Any] = field(default_factory=dict)


class Snapshot(NamedTuple):
    """Versions of all locations at one point, what those of views were read from, contents of boxes."""

    versions: dict[int, Atom]
    basis: dict[int, Atom]
    contents: dict[int, AV]


class Heap:
    """Versions of arrays and contents of boxes by location, views, and alias classes of locations."""

    def __init__(self) -> None:
        self.versions: dict[int, Atom] = {}
        self.basis: dict[int, Atom] = {}
        self.contents: dict[int, AV] = {}
        self.views: dict[int, View] = {}
        self.ordered: set[int] = set()
        self.vague: set[int] = set()  # elements or rows, of arrays whose rank is not known
        self.captured: dict[Atom, int] = {}
        self._class: dict[int, int] = {}
        self.shared: dict[int, Atom] = {}
        self.kept: set[int] = set()
        self._next = 0

    def allocate(self, atom: Atom, *, shared: bool = False, kept: bool = False) -> int:
        """A new location that holds ``atom``.

        ``shared`` if it is an array of the caller's, which must not be written to; ``kept`` if it stands
        for one: written back at the end, and in use until then.
        """
        loc = self._new()
        self.versions[loc] = atom
        if shared:
            self.shared[loc] = atom
        if shared or kept:
            self.kept.add(loc)
        return loc

    def _new(self) -> int:
        loc = self._next
        self._next += 1
        self._class[loc] = loc
        return loc

    def box(self, content: AV) -> int:
        """A new location that holds a list, dict or object."""
        loc = self._new()
        self.contents[loc] = content
        return loc

    def locations(self, values: Iterable[AV]) -> set[int]:
        """Locations of all arrays and boxes in values, and in what their boxes hold."""
        found: set[int] = set()
        functions: set[int] = set()
        todo = list(values)
        while todo:
            for leaf in leaves(todo.pop()):
                if isinstance(leaf, Ref):
                    found.add(leaf.loc)
                elif isinstance(leaf, Box) and leaf.loc not in found:
                    found.add(leaf.loc)
                    todo.append(self.contents[leaf.loc])
                elif not isinstance(leaf, (*ATOMS, Static)) and id(leaf) not in functions:
                    functions.add(id(leaf))
                    todo += parts_of(leaf)
        return found

    def view(self, atom: Atom, view: View) -> int:
        """A new location that holds ``atom``, which was read from the parent as it is now."""
        loc = self.allocate(atom)
        self.views[loc] = view
        self.basis[loc] = self.versions[view.parent]
        self.alias(view.parent, loc)
        return loc

    def root(self, loc: int) -> int:
        """The location whose array a view shows, through views of views."""
        while loc in self.views:
            loc = self.views[loc].parent
        return loc

    def read(self, loc: int, emit: Callable[..., Atom]) -> Atom:
        """The value of a location; a view is read again if its parent has changed since."""
        view = self.views.get(loc)
        if view is None:
            return self.versions[loc]
        parent = self.read(view.parent, emit)
        if self.basis.get(loc) is not parent:
            self.versions[loc] = emit(view.op, parent, *view.args, **view.attrs)
            self.basis[loc] = parent
        return self.versions[loc]

    def find(self, loc: int) -> int:
        """Representative of the alias class of a location."""
        while self._class[loc] != loc:
            self._class[loc] = self._class[self._class[loc]]
            loc = self._class[loc]
        return loc

    def alias(self, a: int, b: int) -> None:
        """Say that two locations may share storage."""
        self._class[self.find(b)] = self.find(a)

    def others(self, loc: int, reachable: Iterable[int]) -> list[int]:
        """Locations in use that may share storage with a location in a way that is not known."""
        root, known = self.find(loc), self.root(loc)
        in_use = self.kept.union(reachable)
        return [r for r in in_use if self.find(r) == root and self.root(r) != known]

    def snapshot(self) -> Snapshot:
        """The current versions, to restore or to compare with later."""
        return Snapshot(dict(self.versions), dict(self.basis), dict(self.contents))

    def restore(self, before: Snapshot) -> None:
        """Put the versions of a snapshot back; locations made since keep theirs."""
        self.versions = {**self.versions, **before.versions}
        self.basis = {**self.basis, **before.basis}
        self.contents = {**self.contents, **before.contents}
