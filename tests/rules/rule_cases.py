"""Sample cases of every rule: operands inside the domain, asymmetric, away from kinks."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from case_values import Shape, normal, sample
from cases_adjoints import adjoint_cases
from cases_complex import complex_cases
from cases_moves import move_cases
from cases_products import product_cases
from cases_scipy import scipy_cases
from cases_special import special_cases
from rule_programs import Case, Literal

from srcgrad.ir.nodes import Slice, Slot
from srcgrad.ir.ops import OPS

# -- elementwise --------------------------------------------------------------------------------

ANALYTIC = frozenset(
    [
        "add",
        "subtract",
        "multiply",
        "divide",
        "negative",
        "positive",
        "square",
        "reciprocal",
        "power",
        "exp",
        "exp2",
        "expm1",
        "log",
        "log2",
        "log10",
        "log1p",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "arcsin",
        "arccos",
        "arctan",
        "sinh",
        "cosh",
        "tanh",
        "arcsinh",
        "arccosh",
        "arctanh",
    ]
)
# Names to lower and upper bound.
UNARY: dict[str, tuple[float, float]] = {
    "negative": (-2, 2),
    "positive": (-2, 2),
    "square": (-2, 2),
    "reciprocal": (0.4, 2),
    "absolute": (-2, 2),
    "fabs": (-2, 2),
    "exp": (-2, 2),
    "exp2": (-2, 2),
    "expm1": (-2, 2),
    "log": (0.3, 3),
    "log2": (0.3, 3),
    "log10": (0.3, 3),
    "log1p": (-0.6, 3),
    "sqrt": (0.3, 3),
    "cbrt": (0.3, 3),
    "sin": (-3, 3),
    "cos": (-3, 3),
    "tan": (-1.2, 1.2),
    "arcsin": (-0.9, 0.9),
    "arccos": (-0.9, 0.9),
    "arctan": (-3, 3),
    "sinh": (-2, 2),
    "cosh": (-2, 2),
    "tanh": (-2, 2),
    "arcsinh": (-2, 2),
    "arccosh": (1.3, 4),
    "arctanh": (-0.8, 0.8),
    "deg2rad": (-90, 90),
    "rad2deg": (-2, 2),
    "relu": (-2, 2),
    "error_function": (-2, 2),
    "sigmoid": (-3, 3),
}
# Names to the bounds of both operands.
BINARY: dict[str, tuple[float, float, float, float]] = {
    "add": (-2, 2, -2, 2),
    "subtract": (-2, 2, -2, 2),
    "multiply": (-2, 2, -2, 2),
    "divide": (-2, 2, 0.5, 2),
    "remainder": (-5, 5, 1.1, 3),
    "power": (0.4, 2, -2, 2),
    "float_power": (0.4, 2, -2, 2),
    "maximum": (-2, 2, -2, 2),
    "minimum": (-2, 2, -2, 2),
    "fmax": (-2, 2, -2, 2),
    "fmin": (-2, 2, -2, 2),
    "arctan2": (-2, 2, 0.4, 2),
    "hypot": (-2, 2, 0.4, 2),
    "logaddexp": (-2, 2, -2, 2),
}
PAIRS: tuple[tuple[Shape, Shape], ...] = (
    ((3, 4), (3, 4)),
    ((3, 1), (1, 4)),
    ((4,), (3, 4)),
    ((3, 4), (4,)),
    ((2, 3, 1), (4,)),
    ((1,), (3,)),
    ((1, 1), (2, 1)),
    ((), (3, 4)),
    ((3, 4), ()),
)


def _unary() -> Iterator[Case]:
    for name, (low, high) in UNARY.items():
        analytic = name in ANALYTIC
        for k, shape in enumerate(((3, 4), (5,), (2, 1, 3), (1,), (0,))):
            yield Case(name, (sample(low, high, shape, k),), analytic=analytic)
        yield Case(name, (np.array(0.7 * low + 0.3 * high),), analytic=analytic)
        yield Case(name, (np.float64(0.4 * low + 0.6 * high),), analytic=analytic)
        yield Case(name, (0.4 * low + 0.6 * high,), analytic=analytic)
    yield Case("erf", (0.3,))
    yield Case("erf", (-1.2,))


def _binary() -> Iterator[Case]:
    for name, (a, b, c, d) in BINARY.items():
        analytic = name in ANALYTIC
        for left, right in PAIRS:
            operands = (sample(a, b, left, 1), sample(c, d, right, 2))
            yield Case(name, operands, analytic=analytic)
        x, y = sample(a, b, (2, 3), 3), sample(c, d, (2, 3), 4)
        p, q = 0.3 * a + 0.7 * b, 0.6 * c + 0.4 * d
        yield Case(name, (x, q), analytic=analytic)
        yield Case(name, (p, y), analytic=analytic)
        yield Case(name, (x, np.float64(q)), analytic=analytic)
        yield Case(name, (np.float64(p), y), analytic=analytic)
        yield Case(name, (p, q), analytic=analytic)
        yield Case(name, (np.float64(p), q), analytic=analytic)
        yield Case(name, (np.array(p), np.float64(q)), analytic=analytic)
        yield Case(name, (x, Literal(2)), analytic=analytic)
        yield Case(name, (Literal(2), y), analytic=analytic)
        yield Case(name, (x, np.array([2, 1, 3])), analytic=analytic)
        yield Case(name, (x[:0], y[:1]), analytic=analytic)
        if name not in ("maximum", "minimum", "fmax", "fmin", "remainder"):
            yield Case(name, (np.abs(x) + 0.2,), reads=(0, 0), analytic=analytic)
    for x, n in ((normal(3, 2), 3), (normal(3), 2), (normal(4), -1), (normal(2, 2), -2)):
        yield Case("power", (x, Literal(n)), analytic=True)
        yield Case("power", (x, Literal(float(n))), analytic=True)
    yield Case("power", (-1.5, Literal(3)), analytic=True)
    yield Case("power", (sample(0.4, 2, (3,)), Literal(0.5)), analytic=True)
    yield Case("power", (sample(0.4, 2, (3,)), Literal(1)), analytic=True)
    yield Case("power", (sample(0.4, 2, (3,)), Literal(0)))
    yield Case("power", (normal(3), np.array([2, 3, 1])), analytic=True)
    yield Case("remainder", (sample(-5, 5, (3, 4)), sample(-3, -1.1, (3, 4), 1)))
    yield Case("remainder", (-4.3, 1.7))


def _choices() -> Iterator[Case]:
    x = normal(3, 4)
    yield Case("clip", (x, Literal(-0.5), Literal(0.7)))
    yield Case("clip", (x, -0.5, 0.7))
    yield Case("clip", (x, np.float64(-0.5), np.array(0.7)))
    yield Case("clip", (x, sample(-1, -0.2, (4,)), sample(0.2, 1, (3, 1))))
    yield Case("clip", (normal(1, 4), sample(-1, -0.2, (3, 1)), Literal(0.5)))
    yield Case("clip", (np.float64(0.3), Literal(0), Literal(1)))
    yield Case("clip", (0.3, 0.4, 0.9))
    yield Case("clip", (x, Literal(0.5), Literal(-0.5)), title=" bounds crossed")
    yield Case("clip", (x, 0.5, np.float64(-0.5)), title=" bounds crossed")
    mask = np.array([[True, False, True, False], [False] * 4, [True] * 4])
    for a, b in PAIRS[:4] + PAIRS[7:]:
        yield Case("where", (mask[:, :4], normal(*a, seed=1), normal(*b, seed=2)), analytic=True)
    yield Case("where", (mask[0], x, 0.5), analytic=True)
    yield Case("where", (mask, Literal(0.0), x), analytic=True)
    yield Case("where", (mask, x, Literal(0)), analytic=True)
    yield Case("where", (np.bool_(True), x, normal(3, 1)), analytic=True)
    yield Case("where", (False, x, normal(3, 4, seed=3)), analytic=True)
    yield Case("where", (mask, 0.3, np.float64(0.4)), analytic=True)
    yield Case("where", (mask[:0], x[:0], Literal(1.0)), analytic=True)


# -- reductions ---------------------------------------------------------------------------------

AXES: tuple[dict[str, Any], ...] = (
    {},
    {"axis": 0},
    {"axis": 1},
    {"axis": -1},
    {"axis": (0, 2)},
    {"axis": (-1, 0)},
    {"axis": (1,)},
    {"axis": ()},
    {"keepdims": True},
    {"axis": 1, "keepdims": True},
    {"axis": (-2, 0), "keepdims": True},
)


def _reductions() -> Iterator[Case]:
    for name in ("sum", "mean", "max", "min", "prod"):
        analytic = name in ("sum", "mean", "prod")
        for attrs in AXES:
            yield Case(name, (normal(3, 4, 2),), attrs, analytic=analytic)
        for shape in ((5,), (1,), (1, 3), (3, 1)):
            yield Case(name, (normal(*shape),), analytic=analytic)
            yield Case(name, (normal(*shape),), {"axis": -1}, analytic=analytic)
            yield Case(name, (normal(*shape),), {"axis": 0, "keepdims": True}, analytic=analytic)
        for value in (np.array(0.6), np.float64(0.6), 0.6):
            yield Case(name, (value,), analytic=analytic)
        yield Case(name, (np.zeros((0, 3)),), {"axis": 1}, analytic=analytic)
        if name in ("sum", "prod"):
            for attrs in ({}, {"axis": 0}, {"axis": (0, 1)}):
                yield Case(name, (np.zeros((0, 3)),), attrs, analytic=analytic)


# -- shapes -------------------------------------------------------------------------------------


def _linear(name: str, value: Any, expected: Callable[..., Any], *more: Any, **attrs: Any) -> Case:
    return Case(name, (value, *more), attrs, expected, analytic=True)


def _shapes() -> Iterator[Case]:
    x = normal(3, 4)
    for shape in ((4, 3), (12,), (2, 3, 2), (-1,), (2, -1), (1, 12), (3, 4)):
        yield _linear("reshape", x, lambda v, shape=shape: v.reshape(shape), shape=shape)
    yield _linear("reshape", normal(1, 1), lambda v: v.reshape(()), shape=())
    yield _linear("reshape", np.float64(0.4), lambda v: np.reshape(v, (1, 1)), shape=(1, 1))
    yield _linear("reshape", np.zeros((0, 3)), lambda v: v.reshape(3, 0), shape=(3, 0))
    slots = (Slot(1), 2, Slot(2))
    yield _linear("reshape", x, lambda v, a, b: v.reshape(a, 2, b), 2, 3, shape=slots)
    yield _linear("reshape_like", x, lambda v, y: v.reshape(2, 6), normal(2, 6))
    yield _linear("reshape_like", normal(1), lambda v, y: v.reshape(()), np.float64(0.1))
    for value in (x, normal(3), np.float64(0.3), np.zeros((0, 2)), x.T):
        yield _linear("ravel", value, np.ravel)
    y = normal(2, 3, 4)
    yield _linear("transpose", x, np.transpose)
    yield _linear("transpose", normal(3), np.transpose)
    yield _linear("transpose", y, np.transpose)
    for axes in ((2, 0, 1), (1, 2, 0), (0, -1, 1), (-1, -3, -2)):
        yield _linear("transpose", y, lambda v, axes=axes: v.transpose(axes), axes=axes)
    for a, b in ((0, 2), (-1, -2), (1, -3)):
        moved = lambda v, a=a, b=b: v.swapaxes(a, b)
        yield _linear("swapaxes", y, moved, axis1=a, axis2=b)
    for a, b in ((0, 2), (-1, 0), ((0, 1), (-1, 0)), ((2, 0), (0, 2))):
        moved = lambda v, a=a, b=b: np.moveaxis(v, a, b)
        yield _linear("moveaxis", y, moved, source=a, destination=b)
    for axis in (0, 1, -1, (0, 2), (-1, 0)):
        expanded = lambda v, axis=axis: np.expand_dims(v, axis)
        yield _linear("expand_dims", x, expanded, axis=axis)
    yield _linear("expand_dims", np.float64(0.3), lambda v: np.expand_dims(v, 0), axis=0)
    z = normal(1, 3, 1, 2)
    yield _linear("squeeze", z, np.squeeze)
    yield _linear("squeeze", normal(3, 2), np.squeeze)
    yield _linear("squeeze", normal(1, 1), np.squeeze)
    for axis in (0, -2, (0, 2), (-2, 0)):
        yield _linear("squeeze", z, lambda v, axis=axis: np.squeeze(v, axis), axis=axis)


def _broadcasts() -> Iterator[Case]:
    for value, shape in (
        (normal(3, 1), (3, 4)),
        (normal(4), (3, 4)),
        (normal(1, 1), (2, 3)),
        (normal(2, 1, 3), (2, 4, 3)),
        (np.float64(0.3), (2, 3)),
        (np.array(0.3), (3,)),
        (normal(3, 4), (3, 4)),
        (normal(3, 1), (3, 0)),
        (0.3, (2,)),
    ):
        spread = lambda v, *rest, shape=shape: np.broadcast_to(v, shape)
        yield _linear("broadcast_to", value, spread, shape=shape)
        if shape != (2,):
            yield _linear("spread", value, spread, normal(*shape))
    spread = lambda v, a, b: np.broadcast_to(v, (a, b))
    yield _linear("broadcast_to", normal(4), spread, 3, 4, shape=(Slot(1), Slot(2)))
    for like in ((3, 4), (4,), (3, 1), (1, 4), (1,), ()):
        rank = 2 - len(like)
        kept = tuple(k for k, n in enumerate(like) if n == 1)

        def summed(v: Any, y: Any, rank: int = rank, kept: Any = kept) -> Any:
            v = v.sum(axis=tuple(range(rank))) if rank else v
            return v.sum(axis=kept, keepdims=True) if kept else v

        yield _linear("unbroadcast", normal(3, 4), summed, np.asarray(normal(*like)))


def _copies() -> Iterator[Case]:
    x = normal(3, 4)
    for value in (x, x.T, x[::2], np.float64(0.4), np.zeros((0, 2))):
        yield _linear("copy", value, np.copy)
        yield _linear("as_array", value, np.array)
        yield _linear("asarray", value, np.asarray)
        yield _linear("ascontiguousarray", value, np.ascontiguousarray)
    f4, f8 = np.dtype("float32"), np.dtype("float64")
    for value in (x, np.float64(0.4), 0.4):
        cast = lambda v, dtype=f8: np.asarray(v).astype(dtype)
        yield Case("astype", (value,), {"dtype": f8}, cast)
    yield Case("astype", (x.astype(f4),), {"dtype": f8}, lambda v, dtype=f8: v.astype(f8))
    yield Case("to_float", (np.float64(0.7),), {}, float)
    yield Case("to_float", (np.array(0.7),), {}, float)
    yield Case("to_float", (0.7,), {}, float)


def _assembly() -> Iterator[Case]:
    def joined(*xs: Any, axis: int = 0) -> Any:
        return np.concatenate(xs, axis=axis)

    def stacked(*xs: Any, axis: int = 0) -> Any:
        return np.stack(xs, axis=axis)

    a, b, c = normal(2, 3), normal(4, 3, seed=1), normal(1, 3, seed=2)
    for parts, attrs in (
        ((a, b), {}),
        ((a, b, c), {}),
        ((a,), {}),
        ((c, a, np.zeros((0, 3)), b), {}),
        ((a.T, b.T, c.T), {"axis": 1}),
        ((a.T, b.T), {"axis": -1}),
        ((a, b), {"axis": -2}),
        ((normal(3), normal(2, seed=1)), {}),
        ((a, np.arange(6).reshape(2, 3)), {}),
    ):
        yield Case(
            "concatenate",
            parts,
            attrs,
            lambda *xs, attrs=attrs: joined(*xs, **attrs),
            True,
        )
    yield Case("concatenate", (a, b), {}, joined, True, (0, 1, 0))
    d = normal(2, 3, seed=4)
    for attrs in ({}, {"axis": 1}, {"axis": 2}, {"axis": -1}, {"axis": -3}):
        yield Case(
            "stack",
            (a, d),
            attrs,
            lambda *xs, attrs=attrs: stacked(*xs, **attrs),
            True,
        )
    yield Case("stack", (a,), {}, stacked, True)
    yield Case("stack", (a, d), {}, stacked, True, (0, 1, 0))
    yield Case("stack", (np.float64(0.3), np.float64(0.4), 0.5), {}, stacked, True)
    yield Case("stack", (normal(3), np.arange(3)), {}, stacked, True)
    yield Case("array", (0.3, 0.4, Literal(1)), {}, lambda *xs: np.array(xs), True)
    yield Case("array", (np.float64(0.3), 0.4), {}, lambda *xs: np.array(xs), True)
    yield Case("array", (np.float64(0.3), Literal(0.0)), {}, lambda *xs: np.array(xs), True)
    yield Case("array", (normal(3), normal(3, seed=1)), {}, lambda *xs: np.array(xs), True)
    yield Case("array", (0.3, 0.4), {}, lambda *xs: np.array(xs), True, (0, 1, 0))


def _constructors() -> Iterator[Case]:
    for value, shape in (
        (0.3, (2, 3)),
        (np.float64(0.3), (3,)),
        (np.array(0.3), (2, 2)),
        (normal(3), (2, 3)),
        (normal(2, 1), (2, 3)),
        (normal(1), (1,)),
        (0.3, ()),
        (0.3, (0, 2)),
    ):
        yield Case(
            "full", (value,), {"shape": shape}, lambda v, shape=shape: np.full(shape, v), True
        )
        yield Case("full_like", (np.zeros(shape), value), {}, np.full_like)
    slots = (Slot(1), 3)
    yield Case("full", (0.3, 2), {"shape": slots}, lambda v, n: np.full((n, 3), v), True)
    for a, b, n in (
        (0.3, 1.4, 5),
        (np.float64(0.3), -2.0, 4),
        (np.array(0.3), np.float64(0.8), 2),
        (0.3, Literal(1.0), 3),
        (Literal(0), 0.8, 3),
        (0.3, 1.4, 1),
        (0.3, 1.4, 0),
        (normal(3), 1.5, 4),
        (normal(2, 1), normal(3, seed=1), 4),
    ):
        yield Case("linspace", (a, b, Literal(n)), {}, np.linspace, True)
    yield Case("linspace", (0.3, 1.4, 5), {}, np.linspace, True)
    for start, stop, step in (
        (0.3, 2.0, 0.25),
        (np.float64(1.3), -0.4, np.array(-0.3)),
        (Literal(0), 2.3, np.float64(0.5)),
        (0.3, 2.0, Literal(1)),
        (0.3, 0.2, 0.5),
    ):
        yield Case("arange_by", (start, stop, step), {}, np.arange)


# -- indexing -----------------------------------------------------------------------------------

ALL = Slice(None, None, None)


def _indexing() -> Iterator[Case]:
    x = normal(4, 5)
    y = normal(3, 4, 5)

    def at(value: Any, key: Any, index: Any, *parts: Any) -> Case:
        return Case("index", (value, *parts), {"index": index}, lambda v, *p: v[key], analytic=True)

    yield at(x, 1, (1,))
    yield at(x, -1, (-1,))
    yield at(x, (2, -3), (2, -3))
    yield at(normal(5), 2, (Slot(1),), 2)
    yield at(normal(5), 2, (Slot(1),), np.int64(2))
    yield at(normal(5), 2, (Slot(1),), np.array(2))
    yield at(x, slice(1, 3), (Slice(1, 3, None),))
    yield at(x, slice(None, None, -1), (Slice(None, None, -1),))
    yield at(x, slice(None, -1), (Slice(None, -1, None),))
    yield at(x, slice(1, None), (Slice(1, None, None),))
    yield at(x, slice(3, 0, -2), (Slice(3, 0, -2),))
    yield at(x, slice(None, None, 2), (Slice(None, None, 2),))
    yield at(x, slice(2, 2), (Slice(2, 2, None),))
    yield at(x, slice(1, 3), (Slice(Slot(1), Slot(2), None),), 1, 3)
    yield at(x, (slice(None), slice(-3, None)), (ALL, Slice(-3, None, None)))
    yield at(x, (slice(1, -1), slice(1, -1)), (Slice(1, -1, None), Slice(1, -1, None)))
    yield at(x, (0, slice(1, 3)), (0, Slice(1, 3, None)))
    yield at(x, (None, 1), (None, 1))
    yield at(x, (slice(None), None), (ALL, None))
    yield at(x, (..., 1), (..., 1))
    yield at(x, ..., (...,))
    yield at(x, (..., None), (..., None))
    yield at(y, (1, ..., 2), (1, ..., 2))
    yield at(y, (..., slice(None, None, -2)), (..., Slice(None, None, -2)))
    yield at(normal(1, 3), (0, slice(None)), (0, ALL))
    rows, columns = np.array([2, 0, 2, 2]), np.array([1, 1, 4, 1])
    yield at(x, rows, (Slot(1),), rows)
    yield at(x, -rows, (Slot(1),), -rows)
    yield at(x, (rows, columns), (Slot(1), Slot(2)), rows, columns)
    yield at(x, (slice(None), columns), (ALL, Slot(1)), columns)
    yield at(x, (rows, 1), (Slot(1), 1), rows)
    yield at(x, (rows[:, None], columns), (Slot(1), Slot(2)), rows[:, None], columns)
    yield at(x, rows.reshape(2, 2), (Slot(1),), rows.reshape(2, 2))
    yield at(y, (rows, slice(None), columns), (Slot(1), ALL, Slot(2)), rows, columns)
    yield at(y, (slice(None), rows, columns), (ALL, Slot(1), Slot(2)), rows, columns)
    yield at(y, (..., columns), (..., Slot(1)), columns)
    yield at(y, (rows, None, 1), (Slot(1), None, 1), rows)
    yield at(x, rows[:0], (Slot(1),), rows[:0])
    row_mask, mask = np.array([True, False, True, True]), normal(4, 5, seed=3) > 0
    yield at(x, row_mask, (Slot(1),), row_mask)
    yield at(x, mask, (Slot(1),), mask)
    yield at(x, mask & False, (Slot(1),), mask & False)
    yield at(x, (row_mask, 2), (Slot(1), 2), row_mask)
    yield at(x, (slice(None), mask[0]), (ALL, Slot(1)), mask[0])
    yield at(y, (slice(None), mask), (ALL, Slot(1)), mask)
    yield at(y, (0, mask), (0, Slot(1)), mask)


# -- stores -------------------------------------------------------------------------------------


def _stores() -> Iterator[Case]:
    x = normal(4, 5)
    rows, columns = np.array([2, 0, 3]), np.array([1, 4, 0])

    def written(key: Any) -> Callable[..., Any]:
        def run(base: Any, value: Any, *parts: Any) -> Any:
            result = base.astype(np.result_type(base, value))
            result[key] = value
            return result

        return run

    def added(key: Any) -> Callable[..., Any]:
        def run(base: Any, value: Any, *parts: Any) -> Any:
            result = base.astype(np.result_type(base, value))
            np.add.at(result, key, value)
            return result

        return run

    for name, run in (("store", written), ("index_add", added)):

        def at(value: Any, key: Any, index: Any, *parts: Any, op: str = name, r: Any = run) -> Case:
            return Case(op, (x, value, *parts), {"index": index}, r(key))

        yield at(1.5, (1, 2), (1, 2))
        yield at(np.float64(1.5), (-1, 2), (-1, 2))
        yield at(Literal(2.5), (slice(None), 1), (ALL, 1))
        yield at(normal(5), 1, (1,))
        yield at(
            normal(3), (slice(1, -1), slice(2, None)), (Slice(1, -1, None), Slice(2, None, None))
        )
        yield at(normal(2, 1), (slice(None, 2),), (Slice(None, 2, None),))
        yield at(normal(4, 5, seed=3), ..., (...,))
        yield at(1.5, (slice(None), slice(None, None, -2)), (ALL, Slice(None, None, -2)))
        yield at(normal(3), (rows, columns), (Slot(2), Slot(3)), (rows), (columns))
        yield at(normal(3, 5, seed=4), np.array([1, 3, 1]), (Slot(2),), (np.array([1, 3, 1])))
        yield at(1.5, x > 0, (Slot(2),), (x > 0))


# -- products -----------------------------------------------------------------------------------

MATMUL: tuple[tuple[Shape, Shape], ...] = (
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((2,), (2, 3)),
    ((2, 3), (3, 4)),
    ((1, 3), (3, 1)),
    ((1,), (1,)),
    ((1,), (1, 3)),
    ((5, 2, 3), (5, 3, 4)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((1, 2, 3), (5, 3, 4)),
    ((5, 2, 3), (1, 3, 4)),
    ((5, 1, 2, 3), (6, 3, 4)),
    ((6, 2, 3), (5, 1, 3, 4)),
    ((3,), (5, 3, 4)),
    ((5, 2, 3), (3,)),
    ((3,), (5, 6, 3, 4)),
    ((5, 6, 2, 3), (3,)),
    ((2, 0), (0, 3)),
    ((0, 3), (3, 2)),
)


def _products() -> Iterator[Case]:
    for left, right in MATMUL:
        x, y = normal(*left), normal(*right, seed=1)
        yield Case("matmul", (x, y), {}, operator.matmul, True)
        if len(right) <= 2:
            yield Case("dot", (x, y), analytic=True)
    yield Case("matmul", (normal(3, 3),), {}, operator.matmul, True, (0, 0))
    yield Case("dot", (normal(3),), analytic=True, reads=(0, 0))
    yield Case("matmul", (normal(2, 3), np.arange(12).reshape(3, 4)), {}, operator.matmul, True)
    for a, b in (
        (0.3, normal(3)),
        (normal(2, 3), np.float64(0.3)),
        (np.array(0.3), 0.4),
        (0.3, 0.4),
    ):
        yield Case("dot", (a, b), analytic=True)
    yield Case("dot", (normal(2, 3), 0.7), analytic=True)
    for n, m in ((3, 4), (1, 3), (3, 1), (1, 1), (0, 2)):
        yield Case("outer", (normal(n), normal(m, seed=1)), analytic=True)
    yield Case("outer", (normal(3),), analytic=True, reads=(0, 0))
    for value, attrs in (
        (normal(4), {}),
        (normal(3, 4), {}),
        (normal(3, 4), {"axis": 0}),
        (normal(3, 4), {"axis": -1, "keepdims": True}),
        (normal(2, 3, 4), {"axis": (0, 2)}),
        (normal(2, 3, 4), {"axis": 1}),
        (normal(3, 4), {"keepdims": True}),
        (normal(1), {}),
        (normal(1, 3), {"axis": 0}),
        (np.float64(-0.4), {}),
        (np.zeros((0, 3)), {"axis": 1}),
    ):
        yield Case("norm", (value,), attrs, lambda v, attrs=attrs: np.linalg.norm(v, **attrs))


CASES: tuple[Case, ...] = tuple(
    case
    for group in (
        _unary,
        _binary,
        _choices,
        _reductions,
        _shapes,
        _broadcasts,
        _copies,
        _assembly,
        _constructors,
        _indexing,
        _stores,
        _products,
        move_cases,
        product_cases,
        special_cases,
        scipy_cases,
        complex_cases,
        adjoint_cases,
    )
    for case in group()
)


# Parts of a tuple, tested together with the function that gives it.
TESTED_AS_PAIRS = {"slogdet_part", "eigh_part", "qr_part", "svd_part", "complex_eig_part"}


def cases_of(op: str) -> list[Case]:
    """The sample cases of an op."""
    return [case for case in CASES if case.op == op]


def uncovered() -> list[str]:
    """Ops with a derivative that no case names."""
    from rule_programs import differentiated

    covered = {case.op for case in CASES} | TESTED_AS_PAIRS
    return [name for name in OPS if differentiated(name) and name not in covered]
