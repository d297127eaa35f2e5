"""The trace of a recorded run: entries in order, constants lifted out, all of it as hashable data.

An entry says what was done to which values; values are numbered in the order in which they came to
be. Floats and arrays that are not recorded become *constants*, inputs of the program, unless a float
is a literal of the user's code. Integers, booleans, strings and the structure of indices are part
of the entry. So the entries, together with the types of the inputs, are the key of the program.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Hashable, Iterable, Iterator, Sequence
from types import CodeType, FrameType
from typing import Any, NamedTuple, NoReturn

import numpy as np

from srcgrad.errors import KindError, Span, SrcgradError
from srcgrad.frontend.kinds import is_namedtuple_type
from srcgrad.runtime.recorded import RecordedArray, RecordedNumber, Storage

MAX_ENTRIES = 30_000  # operations of one recorded run
_FACTS_KEPT = 10_000
_SMALL = 1024  # bytes of an array that are quicker copied than compared
_INFINITE = (float("inf"), float("-inf"))  # they choose what a function does, as an order of a norm
VALUE, CONSTANT, STATIC, NUMBER, SEQUENCE, SLICE = range(6)
Template = tuple[Any, ...]
_STATICS = frozenset({str, bytes, type(None), type(Ellipsis), type, np.dtype})
_INTERNAL = frozenset({"srcgrad", "numpy", "scipy", *sys.stdlib_module_names}) - {"__main__"}


class CodeFacts(NamedTuple):
    """What is known of a piece of code; holds it, so that its id stays its own."""

    code: CodeType
    internal: bool
    literals: frozenset[complex]


_facts: dict[int, CodeFacts] = {}  # by id: the hash of a code object is as long as the code


def facts_of(frame: FrameType) -> CodeFacts:
    """Whether a frame runs code of a library, and the numbers that are written in it."""
    code = frame.f_code
    found = _facts.get(id(code))
    if found is None or found.code is not code:
        module = (frame.f_globals.get("__name__") or "").partition(".")[0]
        if len(_facts) >= _FACTS_KEPT:
            _facts.clear()
        literals = frozenset(c for c in _flat(code.co_consts) if type(c) in (float, complex))
        found = _facts[id(code)] = CodeFacts(code, module in _INTERNAL, literals)
    return found


def user_frame() -> tuple[FrameType, CodeFacts]:
    """The innermost frame that runs the user's code."""
    frame = sys._getframe(2)
    facts = facts_of(frame)
    while facts.internal and frame.f_back is not None:
        frame = frame.f_back
        facts = facts_of(frame)
    return frame, facts


