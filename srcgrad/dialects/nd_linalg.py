"""Linear algebra of `srcgrad.nd`, on matrices and stacks of them: the last two axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.dialects.nd_calls import call
from srcgrad.dialects.nd_reductions import one

# -- over NumPy arrays ----------------------------------------------------------------------------


def _turned(x: Any, turn: bool) -> Any:
    return np.swapaxes(x, -1, -2) if turn else x


def _gemm2(a: Any, b: Any, turn_a: bool, turn_b: bool, alpha: float) -> Any:
    return alpha * (_turned(a, turn_a) @ _turned(b, turn_b))


def _gemm(a: Any, b: Any, c: Any, turn_a: bool, turn_b: bool, alpha: float, beta: float) -> Any:
    return alpha * (_turned(a, turn_a) @ _turned(b, turn_b)) + beta * c


def _syrk(a: Any, transpose: bool, alpha: float) -> Any:
    turned = np.swapaxes(a, -1, -2)
    return alpha * (turned @ a if transpose else a @ turned)


def _triangle(a: Any, lower: bool, turn: bool) -> Any:
    return _turned(np.tril(a) if lower else np.triu(a), turn)


def _trmm(a: Any, b: Any, turn: bool, right: bool, lower: bool, alpha: float) -> Any:
    factor = _triangle(a, lower, turn)
    return alpha * (b @ factor if right else factor @ b)


def _trsm(a: Any, b: Any, turn: bool, right: bool, lower: bool, alpha: float) -> Any:
    if right:  # X A = B means A' X' = B'
        solved = np.linalg.solve(_triangle(a, lower, not turn), alpha * np.swapaxes(b, -1, -2))
        return np.swapaxes(solved, -1, -2)
    return np.linalg.solve(_triangle(a, lower, turn), alpha * b)


def _potri(a: Any) -> Any:
    factor = np.tril(a)
    return np.linalg.inv(factor @ np.swapaxes(factor, -1, -2))


def _det(a: Any) -> Any:
    return one(np.linalg.det(a))


def _slogdet(a: Any) -> Any:
    sign, logarithm = np.linalg.slogdet(a)
    return one(sign), one(logarithm)


def _sumlogdiag(a: Any) -> Any:
    return one(np.sum(np.log(np.diagonal(a, 0, -2, -1)), axis=-1))


def _extractdiag(a: Any, offset: int) -> Any:
    return np.diagonal(a, offset, -2, -1)


def _makediag(a: Any, offset: int) -> Any:
    count = a.shape[-1]
    length = count + abs(offset)
    out = np.zeros((*a.shape[:-1], length, length), a.dtype)
    out[..., np.arange(count) + max(-offset, 0), np.arange(count) + max(offset, 0)] = a
    return out


# -- over NDArrays --------------------------------------------------------------------------------


def gemm2(
    A: Any,
    B: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    out: Any = None,
) -> Any:
    """``alpha * A @ B``, each of which may be transposed."""
    return call(_gemm2, A, B, transpose_a, transpose_b, float(alpha), out=out)


def gemm(
    A: Any,
    B: Any,
    C: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    beta: float = 1.0,
    out: Any = None,
) -> Any:
    """``alpha * A @ B + beta * C``."""
    args = (transpose_a, transpose_b, float(alpha), float(beta))
    return call(_gemm, A, B, C, *args, out=out)


def syrk(A: Any, transpose: bool = False, alpha: float = 1.0, out: Any = None) -> Any:
    """``alpha * A @ A.T``, with ``transpose`` ``alpha * A.T @ A``."""
    return call(_syrk, A, transpose, float(alpha), out=out)


def trmm(
    A: Any,
    B: Any,
    transpose: bool = False,
    rightside: bool = False,
    lower: bool = True,
    alpha: float = 1.0,
    out: Any = None,
) -> Any:
    """``alpha * A @ B``, with ``rightside`` ``alpha * B @ A``, of one triangle of ``A``."""
    return call(_trmm, A, B, transpose, rightside, lower, float(alpha), out=out)


def trsm(
    A: Any,
    B: Any,
    transpose: bool = False,
    rightside: bool = False,
    lower: bool = True,
    alpha: float = 1.0,
    out: Any = None,
) -> Any:
    """What `trmm` with the inverse of the triangle of ``A`` gives."""
    return call(_trsm, A, B, transpose, rightside, lower, float(alpha), out=out)


def potrf(A: Any, out: Any = None) -> Any:
    """The lower factor of Cholesky of symmetric positive definite matrices."""
    return call(np.linalg.cholesky, A, out=out)


def potri(A: Any, out: Any = None) -> Any:
    """The inverse of the matrix whose lower factor of Cholesky is ``A``."""
    return call(_potri, A, out=out)


def det(A: Any, out: Any = None) -> Any:
    """The determinants; (1,) of one matrix."""
    return call(_det, A, out=out)


def slogdet(A: Any) -> Any:
    """Sign and logarithm of the determinants; (1,) each of one matrix."""
    return list(call(_slogdet, A))


def inverse(A: Any, out: Any = None) -> Any:
    """The inverses."""
    return call(np.linalg.inv, A, out=out)


def sumlogdiag(A: Any, out: Any = None) -> Any:
    """The sum of the logarithms of the diagonal; (1,) of one matrix."""
    return call(_sumlogdiag, A, out=out)


def extractdiag(A: Any, offset: int = 0, out: Any = None) -> Any:
    """A diagonal."""
    return call(_extractdiag, A, offset, out=out)


def makediag(A: Any, offset: int = 0, out: Any = None) -> Any:
    """Matrices with the last axis of ``A`` on a diagonal, zeros elsewhere."""
    return call(_makediag, A, offset, out=out)


__all__ = [
    "det",
    "extractdiag",
    "gemm",
    "gemm2",
    "inverse",
    "makediag",
    "potrf",
    "potri",
    "slogdet",
    "sumlogdiag",
    "syrk",
    "trmm",
    "trsm",
]
