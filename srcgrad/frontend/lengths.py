"""Says what is known of a length that a shape is made with: which axis of which array it is.

An array of ``np.zeros(len(x))`` then has the length of ``x`` by its type, so that nothing in the adjoint has
to find out at run time whether it was broadcast.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from srcgrad.ir.build import atom_key
from srcgrad.ir.nodes import Atom, Const, Slice, Slot, Var
from srcgrad.ir.types import INT, AnyDim, Array, Dim, dims_of, with_dims
from srcgrad.rules.indexing import is_basic

if TYPE_CHECKING:
    from srcgrad.frontend.context import Context


def dim_of(cx: Context, atom: Atom) -> AnyDim | None:
    """The dimension that a number is: the length of an axis, that plus a constant, or an argument."""
    if not isinstance(atom, Var):
        return None
    if atom in cx.inputs and atom.type == INT:
        return Dim(f"#{cx.inputs.index(atom)}")
    eqn = cx.builder.defs.get(atom)
    if eqn is None:
        return None
    if eqn.op.name == "length":
        dims = dims_of(eqn.args[0].type)
        return None if dims is None else dims[eqn.attrs["axis"]]
    sign = {"add": 1, "subtract": -1}.get(eqn.op.name)
    if sign is None or not isinstance(eqn.args[1], Const) or type(eqn.args[1].value) is not int:
        return None
    base = dim_of(cx, eqn.args[0])
    if not isinstance(base, Dim):
        return None
    return Dim(base.base, base.drop - sign * eqn.args[1].value, base.basis_long)


def sized(cx: Context, var: Var, shape: Any, args: Sequence[Atom]) -> Var:
    """The result with what is known of the lengths in its shape."""
    dims = dims_of(var.type)
    if not isinstance(var.type, Array) or dims is None or len(dims) != len(shape):
        return var
    known = list(dims)
    for k, entry in enumerate(shape):
        dim = dim_of(cx, args[entry.position]) if isinstance(entry, Slot) else None
        if dim is not None:
            known[k] = dim
    var.type = with_dims(var.type, tuple(known))
    return var


def sliced(cx: Context, var: Var, index: Any, args: Sequence[Atom]) -> Var:
    """What an index reads, with a name for the length of each slice up to a value of the run.

    Two slices of equal axes with the same bounds have one length: ``x[:k] * y[:k]`` is not broadcast.
    """
    dims, source = dims_of(var.type), dims_of(args[0].type)
    if dims is None or source is None or None in index or not is_basic(index, tuple(args)):
        return var
    if Ellipsis in index:
        at = index.index(Ellipsis)
        index = (*index[:at], *[None] * (len(source) - len(index) + 1), *index[at + 1 :])
    known = list(dims)
    place = 0
    for axis, entry in enumerate(index):
        if isinstance(entry, Slice) and any(isinstance(p, Slot) for p in _parts(entry)):
            ends = tuple(
                atom_key(args[p.position]) if isinstance(p, Slot) else p for p in _parts(entry)
            )
            key = (source[axis], ends)
            known[place] = cx.slices.setdefault(key, known[place])
        place += entry is None or isinstance(entry, Slice)
    var.type = with_dims(var.type, tuple(known))
    return var


def _parts(entry: Slice) -> tuple[Any, Any, Any]:
    return entry.start, entry.stop, entry.step


__all__ = ["dim_of", "sized", "sliced"]
