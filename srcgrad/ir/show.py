"""Prints a program as text: for golden tests and ``srcgrad show --stage ir``."""

from __future__ import annotations

from typing import Any

from srcgrad.ir.nodes import Atom, Block, Branch, Const, Eqn, Loop, Program, Slice, Slot, Stmt, Var


def show(program: Program) -> str:
    """The program, one statement a line, names made unique in order of appearance."""
    lines: list[str] = []
    for name, block in (("entry", program.entry), *program.functions.items()):
        printer = _Shower()
        params = ", ".join(f"{printer.name(p)}: {p.type}" for p in block.params)
        lines.append(f"{name}({params}):")
        lines += printer.block(block, 1)
        lines.append("    return " + ", ".join(map(printer.atom, block.results)))
    return "\n".join(lines) + "\n"


class _Shower:
    def __init__(self) -> None:
        self.names: dict[Var, str] = {}
        self.used: dict[str, int] = {}

    def name(self, var: Var) -> str:
        if var not in self.names:
            base = var.name or "t"
            count = self.used.get(base, 0) + 1
            self.used[base] = count
            self.names[var] = base if count == 1 and var.name else f"{base}.{count}"
        return self.names[var]

    def atom(self, atom: Atom) -> str:
        if isinstance(atom, Const):
            return repr(atom.value)
        return self.name(atom) if isinstance(atom, Var) else "undef"

    def attr(self, value: Any, args: list[str]) -> str:
        if isinstance(value, Slot):
            return args[value.position]
        if isinstance(value, Slice):
            parts = (value.start, value.stop, value.step)
            return ":".join("" if p is None else self.attr(p, args) for p in parts)
        if isinstance(value, tuple):
            return "(" + ", ".join(self.attr(v, args) for v in value) + ")"
        return "..." if value is Ellipsis else str(value)

    def block(self, block: Block, depth: int) -> list[str]:
        lines: list[str] = []
        for stmt in block.stmts:
            lines += self.stmt(stmt, depth)
        return lines

    def stmt(self, stmt: Stmt, depth: int) -> list[str]:
        pad = "    " * depth
        if isinstance(stmt, Branch):
            return self.branch(stmt, depth, pad)
        if isinstance(stmt, Loop):
            return self.loop(stmt, depth, pad)
        args = [self.atom(a) for a in stmt.args]
        if isinstance(stmt, Eqn):
            attrs = [f"{k}={self.attr(v, args)}" for k, v in stmt.attrs.items()]
            right = f"{stmt.op}({', '.join(args + attrs)})"
        else:
            right = f"call {stmt.function}({', '.join(args)})"
        return [pad + self.outs(stmt.outs) + right]

    def outs(self, outs: tuple[Var, ...]) -> str:
        if not outs:
            return ""
        return ", ".join(f"{self.name(v)}: {v.type}" for v in outs) + " = "

    def arm(self, title: str, block: Block, depth: int, pad: str) -> list[str]:
        lines = [pad + title, *self.block(block, depth + 1)]
        return [*lines, f"{pad}    -> {', '.join(map(self.atom, block.results))}"]

    def branch(self, stmt: Branch, depth: int, pad: str) -> list[str]:
        lines = self.arm(f"if {self.atom(stmt.test)}:  # {stmt.site}", stmt.then, depth, pad)
        lines += self.arm("else:", stmt.orelse, depth, pad)
        return [*lines, pad + self.outs(stmt.outs) + "merge"]

    def loop(self, stmt: Loop, depth: int, pad: str) -> list[str]:
        inits = [
            f"{self.name(p)}: {p.type} = {self.atom(i)}"
            for p, i in zip(stmt.params, stmt.inits, strict=True)
        ]
        if stmt.range is not None:
            index = "_" if stmt.index is None else self.name(stmt.index)
            span = ", ".join(map(self.atom, stmt.range))
            head = f"for {index} in {'reversed ' if stmt.backwards else ''}range({span})"
        else:
            head = "while"
        lines = [f"{pad}{head} with ({', '.join(inits)}):  # {stmt.site}"]
        if stmt.cond is not None:
            lines += self.arm("  test:", stmt.cond, depth, pad)
        lines += self.block(stmt.body, depth + 1)
        lines.append(f"{pad}    -> {', '.join(map(self.atom, stmt.body.results))}")
        return [*lines, pad + self.outs(stmt.outs) + "final"]


__all__ = ["show"]
