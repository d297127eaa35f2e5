"""Symbols that rules are written with: arithmetic on them builds IR.

>>> from srcgrad.ir.build import Builder
>>> from srcgrad.ir.nodes import Var
>>> from srcgrad.ir.types import FLOAT
>>> import srcgrad.rules
>>> b = Builder()
>>> x = Sym(b, Var("x", FLOAT))
>>> _ = 1 - x * x
>>> [eqn.op.name for eqn in b.stmts]
['multiply', 'subtract']
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from srcgrad.ir import build
from srcgrad.ir.build import Builder
from srcgrad.ir.nodes import Atom, Const
from srcgrad.ir.types import Dims, Type, dims_of, is_complex


class Sym:
    """An atom together with the builder that its uses are appended to."""

    __slots__ = ("atom", "builder")

    def __init__(self, builder: Builder, atom: Atom) -> None:
        self.builder = builder
        self.atom = atom

    @property
    def type(self) -> Type:
        """Type of the value."""
        return self.atom.type

    @property
    def dims(self) -> Dims:
        """Dimensions of the value, ``None`` where the rank is unknown."""
        return dims_of(self.atom.type)

    def call(self, name: str, *others: Any, **attrs: Any) -> Sym:
        """The op ``name`` applied to this value and others."""
        args = (self.atom, *(self.lift(o) for o in others))
        return Sym(self.builder, self.builder.emit(name, *args, **attrs))

    def sum(self, **attrs: Any) -> Sym:
        """The sum over all axes or some: a method where the value surely has one, which is called faster."""
        return self.call("sum", via="method" if self.dims else "np", **attrs)

    def lift(self, other: Any) -> Atom:
        """Atom of a symbol or of a plain number."""
        return other.atom if isinstance(other, Sym) else build.constant(other)

    def _apply(self, function: Callable[..., Atom], x: Any, y: Any) -> Sym:
        return Sym(self.builder, function(self.builder, self.lift(x), self.lift(y)))

    def __add__(self, other: Any) -> Sym:
        return self._apply(build.add, self, other)

    def __radd__(self, other: Any) -> Sym:
        return self._apply(build.add, other, self)

    def __sub__(self, other: Any) -> Sym:
        return self._apply(build.subtract, self, other)

    def __rsub__(self, other: Any) -> Sym:
        return self._apply(build.subtract, other, self)

    def __mul__(self, other: Any) -> Sym:
        return self._apply(build.multiply, self, other)

    def __rmul__(self, other: Any) -> Sym:
        return self._apply(build.multiply, other, self)

    def __truediv__(self, other: Any) -> Sym:
        return self._apply(build.divide, self, other)

    def __rtruediv__(self, other: Any) -> Sym:
        return self._apply(build.divide, other, self)

    def __pow__(self, other: Any) -> Sym:
        return self._apply(build.power, self, other)

    def __rpow__(self, other: Any) -> Sym:
        return self._apply(build.power, other, self)

    def __neg__(self) -> Sym:
        return Sym(self.builder, build.negative(self.builder, self.atom))

    def __matmul__(self, other: Any) -> Sym:
        return self.call("matmul", other)

    def __gt__(self, other: Any) -> Sym:
        return self.call("greater", other)

    def __ge__(self, other: Any) -> Sym:
        return self.call("greater_equal", other)

    def __lt__(self, other: Any) -> Sym:
        return self.call("less", other)

    def __le__(self, other: Any) -> Sym:
        return self.call("less_equal", other)

    def __floordiv__(self, other: Any) -> Sym:
        return self.call("floor_divide", other)

    @property
    def T(self) -> Sym:
        """Transpose; that of ``x.T @ y`` is ``y.T @ x``."""
        product = self.builder.definition(self.atom, "matmul")
        if product is not None and self.dims is not None and len(self.dims) == 2:
            x, y = (Sym(self.builder, a) for a in product.args)
            if (
                self.builder.definition(x.atom, "transpose") is not None
                and y.dims
                and len(y.dims) == 2
            ):
                return y.T.call("matmul", x.T)
        return self.call("transpose")

    @property
    def constant(self) -> Any:
        """The number, if the value is a literal, else ``None``."""
        return self.atom.value if isinstance(self.atom, Const) else None


def op(name: str) -> Callable[..., Sym]:
    """A function over symbols that applies the op ``name``."""

    def apply(x: Any, *others: Any, **attrs: Any) -> Sym:
        first = next(a for a in (x, *others) if isinstance(a, Sym))
        args = [first.lift(a) for a in (x, *others)]
        return Sym(first.builder, first.builder.emit(name, *args, **attrs))

    apply.__name__ = name
    return apply


def conjugate(value: Any) -> Any:
    """The conjugate of a number; a zero part has the sign with which the number is plainly written."""
    if isinstance(value, complex) and value.real == 0:
        return complex(math.copysign(0.0, -value.imag), -value.imag)
    return value.conjugate()


def conj(x: Sym) -> Sym:
    """The complex conjugate; what is real stays as it is."""
    if x.constant is not None:
        return Sym(x.builder, build.constant(conjugate(x.constant)))
    if not is_complex(x.type):
        return x
    inner = x.builder.definition(x.atom, "conj")
    return x.call("conj") if inner is None else Sym(x.builder, inner.args[0])


def real_like(x: Sym, like: Sym) -> Sym:
    """The real part of ``x`` where ``like`` is real."""
    return x.call("real") if is_complex(x.type) and not is_complex(like.type) else x


def equal(x: Any, y: Any) -> Sym:
    """``x == y``, element by element."""
    return op("equal")(x, y)


def direction(x: Sym) -> Sym:
    """The sign of a real number, ``x / |x|`` of a complex one: zero at zero."""
    return x.call("direction") if is_complex(x.type) else sign(x)


def divisor(x: Sym) -> Sym:
    """``x``, with one in place of zero: of a dividend that is zero there by convention alone."""
    return x.call("nonzero")


def nonzero(x: Sym) -> Sym:
    """``x``, with one in place of zero: a safe divisor where the dividend is zero too."""
    return x + equal(x, 0)


sin, cos, exp, log = op("sin"), op("cos"), op("exp"), op("log")
sinh, cosh, sqrt, sign = op("sinh"), op("cosh"), op("sqrt"), op("sign")
where, matmul, outer = op("where"), op("matmul"), op("outer")
expand_dims, reshape_like, squeeze = op("expand_dims"), op("reshape_like"), op("squeeze")
