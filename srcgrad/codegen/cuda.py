"""Prints a straight-line program as CUDA C++ kernels, and says how they are launched.

Each phase is one kernel, and one more for each further set of axes that it sums over. Sums take two
passes and no atomics: every block leaves a partial sum, a second kernel adds these in a fixed
order, so equal inputs on an equal grid give equal bits. All kernels want blocks of 256 threads, and
any grid will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from srcgrad.codegen.c import count, indent, parameters
from srcgrad.codegen.cfamily import Form, Phase, Sum
from srcgrad.codegen.interface import Argument, Interface, Length, candidates, used
from srcgrad.codegen.nest import Nest, with_remarks
from srcgrad.codegen.spelling import STORED, DType, definitions, fill, literal
from srcgrad.ir.nodes import Program, Var

THREADS = 256
_HEAD = f'extern "C" __global__ void __launch_bounds__({THREADS})'
_BLOCK_SUM = """// The sum over the threads of a block, in a fixed order.
static __device__ {T} block_sum_{n}({T} sum)
{
    __shared__ {T} part[256];
    part[threadIdx.x] = sum;
    __syncthreads();
    for (unsigned half = 128; half > 0; half >>= 1) {
        if (threadIdx.x < half)
            part[threadIdx.x] += part[threadIdx.x + half];
        __syncthreads();
    }
    const {T} all = part[0];
    __syncthreads();
    return all;
}"""
_FINISH = """// Adds up the partial sums of all blocks; one block does it.
{head}
{name}(const I parts, const {T} *__restrict__ part, {T} *__restrict__ sum)
{
    {T} t = {zero};
    for (I p = threadIdx.x; p < parts; p += blockDim.x)
        t += part[p];
    t = block_sum_{n}(t);
    if (threadIdx.x == 0)
        sum[0] = t;
}"""
_FINISH_KEPT = """// Adds up the partial sums of each of the kept elements.
{head}
{name}(const I parts, const I kept, const {T} *__restrict__ part,
    {T} *__restrict__ sum)
{
    for (I q = (I)blockIdx.x * blockDim.x + threadIdx.x; q < kept; q += (I)gridDim.x * blockDim.x) {
        {T} t = {zero};
        for (I p = 0; p < parts; ++p)
            t += part[p * kept + q];
        sum[q] = t;
    }
}"""


@dataclass(frozen=True, slots=True)
class Launch:
    """One kernel launch.

    Attributes:
        kernel: Name of the kernel.
        form: ``flat``: threads of a one-dimensional grid share ``over``. ``kept``: threads along x
            share ``over``, the kept elements, and blocks along y share ``rows``. ``finish``: one
            block. ``finish_kept``: as ``flat``, over the elements of the sum.
        over: Lengths whose product is what threads share.
        rows: Lengths whose product is what blocks along y share.
        arguments: Arguments in order. A ``partials`` is new memory: with ``axis`` 0 an element for
            each block, with ``axis`` 1 one for each kept element and block along y; ``of`` is the
            buffer that a finish kernel fills from it. ``parts`` is the number of partial sums of an
            element, ``kept`` the number of elements.
    """

    kernel: str
    form: str
    over: tuple[Length, ...]
    rows: tuple[Length, ...]
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class CudaSource:
    """CUDA kernels as text, and their launches in order."""

    text: str
    name: str
    interface: Interface
    launches: tuple[Launch, ...]


def emit(program: Program, name: str, index: str = "long long") -> str:
    """The kernels of the program as CUDA C++; ``index`` is the type of indices.

    Raises:
        CodegenError: ``SG510``, naming op and line, where the program is more than elementwise
            arithmetic, broadcasting and sums.
    """
    return plan(program, name, index).text


def plan(program: Program, name: str, index: str = "long long") -> CudaSource:
    """The kernels of the program together with their launches."""
    form = Form(program, name)
    printer = _Printer(form)
    for phase in form.phases:
        printer.phase(phase)
    head = [f"typedef {index} I;"]
    body = [line for kernel in printer.kernels for line in ("", kernel)]
    helpers = definitions(printer.helpers, "static __device__")
    everything = "\n".join([*helpers, *body])
    for word, code in (
        ("NAN", "__int_as_float(0x7fffffff)"),
        ("INFINITY", "__int_as_float(0x7f800000)"),
    ):
        if word in everything:
            head += [f"#ifndef {word}", f"#define {word} {code}", "#endif"]
    helpers += [fill(_BLOCK_SUM, d) for d in sorted(printer.summed, key=str)]
    text = "\n".join([*head, *(line for h in helpers for line in ("", h)), *body]) + "\n"
    return CudaSource(text, name, form.interface, tuple(printer.launches))


class _Printer:
    """Collects kernels, launches and the functions that they need."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.kernels: list[str] = []
        self.launches: list[Launch] = []
        self.helpers: set[tuple[str, DType]] = set()
        self.summed: set[DType] = set()
        self._finishes: set[str] = set()

    def phase(self, phase: Phase) -> None:
        """Kernels of one phase: the first does all that its walk allows."""
        groups: dict[frozenset[int], list[Sum]] = {}
        loops = frozenset(phase.loops)
        for total in phase.sums:
            groups.setdefault(total.kept & loops, []).append(total)
        plain = groups.pop(loops, []) if loops else []
        full = groups.pop(frozenset(), [])
        kept = list(groups)
        first = kept[0] if kept else frozenset[int]()
        self.kernel(phase, first, groups.get(first, []), full, plain, stores=True)
        for axes in kept[1:]:
            self.kernel(phase, axes, groups[axes], [], [], stores=False)

    def kernel(
        self,
        phase: Phase,
        kept: frozenset[int],
        sums: Sequence[Sum],
        full: Sequence[Sum],
        plain: Sequence[Sum],
        *,
        stores: bool,
    ) -> None:
        """One kernel and its launch, then those that finish its sums."""
        name = self.form.names.take(f"{self.form.name}_{len(self.launches)}")
        writer = _Kernel(self.form, phase, kept, [*sums, *full], plain, stores)
        self.helpers |= writer.nest.helpers
        self.summed |= {s.buffer.dtype for s in full}
        body = writer.body(set(s.var for s in full))
        partials = [self._partials(s, writer.part[s.var], s in sums) for s in writer.gathered]
        arguments = [*used(candidates(self.form.interface), "\n".join(body)), *partials]
        declared = parameters(arguments, "__restrict__")
        self.kernels.append("\n".join([_HEAD, f"{name}({declared})", "{", *indent(body), "}"]))
        over = tuple(phase.domain[a] for a in phase.loops if a in kept or not kept)
        rows = tuple(phase.domain[a] for a in phase.loops if kept and a not in kept)
        form = "kept" if kept else "flat"
        self.launches.append(Launch(name, form, over, rows, tuple(arguments)))
        for total, part in zip(writer.gathered, partials, strict=True):
            self._finish(total, part, total in sums, over)

    def _partials(self, total: Sum, name: str, kept: bool) -> Argument:
        number = self.form.interface.buffers.index(total.buffer)
        return Argument("partials", name, f"{STORED[total.buffer.dtype]} *", number, int(kept))

    def _finish(self, total: Sum, part: Argument, kept: bool, over: tuple[Length, ...]) -> None:
        dtype, parts = total.buffer.dtype, Argument("parts", "parts", "const I ")
        form = "finish_kept" if kept else "finish"
        name = fill(f"{self.form.name}_{form}_{{n}}", dtype)
        if name not in self._finishes:
            self._finishes.add(name)
            text = fill(_FINISH_KEPT if kept else _FINISH, dtype).replace("{head}", _HEAD)
            self.kernels.append(
                text.replace("{name}", name).replace("{zero}", literal(0, dtype).code)
            )
        result = Argument("buffer", total.buffer.name, f"{STORED[dtype]} *", part.of)
        if kept:
            arguments = (parts, Argument("kept", "kept", "const I "), part, result)
            self.launches.append(Launch(name, "finish_kept", over, (), arguments))
        else:
            self.launches.append(Launch(name, "finish", (), (), (parts, part, result)))


