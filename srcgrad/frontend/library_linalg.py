"""Products over axes and linear algebra: tensordot, norms, powers, factorisations."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.frontend.context import Context
from srcgrad.frontend.kinds import AV, NONE, Seq, Static, Unmergeable
from srcgrad.frontend.library import HANDLERS, handles
from srcgrad.frontend.library_shapes import LAST, ZERO, call, flattened, known_dims, operand
from srcgrad.frontend.operators import binary, static_value
from srcgrad.frontend.subscripts import subscript
from srcgrad.ir.build import constant
from srcgrad.ir.nodes import Atom

_FULL, _VALID, _TWO, _TRUE = "full", "valid", constant(2), constant(True)


# -- products -------------------------------------------------------------------------------------


@handles(np.tensordot)
def _tensordot(cx: Context, node: Any, a: AV, b: AV, axes: AV = _TWO) -> AV:
    atoms = [operand(cx, v, node) for v in (a, b)]
    ranks = [len(known_dims(cx, v, node, "np.tensordot")) for v in atoms]
    if isinstance(axes, Seq):
        sides = [v.items if isinstance(v, Seq) else (v,) for v in axes.items]
        left, right = (
            tuple(cx.integer(v, node, "axes=") % rank for v in side)
            for side, rank in zip(sides, ranks, strict=True)
        )
    else:
        count = cx.integer(axes, node, "axes=")
        left, right = tuple(range(ranks[0] - count, ranks[0])), tuple(range(count))
    return cx.bind(cx.emit("tensordot", *atoms, via="np", axes=(left, right)))


@handles(np.inner)
def _inner(cx: Context, node: Any, a: AV, b: AV) -> AV:
    atoms = [operand(cx, v, node) for v in (a, b)]
    if any(known_dims(cx, v, node, "np.inner") == () for v in atoms):
        return binary(cx, node, "Mult", a, b)
    return cx.bind(cx.emit("inner", *atoms, via="np"))


@handles(np.vdot)
def _vdot(cx: Context, node: Any, a: AV, b: AV) -> AV:
    atoms = [operand(cx, v, node) for v in (a, b)]
    for atom in atoms:
        known_dims(cx, atom, node, "np.vdot")
    return cx.bind(cx.emit("vdot", *atoms, via="np"))


@handles(np.kron)
def _kron(cx: Context, node: Any, a: AV, b: AV) -> AV:
    atoms = [operand(cx, v, node) for v in (a, b)]
    if any(known_dims(cx, v, node, "np.kron") == () for v in atoms):
        return binary(cx, node, "Mult", a, b)
    return cx.bind(cx.emit("kron", *atoms, via="np"))


@handles(np.cross)
def _cross(cx: Context, node: Any, a: AV, b: AV, axis: AV = LAST) -> AV:
    atoms = [operand(cx, v, node) for v in (a, b)]
    for atom in atoms:
        rank = len(known_dims(cx, atom, node, "np.cross"))
        if cx.integer(axis, node, "axis=") not in (-1, rank - 1):
            cx.refuse("SG202", "numpy.cross along another axis", node, "move the axis to the end")
    total = cx.emit("cross", *atoms, via="np")
    return cx.bind(total)


@handles(np.convolve)
def _convolve(cx: Context, node: Any, a: AV, v: AV, mode: AV = NONE) -> AV:
    atoms = [flattened(cx, operand(cx, x, node), node) for x in (a, v)]
    name = _FULL if mode == NONE else static_value(mode)
    attrs = {} if name == _FULL else {"mode": name}
    return cx.bind(cx.emit("convolve", *atoms, via="np", **attrs))


@handles(np.correlate)
def _correlate(cx: Context, node: Any, a: AV, v: AV, mode: AV = NONE) -> AV:
    name = _VALID if mode == NONE else static_value(mode)
    if name == "same":
        cx.refuse(
            "SG202",
            "numpy.correlate with mode='same'",
            node,
            "use np.convolve(a, v[::-1], 'same')",
        )
    atoms = [flattened(cx, operand(cx, x, node), node) for x in (a, v)]
    attrs = {} if name == _VALID else {"mode": name}
    return cx.bind(cx.emit("correlate", *atoms, via="np", **attrs))


@handles(np.linalg.multi_dot)
def _multi_dot(cx: Context, node: Any, arrays: AV) -> AV:
    if not isinstance(arrays, Seq) or len(arrays.items) < 2:
        cx.refuse("SG210", "np.linalg.multi_dot needs a list of matrices", node, "use @")
    if len(arrays.items) == 2:
        return call(cx, np.dot, node, *arrays.items)
    atoms = [operand(cx, v, node) for v in arrays.items]
    row, column = (
        len(known_dims(cx, a, node, "np.linalg.multi_dot")) == 1 for a in (atoms[0], atoms[-1])
    )
    for place, line in ((0, row), (-1, column)):
        atoms[place] = (
            cx.emit("expand_dims", atoms[place], via="np", axis=0) if line else atoms[place]
        )
    if column:
        atoms[-1] = cx.emit("transpose", atoms[-1], via="np")
    whole = cx.bind(cx.emit("multi_dot", *atoms))
    if row and column:
        return subscript(cx, whole, Seq((ZERO, ZERO)), node)
    return call(cx, np.ravel, node, whole) if row or column else whole


@handles(np.linalg.matrix_power)
def _matrix_power(cx: Context, node: Any, a: AV, n: AV) -> AV:
    """The products that NumPy makes, in its order."""
    power = cx.integer(n, node, "the exponent")
    if power == 0:
        cx.refuse("SG202", "numpy.linalg.matrix_power with n=0", node, "use np.eye")
    if power < 0:
        a, power = call(cx, np.linalg.inv, node, a), -power
    if power <= 3:
        result = a
        for _ in range(power - 1):
            result = binary(cx, node, "MatMult", result, a)
        return result
    square: AV | None = None
    found: AV | None = None
    while power:
        square = a if square is None else binary(cx, node, "MatMult", square, square)
        power, bit = divmod(power, 2)
        if bit:
            found = square if found is None else binary(cx, node, "MatMult", found, square)
    assert found is not None
    return found


# -- norms ----------------------------------------------------------------------------------------


@handles(np.linalg.norm)
def _norm(
    cx: Context, node: Any, x: AV, ord: AV = NONE, axis: AV = NONE, keepdims: AV = NONE
) -> AV:
    atom = operand(cx, x, node)
    kept = keepdims != NONE and bool(static_value(keepdims))
    attrs: dict[str, Any] = {"keepdims": True} if kept else {}
    if axis != NONE:
        axes = axis.items if isinstance(axis, Seq) else (axis,)
        numbers = tuple(cx.integer(v, node, "axis=") for v in axes)
        attrs["axis"] = numbers if isinstance(axis, Seq) else numbers[0]
        rank = len(numbers)
    kind = None if ord == NONE else static_value(ord)
    if kind is None:
        return cx.bind(cx.emit("norm", atom, via="np", **attrs))
    if axis == NONE:
        rank = len(known_dims(cx, atom, node, "np.linalg.norm"))
    if rank == 1:
        return _vector_norm(cx, node, atom, kind, attrs)
    if kind == "fro":
        return cx.bind(cx.emit("norm", atom, via="np", **attrs))
    return _matrix_norm(cx, node, atom, kind, attrs)


def _vector_norm(cx: Context, node: Any, x: Atom, kind: Any, attrs: dict[str, Any]) -> AV:
    """Norms of vectors, as NumPy makes them."""
    if kind == 2:
        return cx.bind(cx.emit("norm", x, via="np", **attrs))
    size = cx.emit("absolute", x, via="np")
    if kind == 1:
        return cx.bind(cx.emit("sum", size, via="np", **attrs))
    if kind in (np.inf, -np.inf):
        return cx.bind(cx.emit("max" if kind > 0 else "min", size, via="np", **attrs))
    if not isinstance(kind, (int, float)) or kind == 0:
        cx.refuse("SG202", f"numpy.linalg.norm with ord={kind!r}", node, "use 1, 2, p or np.inf")
    return cx.bind(cx.emit("p_norm", x, ord=kind, **attrs))


def _matrix_norm(cx: Context, node: Any, x: Atom, kind: Any, attrs: dict[str, Any]) -> AV:
    """Norms of matrices: by sums of columns and rows, by singular values."""
    rank = len(known_dims(cx, x, node, "np.linalg.norm"))
    if rank != 2 or attrs.get("axis", (0, 1)) not in ((0, 1), (-2, -1)) or "keepdims" in attrs:
        cx.refuse(
            "SG202", f"numpy.linalg.norm with ord={kind!r} of a stack", node, "index one matrix"
        )
    if kind in (1, -1, np.inf, -np.inf):
        size = cx.emit("absolute", x, via="np")
        sums = cx.emit("sum", size, via="np", axis=0 if abs(kind) == 1 else 1)
        return cx.bind(cx.emit("max" if kind > 0 else "min", sums, via="np"))
    if kind in ("nuc", 2, -2):
        values = cx.emit("singular_values", x)
        name = {"nuc": "sum", 2: "max", -2: "min"}[kind]
        return cx.bind(cx.emit(name, values, via="np"))
    cx.refuse(
        "SG202", f"numpy.linalg.norm with ord={kind!r}", node, "use 'fro', 'nuc', 1, 2 or np.inf"
    )


# -- factorisations -------------------------------------------------------------------------------


@handles(np.linalg.solve)
def _solve(cx: Context, node: Any, a: AV, b: AV) -> AV:
    atoms = [operand(cx, v, node) for v in (a, b)]
    for atom in atoms:
        known_dims(cx, atom, node, "np.linalg.solve")
    return cx.bind(cx.emit("solve", *atoms, via="np"))


def _parts(name: str, make: Any, count: int) -> Any:
    """A function that gives a named tuple: one call, and its parts."""

    def handler(cx: Context, node: Any, a: AV) -> AV:
        atom = operand(cx, a, node)
        known_dims(cx, atom, node, f"np.linalg.{name}")
        whole = cx.emit(name, atom)
        parts = (cx.emit(f"{name}_part", atom, whole, part=k) for k in range(count))
        return Seq(tuple(cx.bind(p) for p in parts), make)

    return handler


for _name in ("slogdet", "eigh"):
    _function = getattr(np.linalg, _name)
    _made = type(_function(np.eye(1)))
    HANDLERS[_function] = _parts(_name, _made, 2)


@handles(np.linalg.eig)
def _eig(cx: Context, node: Any, a: AV) -> AV:
    """Complex results also where all are real: whether they are is known to the run alone."""
    return _parts("complex_eig", type(np.linalg.eig(np.eye(1))), 2)(cx, node, a)  # type: ignore[no-any-return]


HANDLERS[np.linalg.eigvals] = lambda cx, node, a: cx.bind(
    cx.emit("complex_eigvals", operand(cx, a, node))
)


@handles(np.linalg.qr)
def _qr(cx: Context, node: Any, a: AV) -> AV:
    return _parts("qr", type(np.linalg.qr(np.eye(1))), 2)(cx, node, a)  # type: ignore[no-any-return]


@handles(np.linalg.svd)
def _svd(cx: Context, node: Any, a: AV, full_matrices: AV = _TRUE, compute_uv: AV = _TRUE) -> AV:
    atom = operand(cx, a, node)
    if static_value(compute_uv) is False:
        return cx.bind(cx.emit("singular_values", atom))
    dims = known_dims(cx, atom, node, "np.linalg.svd")
    if static_value(full_matrices) is not False and dims[-1] != dims[-2]:
        cx.refuse(
            "SG202",
            "numpy.linalg.svd with full_matrices=True of a matrix that is not square",
            node,
            "pass full_matrices=False: the other singular vectors are not unique",
        )
    whole = cx.emit("svd", atom)
    parts = (cx.emit("svd_part", atom, whole, part=k) for k in range(3))
    return Seq(tuple(cx.bind(p) for p in parts), type(np.linalg.svd(np.eye(1))))


@handles(np.linalg.lstsq)
def _lstsq(cx: Context, node: Any, a: AV, b: AV, rcond: AV = NONE) -> AV:
    """The solution; residuals, rank and singular values have no rule, and are refused where read."""
    atoms = [operand(cx, v, node) for v in (a, b)]
    for atom in atoms:
        known_dims(cx, atom, node, "np.linalg.lstsq")
    rest = Static(Unmergeable("np.linalg.lstsq gives only its solution, item 0, here", "SG202"))
    return Seq((cx.bind(cx.emit("lstsq", *atoms)), rest, rest, rest))


@handles(np.linalg.cond)
def _cond(cx: Context, node: Any, x: AV) -> AV:
    values = cx.emit("singular_values", operand(cx, x, node))
    first, last = (cx.bind(cx.emit("index", values, index=(..., k))) for k in (0, -1))
    return binary(cx, node, "Div", first, last)


HANDLERS[np.linalg.svdvals] = lambda cx, node, x: cx.bind(
    cx.emit("singular_values", operand(cx, x, node))
)
