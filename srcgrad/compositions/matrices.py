"""Linear algebra of NumPy that is written with other functions of it."""

from __future__ import annotations

from typing import Any

import numpy as np

# -- the names of the array standard ----------------------------------------------------------------


def outer(x1: Any, x2: Any, /) -> Any:
    """Every product of two elements."""
    return np.outer(x1, x2)


def matmul(x1: Any, x2: Any, /) -> Any:
    """The product of matrices."""
    return np.matmul(x1, x2)


def matrix_transpose(x: Any, /) -> Any:
    """The last two axes swapped."""
    return np.swapaxes(x, -1, -2)


def tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    """Sums of products over axes."""
    return np.tensordot(x1, x2, axes)


def diagonal(x: Any, /, *, offset: Any = 0) -> Any:
    """The diagonals of the last two axes."""
    return np.diagonal(x, offset, -2, -1)


def trace(x: Any, /, *, offset: Any = 0, dtype: Any = None) -> Any:
    """The sums of the diagonals of the last two axes."""
    return np.trace(x, offset, -2, -1)


def vecdot(x1: Any, x2: Any, /, *, axis: Any = -1) -> Any:
    """Dot products along an axis; the first operand is conjugated."""
    return np.sum(np.conj(x1) * x2, axis=axis)


def _components(a: Any, b: Any) -> Any:
    return a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1], a[..., 2] * b[..., 0] - a[..., 0] * b[
        ..., 2
    ]


def cross(
    a: Any, b: Any, axisa: Any = -1, axisb: Any = -1, axisc: Any = -1, axis: Any = None
) -> Any:
    """The vector product along any axes."""
    if axis is not None:
        axisa, axisb, axisc = axis, axis, axis
    left, right = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    third = left[..., 0] * right[..., 1] - left[..., 1] * right[..., 0]
    if np.shape(left)[-1] == 2 and np.shape(right)[-1] == 2:
        return third
    if np.shape(left)[-1] != 3 or np.shape(right)[-1] != 3:
        raise ValueError("np.cross of vectors of two and three components: append a zero")
    first, second = _components(left, right)
    return np.stack([first, second, third], axis=axisc)


def cross_of_three(x1: Any, x2: Any, /, *, axis: Any = -1) -> Any:
    """The vector product along one axis."""
    return cross(x1, x2, axis=axis)


# -- norms ----------------------------------------------------------------------------------------


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    """Norms of matrices in a stack; the number of elements that are not zero."""
    if ord == 0:
        return np.sum(x != 0, axis=axis, keepdims=keepdims) * 1.0
    rank = np.ndim(x)
    axes = tuple(range(rank)) if axis is None else axis
    rows, columns = axes[0] % rank, axes[1] % rank
    moved = np.moveaxis(x, (rows, columns), (-2, -1))
    if ord == 1 or ord == -1:
        sums = np.sum(np.abs(moved), axis=-2)
    elif ord == np.inf or ord == -np.inf:
        sums = np.sum(np.abs(moved), axis=-1)
    elif ord == 2 or ord == -2 or ord == "nuc":
        sums = np.linalg.svd(moved, compute_uv=False)
    else:
        raise ValueError("this order of a norm")
    if ord == "nuc":
        result = np.sum(sums, axis=-1)
    elif ord < 0:
        result = np.min(sums, axis=-1)
    else:
        result = np.max(sums, axis=-1)
    return np.expand_dims(result, (rows, columns)) if keepdims else result


def matrix_norm(x: Any, /, *, keepdims: Any = False, ord: Any = "fro") -> Any:
    """Norms of the matrices in the last two axes."""
    return np.linalg.norm(x, ord, (-2, -1), keepdims)


def vector_norm(x: Any, /, *, axis: Any = None, keepdims: Any = False, ord: Any = 2) -> Any:
    """Norms of vectors, along one axis or over several taken as one."""
    rank = np.ndim(x)
    if isinstance(axis, int):
        return np.linalg.norm(x, ord, axis, keepdims)
    axes = tuple(range(rank)) if axis is None else tuple(k % rank for k in axis)
    moved = np.moveaxis(x, axes, tuple(range(rank - len(axes), rank)))
    flat = np.reshape(moved, (*np.shape(moved)[: rank - len(axes)], -1))
    result = np.linalg.norm(flat, ord, -1)
    return np.expand_dims(result, axes) if keepdims else result


