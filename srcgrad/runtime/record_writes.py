"""Writes into recorded arrays: done for real on the concrete memory, and noted if they matter.

Memory that holds constants becomes active with the first active value written into it; what it
held until then enters the trace as a constant. The value of an argument before its first write is
kept: programs start from values on entry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.runtime.record_values import Values, spec_of
from srcgrad.runtime.recorded import RecordedArray, Storage, is_operand, plain


class Writes(Values):
    """A recording that can write."""

    def begin(self, storage: Storage, *values: Any) -> bool:
        """Get ready for a write of these values; whether it is to be noted."""
        active = storage.active or any(map(self.is_active, values))
        if not active and self.idle:
            return False
        if storage.exported:
            self.refuse(
                "SG206",
                "an array is written that C code may have kept a view of",
                "write to a copy of it",
            )
        first = storage.outer and storage not in self.written
        if first:
            self._refuse_shared(storage)
        if active and not storage.active:
            self._activate(storage)
        if first:
            storage.entry = storage.array.copy()
            self.written.append(storage)
        storage.origin = None
        return active

    def _refuse_shared(self, storage: Storage) -> None:
        """Refuse to write memory from outside that is seen under another name too."""
        array = storage.array
        shared = any(s is not storage and np.may_share_memory(array, s.array) for s in self.outer)
        if shared or storage.home is not self:
            self.refuse(
                "SG311",
                "an argument or captured array is written that shares memory with another",
                "pass arrays that do not overlap: x.copy()",
            )

    def _activate(self, storage: Storage) -> None:
        """Memory of constants gets a number: how it was made, or what it holds now."""
        origin = storage.origin
        number = self.next()
        outs = (("fresh", number, *spec_of(storage.array), None),)
        if origin is None:
            self.enter("buffer", None, (storage.array,), {}, outs)
        else:
            function, args, kwargs = origin
            self.enter("call", function, args, kwargs, outs)
        storage.home, storage.number, storage.active = self, number, True

    def store(self, target: RecordedArray, index: Any, value: Any) -> None:
        """``target[index] = value``."""
        if self._is_own_view(target, index, value):
            return
        noted = self.begin(target._storage, value)
        target._value[plain(index)] = plain(value)
        if noted:
            self.enter("store", None, (target, index, value), {}, ())

    def _is_own_view(self, target: RecordedArray, index: Any, value: Any) -> bool:
        """Whether ``a[i] += v`` stores back the view that it has just updated."""
        if type(value) is not RecordedArray or value._storage is not target._storage:
            return False
        place = target._value[plain(index)]
        return isinstance(place, np.ndarray) and (
            place.__array_interface__ == value._value.__array_interface__
        )

    def augment(self, node: str, function: Any, target: RecordedArray, other: Any) -> Any:
        """``target op= other``, in place."""
        if not is_operand(other):
            return NotImplemented
        noted = self.begin(target._storage, other)
        function(target._value, plain(other))
        if noted:
            self.enter("augment", node, (target, other), {}, ())
        return target

    def overwrite(self, target: Any, value: Any, casting: str = "same_kind") -> None:
        """All of ``target`` becomes ``value``."""
        if type(target) is not RecordedArray and not self.is_active(value):
            np.copyto(target, plain(value), casting=casting)  # type: ignore[arg-type]
            return
        if type(target) is not RecordedArray:
            self.refuse(
                "SG206",
                "a recorded value is written into an array that was made outside the function",
                "make the array inside the function, with np.zeros or np.array",
            )
        noted = self.begin(target._storage, value)
        np.copyto(target._value, plain(value), casting=casting)  # type: ignore[arg-type]
        if noted:
            self.enter("overwrite", None, (target, value), {}, ())

    def into(self, kwargs: dict[str, Any], compute: Callable[[dict[str, Any]], Any]) -> Any:
        """The result of ``compute`` written to the array that is given as ``out=``."""
        rest = {k: v for k, v in kwargs.items() if k != "out"}
        out = kwargs["out"]
        target = out[0] if isinstance(out, tuple) else out
        if rest.get("where", True) is not True:
            self.refuse("SG202", "out= with where= is not recorded", "use np.where")
        self.overwrite(target, compute(rest))
        return target

    # -- functions that write ---------------------------------------------------------------------

    def fill(self, target: Any, value: Any) -> None:
        """``target.fill(value)``."""
        self.store(target, Ellipsis, value)

    def sort(self, target: Any, axis: int = -1, kind: Any = None, **rest: Any) -> None:
        """``target.sort()``: in place."""
        self.overwrite(target, self.sorted(target, axis))

    def sorted(self, a: Any, axis: Any = -1, kind: Any = None, **rest: Any) -> Any:
        """``np.sort``: the elements in the order that this run has."""
        if axis is None:
            a, axis = a.reshape(-1), 0
        order = np.argsort(plain(a), axis, kind="stable")
        return a[along(order, axis)]

    def copyto(self, dst: Any, src: Any, casting: str = "same_kind", where: Any = True) -> None:
        """``np.copyto``."""
        if where is True:
            return self.overwrite(dst, src, casting)
        whole = np.broadcast_to(plain(where), dst.shape)
        value = np.broadcast_to(src, dst.shape)
        return self.store(dst, whole, value[whole])

    def fill_diagonal(self, a: Any, val: Any, wrap: bool = False) -> None:
        """``np.fill_diagonal``."""
        if wrap or a.ndim != 2:
            self.refuse("SG206", "np.fill_diagonal of another form", "write a[k, k] = ...")
        places = np.arange(min(a.shape))
        self.store(a, (places, places), val if np.ndim(plain(val)) == 0 else val[: len(places)])

    def put(self, a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
        """``np.put`` on a contiguous array."""
        where = np.unravel_index(plain(ind), a.shape)
        self.store(a, where, v)

    def put_along_axis(self, arr: Any, indices: Any, values: Any, axis: Any = -1) -> None:
        """``np.put_along_axis``."""
        self.store(arr, along(plain(indices), axis), values)

    def putmask(self, a: Any, mask: Any, values: Any) -> None:
        """``np.putmask`` and ``np.place`` with one value, or as many as the array has."""
        if np.ndim(plain(values)) == 0:
            self.store(a, plain(mask), values)
        elif np.shape(plain(values)) == a.shape:
            self.store(a, plain(mask), values[plain(mask)])
        else:
            self.refuse("SG206", "np.putmask that repeats values", "write a[mask] = values")

    def at(self, ufunc: Any, target: Any, indices: Any, *values: Any) -> None:
        """``np.add.at`` and ``np.subtract.at``."""
        if type(target) is not RecordedArray:
            self.overwrite(target, 0.0)
        if ufunc not in (np.add, np.subtract):
            self.refuse("SG206", f"np.{ufunc.__name__}.at is not recorded", "write a loop")
        noted = self.begin(target._storage, *values)
        ufunc.at(target._value, plain(indices), *[plain(v) for v in values])
        if noted:
            sign = "Add" if ufunc is np.add else "Sub"
            self.enter("at", sign, (target, indices, *values), {}, ())


def along(indices: Any, axis: int) -> tuple[Any, ...]:
    """The index that takes these places along one axis, and each place of the others."""
    grids = list(np.ogrid[tuple(slice(n) for n in np.shape(indices))])
    grids[axis % len(grids)] = indices
    return tuple(grids)


METHODS: dict[str, Callable[..., None]] = {
    "fill": Writes.fill,
    "sort": Writes.sort,
    "put": Writes.put,
}
FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.sort: Writes.sorted,
    np.copyto: Writes.copyto,
    np.fill_diagonal: Writes.fill_diagonal,
    np.put: Writes.put,
    np.put_along_axis: Writes.put_along_axis,
    np.putmask: Writes.putmask,
    np.place: Writes.putmask,
}
REFUSED_METHODS = frozenset({"partition", "itemset", "resize"})
