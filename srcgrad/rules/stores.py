"""Rules of writes in place: a write is the next version of its array, ``A2 = store(A1, value, index)``.

The cotangent of what is written is that of the elements it went to; what they held before has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from srcgrad.errors import OVERLAP
from srcgrad.ir import infer
from srcgrad.ir.nodes import Const
from srcgrad.ir.ops import Attrs, Op
from srcgrad.ir.types import BOOL, Type, dims_of
from srcgrad.rules.bindings import HELPERS
from srcgrad.rules.broadcasting import full, unbroadcast
from srcgrad.rules.indexing import indexed, resolved, shifted
from srcgrad.rules.registry import Linear, linear, plain, register, zero
from srcgrad.rules.symbols import Sym, where


@dataclass(frozen=True)
class Scatter(Linear):
    """A write by index: linear in the array and in the value. Its adjoint is ``reverse``'s own."""

    def written(
        self, g: Sym, value: Sym, parts: Any, index: Any, *, fits: bool, repeats: bool
    ) -> Sym:
        """The cotangent of the value, from that of the array after the write.

        Of several values for one element NumPy keeps the last, so the others have none.
        """
        at = shifted(index, -1)
        if dims_of(indexed((g.atom.type, *[p.atom.type for p in parts]), {"index": at})) == ():
            at = tuple(
                e for e in at if e is not Ellipsis
            )  # a number: a view would be zeroed with g
        part = g.call("index", *parts, index=at)
        if repeats:
            last = g.call("last_written", *parts, index=shifted(index, -1))
            part = where(last, part, 0.0)
        return part if fits else unbroadcast(part, part, value)

    def jvp(
        self, tangents: Sequence[Sym | None], args: Sequence[Sym], out: Sym, op: Op, attrs: Any
    ) -> Sym:
        """The same write, of tangents into the tangent of the array."""
        base = zero(args[0]) if tangents[0] is None else full(tangents[0], args[0])
        value = Sym(out.builder, Const(0.0)) if tangents[1] is None else tangents[1]
        parts = [a.atom for a in args[2:]]
        new = out.builder.emit(op.name, base.atom, value.atom, *parts, index=attrs["index"])
        return Sym(out.builder, new)


def _store(base: Any, value: Any, *parts: Any, index: Any, fits: bool = False) -> Any:
    result = np.array(base)
    result[resolved(index)] = value
    return result


def _index_add(base: Any, g: Any, *parts: Any, index: Any, fits: bool = False) -> Any:
    result = np.array(base)
    np.add.at(result, resolved(index), g)
    return result


def _part(g: Sym, value: Sym, parts: Any, index: Any, fits: bool) -> Sym:
    part = g.call("index", *parts, index=shifted(index, -1))
    return part if fits else unbroadcast(part, part, value)


register(
    "store",
    Scatter((lambda g, x, v, *parts, index, fits=False: g, None)),
    run=_store,
    infer=infer.array_like,
    inplace=True,
)
linear(
    "index_add",
    lambda g, x, v, *parts, index, fits=False: g,
    lambda g, x, v, *parts, index, fits=False: _part(g, v, parts, index, fits),
    run=_index_add,
    infer=infer.array_like,
    inplace=True,
)


def last_written(x: Any, index: Any) -> Any:
    """Whether a write to ``x[index]`` leaves each of its values there, or overwrites it with a later one."""
    owner = np.empty(np.shape(x), int)
    order = np.arange(owner[index].size).reshape(owner[index].shape)
    owner[index] = order
    return owner[index] == order


def _like_part(types: tuple[Type, ...], attrs: Attrs) -> Type:
    return replace(indexed(types, attrs), dtype=np.dtype(bool))


HELPERS["last_written"] = last_written
plain(
    "last_written",
    lambda x, *parts, index: last_written(x, resolved(index)),
    _like_part,
    zero=True,
    shape_only=frozenset({0}),
)


def _write_back(target: Any, value: Any) -> None:
    target[...] = value


# What the function leaves in an array of its caller, once it has run.
plain("write_back", _write_back, infer.constant_type(BOOL), zero=True, effect=True)


def _apart(*arrays: Any, written: int) -> None:
    for k, target in enumerate(arrays[:written]):
        if any(np.shares_memory(target, other) for other in arrays[k + 1 :]):
            raise ValueError(OVERLAP)


# The first ``written`` of its operands are written to, and must share no memory with any other.
plain("apart", _apart, infer.constant_type(BOOL), zero=True, effect=True)
