"""Rules of linear algebra: solve, inv, det, cholesky, eigenvalues, pseudo-inverse, powers.

``np.linalg.cholesky``, ``eigh`` and ``eigvalsh`` read the lower triangle of their operand alone: so
do the gradients, whose upper triangle is zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.ops import Attrs, Storage
from srcgrad.ir.types import AnyDim, Array, Dims, Opaque, Type, broadcast_dims, dims_of
from srcgrad.rules.broadcasting import full, unbroadcast
from srcgrad.rules.linalg import expanded
from srcgrad.rules.linalg import swap as transposed
from srcgrad.rules.registry import custom, plain
from srcgrad.rules.symbols import Sym, conj, matmul, op, outer, real_like

solve, inv = op("solve"), op("inv")


def adjoint(x: Sym) -> Sym:
    """The conjugate transpose of each matrix of a stack."""
    return transposed(conj(x))


def _square(x: Any, *rest: Any, **attrs: Any) -> Dims:
    if len(x) < 2:
        raise ValueError("a matrix is needed, not a vector")
    return x  # type: ignore[no-any-return]


def _on_matrices(run: Any, dims: Any = _square) -> infer.Infer:
    return infer.shaped(run, dims, rank=2)


# -- solve, inv, det --------------------------------------------------------------------------------


def _solved(a: Any, b: Any) -> Dims:
    _square(a)
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
    infer=_on_matrices(np.linalg.inv),
)


def cofactors(x: Any) -> Any:
    """The matrix of cofactors, ``det(x) * inv(x).T``: exact also where ``x`` is singular."""
    u, s, v = np.linalg.svd(x)
    ones = np.eye(s.shape[-1], dtype=bool)
    others = np.prod(np.where(ones, 1.0, s[..., None, :]), axis=-1)
    sign = np.linalg.det(u) * np.linalg.det(v)
    return np.conj(np.conj(sign)[..., None, None] * (u * others[..., None, :]) @ v).astype(x.dtype)


plain("cofactors", cofactors, infer.array_like, spell="helper:cofactors")


def _scalars(x: Any, **attrs: Any) -> Dims:
    return _square(x)[:-2]  # type: ignore[index]


def _along_matrices(g: Sym) -> Sym:
    return g if g.dims == () else g.call("expand_dims", axis=(-2, -1))


def _trace_product(t: Sym, weights: Sym) -> Sym:
    """``sum(t * weights)`` over each matrix."""
    return (t * weights).call("sum", via="np", axis=(-2, -1))


custom(
    "det",
    lambda g, x, out: _along_matrices(full(g, out)) * conj(x.call("cofactors")),
    jvp=lambda tangents, x, out: _trace_product(full(tangents[0], x), x.call("cofactors")),
    np_="linalg.det",
    infer=_on_matrices(np.linalg.det, _scalars),
)


# -- results of several parts ----------------------------------------------------------------------


def _parted(name: str, function: Any) -> None:
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


def _register_part(name: str, vjp: Any, jvp: Any, parts: dict[int, Any]) -> None:
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
        real_only=name == "slogdet",  # the sign of a complex determinant moves
    )


def _part(x: Sym, name: str, part: int, whole: Sym) -> Sym:
    return x.call(f"{name}_part", whole, part=part)


def _slogdet_vjp(g: Sym, x: Sym, whole: Sym, out: Sym, part: int) -> Sym | None:
    if part == 0:
        return None
    return _along_matrices(full(g, out)) * adjoint(inv(x))


def _slogdet_jvp(tangents: Any, x: Sym, whole: Sym, out: Sym, part: int) -> Sym:
    if part == 0:
        return out.call("zeros_like")
    return real_like(_trace_product(full(tangents[0], x), transposed(inv(x))), out)


_parted("slogdet", np.linalg.slogdet)
_register_part(
    "slogdet",
    _slogdet_vjp,
    _slogdet_jvp,
    {k: ((lambda a, k=k: np.linalg.slogdet(a)[k]), _scalars) for k in (0, 1)},
)


# -- symmetric matrices: only the lower triangle is read -------------------------------------------


def _lower(s: Sym) -> Sym:
    """What the lower triangle gets from the cotangent of a whole symmetric matrix.

    The diagonal once, what lies below it twice: from both places that it stands for.
    """
    whole = s + adjoint(s)
    return whole.call("tril", via="np") - _on_diagonal(s)


def _on_diagonal(s: Sym) -> Sym:
    return s * identity(s)


def identity(x: Sym) -> Sym:
    """The identity matrix of the size of ``x``."""
    dtype = getattr(x.type, "dtype", None)
    attrs = {} if dtype is None or dtype.char in "dD" else {"dtype": np.empty(0, dtype).real.dtype}
    return op("eye")(x.call("length", axis=-1), **attrs)


def _symmetric(t: Sym) -> Sym:
    """The symmetric matrix whose lower triangle is that of ``t``."""
    lower = t.call("tril", via="np")
    twice = lower + adjoint(lower)
    return twice - 0.5 * _on_diagonal(twice)


def _half_lower(p: Sym) -> Sym:
    """The lower triangle, its diagonal halved."""
    return p.call("tril", via="np") / (1 + identity(p))


def _cholesky_vjp(g: Sym, x: Sym, out: Sym) -> Sym:
    """Murray, Differentiation of the Cholesky decomposition (2016), equation 10."""
    back = adjoint(out)
    inner = _half_lower(back @ full(g, out))
    s = adjoint(solve(back, adjoint(solve(back, inner))))
    return _lower(0.5 * (s + adjoint(s)))


def _cholesky_jvp(tangents: Any, x: Sym, out: Sym) -> Sym:
    inner = solve(out, adjoint(solve(out, _symmetric(full(tangents[0], x)))))
    return out @ _half_lower(inner)


custom(
    "cholesky",
    _cholesky_vjp,
    jvp=_cholesky_jvp,
    np_="linalg.cholesky",
    infer=_on_matrices(np.linalg.cholesky),
)


def _gaps(w: Sym, vectors: Sym) -> Sym:
    """``1 / (w_j - w_i)`` off the diagonal, zero on it."""
    eye = identity(vectors)
    return 1 / (w.call("expand_dims", axis=-2) - w.call("expand_dims", axis=-1) + eye) - eye


def _eigh_vjp(g: Sym, x: Sym, whole: Sym, out: Sym, part: int) -> Sym:
    w, v = (_part(x, "eigh", k, whole) for k in (0, 1))
    g = full(g, out)
    if part == 0:
        return _lower((v * g.call("expand_dims", axis=-2)) @ adjoint(v))
    inner = _gaps(w, v) * (adjoint(v) @ g)
    s = v @ inner @ adjoint(v)
    return _lower(0.5 * (s + adjoint(s)))


def _eigh_jvp(tangents: Any, x: Sym, whole: Sym, out: Sym, part: int) -> Sym:
    w, v = (_part(x, "eigh", k, whole) for k in (0, 1))
    inner = adjoint(v) @ _symmetric(full(tangents[0], x)) @ v
    if part == 0:
        return real_like(inner.call("diagonal", via="np", axis1=-2, axis2=-1), out)
    return v @ (_gaps(w, v) * inner)


_parted("eigh", np.linalg.eigh)
_register_part(
    "eigh",
    _eigh_vjp,
    _eigh_jvp,
    {
        0: (np.linalg.eigvalsh, lambda x: _square(x)[:-1]),  # type: ignore[index]
        1: ((lambda a: np.linalg.eigh(a)[1]), _square),
    },
)


def _eigvalsh_vjp(g: Sym, x: Sym, out: Sym) -> Sym:
    return _eigh_vjp(g, x, x.call("eigh"), out, 0)


custom(
    "eigvalsh",
    _eigvalsh_vjp,
    jvp=lambda tangents, x, out: _eigh_jvp(tangents, x, x.call("eigh"), out, 0),
    np_="linalg.eigvalsh",
    infer=_on_matrices(np.linalg.eigvalsh, lambda x: _square(x)[:-1]),  # type: ignore[index]
)


# -- singular values, qr, pinv ------------------------------------------------------------


def _qr_vjp(g: Sym, x: Sym, whole: Sym, out: Sym, part: int) -> Sym:
    """Of a tall matrix of full rank: Walter and Lehmann, Algorithmic differentiation of QR (2013)."""
    q, r = (_part(x, "qr", k, whole) for k in (0, 1))
    g = full(g, out)
    m = -(adjoint(g) @ q) if part == 0 else r @ adjoint(g)
    lower = m.call("tril", via="np", k=-1)
    inner = q @ (lower + adjoint(lower) + _on_diagonal(m))
    right = inner if part else g + inner
    return adjoint(solve(r, adjoint(right)))


def _qr_jvp(tangents: Any, x: Sym, whole: Sym, out: Sym, part: int) -> Sym:
    q, r = (_part(x, "qr", k, whole) for k in (0, 1))
    moved = adjoint(solve(adjoint(r), adjoint(full(tangents[0], x))))
    inner = adjoint(q) @ moved
    lower = inner.call("tril", via="np", k=-1)
    turn = lower - adjoint(lower)
    if part == 0:
        return moved - q @ (inner - turn)
    return (inner - turn) @ r


_parted("qr", np.linalg.qr)
_register_part(
    "qr",
    _qr_vjp,
    _qr_jvp,
    {
        0: ((lambda a: np.linalg.qr(a)[0]), _square),
        1: ((lambda a: np.linalg.qr(a)[1]), lambda x: (*x[:-2], x[-1], x[-1])),
    },
)


def _pinv_vjp(g: Sym, x: Sym, out: Sym) -> Sym:
    """Golub and Pereyra (1973); the rank must not change."""
    g, back = full(g, out), adjoint(out)
    gt = adjoint(g)
    left = gt @ out @ back
    right = back @ out @ gt
    return (left - x @ (out @ left)) + (right - (right @ out) @ x) - back @ g @ back


custom(
    "pinv",
    _pinv_vjp,
    jvp=lambda tangents, x, out: _pinv_tangent(full(tangents[0], x), x, out),
    np_="linalg.pinv",
    infer=_on_matrices(np.linalg.pinv, lambda x: (*x[:-2], x[-1], x[-2])),
)


def _pinv_tangent(t: Sym, x: Sym, out: Sym) -> Sym:
    tt, back = adjoint(t), adjoint(out)
    left = out @ back @ tt
    right = tt @ back @ out
    return (left - (left @ x) @ out) + (right - out @ (x @ right)) - out @ t @ out


def singular_directions(x: Any) -> Any:
    """Outer products of the singular vectors of ``x``: the slopes of its singular values."""
    u, _, v = np.linalg.svd(x, full_matrices=False)
    return np.swapaxes(u, -1, -2)[..., :, :, None] * v[..., :, None, :]


def _values_dims(x: Any) -> tuple[AnyDim, ...]:
    _square(x)
    rows, columns = x[-2:]
    if rows == columns or (isinstance(rows, int) and isinstance(columns, int)):
        return (*x[:-2], rows if rows == columns else infer.length_dim(min(rows, columns)))
    return (*x[:-2], infer.unique_dim())


plain(
    "singular_directions",
    singular_directions,
    infer.shaped(np.copy, lambda x: (*_values_dims(x), *x[-2:]), rank=2),
    spell="helper:singular_directions",
)
custom(
    "singular_values",
    lambda g, x, out: (
        full(g, out).call("expand_dims", axis=(-2, -1)) * x.call("singular_directions")
    ).call("sum", via="np", axis=-3),
    jvp=lambda tangents, x, out: real_like(
        full(tangents[0], x).call("expand_dims", axis=-3) * conj(x.call("singular_directions")), out
    ).call("sum", via="np", axis=(-2, -1)),
    run=lambda x: np.linalg.svd(x, compute_uv=False),
    infer=_on_matrices(lambda a: np.linalg.svd(a, compute_uv=False), _values_dims),
    spell="np.linalg.svdvals",
)
