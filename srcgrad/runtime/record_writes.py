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
        group = [storage]
        if storage.outer and storage not in self.written:
            group = sharing(storage, self.outer)
            if len({s.active for s in group}) > 1:
                self.refuse(
                    "SG311",
                    "an array is written that shares memory with one that is not differentiated",
                    "differentiate with respect to both, or pass arrays that do not overlap: x.copy()",
                )
            active = active or any(s.active for s in group)
            if any(s.home is not self for s in group):
                self._refuse_foreign()
            group.sort(key=lambda s: s.active)  # what memory holds on entry is that of the inputs
        for part in group if active else ():
            if not part.active:
                self._activate(part)
        if storage.outer and storage not in self.written:
            for part in group:
                part.entry = part.array.copy()
            if len(group) > 1 and active:
                self._merge(group)
            self.written += group
        storage.origin = None
        return active

    def _merge(self, group: list[Storage]) -> None:
        """From now on, arrays from outside that share memory are views of one array."""
        places = places_in_memory([s.array for s in group])
        if places is None:
            self.refuse(
                "SG311",
                "an array is written that shares memory with another of a different dtype",
                "pass arrays that do not overlap: x.copy()",
            )
        memory = np.zeros(1 + max(int(p.max(initial=0)) for p in places), group[0].array.dtype)
        for part, place in zip(group, places, strict=True):
            memory[place] = part.array
        self.enter("merge", None, (memory, *group, *places), {}, ())

    def _activate(self, storage: Storage) -> None:
        """Memory of constants gets a number: how it was made, or what it holds now."""
        origin = storage.origin
        number = self.next()
        outs = (("fresh", number, *spec_of(storage.array), None),)
        if origin is None:
            self.enter("buffer", None, (storage,), {}, outs)
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


def sharing(storage: Storage, others: list[Storage]) -> list[Storage]:
    """The storages whose memory may overlap with that of one, directly or through others."""
    group, todo = [storage], [storage]
    while todo:
        array = todo.pop().array
        more = [s for s in others if s not in group and np.may_share_memory(array, s.array)]
        group += more
        todo += more
    return group


def places_in_memory(arrays: list[np.ndarray[Any, Any]]) -> list[np.ndarray[Any, Any]] | None:
    """For each array, where its elements are in the stretch of memory that all lie in."""
    size = arrays[0].itemsize
    found = []
    for array in arrays:
        place = np.asarray(array.__array_interface__["data"][0])
        for axis, (n, stride) in enumerate(zip(array.shape, array.strides, strict=True)):
            steps = np.arange(n) * stride
            place = place + steps.reshape((n,) + (1,) * (array.ndim - 1 - axis))
        found.append(np.broadcast_to(place, array.shape))
    low = min(int(p.min(initial=2**62)) for p in found)
    places = [p - low for p in found]
    same = all(a.dtype == arrays[0].dtype for a in arrays)
    whole = same and not any(np.any(p % size) for p in places)
    return [p // size for p in places] if whole else None


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
