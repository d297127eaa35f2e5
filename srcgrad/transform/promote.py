"""Arrays that hold integers on one path and floats on another hold floats on both.

NumPy lets the path decide. An adjoint cannot: it makes arrays like the value, and adds floats to them.
So the integers are converted where the paths meet, which changes no value of up to 53 bits. Numbers stay
what they are, but where an array is made of one that may be an integer, it is made of the float.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from srcgrad.ir.build import Builder
from srcgrad.ir.nodes import Atom, Block, Branch, Eqn, Loop, Program, Stmt, Var, regions_of
from srcgrad.ir.types import FLOAT, Array, Number, Type, is_differentiable


def promoted(program: Program) -> Program:
    """The program in which what meets at branches and loops has one dtype, if that is a floating one."""
    functions = {name: _Promotion(block).run() for name, block in program.functions.items()}
    return Program(_Promotion(program.entry).run(), functions)


class _Promotion:
    """Rewrites one block; ``mixed`` are numbers that are floats on one path and integers on another."""

    def __init__(self, block: Block) -> None:
        self.entry = block
        self.mixed: set[Var] = set()
        size = -1
        while size != len(self.mixed):
            size = len(self.mixed)
            self._find(block)

    def run(self) -> Block:
        """The block with the conversions."""
        return self._block(self.entry)

    def _find(self, block: Block) -> None:
        for stmt in block.stmts:
            if isinstance(stmt, Branch):
                self._meet(stmt.outs, stmt.then.results, stmt.orelse.results)
            elif isinstance(stmt, Loop):
                self._meet(stmt.params, stmt.inits, stmt.body.results)
                self._meet(stmt.outs, stmt.params, stmt.body.results)
            elif isinstance(stmt, Eqn) and any(a in self.mixed for a in stmt.args):
                self.mixed.update(o for o in stmt.outs if _is_number(o.type))
            for inner in regions_of(stmt):
                self._find(inner)

    def _meet(self, outs: tuple[Var, ...], *ends: tuple[Atom, ...]) -> None:
        for out, *parts in zip(outs, *ends, strict=True):
            if _is_number(out.type) and any(_is_whole(p) or p in self.mixed for p in parts):
                self.mixed.add(out)

    def _block(self, block: Block) -> Block:
        return replace(block, stmts=tuple(new for stmt in block.stmts for new in self._stmt(stmt)))

    def _stmt(self, stmt: Stmt) -> list[Stmt]:
        if isinstance(stmt, Branch):
            types = [out.type for out in stmt.outs]
            then, orelse = (_ending(self._block(arm), types) for arm in (stmt.then, stmt.orelse))
            return [replace(stmt, then=then, orelse=orelse)]
        b = Builder()
        b.span = stmt.span
        if isinstance(stmt, Loop):
            types = [param.type for param in stmt.params]
            inits = tuple(_as(b, a, t) for a, t in zip(stmt.inits, types, strict=True))
            body = _ending(self._block(stmt.body), types)
            return [*b.stmts, replace(stmt, inits=inits, body=body)]
        if isinstance(stmt, Eqn) and self._makes_array(stmt):
            args = tuple(b.emit("to_float", a) if a in self.mixed else a for a in stmt.args)
            return [*b.stmts, replace(stmt, args=args)]
        return [stmt]

    def _makes_array(self, eqn: Eqn) -> bool:
        """Whether such a number alone decides that an array holds floats."""
        if not any(a in self.mixed for a in eqn.args) or len(eqn.outs) != 1:
            return False
        others = (a.type for a in eqn.args if a not in self.mixed)
        whole = isinstance(eqn.out.type, Array) and eqn.out.type.dims != ()
        return whole and not any(isinstance(t, Array) and _is_float(t) for t in others)


def _is_number(type_: Type) -> bool:
    """Whether a value is a float of Python, or a scalar that ``float`` makes one of without loss."""
    return type_ == FLOAT or type_ == Array(np.dtype(float), ())


def _is_whole(atom: Atom) -> bool:
    return isinstance(atom.type, Number) and atom.type.kind in ("int", "bool")


def _is_float(type_: Array) -> bool:
    return type_.dtype is None or type_.dtype.kind in "fc"


def _ending(block: Block, types: list[Type]) -> Block:
    """The block whose results have these types."""
    b = Builder()
    results = tuple(_as(b, a, t) for a, t in zip(block.results, types, strict=True))
    return replace(block, stmts=(*block.stmts, *b.stmts), results=results)


def _as(b: Builder, atom: Atom, type_: Type) -> Atom:
    """The atom, converted if it holds integers in place of the floats of the type."""
    own = atom.type
    if not (isinstance(own, Array) and isinstance(type_, Array) and own.dims != ()):
        return atom
    if own.dtype is None or own.dtype.kind not in "iub" or not is_differentiable(type_):
        return atom
    return atom if type_.dtype is None else b.emit("astype", atom, dtype=type_.dtype)


__all__ = ["promoted"]
