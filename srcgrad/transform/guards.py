"""Marks what may raise, so that a gradient raises it too where its value is read by nobody.

A *guard* stands before an equation and repeats it as an effect. ``simplify`` drops it where the equation
itself is kept, or another that would raise as well; else it is printed as a statement: ``math.log(x)``.
Shapes that may not fit are compared, outside loops: no trip is repeated only to look at its shapes.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest

from srcgrad.ir.nodes import Atom, Block, Branch, Const, Eqn, Loop, Program, Stmt, Var
from srcgrad.ir.ops import OPS
from srcgrad.ir.types import AnyDim, Array, Number, dims_of
from srcgrad.ir.undefined import partial
from srcgrad.rules.effects import RAISING, guarded_by

Lengths = frozenset[frozenset[AnyDim]]


def guard(program: Program) -> Program:
    """The program with a guard before every equation that may raise."""
    functions = {name: _Guards(block).run() for name, block in program.functions.items()}
    return Program(_Guards(program.entry).run(), functions)


class _Guards:
    """Walks one block."""

    def __init__(self, block: Block) -> None:
        self.entry = block
        self.partial = partial(block)
        self.chosen = _outs_of_branches(block) & self.partial
        self.known: set[frozenset[AnyDim]] = set()

    def run(self) -> Block:
        return self.block(self.entry, in_loop=False)

    def block(self, block: Block, *, in_loop: bool) -> Block:
        stmts: list[Stmt] = []
        for stmt in block.stmts:
            if isinstance(stmt, Branch):
                known = set(self.known)
                arms = []
                for arm in (stmt.then, stmt.orelse):
                    arms.append(self.block(arm, in_loop=in_loop))
                    self.known = set(known)
                stmts.append(replace(stmt, then=arms[0], orelse=arms[1]))
            elif isinstance(stmt, Loop):
                stmts.append(replace(stmt, body=self.block(stmt.body, in_loop=True)))
            else:
                if isinstance(stmt, Eqn):
                    stmts += self.guards(stmt, in_loop=in_loop)
                stmts.append(stmt)
        return replace(block, stmts=tuple(stmts))

    def guards(self, eqn: Eqn, *, in_loop: bool) -> list[Eqn]:
        """What an equation may raise, as guards."""
        if eqn.op.effect:
            return []
        if in_loop and any(a in self.partial for a in eqn.args):
            return [_touch(a, eqn) for a in dict.fromkeys(eqn.args) if a in self.partial]
        if any(a in self.chosen for a in eqn.args):
            return [_repeat(eqn)]
        if _may_raise(eqn, in_loop=in_loop):
            return [_repeat(eqn)]
        pairs = compared(eqn)
        if in_loop or pairs <= self.known:
            return []
        kind = guarded_by(eqn.op)
        if kind == "aligned" and any(1 in pair for pair in pairs):
            return [_repeat(eqn)]  # broadcasting would let it pass
        self.known |= pairs
        args = tuple(self.like(a) for a in eqn.args)
        return [Eqn((), OPS["guard"], args, {"of": eqn.op.name, "how": kind}, eqn.span)]

    def like(self, atom: Atom) -> Atom:
        """An argument of the same shape, so that nothing is computed only for its shape."""
        dims = dims_of(atom.type)
        same = (p for p in self.entry.params if isinstance(p.type, Array) and p.type.dims == dims)
        return next(same, atom)


def _outs_of_branches(block: Block) -> set[Var]:
    """Results of ``if`` statements, at any depth."""
    found: set[Var] = set()
    for stmt in block.stmts:
        if isinstance(stmt, Branch):
            found |= {*stmt.outs, *_outs_of_branches(stmt.then), *_outs_of_branches(stmt.orelse)}
        elif isinstance(stmt, Loop):
            found |= _outs_of_branches(stmt.body)
    return found


def _repeat(eqn: Eqn) -> Eqn:
    via = eqn.attrs.get("via", "")
    attrs = {k: v for k, v in eqn.attrs.items() if k != "via"}
    return Eqn((), OPS["guard"], eqn.args, {"of": eqn.op.name, "spelling": via, **attrs}, eqn.span)


def _touch(atom: Atom, eqn: Eqn) -> Eqn:
    """A read that costs nothing, and raises where a trip leaves a name unbound: it is ``None`` there."""
    return Eqn((), OPS["guard"], (atom,), {"of": "real", "spelling": ""}, eqn.span)


def _may_raise(eqn: Eqn, *, in_loop: bool) -> bool:
    """Whether Python may refuse these numbers where their gradient is a number.

    A quotient's gradient divides by the same number; in a loop that is soon enough.
    """
    via = eqn.attrs.get("via", "")
    if eqn.op.name in ("divide", "floor_divide", "remainder"):
        divisor = eqn.args[1]
        numbers = all(isinstance(a.type, Number) for a in eqn.args)
        return numbers and not in_loop and not (isinstance(divisor, Const) and divisor.value != 0)
    return via == "math" and eqn.op.name in RAISING


def compared(eqn: Eqn) -> Lengths:
    """The pairs of lengths, not known to be equal, that an equation lets NumPy compare."""
    kind = guarded_by(eqn.op)
    if kind is None or len(eqn.args) != 2:
        return frozenset()
    a, b = (dims_of(atom.type) for atom in eqn.args)
    if not a or not b:
        return frozenset()
    if kind == "aligned":
        return frozenset() if a[-1] == b[-2:][0] else frozenset({frozenset((a[-1], b[-2:][0]))})
    pairs = zip_longest(reversed(a), reversed(b), fillvalue=1)
    return frozenset(frozenset(pair) for pair in pairs if pair[0] != pair[1] and 1 not in pair)


__all__ = ["compared", "guard"]
