"""Makes nodes: the only place that does.

A ``Builder`` appends equations to a region. Equal pure equations are made once (value numbering
over the region and those around it). The algebra functions (``add``, ``multiply`` ...) drop what is
neutral and fold constants where that is exact, so that cotangents come out as a person would write
them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from srcgrad.errors import Span
from srcgrad.ir.nodes import Atom, Block, Const, Eqn, Slice, Slot, Stmt, Var
from srcgrad.ir.ops import OPS, Op
from srcgrad.ir.types import INT, UNKNOWN, Array, Number, Type, is_complex


def constant(value: Any) -> Const:
    """A literal: a Python number, or a NumPy scalar as its Python number."""
    return Const(value.item() if isinstance(value, np.generic) else value)


def atom_key(atom: Atom) -> Hashable:
    """Equal for atoms that surely hold the same value."""
    if isinstance(atom, Const):
        return (type(atom.value), repr(atom.value))
    return id(atom)


def freeze(value: Any) -> Hashable:
    """A hashable stand-in for a value of an attribute."""
    if isinstance(value, (tuple, list)):
        return tuple(freeze(v) for v in value)
    if isinstance(value, dict):
        return tuple((k, freeze(v)) for k, v in value.items())
    return (type(value), value) if isinstance(value, (bool, int, float)) else value


class Builder:
    """Appends statements to one region; ``parent`` builds the region around it."""

    def __init__(self, parent: Builder | None = None, *, local: bool = False) -> None:
        self.parent = parent
        self.local = local
        self.stmts: list[Stmt] = []
        self.span: Span | None = None if parent is None else parent.span
        self._memo: dict[Hashable, Var] = {}
        self.defs: dict[Var, Eqn] = {} if parent is None else parent.defs
        self.made: dict[Var, Stmt] = {} if parent is None else parent.made

    def child(self) -> Builder:
        """A builder for a region nested in this one."""
        return Builder(self, local=self.local)

    def block(self, results: tuple[Atom, ...] = (), params: tuple[Var, ...] = ()) -> Block:
        """The region as a block."""
        return Block(params, tuple(self.stmts), results)

    def append(self, stmt: Stmt) -> None:
        """Add a finished statement."""
        self.stmts.append(stmt)
        self.made.update(dict.fromkeys(stmt.outs, stmt))
        if isinstance(stmt, Eqn):
            for out in stmt.outs:
                self.defs[out] = stmt

    def known(self, key: Hashable) -> Var | None:
        """The value made earlier by an equal equation, here or in a region around this one."""
        scope: Builder | None = self
        while scope is not None:
            found = scope._memo.get(key)
            if found is not None or self.local:
                return found
            scope = scope.parent
        return None

    def share(self, eqn: Eqn) -> None:
        """Let an equation of another block serve later equal ones, without looking into it."""
        self._memo[self._key(eqn.op, eqn.args, eqn.attrs)] = eqn.out

    def emit_new(self, name: str, *args: Atom, **attrs: Any) -> Var:
        """Append an equation even if an equal one exists: for buffers to be updated in place."""
        op = OPS[name]
        out = Var("", op.infer(tuple(a.type for a in args), attrs))
        self.append(Eqn((out,), op, args, attrs, self.span))
        return out

    @staticmethod
    def _key(op: Op, args: tuple[Atom, ...], attrs: dict[str, Any]) -> Hashable:
        frozen = tuple((k, freeze(attrs[k])) for k in sorted(attrs))
        return (op.name, tuple(map(atom_key, args)), frozen)

    def emit(self, name: str, *args: Atom, hint: str = "", **attrs: Any) -> Var:
        """Append ``op(args, **attrs)`` and return its result.

        A value that is already there is not made again. ``via`` chooses the spelling; without it
        Python numbers go through ``math`` and arrays through NumPy where an op has no operator.
        """
        op = OPS[name]
        if "" not in op.runs and "via" not in attrs:
            attrs["via"] = _library(op, args)
        # Not while lowering (local): there a transpose is a view that may be written through.
        if name == "transpose" and "axes" not in attrs and not self.local:
            inner = self.definition(args[0], "transpose")
            if inner is not None and "axes" not in inner.attrs and isinstance(inner.args[0], Var):
                return inner.args[0]
        pure = not (op.effect or op.inplace)
        key = self._key(op, args, attrs) if pure else None
        found = self.known(key) if pure else None
        if found is not None:
            if hint and not found.name:
                found.name = hint
            return found
        types = tuple(a.type for a in args)
        type_ = UNKNOWN if UNKNOWN in types else op.infer(types, attrs)
        out = Var(hint, type_)
        self.append(Eqn((out,), op, args, attrs, self.span))
        if pure:
            self._memo[key] = out
        return out

    def definition(self, atom: Atom, name: str) -> Eqn | None:
        """The equation of op ``name`` that defines the atom, if one does."""
        if not isinstance(atom, Var):
            return None
        eqn = self.defs.get(atom)
        return eqn if eqn is not None and eqn.op.name == name else None

    def without_minus(self, factor: Atom) -> Atom | None:
        """The atom of which a factor without a name is the negative."""
        minus = self.definition(factor, "negative")
        return None if minus is None or minus.out.name else minus.args[0]


def _library(op: Op, args: tuple[Atom, ...]) -> str:
    """The library whose spelling serves the operands: that of numbers, of complex ones, of arrays."""
    wanted = "np"
    if all(isinstance(a.type, Number) for a in args):
        wanted = "cmath" if any(is_complex(a.type) for a in args) else "math"
    if wanted in op.runs:
        return wanted
    return next((library for library in ("np", "sp") if library in op.runs), next(iter(op.runs)))


def _is(atom: Atom, value: float) -> bool:
    return isinstance(atom, Const) and not isinstance(atom.value, bool) and atom.value == value


def _weak(atom: Atom) -> bool:
    """Whether the atom is a real Python number, so that dropping it changes no dtype or shape."""
    return isinstance(atom.type, Number)


def _exact_factor(atom: Atom) -> bool:
    """Whether multiplying by the constant is exact (a power of two): such factors may merge."""
    if not (isinstance(atom, Const) and isinstance(atom.value, (int, float)) and atom.value):
        return False
    return not isinstance(atom.value, bool) and abs(math.frexp(atom.value)[0]) == 0.5


def _floating(type_: Type) -> bool:
    if isinstance(type_, Number):
        return type_.kind in ("float", "complex")
    return isinstance(type_, Array) and (type_.dtype is None or type_.dtype.kind in "fc")


def negated(b: Builder, x: Atom) -> Atom | None:
    """What ``x`` is the negative of: of ``-y`` it is ``y``, of ``y * -z``, if it has no name, ``y * z``."""
    minus = b.definition(x, "negative")
    if minus is not None:
        return minus.args[0]
    product = b.definition(x, "multiply")
    if product is None or product.out.name:
        return None
    left, right = product.args
    bare = b.without_minus(left)
    if bare is not None:
        return multiply(b, bare, right)
    bare = b.without_minus(right)
    return None if bare is None else multiply(b, left, bare)


def add(b: Builder, x: Atom, y: Atom) -> Atom:
    """``x + y``: ``t + t`` is ``2 * t``, ``x + -y`` is ``x - y``."""
    if isinstance(x, Const) and isinstance(y, Const):
        return constant(x.value + y.value)
    if atom_key(x) == atom_key(y):
        return multiply(b, constant(2.0 if _floating(x.type) else 2), x)
    if _is(x, 0.0):
        return y
    if _is(y, 0.0):
        return x
    for one, other in ((y, x), (x, y)):
        bare = negated(b, one)
        if bare is not None:
            return subtract(b, other, bare)
    return b.emit("add", x, y)


def subtract(b: Builder, x: Atom, y: Atom) -> Atom:
    """``x - y``."""
    if isinstance(x, Const) and isinstance(y, Const):
        return constant(x.value - y.value)
    if _is(y, 0.0):
        return x
    if _is(x, 0.0):
        return negative(b, y)
    minus = b.definition(y, "negative")
    if minus is not None and not minus.out.name:
        return b.emit("add", x, minus.args[0])
    return b.emit("subtract", x, y)


def negative(b: Builder, x: Atom) -> Atom:
    """``-x``: a double minus cancels, a minus moves into a constant factor or a difference."""
    if isinstance(x, Const):
        return constant(-x.value)
    inner = b.definition(x, "negative")
    if inner is not None:
        return inner.args[0]
    product = b.definition(x, "multiply")
    if product is not None and isinstance(product.args[0], Const) and not product.out.name:
        return b.emit("multiply", constant(-product.args[0].value), product.args[1])
    difference = b.definition(x, "subtract")
    if difference is not None and _floating(difference.out.type):
        return b.emit("subtract", difference.args[1], difference.args[0])
    return b.emit("negative", x)


def multiply(b: Builder, x: Atom, y: Atom) -> Atom:
    """``x * y``: one is dropped, minus moves out, constants come first, exact factors merge."""
    if isinstance(x, Const) and isinstance(y, Const):
        return constant(x.value * y.value)
    if isinstance(y, Const):
        x, y = y, x
    same = _floating(y.type) or x.type == y.type == INT  # whether the product has the type of y
    if _is(x, 1.0) and _weak(x) and same:
        return y
    if _is(x, -1.0) and same:
        return negative(b, y)
    for left, right in ((x, y), (y, x)):
        minus = b.definition(left, "negative")
        if minus is not None:
            return negative(b, multiply(b, minus.args[0], right))
        select = _masked(b, left)
        if select is not None and not isinstance(right, Const):
            return _select(b, select, _times(b, right))
    one_over = b.definition(y, "divide")
    if one_over is not None and isinstance(one_over.args[0], Const):
        scaled = multiply(b, x, one_over.args[0])
        if _is(one_over.args[0], 1.0) or isinstance(scaled, Const):
            return divide(b, scaled, one_over.args[1])
    for left, right in ((x, y), (y, x)):
        inner = b.definition(right, "multiply")
        if inner is None or not isinstance(inner.args[0], Const):
            continue
        if isinstance(left, Const) and (_exact_factor(left) or _exact_factor(inner.args[0])):
            return multiply(b, constant(left.value * inner.args[0].value), inner.args[1])
    return b.emit("multiply", x, y)


def _times(b: Builder, y: Atom) -> Callable[[Atom], Atom]:
    return lambda x: multiply(b, x, y)


def _masked(b: Builder, atom: Atom) -> Eqn | None:
    """The select ``where(c, g, 0)`` or ``where(c, 0, g)`` behind a cotangent."""
    select = b.definition(atom, "where")
    cast = b.definition(atom, "astype")
    if cast is not None:  # of numbers: they have no dtype of their own
        inner = b.definition(cast.args[0], "where")
        if inner is not None and all(isinstance(a, Const) for a in inner.args[1:]):
            select = inner
    return select if select is not None and any(_is(a, 0.0) for a in select.args[1:]) else None


def _select(b: Builder, select: Eqn, partial: Callable[[Atom], Atom]) -> Atom:
    """The select, moved past the partial of its arm: what the other arm would give is never used."""
    test, first, second = select.args
    if _is(second, 0.0):
        return b.emit("where", test, partial(first), second)
    return b.emit("where", test, first, partial(second))


def divide(b: Builder, x: Atom, y: Atom) -> Atom:
    """``x / y``: division by one is dropped, minus moves out."""
    if _is(y, 1.0) and _floating(x.type):
        return x
    minus = b.definition(x, "negative")
    if minus is not None:
        return negative(b, divide(b, minus.args[0], y))
    select = _masked(b, x)
    if select is not None:
        return _select(b, select, lambda g: divide(b, g, y))
    return b.emit("divide", x, y)


def power(b: Builder, x: Atom, n: Atom) -> Atom:
    """``x ** n``: exponent one is dropped, and zero gives one."""
    if _is(n, 1.0):
        return x
    if _is(n, 0.0):
        return constant(1.0)
    return b.emit("power", x, n)


def squeeze(b: Builder, x: Atom, axes: tuple[int, ...]) -> Atom:
    """``x`` without axes of length one; a sum that kept them drops them."""
    axis = axes[0] if len(axes) == 1 else axes
    total = b.definition(x, "sum")
    if total is not None and total.attrs.get("keepdims") and total.attrs.get("axis") == axis:
        return b.emit("sum", total.args[0], axis=axis, via=total.attrs["via"])
    return b.emit("squeeze", x, axis=axis)


def substitute_slots(value: Any, args: tuple[Any, ...]) -> Any:
    """An attribute with every ``Slot`` replaced by the argument that fills it."""
    if isinstance(value, Slot):
        return args[value.position]
    if isinstance(value, tuple):
        return tuple(substitute_slots(v, args) for v in value)
    if isinstance(value, Slice):
        parts = (substitute_slots(v, args) for v in (value.start, value.stop, value.step))
        return slice(*parts)
    return value
