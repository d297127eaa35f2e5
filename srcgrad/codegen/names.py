"""Out of SSA: gives every value a name, and one name to values that are versions of one thing.

Values that meet at a loop or branch share a name unless they are alive together. All other names are
unique: the user's word, with a suffix on a clash. Deterministic: order of definition decides.
"""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable, Iterator, Mapping

from srcgrad.codegen.buffers import all_defined, backward_values
from srcgrad.codegen.inline import Inlining
from srcgrad.codegen.liveness import Interference, analyse
from srcgrad.ir.nodes import (
    Atom,
    Block,
    Branch,
    Eqn,
    Loop,
    Program,
    Stmt,
    Undef,
    Var,
    regions_of,
)
from srcgrad.ir.undefined import partial

RESERVED = (
    frozenset(keyword.kwlist)
    | frozenset(n for n in dir(builtins) if not n.startswith("_"))
    | {"np", "math", "cp", "cmath", "scipy"}
)


class Webs:
    """Groups of values that share a name."""

    def __init__(self, interference: Interference, fixed: Iterable[Var]) -> None:
        self.interference = interference
        self.parent: dict[Var, Var] = {}
        self.members: dict[Var, list[Var]] = {}
        self.fixed = set(fixed)
        self.updated: set[Var] = set()
        self.borrowed: set[Var] = set(self.fixed)

    def find(self, var: Var) -> Var:
        """Representative of the group of a value."""
        while var in self.parent:
            above = self.parent[var]
            if above in self.parent:
                self.parent[var] = self.parent[above]  # long chains of versions stay short
            var = above
        return var

    def group(self, var: Var) -> list[Var]:
        """All values that share the name of this one."""
        root = self.find(var)
        return self.members.get(root, [root])

    def join(self, a: Atom, b: Atom, *, always: bool = False) -> None:
        """Let two values share a name unless they are alive together."""
        if not (isinstance(a, Var) and isinstance(b, Var)):
            return
        pairs = self.interference.pairs
        if a not in pairs or b not in pairs:
            return
        a, b = self.find(a), self.find(b)
        if a is b:
            return
        first, second = self.group(a), self.group(b)
        both = (*first, *second)
        if any(x in self.fixed for x in first) and any(x in self.fixed for x in second):
            return
        if any(x in self.borrowed for x in both) and any(x in self.updated for x in both):
            return  # the caller's array is not ours to update
        if not always and any(y in pairs[x] for x in first for y in second):
            return
        self.parent[b] = a
        self.members[a] = first + second
        self.members.pop(b, None)


def _is_cotangent(atom: Atom, backward: set[Var]) -> bool:
    return isinstance(atom, Var) and atom in backward


def make_webs(program: Program, inlining: Inlining, unnamed: Iterable[Var] = ()) -> Webs:
    """Join what may share a name: in-place updates first, then loop states, then branch results.

    ``unnamed`` are parameters that are read through an expression (``params["w"]``): they join nothing.
    """
    webs = Webs(analyse(program, inlining), program.entry.params)
    for param in unnamed:
        webs.interference.pairs.pop(param, None)
    backward = set(backward_values(program.entry))
    for loop in loops_of(program.entry):
        for p, o in zip(loop.params, loop.outs, strict=True):
            webs.join(p, o, always=True)
    unpacked = (s for s in _walk(program.entry) if isinstance(s, Eqn) and s.op.name == "unpack")
    webs.borrowed.update(out for s in unpacked for out in s.outs)
    webs.updated.update(out for out, _ in _updates(program.entry))
    for out, source in _updates(program.entry):
        webs.join(out, source)
    for loop in loops_of(program.entry):
        for p, r in zip(loop.params, loop.body.results, strict=True):
            if _may_share(p, r, backward):
                webs.join(p, r)
    for branch in _branches(program.entry):
        if any(out in inlining.choices for out in branch.outs):
            continue
        for out, *ends in zip(branch.outs, branch.then.results, branch.orelse.results, strict=True):
            for end in ends:
                if _may_share(out, end, backward):
                    webs.join(out, end)
    for loop in loops_of(program.entry):
        for p, i in zip(loop.params, loop.inits, strict=True):
            if i in webs.fixed and p.name != getattr(i, "name", ""):
                continue  # the user's running value has a name of its own
            if _is_cotangent(p, backward) == _is_cotangent(i, backward) or p.name == getattr(
                i, "name", None
            ):
                webs.join(p, i)
    _share_indices(program.entry, webs)
    _share_words(program.entry, webs, backward)
    return webs


def _may_share(a: Atom, b: Atom, backward: set[Var]) -> bool:
    """Whether one name may serve both: not if the user gave them different ones, or one is a cotangent."""
    if not (isinstance(a, Var) and isinstance(b, Var)) or a.name == b.name:
        return True
    if _is_cotangent(a, backward) != _is_cotangent(b, backward):
        return False
    return _is_cotangent(a, backward) or not (a.name and b.name)


def _share_words(block: Block, webs: Webs, backward: set[Var]) -> None:
    """A value that a backward loop restores has the name that it had in the forward loop."""
    first: dict[str, Var] = {}
    for loop in loops_of(block):
        for var in (*loop.params, *(o for s in loop.body.stmts for o in s.outs)):
            if var.name and var in webs.interference.pairs:
                if var not in backward:
                    first.setdefault(var.name, var)
                elif var.name in first:
                    webs.join(first[var.name], var)


