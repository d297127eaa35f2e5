"""Resolves free names of a function to what they are: captured values, modules, functions.

Numbers and arrays that a function captures become inputs, read again at each call. What steers lowering
(functions, classes, modules, strings, structure) is baked in, and a guard checks it at each call.
"""

from __future__ import annotations

import builtins
import dataclasses
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import BuiltinMethodType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from srcgrad.errors import ArgumentError
from srcgrad.frontend.kinds import AV, Instance, Mapping, Seq, Static
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Var
from srcgrad.ir.types import Type, type_of_value

MISSING = object()
METHODS = (MethodType, BuiltinMethodType)
LIMITS = (np.finfo, np.iinfo, type(sys.float_info), type(sys.int_info))  # constants of a machine


@dataclass(frozen=True)
class Root:
    """Where a captured name lives: a global of a function, a cell of its closure, a default.

    ``kind`` is ``"object"`` for a module or class that is reached otherwise: ``function`` is then the
    object itself.
    """

    function: Any
    kind: str
    name: str

    def read(self) -> Any:
        """The current value; ``MISSING`` if the name is unbound."""
        if self.kind == "object":
            return self.function
        if self.kind == "default":
            return default_of(self.function, self.name)
        if self.kind == "global":
            return self.function.__globals__.get(self.name, getattr(builtins, self.name, MISSING))
        cell = (self.function.__closure__ or ())[
            self.function.__code__.co_freevars.index(self.name)
        ]
        try:
            return cell.cell_contents
        except ValueError:
            return MISSING


def default_of(function: FunctionType, name: str) -> Any:
    """The default of a parameter, as it is now; ``MISSING`` if it has none."""
    keywords = function.__kwdefaults__ or {}
    if name in keywords:
        return keywords[name]
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    given = dict(zip(reversed(names), reversed(function.__defaults__ or ()), strict=False))
    return given.get(name, MISSING)


@dataclass(frozen=True)
class Capture:
    """A captured number or array: a root and the steps (attribute, item) from it."""

    root: Root
    steps: tuple[tuple[str, Any], ...] = ()

    def read(self) -> Any:
        """The current value."""
        value = self.root.read()
        for kind, key in self.steps:
            value = getattr(value, key) if kind == "attr" else value[key]
        return value

    @property
    def name(self) -> str:
        """A name for the value: the last word on the way to it."""
        words = [self.root.name, *(str(k) for _, k in self.steps if isinstance(k, str))]
        return words[-1] if words[-1].isidentifier() else self.root.name


@dataclass(frozen=True)
class Guard:
    """A captured object that was baked in: the compiled code holds while it is the same."""

    capture: Capture
    expected: Any
    by_identity: bool

    def holds(self) -> bool:
        """Whether the object is still what was baked in."""
        try:
            value = self.capture.read()
        except (AttributeError, KeyError, IndexError, TypeError):
            return False
        if self.by_identity:
            return value is self.expected or is_same_method(value, self.expected)
        return type(value) is type(self.expected[1]) and shape_key(value) == self.expected[0]


def is_same_method(value: Any, expected: Any) -> bool:
    """Whether both are one method of one object: ``a.f`` is a new object each time it is read."""
    return type(value) is type(expected) and isinstance(value, METHODS) and value == expected


def shape_key(value: Any) -> Any:
    """What of a baked value or container must stay the same."""
    if isinstance(value, dict):
        return tuple(value)
    if isinstance(value, (tuple, list)):
        return len(value)
    return value


