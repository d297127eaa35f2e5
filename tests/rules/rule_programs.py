"""Builds one-op programs from sample cases and checks their derivatives against each other.

A case names an op and its operands. The program is ``sum(op(operands) * c)`` for a fixed random
``c``; it is built by hand, so nothing but the rule, the passes and the interpreter is under test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from srcgrad import rules as _rules  # noqa: F401  fills the table of ops
from srcgrad.ir.build import Builder
from srcgrad.ir.interpret import interpret
from srcgrad.ir.nodes import Atom, Const, Program, Var
from srcgrad.ir.ops import OPS, Storage
from srcgrad.ir.types import (
    COMPLEX,
    Array,
    Dim,
    Number,
    Type,
    dims_of,
    is_complex,
    is_differentiable,
    type_of_value,
)
from srcgrad.ir.verify import verify
from srcgrad.rules.registry import NONDIFF
from srcgrad.transform.forward import forward
from srcgrad.transform.reverse import reverse
from srcgrad.transform.simplify import simplify

DOT, STEP, DIFFERENCES, ROUNDING, SINGLE = 1e-11, 1e-10, 1e-6, 1e-6, 1e-4
MODES = ("signature", "equal", "rank", "unknown")
WEIGHTS = ("full", "part", "none")


@dataclass(frozen=True)
class Literal:
    """An operand that is a constant of the program."""

    value: Any


@dataclass(frozen=True, eq=False)
class Case:
    """One application of an op.

    Attributes:
        op: Name in the table of ops.
        operands: Values; floating ones that are no ``Literal`` are differentiated.
        attrs: Attributes of the equation, without ``via``.
        expected: What NumPy gives for the operands; by default the NumPy function of the op's name.
        analytic: Whether the op accepts complex operands and is analytic in them.
        reads: Which of ``operands`` each operand of the op is; by default each its own.
        title: Words that set the case apart in a report.
        ranked: Whether the op is only made where the ranks of its operands are known.
        delicate: Whether operands must stay as they are: matrices that are not singular.
    """

    op: str
    operands: tuple[Any, ...]
    attrs: dict[str, Any] = field(default_factory=dict)
    expected: Callable[..., Any] | None = None
    analytic: bool = False
    reads: tuple[int, ...] | None = None
    title: str = ""
    ranked: bool = False
    delicate: bool = False

    def __str__(self) -> str:
        parts = [_label(v) for v in self.operands] + [f"{k}={v}" for k, v in self.attrs.items()]
        if self.reads is not None:
            parts.append(f"reads={self.reads}")
        return f"{self.op}({', '.join(parts)}){self.title}"

    @cached_property
    def values(self) -> tuple[Any, ...]:
        """The operands, literals unwrapped."""
        return tuple(v.value if isinstance(v, Literal) else v for v in self.operands)

    @property
    def arguments(self) -> tuple[Any, ...]:
        """Operands as the op gets them."""
        places = range(len(self.values)) if self.reads is None else self.reads
        return tuple(self.values[k] for k in places)

    @property
    def spellings(self) -> tuple[str, ...]:
        """Spellings of the op that these operands can go through."""
        numbers = all(isinstance(v, (bool, int, float)) for v in self.values)
        complex_numbers = all(isinstance(v, complex) for v in self.values)
        served = {"", "np", "sp", "cmath"} if complex_numbers else {"", "np", "sp"}
        served |= {"math", "py"} if numbers else set()
        return tuple(via for via in OPS[self.op].runs if via in served)

    def with_values(self, values: Sequence[Any]) -> Case:
        """The same application to other operands."""
        pairs = zip(self.operands, values, strict=True)
        operands = tuple(Literal(v) if isinstance(o, Literal) else v for o, v in pairs)
        return replace(self, operands=operands)


def _label(value: Any) -> str:
    if isinstance(value, Literal):
        return repr(value.value)
    if isinstance(value, np.ndarray):
        return f"{value.dtype.char}{list(value.shape)}"
    return f"{type(value).__name__}"


def weight(shape: tuple[int, ...], seed: int = 7) -> Any:
    """A fixed random cotangent, positive and negative, never small."""
    random = np.random.default_rng(seed)
    return random.uniform(0.5, 1.5, shape) * random.choice([-1.0, 1.0], shape)


def operand_type(value: Any, name: str, mode: str) -> Type:
    """The type of a parameter, with as much known about its lengths as the mode says."""
    if not isinstance(value, (np.ndarray, np.generic)):
        return type_of_value(value)
    if mode == "unknown":
        return Array(value.dtype, None)
    return Array(value.dtype, tuple(_dim(n, f"{name}{k}", mode) for k, n in enumerate(value.shape)))


def _dim(length: int, name: str, mode: str) -> Any:
    if mode == "rank":
        return Dim(name)
    if length < 2:
        return length
    return Dim(f"n{length}" if mode == "equal" else name, basis_long=True)


class Built:
    """The program of a case: results are ``sum(out * c)`` and ``out``."""

    def __init__(self, case: Case, via: str = "", mode: str = "equal", weights: str = "full"):
        self.case, self.mode = case, "rank" if case.ranked and mode == "unknown" else mode
        self.builder = b = Builder()
        self.params: list[Var] = []
        self.values: list[Any] = []
        atoms = [self._operand(v, f"x{k}_") for k, v in enumerate(case.operands)]
        places = range(len(atoms)) if case.reads is None else case.reads
        op = OPS[case.op]
        spelling = {} if set(op.runs) == {""} else {"via": via}
        attrs = {k: v for k, v in (spelling | case.attrs).items() if (k, v) != ("via", "")}
        self.operands = [atoms[k] for k in places]
        self.out = b.emit(case.op, *self.operands, **attrs)
        with np.errstate(all="ignore"):
            shape = np.shape(interpret(self._program(self.out), self.values)[0])
        self.wrt = [
            p
            for p in self.params
            if is_differentiable(p.type)
            and any(a is p and k not in op.shape_only for k, a in enumerate(self.operands))
        ]
        scalar = self._weighted(weights, shape)
        self.program = verify(self._program(scalar, self.out))

    def _operand(self, value: Any, name: str) -> Atom:
        if isinstance(value, Literal):
            return Const(value.value)
        return self._param(name, operand_type(value, name, self.mode), value)

    def _param(self, name: str, type_: Type, value: Any) -> Var:
        param = Var(name, type_)
        self.params.append(param)
        self.values.append(value)
        return param

    def _program(self, *results: Atom) -> Program:
        return Program(self.builder.block(results, tuple(self.params)))

    def _weighted(self, weights: str, shape: tuple[int, ...]) -> Atom:
        b, out = self.builder, self.out
        if is_complex(out.type):
            return self._weighted_parts(weights, shape)
        if weights == "none":
            return out if isinstance(out.type, Number) else b.emit("sum", out)
        part = (
            shape
            if weights == "full"
            else tuple(1 if k % 2 == 0 else n for k, n in enumerate(shape))
        )
        c = weight(part)
        if isinstance(out.type, Number):
            return b.emit("multiply", out, self._param("c", Number("float"), float(c)))
        dtype = out.type.dtype if isinstance(out.type, Array) else None
        if dtype is not None and dtype.kind == "f":
            c = np.asarray(c, dtype)
        if weights == "full" and isinstance(out.type, Array):
            type_: Type = Array(c.dtype, out.type.dims)
        else:
            type_ = operand_type(np.asarray(c), "c", self.mode)
        return b.emit("sum", b.emit("multiply", out, self._param("c", type_, c)))

    def _weighted_parts(self, weights: str, shape: tuple[int, ...]) -> Atom:
        """The real part of a weighted sum of complex numbers: real and imaginary parts count."""
        b, out = self.builder, self.out
        part = shape if weights == "full" else tuple(1 for _ in shape)
        c = np.asarray(weight(part) + 1j * weight(part, 8))
        if isinstance(out.type, Number):
            return b.emit("real", b.emit("multiply", out, self._param("c", COMPLEX, complex(c))))
        c = np.asarray(c, getattr(out.type, "dtype", None) or complex)
        product = b.emit("multiply", out, self._param("c", operand_type(c, "c", self.mode), c))
        return b.emit("sum", b.emit("real", product))

    # -- runs -------------------------------------------------------------------------------------

    @property
    def rank_zero(self) -> frozenset[Var]:
        """Parameters that are arrays of rank zero."""
        pairs = zip(self.params, self.values, strict=True)
        return frozenset(p for p, v in pairs if isinstance(v, np.ndarray) and v.ndim == 0)

    def value(self, values: Sequence[Any] | None = None) -> Any:
        """The weighted sum."""
        return interpret(self.program, self.values if values is None else values)[0]

    def gradient(self, wrt: Sequence[Var] | None = None) -> list[Any]:
        """Gradients by reverse mode."""
        wanted = self.wrt if wrt is None else wrt
        adjoint = reverse(self.program, wanted, rank_zero=self.rank_zero & set(wanted))
        adjoint = verify(simplify(verify(adjoint)))
        return interpret(adjoint, self.values)

    def tangent(self, tangents: dict[Var, Any]) -> tuple[Any, Any]:
        """Tangents of the weighted sum and of the op's result, by forward mode."""
        moved = verify(forward(self.program, list(tangents)))
        results = interpret(moved, [*self.values, *tangents.values()])
        return results[2], results[3]

    def along(self, tangents: dict[Var, Any], step: Any) -> Any:
        """The weighted sum, a step along the tangents."""
        moved = [
            v + step * tangents[p] if p in tangents else v
            for p, v in zip(self.params, self.values, strict=True)
        ]
        return self.value(moved)

    def differences(self, tangents: dict[Var, Any], *, analytic: bool) -> tuple[float, float]:
        """The derivative by complex step or central differences, and its tolerance."""
        if analytic:
            return complex(self.along(tangents, 1e-30j)).imag / 1e-30, STEP
        single = any(np.asarray(t).dtype == np.float32 for t in tangents.values())
        step, rtol = (1e-2, 1e-3) if single else (1e-6, DIFFERENCES)
        return float(self.along(tangents, step) - self.along(tangents, -step)) / (2 * step), rtol

    def directions(self) -> Iterator[dict[Var, Any]]:
        """All operands moving at once, then each alone."""
        whole = {p: tangent_of(v, k) for k, (p, v) in enumerate(self.moving())}
        yield whole
        if len(whole) > 1:
            yield from ({p: t} for p, t in whole.items())

    def moving(self) -> list[tuple[Var, Any]]:
        """Differentiated parameters with their values."""
        return [(p, v) for p, v in zip(self.params, self.values, strict=True) if p in self.wrt]


