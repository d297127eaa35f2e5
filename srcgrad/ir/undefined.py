"""Which values may be undefined: of names that some path does not bind."""

from __future__ import annotations

from srcgrad.ir.nodes import (
    Atom,
    Block,
    Branch,
    Const,
    Eqn,
    Loop,
    Undef,
    Var,
    args_of,
    regions_of,
)
from srcgrad.ir.types import Array


def partial(block: Block) -> set[Var]:
    """Values that are undefined on some path: from an arm or a trip that may not have been.

    What a forward sweep keeps of them is on tapes, and undefined there as well.
    """
    found: set[Var] = set()

    def absent(atom: Atom, as_value: Var) -> bool:
        if isinstance(atom, Const):  # a forward sweep hands on None in place of undef
            return atom.value is None and isinstance(as_value.type, Array)
        return isinstance(atom, Undef) or atom in found

    def walk(inner: Block) -> None:
        for stmt in inner.stmts:
            if isinstance(stmt, Branch):
                walk(stmt.then)
                walk(stmt.orelse)
                ends = zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True)
                found.update(out for out, a, b in ends if absent(a, out) or absent(b, out))
            elif isinstance(stmt, Loop):
                _walk_loop(stmt)
            elif isinstance(stmt, Eqn):
                found.update(_through_tape(stmt, found))

    def _walk_loop(stmt: Loop) -> None:
        states = list(zip(stmt.params, stmt.inits, stmt.body.results, stmt.outs, strict=True))
        size = -1
        while size != len(found):
            size = len(found)
            walk(stmt.body)
            for param, init, result, out in states:
                if absent(init, param) or absent(result, param):
                    found.add(param)
                if absent(result, out) or (absent(init, out) and not _runs(stmt)):
                    found.add(out)

    walk(block)
    return found


def _through_tape(eqn: Eqn, found: set[Var]) -> tuple[Var, ...]:
    """The tape that gets such a value, or the value that such a tape gives."""
    if eqn.op.name == "push" and eqn.args[1] in found:
        return (eqn.args[0],) if isinstance(eqn.args[0], Var) else ()
    return eqn.outs if eqn.op.name == "pop" and eqn.args[0] in found else ()


def reads_partial(block: Block, found: set[Var]) -> bool:
    """Whether an operation, a test or a call reads one of the values, rather than only handing it on."""
    for stmt in block.stmts:
        reads: list[Atom] = [] if isinstance(stmt, Loop) else list(args_of(stmt))
        if isinstance(stmt, Loop) and stmt.cond is not None:
            reads += stmt.cond.results
        if any(a in found for a in reads):
            return True
        if any(reads_partial(inner, found) for inner in regions_of(stmt)):
            return True
    return False


def _runs(stmt: Loop) -> bool:
    """Whether a loop surely makes a trip."""
    limits = [a.value for a in stmt.range or () if isinstance(a, Const)]
    return len(limits) == 3 and len(range(*limits)) > 0
