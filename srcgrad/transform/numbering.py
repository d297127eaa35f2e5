"""Value numbering across writes: what is computed twice is computed once, if writes between are elsewhere.

While a block is made, equal equations are made once. A write gives a new version of its array, so a read
after it is another one; where the element that is read is surely not the one that was written, both give the
same value. The reads stay what they are, for a view of an array that changes would have to be copied: what is
computed from them is shared.

>>> import srcgrad.rules
>>> from srcgrad.ir.build import Builder
>>> from srcgrad.ir.nodes import Const
>>> import numpy as np
>>> from srcgrad.ir.types import Array, Dim
>>> a, b = Var("a", Array(np.dtype(float), (Dim("a0"),))), Builder()
>>> before = b.emit("negative", b.emit("index", a, index=(0,)))
>>> changed = b.emit("store", a, Const(1.0), index=(1,))
>>> after = b.emit("negative", b.emit("index", changed, index=(0,)))
>>> shared = share(Program(b.block((before, changed, after), (a,)))).entry.results
>>> shared[2] is shared[0]
True
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from srcgrad.ir.build import atom_key, freeze
from srcgrad.ir.nodes import Atom, Block, Const, Eqn, Loop, Program, Slice, Slot, Var, regions_of
from srcgrad.ir.ops import Op, Storage
from srcgrad.ir.types import INT, AnyDim, dims_of
from srcgrad.rules.indexing import is_basic, shifted
from srcgrad.rules.registry import Elementwise
from srcgrad.transform.simplify import substituted

_NEAR = 16  # writes to look back over for the value that an element still has


def share(program: Program) -> Program:
    """The program with one value in place of equal ones; their equations are left to ``simplify``."""
    functions = {name: _shared(block) for name, block in program.functions.items()}
    return Program(_shared(program.entry), functions)


def _shared(block: Block) -> Block:
    numbering = _Numbering()
    numbering.walk(block)
    return substituted(block, numbering.same) if numbering.same else block


class _Numbering:
    """Walks a block; ``same`` says which values others stand for, ``equal`` which reads give one value."""

    def __init__(self) -> None:
        self.same: dict[Var, Atom] = {}
        self.equal: dict[Var, Var] = {}
        self.definition: dict[Var, Eqn] = {}
        self.least: dict[Var, int] = {}

    def walk(self, block: Block) -> None:
        """Number the values of a region, and those of the regions in it, each by itself."""
        memo: dict[Hashable, Var] = {}
        for stmt in block.stmts:
            if isinstance(stmt, Eqn):
                self._equation(stmt, memo)
            elif isinstance(stmt, Loop):
                self._bound(stmt)
            for inner in regions_of(stmt):
                self.walk(inner)

    def _equation(self, eqn: Eqn, memo: dict[Hashable, Var]) -> None:
        self.definition.update(dict.fromkeys(eqn.outs, eqn))
        read = eqn.op.name == "index" and is_basic(eqn.attrs["index"], eqn.args)
        if not read and not _is_shared(eqn.op):
            return
        base = (self._unwritten(eqn), *eqn.args[1:]) if read else eqn.args
        attrs = tuple((k, freeze(eqn.attrs[k])) for k in sorted(eqn.attrs))
        key = (eqn.op.name, tuple(map(self._number, base)), attrs)
        found = memo.setdefault(key, eqn.out)
        if found is eqn.out:
            return
        (self.equal if read else self.same)[eqn.out] = found
        if not read and not found.name:
            found.name = eqn.out.name

    def _number(self, atom: Atom) -> Hashable:
        """Equal for atoms that have the same value."""
        while isinstance(atom, Var) and (atom in self.same or atom in self.equal):
            atom = self.same.get(atom) or self.equal[atom]
        return atom_key(atom)

    def _bound(self, loop: Loop) -> None:
        """Note the least value that the index of a loop may have."""
        if loop.index is None or loop.range is None:
            return
        start, stop, step = (a.value if isinstance(a, Const) else None for a in loop.range)
        least = None if step is None else start if step > 0 else stop if stop is None else stop + 1
        if least is not None:
            self.least[loop.index] = least

    # -- which element --------------------------------------------------------------------------------

    def _unwritten(self, read: Eqn) -> Atom:
        """The oldest version of an array that has what is read of it."""
        base = read.args[0]
        for _ in range(_NEAR):
            write = self.definition.get(base) if isinstance(base, Var) else None
            if write is None or write.op.name != "store" or not self._apart(read, write):
                break
            base = write.args[0]
        return base

    def _apart(self, read: Eqn, write: Eqn) -> bool:
        """Whether two indices surely differ on one axis."""
        dims = dims_of(read.args[0].type)
        if dims is None:
            return False
        theirs = shifted(write.attrs["index"], -1)
        places = zip(
            dims,
            self._places(read.attrs["index"], read.args[1:]),
            self._places(theirs, write.args[2:]),
            strict=False,
        )
        return any(m is not None and t is not None and self._differ(d, m, t) for d, m, t in places)

    def _places(
        self, index: Any, parts: tuple[Atom, ...]
    ) -> Iterator[tuple[Var | None, int] | None]:
        """For each axis from the left the one place that is meant, as ``variable + number``, if it is one."""
        for entry in index:
            atom = parts[entry.position - 1] if isinstance(entry, Slot) else entry
            if isinstance(atom, Slice):
                yield None
            elif isinstance(atom, int) and not isinstance(atom, bool):
                yield None, atom
            elif isinstance(atom, (Var, Const)) and atom.type == INT:
                yield self._sum(atom)
            else:
                return

    def _sum(self, atom: Atom) -> tuple[Var | None, int]:
        """An integer as ``variable + number``."""
        total = 0
        while isinstance(atom, Var):
            eqn = self.definition.get(atom)
            if eqn is None or eqn.op.name not in ("add", "subtract") or len(eqn.args) != 2:
                return atom, total
            x, y = eqn.args
            if isinstance(x, Const) and eqn.op.name == "add":
                x, y = y, x
            if not isinstance(y, Const) or x.type != INT or y.type != INT:
                return atom, total
            total += y.value if eqn.op.name == "add" else -y.value
            atom = x
        assert isinstance(atom, Const)
        return None, total + atom.value

    def _differ(self, dim: AnyDim, a: tuple[Var | None, int], b: tuple[Var | None, int]) -> bool:
        """Whether two places on an axis are surely not one; negative ones count from its end."""
        (x, m), (y, n) = a, b
        if x is not y or m == n:
            return False
        least = 0 if x is None else self.least.get(x)
        if least is not None and least + min(m, n) >= 0:
            return True
        if x is None and max(m, n) < 0:
            return True
        long = dim if isinstance(dim, int) else 2 if dim.long else 1
        return abs(m - n) < long


def _is_shared(op: Op) -> bool:
    """Whether equal equations of an op may be one: elementwise arithmetic, with storage of its own."""
    pure = op.storage is Storage.FRESH and not (op.effect or op.inplace)
    return pure and (op.cheap or isinstance(op.diff, Elementwise))


__all__ = ["share"]
