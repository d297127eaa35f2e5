"""States what a legal block is, and checks it: run between passes in tests.

Each value is defined once, before its uses, in a region around them; regions agree in number with
their statement; no op reads ``undef``; only the first operand of an in-place op is consumed, and
once per path.
"""

from __future__ import annotations

from srcgrad.ir.nodes import Atom, Block, Branch, Call, Const, Eqn, Loop, Program, Stmt, Undef, Var


class IllegalBlock(Exception):
    """A block breaks an invariant of the IR: a defect of srcgrad, not of the user's program."""


def verify(program: Program) -> Program:
    """Return the program if every block of it is legal, else raise ``IllegalBlock``."""
    for block in (program.entry, *program.functions.values()):
        _Checker(program).region(block, set(block.params))
    return program


class _Checker:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.defined: set[Var] = set()

    def fail(self, why: str, stmt: object) -> None:
        raise IllegalBlock(f"{why}: {stmt!r}")

    def define(self, outs: tuple[Var, ...], scope: set[Var], stmt: object) -> None:
        for out in outs:
            if out in self.defined:
                self.fail(f"{out!r} is defined twice", stmt)
            self.defined.add(out)
            scope.add(out)

    def read(self, atom: Atom, scope: set[Var], stmt: object, *, edge: bool = False) -> None:
        if isinstance(atom, Undef):
            if not edge:
                self.fail("undef reaches an op", stmt)
        elif isinstance(atom, Var):
            if atom not in scope:
                self.fail(f"{atom!r} is read outside its region or before its definition", stmt)
        elif not isinstance(atom, Const):
            self.fail(f"{atom!r} is not an atom", stmt)

    def region(self, block: Block, scope: set[Var]) -> None:
        for stmt in block.stmts:
            self.statement(stmt, scope)
        for atom in block.results:
            self.read(atom, scope, block.results, edge=True)

    def statement(self, stmt: Stmt, scope: set[Var]) -> None:
        if isinstance(stmt, Eqn):
            for atom in stmt.args:
                self.read(atom, scope, stmt)
        elif isinstance(stmt, Branch):
            self.branch(stmt, scope)
        elif isinstance(stmt, Loop):
            self.loop(stmt, scope)
        elif isinstance(stmt, Call):
            self.call(stmt, scope)
        self.define(stmt.outs, scope, stmt)

    def branch(self, stmt: Branch, scope: set[Var]) -> None:
        self.read(stmt.test, scope, stmt)
        for arm in (stmt.then, stmt.orelse):
            if len(arm.results) != len(stmt.outs):
                self.fail("an arm has the wrong number of results", stmt.site)
            self.region(arm, set(scope))

    def loop(self, stmt: Loop, scope: set[Var]) -> None:
        sizes = {len(stmt.params), len(stmt.inits), len(stmt.body.results), len(stmt.outs)}
        if len(sizes) != 1:
            self.fail("params, inits, results and outs differ in number", stmt.site)
        if (stmt.range is None) == (stmt.cond is None):
            self.fail("a loop has either a range or a condition", stmt.site)
        for atom in stmt.inits:
            self.read(atom, scope, stmt.site, edge=True)
        for atom in stmt.range or ():
            self.read(atom, scope, stmt.site)
        inner = set(scope)
        self.define(stmt.params, inner, stmt.site)
        if stmt.index is not None:
            self.define((stmt.index,), inner, stmt.site)
        if stmt.cond is not None:
            self.region(stmt.cond, set(inner))
        self.region(stmt.body, inner)

    def call(self, stmt: Call, scope: set[Var]) -> None:
        function = self.program.functions.get(stmt.function)
        if function is None:
            self.fail("a call of an unknown function", stmt)
        elif (len(function.params), len(function.results)) != (len(stmt.args), len(stmt.outs)):
            self.fail("a call with the wrong number of arguments or results", stmt)
        for atom in stmt.args:
            self.read(atom, scope, stmt)
