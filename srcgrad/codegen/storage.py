"""Which named arrays are updated in place, and where a copy keeps that from being seen elsewhere.

Only cotangent buffers of the backward sweep are updated in place: an array that gradients are added into.
Invariant: a buffer's storage is its own. What enters it is fresh or copied; what leaves it is copied.
"""

from __future__ import annotations

from srcgrad.codegen.buffers import backward_values
from srcgrad.codegen.names import Names
from srcgrad.codegen.spans import Spans
from srcgrad.ir.nodes import Atom, Block, Eqn, Program, Var, regions_of
from srcgrad.ir.ops import Storage
from srcgrad.ir.types import Array, Number, is_scalar


class Buffers:
    """The groups of values that live in one updated array."""

    def __init__(self, program: Program, names: Names) -> None:
        self.names = names
        self.backward = set(backward_values(program.entry))
        self.params = {names.webs.find(p) for p in program.entry.params}
        self.mutable: set[Var] = set()
        self.definition: dict[Var, Eqn] = {}
        self._scan(program.entry)
        self.spans = Spans(names.inlining, self._updates)
        self.spans.scan(program.entry)

    def _scan(self, block: Block) -> None:
        for stmt in block.stmts:
            if isinstance(stmt, Eqn) and stmt.outs:
                self.definition[stmt.out] = stmt
                if stmt.op.inplace or self._accumulates(stmt):
                    self.mutable.add(self.names.webs.find(stmt.out))
            for inner in regions_of(stmt):
                self._scan(inner)

    def _accumulates(self, eqn: Eqn) -> bool:
        """Whether ``out = out + t`` may be printed as ``out += t`` on an array."""
        return not is_scalar(eqn.out.type) and self.adds_in_place(eqn)

    def adds_in_place(self, eqn: Eqn) -> bool:
        """Whether an addition updates its first operand: same name, same type, storage of its own."""
        if eqn.op.name not in ("add", "subtract") or eqn.out in self.names.inlining.inlined:
            return False
        first, out = eqn.args[0], eqn.out
        if not (isinstance(first, Var) and self.names.same(first, out)):
            return False
        if isinstance(out.type, Number) and isinstance(first.type, Number):
            return True
        root = self.names.webs.find(out)
        if root in self.params or out not in self.backward or not isinstance(out.type, Array):
            return False
        if is_scalar(out.type):
            return not any(self._is_zero_buffer(v) for v in self.names.webs.group(out))
        mine, theirs = out.type, first.type
        return isinstance(theirs, Array) and mine.dims is not None and self._fits(mine, theirs)

    @staticmethod
    def _fits(mine: Array, theirs: Array) -> bool:
        long = (
            mine.dims is not None and theirs.dims is not None and len(mine.dims) == len(theirs.dims)
        )
        if not long or mine.dtype is None or mine.dtype != theirs.dtype:
            return False
        return all(
            a == b or getattr(b, "long", False)
            for a, b in zip(mine.dims or (), theirs.dims or (), strict=True)
        )

    def is_zero_array(self, atom: Atom) -> bool:
        """Whether the name of a value may hold an array of rank zero."""
        return isinstance(atom, Var) and any(
            self._is_zero_buffer(v)
            for v in (*self.names.webs.group(atom), *(self.names.inlining.leaves(atom)))
        )

    def _is_zero_buffer(self, var: Var) -> bool:
        eqn = self.definition.get(var)
        return eqn is not None and eqn.op.name == "zeros_like"

    def is_buffer(self, atom: Atom) -> bool:
        """Whether the value lives in an array that is updated in place."""
        return isinstance(atom, Var) and self.names.webs.find(atom) in self.mutable

    def needs_copy(self, eqn: Eqn) -> bool:
        """Whether the result of an equation must be copied to have storage of its own."""
        if eqn.op.storage is Storage.FRESH or is_scalar(eqn.out.type):
            return False
        if self.is_buffer(eqn.out):
            return True
        roots = {r for a in eqn.args for v in self.names.inlining.leaves(a) for r in self._shown(v)}
        return bool(roots) and self.spans.updated_while_used(eqn, roots)

    def _shown(self, var: Var) -> set[Var]:
        """Buffers whose storage a named value may show."""
        if self.is_buffer(var):
            return {self.names.webs.find(var)}
        eqn = self.definition.get(var)
        if eqn is None or eqn.op.storage is Storage.FRESH or is_scalar(var.type):
            return set()
        if self.needs_copy(eqn):
            return set()
        leaves = (v for a in eqn.args for v in self.names.inlining.leaves(a))
        return {root for v in leaves for root in self._shown(v)}

    def _updates(self, eqn: Eqn) -> Var | None:
        """The group of values whose array an equation updates, if it updates one."""
        if eqn.op.inplace or (eqn.outs and self._accumulates(eqn)):
            return self.names.webs.find(eqn.out)
        return None

    def edge_needs_copy(self, target: Var, source: Atom) -> bool:
        """Whether moving ``source`` to the name of ``target`` must copy it."""
        if not isinstance(source, Var) or is_scalar(target.type) or isinstance(source.type, Number):
            return False
        if source in self.names.inlining.inlined:
            eqn = self.names.inlining.definition[source]
            fresh = isinstance(eqn, Eqn) and eqn.op.storage is Storage.FRESH
            return not fresh and (self.is_buffer(target) or self._reads_buffer(source))
        if source in self.names.inlining.handed_on and self._owned(source):
            return False
        return self.is_buffer(target) or self.is_buffer(source)

    def must_copy_to_keep(self, atom: Atom) -> bool:
        """Whether a value that is kept would change when its array is updated."""
        if not isinstance(atom, Var):
            return False
        if atom not in self.names.inlining.inlined:
            return self.is_buffer(atom) or bool(self._shown(atom))
        eqn = self.names.inlining.definition[atom]
        fresh = isinstance(eqn, Eqn) and eqn.op.storage is Storage.FRESH
        return not fresh and not is_scalar(atom.type) and self._reads_buffer(atom)

    def _owned(self, source: Var) -> bool:
        """Whether the value has storage of its own: made by an op, or living in a buffer."""
        eqn = self.definition.get(source)
        if eqn is None:
            return self.is_buffer(source)
        return eqn.op.storage is Storage.FRESH

    def _reads_buffer(self, source: Var) -> bool:
        return any(self.is_buffer(v) for v in self.names.inlining.leaves(source))
