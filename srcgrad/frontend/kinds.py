"""Kinds of values that lowering knows: what a name can be bound to.

An abstract value is an atom (a number or NumPy scalar), a ``Ref`` to an array in the heap, a container of
abstract values, a function, or a Python object known at compile time.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from srcgrad.frontend.source import Source
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom, Const, Undef, Var


@dataclass(frozen=True, slots=True)
class Ref:
    """An array: the location in the heap that holds its current version."""

    loc: int


@dataclass(frozen=True, slots=True, eq=False)
class Static:
    """A Python object known at compile time: module, function, class, string, ``None``, slice."""

    value: Any

    def __eq__(self, other: object) -> bool:
        """Whether both are the same object, or equal ones of one type: a dtype may equal ``None``."""
        if not isinstance(other, Static):
            return NotImplemented
        mine, its = self.value, other.value
        return mine is its or (type(mine) is type(its) and bool(mine == its))

    def __hash__(self) -> int:
        """The hash of the object."""
        return hash(self.value)


@dataclass(frozen=True, slots=True)
class Seq:
    """A tuple, list, named tuple or other sequence of known length; ``make`` rebuilds it."""

    items: tuple[AV, ...]
    make: type = tuple


@dataclass(frozen=True, slots=True)
class Mapping:
    """A dict with known keys."""

    items: tuple[tuple[Any, AV], ...]


@dataclass(frozen=True, slots=True)
class Instance:
    """A dataclass instance: its class and fields."""

    cls: type
    fields: tuple[tuple[str, AV], ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A list, dict or object made in the function: the location in the heap that holds its content."""

    loc: int
    make: type


@dataclass(frozen=True, slots=True)
class DictView:
    """``d.keys()``, ``d.values()`` or ``d.items()`` of a dict in a box: read when it is iterated over."""

    of: Box | Mapping
    kind: str


@dataclass(frozen=True, slots=True)
class Once:
    """An iterator over known items; ``sources`` are boxes that it reads, with their content of then."""

    part: Seq
    sources: tuple[tuple[Box, AV], ...] = ()


@dataclass(frozen=True, slots=True)
class Super:
    """``super()``: an object seen as an instance of the classes behind ``cls``."""

    receiver: AV
    cls: type


@dataclass(frozen=True, slots=True)
class Method:
    """A method of an abstract value, not called yet."""

    receiver: AV
    name: str


@dataclass(frozen=True, slots=True)
class Range:
    """A ``range`` of atoms."""

    start: Atom
    stop: Atom
    step: Atom


@dataclass(frozen=True, slots=True)
class Zip:
    """``zip`` of iterables."""

    parts: tuple[AV, ...]


@dataclass(frozen=True, slots=True)
class Enumerate:
    """``enumerate`` of an iterable."""

    part: AV
    start: Atom


@dataclass(frozen=True, slots=True)
class Mapped:
    """``map`` of a function over iterables."""

    function: AV
    parts: tuple[AV, ...]


@dataclass(frozen=True, slots=True)
class Partial:
    """``functools.partial`` of a function."""

    function: AV
    args: tuple[AV, ...]
    kwargs: tuple[tuple[str, AV], ...]


@dataclass(frozen=True, slots=True)
class Derivative:
    """A derivative of a function, not called yet: ``grad(f)`` and its like inside a function.

    ``mode`` is ``"grad"``, or ``"pullback"`` of the values ``args``: the second result of ``vjp``.
    """

    function: AV
    mode: str
    argnums: tuple[int | str, ...] = (0,)
    single: bool = True
    value: bool = False
    has_aux: bool = False
    elementwise: bool = False
    args: tuple[AV, ...] = ()


@dataclass(frozen=True, slots=True)
class Segmented:
    """``checkpoint`` of an iterable: a loop over it keeps the states of some trips only."""

    part: AV
    keep: int


@dataclass(frozen=True, slots=True)
class Reversed:
    """``reversed`` of an iterable."""

    part: AV


@dataclass(frozen=True, slots=True)
class Text:
    """Text made of literal parts and of values of the run: for messages, never for results."""

    parts: tuple[str | Formatted, ...]


@dataclass(frozen=True, slots=True)
class Formatted:
    """A value inside a text, with its conversion (``""``, ``"r"``, ``"s"``) and format."""

    value: AV
    conversion: str
    spec: str


@dataclass(frozen=True)
class Unmergeable:
    """Bound to a name that has no single kind after a branch or loop; reading it is refused."""

    reason: str
    code: str = "SG208"


@dataclass(eq=False, slots=True)
class Slicing:
    """A slice object whose parts are atoms or ``None``."""

    start: Atom | None
    stop: Atom | None
    step: Atom | None


@dataclass(eq=False, slots=True)
class UserFunction:
    """A function with source: its tree, the Python function or the frame it was defined in."""

    source: Source
    tree: Any
    function: Any = None
    frame: Any = None
    defaults: dict[str, AV] = field(default_factory=dict)


