"""Arrays that hold integers on one path and floats on another hold floats on both.

NumPy lets the path decide. An adjoint cannot: it makes arrays like the value, and adds floats to them.
So the integers are converted where the paths meet, which changes no value of up to 53 bits.
"""

from __future__ import annotations

from dataclasses import replace

from srcgrad.ir.build import Builder
from srcgrad.ir.nodes import Atom, Block, Branch, Loop, Program, Stmt
from srcgrad.ir.types import Array, Type, is_differentiable


def promoted(program: Program) -> Program:
    """The program in which what meets at branches and loops has one dtype, if that is a floating one."""
    functions = {name: _block(block) for name, block in program.functions.items()}
    return Program(_block(program.entry), functions)


def _block(block: Block) -> Block:
    return replace(block, stmts=tuple(new for stmt in block.stmts for new in _stmt(stmt)))


def _stmt(stmt: Stmt) -> list[Stmt]:
    if isinstance(stmt, Branch):
        types = [out.type for out in stmt.outs]
        then, orelse = _ending(_block(stmt.then), types), _ending(_block(stmt.orelse), types)
        return [replace(stmt, then=then, orelse=orelse)]
    if isinstance(stmt, Loop):
        types = [param.type for param in stmt.params]
        b = Builder()
        b.span = stmt.span
        inits = tuple(_as(b, a, t) for a, t in zip(stmt.inits, types, strict=True))
        body = _ending(_block(stmt.body), types)
        return [*b.stmts, replace(stmt, inits=inits, body=body)]
    return [stmt]


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
