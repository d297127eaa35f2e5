"""Straight-line programs with their gradients, for the tests of the C and CUDA targets."""

from __future__ import annotations

import atexit
import linecache
import shutil
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcgrad import rules as _rules  # noqa: F401  fills the table of ops
from srcgrad.codegen import c
from srcgrad.errors import CodegenError, Span
from srcgrad.ir.build import Builder
from srcgrad.ir.interpret import Interpreter
from srcgrad.ir.nodes import Atom, Const, Eqn, Program, Var
from srcgrad.ir.types import FLOAT, Array, Dim, Type, broadcast_dims, dims_of, with_dims
from srcgrad.runtime import native

try:
    COMPILER = native.compiler()
except CodegenError:
    COMPILER = []
needs_compiler = pytest.mark.skipif(not COMPILER, reason="no C compiler on this machine")
N, M = Dim("n", basis_long=True), Dim("m", basis_long=True)
UNARY = """
exp exp2 expm1 sin cos tan arctan sinh cosh tanh arcsinh cbrt square reciprocal floor ceil trunc
rint sign deg2rad rad2deg absolute fabs positive negative log log2 log10 log1p sqrt arcsin arccos
arccosh arctanh
"""
BINARY = "maximum minimum fmax fmin remainder floor_divide logaddexp hypot arctan2 power"
F8, F4 = np.dtype("float64"), np.dtype("float32")


class Hand:
    """A builder that reads like the program: ``h.tanh(z, "h")`` appends and names."""

    def __init__(self, file: str = "", lines: tuple[str, ...] = ()) -> None:
        self.builder = Builder()
        self.file = file
        if file:
            linecache.cache[file] = (1, None, [f"{line}\n" for line in lines], file)

    def at(self, line: int) -> None:
        """What follows comes from this line of the user's file."""
        self.builder.span = Span(self.file, line, 4, line, 9)

    def __getattr__(self, op: str) -> Callable[..., Var]:
        def emit(*args: Any, name: str = "", **attrs: Any) -> Var:
            atoms = [a if isinstance(a, (Var, Const)) else Const(a) for a in args]
            out = self.builder.emit(op, *atoms, **attrs)
            out.name = name or out.name
            if op == "where":
                out.type = with_dims(out.type, broadcast_dims(*(dims_of(a.type) for a in atoms)))
            return out

        return emit

    def program(self, params: list[Var], results: list[Any]) -> Program:
        """What was built, as a program."""
        atoms = tuple(r if isinstance(r, (Var, Const)) else Const(r) for r in results)
        return Program(self.builder.block(atoms, tuple(params)))


def array(name: str, *dims: Any, dtype: Any = F8) -> Var:
    """An array parameter."""
    return Var(name, Array(np.dtype(dtype), dims))


def tanh_loss() -> Program:
    """sum((tanh(x * w + b) - y) ** 2), b broadcast over axis 0."""
    h = Hand(
        "tanh_loss.py",
        (
            "def loss(x, w, b, y):",
            "    z = x * w + b",
            "    h = np.tanh(z)",
            "    r = h - y",
            "    return np.sum(r**2)",
        ),
    )
    x, w, b, y = array("x", N, M), array("w", N, M), array("b", M), array("y", N, M)
    h.at(2)
    z = h.add(h.multiply(x, w), b, name="z")
    h.at(3)
    t = h.tanh(z, name="h")
    h.at(4)
    r = h.subtract(t, y, name="r")
    h.at(5)
    value = h.sum(h.power(r, 2), name="value")
    dr = h.multiply(2.0, r, name="dr")
    h.at(3)
    dz = h.multiply(dr, h.subtract(1, h.multiply(t, t)), name="dz")
    h.at(2)
    db = h.sum(dz, axis=0, name="db")
    dx, dw = h.multiply(dz, w, name="dx"), h.multiply(dz, x, name="dw")
    return h.program([x, w, b, y], [value, dx, dw, db])


def gelu(*dims: Any, dtype: Any = F8) -> Program:
    """sum(0.5 * x * (1 + tanh(0.8 * (x + 0.04 * x**3)))) and its gradient."""
    h = Hand(
        "gelu.py",
        (
            "def loss(x):",
            "    u = 0.8 * (x + 0.04 * x**3)",
            "    t = np.tanh(u)",
            "    return np.sum(0.5 * x * (1 + t))",
        ),
    )
    x = array("x", *dims, dtype=dtype)
    h.at(2)
    u = h.multiply(0.8, h.add(x, h.multiply(0.04, h.power(x, 3))), name="u")
    h.at(3)
    t = h.tanh(u, name="t")
    h.at(4)
    half = h.multiply(0.5, x)
    up = h.add(1, t)
    value = h.sum(h.multiply(half, up), name="value")
    dx = h.multiply(0.5, up, name="dx")
    h.at(3)
    du = h.multiply(half, h.subtract(1, h.multiply(t, t)), name="du")
    h.at(2)
    slope = h.add(1, h.multiply(0.12, h.power(x, 2)))
    return h.program([x], [value, h.add(dx, h.multiply(h.multiply(0.8, du), slope), name="dx")])