def _flat(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        if isinstance(value, (tuple, frozenset)):
            yield from _flat(value)
        else:
            yield value


class Trace:
    """Entries and constants of one run."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.entries: list[Template] = []
        self.constants: list[Any] = []
        self.constant_types: list[Hashable] = []
        self.values = 0
        self.failure: SrcgradError | None = None
        self.thread = threading.get_ident()
        self._numbers: dict[Hashable, int] = {}
        self._arrays: dict[int, tuple[Any, int]] = {}

    # -- refusing ---------------------------------------------------------------------------------

    def refuse(self, code: str, message: str, remedy: str) -> NoReturn:
        """Raise an error at the user's line; raised again at the end if user code catches it."""
        frame, _ = user_frame()
        span = span_of(frame.f_code.co_filename, frame.f_lineno)
        error = KindError(code, message, span, remedy)
        self.failure = self.failure or error
        raise error

    # -- entries ----------------------------------------------------------------------------------

    def next(self) -> int:
        """A number for a new value."""
        number = self.values
        self.values += 1
        return number

    def enter(
        self, kind: str, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], outs: Template
    ) -> None:
        """Append what was done, at the user's line."""
        if threading.get_ident() != self.thread:
            self.refuse(
                "SG223",
                "a recorded value is used in another thread",
                "compute in the thread that calls the gradient",
            )
        frame, (code, _, literals) = user_frame()
        given = tuple([self.encode(a, literals) for a in args])
        named = tuple([(k, self.encode(v, literals)) for k, v in kwargs.items()])
        self.entries.append((kind, target, given, named, outs, code.co_filename, frame.f_lineno))
        if len(self.entries) > MAX_ENTRIES:
            self.refuse(
                "SG230",
                f"the recorded run of {self.title} has more than {MAX_ENTRIES} operations",
                "use array operations in place of loops over elements, or write it so that it can "
                "be read from source",
            )

    def encode(self, value: Any, literals: frozenset[complex]) -> Template:
        """A value as part of an entry."""
        kind = type(value)
        if kind is RecordedArray or kind is RecordedNumber:
            number = self.number(value)
            return (VALUE, number) if number is not None else self.lift_array(value)
        if kind is int or kind is bool:
            return (NUMBER, kind, value)
        if kind is float:
            literal = value in literals or value in _INFINITE
            return (NUMBER, kind, value.hex()) if literal else self.lift_number(value)
        if kind is complex:
            return (NUMBER, kind, repr(value)) if value in literals else self.lift_number(value)
        if kind is tuple or kind is list:
            return (SEQUENCE, kind, tuple([self.encode(v, literals) for v in value]))
        if kind is slice:
            parts = (value.start, value.stop, value.step)
            return (SLICE, *[self.encode(p, literals) for p in parts])
        if kind is np.ndarray:
            return self.lift_array(value)
        if isinstance(value, np.generic):
            return self.lift_number(value)
        return self._encode_object(value, literals)

    def _encode_object(self, value: Any, literals: frozenset[complex]) -> Template:
        kind = type(value)
        if kind is Storage:
            active = value.number is not None
            return (VALUE, value.number) if active else self._lift(value, value.array)
        if is_namedtuple_type(kind):
            return (SEQUENCE, tuple, tuple([self.encode(v, literals) for v in value]))
        if isinstance(value, range):
            return (SEQUENCE, list, tuple([self.encode(v, literals) for v in value]))
        if kind in _STATICS or isinstance(value, (type, np.dtype)) or callable(value):
            return (STATIC, value)
        self.refuse(
            "SG215",
            f"an object of type {kind.__qualname__} is the operand of a recorded operation",
            "pass arrays, numbers, or tuples and lists of them",
        )

    def number(self, value: RecordedArray | RecordedNumber) -> int | None:
        """The number of a recorded value; ``None`` while it holds constants only."""
        raise NotImplementedError

    def constant_of(self, value: Any) -> Any:
        """The contents of an array, recorded or not, that holds constants."""
        return value._value if type(value) is RecordedArray else value

    def finish(self) -> None:
        """Let go of the user's arrays and of recorded values."""
        self._numbers.clear()
        self._arrays.clear()

    # -- constants --------------------------------------------------------------------------------

    def lift_number(self, value: Any) -> Template:
        """A float or NumPy scalar as an input of the program: equal ones once."""
        plain = type(value) is float or type(value) is complex
        type_: Any = type(value) if plain else value.dtype
        key = (type_, repr(value) if plain else value.tobytes())
        place = self._numbers.get(key)
        if place is None:
            if not plain and value.dtype.kind not in "biufc":
                self._refuse_dtype(value.dtype)
            place = self._numbers[key] = self._constant(value, type_)
        return (CONSTANT, place)

    def lift_array(self, value: Any) -> Template:
        """An array of constants as an input of the program: a copy of what it holds now."""
        return self._lift(value, self.constant_of(value))

    def _lift(self, value: Any, array: Any) -> Template:
        before = self._arrays.get(id(value))
        if before is not None and _same(self.constants[before[1]], array):
            return (CONSTANT, before[1])
        if array.dtype.kind not in "biufc":
            self._refuse_dtype(array.dtype)
        place = self._constant(array.copy(), (array.dtype, array.shape))
        self._arrays[id(value)] = (value, place)  # keeps the array, and so its id, alive
        return (CONSTANT, place)

    def _constant(self, value: Any, type_: Hashable) -> int:
        self.constants.append(value)
        self.constant_types.append(type_)
        return len(self.constants) - 1

    def _refuse_dtype(self, dtype: np.dtype[Any]) -> NoReturn:
        self.refuse(
            "SG219", f"an array of dtype {dtype} meets a recorded value", "use numeric arrays"
        )


def numbers_in(template: Template) -> Iterator[int]:
    """The numbers of the values in a part of an entry."""
    tag = template[0]
    if tag == VALUE:
        yield template[1]
    elif tag in (SEQUENCE, SLICE):
        for part in template[2] if tag == SEQUENCE else template[1:]:
            yield from numbers_in(part)


def needed_entries(entries: Sequence[Template], result: int) -> list[Template]:
    """The entries that a result depends on, and all writes: what was only looked at has no part."""
    live, kept = {result}, list[Template]()
    for entry in reversed(entries):
        _, _, given, named, outs, *_ = entry
        if outs and not any(out[1] in live for out in outs):
            continue
        kept.append(entry)
        for part in (*given, *(v for _, v in named)):
            live.update(numbers_in(part))
        live.update(out[4] for out in outs if out[4] is not None)
    return kept[::-1]


def _same(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    """Whether two arrays hold the same bytes."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if a.nbytes <= _SMALL:
        return a.tobytes() == b.tobytes()
    return np.array_equal(a, b, equal_nan=a.dtype.kind in "fc") and (
        a.dtype.kind not in "fc" or bool((np.signbit(a.real) == np.signbit(b.real)).all())
    )


def span_of(file: str, line: int) -> Span:
    """The text of one line."""
    import linecache

    text = linecache.getline(file, line).rstrip("\n")
    start = len(text) - len(text.lstrip())
    return Span(file, line, start, line, max(len(text), start + 1))
