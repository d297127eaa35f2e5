"""The end of a trip in lowering: what it leaves, compared with the head that the round assumed."""

from __future__ import annotations

from typing import Any, NoReturn

from srcgrad.errors import KindError
from srcgrad.frontend.kinds import (
    ATOMS,
    Box,
    Ref,
    Static,
    Unmergeable,
    leaves,
    structure,
)
from srcgrad.frontend.loop_heads import Again, Carried, LoopHead
from srcgrad.frontend.subscripts import StructureChange
from srcgrad.ir.nodes import Atom
from srcgrad.ir.types import Array, join, symbols


class LoopEnds(LoopHead):
    """Compares the end of a body with its head; anything new means another round."""

    def leave(self) -> None:
        """Compare the end of the body with its header; anything new means another round."""
        cx, again = self.cx, False
        moved = {n for n in self.header.fixed or () if cx.frame.names.get(n) != self.names[n]}
        if moved and self.header.fixed is not None:
            self.header.fixed -= moved
            raise Again
        changed = {
            loc
            for loc, v in self.before.versions.items()
            if cx.heap.versions[loc] is not v and loc not in cx.heap.views
        }
        new = changed - self.header.locs - {c.key[1] for c in self.carried if c.key[0] == "loc"}
        boxes = {
            loc
            for loc, content in self.before.contents.items()
            if cx.heap.contents[loc] is not content and cx.heap.contents[loc] != content
        }
        if new or boxes - self.header.boxes:
            self.header.locs |= new
            self.header.boxes |= boxes
            raise Again
        ends: dict[int, Any] = {}
        for kind, holder in self.starts:
            self._compare(kind, holder, ends)
        for carried in self.carried:
            result = self._end_of(carried, ends)
            own = self.header.lengths.setdefault(carried.key, set())
            joined = join(carried.param.type, result.type, own=own)
            if joined is None:
                name = carried.param.name
                cx.refuse(
                    "SG221",
                    f"{name!r} changes from {carried.param.type} to {result.type} in the loop",
                    self.node,
                    "use a new name inside the loop",
                )
            if joined != carried.param.type:
                self.header.types[carried.key] = joined
                if isinstance(carried.param.type, Array):
                    own |= symbols(joined) - symbols(carried.param.type)
                again = True
            self.results.append(result)
        if again:
            raise Again

    def _end_of(self, carried: Carried, ends: dict[int, Any]) -> Atom:
        cx = self.cx
        if carried.key[0] == "loc":
            return cx.heap.versions[carried.key[1]]
        kind, holder, k = carried.key
        leaf = leaves(self._ends(kind, holder))[k]
        if isinstance(leaf, Ref):
            self._note_end(leaf.loc, carried.key, ends)
        return cx.atom(leaf, self.node, "a loop-carried name")

    def _note_end(self, loc: int, key: Any, ends: dict[int, Any]) -> None:
        """Notice what shares storage with what a carried name or item ends a trip in."""
        heap = self.cx.heap
        root = heap.find(loc)
        self._note_alias(ends.setdefault(root, key), key)
        for other in self.visible:
            if heap.find(other) == root:
                self._note_alias(("loc", other), key)

    def _compare(self, kind: str, holder: Any, ends: dict[int, Any]) -> None:
        """Compare what is not carried: it must end a trip as it started, or the header learns of it."""
        start, end = self.starts[kind, holder], self._ends(kind, holder)
        name = holder if kind == "name" else "a container"
        if isinstance(end, Static) and isinstance(end.value, Unmergeable):
            self._unsettled(end.value.code, end.value.reason)
        if structure(start) != structure(end):
            self._unsettled("SG221", f"{name!r} changes its structure in the loop")
        carried = {c.key for c in self.carried}
        for k, (before, after) in enumerate(zip(leaves(start), leaves(end), strict=True)):
            key = (kind, holder, k)
            if isinstance(after, Static) and isinstance(after.value, Unmergeable):
                self._unsettled(after.value.code, after.value.reason)
            if key in carried or before == after:
                if key in carried and not isinstance(after, (*ATOMS, Ref)):
                    self._unsettled("SG221", f"{name!r} changes its kind in the loop")
                continue
            if not (
                isinstance(before, Box) and isinstance(after, Box) and before.make is after.make
            ):
                self._unsettled("SG221", f"{name!r} changes its kind in the loop")
            if key not in self.header.rebound:
                self.header.rebound.add(key)
                raise Again
            self._note_end(after.loc, key, ends)

    def _unsettled(self, code: str, message: str) -> NoReturn:
        """Leave the loop: it can only be written out, trip by trip."""
        remedy = "use a new name inside the loop, or a range with literal limits"
        raise StructureChange(self.cx.source.refuse(KindError, code, message, self.node, remedy))

    def _note_alias(self, other: Any, key: Any) -> None:
        """What ends a trip in one array starts the next in one: the header must know."""
        a, b = self._header_loc(other), self._header_loc(key)
        if other == key or (other, key) in self.header.aliases:
            return
        if a is None or b is None or self.cx.heap.find(a) != self.cx.heap.find(b):
            self.header.aliases.add((other, key))
            raise Again
