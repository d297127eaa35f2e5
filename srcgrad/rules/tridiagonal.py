"""Rule of equations with one neighbour on each side, as splines have them: solved in linear time.

The helper imports SciPy where it runs: only functions that the user took from it need it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.nodes import Slice
from srcgrad.rules.bindings import FUNCTIONS, Binding
from srcgrad.rules.broadcasting import full
from srcgrad.rules.registry import custom, total
from srcgrad.rules.symbols import Sym, conj, op, real_like

_FIRST, _LAST = (Slice(None, -1, None),), (Slice(1, None, None),)


def solve_tridiagonal(below: Any, middle: Any, above: Any, right: Any) -> Any:
    """The solution of the equations whose matrix has three diagonals; ``right`` is a matrix of columns."""
    from scipy import linalg

    bands = np.zeros((3, len(middle)), np.result_type(below, middle, above))
    bands[0, 1:], bands[1], bands[2, :-1] = above, middle, below
    return linalg.solve_banded((1, 1), bands, right, check_finite=False)


def _right_back(g: Sym, below: Sym, middle: Sym, above: Sym, right: Sym, out: Sym) -> Sym:
    """What the right side gets: the solution of the adjoint system."""
    return op("solve_tridiagonal")(conj(above), conj(middle), conj(below), full(g, out))


def _diagonal_back(place: int) -> Any:
    """What a diagonal gets: minus the products of what the rows get with the solution."""

    def back(g: Sym, below: Sym, middle: Sym, above: Sym, right: Sym, out: Sym) -> Sym:
        rows = _right_back(g, below, middle, above, right, out)
        columns = conj(out)
        if place != 1:
            rows = rows.call("index", index=_LAST if place == 0 else _FIRST)
            columns = columns.call("index", index=_FIRST if place == 0 else _LAST)
        return -real_like((rows * columns).sum(axis=1), (below, middle, above)[place])

    return back


def _jvp(tangents: Any, below: Sym, middle: Sym, above: Sym, right: Sym, out: Sym) -> Sym:
    """The equations again, for what the change of the matrix leaves."""
    terms = [] if tangents[3] is None else [full(tangents[3], right)]
    if tangents[1] is not None:
        terms.append(-(_column(tangents[1], middle) * out))
    for place, diagonal, rows, columns in ((0, below, _LAST, _FIRST), (2, above, _FIRST, _LAST)):
        if tangents[place] is not None:
            moved = _column(tangents[place], diagonal) * out.call("index", index=columns)
            zeros = Sym(out.builder, out.builder.emit_new("zeros_like", out.atom))
            terms.append(zeros.call("index_add", -moved, index=rows))
    return op("solve_tridiagonal")(below, middle, above, total(terms))


def _column(tangent: Any, diagonal: Sym) -> Sym:
    return full(tangent, diagonal).call("expand_dims", axis=1)


custom(
    "solve_tridiagonal",
    _diagonal_back(0),
    _diagonal_back(1),
    _diagonal_back(2),
    _right_back,
    jvp=_jvp,
    run=solve_tridiagonal,
    spell="helper:solve_tridiagonal",
    infer=infer.shaped(
        lambda below, middle, above, right: right / (below + middle + above),
        lambda below, middle, above, right: right,
        0,
    ),
)
FUNCTIONS[solve_tridiagonal] = Binding("solve_tridiagonal", "", 4, ())
