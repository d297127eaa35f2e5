"""Carries many tangents through a program at once: they get an axis of their own, the first one.

Only what depends on the tangents is done for all of them; the rest is done once. Loops, decisions and calls
that carry tangents are left to the caller, who can take the tangents one after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from srcgrad.ir.build import Builder
from srcgrad.ir.infer import unique_dim
from srcgrad.ir.nodes import Atom, Block, Eqn, Slice, Slot, Var, args_of
from srcgrad.ir.scopes import free_vars
from srcgrad.ir.types import AnyDim, Array, Dims, Type, dims_of, with_dims
from srcgrad.rules.indexing import is_basic
from srcgrad.rules.registry import Elementwise

_SAME = frozenset({"astype", "copy", "real", "imag", "conj", "where", "stop_gradient", "asarray"})
_REDUCING = frozenset({"sum", "mean"})
_AXIS = frozenset({"expand_dims", "squeeze", "cumsum", "flip", "roll"})


class Unbatchable(Exception):
    """An operation has no form for many tangents at once."""


def batch(block: Block, moving: Sequence[Var]) -> Block:
    """The block with one more axis, the first, on the parameters ``moving`` and what depends on them.

    Raises:
        Unbatchable: for what has no such form.
    """
    return _Batch(block, moving).run()


class _Batch:
    """One walk over a block."""

    def __init__(self, block: Block, moving: Sequence[Var]) -> None:
        self.block = block
        self.count: AnyDim = unique_dim()
        self.builder = Builder()
        self.env: dict[Atom, Var] = {}
        for var in moving:
            self.env[var] = Var(var.name, self.wider(var.type))
        self.first = self.env[moving[0]]

    def wider(self, type_: Type) -> Array:
        dims = dims_of(type_)
        if dims is None:
            raise Unbatchable("a value of unknown rank")
        return with_dims(type_, (self.count, *dims))

    def run(self) -> Block:
        for stmt in self.block.stmts:
            self.builder.span = stmt.span
            if isinstance(stmt, Eqn):
                self.equation(stmt)
                continue
            inner = Block((), (stmt,), ())
            if any(v in self.env for v in (*free_vars(inner), *args_of(stmt))):
                raise Unbatchable("a loop, a decision or a call")
            self.builder.append(stmt)
        params = tuple(self.env.get(p, p) for p in self.block.params)
        results = tuple(self.env.get(r, r) for r in self.block.results)
        return self.builder.block(results, params)

    def emit(self, name: str, *args: Atom, **attrs: Any) -> Var:
        return self.builder.emit(name, *args, **attrs)

    def equation(self, eqn: Eqn) -> None:
        places = [k for k, a in enumerate(eqn.args) if a in self.env]
        if not places:
            self.builder.append(eqn)
            return
        if len(eqn.outs) != 1 or eqn.op.effect:
            raise Unbatchable(eqn.op.name)
        self.env[eqn.out] = self.moved(eqn, places)

    def moved(self, eqn: Eqn, places: list[int]) -> Var:
        """The equation for all tangents at once."""
        name, args, attrs = eqn.op.name, list(eqn.args), dict(eqn.attrs)
        if attrs.get("via") == "math":
            attrs["via"] = "np"
        if name == "to_float":
            return self.env[args[0]]
        if isinstance(eqn.op.diff, Elementwise) or name in _SAME:
            rank = len(self.dims(eqn.out))
            return self.emit(name, *(self.aligned(a, rank) for a in args), **attrs)
        if name in ("matmul", "dot"):
            return self.product(args, places)
        if places != [0]:
            raise Unbatchable(name)
        inner, dims, rest = self.env[args[0]], self.dims(args[0]), args[1:]
        if name in _REDUCING:
            axis = attrs.pop("axis", None)
            axes = range(len(dims)) if axis is None else axis
            return self.emit(name, inner, axis=self.shifted(axes), **attrs)
        if name in _AXIS:
            axis = attrs.get("axis", 0 if len(dims) == 1 else None)
            if axis is None:
                raise Unbatchable(f"{name} without an axis")
            return self.emit(name, inner, *rest, **{**attrs, "axis": self.shifted(axis)})
        if name == "transpose":
            axes = attrs.pop("axes", None) or tuple(reversed(range(len(dims))))
            return self.emit(name, inner, axes=(0, *(a % len(dims) + 1 for a in axes)), **attrs)
        if name == "ravel":
            return self.reshaped(inner, (-1,), ())
        if name == "reshape":
            return self.reshaped(inner, attrs["shape"], tuple(rest))
        if name == "reshape_like":
            known = self.dims(rest[0])
            lengths = [self.emit("length", rest[0], axis=k) for k in range(len(known))]
            return self.reshaped(inner, tuple(Slot(k + 1) for k in range(len(known))), lengths)
        if name == "spread":
            ones = self.emit("ones_like", rest[0])
            return self.emit("multiply", self.aligned(args[0], len(self.dims(eqn.out))), ones)
        if name == "index" and is_basic(attrs["index"], tuple(args)):
            every = Slice(None, None, None)
            return self.emit(name, inner, *rest, **{**attrs, "index": (every, *attrs["index"])})
        raise Unbatchable(name)

    def dims(self, atom: Atom) -> tuple[AnyDim, ...]:
        dims: Dims = dims_of(atom.type)
        if dims is None:
            raise Unbatchable("a value of unknown rank")
        return dims

    def aligned(self, atom: Atom, rank: int) -> Atom:
        """An operand whose own axes are the last ones of so many."""
        found = self.env.get(atom)
        if found is None:
            return atom
        missing = rank - len(self.dims(atom))
        if not missing:
            return found
        axes = tuple(range(1, missing + 1))
        return self.emit("expand_dims", found, axis=axes if missing > 1 else axes[0])

    def shifted(self, axis: Any) -> Any:
        """Axes counted behind the new one."""
        if isinstance(axis, int):
            return axis + 1 if axis >= 0 else axis
        axes = tuple(a + 1 if a >= 0 else a for a in axis)
        if not axes:
            raise Unbatchable("a sum over no axes")
        return axes[0] if len(axes) == 1 else axes

    def product(self, args: list[Atom], places: list[int]) -> Var:
        """A product of vectors and matrices, of which one has the new axis."""
        if len(places) != 1:
            raise Unbatchable("a product of two tangents")
        x, y = args
        m, n = len(self.dims(x)), len(self.dims(y))
        if max(m, n) > 2 or min(m, n) < 1:
            raise Unbatchable("a product of more axes")
        if places == [0]:
            return self.emit("matmul", self.env[x], y, via="")
        if n == 1:  # each tangent is a row
            right = self.emit("transpose", x) if m == 2 else x
            return self.emit("matmul", self.env[y], right, via="")
        return self.emit("matmul", x, self.env[y], via="")

    def reshaped(self, inner: Var, shape: Any, lengths: Sequence[Atom]) -> Var:
        count = self.emit("length", self.first, axis=0)
        template = (*shape, Slot(len(lengths) + 1))
        whole = (template[-1], *template[:-1])
        return self.emit("reshape", inner, *lengths, count, shape=whole)


__all__ = ["Unbatchable", "batch"]
