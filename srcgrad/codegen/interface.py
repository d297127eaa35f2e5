"""What emitted C and its caller agree on: names, lengths, memory, arguments."""

from __future__ import annotations

import linecache
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TypeAlias

import numpy as np

from srcgrad.codegen.spelling import RESERVED, STORED, DType, dtype_of
from srcgrad.errors import CodegenError, Span
from srcgrad.ir.nodes import Const, Var
from srcgrad.ir.types import AnyDim, Number, Type

Length: TypeAlias = "int | str"


@dataclass(frozen=True, slots=True)
class Buffer:
    """Memory behind a pointer; ``strides`` are names, or ``None`` where it is contiguous."""

    name: str
    dtype: DType
    shape: tuple[Length, ...]
    strides: tuple[str, ...] | None = None

    def at(self, indices: Sequence[str | None]) -> str:
        """The element at these indices; ``None`` stands for an axis of length one."""
        terms = []
        for axis, index in enumerate(indices):
            if index is not None:
                inner = [str(n) for n in self.shape[axis + 1 :] if n != 1]
                factors = inner if self.strides is None else [self.strides[axis]]
                terms.append(" * ".join([index, *factors]))
        return f"{self.name}[{' + '.join(terms) or '0'}]"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of an emitted function.

    Attributes:
        role: ``length``, ``number``, ``array``, ``stride`` (of parameter ``of``, its ``axis``) or
            ``buffer`` (number ``of`` of ``Interface.buffers``); kernels also have ``partials``,
            ``parts`` and ``kept``.
        name: Its name in the text.
        declared: What precedes the name in the declaration.
    """

    role: str
    name: str
    declared: str
    of: int = 0
    axis: int = 0


@dataclass(slots=True)
class Interface:
    """What a caller must know: arguments, memory to allocate, where each result is.

    ``lengths`` says for each symbolic length which (parameter, axis) has it; ``shapes`` gives the
    lengths of each parameter. The first buffers are results, the others scratch. A result is the
    number of its buffer, or a constant; one of rank zero is an array where ``boxed`` says so, else
    a NumPy scalar. Strides count elements; buffers are contiguous.
    """

    params: tuple[Var, ...]
    names: tuple[str, ...]
    shapes: tuple[tuple[Length, ...], ...]
    lengths: dict[str, tuple[int, int]]
    buffers: tuple[Buffer, ...] = ()
    results: tuple[int | Const, ...] = ()
    types: tuple[Type, ...] = ()
    boxed: tuple[bool, ...] = ()


class Names:
    """Gives out identifiers, each once; a scope inside another sees what is taken outside."""

    def __init__(self, outer: Names | None = None) -> None:
        self.taken: set[str] = set(RESERVED if outer is None else outer.taken)

    def take(self, wish: str) -> str:
        """The wish as an identifier, with a number if it is taken.

        >>> names = Names()
        >>> names.take("x"), names.take("x"), names.take("exp")
        ('x', 'x_2', 'exp_2')
        """
        base = re.sub(r"[^A-Za-z0-9_]", "_", wish)
        base = base if base[:1].isalpha() else f"u{base}"
        name, count = base, 1
        while name in self.taken:
            count += 1
            name = f"{base}_{count}"
        self.taken.add(name)
        return name


class Lengths:
    """Symbolic lengths and which of them are equal."""

    def __init__(self) -> None:
        self._parent: dict[AnyDim, AnyDim] = {}
        self._names: dict[AnyDim, str] = {}

    def root(self, dim: AnyDim) -> AnyDim:
        """What stands for all lengths equal to this one."""
        while dim in self._parent:
            dim = self._parent[dim]
        return dim

    def unify(self, a: AnyDim, b: AnyDim, span: Span | None) -> None:
        """Make two lengths equal; a number stands for the symbols equal to it."""
        a, b = self.root(a), self.root(b)
        if a == b:
            return
        if isinstance(a, int) and isinstance(b, int):
            raise refuse(f"broadcasting of lengths {a} and {b}", span)
        if isinstance(b, int):
            a, b = b, a
        self._parent[b] = a

    def name(self, dim: AnyDim, name: str) -> bool:
        """Name a length; false if it has a name or is a number."""
        root = self.root(dim)
        if isinstance(root, int) or root in self._names:
            return False
        self._names[root] = name
        return True

    def spell(self, dim: AnyDim) -> Length:
        """The length as a number or a name."""
        root = self.root(dim)
        return root if isinstance(root, int) else self._names[root]


def refuse(what: str, span: Span | None) -> CodegenError:
    """The refusal of something that these targets cannot do, with the user's line."""
    place = "" if span is None else f"{span}: "
    line = "" if span is None else linecache.getline(span.file, span.line).strip()
    quoted = f" in `{line}`" if line else ""
    message = f"{place}{what}{quoted} is not available on the C and CUDA targets"
    return CodegenError("SG510", message, "use the Python target for this function")


def remark(span: Span) -> str:
    """The user's line as a comment."""
    text = linecache.getline(span.file, span.line).strip().rstrip("\\?")
    return f"// {PurePath(span.file).name}:{span.line}: {text}".rstrip(": ")


def candidates(face: Interface) -> list[Argument]:
    """Every argument that a function may take, in the order in which it takes them."""
    found = [Argument("length", name, "const I ") for name in face.lengths]
    for k, (param, name) in enumerate(zip(face.params, face.names, strict=True)):
        dtype = dtype_of(param.type) or np.dtype(float)
        if isinstance(param.type, Number):
            kind = {"i": "I", "b": "int"}.get(dtype.kind, "double")
            found.append(Argument("number", name, f"const {kind} ", k))
            continue
        found.append(Argument("array", name, f"const {STORED[dtype]} *", k))
        axes = range(len(face.shapes[k]))
        found += [Argument("stride", f"{name}_s{a}", "const I ", k, a) for a in axes]
    for k, buffer in enumerate(face.buffers):
        found.append(Argument("buffer", buffer.name, f"{STORED[buffer.dtype]} *", k))
    return found


def used(arguments: Sequence[Argument], text: str) -> list[Argument]:
    """Those of the arguments that the text of a body names."""
    words = set(re.findall(r"(?<![.\w])\w+", re.sub(r"//.*", "", text)))
    return [a for a in arguments if a.name in words]
