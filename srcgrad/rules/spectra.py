"""Rules of the eigenvalues and eigenvectors of matrices that are not symmetric."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.types import Opaque
from srcgrad.rules.broadcasting import full
from srcgrad.rules.factorisations import _gaps as gaps
from srcgrad.rules.registry import custom, plain
from srcgrad.rules.solvers import (
    adjoint,
    on_matrices,
    part_of,
    register_part,
    solve,
    square_dims,
)
from srcgrad.rules.symbols import Sym, conj, equal, real_like

# -- eigenvalues and eigenvectors -------------------------------------------------------------------


def complex_eig(a: Any) -> Any:
    """Eigenvalues and eigenvectors, as complex numbers also where all are real."""
    w, v = np.linalg.eig(a)
    kind = np.result_type(w, np.complex64)
    return w.astype(kind), v.astype(kind)


def complex_eigvals(a: Any) -> Any:
    """Eigenvalues, as complex numbers also where all are real."""
    w = np.linalg.eigvals(a)
    return w.astype(np.result_type(w, np.complex64))


def _columns(x: Sym) -> Sym:
    """The sum of each column, in a row."""
    return x.sum(axis=-2, keepdims=True)


def _largest(v: Sym) -> Sym:
    """One at the largest component of each column, which LAPACK makes real."""
    size = v.call("absolute", via="np")
    return equal(size, size.call("max", via="np", axis=-2, keepdims=True))


def _eig_vjp(g: Sym, x: Sym, whole: Sym, out: Sym, part: int) -> Sym:
    w, v = (part_of(x, "complex_eig", k, whole) for k in (0, 1))
    g, back = full(g, out), adjoint(v)
    if part == 0:
        return real_like(solve(back, g.call("expand_dims", axis=-1) * back), x)
    along, first = _columns(conj(v) * g), _largest(v)
    turn = 1j * along.call("imag") / _columns(first * v).call("real")
    g = g - v * along.call("real") - turn * first
    return real_like(solve(back, (conj(gaps(w, v)) * (back @ g)) @ back), x)


def _eig_jvp(tangents: Any, x: Sym, whole: Sym, out: Sym, part: int) -> Sym:
    w, v = (part_of(x, "complex_eig", k, whole) for k in (0, 1))
    inner = solve(v, full(tangents[0], x) @ v)
    if part == 0:
        return inner.call("diagonal", via="np", axis1=-2, axis2=-1)
    moved, first = v @ (gaps(w, v) * inner), _largest(v)
    turn = 1j * _columns(first * moved).call("imag") / _columns(first * v).call("real")
    return moved - v * (_columns(conj(v) * moved).call("real") + turn)


plain(
    "complex_eig",
    complex_eig,
    infer.constant_type(Opaque("eig")),
    zero=True,
    spell="helper:complex_eig",
)
register_part(
    "complex_eig",
    _eig_vjp,
    _eig_jvp,
    {
        0: (complex_eigvals, lambda x: square_dims(x)[:-1]),  # type: ignore[index]
        1: ((lambda a: complex_eig(a)[1]), square_dims),
    },
)
custom(
    "complex_eigvals",
    lambda g, x, out: _eig_vjp(g, x, x.call("complex_eig"), out, 0),
    jvp=lambda tangents, x, out: _eig_jvp(tangents, x, x.call("complex_eig"), out, 0),
    run=complex_eigvals,
    spell="helper:complex_eigvals",
    infer=on_matrices(complex_eigvals, lambda x: square_dims(x)[:-1]),  # type: ignore[index]
)
