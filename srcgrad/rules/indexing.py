"""Rules of indexing: reads by basic and array index, and their accumulating transposes.

What writes by index is in ``stores``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from srcgrad.ir import infer
from srcgrad.ir.nodes import Atom, Const, Eqn, Slice, Slot
from srcgrad.ir.ops import Attrs, Storage
from srcgrad.ir.types import AnyDim, Array, Dim, Type, broadcast_dims, dims_of, with_dims
from srcgrad.rules.registry import Linear, register
from srcgrad.rules.symbols import Sym


@dataclass(frozen=True)
class Gather(Linear):
    """A read by index: its transpose adds into a buffer of the operand's shape."""

    def accumulate(self, base: Sym, g: Sym, args: Any, attrs: dict[str, Any]) -> Sym:
        """``base`` with ``g`` added at the index."""
        return base.call("index_add", g, *args[1:], index=shifted(attrs["index"], 1))

    def permutes(self, index: Any) -> bool:
        """Whether an index only reverses axes, so that it is its own transpose: ``x[::-1]``."""
        turned = Slice(None, None, -1)
        every = Slice(None, None, None)
        return turned in index and all(e in (turned, every) for e in index)

    def inserted_axes(self, index: Any) -> tuple[int, ...]:
        """The axes that an index only inserts: ``x[:, None]``; none if it selects anything."""
        every = Slice(None, None, None)
        if any(e is not None and e != every for e in index):
            return ()
        return tuple(k for k, e in enumerate(index) if e is None)


def shifted(index: Any, by: int) -> Any:
    """The index template with its slots moved, for an op with more operands in front."""
    if isinstance(index, tuple):
        return tuple(shifted(i, by) for i in index)
    if isinstance(index, Slot):
        return Slot(index.position + by)
    if isinstance(index, Slice):
        return Slice(*(shifted(p, by) for p in (index.start, index.stop, index.step)))
    return index


def _entry_type(entry: Any, types: tuple[Type, ...]) -> Type | None:
    return types[entry.position] if isinstance(entry, Slot) else None


def is_advanced(entry: Any, types: tuple[Type, ...]) -> bool:
    """Whether an index entry is an array (of integers or booleans)."""
    type_ = _entry_type(entry, types)
    return isinstance(type_, Array) and type_.dims != ()


def _is_mask(entry: Any, types: tuple[Type, ...]) -> bool:
    type_ = _entry_type(entry, types)
    return isinstance(type_, Array) and type_.dtype is not None and type_.dtype.kind == "b"


_ENDS = frozenset({(None, 1), (None, 2), (0, 1), (0, 2), (-1, None), (-2, None)})


def _is_vague(entry: Any, types: tuple[Type, ...]) -> bool:
    """Whether it is unknown how many axes an entry takes: what may be a mask of any rank."""
    type_ = _entry_type(entry, types)
    if not isinstance(type_, Array) or type_.dims == ():
        return False
    return type_.dtype is None or (type_.dtype.kind == "b" and type_.dims is None)


def sliced_dim(dim: AnyDim, part: Slice) -> AnyDim:
    """Length of an axis after a slice.

    >>> sliced_dim(Dim("x0"), Slice(1, -1, None))
    x0-2
    >>> sliced_dim(Dim("x0", basis_long=True), Slice(None, 1, None))
    1
    """
    start, stop, step = part.start, part.stop, part.step
    if any(isinstance(p, Slot) for p in (start, stop, step)):
        return infer.unique_dim()
    if isinstance(dim, int):
        return len(range(*slice(start, stop, step).indices(dim)))
    if (start, stop) == (None, None) and step in (None, 1, -1):
        return dim
    if step in (None, 1) and (start is None or start >= 0) and (stop is None or stop < 0):
        return Dim(dim.base, dim.drop + (start or 0) - (stop or 0), dim.basis_long)
    ends = len(range(2)[slice(start, stop, step)])
    if dim.long and step in (None, 1) and (start, stop) in _ENDS:
        return infer.length_dim(ends)
    return Dim(f"{dim}[{part}]")


def is_basic(index: Any, args: tuple[Any, ...]) -> bool:
    """Whether an index has no array in it, so that what it reads is a view; ``args`` fill its slots."""
    return not any(is_advanced(e, tuple(a.type for a in args)) for e in index)


