"""Finds the arrays that emitted code may update in place: buffers that cotangents are added into."""

from __future__ import annotations

from collections.abc import Iterator

from srcgrad.ir.nodes import Atom, Block, Branch, Eqn, Loop, Stmt, Var, regions_of


def backward_values(block: Block) -> Iterator[Var]:
    """Values that the backward sweep defines."""
    after = False
    for stmt in block.stmts:
        after = after or (isinstance(stmt, Eqn) and stmt.op.name == "boundary")
        if after:
            yield from _defined(stmt)


def all_defined(block: Block) -> Iterator[Var]:
    """Values that a region defines, those of its regions too."""
    for stmt in block.stmts:
        yield from _defined(stmt)


def _defined(stmt: Stmt) -> Iterator[Var]:
    yield from stmt.outs
    if isinstance(stmt, Loop):
        yield from stmt.params
    for inner in regions_of(stmt):
        for nested in inner.stmts:
            yield from _defined(nested)


def find_buffers(block: Block, backward: set[Var]) -> set[Var]:
    """Values that may be updated in place, with all that flow into or out of them."""
    edges: dict[Var, set[Var]] = {}

    def link(a: Atom, b: Atom) -> None:
        if isinstance(a, Var) and isinstance(b, Var):
            edges.setdefault(a, set()).add(b)
            edges.setdefault(b, set()).add(a)

    def walk(inner: Block) -> None:
        for stmt in inner.stmts:
            if isinstance(stmt, Eqn) and stmt.op.inplace:
                seeds.extend((stmt.out, stmt.args[0]))
                link(stmt.out, stmt.args[0])
            elif isinstance(stmt, Branch):
                for out, a, b in zip(
                    stmt.outs, stmt.then.results, stmt.orelse.results, strict=True
                ):
                    link(out, a)
                    link(out, b)
            elif isinstance(stmt, Loop):
                for p, i, r, o in zip(
                    stmt.params, stmt.inits, stmt.body.results, stmt.outs, strict=True
                ):
                    link(p, i)
                    link(p, r)
                    link(p, o)
                seeds.extend(_accumulators(stmt, backward))
            for nested in regions_of(stmt):
                walk(nested)

    seeds: list[Atom] = []
    walk(block)
    found: set[Var] = set()
    todo = [s for s in seeds if isinstance(s, Var)]
    while todo:
        var = todo.pop()
        if var not in found:
            found.add(var)
            todo.extend(edges.get(var, ()))
    return found


def _accumulators(loop: Loop, backward: set[Var]) -> Iterator[Atom]:
    """Cotangents of array type that a trip adds to: printed as ``p += t``."""
    adds = {s.out: s for s in loop.body.stmts if isinstance(s, Eqn) and s.op.name == "add"}
    for param, end in zip(loop.params, loop.body.results, strict=True):
        eqn = adds.get(end) if end in backward else None
        if eqn is not None and eqn.args[0] is param and getattr(param.type, "dims", ()) != ():
            yield param


def updates_buffer(stmt: Stmt, buffers: set[Var]) -> bool:
    """Whether a statement, or one nested in it, may update a buffer in place."""
    if isinstance(stmt, Eqn):
        return stmt.op.inplace or (stmt.op.name == "add" and stmt.out in buffers)
    return any(updates_buffer(s, buffers) for inner in regions_of(stmt) for s in inner.stmts)
