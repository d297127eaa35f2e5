"""Describes arguments: their leaves, what of them the emitted text may depend on, their names.

A *leaf* is an array or number inside the arguments; its *path* is the way to it. The key of a
signature holds, per array, dtype and for each axis 0, 1 or longer; per number its kind; for all
else the value.
"""

from __future__ import annotations

import ast
import copy
import dataclasses
from collections.abc import Hashable
from dataclasses import dataclass, field
from types import BuiltinFunctionType, FunctionType
from typing import Any

import numpy as np

from srcgrad.codegen.spell import Expr, constant
from srcgrad.errors import ArgumentError
from srcgrad.frontend.classes import is_user_object
from srcgrad.frontend.kinds import AV, Instance, Mapping, Seq, Static, is_namedtuple_type
from srcgrad.frontend.resolve import refuse_value
from srcgrad.ir.build import constant as constant_atom
from srcgrad.ir.nodes import Var
from srcgrad.ir.types import (
    AnyDim,
    Array,
    Dim,
    Type,
    describe_type,
    is_differentiable,
    type_of_value,
)
from srcgrad.runtime.recorded import is_recorded

Path = tuple[tuple[str, Any], ...]
CODE = (FunctionType, BuiltinFunctionType, np.ufunc, type)  # arguments that are baked in
_MAX_DEPTH = 64


@dataclass(frozen=True)
class Leaf:
    """An array or number among the arguments."""

    var: Var
    path: Path
    rank_zero: bool
    baked: bool = False

    @property
    def label(self) -> str:
        """The way to the leaf as a user would write it."""
        return path_text(self.path)


@dataclass
class Arguments:
    """Arguments of one signature, described."""

    values: dict[str, AV] = field(default_factory=dict)
    leaves: list[Leaf] = field(default_factory=list)

    def variables(self) -> list[Var]:
        """Input variables in order."""
        return [leaf.var for leaf in self.leaves]


def path_text(path: Path) -> str:
    """``params['w']`` and the like."""
    text = str(path[0][1])
    for kind, key in path[1:]:
        text += f".{key}" if kind == "attr" else f"[{key!r}]"
    return text


def path_expr(path: Path) -> Expr:
    """The expression that reads a leaf from the parameters."""
    node: Expr = ast.Name(path[0][1], ast.Load())
    for kind, key in path[1:]:
        if kind == "attr":
            node = ast.Attribute(node, key, ast.Load())
        else:
            node = ast.Subscript(node, constant(key), ast.Load())
    return node


def dims_for(shape: tuple[int, ...], place: str) -> tuple[AnyDim, ...]:
    """Symbolic dimensions of an array argument: 0 and 1 are exact, longer axes are symbols.

    Axes of one length, as of a square matrix, are one symbol. Arrays of different places share none,
    whatever their names.
    """
    return tuple(n if n < 2 else Dim(f"{place}{shape.index(n)}", 0, True) for n in shape)


def leaf_type(value: Any, place: str) -> Type:
    """Type of an array or number leaf, of which ``place`` says where it is."""
    if isinstance(value, (np.ndarray, np.generic)):
        return Array(value.dtype, dims_for(value.shape, place))
    return type_of_value(value)