def is_whole(index: Any) -> bool:
    """Whether an index names every element: ``[:]``, ``[...]``, ``[:, :]``."""
    return all(e is Ellipsis or e == Slice(None, None, None) for e in index)


def indexed(types: tuple[Type, ...], attrs: Attrs) -> Array:
    """Type of what an index reads."""
    dims, index = dims_of(types[0]), attrs["index"]
    if dims is None or any(_is_vague(e, types) for e in index):
        return with_dims(types[0], None)
    used = sum(_axes_used(e, types) for e in index)
    every = Slice(None, None, None)
    if Ellipsis in index:
        at = index.index(Ellipsis)
        index = (*index[:at], *[every] * (len(dims) - used), *index[at + 1 :])
    else:
        index = (*index, *[every] * (len(dims) - used))
    return with_dims(types[0], _walk(dims, index, types))


def _axes_used(entry: Any, types: tuple[Type, ...]) -> int:
    if entry is None or entry is Ellipsis:
        return 0
    if _is_mask(entry, types):
        mask = dims_of(types[entry.position])
        return 1 if mask is None else len(mask)
    return 1


def _walk(dims: tuple[AnyDim, ...], index: Any, types: tuple[Type, ...]) -> Any:
    """Dimensions of the result, entry by entry; array entries share one block of axes."""
    advanced = any(is_advanced(e, types) for e in index)
    result: list[Any] = []
    places: list[int] = []
    blocks: list[Any] = []
    axis = 0
    for entry in index:
        if entry is None:
            result.append(1)
        elif isinstance(entry, Slice):
            result.append(sliced_dim(dims[axis], entry) if axis < len(dims) else infer.unique_dim())
            axis += 1
        else:
            axis += _axes_used(entry, types)
            if advanced:
                places.append(len(result))
                mask = _is_mask(entry, types)
                blocks.append((infer.unique_dim(),) if mask else _block(entry, types))
    if not advanced:
        return tuple(result)
    block = broadcast_dims(*blocks)
    if block is None:
        return None
    at = places[0] if len(set(places)) == 1 else 0
    return (*result[:at], *block, *result[at:])


def _block(entry: Any, types: tuple[Type, ...]) -> Any:
    type_ = _entry_type(entry, types)
    return () if type_ is None else dims_of(type_)


def _resolve(index: Any) -> Any:
    return index[0] if len(index) == 1 else index


def resolved(index: Any) -> Any:
    """The index as NumPy takes it: one entry by itself."""
    return index[0] if len(index) == 1 else index


def may_repeat(index: Any, args: Sequence[Atom], definition: Callable[[Any], Any]) -> bool:
    """Whether an index may name one element twice; ``definition`` gives the equation behind an atom.

    Not if it has no array, if its only array is a mask, or if one array counts up.
    """
    types = tuple(a.type for a in args)
    arrays = [e for e in index if is_advanced(e, types)]
    if not arrays or (len(arrays) == 1 and _is_mask(arrays[0], types)):
        return False
    return not any(_all_differ(args[e.position], types, arrays, definition) for e in arrays)


def _all_differ(
    atom: Atom, types: Any, arrays: list[Any], definition: Callable[[Any], Any]
) -> bool:
    """Whether an index array has different elements, as many as all other index arrays."""
    eqn = definition(atom)
    if not isinstance(eqn, Eqn):
        return False
    if eqn.op.name == "array" and len(arrays) == 1 and all(isinstance(a, Const) for a in eqn.args):
        values = [a.value for a in eqn.args if isinstance(a, Const)]
        return min(values) >= 0 and len(set(values)) == len(values)
    if eqn.op.name != "arange" or len(eqn.args) != 1:
        return False
    stop = definition(eqn.args[0])
    if not (isinstance(stop, Eqn) and stop.op.name == "length"):
        return len(arrays) == 1
    length = (dims_of(stop.args[0].type) or (None,))[stop.attrs["axis"]]
    others = [types[e.position].dims for e in arrays if types[e.position] is not atom.type]
    return all(dims == (length,) for dims in others)


def _index(x: Any, *parts: Any, index: Any) -> Any:
    return x[resolved(index)]


register(
    "index",
    Gather((lambda g, x, *parts, index: g,)),
    run=_index,
    infer=indexed,
    storage=Storage.MAYBE,
    cheap=True,
)
