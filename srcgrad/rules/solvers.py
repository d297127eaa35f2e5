"""Rules of linear equations: solve, inv, det, slogdet."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.ops import Attrs, Storage
from srcgrad.ir.types import Array, Dims, Opaque, Type, broadcast_dims, dims_of
from srcgrad.rules.broadcasting import full, unbroadcast
from srcgrad.rules.linalg import expanded
from srcgrad.rules.linalg import swap as transposed
from srcgrad.rules.registry import custom, plain, total
from srcgrad.rules.symbols import Sym, conj, matmul, op, outer, real_like

solve, inv = op("solve"), op("inv")


def adjoint(x: Sym) -> Sym:
    """The conjugate transpose of each matrix of a stack."""
    return transposed(conj(x))


def square_dims(x: Any, *rest: Any, **attrs: Any) -> Dims:
    """Dimensions of a stack of matrices, unchanged."""
    if len(x) < 2:
        raise ValueError("a matrix is needed, not a vector")
    return x  # type: ignore[no-any-return]


def on_matrices(run: Any, dims: Any = square_dims) -> infer.Infer:
    """Types of a function of a stack of matrices."""
    return infer.shaped(run, dims, rank=2)


# -- solve, inv, det --------------------------------------------------------------------------------


def _solved(a: Any, b: Any) -> Dims:
    square_dims(a)
    stack = broadcast_dims(a[:-2], b[:-2] if len(b) > 1 else ())
    return None if stack is None else (*stack, *b[-2:])


def _solve_a(g: Sym, a: Sym, b: Sym, out: Sym) -> Sym:
    """Minus the outer product of what ``b`` gets and the solution."""
    db = _solved_back(g, a, b, out)
    if b.dims is not None and len(b.dims) == 1:
        if a.dims is not None and len(a.dims) == 2:
            return -outer(db, conj(out))
        part = -(expanded(db) * conj(out).call("expand_dims", axis=-2))
    else:
        part = -matmul(db, adjoint(out))
    return unbroadcast(part, part, a)


def _solve_b(g: Sym, a: Sym, b: Sym, out: Sym) -> Sym:
    part = _solved_back(g, a, b, out)
    return unbroadcast(part, part, b)


def _solved_back(g: Sym, a: Sym, b: Sym, out: Sym) -> Sym:
    """Solution of the adjoint system; a stack of vectors goes in as matrices of one column."""
    g = full(g, out)
    if not _stack_of_vectors(a, b):
        return solve(adjoint(a), g)
    return solve(adjoint(a), expanded(g)).call("squeeze", axis=-1)


def _stack_of_vectors(a: Sym, b: Sym) -> bool:
    return a.dims is not None and b.dims is not None and len(a.dims) > 2 and len(b.dims) == 1


def _solve_jvp(tangents: Any, a: Sym, b: Sym, out: Sym) -> Sym:
    right = None if tangents[1] is None else full(tangents[1], b)
    if tangents[0] is not None:
        vectors = _stack_of_vectors(a, b)
        moved = matmul(full(tangents[0], a), expanded(out) if vectors else out)
        moved = moved.call("squeeze", axis=-1) if vectors else moved
        right = -moved if right is None else right - moved
        if vectors:
            return solve(a, expanded(full(right, out))).call("squeeze", axis=-1)
    return solve(a, right)


custom(
    "solve",
    _solve_a,
    _solve_b,
    jvp=_solve_jvp,
    np_="linalg.solve",
    infer=infer.shaped(np.linalg.solve, _solved, rank=2),
)
custom(
    "inv",
    lambda g, x, out: -(adjoint(out) @ full(g, out) @ adjoint(out)),
    jvp=lambda tangents, x, out: -(out @ full(tangents[0], x) @ out),
    np_="linalg.inv",
    infer=on_matrices(np.linalg.inv),
)


def cofactors(x: Any) -> Any:
    """The matrix of cofactors, ``det(x) * inv(x).T``: exact also where ``x`` is singular."""
    u, s, v = np.linalg.svd(x)
    ones = np.eye(s.shape[-1], dtype=bool)
    others = np.prod(np.where(ones, 1.0, s[..., None, :]), axis=-1)
    sign = np.linalg.det(u) * np.linalg.det(v)
    return np.conj(np.conj(sign)[..., None, None] * (u * others[..., None, :]) @ v).astype(x.dtype)


def cofactor_changes(x: Any, t: Any) -> Any:
    """How the cofactors of ``x`` change along ``t``: exact also where ``x`` is singular.

    The adjugate of ``u @ (diag(s) + m) @ v`` is ``v^H @ adj(diag(s) + m) @ u^H`` times ``det(u) * det(v)``;
    to first order in ``m`` it is made of products of all singular values but two.
    """
    u, s, v = np.linalg.svd(x)
    ones = np.eye(s.shape[-1], dtype=bool)
    rest = np.where(ones, 1.0, s[..., None, :])
    first = np.ones_like(rest[..., :1])
    below = np.cumprod(np.concatenate([first, rest[..., :-1]], axis=-1), axis=-1)
    above = np.cumprod(np.concatenate([first, rest[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    others = np.where(ones, 0.0, below * above)
    left, right = np.conj(np.swapaxes(u, -1, -2)), np.conj(np.swapaxes(v, -1, -2))
    m = left @ t @ right
    diagonal = others @ np.diagonal(m, axis1=-2, axis2=-1)[..., None]
    inner = np.swapaxes(np.where(ones, diagonal, -others * m), -1, -2)
    sign = (np.linalg.det(u) * np.linalg.det(v))[..., None, None]
    return (sign * (np.conj(u) @ inner @ np.conj(v))).astype(np.result_type(x, t))


_changes = op("cofactor_changes")
custom(
    "cofactors",
    lambda g, x, out: _changes(conj(x), full(g, x)),
    jvp=lambda tangents, x, out: _changes(x, full(tangents[0], x)),
    run=cofactors,
    infer=infer.array_like,
    spell="helper:cofactors",
)


def _curvature(x: Sym, t: Sym, s: Sym) -> Sym:
    """How ``cofactor_changes(x, t)`` changes as ``x`` moves along ``s``; ``x`` must not be singular."""
    inverse, cofactor = inv(x), x.call("cofactors")
    moved, change = -(inverse @ s @ inverse), _changes(x, s)

    def product(i: Sym, c: Sym) -> Sym:
        trace = along_matrices(_trace_product(t, transposed(i)))
        return trace * c - transposed(i) @ transposed(t) @ c

    return product(moved, cofactor) + product(inverse, change)


def _changes_jvp(tangents: Any, x: Sym, t: Sym, out: Sym) -> Sym:
    terms: list[Sym] = []
    if tangents[0] is not None:
        terms.append(_curvature(x, t, full(tangents[0], x)))
    if tangents[1] is not None:
        terms.append(_changes(x, full(tangents[1], t)))
    return total(terms)


custom(
    "cofactor_changes",
    lambda g, x, t, out: _curvature(conj(x), conj(t), full(g, out)),
    lambda g, x, t, out: _changes(conj(x), full(g, out)),
    jvp=_changes_jvp,
    run=cofactor_changes,
    infer=infer.shaped(lambda x, t: x * t, lambda x, t: x, rank=0),
    spell="helper:cofactor_changes",
)


def _scalars(x: Any, **attrs: Any) -> Dims:
    return square_dims(x)[:-2]  # type: ignore[index]


def along_matrices(g: Sym) -> Sym:
    """One number for each matrix, so that it broadcasts over the matrix."""
    return g if g.dims == () else g.call("expand_dims", axis=(-2, -1))


def _trace_product(t: Sym, weights: Sym) -> Sym:
    """``sum(t * weights)`` over each matrix."""
    return (t * weights).sum(axis=(-2, -1))


custom(
    "det",
    lambda g, x, out: along_matrices(full(g, out)) * conj(x.call("cofactors")),
    jvp=lambda tangents, x, out: _trace_product(full(tangents[0], x), x.call("cofactors")),
    np_="linalg.det",
    infer=on_matrices(np.linalg.det, _scalars),
)


# -- results of several parts ----------------------------------------------------------------------


def parted(name: str, function: Any) -> None:
    """Register a function that gives a tuple: the whole is opaque, its parts carry derivatives."""
    plain(
        name,
        function,
        infer.constant_type(Opaque(name)),
        zero=True,
        spell=f"np.linalg.{name}",
    )


def _part_type(parts: dict[int, Any]) -> infer.Infer:
    def infer_part(types: tuple[Type, ...], attrs: Attrs) -> Type:
        function, dims = parts[attrs["part"]]
        own = dims_of(types[0])
        return Array(infer.result_dtype(function, types[:1], 2), None if own is None else dims(own))

    return infer_part


def register_part(name: str, vjp: Any, jvp: Any, parts: dict[int, Any]) -> None:
    """The op that takes a part of a tuple: operands are the matrix and the tuple."""
    custom(
        f"{name}_part",
        vjp,
        None,
        jvp=jvp,
        run=lambda x, whole, part: whole[part],
        infer=_part_type(parts),
        storage=Storage.MAYBE,
        spell="part:",
        # The sign of a complex determinant moves; complex singular vectors have free phases.
        real_only=name in ("slogdet", "svd"),
    )


def part_of(x: Sym, name: str, part: int, whole: Sym) -> Sym:
    """A part of the tuple that a function gave for ``x``."""
    return x.call(f"{name}_part", whole, part=part)


def _slogdet_vjp(g: Sym, x: Sym, whole: Sym, out: Sym, part: int) -> Sym | None:
    if part == 0:
        return None
    return along_matrices(full(g, out)) * adjoint(inv(x))


def _slogdet_jvp(tangents: Any, x: Sym, whole: Sym, out: Sym, part: int) -> Sym:
    if part == 0:
        return out.call("zeros_like")
    return real_like(_trace_product(full(tangents[0], x), transposed(inv(x))), out)


parted("slogdet", np.linalg.slogdet)
register_part(
    "slogdet",
    _slogdet_vjp,
    _slogdet_jvp,
    {k: ((lambda a, k=k: np.linalg.slogdet(a)[k]), _scalars) for k in (0, 1)},
)