class _Kernel:
    """Writes one kernel: a loop over all elements, or over kept elements around one over rows."""

    def __init__(
        self,
        form: Form,
        phase: Phase,
        kept: frozenset[int],
        gathered: list[Sum],
        plain: Sequence[Sum],
        stores: bool,
    ) -> None:
        self.domain, self.gathered = phase.domain, gathered
        self.outer = [a for a in phase.loops if a in kept or not kept]
        self.inner = [a for a in phase.loops if kept and a not in kept]
        self.form, self.index = form, form.letters(phase.loops)
        self.acc = {s.var: form.own(f"{s.buffer.name}_sum") for s in gathered}
        self.part = {s.var: form.own(f"{s.buffer.name}_part") for s in gathered}
        levels = {a: 2 if a in self.inner else 1 for a in phase.loops} or {0: 1}
        lefts = {s.var: f"{self.acc[s.var]} += " for s in gathered}
        for s in plain:
            places = [None if p is None else self.index.get(p) for p in s.places]
            lefts[s.var] = f"{s.buffer.at(places)} = "
        if not phase.loops:
            levels = {-1: 1}
        self.nest = Nest(form, phase, levels, self.index, lefts, stores)

    def body(self, full: set[Var]) -> list[str]:
        """The statements of the kernel; sums in ``full`` are over everything."""
        out = with_remarks(self.nest.lines[0])
        out += [self._zero(s) for s in self.gathered if s.var in full]
        out += self._rows() if self.inner else self._flat()
        place = "blockIdx.y * gridDim.x + blockIdx.x" if self.inner else "blockIdx.x"
        for s in self.gathered:
            if s.var in full:
                dtype = s.buffer.dtype
                acc = self.acc[s.var]
                out.append(f"{acc} = block_sum_{fill('{n}', dtype)}({acc});")
                out += ["if (threadIdx.x == 0)", f"    {self.part[s.var]}[{place}] = {acc};"]
        return out

    def _zero(self, total: Sum) -> str:
        dtype = total.buffer.dtype
        return f"{STORED[dtype]} {self.acc[total.var]} = {literal(0, dtype).code};"

    def _grid_loop(self, name: str, total: str) -> str:
        start = "(I)blockIdx.x * blockDim.x + threadIdx.x"
        return f"for (I {name} = {start}; {name} < {total}; {name} += (I)gridDim.x * blockDim.x) {{"

    def _indices(self, axes: list[int], flat: str) -> list[str]:
        """Indices along the axes, from the number of an element among all of theirs."""
        out = []
        for k, axis in enumerate(axes):
            inner = [self.domain[a] for a in axes[k + 1 :]]
            scale = count(inner)
            code = (
                flat
                if not inner
                else f"{flat} / ({scale})"
                if len(inner) > 1
                else f"{flat} / {scale}"
            )
            out.append(
                f"const I {self.index[axis]} = {code}{f' % {self.domain[axis]}' if k else ''};"
            )
        return out

    def _flat(self) -> list[str]:
        p, total = self.form.own("p"), self.form.own("total")
        inside = [*self._indices(self.outer, p), *with_remarks(self.nest.lines[1])]
        over = count([self.domain[a] for a in self.outer])
        return [f"const I {total} = {over};", self._grid_loop(p, total), *indent(inside), "}"]

    def _rows(self) -> list[str]:
        """Each thread takes one kept element, each block along y a part of the rows."""
        q, r, total, rows, chunk, first, last = map(
            self.form.own, ("q", "r", "total", "rows", "chunk", "first", "last")
        )
        kept = [s for s in self.gathered if s.kept & set(self.outer)]
        inside = [*self._indices(self.outer, q), *with_remarks(self.nest.lines[1])]
        inside += [self._zero(s) for s in kept]
        loop = [*self._indices(self.inner, r), *with_remarks(self.nest.lines[2])]
        inside += [f"for (I {r} = {first}; {r} < {last}; ++{r}) {{", *indent(loop), "}"]
        inside += [
            f"{self.part[s.var]}[blockIdx.y * {total} + {q}] = {self.acc[s.var]};" for s in kept
        ]
        return [
            f"const I {total} = {count([self.domain[a] for a in self.outer])};",
            f"const I {rows} = {count([self.domain[a] for a in self.inner])};",
            f"const I {chunk} = ({rows} + gridDim.y - 1) / gridDim.y;",
            f"const I {first} = blockIdx.y * {chunk};",
            f"const I {last} = {first} + {chunk} < {rows} ? {first} + {chunk} : {rows};",
            self._grid_loop(q, total),
            *indent(inside),
            "}",
        ]
