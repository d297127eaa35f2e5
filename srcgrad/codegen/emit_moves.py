"""Emits moves: how values reach the names that they have after a branch or trip, all at once."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from srcgrad.codegen.emit_expressions import copied
from srcgrad.codegen.emit_statements import StatementEmitter
from srcgrad.codegen.spell import Expr
from srcgrad.ir.nodes import Atom, Const, Undef, Var
from srcgrad.ir.types import Number, is_scalar


class MoveEmitter(StatementEmitter):
    """Writes parallel moves, as few as there need be."""

    def moves(self, targets: Sequence[Var], sources: Sequence[Atom]) -> list[ast.stmt]:
        """Parallel moves from values to names; what already has the name stays."""
        pairs: list[tuple[str, Atom, Expr]] = []
        for target, source in zip(targets, sources, strict=True):
            if self._stays_next(target, source):
                continue
            root = self.names.webs.find(target)
            if isinstance(source, Undef) and root not in self.unbound_sources:
                continue
            if self.names.same(target, source) and source not in self.inlining.inlined:
                continue
            value = self.expr(source)
            if self.buffers.edge_needs_copy(target, source):
                value = copied(value, source)
            pairs.append((self.names.of(target), source, value))
        ordered = self._in_sequence(pairs)
        if ordered is None:
            targets_ = ast.Tuple([ast.Name(n, ast.Store()) for n, _, _ in pairs], ast.Store())
            return [ast.Assign([targets_], ast.Tuple([e for _, _, e in pairs], ast.Load()), None)]
        return [self._move(n, s, e) for n, s, e in ordered]

    def _in_sequence(
        self, pairs: list[tuple[str, Atom, Expr]]
    ) -> list[tuple[str, Atom, Expr]] | None:
        """The moves one after the other, no name written before it is read; ``None`` where they go round."""
        left, ordered = list(pairs), []
        while left:
            free = next(
                (p for p in left if not any(self._reads(q, p[0]) for q in left if q is not p)), None
            )
            if free is None:
                return None
            left.remove(free)
            ordered.append(free)
        return ordered

    def _reads(self, move: tuple[str, Atom, Expr], target: str) -> bool:
        return any(
            self.named(v) and self.names.of(v) == target for v in self.inlining.leaves(move[1])
        )

    def _stays_next(self, target: Var, source: Atom) -> bool:
        """Whether an arm sets an exit code to "next", which it is at the start of every trip."""
        return is_const(source, 0) and target in self.trip_codes

    def _move(self, target: str, source: Atom, value: Expr) -> ast.stmt:
        if (
            isinstance(value, ast.BinOp)
            and isinstance(value.left, ast.Name)
            and value.left.id == target
            and isinstance(value.op, (ast.Add, ast.Sub))
            and self._is_number(source)
        ):
            return ast.AugAssign(ast.Name(target, ast.Store()), value.op, value.right)
        return ast.Assign([ast.Name(target, ast.Store())], value, None)

    def _is_number(self, source: Atom) -> bool:
        """Whether a value of the backward sweep is a number, so that ``+=`` makes a new one."""
        if source not in self.buffers.backward or not is_scalar(source.type):
            return False
        return isinstance(source.type, Number) or not self.buffers.is_zero_array(source)


def is_const(atom: Atom, value: int) -> bool:
    """Whether an atom is this literal."""
    return isinstance(atom, Const) and atom.value == value
