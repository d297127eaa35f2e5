"""Nodes of the IR: atoms, equations, branches, loops, blocks, functions.

Every ``Var`` is defined once, by identity; its ``name`` is only a hint for printing. A region (an
arm, a loop body, a loop condition) sees the values of the regions around it; its own values leave
it only through ``results``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from srcgrad.errors import Span
from srcgrad.ir.ops import Op
from srcgrad.ir.types import Type, type_of_value


class Var:
    """A value that is defined once. ``name`` is the user's word for it, or empty."""

    __slots__ = ("name", "type")

    def __init__(self, name: str, type: Type) -> None:
        self.name = name
        self.type = type

    def __repr__(self) -> str:
        return f"{self.name or '_'}:{self.type}"


class Const:
    """A literal Python number."""

    __slots__ = ("type", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        self.type: Type = type_of_value(value)

    def __repr__(self) -> str:
        return repr(self.value)


class Undef:
    """No value: on the edge from an arm or a zero-trip loop in which a name is not assigned."""

    __slots__ = ("type",)

    def __init__(self, type: Type) -> None:
        self.type = type

    def __repr__(self) -> str:
        return "undef"


Atom: TypeAlias = "Var | Const | Undef"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place inside an attribute (an index, a shape) that the argument of this number fills."""

    position: int


class Slice:
    """A slice inside an index attribute; parts are ints, ``None`` or ``Slot``."""

    __slots__ = ("start", "step", "stop")

    def __init__(self, start: Any, stop: Any, step: Any) -> None:
        self.start, self.stop, self.step = start, stop, step

    def _parts(self) -> tuple[Any, Any, Any]:
        return self.start, self.stop, self.step

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Slice) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def __repr__(self) -> str:
        return ":".join("" if p is None else str(p) for p in self._parts())


@dataclass(frozen=True, slots=True)
class Eqn:
    """One operation: ``outs = op(args, **attrs)``."""

    outs: tuple[Var, ...]
    op: Op
    args: tuple[Atom, ...]
    attrs: dict[str, Any] = field(default_factory=dict)
    span: Span | None = None

    @property
    def out(self) -> Var:
        """The only result."""
        return self.outs[0]


@dataclass(frozen=True, slots=True)
class Branch:
    """Two arms; ``outs[k]`` is ``results[k]`` of the arm taken."""

    test: Atom
    then: Block
    orelse: Block
    outs: tuple[Var, ...]
    site: str
    span: Span | None = None


ROOT = -1  # of a loop that is cut into segments: the states of about the root of its trips are kept


@dataclass(frozen=True, slots=True)
class Loop:
    """A counted loop (``range``) or a while loop (``cond``).

    ``params`` start as ``inits`` and become ``body.results`` after each trip; ``outs`` are their
    final values. ``cond`` (one boolean result) and ``body`` both read ``params``. ``exit`` is the
    position of the parameter that holds the exit code (0: go on, else leave the loop at the end of
    the trip), if the body can leave early. ``backwards`` walks the range from its end.
    """

    index: Var | None
    range: tuple[Atom, Atom, Atom] | None
    cond: Block | None
    params: tuple[Var, ...]
    inits: tuple[Atom, ...]
    body: Block
    outs: tuple[Var, ...]
    site: str
    span: Span | None = None
    exit: int | None = None
    backwards: bool = False
    segmented: int = 0  # how many states its adjoint keeps at a time; 0: all, ROOT: about the root


@dataclass(frozen=True, slots=True)
class Call:
    """A user function kept as a unit; ``function`` names an entry of the program.

    ``kind`` says what its adjoint is: ``"again"`` runs the function once more in place of keeping what it
    computed, ``"custom"`` is given by the user, for the first ``own`` arguments.
    """

    outs: tuple[Var, ...]
    function: str
    args: tuple[Atom, ...]
    site: str
    span: Span | None = None
    kind: str = ""
    own: int = 0


Stmt: TypeAlias = "Eqn | Branch | Loop | Call"


@dataclass(frozen=True, slots=True)
class Block:
    """A region: statements in order, and the atoms that leave it."""

    params: tuple[Var, ...]
    stmts: tuple[Stmt, ...]
    results: tuple[Atom, ...]


@dataclass(slots=True)
class Program:
    """The entry block and the functions that it calls by name (recursion, large helpers)."""

    entry: Block
    functions: dict[str, Block] = field(default_factory=dict)


def regions_of(stmt: Stmt) -> tuple[Block, ...]:
    """Blocks nested directly in a statement."""
    if isinstance(stmt, Branch):
        return (stmt.then, stmt.orelse)
    if isinstance(stmt, Loop):
        return (stmt.body,) if stmt.cond is None else (stmt.cond, stmt.body)
    return ()


def args_of(stmt: Stmt) -> tuple[Atom, ...]:
    """Atoms that a statement reads outside its nested blocks."""
    if isinstance(stmt, Branch):
        return (stmt.test,)
    if isinstance(stmt, Loop):
        return stmt.inits + (stmt.range or ())
    return stmt.args