def tangent_of(value: Any, seed: int) -> Any:
    """A fixed random tangent in the shape and dtype of a value."""
    t = weight(np.shape(value), 100 + seed)
    if np.asarray(value).dtype.kind == "c":
        t = t + 1j * weight(np.shape(value), 200 + seed)
        if isinstance(value, complex) and not isinstance(value, np.generic):
            return complex(t)
    if isinstance(value, float) and not isinstance(value, np.generic):
        return float(t)
    return t.astype(value.dtype) if isinstance(t, np.ndarray) else value.dtype.type(t)


# -- checks -------------------------------------------------------------------------------------


def check_value(built: Built, expected: Any) -> None:
    """The result of the op is what NumPy gives, of the inferred type, in storage as declared."""
    out = interpret(built.program, built.values)[1]
    np.testing.assert_array_equal(np.asarray(out), np.asarray(expected), strict=True)
    check_type(out, built)
    if OPS[built.case.op].storage is Storage.FRESH and isinstance(out, np.ndarray):
        assert not any(np.shares_memory(out, v) for v in built.values), (
            "the result is no fresh array"
        )


def check_type(out: Any, built: Built) -> None:
    """The inferred type holds for the value."""
    type_ = built.out.type
    if isinstance(type_, Number):
        kinds = {"bool": bool, "int": (int, bool), "float": (float, int), "complex": complex}
        assert isinstance(out, kinds[type_.kind]), f"{out!r} is no {type_}"
        return
    assert isinstance(type_, Array)
    assert type_.dtype is None or type_.dtype == np.asarray(out).dtype, (
        f"{type_} for {np.asarray(out).dtype}"
    )
    if type_.dims is None:
        return
    lengths = _lengths(built)
    shape = np.shape(out)
    assert len(type_.dims) == len(shape), f"{type_} for shape {shape}"
    for dim, n in zip(type_.dims, shape, strict=True):
        if isinstance(dim, int):
            assert dim == n, f"{type_} for shape {shape}"
        else:
            assert n >= 2 or not dim.long, f"{type_} for shape {shape}"
            assert lengths.get(dim.base) in (None, n + dim.drop) or n == 0, (
                f"{type_} for shape {shape}"
            )


