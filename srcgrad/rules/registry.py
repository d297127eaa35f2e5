"""The rule registry: five kinds of derivative, each one line for each op.

``elementwise`` (partials), ``linear`` (transposes), ``bilinear`` (two transposes), ``custom``
(named vjps and a jvp) and ``nondiff`` (zero by definition). What only adjoints call may be ``defined``
by an expression instead. In every rule ``x, y`` are operands,
``out`` the result, ``g`` the cotangent of the result. Rules are called on symbols and build IR;
un-broadcasting is the compiler's, never the rule's.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from srcgrad.errors import RegistrationError
from srcgrad.ir import infer as infer_types
from srcgrad.ir.nodes import Const
from srcgrad.ir.ops import Op, Storage, define
from srcgrad.ir.types import Number
from srcgrad.rules.bindings import FUNCTIONS, HELPERS, SCIPY, Binding, scipy_special, spellings
from srcgrad.rules.broadcasting import full, unbroadcast
from srcgrad.rules.symbols import Sym, conj, conjugate, real_like

Rule = Callable[..., Any]


def total(terms: Sequence[Sym]) -> Sym:
    """The sum of one or more terms."""
    return reduce(Sym.__add__, terms)


def zero(like: Sym) -> Sym:
    """A zero in the shape and dtype of a value."""
    return (
        Sym(like.builder, Const(0.0)) if isinstance(like.type, Number) else like.call("zeros_like")
    )


@dataclass(frozen=True)
class Elementwise:
    """Partials ``d out / d operand``, one for each operand; ``None`` is zero by definition.

    A partial ``p`` of complex values means ``dout = p * dx``, or its real part where ``out`` is real.
    """

    partials: tuple[Rule | None, ...]

    def vjp(
        self, k: int, g: Sym, args: Sequence[Sym], out: Sym, attrs: dict[str, Any]
    ) -> Sym | None:
        """Cotangent of operand ``k``."""
        rule = self.partials[k]
        if rule is None:
            return None
        partial = rule(*args, out)
        partial = conj(partial) if isinstance(partial, Sym) else conjugate(partial)
        return unbroadcast(g * partial, out, args[k])

    def jvp(
        self, tangents: Sequence[Sym | None], args: Sequence[Sym], out: Sym, op: Op, attrs: Any
    ) -> Sym:
        """Tangent of the result: the sum of partial times tangent."""
        terms = [
            t * rule(*args, out)
            for t, rule in zip(tangents, self.partials, strict=True)
            if t is not None and rule is not None
        ]
        return real_like(total(terms), out) if terms else zero(out)


@dataclass(frozen=True)
class Linear:
    """Transposes of an op that is linear in the operands that have one (and variadic, if so said).

    ``once`` says that each element of an operand goes into one element of the result, times one:
    then a cotangent of rank zero is passed on as it is.
    """

    transposes: tuple[Rule | None, ...]
    variadic: bool = False
    once: bool = False

    def vjp(
        self, k: int, g: Sym, args: Sequence[Sym], out: Sym, attrs: dict[str, Any]
    ) -> Sym | None:
        """Cotangent of operand ``k``; ``None`` where the op is not linear in it."""
        place = 0 if self.variadic else k
        transpose = self.transposes[place] if place < len(self.transposes) else None
        if transpose is None:
            return None
        if self.once and g.dims == ():
            return g
        which = (k,) if self.variadic else ()
        return transpose(full(g, out), *which, *args, **attrs)  # type: ignore[no-any-return]

    def jvp(
        self, tangents: Sequence[Sym | None], args: Sequence[Sym], out: Sym, op: Op, attrs: Any
    ) -> Sym:
        """Tangent of the result: the op itself, on tangents."""
        rules = self.transposes * len(args) if self.variadic else self.transposes
        moved = list(args)
        for k, rule in enumerate(rules):
            tangent = tangents[k]
            if rule is not None:
                moved[k] = zero(args[k]) if tangent is None else full(tangent, args[k])
        builder = out.builder
        return Sym(builder, builder.emit(op.name, *(m.atom for m in moved), **attrs))


@dataclass(frozen=True)
class Bilinear:
    """Transposes of an op that is linear in each of its two operands.

    The operand that a transpose reads is conjugated where it is complex, so the rule need not.
    """

    left: Rule
    right: Rule

    def vjp(self, k: int, g: Sym, args: Sequence[Sym], out: Sym, attrs: dict[str, Any]) -> Sym:
        """Cotangent of operand ``k``."""
        if k:
            return self.right(full(g, out), conj(args[0]), args[1], **attrs)  # type: ignore[no-any-return]
        return self.left(full(g, out), args[0], conj(args[1]), **attrs)  # type: ignore[no-any-return]

    def jvp(
        self, tangents: Sequence[Sym | None], args: Sequence[Sym], out: Sym, op: Op, attrs: Any
    ) -> Sym:
        """Tangent of the result: the product rule."""
        b, terms = out.builder, []
        for k, tangent in enumerate(tangents):
            if tangent is not None:
                pair = [a.atom for a in args]
                pair[k] = full(tangent, args[k]).atom
                terms.append(Sym(b, b.emit(op.name, *pair, **attrs)))
        return total(terms)


@dataclass(frozen=True)
class Custom:
    """Named vjps, one for each operand (``None``: zero by definition), and a jvp.

    Their ``g`` broadcasts to the shape of ``out``; a rule that needs exactly that shape says
    ``full(g, out)``.
    """

    vjps: tuple[Rule | None, ...]
    tangent: Rule

    def vjp(
        self, k: int, g: Sym, args: Sequence[Sym], out: Sym, attrs: dict[str, Any]
    ) -> Sym | None:
        """Cotangent of operand ``k``."""
        rule = self.vjps[k] if k < len(self.vjps) else None
        return None if rule is None else rule(g, *args, out, **attrs)

    def jvp(
        self, tangents: Sequence[Sym | None], args: Sequence[Sym], out: Sym, op: Op, attrs: Any
    ) -> Sym:
        """Tangent of the result."""
        return self.tangent(tangents, *args, out, **attrs)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Defined:
    """An expression over ops that have rules: what an op of the adjoint stands for.

    Where a derivative flows through the op, it is first replaced by its definition, a lambda over
    ``(x, ..., **attrs)``.
    """

    definition: Rule


class Nondiff:
    """Zero by definition: comparisons, rounding, counting."""

    def __repr__(self) -> str:
        return "nondiff"


NONDIFF = Nondiff()


def register(
    name: str,
    diff: Any,
    *,
    np_: str = "",
    math_: str = "",
    operator_: str = "",
    python: Any = None,
    scipy_: str = "",
    method: str = "",
    operands: int = 1,
    attrs: str = "",
    infer: infer_types.Infer | None = None,
    run: Callable[..., Any] | None = None,
    spell: str = "",
    **options: Any,
) -> Op:
    """Define an op with its derivative and bind the library functions that mean it."""
    runs, spells = spellings(name, np_, math_, operator_)
    if python is not None:
        runs["py"], spells["py"] = python, python.__name__
    if method:
        runs["method"], spells["method"] = runs["np"], f"method:{method}"
    if run is not None:
        runs, spells = {"": run}, {"": spell or name}
        if spell.startswith("helper:"):
            HELPERS[spell.removeprefix("helper:")] = run
    if scipy_:
        runs["sp"], spells["sp"] = scipy_special(scipy_), f"scipy.special.{scipy_}"
        SCIPY[scipy_] = Binding(name, "sp", operands, tuple(attrs.split()))
    names = tuple(attrs.split())
    for via, function in runs.items():
        if via in ("np", "math", "cmath") and run is None:
            FUNCTIONS[function] = Binding(name, via, operands, names)
    op = Op(name, runs, spells, infer or infer_types.elementwise(runs), diff=diff, **options)
    return define(op)


def elementwise(
    name: str,
    *partials: Rule | None,
    np_: str = "",
    math_: str = "",
    operator_: str = "",
    **options: Any,
) -> Op:
    """Register a broadcasting op by its partial derivatives: lambdas over ``(x, ..., out)``."""
    for partial in partials:
        if partial is None:
            continue
        arity = len(inspect.signature(partial).parameters)
        if arity != len(partials) + 1:
            raise RegistrationError(
                "SG501",
                f"partial of {name!r} takes {arity} arguments",
                f"write it over {len(partials)} operands and out",
            )
    if not (np_ or math_ or operator_ or options.get("run") or options.get("scipy_")):
        np_ = name
    return register(
        name,
        Elementwise(tuple(partials)),
        np_=np_,
        math_=math_,
        operator_=operator_,
        operands=len(partials),
        **options,
    )


def linear(
    name: str,
    *transposes: Rule | None,
    variadic: bool = False,
    once: bool = False,
    **options: Any,
) -> Op:
    """Register a linear op by its transposes: lambdas over ``(g, x, ..., **attrs)``."""
    diff = Linear(transposes, variadic, once)
    return register(name, diff, operands=len(transposes), **options)


def bilinear(name: str, left: Rule, right: Rule, **options: Any) -> Op:
    """Register an op linear in each of two operands: lambdas over ``(g, x, y)``."""
    return register(name, Bilinear(left, right), operands=2, **options)


def custom(name: str, *vjps: Rule | None, jvp: Rule, **options: Any) -> Op:
    """Register an op by vjps over ``(g, x, .., out)`` and a jvp over ``(tangents, x, .., out)``."""
    return register(name, Custom(vjps, jvp), operands=len(vjps), **options)


def defined(
    name: str,
    definition: Rule,
    run: Callable[..., Any],
    infer: infer_types.Infer,
    **options: Any,
) -> Op:
    """Register an op of adjoints by a function, and by an expression that has derivatives."""
    return register(
        name, Defined(definition), run=run, infer=infer, spell=f"helper:{run.__name__}", **options
    )


def nondiff(
    name: str,
    operands: int = 1,
    *,
    np_: str = "",
    math_: str = "",
    operator_: str = "",
    **options: Any,
) -> Op:
    """Register an op whose derivative is zero by definition."""
    return register(
        name, NONDIFF, np_=np_, math_=math_, operator_=operator_, operands=operands, **options
    )


def plain(
    name: str,
    run: Callable[..., Any],
    infer: infer_types.Infer,
    *,
    zero: bool = False,
    **options: Any,
) -> Op:
    """Register an op without a rule: refused if an active value reaches it, unless ``zero``."""
    return register(name, NONDIFF if zero else None, run=run, infer=infer, **options)


__all__ = ["FUNCTIONS", "NONDIFF", "Binding", "Op", "Storage", "Sym"]
