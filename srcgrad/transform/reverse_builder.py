"""Builds the backward sweep: rules name forward values, which come back as ``needed`` arranges."""

from __future__ import annotations

from typing import Any

from srcgrad.ir.build import Builder
from srcgrad.ir.nodes import Atom, Eqn, Var
from srcgrad.ir.ops import OPS
from srcgrad.transform.needed import Supply

_LENGTHS = frozenset({"size", "length", "spread"})


class ReverseBuilder(Builder):
    """A builder whose equations may name forward values: they are replaced by backward ones."""

    def __init__(self, supply: Supply, parent: Builder | None = None) -> None:
        super().__init__(parent)
        self.supply = supply

    def child(self) -> Builder:
        """A builder for a region nested in this one."""
        return ReverseBuilder(self.supply, self)

    def emit(self, name: str, *args: Atom, hint: str = "", **attrs: Any) -> Var:
        """Append an operation on what the backward sweep has of its operands."""
        shape_only = OPS[name].shape_only
        reached = [
            self.supply.reach_shape(a, any_dtype=name in _LENGTHS)
            if k in shape_only
            else self.supply.reach(a)
            for k, a in enumerate(args)
        ]
        return super().emit(name, *reached, hint=hint, **attrs)

    def definition(self, atom: Atom, name: str) -> Eqn | None:
        """The equation of op ``name`` that defines the atom; transposes of the forward sweep are seen too."""
        found = super().definition(atom, name)
        if found is None and name == "transpose" and isinstance(atom, Var):
            stmt = self.supply.map.definition.get(atom)
            if isinstance(stmt, Eqn) and stmt.op.name == name:
                return stmt
        return found

    def without_minus(self, factor: Atom) -> Atom | None:
        """The same, also where the forward sweep has made the negative."""
        minus = self.supply.map.definition.get(factor) if isinstance(factor, Var) else None
        if isinstance(minus, Eqn) and minus.op.name == "negative" and not minus.out.name:
            return minus.args[0]
        return super().without_minus(factor)


__all__ = ["ReverseBuilder"]