def children(value: Any) -> list[tuple[tuple[str, Any], Any]] | None:
    """Steps and parts of a container, ``None`` for anything else."""
    if isinstance(value, dict):
        return [(("item", k), v) for k, v in value.items()]
    if isinstance(value, tuple) and is_namedtuple_type(type(value)):
        return [(("attr", k), getattr(value, k)) for k in type(value)._fields]  # type: ignore[attr-defined]
    if isinstance(value, (tuple, list)):
        return [(("item", k), v) for k, v in enumerate(value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(("attr", f.name), getattr(value, f.name)) for f in dataclasses.fields(value)]
    if is_user_object(value) and hasattr(value, "__dict__"):
        return [(("attr", k), v) for k, v in vars(value).items()]
    return None


def rebuilt(value: Any, parts: list[Any]) -> Any:
    """A container or object like ``value`` with other parts, made without calling its class."""
    if isinstance(value, dict):
        return dict(zip(value, parts, strict=True))
    if isinstance(value, (tuple, list)):
        return type(value)(*parts) if is_namedtuple_type(type(value)) else type(value)(parts)
    copied = copy.copy(value)
    for ((_, name), _), part in zip(children(value) or (), parts, strict=True):
        object.__setattr__(copied, name, part)
    return copied


def skeleton(value: Any) -> Any:
    """A value with the same signature that holds no memory of the user's."""
    if type(value) is np.ndarray:
        return np.broadcast_to(np.zeros((), value.dtype), value.shape)
    parts = children(value)
    if parts is None:
        return value
    return rebuilt(value, [skeleton(part) for _, part in parts])


def key_of(value: Any, path: Path, baked: frozenset[Path]) -> Hashable:
    """What of a value the emitted text may depend on."""
    if is_recorded(value):
        value._recording.refuse(
            "SG305",
            f"argument {path_text(path)!r} of a derivative is a value of a recorded run",
            "write the function around it so that it can be read from source",
        )
    if type(value) is np.ndarray:
        shape = value.shape
        return (value.dtype, tuple([n if n < 2 else 2 + shape.index(n) for n in shape]))
    if type(value) is float:
        return float
    if isinstance(value, bool) or value is None or isinstance(value, (str, bytes)):
        return (type(value), value)
    if type(value) is int:
        return (int, value) if path in baked else int
    if isinstance(value, np.generic):
        return (np.generic, value.dtype)
    parts = children(value)
    if parts is None:
        return value if isinstance(value, CODE) else type(value)
    if len(path) > _MAX_DEPTH:
        message = f"argument {path_text(path[:1])!r} holds itself, or is nested too deep"
        raise ArgumentError("SG305", message, "pass what is needed of it")
    return (type(value), tuple((s[1], key_of(v, (*path, s), baked)) for s, v in parts))


def describe(values: dict[str, Any], baked: frozenset[Path]) -> Arguments:
    """Abstract arguments and leaves for concrete argument values."""
    result = Arguments()
    for name, value in values.items():
        result.values[name] = _describe(value, (("arg", name),), baked, result)
    return result


def _leaf_name(path: Path) -> str:
    words = [str(k) for _, k in path if isinstance(k, str) and k.isidentifier()]
    numbers = "".join(str(k) for _, k in path[1:] if isinstance(k, int))
    return words[-1] + numbers


def _describe(value: Any, path: Path, baked: frozenset[Path], result: Arguments) -> AV:
    label = path_text(path)
    if isinstance(value, bool):
        return constant_atom(value)
    if value is None or isinstance(value, (str, bytes, *CODE)):
        return Static(value)
    if isinstance(value, (int, float, complex, np.ndarray, np.generic)):
        refuse_value(value, label)
        if path in baked and isinstance(value, int):
            return constant_atom(value)
        name = _leaf_name(path)
        var = Var(name, leaf_type(value, label))
        rank_zero = isinstance(value, np.ndarray) and value.ndim == 0
        result.leaves.append(Leaf(var, path, rank_zero))
        return var
    parts = children(value)
    if parts is None:
        refuse_value(value, label)
        raise ArgumentError(
            "SG305",
            f"argument {label!r} is a {type(value).__module__}.{type(value).__qualname__}",
            "pass arrays, numbers, or tuples, lists, dicts, named tuples, dataclasses of them",
        )
    inner = [_describe(v, (*path, s), baked, result) for s, v in parts]
    if isinstance(value, dict):
        return Mapping(tuple((s[1], v) for (s, _), v in zip(parts, inner, strict=True)))
    if isinstance(value, (tuple, list)):
        return Seq(tuple(inner), type(value))
    return Instance(type(value), tuple((s[1], v) for (s, _), v in zip(parts, inner, strict=True)))


def unknown(name: str) -> tuple[AV, Leaf]:
    """An argument about which nothing is known but that it is a float64 array."""
    var = Var(name, Array(np.dtype(float), None))
    return var, Leaf(var, (("arg", name),), False)


def check_differentiable(leaf_value: Any, leaf: Leaf) -> None:
    """Refuse integer and boolean inputs that are to be differentiated."""
    if not is_differentiable(leaf.var.type):
        raise ArgumentError(
            "SG301",
            f"argument {leaf.label!r} is {describe_type(leaf.var.type)}: "
            "the gradient needs floating-point values",
            "pass it as float (x.astype(float)), or leave it out of argnums",
        )