AV: TypeAlias = (
    "Var | Const | Undef | Ref | Box | Static | Seq | Mapping | Instance | Method | Range | Zip"
    " | Enumerate | DictView | Once | Super"
    " | Mapped | Partial | Derivative | Segmented | Reversed | Slicing | UserFunction | Text"
)
ATOMS = (Var, Const, Undef)
ITERATOR_TYPES = {Zip: zip, Enumerate: enumerate, Mapped: map, Reversed: reversed, Once: filter}
ITERATORS = tuple(ITERATOR_TYPES)  # empty once they were read
NONE = Static(None)


def lift(value: Any) -> AV:
    """The abstract value of a Python object that is known at compile time."""
    if isinstance(value, (bool, int, float)):
        return constant(value)
    if type(value) in (tuple, list):
        return Seq(tuple(map(lift, value)), type(value))
    if type(value) is dict:
        return Mapping(tuple((k, lift(v)) for k, v in value.items()))
    return Static(value)


def children(value: AV) -> tuple[AV, ...]:
    """Abstract values directly inside a container."""
    if isinstance(value, Seq):
        return value.items
    if isinstance(value, Mapping):
        return tuple(v for _, v in value.items)
    if isinstance(value, Instance):
        return tuple(v for _, v in value.fields)
    return ()


def rebuild(value: AV, parts: Iterator[AV]) -> AV:
    """The same container with other parts, taken in order."""
    if isinstance(value, Seq):
        return Seq(tuple(next(parts) for _ in value.items), value.make)
    if isinstance(value, Mapping):
        return Mapping(tuple((k, next(parts)) for k, _ in value.items))
    if isinstance(value, Instance):
        return Instance(value.cls, tuple((k, next(parts)) for k, _ in value.fields))
    return value


def map_leaves(value: AV, change: Callable[[AV], AV]) -> AV:
    """The value with ``change`` applied to every leaf."""
    inner = children(value)
    if isinstance(value, (Seq, Mapping, Instance)):
        return rebuild(value, iter([map_leaves(v, change) for v in inner]))
    return change(value)


def leaves(value: AV) -> list[AV]:
    """Leaves in order."""
    if isinstance(value, (Seq, Mapping, Instance)):
        return [leaf for part in children(value) for leaf in leaves(part)]
    return [value]


def parts_of(value: AV) -> list[AV]:
    """Abstract values that something other than a container holds on to."""
    if isinstance(value, Method):
        return [value.receiver]
    if isinstance(value, Super):
        return [value.receiver]
    if isinstance(value, DictView):
        return [value.of]
    if isinstance(value, Partial):
        return [value.function, *value.args, *(v for _, v in value.kwargs)]
    if isinstance(value, Derivative):
        return [value.function, *value.args]
    if isinstance(value, Zip):
        return list(value.parts)
    if isinstance(value, Mapped):
        return [value.function, *value.parts]
    if isinstance(value, (Enumerate, Reversed, Once, Segmented)):
        return [value.part]
    if isinstance(value, UserFunction):
        found, frame = list(value.defaults.values()), value.frame
        while frame is not None:
            found += frame.names.values()
            frame = frame.parent
        return found
    return []


def words(value: AV, word: str) -> list[str]:
    """A name for each leaf: the key or field that leads to it, or ``word``."""
    if isinstance(value, Seq):
        return [w for part in value.items for w in words(part, word)]
    pairs = value.items if isinstance(value, Mapping) else getattr(value, "fields", None)
    if not isinstance(value, (Mapping, Instance)) or pairs is None:
        return [word]
    named = [(k if isinstance(k, str) and k.isidentifier() else word, v) for k, v in pairs]
    return [w for k, v in named for w in words(v, k)]


def structure(value: AV) -> Any:
    """What two values must share to be merged leaf by leaf."""
    if isinstance(value, Seq):
        return (value.make, tuple(map(structure, value.items)))
    if isinstance(value, Mapping):
        return (dict, tuple((k, structure(v)) for k, v in value.items))
    if isinstance(value, Instance):
        return (value.cls, tuple((k, structure(v)) for k, v in value.fields))
    return None


def is_dataclass_type(cls: Any) -> bool:
    """Whether the object is a dataclass (the class, not an instance)."""
    return isinstance(cls, type) and dataclasses.is_dataclass(cls)


def is_namedtuple_type(cls: Any) -> bool:
    """Whether the object is a named tuple class."""
    return isinstance(cls, type) and issubclass(cls, tuple) and hasattr(cls, "_fields")


def _describe_object(value: Any) -> str:
    """Words for an object, the same in every run."""
    if value is None or isinstance(value, (str, bytes, bool, int, float, slice)):
        return repr(value)
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    return str(name) if name else f"an object of type {type(value).__qualname__}"


def describe(value: AV) -> str:
    """Short words for error messages."""
    if isinstance(value, (Var, Const, Undef)):
        return f"a value of type {value.type}"
    if isinstance(value, Static):
        return _describe_object(value.value)
    if isinstance(value, (Box, Instance)):
        return f"a {(value.make if isinstance(value, Box) else value.cls).__name__}"
    names = {Ref: "an array", Seq: "a sequence", Mapping: "a dict", UserFunction: "a function"}
    return names.get(type(value), f"a {type(value).__name__.lower()}")