def cond(x: Any, p: Any = None) -> Any:
    """The norm times that of the inverse."""
    if p is None or p == 2 or p == -2:
        values = np.linalg.svd(x, compute_uv=False)
        first, last = values[..., 0], values[..., -1]
        return last / first if p == -2 else first / last
    return np.linalg.norm(x, p, (-2, -1)) * np.linalg.norm(np.linalg.inv(x), p, (-2, -1))


# -- equations and factors ------------------------------------------------------------------------


def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The tensor that gives ``b`` when contracted with ``a``."""
    if axes is not None:
        rest = tuple(k for k in range(np.ndim(a)) if k not in axes)
        a = np.transpose(a, (*rest, *axes))
    shape = np.shape(a)[np.ndim(b) :]
    flat = np.ravel(b)
    return np.reshape(np.linalg.solve(np.reshape(a, (-1, len(flat))), flat), shape)


def tensorinv(a: Any, ind: Any = 2) -> Any:
    """The inverse under ``tensordot``."""
    shape = np.shape(a)
    count = 1
    for n in shape[ind:]:
        count = count * n
    inverse = np.linalg.inv(np.reshape(a, (count, -1)))
    return np.reshape(inverse, (*shape[ind:], *shape[:ind]))


def _mirrored(a: Any, uplo: Any) -> Any:
    """The matrix that is read from one triangle, in the other one."""
    if uplo not in ("U", "u"):
        return a
    return np.conj(np.swapaxes(a, -1, -2))


def eigh(a: Any, UPLO: Any = "L") -> Any:
    """Eigenvalues and eigenvectors, from the triangle named."""
    return np.linalg.eigh(_mirrored(a, UPLO))


def eigvalsh(a: Any, UPLO: Any = "L") -> Any:
    """Eigenvalues, from the triangle named."""
    return np.linalg.eigvalsh(_mirrored(a, UPLO))


def cholesky(a: Any, /, *, upper: Any = False) -> Any:
    """The factor, from the triangle that it is in."""
    if not upper:
        return np.linalg.cholesky(a)
    lower = np.linalg.cholesky(np.conj(np.swapaxes(a, -1, -2)))
    return np.conj(np.swapaxes(lower, -1, -2))


def pinv(a: Any, rcond: Any = None, hermitian: Any = False, *, rtol: Any = None) -> Any:
    """The pseudo-inverse, with small singular values as zero."""
    if hermitian:
        raise ValueError("np.linalg.pinv with hermitian=True: call it without")
    cut = rcond if rtol is None else rtol
    if cut is None:
        return np.linalg.pinv(a)
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    large = s > np.max(s, axis=-1, keepdims=True) * cut
    inverse = np.where(large, 1.0 / np.where(large, s, 1.0), 0.0)
    left, right = np.conj(np.swapaxes(vt, -1, -2)), np.conj(np.swapaxes(u, -1, -2))
    return np.matmul(left, np.expand_dims(inverse, -1) * right)


MEANINGS: dict[Any, Any] = {
    np.cross: cross,
    np.linalg.norm: norm,
    np.linalg.cond: cond,
    np.linalg.tensorsolve: tensorsolve,
    np.linalg.tensorinv: tensorinv,
    np.linalg.eigh: eigh,
    np.linalg.eigvalsh: eigvalsh,
    np.linalg.cholesky: cholesky,
    np.linalg.pinv: pinv,
}
_STANDARD = {
    "outer": outer,
    "matmul": matmul,
    "matrix_transpose": matrix_transpose,
    "tensordot": tensordot,
    "diagonal": diagonal,
    "trace": trace,
    "vecdot": vecdot,
    "cross": cross_of_three,
    "matrix_norm": matrix_norm,
    "vector_norm": vector_norm,
}
MEANINGS.update((getattr(np.linalg, n), m) for n, m in _STANDARD.items() if hasattr(np.linalg, n))
