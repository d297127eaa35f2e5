"""Writes the body of one phase: statements in program order, each as far out as it can be.

A value that is used once, on the same line of the user's program, is written into its use; a value
that does not vary along the inner loops is computed outside of them.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

import numpy as np

from srcgrad.codegen.cfamily import COUNTS, FILLS, IDENTITIES, Form, Phase
from srcgrad.codegen.interface import Names, refuse, remark
from srcgrad.codegen.spelling import (
    DType,
    Text,
    convert,
    dtype_of,
    literal,
    local,
    product,
    repeats,
    spell,
    word,
)
from srcgrad.errors import Span
from srcgrad.ir.nodes import Atom, Const, Eqn, Undef, Var
from srcgrad.ir.types import Array, dims_of

Axes: TypeAlias = "tuple[int | None, ...]"
Key: TypeAlias = "tuple[Var, Axes]"
_WIDEST = 60


class Line(NamedTuple):
    """A statement and the user's expression that it comes from."""

    code: str
    span: Span | None


class Root(NamedTuple):
    """A use of a value by the phase itself: ``left`` is all that comes before the value."""

    atom: Atom
    axes: Axes
    left: str
    dtype: DType
    span: Span | None


class Nest:
    """The statements of a phase, sorted by the loop that holds them.

    ``levels`` maps axes of the domain to loop levels (1 outermost), ``index`` to names of index
    variables. ``lefts`` gives for each sum the text that adds to it; others are left out.
    """

    def __init__(
        self,
        form: Form,
        phase: Phase,
        levels: Mapping[int, int],
        index: Mapping[int, str],
        lefts: Mapping[Var, str],
        stores: bool = True,
    ) -> None:
        self.form, self.levels, self.index = form, levels, index
        self.depth = max(levels.values(), default=0)
        self.helpers: set[tuple[str, DType]] = set()
        self.lines: list[list[Line]] = [[] for _ in range(self.depth + 1)]
        self._names = Names(form.names)
        self._count: Counter[Key] = Counter()
        self._user: dict[Key, tuple[int, Span | None]] = {}
        self._text: dict[Key, Text] = {}
        self._temporaries = 0
        self._run(self._roots(phase, lefts, stores))

    # -- which values are needed, and how often

    def _roots(self, phase: Phase, lefts: Mapping[Var, str], stores: bool) -> list[Root]:
        roots = []
        own: Axes = tuple(a if a in self.levels else None for a in range(len(phase.domain)))
        for var, buffer in phase.stores if stores else ():
            left = buffer.at([None if a is None else self.index[a] for a in own]) + " = "
            roots.append(Root(*self.resolve(var, own), left, buffer.dtype, self.form.span(var)))
        for total in phase.sums:
            if total.var in lefts:
                atom, axes = self.resolve(total.operand, own)
                span = self.form.span(total.var)
                roots.append(Root(atom, axes, lefts[total.var], total.buffer.dtype, span))
        return roots

    def resolve(self, atom: Atom, axes: Axes) -> tuple[Atom, Axes]:
        """Follow ops that only rename axes: the atom below them, and its axes in the domain."""
        while isinstance(atom, Var) and atom in self.form.defs:
            eqn = self.form.defs[atom]
            if eqn.op.name not in IDENTITIES:
                break
            below = eqn.args[0]
            axes = self._below(eqn, axes)
            atom = below
        return atom, axes

    def _below(self, eqn: Eqn, axes: Axes) -> Axes:
        own = dims_of(eqn.args[0].type) or ()
        axis, rank = eqn.attrs.get("axis"), max(len(axes), len(own))
        chosen = axis if isinstance(axis, tuple) else () if axis is None else (axis,)
        places = {a % rank for a in chosen}
        if eqn.op.name == "expand_dims":
            return tuple(a for k, a in enumerate(axes) if k not in places)
        if eqn.op.name == "squeeze":
            rest = iter(axes)
            ones = places if axis is not None else {k for k, d in enumerate(own) if d == 1}
            return tuple(None if k in ones else next(rest) for k in range(len(own)))
        if eqn.op.name == "transpose":
            order = eqn.attrs.get("axes") or range(len(own) - 1, -1, -1)
            placed = dict(zip((a % len(own) for a in order), axes, strict=True))
            return tuple(placed[k] for k in range(len(own)))
        return self._aligned(eqn.args[0], axes)

    def _aligned(self, atom: Atom, axes: Axes) -> Axes:
        """Axes of a broadcast operand, given those of the result."""
        shape = self.form.shape(atom.type)
        last = axes[len(axes) - len(shape) :]
        return tuple(None if n == 1 else a for n, a in zip(shape, last, strict=True))

    def _operands(self, eqn: Eqn, axes: Axes) -> list[tuple[Atom, Axes]]:
        if eqn.op.name in FILLS:
            return [(a, ()) for a in eqn.args[1:]]
        return [self.resolve(a, self._aligned(a, axes)) for a in self.form.values(eqn)]

    def _computed(self, atom: Atom) -> bool:
        return isinstance(atom, Var) and atom in self.form.defs and atom not in self.form.sums

    def _level(self, axes: Axes) -> int:
        return max((self.levels[a] for a in axes if a is not None), default=0)

    def _plan(self, roots: list[Root]) -> list[Key]:
        """Keys of the needed equations in program order; counts the uses of all."""
        queue: list[tuple[int, int, Key]] = []

        def use(atom: Atom, axes: Axes, times: int, level: int, span: Span | None) -> None:
            if not isinstance(atom, Var):
                return
            key = (atom, axes)
            if not self._count[key] and self._computed(atom):
                heapq.heappush(queue, (-self.form.position[atom], len(self._count), key))
            self._count[key] += times
            self._user[key] = (level, span)

        for root in roots:
            own = self.form.span(root.atom) if isinstance(root.atom, Var) else None
            use(root.atom, root.axes, 1, self.depth, own)
        keys: list[Key] = []
        while queue:
            key = heapq.heappop(queue)[2]
            keys.append(key)
            eqn = self.form.defs[key[0]]
            for k, (atom, axes) in enumerate(self._operands(eqn, key[1])):
                use(atom, axes, 2 if k == 0 and repeats(eqn) else 1, self._level(key[1]), eqn.span)
        return keys[::-1]

    # -- text

    def _run(self, roots: list[Root]) -> None:
        keys = self._plan(roots)
        at: dict[Key, list[Root]] = {}
        loose = []
        for root in roots:
            if isinstance(root.atom, Var) and self._computed(root.atom):
                at.setdefault((root.atom, root.axes), []).append(root)
            else:
                loose.append(root)
        for key in keys:
            eqn = self.form.defs[key[0]]
            users = at.get(key, [])
            self._define(key, eqn, bool(users))
            for root in users:
                self._finish(root, eqn.span or root.span)
        for root in loose:
            self._finish(root, root.span)

    def _finish(self, root: Root, span: Span | None) -> None:
        text = convert(self._operand(root.atom, root.axes, self.depth, span), root.dtype)
        self.lines[self.depth].append(Line(f"{root.left}{text.code};", span))

    def _define(self, key: Key, eqn: Eqn, rooted: bool) -> None:
        """Make the text of a value: a name, or the expression if that can go into its use."""
        level = self._level(key[1])
        text = self._expression(eqn, key[1], level)
        deep, span = self._user[key]
        alone = self._count[key] == 1 and len(text.code) <= _WIDEST
        beside = rooted and level == self.depth
        line = getattr(span, "line", None) == getattr(eqn.span, "line", None)
        if eqn.op.name in COUNTS or (
            alone and (beside or (not key[0].name and line and deep == level))
        ):
            self._text[key] = text
            return
        if text.value is not None:
            self._text[key] = text
            return
        name = self._name(key)
        self.lines[level].append(Line(f"const {local(text.dtype)} {name} = {text.code};", eqn.span))
        self._text[key] = word(name, text.dtype)

    def _name(self, key: Key) -> str:
        var, axes = key
        if var in self.form.arrays or var in self.form.sums or var.name in self.form.names.taken:
            base = self.form.arrays[var].name if var in self.form.arrays else var.name or "t"
            base = self.form.sums[var].name if var in self.form.sums else base
            letters = "".join(self.index[a] for a in axes if a is not None)
            return self._names.take(f"{base}_{letters or '0'}")
        if var.name:
            return self._names.take(var.name)
        self._temporaries += 1
        return self._names.take(f"t{self._temporaries}")

    def _expression(self, eqn: Eqn, axes: Axes, level: int) -> Text:
        name, out = eqn.op.name, dtype_of(eqn.out.type)
        if name in COUNTS:
            return self._length(eqn)
        if out is None:
            raise refuse(name, eqn.span)
        operands = [self._operand(a, x, level, eqn.span) for a, x in self._operands(eqn, axes)]
        if name in FILLS:
            return convert(operands[0], out) if operands else literal(int(name == "ones_like"), out)
        text = spell(eqn, operands, self.helpers)
        if text is None:
            raise refuse(name, eqn.span)
        return text

    def _length(self, eqn: Eqn) -> Text:
        shape = self.form.shape(eqn.args[0].type)
        if eqn.op.name == "ndim":
            return literal(len(shape), np.dtype("int64"))
        axis = eqn.attrs.get("axis")
        axes = eqn.attrs.get("axes", range(len(shape)) if axis is None else (axis,))
        factors = [shape[a] for a in axes if shape[a] != 1]
        if all(isinstance(n, int) for n in factors):
            return literal(int(np.prod([int(n) for n in factors])), np.dtype("int64"))
        return product([str(n) for n in factors])

    def _operand(self, atom: Atom, axes: Axes, level: int, span: Span | None) -> Text:
        """The text of an operand that a statement at this level uses."""
        if isinstance(atom, Const):
            dtype = dtype_of(atom.type)
            if dtype is not None:
                return literal(atom.value, dtype)
        if not isinstance(atom, Var) or isinstance(atom, Undef):
            raise refuse(f"the value {atom!r}", span)
        key = (atom, axes)
        if key in self._text:
            return self._text[key]
        dtype = dtype_of(atom.type)
        if dtype is None:
            raise refuse(f"a value of type {atom.type}", span)
        if not isinstance(atom.type, Array) and atom not in self.form.sums:
            names = dict(zip(self.form.interface.params, self.form.interface.names, strict=True))
            return word(names[atom], dtype)
        return self._load(key, dtype, level, span)

    def _load(self, key: Key, dtype: DType, level: int, span: Span | None) -> Text:
        atom, axes = key
        buffer = self.form.arrays.get(atom) or self.form.sums[atom]
        code = buffer.at([None if a is None else self.index[a] for a in axes])
        own = self._level(axes)
        if self._count[key] == 1 and own == level:
            return word(code, dtype)
        name = self._name(key)
        self.lines[own].append(Line(f"const {local(dtype)} {name} = {code};", span))
        self._text[key] = word(name, dtype)
        return self._text[key]


def with_remarks(lines: list[Line]) -> list[str]:
    """The statements, each group after the user's line that it comes from."""
    written, last = [], None
    for line in lines:
        place = None if line.span is None else (line.span.file, line.span.line)
        if line.span is not None and place != last:
            written.append(remark(line.span))
        last = place
        written.append(line.code)
    return written
