"""Cuts a program into phases, for the targets of the C family.

A phase walks one iteration domain once, stores results and adds up sums; a value that needs a
finished sum belongs to a later phase. Nothing else is kept from phase to phase: a phase computes
what it needs from the arguments and the sums before it. Lengths of broadcast axes are unified, so
every symbolic length is that of an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from srcgrad.codegen.interface import Buffer, Interface, Length, Lengths, Names, refuse
from srcgrad.codegen.spelling import ELEMENTWISE, dtype_of
from srcgrad.errors import Span
from srcgrad.ir.nodes import Atom, Const, Eqn, Program, Var
from srcgrad.ir.ops import OPS
from srcgrad.ir.types import INT, Array, Type, dims_of

_COPIES = frozenset({"copy", "asarray", "ascontiguousarray"})
IDENTITIES = frozenset({"spread", "expand_dims", "squeeze", "transpose"}) | _COPIES
FILLS = frozenset({"zeros_like", "ones_like", "full_like"})
COUNTS = frozenset({"size", "length", "ndim"})
SUPPORTED = ELEMENTWISE | IDENTITIES | FILLS | COUNTS | {"sum"}


@dataclass(frozen=True, slots=True)
class Sum:
    """One sum: ``places[k]`` is the axis of the domain that axis ``k`` of the result runs along."""

    var: Var
    operand: Atom
    buffer: Buffer
    places: tuple[int | None, ...]

    @property
    def kept(self) -> frozenset[int]:
        """Axes of the domain that are not summed over."""
        return frozenset(p for p in self.places if p is not None)


@dataclass(slots=True)
class Phase:
    """One walk over a domain."""

    domain: tuple[Length, ...]
    stores: list[tuple[Var, Buffer]] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)

    @property
    def loops(self) -> list[int]:
        """Axes of the domain that are longer than one."""
        return [axis for axis, length in enumerate(self.domain) if length != 1]


class Form:
    """A straight-line program, analysed."""

    def __init__(self, program: Program, name: str) -> None:
        block = program.entry
        self.name = name
        self.eqns = [e for s in block.stmts for e in _without_mean(s)]
        self.defs = {out: eqn for eqn in self.eqns for out in eqn.outs}
        self.position = {eqn.out: k for k, eqn in enumerate(self.eqns)}
        self.needed, shaped = self._needed(block.results)
        self.lengths = Lengths()
        self.names = Names()
        self.sums: dict[Var, Buffer] = {}
        for var in (*block.params, *(e.out for e in self.eqns if e.out in shaped)):
            self._check(var)
        for eqn in self.eqns:
            if eqn.out in shaped:
                self._unify(eqn)
        self.interface = self._interface(block.params)
        self.arrays = self._arrays()
        self.phases = self._phases(block.results)
        words = {v.name for v in (*block.params, *self.defs)}
        self._words = words | {b.name for b in self.interface.buffers}
        self._own: dict[str, str] = {}

    def own(self, wish: str) -> str:
        """A name of the compiler's own; the user's names keep clear of it, and it of theirs."""
        if wish not in self._own:
            name = next(
                w for k in range(1, 99) if (w := f"{wish}{k if k > 1 else ''}") not in self._words
            )
            self._own[wish] = self.names.take(name)
        return self._own[wish]

    def letters(self, axes: Sequence[int]) -> dict[int, str]:
        """Index variables for axes of a domain."""
        return {axis: self.own("ijklm"[k] if k < 5 else f"i{k}") for k, axis in enumerate(axes)}

    def span(self, var: Var) -> Span | None:
        """The user's expression that the value comes from."""
        return self.defs[var].span if var in self.defs else None

    def values(self, eqn: Eqn) -> list[Atom]:
        """Operands whose value is read, not only their shape."""
        if eqn.op.name in COUNTS:
            return []
        return [a for k, a in enumerate(eqn.args) if k not in eqn.op.shape_only]

    def shape(self, type_: Type) -> tuple[Length, ...]:
        """Lengths of a type."""
        return tuple(self.lengths.spell(d) for d in dims_of(type_) or ())

    def _needed(self, results: Sequence[Atom]) -> tuple[set[Var], set[Var]]:
        """Values that the results are made of, and those of which at least the shape is read."""
        needed = {a for a in results if isinstance(a, Var)}
        shaped = set(needed)
        for eqn in reversed(self.eqns):
            if eqn.out in needed:
                needed.update(a for a in self.values(eqn) if isinstance(a, Var))
            if eqn.out in shaped:
                shaped.update(a for a in eqn.args if isinstance(a, Var))
        return needed, shaped

    def _check(self, var: Var) -> None:
        """Refuse ops and types that C has no counterpart for."""
        eqn, whole = self.defs.get(var), _whole_array(var.type)
        if eqn is not None and eqn.op.name not in SUPPORTED:
            raise refuse(eqn.op.name, eqn.span)
        if dims_of(var.type) is None or dtype_of(var.type) is None or (whole and eqn is not None):
            what = f"argument {var.name}" if eqn is None else eqn.op.name
            raise refuse(f"{what} of type {var.type}", self.span(var))
        if eqn is not None and eqn.op.name == "full_like" and dims_of(eqn.args[1].type) != ():
            raise refuse("full_like with an array as value", eqn.span)

    def _unify(self, eqn: Eqn) -> None:
        """Make lengths equal that broadcast against each other."""
        if eqn.op.name not in ELEMENTWISE and eqn.op.name != "spread":
            return
        out = dims_of(eqn.out.type) or ()
        for atom in eqn.args:
            own = dims_of(atom.type) or ()
            for a, b in zip(reversed(own), reversed(out), strict=False):
                if a != 1:
                    self.lengths.unify(a, b, eqn.span)

    def _interface(self, params: Sequence[Var]) -> Interface:
        lengths: dict[str, tuple[int, int]] = {}
        for k, param in enumerate(params):
            for axis, dim in enumerate(dims_of(param.type) or ()):
                name = f"n{len(lengths)}"
                if self.lengths.name(dim, name):
                    lengths[self.names.take(name)] = (k, axis)
        names = tuple(self.names.take(p.name or "x") for p in params)
        shapes = tuple(self.shape(p.type) for p in params)
        return Interface(tuple(params), names, shapes, lengths)

    def _arrays(self) -> dict[Var, Buffer]:
        arrays = {}
        face = self.interface
        for param, name, shape in zip(face.params, face.names, face.shapes, strict=True):
            dtype = dtype_of(param.type)
            if isinstance(param.type, Array) and dtype is not None:
                strides = tuple(f"{name}_s{axis}" for axis in range(len(shape)))
                arrays[param] = Buffer(name, dtype, shape, strides)
        return arrays

    def _levels(self) -> dict[Var, int]:
        """How many sums a value waits for, one after the other."""
        levels: dict[Var, int] = {}
        for eqn in self.eqns:
            below = [levels.get(a, 0) for a in self.values(eqn) if isinstance(a, Var)]
            levels[eqn.out] = max(below, default=0) + (eqn.op.name == "sum")
        return levels

    def _phases(self, results: Sequence[Atom]) -> list[Phase]:
        face, levels = self.interface, self._levels()
        outputs = list(dict.fromkeys(a for a in results if isinstance(a, Var)))
        buffers = {v: self._buffer(v, v.name or "result") for v in outputs}
        summed = [e for e in self.eqns if e.op.name == "sum" and e.out in self.needed]
        for eqn in summed:
            self.sums[eqn.out] = buffers.get(eqn.out) or self._buffer(
                eqn.out, eqn.out.name or "sum"
            )
        phases: dict[tuple[int, tuple[Length, ...]], Phase] = {}
        for eqn in summed:
            level = levels.get(eqn.args[0], 0) if isinstance(eqn.args[0], Var) else 0
            domain = self.shape(eqn.args[0].type)
            phase = phases.setdefault((level, domain), Phase(domain))
            phase.sums.append(self._sum(eqn, domain))
        for var in outputs:
            if var not in self.sums:
                domain = self.shape(var.type)
                phase = phases.setdefault((levels.get(var, 0), domain), Phase(domain))
                phase.stores.append((var, buffers[var]))
        face.buffers = (*buffers.values(), *(b for v, b in self.sums.items() if v not in buffers))
        face.results = tuple(
            outputs.index(a) if isinstance(a, Var) else _constant(a) for a in results
        )
        face.types = tuple(a.type for a in results)
        face.boxed = tuple(isinstance(a, Var) and self._is_boxed(a) for a in results)
        return [phases[key] for key in sorted(phases, key=lambda key: key[0])]

    def _is_boxed(self, var: Var) -> bool:
        """Whether NumPy gives an array, not a scalar, where the rank is zero."""
        return var in self.defs and self.defs[var].op.name in FILLS | _COPIES | {"spread"}

    def _buffer(self, var: Var, wish: str) -> Buffer:
        dtype = dtype_of(var.type)
        if dtype is None:
            raise refuse(f"{wish} of type {var.type}", self.span(var))
        return Buffer(self.names.take(wish), dtype, self.shape(var.type))

    def _sum(self, eqn: Eqn, domain: tuple[Length, ...]) -> Sum:
        rank = len(domain)
        axis, keep = eqn.attrs.get("axis"), eqn.attrs.get("keepdims", False)
        axes = range(rank) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        gone = {a % rank for a in axes} if rank else set()
        places = [
            None if k in gone or domain[k] == 1 else k for k in range(rank) if keep or k not in gone
        ]
        return Sum(eqn.out, eqn.args[0], self.sums[eqn.out], tuple(places))