def _lengths(built: Built) -> dict[str, int]:
    """Lengths of the symbols of the parameters."""
    lengths: dict[str, int] = {}
    for param, value in zip(built.params, built.values, strict=True):
        dims = dims_of(param.type)
        if param.name != "c" and dims is not None:
            pairs = zip(dims, np.shape(value), strict=True)
            lengths.update({d.base: n for d, n in pairs if isinstance(d, Dim)})
    return lengths


def check_form(gradients: Sequence[Any], built: Built) -> None:
    """Gradients have the shape, dtype and kind of their parameter and storage of their own."""
    for g, (param, value) in zip(gradients, built.moving(), strict=True):
        if isinstance(param.type, Number):
            assert type(g) is type(value), f"{type(g)} for a Python {type(value).__name__}"
            continue
        assert np.shape(g) == np.shape(value), f"shape {np.shape(g)} for {np.shape(value)}"
        assert np.asarray(g).dtype == value.dtype, f"dtype {np.asarray(g).dtype} for {value.dtype}"
        if isinstance(g, np.ndarray):
            assert g.flags.writeable
            assert not any(np.shares_memory(g, v) for v in built.values), (
                "a gradient aliases an argument"
            )
            others = [h for h in gradients if h is not g]
            assert not any(np.shares_memory(g, h) for h in others), "gradients alias"


