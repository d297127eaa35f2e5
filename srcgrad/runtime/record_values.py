"""The values of a recording: which are active, which share memory, how a result is noted.

Only what depends on the differentiated inputs is recorded. An operation on constants alone is done
and forgotten, but an array that it makes stays visible, since an active value may be written into
it later: from then on its memory is active too.
"""

from __future__ import annotations

import copy
import sys
import threading
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from srcgrad.runtime.recorded import (
    Recorded,
    RecordedArray,
    RecordedNumber,
    Storage,
    is_recorded,
    plain,
)
from srcgrad.runtime.trace import Trace

_WHOLE = (int, str, bytes, type(None), type, np.dtype, np.bool_, np.integer, np.ndarray)


class Values(Trace):
    """A trace that knows recorded values."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.closed = False
        self.decided = False  # whether an active value was compared: it may decide the path
        self.key_at: tuple[int, int] | None = None  # where a recorded number was last hashed
        self.outer: list[Storage] = []  # memory from outside: of arguments, of captured arrays
        self.written: list[Storage] = []  # those of them that were written to
        self.exchange: Callable[[list[dict[str, Any]]], None] | None = None  # by `intercept`
        self._owned: dict[int, RecordedArray] = {}
        self._exchanged: set[str] = set()

    def exchange_once(self, start: str) -> None:
        """For the rest of the run, let the loaded modules of a package see stand-ins."""
        if self.exchange is not None and start not in self._exchanged:
            self._exchanged.add(start)
            modules = [m for name, m in list(sys.modules.items()) if name.startswith(start)]
            self.exchange([vars(m) for m in modules])

    # -- values -----------------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Whether nothing is recorded: the run is over, or this is another thread."""
        return self.closed or threading.get_ident() != self.thread

    def number(self, value: Recorded) -> int | None:
        """The number of a recorded value; ``None`` while it holds constants only."""
        storage = value._storage if type(value) is RecordedArray else None
        if storage is not None and not storage.active:
            return None
        if self.closed or (value._home if storage is None else storage.home) is not self:
            self._refuse_foreign()
        if storage is not None and value._id is None:
            if value._value is storage.array:
                value._id = storage.number
            else:
                self._number_view(value)
        return value._id

    def _refuse_foreign(self) -> NoReturn:
        self.refuse(
            "SG223",
            "a value of another recorded run is used: it outlived its run, or two derivatives nest",
            "keep values of a differentiated function inside it, and take derivatives of "
            "derivatives of functions that can be read from source",
        )

    def finish(self) -> None:
        """Let go of the user's arrays and of recorded values."""
        super().finish()
        self.written.clear()
        self.outer.clear()
        self._owned.clear()

    def own(self, array: np.ndarray[Any, Any], *, active: bool = False) -> RecordedArray:
        """The recorded array for one from outside: an input, or the same one for the same array."""
        known = self._owned.get(id(array))
        if known is not None and not active and not known._storage.active:
            return known
        found = RecordedArray(self, array, self.next() if active else None)
        found._storage.outer = True
        self.outer.append(found._storage)
        self._owned[id(array)] = found
        return found

    def constant_of(self, value: Any) -> Any:
        """The contents of an array that holds constants: never of one that shows a written argument."""
        if type(value) is RecordedArray:
            return value._value
        if any(np.may_share_memory(value, s.array) for s in self.written):
            self.refuse(
                "SG311",
                "an array from outside the function shares memory with an argument that was written",
                "pass it as an argument that does not overlap, or write to a copy",
            )
        return value

    def _number_view(self, view: RecordedArray) -> None:
        """Note a view that was made while its memory held constants."""
        if view._origin is None:
            self.refuse(
                "SG206",
                "one of several views made in one call is read after a write to its memory",
                "make the views by slices",
            )
        kind, target, args, kwargs = view._origin
        view._id = self.next()
        base = self._base(view._value, (*args, *kwargs.values()))
        self.enter(kind, target, args, kwargs, (self._view(view._id, view._value, base),))

    def is_active(self, value: Any) -> bool:
        """Whether a differentiated value is in the operand, also inside sequences."""
        kind = type(value)
        if kind is RecordedNumber:
            return True
        if kind is RecordedArray:
            return value._storage.active  # type: ignore[no-any-return]
        if isinstance(value, (tuple, list)):
            return any(self.is_active(v) for v in value)
        return isinstance(value, slice) and any(
            self.is_active(v) for v in (value.start, value.stop, value.step)
        )

    def result(
        self, kind: str, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], value: Any
    ) -> Any:
        """The recorded value for the result of an operation, which is noted if it is active."""
        active = any(map(self.is_active, args)) or (
            bool(kwargs) and any(map(self.is_active, kwargs.values()))
        )
        if not active and self.idle:
            return value
        if type(value) is np.ndarray and value.dtype.kind in "fc":
            operands = (*args, *kwargs.values())
            base = self._base(value, operands)
            if base is not None and value is base._value:
                return base
            if base is None and _is_of_any(value, operands):
                return value  # memory of the user's, in which a write could not be seen
            storage = None if base is None else base._storage
            found = RecordedArray(self, value, None, storage)
            found._origin = None if base is None else (kind, target, args, kwargs)
            if active if storage is None else storage.active:
                found._id = self._enter(kind, target, args, kwargs, "fresh", value, base)
            if storage is None and active:
                found._storage.number, found._storage.active = found._id, True
            return found
        if not active:
            return self._buffers(value, (*args, *kwargs.values()))
        if isinstance(value, (float, np.floating, complex, np.complexfloating)):
            number = self._enter(kind, target, args, kwargs, "number", value)
            return RecordedNumber(self, value, number)
        if isinstance(value, (tuple, list)):
            return self._several(kind, target, args, kwargs, value)
        self._check_whole(target, value)
        self.decided = True
        return value

    def _check_whole(self, target: Any, value: Any) -> None:
        """Refuse a result that could carry a derivative where it is not seen."""
        kinds = value.dtype.kind if isinstance(value, (np.ndarray, np.generic)) else "b"
        if kinds not in "biuSU" or not isinstance(value, _WHOLE):
            name = getattr(target, "__name__", target)
            self.refuse(
                "SG232",
                f"{name} gives a {type(value).__name__} that would lose the derivative",
                "keep values in float arrays, lists, tuples and dicts",
            )

    def _enter(
        self,
        kind: str,
        target: Any,
        args: Any,
        kwargs: Any,
        form: str,
        value: Any,
        base: Any = None,
    ) -> int:
        number = self.next()
        out = (form, number, *spec_of(value), None)
        if base is not None:
            out = self._view(number, value, base)
        self.enter(kind, target, args, kwargs, (out,))
        return number

    def _view(self, number: int, value: Any, base: RecordedArray | None) -> tuple[Any, ...]:
        """A result that shows the memory of another."""
        return ("view", number, *spec_of(value), None if base is None else self.number(base))

    def _buffers(self, value: Any, operands: tuple[Any, ...]) -> Any:
        """Constants that came of constants: arrays inside stay visible."""
        if isinstance(value, (tuple, list)) and any(type(v) is np.ndarray for v in value):
            parts = [v if _is_of_any(v, operands) else self.constant(v) for v in value]
            for part in parts:
                base = self._base(part._value, operands) if is_recorded(part) else None
                if base is not None:
                    part._storage = base._storage
            return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
        return value

    def constant(self, value: Any) -> Any:
        """A new array of constants, to be recorded once an active value is written to it."""
        if type(value) is np.ndarray and value.dtype.kind in "fc" and not self.idle:
            return RecordedArray(self, value, None)
        return value

    def _several(self, kind: str, target: Any, args: Any, kwargs: Any, value: Any) -> Any:
        """The results of an operation that has more than one."""
        outs: list[Any] = []
        parts: list[Any] = []
        for part in value:
            if isinstance(part, (tuple, list)):
                self.refuse("SG210", f"{target} gives nested results", "call it on parts")
            number = self.next()
            if type(part) is np.ndarray and part.dtype.kind in "fc":
                operands = (*args, *kwargs.values())
                base = self._base(part, operands)
                if _is_of_any(part, operands):
                    outs.append(("unread", number, None, None, None))
                    parts.append(part)
                    continue
                if base is not None and not base._storage.active:
                    outs.append(("unread", number, None, None, None))
                    parts.append(RecordedArray(self, part, None, base._storage))
                    continue
                new = RecordedArray(self, part, number, None if base is None else base._storage)
                fresh = ("fresh", number, *spec_of(part), None)
                outs.append(fresh if base is None else self._view(number, part, base))
                parts.append(new)
            elif isinstance(part, (float, np.floating)):
                outs.append(("number", number, *spec_of(part), None))
                parts.append(RecordedNumber(self, part, number))
            else:
                self._check_whole(target, part)
                outs.append(("unread", number, None, None, None))
                parts.append(part)
        self.enter(kind, target, args, kwargs, tuple(outs))
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)

    def _base(self, value: np.ndarray[Any, Any], args: tuple[Any, ...]) -> RecordedArray | None:
        """The operand whose memory a result shares."""
        for arg in args:
            if type(arg) is RecordedArray and _is_of(value, arg._value):
                return arg
        return None

    # -- conversions ------------------------------------------------------------------------------

    def decision(self, value: Recorded) -> Any:
        """The concrete value, for a whole number or a truth: they have no derivative."""
        self.decided = self.decided or self.is_active(value)
        return value._value

    def stopped(self, value: Any) -> Any:
        """The value as it is now, as a constant."""
        self.decided = True
        return copy.deepcopy(plain(value))

    def converted(self, value: Recorded, how: str) -> Any:
        """The concrete value of a constant that C code converts; of any other it would be a cut."""
        if not self.is_active(value):
            return value._value
        self.refuse_cut(how, value)

    def exported(self, value: Recorded, how: str) -> Any:
        """Memory that C code reads: constants, which must stay so."""
        self.converted(value, how)
        if self.idle or type(value) is not RecordedArray:
            return value._value
        value._storage.exported = True
        view = value._value.view()
        view.flags.writeable = False
        return view

    def refuse_cut(self, how: str, value: Any, remedy: str = "") -> NoReturn:
        """Refuse what takes a differentiated value out of sight."""
        self.refuse(
            "SG232",
            f"{how} would lose the derivative of a recorded value",
            remedy
            or "use functions of NumPy, math or operators on it, and write it only into arrays that are "
            "made in the function by np.zeros, np.array or the like",
        )


def _is_of(value: np.ndarray[Any, Any], whole: np.ndarray[Any, Any]) -> bool:
    """Whether an array is another or a view of its memory."""
    return value is whole or (value.base is not None and np.may_share_memory(value, whole))


def _is_of_any(value: Any, operands: tuple[Any, ...]) -> bool:
    """Whether an array shares memory with one of the operands that are the user's own."""
    return type(value) is np.ndarray and any(
        _is_of(value, a) for a in operands if type(a) is np.ndarray
    )


def spec_of(value: Any) -> tuple[Any, Any]:
    """What is known of a result: its dtype (or Python type) and shape."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype, value.shape
    return type(value), ()