def _whole_array(type_: Type) -> bool:
    return isinstance(type_, Array) and type_.dtype is not None and type_.dtype.kind in "iu"


def _constant(atom: Atom) -> Const:
    if isinstance(atom, Const):
        return atom
    raise refuse("an undefined result", None)


def _without_mean(stmt: Any) -> list[Eqn]:
    """The statement as equations; a mean is a sum divided by a count."""
    if isinstance(stmt, Eqn) and stmt.op.name in ("boundary", "guard"):
        return []
    if not isinstance(stmt, Eqn) or len(stmt.outs) != 1:
        what = stmt.op.name if isinstance(stmt, Eqn) else type(stmt).__name__.lower()
        raise refuse(what, stmt.span)
    if stmt.op.name == "sum" and set(stmt.attrs) - {"axis", "keepdims", "via"}:
        raise refuse("sum with these options", stmt.span)
    if stmt.op.name != "mean":
        return [stmt]
    x, axis = stmt.args[0], stmt.attrs.get("axis")
    rank = len(dims_of(x.type) or ())
    axes = range(rank) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    total, count = Var("", stmt.out.type), Var("", INT)
    made = [Eqn((total,), OPS["sum"], stmt.args, stmt.attrs, stmt.span)]
    made.append(
        Eqn((count,), OPS["size"], stmt.args, {"axes": tuple(a % rank for a in axes)}, stmt.span)
    )
    return [*made, Eqn((stmt.out,), OPS["divide"], (total, count), {}, stmt.span)]