@dataclass
class Captures:
    """Captured inputs and guards of one lowering."""

    type_of: Callable[[Any, str, str], Type]  # of a value, by its name and by its place
    entry: Any = None
    bake: frozenset[Capture] = frozenset()
    inlined: list[Any] = field(default_factory=list)
    inputs: dict[Capture, Var] = field(default_factory=dict)
    guards: dict[Capture, Guard] = field(default_factory=dict)

    def guard(self, capture: Capture, value: Any, *, by_identity: bool) -> None:
        """Check at each call that the object is still the one baked in."""
        expected = value if by_identity else (shape_key(value), value)
        self.guards.setdefault(capture, Guard(capture, expected, by_identity))

    def value(self, capture: Capture, value: Any, wrap: Callable[[Var], AV]) -> AV:
        """Abstract value of a captured object."""
        if isinstance(value, (bool, str, bytes)) or value is None or value is Ellipsis:
            self.guard(capture, value, by_identity=False)
            return constant(value) if isinstance(value, bool) else Static(value)
        if isinstance(value, (int, float, complex, np.ndarray, np.generic)):
            return self._numeric(capture, value, wrap)
        if isinstance(value, (tuple, list, dict)) and not isinstance(value, LIMITS):
            return self._container(capture, value, wrap)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            self.guard(
                Capture(capture.root, (*capture.steps, ("attr", "__class__"))),
                type(value),
                by_identity=True,
            )
            names = [f.name for f in dataclasses.fields(value)]
            parts = [self.value(step(capture, "attr", n), getattr(value, n), wrap) for n in names]
            return Instance(type(value), tuple(zip(names, parts, strict=True)))
        if not is_numpy_module(capture, value):
            self.guard(capture, value, by_identity=True)
        return Static(value)

    def _numeric(self, capture: Capture, value: Any, wrap: Callable[[Var], AV]) -> AV:
        if capture in self.bake:
            self.guard(capture, value, by_identity=False)
            return constant(value)
        if capture not in self.inputs:
            name, place = capture.name, f"{capture.name}@{len(self.inputs)}."
            self.inputs[capture] = Var(name, self.type_of(value, name, place))
        return wrap(self.inputs[capture])

    def _container(self, capture: Capture, value: Any, wrap: Callable[[Var], AV]) -> AV:
        self.guard(capture, value, by_identity=False)
        if isinstance(value, dict):
            pairs = ((k, self.value(step(capture, "item", k), v, wrap)) for k, v in value.items())
            return Mapping(tuple(pairs))
        items = tuple(self.value(step(capture, "item", k), v, wrap) for k, v in enumerate(value))
        return Seq(items, type(value))


def step(capture: Capture, kind: str, key: Any) -> Capture:
    """The capture one attribute or item further."""
    return Capture(capture.root, (*capture.steps, (kind, key)))


def is_numpy_module(capture: Capture, value: Any) -> bool:
    """Whether the object is an attribute of NumPy or the standard library, which nobody patches."""
    if not capture.steps:
        return False
    try:
        owner = Capture(capture.root, capture.steps[:-1]).read()
    except (AttributeError, LookupError, TypeError):
        return False
    return isinstance(owner, ModuleType) and owner.__name__.partition(".")[0] in (
        "numpy",
        "math",
        "cmath",
        "scipy",
    )


def root_of(function: FunctionType, name: str) -> Root | None:
    """Where a free name of ``function`` lives, or ``None`` if it is unbound."""
    if name in function.__code__.co_freevars:
        return Root(function, "closure", name)
    if name in function.__globals__ or hasattr(builtins, name):
        return Root(function, "global", name)
    return None


def refuse_value(value: Any, name: str) -> None:
    """Refuse array types that cannot be differentiated rightly."""
    module = type(value).__module__.partition(".")[0]
    if isinstance(value, np.ndarray) and type(value) is not np.ndarray:
        raise ArgumentError(
            "SG305",
            f"argument {name!r} is a {type(value).__module__}.{type(value).__qualname__}",
            "pass a plain array: np.asarray(...)",
        )
    if module in ("pandas", "xarray", "torch", "jax", "jaxlib", "tensorflow"):
        raise ArgumentError(
            "SG305", f"argument {name!r} is a {module} object", "pass a NumPy array"
        )
    if isinstance(value, (np.ndarray, np.generic)):
        _refuse_dtype(value.dtype, name)


def _refuse_dtype(dtype: np.dtype[Any], name: str) -> None:
    problem, remedy = "", "pass float64 or float32: np.asarray(x, float)"
    if dtype.kind not in "biufc":
        problem = "it is not numeric"
    elif dtype in (np.longdouble, np.clongdouble) and np.dtype(np.longdouble).itemsize > 8:
        problem = "extended precision is not supported"
    elif not dtype.isnative:
        problem, remedy = (
            "foreign byte order is not supported",
            "x.astype(x.dtype.newbyteorder('='))",
        )
    if problem:
        raise ArgumentError("SG305", f"argument {name!r} has dtype {dtype}: {problem}", remedy)


__all__ = [
    "Capture",
    "Captures",
    "Guard",
    "ModuleType",
    "Root",
    "refuse_value",
    "root_of",
    "type_of_value",
]
