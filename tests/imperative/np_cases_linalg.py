"""One expression or more for each function of `srcgrad.np.linalg`, as in `np_cases`."""

from __future__ import annotations

LINALG: dict[str, list[str]] = {
    "cholesky": ["np.linalg.cholesky(m @ m.T)"],
    "cond": ["np.linalg.cond(m)"],
    "cross": ["np.linalg.cross(u, v)"],
    "det": ["np.linalg.det(m)"],
    "diagonal": ["np.linalg.diagonal(m)"],
    "eig": ["np.real(np.linalg.eig(m - m.T + n)[0])"],
    "eigh": ["np.linalg.eigh(m + m.T)[0]", "np.linalg.eigh(m + m.T)[1] ** 2"],
    "eigvals": ["np.real(np.linalg.eigvals(m - m.T + n))"],
    "eigvalsh": ["np.linalg.eigvalsh(m + m.T)"],
    "inv": ["np.linalg.inv(m)"],
    "lstsq": ["np.linalg.lstsq(a.T, x[:4], rcond=None)[0]"],
    "matmul": ["np.linalg.matmul(m, n)"],
    "matrix_norm": ["np.linalg.matrix_norm(a)"],
    "matrix_power": ["np.linalg.matrix_power(m, 3)"],
    "matrix_transpose": ["np.linalg.matrix_transpose(a)"],
    "multi_dot": ["np.linalg.multi_dot([m, n, a])"],
    "norm": ["np.linalg.norm(x)", "np.linalg.norm(a, axis=1)", "np.linalg.norm(a, ord=1)"],
    "outer": ["np.linalg.outer(u, v)"],
    "pinv": ["np.linalg.pinv(a)"],
    "qr": ["np.linalg.qr(m)[0]", "np.linalg.qr(m)[1]"],
    "slogdet": ["np.linalg.slogdet(m)[1]"],
    "solve": ["np.linalg.solve(m, v)", "np.linalg.solve(m, a)"],
    "svd": ["np.linalg.svd(m)[1]", "np.linalg.svd(a, full_matrices=False)[0] ** 2"],
    "svdvals": ["np.linalg.svdvals(a)"],
    "tensordot": ["np.linalg.tensordot(a, b, axes=2)"],
    "tensorinv": ["np.linalg.tensorinv(m, ind=1)"],
    "tensorsolve": ["np.linalg.tensorsolve(m, v)"],
    "trace": ["np.linalg.trace(m)"],
    "vecdot": ["np.linalg.vecdot(a, b)"],
    "vector_norm": ["np.linalg.vector_norm(x)"],
}

__all__ = ["LINALG"]