def check_dot(built: Built, gradients: Sequence[Any], rtol: float = DOT) -> None:
    """Reverse mode agrees with forward mode: ``<vjp, t> = jvp(t)``."""
    by_param = dict(zip(built.wrt, gradients, strict=True))
    if any(np.asarray(v).dtype.char in "fF" for _, v in built.moving()):
        rtol = max(rtol, ROUNDING)
    for tangents in built.directions():
        moved, of_out = built.tangent(tangents)
        terms = [(np.conj(np.ravel(by_param[p])) * np.ravel(t)).real for p, t in tangents.items()]
        total, scale = sum(t.sum() for t in terms), sum(np.abs(t).sum() for t in terms)
        assert abs(total - moved) <= rtol * max(scale, 1.0), f"vjp {total!r}, jvp {moved!r}"
        out = interpret(built.program, built.values)[1]
        assert np.shape(of_out) == np.shape(out), f"tangent {np.shape(of_out)} of {np.shape(out)}"


def check_differences(built: Built, *, analytic: bool) -> None:
    """Forward mode agrees with the complex step or central differences."""
    for tangents in built.directions():
        moved = built.tangent(tangents)[0]
        wanted, rtol = built.differences(tangents, analytic=analytic)
        scale = max(abs(wanted), 1.0)
        assert abs(moved - wanted) <= rtol * scale, f"jvp {moved!r}, differences {wanted!r}"


def check_case(case: Case) -> None:
    """All checks of one case, over spellings, modes and weights."""
    for via in case.spellings:
        check_value(Built(case, via), expected_value(case, via))
        for mode in MODES:
            for weights in WEIGHTS if mode in ("equal", "unknown") else WEIGHTS[:1]:
                built = Built(case, via, mode, weights)
                check_type(interpret(built.program, built.values)[1], built)
                gradients = built.gradient()
                check_form(gradients, built)
                check_dot(built, gradients)
                if mode == "equal":
                    check_alone(built, gradients)
                    real = not any(is_complex(v.type) for v in (built.out, *built.params))
                    check_differences(built, analytic=real and case.analytic and via in ("", "np"))


def check_alone(built: Built, gradients: Sequence[Any]) -> None:
    """The gradient of one operand is the same whether or not the others are asked for."""
    for param, g in zip(built.wrt, gradients, strict=True):
        np.testing.assert_array_equal(built.gradient([param])[0], g)


def expected_value(case: Case, via: str) -> Any:
    """What NumPy (or the spelling's own function) gives."""
    if case.expected is not None:
        return case.expected(*case.arguments)
    runs = OPS[case.op].runs
    operator = via == "" and len(runs) > 1
    named = via in ("math", "cmath", "py", "sp") or operator or not hasattr(np, case.op)
    run = runs[via] if named else getattr(np, case.op)
    return run(*case.arguments, **case.attrs)


def differentiated(name: str) -> bool:
    """Whether the op has a derivative that is not zero by definition."""
    diff = OPS[name].diff
    return diff is not None and diff is not NONDIFF