def _share_indices(block: Block, webs: Webs) -> None:
    """Loops over the same index word use one name for it, where it is not alive in between."""
    first: dict[str, Var] = {}
    for loop in loops_of(block):
        if loop.index is not None and loop.index.name:
            webs.join(first.setdefault(loop.index.name, loop.index), loop.index)


def _walk(block: Block) -> Iterator[Stmt]:
    for stmt in block.stmts:
        yield stmt
        for inner in regions_of(stmt):
            yield from _walk(inner)


def _left_open(stmt: Stmt) -> Iterator[Var]:
    """Values that an arm, or the start of a loop, leaves undefined."""
    if isinstance(stmt, Branch):
        ends = zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True)
        yield from (out for out, *arms in ends if any(isinstance(a, Undef) for a in arms))
    elif isinstance(stmt, Loop):
        starts = zip(stmt.params, stmt.inits, strict=True)
        yield from (param for param, init in starts if isinstance(init, Undef))


def _bound(stmt: object) -> Iterator[Var]:
    """Values that a statement defines, in itself and at the head of its body."""
    yield from getattr(stmt, "outs", ())
    if isinstance(stmt, Loop):
        yield from stmt.params
        if stmt.index is not None:
            yield stmt.index


def loops_of(block: Block) -> Iterator[Loop]:
    """All loops of a region, outer ones first."""
    return (s for s in _walk(block) if isinstance(s, Loop))


def _branches(block: Block) -> Iterator[Branch]:
    return (s for s in _walk(block) if isinstance(s, Branch))


def _updates(block: Block) -> Iterator[tuple[Var, Atom]]:
    for stmt in _walk(block):
        if isinstance(stmt, Eqn) and stmt.op.inplace:
            yield stmt.out, stmt.args[0]


class Names:
    """The name of every value that has one."""

    def __init__(
        self,
        program: Program,
        inlining: Inlining,
        taken: Iterable[str],
        given: Mapping[Var, str | None],
    ) -> None:
        self.webs = make_webs(program, inlining, [p for p, n in given.items() if n is None])
        self.inlining = inlining
        self._used = set(RESERVED) | set(taken)
        self._next: dict[str, int] = {}
        words = {o.name for s in _walk(program.entry) for o in _bound(s)} | self._used
        self._plain = "t" if "t" not in words else "tmp"
        self._name: dict[Var, str] = {}
        for param, name in given.items():
            if name is not None:
                self._name[self.webs.find(param)] = name
        self._assign(program.entry)

    def _assign(self, block: Block) -> None:
        for stmt in block.stmts:
            if isinstance(stmt, Loop):
                for param in stmt.params:
                    self.of(param)
                if stmt.index is not None:
                    self.of(stmt.index)
            for inner in regions_of(stmt):
                self._assign(inner)
            for out in stmt.outs:
                if out not in self.inlining.inlined:
                    self.of(out)

    def fresh(self, hint: str) -> str:
        """A name that nothing else has: the hint, with a number if it is taken."""
        base = hint if hint.isidentifier() else "t"
        name = base
        while name in self._used:
            count = self._next.get(base, 2)
            self._next[base] = count + 1
            name = f"{base}_{count}"
        self._used.add(name)
        return name

    def of(self, var: Var) -> str:
        """The name of a value."""
        root = self.webs.find(var)
        if root not in self._name:
            hint = next((v.name for v in self.webs.group(root) if v.name), self._plain)
            self._name[root] = self.fresh(hint)
        return self._name[root]

    def same(self, a: Atom, b: Atom) -> bool:
        """Whether two values share a name."""
        return isinstance(a, Var) and isinstance(b, Var) and self.webs.find(a) is self.webs.find(b)

    def trip_codes(self, block: Block) -> set[Var]:
        """Exit codes made by the first statement of a trip that makes one of their name: it is zero there."""
        loops = [s for s in loops_of(block) if s.exit is not None]
        roots = [self.webs.find(s.params[s.exit or 0]) for s in loops]
        return {
            var
            for loop, root in zip(loops, roots, strict=True)
            if roots.count(root) == 1
            for var in self._first_codes(loop.body, root)
        }

    def _first_codes(self, block: Block, root: Var) -> Iterator[Var]:
        for stmt in block.stmts:
            found = [v for v in all_defined(Block((), (stmt,), ())) if self.webs.find(v) is root]
            if not found:
                continue
            yield from (out for out in stmt.outs if self.webs.find(out) is root)
            if isinstance(stmt, Branch):
                yield from self._first_codes(stmt.then, root)
                yield from self._first_codes(stmt.orelse, root)
            return

    def unbound_sources(self, block: Block) -> set[Var]:
        """Names that become ``None`` where Python would leave them unbound.

        Those that may be unbound when another name takes their value, and those of one trip, which must
        not keep what the trip before has left.
        """
        undefined = partial(block)
        edges: list[tuple[Var, Atom]] = []
        for stmt in _walk(block):
            if isinstance(stmt, Branch):
                for out, *ends in zip(
                    stmt.outs, stmt.then.results, stmt.orelse.results, strict=True
                ):
                    edges += [(out, end) for end in ends]
            elif isinstance(stmt, Loop):
                edges += zip(
                    (*stmt.params, *stmt.params), (*stmt.inits, *stmt.body.results), strict=True
                )
        taken = {
            source
            for target, source in edges
            if isinstance(source, Var) and source in undefined and not self.same(target, source)
        }
        inside = [s.body for s in _walk(block) if isinstance(s, Loop)]
        of_trips = {v for body in inside for s in _walk(body) for v in _left_open(s)}
        return {self.webs.find(v) for v in (*taken, *of_trips)}
