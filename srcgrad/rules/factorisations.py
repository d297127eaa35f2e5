"""Rules of factorisations: cholesky, eigh, qr, singular values, pseudo-inverse.

``np.linalg.cholesky``, ``eigh`` and ``eigvalsh`` read the lower triangle of their operand alone: so
do the gradients, whose upper triangle is zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.types import AnyDim, Opaque, is_complex
from srcgrad.rules.broadcasting import full
from srcgrad.rules.linalg import expanded
from srcgrad.rules.linalg import swap as transposed
from srcgrad.rules.registry import custom, defined, plain, total
from srcgrad.rules.solvers import (
    adjoint,
    on_matrices,
    part_of,
    parted,
    register_part,
    solve,
    square_dims,
)
from srcgrad.rules.symbols import Sym, conj, op, real_like

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
    infer=on_matrices(np.linalg.cholesky),
)


def _gaps(w: Sym, vectors: Sym) -> Sym:
    """``1 / (w_j - w_i)`` off the diagonal, zero on it."""
    eye = identity(vectors)
    return 1 / (w.call("expand_dims", axis=-2) - w.call("expand_dims", axis=-1) + eye) - eye


def _eigh_vjp(g: Sym, x: Sym, whole: Sym, out: Sym, part: int) -> Sym:
    w, v = (part_of(x, "eigh", k, whole) for k in (0, 1))
    g = full(g, out)
    if part == 0:
        return _lower((v * g.call("expand_dims", axis=-2)) @ adjoint(v))
    inner = _gaps(w, v) * (adjoint(v) @ g)
    s = v @ inner @ adjoint(v)
    return _lower(0.5 * (s + adjoint(s)))


def _eigh_jvp(tangents: Any, x: Sym, whole: Sym, out: Sym, part: int) -> Sym:
    w, v = (part_of(x, "eigh", k, whole) for k in (0, 1))
    inner = adjoint(v) @ _symmetric(full(tangents[0], x)) @ v
    if part == 0:
        return real_like(inner.call("diagonal", via="np", axis1=-2, axis2=-1), out)
    return v @ (_gaps(w, v) * inner)


parted("eigh", np.linalg.eigh)
register_part(
    "eigh",
    _eigh_vjp,
    _eigh_jvp,
    {
        0: (np.linalg.eigvalsh, lambda x: square_dims(x)[:-1]),  # type: ignore[index]
        1: ((lambda a: np.linalg.eigh(a)[1]), square_dims),
    },
)


def _eigvalsh_vjp(g: Sym, x: Sym, out: Sym) -> Sym:
    return _eigh_vjp(g, x, x.call("eigh"), out, 0)


custom(
    "eigvalsh",
    _eigvalsh_vjp,
    jvp=lambda tangents, x, out: _eigh_jvp(tangents, x, x.call("eigh"), out, 0),
    np_="linalg.eigvalsh",
    infer=on_matrices(np.linalg.eigvalsh, lambda x: square_dims(x)[:-1]),  # type: ignore[index]
)


# -- singular values, qr, pinv ------------------------------------------------------------


def _qr_vjp(g: Sym, x: Sym, whole: Sym, out: Sym, part: int) -> Sym:
    """Of a tall matrix of full rank: Walter and Lehmann, Algorithmic differentiation of QR (2013)."""
    q, r = (part_of(x, "qr", k, whole) for k in (0, 1))
    g = full(g, out)
    m = -(adjoint(g) @ q) if part == 0 else r @ adjoint(g)
    lower = m.call("tril", via="np", k=-1)
    inner = q @ (lower + adjoint(lower) + _on_diagonal(m))
    right = inner if part else g + inner
    return adjoint(solve(r, adjoint(right)))


def _qr_jvp(tangents: Any, x: Sym, whole: Sym, out: Sym, part: int) -> Sym:
    q, r = (part_of(x, "qr", k, whole) for k in (0, 1))
    moved = adjoint(solve(adjoint(r), adjoint(full(tangents[0], x))))
    inner = adjoint(q) @ moved
    lower = inner.call("tril", via="np", k=-1)
    turn = lower - adjoint(lower)
    if part == 0:
        return moved - q @ (inner - turn)
    return (inner - turn) @ r


parted("qr", np.linalg.qr)
register_part(
    "qr",
    _qr_vjp,
    _qr_jvp,
    {
        0: ((lambda a: np.linalg.qr(a)[0]), square_dims),
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
    infer=on_matrices(np.linalg.pinv, lambda x: (*x[:-2], x[-1], x[-2])),
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
    square_dims(x)
    rows, columns = x[-2:]
    if rows == columns or (isinstance(rows, int) and isinstance(columns, int)):
        return (*x[:-2], rows if rows == columns else infer.length_dim(min(rows, columns)))
    return (*x[:-2], infer.unique_dim())


def _directions(x: Sym) -> Sym:
    whole = x.call("svd")
    u, v = (part_of(x, "svd", k, whole) for k in (0, 2))
    return expanded(transposed(u)) * v.call("expand_dims", axis=-2)


defined(
    "singular_directions",
    _directions,
    singular_directions,
    infer.shaped(np.copy, lambda x: (*_values_dims(x), *x[-2:]), rank=2),
)
custom(
    "singular_values",
    lambda g, x, out: (
        full(g, out).call("expand_dims", axis=(-2, -1)) * x.call("singular_directions")
    ).sum(axis=-3),
    jvp=lambda tangents, x, out: real_like(
        full(tangents[0], x).call("expand_dims", axis=-3) * conj(x.call("singular_directions")), out
    ).sum(axis=(-2, -1)),
    run=lambda x: np.linalg.svd(x, compute_uv=False),
    infer=on_matrices(lambda a: np.linalg.svd(a, compute_uv=False), _values_dims),
    spell="np.linalg.svdvals",
)


# -- singular vectors -------------------------------------------------------------------------------


def _svd_parts(x: Sym, whole: Sym) -> tuple[Sym, Sym, Sym]:
    u, s, v = (part_of(x, "svd", k, whole) for k in range(3))
    return u, s, v


def _square_gaps(s: Sym, like: Sym) -> Sym:
    """``1 / (s_j ** 2 - s_i ** 2)`` off the diagonal, zero on it."""
    eye, squares = identity(like), s * s
    gaps = squares.call("expand_dims", axis=-2) - squares.call("expand_dims", axis=-1)
    return 1 / (gaps + eye) - eye


def _turns(inner: Sym) -> Sym:
    """The imaginary part of the diagonal: how a pair of complex singular vectors turns, as one of them."""
    return _on_diagonal(0.5 * (inner - adjoint(inner)))


def _svd_vjp(g: Sym, x: Sym, whole: Sym, out: Sym, part: int) -> Sym:
    """Townsend, Differentiating the singular value decomposition (2016); values must differ."""
    u, s, v = _svd_parts(x, whole)
    g, row = full(g, out), s.call("expand_dims", axis=-2)
    if part == 1:
        return (u * g.call("expand_dims", axis=-2)) @ v
    if part == 0:
        inner = adjoint(u) @ g
        turn = _square_gaps(s, inner) * inner
        back = (u @ (turn + adjoint(turn))) * row + (g - u @ inner) / row
        return (back + u @ _turns(inner) / row if is_complex(x.type) else back) @ v
    side = adjoint(g)
    inner = v @ side
    turn = _square_gaps(s, inner) * inner
    rest = side - adjoint(v) @ inner
    return (u * row) @ (turn + adjoint(turn)) @ v + u @ adjoint(rest / row)


def _svd_jvp(tangents: Any, x: Sym, whole: Sym, out: Sym, part: int) -> Sym:
    u, s, v = _svd_parts(x, whole)
    t, row = full(tangents[0], x), s.call("expand_dims", axis=-2)
    right = t @ adjoint(v)
    inner = adjoint(u) @ right
    if part == 1:
        return real_like(inner.call("diagonal", via="np", axis1=-2, axis2=-1), out)
    gaps = _square_gaps(s, inner)
    if part == 0:
        turn = gaps * (inner * row + adjoint(inner * row))
        moved = u @ turn + (right - u @ inner) / row
        return moved + u @ _turns(inner) / row if is_complex(x.type) else moved
    scaled = s.call("expand_dims", axis=-1) * inner
    turn = gaps * (scaled + adjoint(scaled))
    left = adjoint(t) @ u
    return adjoint(adjoint(v) @ turn + (left - adjoint(v) @ (v @ left)) / row)


plain(
    "svd",
    lambda x: np.linalg.svd(x, full_matrices=False),
    infer.constant_type(Opaque("svd")),
    zero=True,
)


def _thin(x: Any) -> AnyDim:
    return _values_dims(x)[-1]


register_part(
    "svd",
    _svd_vjp,
    _svd_jvp,
    {
        0: ((lambda a: np.linalg.svd(a)[0]), lambda x: (*x[:-1], _thin(x))),
        1: ((lambda a: np.linalg.svd(a)[1]), _values_dims),
        2: ((lambda a: np.linalg.svd(a)[2]), lambda x: (*x[:-2], _thin(x), x[-1])),
    },
)


# -- least squares ----------------------------------------------------------------------------------


def _lstsq_a(g: Sym, a: Sym, b: Sym, out: Sym) -> Sym:
    """By the pseudo-inverse, whose rank must not change; vectors as matrices of one column."""
    g, b, x = (_as_columns(v) for v in (full(g, out), b, out))
    p = a.call("pinv", via="np")
    back = adjoint(p) @ g
    rest = b - a @ x
    free = g - p @ (a @ g)
    return rest @ adjoint(p @ back) + (adjoint(p) @ x) @ adjoint(free) - back @ adjoint(x)


def _as_columns(x: Sym) -> Sym:
    return expanded(x) if x.dims is not None and len(x.dims) == 1 else x


def _lstsq_jvp(tangents: Any, a: Sym, b: Sym, out: Sym) -> Sym:
    p = a.call("pinv", via="np")
    terms = [] if tangents[1] is None else [p @ full(tangents[1], b)]
    if tangents[0] is not None:
        terms.append(_pinv_tangent(full(tangents[0], a), a, p) @ b)
    return total(terms)


custom(
    "lstsq",
    _lstsq_a,
    lambda g, a, b, out: adjoint(a.call("pinv", via="np")) @ full(g, out),
    jvp=_lstsq_jvp,
    run=lambda a, b: np.linalg.lstsq(a, b)[0],
    infer=infer.shaped(lambda a, b: a * b * 1.0, lambda a, b: (a[-1], *b[1:]), rank=2),
)
