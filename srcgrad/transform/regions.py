"""Where each value of a forward block is defined: the map that the backward sweep finds its way by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from srcgrad.ir.nodes import Atom, Block, Branch, Eqn, Loop, Program, Stmt, Var
from srcgrad.ir.types import Array, Type
from srcgrad.ir.undefined import partial


@dataclass(eq=False)
class Region:
    """A region of the forward program: the entry block, an arm, a loop body or condition."""

    block: Block
    parent: Region | None = None
    owner: Branch | Loop | None = None
    arm: int = 0
    in_loop: bool = False


@dataclass
class Map:
    """Home region and defining statement of every forward value."""

    top: Region
    home: dict[Var, Region] = field(default_factory=dict)
    definition: dict[Var, Stmt] = field(default_factory=dict)
    regions: dict[int, Region] = field(default_factory=dict)
    partial: frozenset[Var] = frozenset()

    def of(self, block: Block) -> Region:
        """The region of a nested block."""
        return self.regions[id(block)]

    def region_of(self, stmt: Stmt) -> Region:
        """The region that a statement with results stands in."""
        return self.home[stmt.outs[0]]

    def handed_on(self, var: Var) -> Type:
        """Type of the cotangent of a value on its way; if that may be undefined, it only broadcasts."""
        return loosened(var.type) if var in self.partial else var.type


def locate(block: Block) -> Map:
    """Map every value of the block and the blocks in it."""
    top = Region(block)
    found = Map(top, partial=frozenset(partial(block)))
    for param in block.params:
        found.home[param] = top
    _walk(top, found)
    return found


def _walk(region: Region, found: Map) -> None:
    found.regions[id(region.block)] = region
    for stmt in region.block.stmts:
        for out in stmt.outs:
            found.home[out] = region
            found.definition[out] = stmt
        if isinstance(stmt, Branch):
            for k, arm in enumerate((stmt.then, stmt.orelse)):
                _walk(Region(arm, region, stmt, k, region.in_loop), found)
        elif isinstance(stmt, Loop):
            body = Region(stmt.body, region, stmt, 0, True)
            for var in (*stmt.params, *(() if stmt.index is None else (stmt.index,))):
                found.home[var] = body
            _walk(body, found)
            if stmt.cond is not None:
                _walk(Region(stmt.cond, body, stmt, 1, True), found)


def dependents(program: Program, inputs: Iterable[Var]) -> set[Atom]:
    """Values that depend on the inputs in any way, through tests and casts too."""
    found: set[Atom] = set(inputs)

    def mark(reads: Iterable[Atom], outs: Iterable[Atom]) -> None:
        if any(a in found for a in reads):
            found.update(outs)

    def walk(block: Block) -> None:
        for stmt in block.stmts:
            if isinstance(stmt, Loop):
                mark((*stmt.inits, *(stmt.range or ())), stmt.outs)
                for param, init in zip(stmt.params, stmt.inits, strict=True):
                    mark((init,), (param,))
                size = -1
                while size != len(found):
                    size = len(found)
                    for inner in (stmt.cond, stmt.body):
                        if inner is not None:
                            walk(inner)
                    for param, result, out in zip(
                        stmt.params, stmt.body.results, stmt.outs, strict=True
                    ):
                        mark((result,), (param, out))
                    if stmt.cond is not None:
                        mark(stmt.cond.results, stmt.outs)
            elif isinstance(stmt, Branch):
                walk(stmt.then)
                walk(stmt.orelse)
                mark((stmt.test,), stmt.outs)
                for out, a, b in zip(
                    stmt.outs, stmt.then.results, stmt.orelse.results, strict=True
                ):
                    mark((a, b), (out,))
            else:
                mark(stmt.args, stmt.outs)
                if isinstance(stmt, Eqn) and stmt.op.name == "push":
                    mark(stmt.args[1:], stmt.args[:1])

    walk(program.entry)
    return found


def loosened(type_: Type) -> Type:
    """The type of what only broadcasts to a value of this type."""
    if isinstance(type_, Array) and type_.dims != ():
        return replace(type_, dims=None)
    return type_
