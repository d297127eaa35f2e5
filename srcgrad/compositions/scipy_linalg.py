"""Functions of ``scipy.linalg``."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from srcgrad.rules.matrixfunctions import (
    matrix_cosh,
    matrix_cosine,
    matrix_exponential,
    matrix_logarithm,
    matrix_root,
    matrix_sine,
    matrix_sinh,
    matrix_tangent,
    matrix_tanh,
)
from srcgrad.rules.matrixfunctions import solve_sylvester as sylvester
from srcgrad.rules.triangular import lu_packed, lu_pivots, lu_rows
from srcgrad.rules.triangular import solve_triangular as triangular

# -- equations ------------------------------------------------------------------------------------


def solve(
    a: Any,
    b: Any,
    lower: Any = False,
    overwrite_a: Any = False,
    overwrite_b: Any = False,
    check_finite: Any = True,
    assume_a: Any = None,
    transposed: Any = False,
) -> Any:
    """Linear equations."""
    return np.linalg.solve(np.transpose(a) if transposed else a, b)


def solve_triangular(
    a: Any,
    b: Any,
    trans: Any = 0,
    lower: Any = False,
    unit_diagonal: Any = False,
    overwrite_b: Any = False,
    check_finite: Any = True,
) -> Any:
    """Linear equations with one triangle of a matrix."""
    if trans in (0, "N"):
        return triangular(a, b, trans=0, lower=lower, unit_diagonal=unit_diagonal)
    if trans in (1, "T"):
        return triangular(a, b, trans=1, lower=lower, unit_diagonal=unit_diagonal)
    return triangular(a, b, trans=2, lower=lower, unit_diagonal=unit_diagonal)


def inv(a: Any, overwrite_a: Any = False, check_finite: Any = True) -> Any:
    """The inverse."""
    return np.linalg.inv(a)


def det(a: Any, overwrite_a: Any = False, check_finite: Any = True) -> Any:
    """The determinant."""
    return np.linalg.det(a)


def pinv(a: Any) -> Any:
    """The pseudo-inverse."""
    return np.linalg.pinv(a)


def lstsq(a: Any, b: Any, cond: Any = None) -> Any:
    """Least squares."""
    return np.linalg.lstsq(a, b)


def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """``a @ x + x @ b = q``."""
    return sylvester(a, b, q)


def solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    """``a @ x + x @ a.T = q``."""
    return sylvester(a, np.conj(np.transpose(a)), q)


def solve_discrete_lyapunov(a: Any, q: Any) -> Any:
    """``a @ x @ a.T - x + q = 0``, directly."""
    n = np.shape(a)[0]
    whole = np.eye(n * n) - np.kron(a, np.conj(a))
    return np.reshape(np.linalg.solve(whole, np.ravel(q)), np.shape(q))


# -- factors --------------------------------------------------------------------------------------


def cholesky(a: Any, lower: Any = False, overwrite_a: Any = False, check_finite: Any = True) -> Any:
    """The factor, from the triangle that it is in."""
    if lower:
        return np.linalg.cholesky(a)
    return np.conj(np.transpose(np.linalg.cholesky(np.conj(np.transpose(a)))))


def cho_factor(
    a: Any, lower: Any = False, overwrite_a: Any = False, check_finite: Any = True
) -> Any:
    """The factor in one triangle, and the matrix itself in the other."""
    if lower:
        return np.linalg.cholesky(a) + np.triu(a, 1), True
    return np.conj(np.transpose(np.linalg.cholesky(np.conj(np.transpose(a))))) + np.tril(
        a, -1
    ), False


def cho_solve(c_and_lower: Any, b: Any, overwrite_b: Any = False, check_finite: Any = True) -> Any:
    """Linear equations, from a factor."""
    c, lower = c_and_lower
    if lower:
        return triangular(c, triangular(c, b, lower=True), trans=2, lower=True)
    return triangular(c, triangular(c, b, trans=2))


def lu_factor(a: Any, overwrite_a: Any = False, check_finite: Any = True) -> Any:
    """Both triangular factors in one matrix, and the exchanges of rows."""
    return lu_packed(a), lu_pivots(a)


def lu_solve(
    lu_and_piv: Any, b: Any, trans: Any = 0, overwrite_b: Any = False, check_finite: Any = True
) -> Any:
    """Linear equations, from packed factors."""
    lu, pivots = lu_and_piv
    rows = lu_rows(pivots)
    if trans == 0:
        return triangular(lu, triangular(lu, b[rows], lower=True, unit_diagonal=True))
    turn = 1 if trans == 1 else 2
    if turn == 1:
        found = triangular(lu, triangular(lu, b, trans=1), trans=1, lower=True, unit_diagonal=True)
    else:
        found = triangular(lu, triangular(lu, b, trans=2), trans=2, lower=True, unit_diagonal=True)
    return found[np.argsort(rows)]


def lu(a: Any, permute_l: Any = False) -> Any:
    """The permutation and both triangular factors, of a square matrix."""
    packed, rows = lu_packed(a), lu_rows(lu_pivots(a))
    eye = np.eye(np.shape(a)[0])
    low, up = np.tril(packed, -1) + eye, np.triu(packed)
    turn = np.transpose(eye[rows])
    return (np.dot(turn, low), up) if permute_l else (turn, low, up)


def eigh(a: Any, *, lower: Any = True, eigvals_only: Any = False) -> Any:
    """Eigenvalues and eigenvectors of a symmetric matrix."""
    matrix = a if lower else np.conj(np.transpose(a))
    return np.linalg.eigvalsh(matrix) if eigvals_only else tuple(np.linalg.eigh(matrix))


def eigvalsh(a: Any, *, lower: Any = True) -> Any:
    """Eigenvalues of a symmetric matrix."""
    return np.linalg.eigvalsh(a if lower else np.conj(np.transpose(a)))


def eig(a: Any) -> Any:
    """Eigenvalues and eigenvectors."""
    return tuple(np.linalg.eig(a))


def eigvals(a: Any, *, overwrite_a: Any = False, check_finite: Any = True) -> Any:
    """Eigenvalues."""
    return np.linalg.eigvals(a)


def svd(a: Any, full_matrices: Any = True, compute_uv: Any = True) -> Any:
    """Singular values and vectors."""
    if not compute_uv:
        return np.linalg.svd(a, compute_uv=False)
    return tuple(np.linalg.svd(a, full_matrices))


def svdvals(a: Any) -> Any:
    """Singular values."""
    return np.linalg.svd(a, compute_uv=False)


def qr(a: Any, *, mode: Any = "full") -> Any:
    """An orthogonal and a triangular factor."""
    if mode == "r":
        return (np.linalg.qr(a)[1],)
    return tuple(np.linalg.qr(a))


def norm(
    a: Any, ord: Any = None, axis: Any = None, keepdims: Any = False, check_finite: Any = True
) -> Any:
    """Norms of vectors and matrices."""
    return np.linalg.norm(a, ord, axis, keepdims)


# -- functions of matrices --------------------------------------------------------------------------


def expm(A: Any) -> Any:
    """The exponential."""
    return matrix_exponential(A)


def sqrtm(A: Any) -> Any:
    """The square root."""
    return matrix_root(A)


def logm(A: Any) -> Any:
    """The logarithm."""
    return matrix_logarithm(A)


def sinm(A: Any) -> Any:
    """The sine."""
    return matrix_sine(A)


def cosm(A: Any) -> Any:
    """The cosine."""
    return matrix_cosine(A)


def tanm(A: Any) -> Any:
    """The tangent."""
    return matrix_tangent(A)


def sinhm(A: Any) -> Any:
    """The hyperbolic sine."""
    return matrix_sinh(A)


def coshm(A: Any) -> Any:
    """The hyperbolic cosine."""
    return matrix_cosh(A)


def tanhm(A: Any) -> Any:
    """The hyperbolic tangent."""
    return matrix_tanh(A)


# -- special matrices -----------------------------------------------------------------------------


def block_diag(*arrs: Any) -> Any:
    """Matrices along the diagonal of one."""
    result = np.atleast_2d(arrs[0])
    for k in range(1, len(arrs)):
        part = np.atleast_2d(arrs[k])
        above = np.zeros((np.shape(result)[0], np.shape(part)[1]))
        below = np.zeros((np.shape(part)[0], np.shape(result)[1]))
        upper = np.concatenate([result, above], axis=1)
        result = np.concatenate([upper, np.concatenate([below, part], axis=1)], axis=0)
    return result


def toeplitz(c: Any, r: Any = None) -> Any:
    """One number along each diagonal."""
    column = np.ravel(c)
    row = np.conj(column) if r is None else np.ravel(r)
    line = np.concatenate([column[::-1], row[1:]])
    places = np.arange(len(row)) - np.expand_dims(np.arange(len(column)), 1)
    return line[places + len(column) - 1]


def circulant(c: Any) -> Any:
    """Every column the one before, rolled on."""
    line = np.ravel(c)
    n = len(line)
    return line[(np.expand_dims(np.arange(n), 1) - np.arange(n)) % n]


def hankel(c: Any, r: Any = None) -> Any:
    """One number along each diagonal from the right."""
    column = np.ravel(c)
    row = np.zeros_like(column) if r is None else np.ravel(r)
    line = np.concatenate([column, row[1:]])
    return line[np.expand_dims(np.arange(len(column)), 1) + np.arange(len(row))]


def companion(a: Any) -> Any:
    """The matrix whose eigenvalues are the zeros of a polynomial."""
    first = -a[1:] / (1.0 * a[0])
    n = len(first)
    return np.concatenate([np.expand_dims(first, 0), np.eye(n)[:-1]], axis=0)


def khatri_rao(a: Any, b: Any) -> Any:
    """Kronecker products column by column."""
    whole = np.expand_dims(a, 1) * np.expand_dims(b, 0)
    return np.reshape(whole, (-1, np.shape(a)[1]))


_NAMES = (
    "solve solve_triangular inv det pinv lstsq solve_sylvester solve_continuous_lyapunov "
    "solve_discrete_lyapunov cholesky cho_factor cho_solve lu_factor lu_solve lu eigh eigvalsh eig "
    "eigvals svd svdvals qr norm expm sqrtm logm sinm cosm tanm sinhm coshm tanhm block_diag "
    "toeplitz circulant hankel companion khatri_rao"
)
MEANINGS: dict[Any, Any] = {getattr(linalg, name): globals()[name] for name in _NAMES.split()}
