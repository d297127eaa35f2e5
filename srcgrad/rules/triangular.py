"""Rules of triangular systems and of packed triangular factors, as SciPy has them.

Helpers import SciPy where they run: only functions that the user took from it need them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.nodes import Slot
from srcgrad.rules.bindings import FUNCTIONS, Binding
from srcgrad.rules.broadcasting import full
from srcgrad.rules.factorisations import identity
from srcgrad.rules.linalg import swap as swapped
from srcgrad.rules.registry import custom, nondiff, total
from srcgrad.rules.solvers import adjoint, on_matrices, solve
from srcgrad.rules.symbols import Sym, conj, op, outer

# -- triangles ------------------------------------------------------------------------------------


def solve_triangular(
    a: Any, b: Any, trans: int = 0, lower: bool = False, unit_diagonal: bool = False
) -> Any:
    """The solution with a triangle of ``a``, itself (0), transposed (1) or conjugated as well (2)."""
    from scipy import linalg

    return linalg.solve_triangular(a, b, trans=trans, lower=lower, unit_diagonal=unit_diagonal)


def _triangle(x: Sym, lower: bool, unit_diagonal: bool) -> Sym:
    """The triangle that is read."""
    k = (-1 if lower else 1) if unit_diagonal else 0
    attrs = {"k": k} if k else {}
    return x.call("tril" if lower else "triu", via="np", **attrs)


def _turned(x: Sym, trans: int) -> Sym:
    return x if trans == 0 else swapped(x) if trans == 1 else adjoint(x)


def _right_back(g: Sym, a: Sym, out: Sym, trans: int, **attrs: Any) -> Sym:
    """What the right side gets: the solution of the adjoint system."""
    matrix, turn = (conj(a), 0) if trans == 1 else (a, 2 if trans == 0 else 0)
    return op("solve_triangular")(matrix, full(g, out), trans=turn, **attrs)


def _matrix_back(
    g: Sym,
    a: Sym,
    b: Sym,
    out: Sym,
    trans: int = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
) -> Sym:
    right = _right_back(g, a, out, trans, lower=lower, unit_diagonal=unit_diagonal)
    vector = out.dims is not None and len(out.dims) == 1
    part = outer(right, conj(out)) if vector else right @ adjoint(out)
    return -_triangle(_turned(part, trans), lower, unit_diagonal)


def _triangular_jvp(
    tangents: Any,
    a: Sym,
    b: Sym,
    out: Sym,
    trans: int = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
) -> Sym:
    terms = [] if tangents[1] is None else [full(tangents[1], b)]
    if tangents[0] is not None:
        moved = _triangle(full(tangents[0], a), lower, unit_diagonal)
        terms.append(-(_turned(moved, trans) @ out))
    return op("solve_triangular")(
        a, total(terms), trans=trans, lower=lower, unit_diagonal=unit_diagonal
    )


custom(
    "solve_triangular",
    _matrix_back,
    lambda g, a, b, out, trans=0, **attrs: _right_back(g, a, out, trans, **attrs),
    jvp=_triangular_jvp,
    run=solve_triangular,
    spell="helper:solve_triangular",
    infer=infer.shaped(lambda a, b: a / b, lambda a, b, **attrs: b, rank=2),
)
FUNCTIONS[solve_triangular] = Binding(
    "solve_triangular", "", 2, ("trans", "lower", "unit_diagonal")
)


# -- packed triangular factors ------------------------------------------------------------------------


def lu_packed(a: Any) -> Any:
    """Both triangular factors in one matrix, as LAPACK packs them."""
    from scipy import linalg

    return linalg.lu_factor(a)[0]


def lu_pivots(a: Any) -> Any:
    """The row that each row was exchanged with."""
    from scipy import linalg

    return linalg.lu_factor(a)[1]


def lu_rows(pivots: Any) -> Any:
    """Where each row of the packed factors comes from."""
    rows = np.arange(len(pivots))
    for k, other in enumerate(pivots):
        rows[[k, other]] = rows[[other, k]]
    return rows


def _factors(out: Sym) -> tuple[Sym, Sym]:
    return out.call("tril", via="np", k=-1) + identity(out), out.call("triu", via="np")


def _lu_vjp(g: Sym, a: Sym, out: Sym) -> Sym:
    g = full(g, out)
    low, up = _factors(out)
    inner = (adjoint(low) @ g.call("tril", via="np", k=-1)).call("tril", via="np", k=-1)
    inner = inner + (g.call("triu", via="np") @ adjoint(up)).call("triu", via="np")
    rows = a.call("lu_pivots").call("lu_rows").call("argsort", axis=0, via="np")
    permuted = adjoint(solve(up, adjoint(solve(adjoint(low), inner))))
    return permuted.call("index", rows, index=(Slot(1),))


def _lu_jvp(tangents: Any, a: Sym, out: Sym) -> Sym:
    low, up = _factors(out)
    rows = a.call("lu_pivots").call("lu_rows")
    moved = full(tangents[0], a).call("index", rows, index=(Slot(1),))
    inner = adjoint(solve(adjoint(up), adjoint(solve(low, moved))))
    return low @ inner.call("tril", via="np", k=-1) + inner.call("triu", via="np") @ up


custom(
    "lu_packed",
    _lu_vjp,
    jvp=_lu_jvp,
    run=lu_packed,
    spell="helper:lu_packed",
    infer=on_matrices(lambda a: a * 1.0),
)
for _run in (lu_pivots, lu_rows):
    nondiff(
        _run.__name__,
        run=_run,
        spell=f"helper:{_run.__name__}",
        infer=infer.shaped(lambda a: np.zeros(1, int), lambda a: a[:1], rank=2),
    )
for _run in (lu_packed, lu_pivots, lu_rows):
    FUNCTIONS[_run] = Binding(_run.__name__, "", 1, ())
