"""Prints a straight-line program as one C function: a loop nest for each phase, strict arithmetic.

Sums run in program order within blocks of 512 elements, and block by block: the error stays within
n·eps·Σ|x|, and equal inputs give equal bits. Nothing is reassociated: the text is written for a
compiler without ``-ffast-math``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from srcgrad.codegen.cfamily import Form, Phase, Sum
from srcgrad.codegen.interface import Argument, Buffer, Interface, Length, candidates, used
from srcgrad.codegen.nest import Nest, with_remarks
from srcgrad.codegen.spelling import STORED, DType, definitions, literal
from srcgrad.ir.nodes import Program

BLOCK = 512
_WIDTH = 80


@dataclass(frozen=True, slots=True)
class CSource:
    """A C function as text, and what its caller must pass."""

    text: str
    name: str
    interface: Interface
    arguments: tuple[Argument, ...]


def emit(program: Program, name: str) -> CSource:
    """The program as a C function of this name.

    Raises:
        CodegenError: ``SG510``, naming op and line, where the program is more than elementwise
            arithmetic, broadcasting and sums.
    """
    form = Form(program, name)
    printer = _Printer(form)
    body = [line for phase in form.phases for line in printer.phase(phase)]
    arguments = used(candidates(form.interface), "\n".join(body))
    lines = ["#include <math.h>", "", "typedef long long I;"]
    if any("BLOCK" in line for line in body):
        lines.append(f"enum {{ BLOCK = {BLOCK} }};")
    for definition in definitions(printer.helpers, "static inline"):
        lines += ["", definition]
    listed = parameters(arguments, "restrict")
    lines += [
        "",
        f"void {name}({listed})",
        "{",
        *(f"    {b}" if b else "" for b in body),
        "}",
    ]
    return CSource("\n".join(lines) + "\n", name, form.interface, tuple(arguments))


def parameters(arguments: Sequence[Argument], restrict: str) -> str:
    """The parameter list in lines. No pointers overlap where one is written: all are restrict."""
    declared = [a.declared.replace("*", f"*{restrict} ") + a.name for a in arguments]
    lines = [""]
    for k, text in enumerate(declared):
        part = text + ("," if k < len(declared) - 1 else "")
        if len(lines[-1]) + len(part) > _WIDTH:
            lines.append("")
        lines[-1] += f" {part}" if lines[-1] else part
    return "\n    ".join(lines) if declared else "void"


def count(lengths: list[Length]) -> str:
    """The product of lengths as an expression."""
    return " * ".join(str(n) for n in lengths if n != 1) or "1"


class _Printer:
    """Writes phases; collects the helper functions that they call."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.helpers: set[tuple[str, DType]] = set()

    def phase(self, phase: Phase) -> list[str]:
        """The loop nest of a phase, in braces of its own where it declares names."""
        return _PhasePrinter(self.form, phase, self.helpers).lines()


class _PhasePrinter:
    """Writes one phase.

    A sum whose innermost loop is summed over gathers in a local, which is added to the result at
    its depth, the number of loops around the local. Any other sum is added to its result element by
    element.
    """

    def __init__(self, form: Form, phase: Phase, helpers: set[tuple[str, DType]]) -> None:
        self.form, self.loops = form, phase.loops
        self.domain = phase.domain
        self.index = form.letters(self.loops)
        self.depths = {s.var: self._depth(s) for s in phase.sums}
        self.local = [s for s in phase.sums if self.depths[s.var] < len(self.loops)]
        self.acc = {s.var: form.own(f"{s.buffer.name}_sum") for s in self.local}
        self.block = {v: form.own(f"{acc[:-4]}_block") for v, acc in self.acc.items()}
        lefts = {s.var: self._left(s) for s in phase.sums}
        levels = {axis: k + 1 for k, axis in enumerate(self.loops)}
        self.nest = Nest(form, phase, levels, self.index, lefts)
        helpers |= self.nest.helpers
        self.sums = phase.sums

    def _depth(self, total: Sum) -> int:
        return max((self.loops.index(a) + 1 for a in total.kept if a in self.loops), default=0)

    def _partial(self, total: Sum) -> bool:
        """Whether the result gets several contributions from the loops around its local."""
        return any(a not in total.kept for a in self.loops[: self.depths[total.var]])

    def _element(self, total: Sum) -> str:
        return total.buffer.at(
            [None if p is None or p not in self.index else self.index[p] for p in total.places]
        )

    def _left(self, total: Sum) -> str:
        if total.var in self.acc:
            return f"{self.block[total.var]} += "
        return f"{self._element(total)} {'+=' if self._partial(total) else '='} "

    def lines(self) -> list[str]:
        """The statements of the phase."""
        out = [line for s in self.sums if self._partial(s) for line in self._clear(s.buffer)]
        body = self._level(0)
        if len(self.form.phases) > 1 and (self.nest.lines[0] or 0 in self.depths.values()):
            return [*out, "{", *indent(body), "}"]
        return [*out, *body]

    def _clear(self, buffer: Buffer) -> list[str]:
        p, zero = self.form.own("p"), literal(0, buffer.dtype).code
        head = f"for (I {p} = 0; {p} < {count(list(buffer.shape))}; ++{p})"
        return [head, f"    {buffer.name}[{p}] = {zero};"]

    def _level(self, level: int) -> list[str]:
        """What stands inside ``level`` loops."""
        out = with_remarks(self.nest.lines[level])
        if level == len(self.loops):
            return out
        here = [s for s in self.local if self.depths[s.var] == level]
        for s in here:
            zero = literal(0, s.buffer.dtype).code
            out.append(f"{STORED[s.buffer.dtype]} {self.acc[s.var]} = {zero};")
        out += (
            self._innermost() if level == len(self.loops) - 1 and self.local else self._loop(level)
        )
        for s in here:
            out.append(f"{self._element(s)} {'+=' if self._partial(s) else '='} {self.acc[s.var]};")
        return out

    def _loop(self, level: int) -> list[str]:
        axis = self.loops[level]
        i, n = self.index[axis], self.domain[axis]
        return [f"for (I {i} = 0; {i} < {n}; ++{i}) {{", *indent(self._level(level + 1)), "}"]

    def _innermost(self) -> list[str]:
        """The innermost loop in blocks, each with sums of its own."""
        axis = self.loops[-1]
        i, n = self.index[axis], self.domain[axis]
        ii, last = self.form.own(2 * i), self.form.own("last")
        out = [f"const I {last} = {ii} + BLOCK < {n} ? {ii} + BLOCK : {n};"]
        for s in self.local:
            zero = literal(0, s.buffer.dtype).code
            out.append(f"{STORED[s.buffer.dtype]} {self.block[s.var]} = {zero};")
        inner = self._level(len(self.loops))
        out += [f"for (I {i} = {ii}; {i} < {last}; ++{i}) {{", *indent(inner), "}"]
        out += [f"{self.acc[s.var]} += {self.block[s.var]};" for s in self.local]
        return [f"for (I {ii} = 0; {ii} < {n}; {ii} += BLOCK) {{", *indent(out), "}"]


def indent(lines: list[str]) -> list[str]:
    """The lines, one step further in."""
    return [f"    {line}" for line in lines]