def ratio(*dims: Any, scalar: Type = FLOAT, dtype: Any = F8) -> Program:
    """sum(x / y) with a scalar y; the gradient with respect to both."""
    h = Hand("ratio.py", ("def loss(x, y):", "    return np.sum(x / y)"))
    x, y = array("x", *dims, dtype=dtype), Var("y", scalar)
    h.at(2)
    q = h.divide(x, y, name="q")
    value = h.sum(q, name="value")
    dx = h.spread(h.divide(1.0, y), x, name="dx")
    dy = h.sum(h.negative(h.divide(q, y)), name="dy")
    return h.program([x, y], [value, dx, dy])


def doubling(*dims: Any, trips: int = 9, dtype: Any = F8) -> Program:
    """b = 2 * a; while norm(b) < 1000: b = b * 2; sum(b): the path of so many trips."""
    h = Hand(
        "doubling.py",
        (
            "def f(a):",
            "    b = a * 2",
            "    while np.linalg.norm(b) < 1000:",
            "        b = b * 2",
            "    return b.sum()",
        ),
    )
    a = array("a", *dims, dtype=dtype)
    h.at(2)
    b = h.multiply(a, 2, name="b")
    h.at(4)
    for _ in range(trips):
        b = h.multiply(b, 2, name="b")
    h.at(5)
    value = h.sum(b, name="value")
    h.at(2)
    return h.program([a], [value, h.full_like(a, 2.0 ** (trips + 1), name="da")])


def logistic(*dims: Any, dtype: Any = F4) -> Program:
    """scale * sum(maximum(z, 0) - z * y + log1p(exp(-|z|))), z = x * w, in float32."""
    lines = (
        "def loss(x, w, y, scale):",
        "    z = x * w",
        "    e = np.exp(-np.abs(z))",
        "    return scale * np.sum(np.maximum(z, 0) - z * y + np.log1p(e))",
    )
    h = Hand("logistic.py", lines)
    x, w, y = (array(n, *dims, dtype=dtype) for n in "xwy")
    scale = Var("scale", FLOAT)
    h.at(2)
    z = h.multiply(x, w, name="z")
    h.at(3)
    e = h.exp(h.negative(h.absolute(z)), name="e")
    h.at(4)
    cost = h.add(h.subtract(h.maximum(z, 0.0), h.multiply(z, y)), h.log1p(e), name="cost")
    value = h.multiply(scale, h.sum(cost), name="value")
    one = h.add(1, e)
    p = h.where(h.greater_equal(z, 0), h.divide(1, one), h.divide(e, one), name="p")
    dz = h.multiply(scale, h.subtract(p, y), name="dz")
    h.at(2)
    return h.program(
        [x, w, y, scale], [value, h.multiply(dz, w, name="dx"), h.multiply(dz, x, name="dw")]
    )


def softmax() -> Program:
    """Two phases: exp(x - m) over its row sum, m a mean of rows; and the mean of everything."""
    h = Hand(
        "softmax.py",
        (
            "def f(x):",
            "    m = x.mean(axis=1, keepdims=True)",
            "    e = np.exp(x - m)",
            "    return e / np.sum(e, axis=1)[:, None], x.mean()",
        ),
    )
    x = array("x", N, M)
    h.at(2)
    m = h.mean(x, axis=1, keepdims=True, name="m")
    h.at(3)
    e = h.exp(h.subtract(x, m), name="e")
    h.at(4)
    total = h.sum(e, axis=1, name="total")
    p = h.divide(e, h.expand_dims(total, axis=1), name="p")
    return h.program(
        [x], [p, h.mean(x, name="average"), h.sum(p, axis=0), m, h.sum(p, axis=(0,), keepdims=True)]
    )


def cube() -> Program:
    """Sums over many axis sets of a rank-3 product with a transposed and a broadcast factor."""
    h, k = Hand(), Dim("k", basis_long=True)
    x, w, s = array("x", N, M, k), array("w", k, M), array("s", N, 1, 1)
    z = h.multiply(h.multiply(x, h.transpose(w)), s, name="z")
    sums = [
        h.sum(z, axis=a, keepdims=keep)
        for a, keep in (
            (0, False),
            (1, True),
            (2, False),
            ((0, 2), False),
            ((1, 2), True),
            (None, False),
        )
    ]
    counted = h.multiply(h.sum(z), h.multiply(h.size(x), h.length(w, axis=0)), name="counted")
    return h.program([x, w, s], [*sums, counted, z])


