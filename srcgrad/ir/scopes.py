"""Names across blocks: which values one reads from outside, and functions that are called by name."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace

from srcgrad.ir.nodes import Block, Branch, Call, Loop, Program, Stmt, Var


def free_vars(block: Block, bound: set[Var] | None = None) -> list[Var]:
    """Values that a block (with what is nested in it) reads from outside, in order of first use."""
    found: dict[Var, None] = {}
    inside = set(block.params) | (bound or set())

    def read(atoms: object) -> None:
        for atom in atoms:  # type: ignore[attr-defined]
            if isinstance(atom, Var) and atom not in inside:
                found[atom] = None

    def walk(inner: Block) -> None:
        for stmt in inner.stmts:
            if isinstance(stmt, Loop):
                read((*stmt.inits, *(stmt.range or ())))
                inside.update(stmt.params)
                if stmt.index is not None:
                    inside.add(stmt.index)
                if stmt.cond is not None:
                    walk(stmt.cond)
                walk(stmt.body)
            elif isinstance(stmt, Branch):
                read((stmt.test,))
                walk(stmt.then)
                walk(stmt.orelse)
            else:
                read(stmt.args)
            inside.update(stmt.outs)
        read(inner.results)

    walk(block)
    return list(found)


def apart_from(program: Program, taken: AbstractSet[str]) -> Program:
    """The program with other names for functions that are called like something else."""
    names: dict[str, str] = {}
    for name in program.functions:
        new = name
        while new in taken or (new != name and new in program.functions):
            new += "_"
        names[name] = new
    if all(new == name for name, new in names.items()):
        return program

    def renamed(stmt: Stmt) -> Stmt:
        if isinstance(stmt, Call):
            return replace(stmt, function=names[stmt.function])
        if isinstance(stmt, Branch):
            return replace(stmt, then=inside(stmt.then), orelse=inside(stmt.orelse))
        return replace(stmt, body=inside(stmt.body)) if isinstance(stmt, Loop) else stmt

    def inside(block: Block) -> Block:
        return replace(block, stmts=tuple(map(renamed, block.stmts)))

    functions = {names[name]: inside(block) for name, block in program.functions.items()}
    return Program(inside(program.entry), functions)
