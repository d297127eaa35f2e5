"""The table of operations: what an op is called, how it runs, what its result is and how it prints.

``ir`` only defines the table; ``srcgrad.rules`` fills it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from srcgrad.ir.types import Type


class Storage(Enum):
    """How the storage of a result relates to the operands."""

    FRESH = "fresh"
    VIEW = "view"
    MAYBE = "maybe"


Attrs = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Op:
    """One operation.

    Attributes:
        name: Key in ``OPS``.
        runs: How to run it, by spelling: ``""`` for the operator or only spelling, ``"np"``,
            ``"math"``, ``"py"``.
        spells: How to print it, by spelling: an operator symbol, a dotted name or a template name.
        infer: Type of the result from the operand types and attributes.
        storage: How the result's storage relates to the operands.
        shape_only: Positions of operands of which only shape and dtype are read.
        effect: Whether it must be kept in order (tapes, paths, checks).
        inplace: Whether the first operand is consumed and updated in place.
        cheap: Whether computing it again costs less than keeping its result.
        real_only: Whether it has no derivative, or no meaning, for complex operands.
        diff: The derivative, filled in by ``srcgrad.rules``; ``None`` is no rule.
    """

    name: str
    runs: Mapping[str, Callable[..., Any]]
    spells: Mapping[str, str]
    infer: Callable[[tuple[Type, ...], Attrs], Type]
    storage: Storage = Storage.FRESH
    shape_only: frozenset[int] = frozenset()
    effect: bool = False
    inplace: bool = False
    cheap: bool = False
    real_only: bool = False
    diff: Any = field(default=None, compare=False)

    def __repr__(self) -> str:
        return self.name


OPS: dict[str, Op] = {}


def define(op: Op) -> Op:
    """Add an op to the table. A second definition of a name is a mistake."""
    if op.name in OPS:
        raise ValueError(f"op {op.name!r} is defined twice")
    OPS[op.name] = op
    return op