@dataclass
class Case:
    """A program and how to make its arguments from a generator and a shape."""

    make: Callable[[], Program]
    shapes: Callable[[int, int], list[tuple[int, ...] | float]]

    def __post_init__(self) -> None:
        self.program = self.make()

    def arguments(self, rng: np.random.Generator, n: int, m: int) -> list[Any]:
        """Arguments of these sizes, none near zero."""
        made: list[Any] = []
        for shape, param in zip(self.shapes(n, m), self.program.entry.params, strict=True):
            if isinstance(shape, float):
                made.append(shape)
            else:
                value = rng.uniform(0.3, 2.0, shape) * np.where(rng.random(shape) < 0.5, -1, 1)
                made.append(np.asarray(value, param.type.dtype))
        return made


CASES = {
    "tanh_loss": Case(tanh_loss, lambda n, m: [(n, m), (n, m), (m,), (n, m)]),
    "gelu": Case(lambda: gelu(N), lambda n, m: [(n,)]),
    "ratio": Case(lambda: ratio(N, M), lambda n, m: [(n, m), 0.7]),
    "doubling": Case(lambda: doubling(N), lambda n, m: [(n,)]),
    "logistic": Case(lambda: logistic(N, M), lambda n, m: [(n, m), (n, m), (n, m), 0.3]),
    "softmax": Case(softmax, lambda n, m: [(n, m)]),
    "cube": Case(cube, lambda n, m: [(n, m, 3), (3, m), (n, 1, 1)]),
}


def oracle(program: Program, args: list[Any]) -> tuple[list[Any], list[Any]]:
    """Results by NumPy, and for each how far from it a right answer may be.

    A sum may differ by n·eps·Σ|x|, an elementwise result by nothing; with elementary functions in
    the program, each term may differ by some ulp of its largest neighbour more.
    """
    values: dict[Atom, Any] = dict(zip(program.entry.params, args, strict=True))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        results = Interpreter(program).block(program.entry, values)
    defs = {s.out: s for s in program.entry.stmts if isinstance(s, Eqn) and s.outs}
    ulps = 16 if ELEMENTARY & {e.op.name for e in defs.values()} else 0
    below: dict[Atom, Any] = {}
    for eqn in defs.values():
        found = [below.get(a, 0.0) for a in eqn.args]
        value = np.asarray(values[eqn.out])
        eps = np.finfo(value.dtype).eps if value.dtype.kind == "f" else 0.0
        if eqn.op.name in ("sum", "mean"):
            below[eqn.out] = _sum_slack(eqn, np.asarray(values[eqn.args[0]], float), ulps, eps)
        elif ulps or any(np.any(f) for f in found):
            top = np.max(np.abs(value), initial=0.0)
            below[eqn.out] = (
                8 * max(np.max(f, initial=0.0) for f in found) * max(1.0, top) + 16 * eps * top
            )
    return results, [below.get(a, 0.0) for a in program.entry.results]


ELEMENTARY = {"tanh", "exp", "log1p", "power"}


def _sum_slack(eqn: Eqn, operand: Any, ulps: int, eps: float) -> Any:
    where = {"axis": eqn.attrs.get("axis"), "keepdims": eqn.attrs.get("keepdims", False)}
    total = np.abs(operand).sum(**where)
    n = operand.size // max(np.size(total), 1)
    slack = n * eps * (total + ulps * np.max(np.abs(operand), initial=0.0))
    return slack / max(n, 1) if eqn.op.name == "mean" else slack


@cache
def _libraries() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="srcgrad-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def build(program: Program) -> Callable[..., Any]:
    """The program, compiled as C."""
    return native.build(c.emit(program, "f"), _libraries())


def agree(program: Program, function: Any, args: list[Any]) -> None:
    """Results have the oracle's types and shapes, and its values within the slack."""
    got, (want, slack) = function(*args), oracle(program, args)
    for mine, theirs, room in zip(got, want, slack, strict=True):
        assert np.shape(mine) == np.shape(theirs)
        assert np.asarray(mine).dtype == np.asarray(theirs).dtype
        assert isinstance(mine, np.ndarray) == isinstance(theirs, np.ndarray)
        same = np.isnan(mine) & np.isnan(theirs)
        error = np.abs(np.asarray(mine, float) - np.asarray(theirs, float))
        assert np.all(same | (error <= room)), (mine, theirs, room)
