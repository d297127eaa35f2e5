"""Sample cases of SciPy's functions: orders and shapes stay as they are, as their slopes are refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from case_values import normal, positive, regular, sample
from rule_programs import Case, Literal

from srcgrad.ir.ops import OPS

# Names to lower and upper bound.
SINGLE: dict[str, tuple[float, float]] = {
    "y0": (0.3, 4),
    "y1": (0.3, 4),
    "k0": (0.3, 3),
    "k1": (0.3, 3),
    "k0e": (0.3, 3),
    "k1e": (0.3, 3),
    "i0e": (-2, 2),
    "i1e": (-2, 2),
    "bessel_i1": (-3, 3),
    "numpy_i0": (-3, 3),
    "expi": (0.3, 2),
    "exp1": (0.3, 2),
    "erfcx": (-1, 2),
    "erfi": (-1, 1),
    "dawsn": (-2, 2),
    "erfcinv": (0.2, 1.8),
    "spence": (0.3, 0.9),
    "wrightomega": (-1, 2),
    "ellipk": (0.1, 0.8),
    "ellipe": (0.1, 0.8),
    "sindg": (-90, 90),
    "cosdg": (-90, 90),
    "tandg": (-60, 60),
    "cotdg": (20, 80),
    "cosm1": (-2, 2),
    "special_exp2": (-2, 2),
    "exp10": (-1, 1),
    "special_expm1": (-2, 2),
    "special_log1p": (-0.6, 3),
    "special_cbrt": (0.3, 3),
    "rgamma": (0.4, 4),
    "loggamma": (0.4, 5),
}
# Names to what comes first, and to the bounds of the last operand.
ORDERED: dict[str, tuple[tuple[float, ...], float, float]] = {
    **{name: ((1.5,), 0.4, 3) for name in ("jv", "yv", "iv", "kv", "jve", "yve", "ive", "kve")},
    **{name: ((2,), 0.4, 3) for name in ("kn", "yn", "expn")},
    "hyp0f1": ((1.5,), -1, 1),
    "hyp1f1": ((0.7, 1.4), -1, 1),
    "hyp2f1": ((0.3, 1.2, 0.7), -0.6, 0.6),
    "hyperu": ((0.3, 0.8), 0.4, 2),
    "gammainc": ((1.7,), 0.4, 3),
    "gammaincc": ((1.7,), 0.4, 3),
    "gammaincinv": ((1.7,), 0.2, 0.8),
    "gammainccinv": ((1.7,), 0.2, 0.8),
    "betainc": ((1.7, 0.8), 0.2, 0.8),
    "betaincc": ((1.7, 0.8), 0.2, 0.8),
    "betaincinv": ((1.7, 0.8), 0.2, 0.8),
    "betainccinv": ((1.7, 0.8), 0.2, 0.8),
    "stdtr": ((3.5,), -2, 2),
    "stdtrit": ((3.5,), 0.2, 0.8),
    "zeta": ((2.5,), 0.5, 3),
}
# Names to the bounds of the first operand, and to the last one.
FIRST: dict[str, tuple[float, float, float]] = {
    "ellipkinc": (-1, 1, 0.4),
    "ellipeinc": (-1, 1, 0.4),
    "inv_boxcox": (0.2, 2, 0.4),
    "inv_boxcox1p": (0.2, 2, 0.4),
}
BOTH: dict[str, tuple[float, float, float, float]] = {
    "binom": (3, 5, 0.6, 2),
    "poch": (0.5, 2, 0.4, 2),
    "huber": (0.5, 1, -3, 3),
    "pseudo_huber": (0.5, 2, -3, 3),
    "boxcox": (0.4, 2, 0.3, 1.5),
    "boxcox1p": (0.4, 2, 0.3, 1.5),
}


def _special() -> Iterator[Case]:
    for name, (low, high) in SINGLE.items():
        expected = OPS[name].runs.get("")
        yield Case(name, (sample(low, high, (3, 4)),), {}, expected)
        yield Case(name, (np.float64(0.4 * low + 0.6 * high),), {}, expected)
    for name, (first, low, high) in ORDERED.items():
        yield Case(name, (*map(Literal, first), sample(low, high, (3,))))
    for name, (low, high, last) in FIRST.items():
        yield Case(name, (sample(low, high, (3,)), Literal(last)))
    for name, (a, b, c, d) in BOTH.items():
        for left, right in (((3, 4), (3, 4)), ((3, 1), (4,))):
            yield Case(name, (sample(a, b, left), sample(c, d, right, 1)))
    yield Case("ldexp", (sample(-2, 2, (3, 4)), Literal(3)))
    yield Case("nextafter", (sample(-2, 2, (3, 4)), Literal(5.0)))


def _run(name: str) -> Any:
    return OPS[name].runs[""]


def _matrices() -> Iterator[Case]:
    x, s = regular(3, 3), positive(3, 3, seed=2)
    for name in ("expm", "sinm", "cosm", "tanm", "sinhm", "coshm", "tanhm"):
        yield Case(name, (0.2 * x,), {}, _run(name), ranked=True, delicate=True)
    for name in ("sqrtm", "logm"):
        yield Case(name, (s,), {}, _run(name), ranked=True, delicate=True)
    yield Case(
        "solve_sylvester",
        (x, regular(4, 4, seed=3), normal(3, 4, seed=4)),
        {},
        _run("solve_sylvester"),
        ranked=True,
        delicate=True,
    )
    for trans in (0, 1, 2):
        for more in ({}, {"lower": True}, {"unit_diagonal": True}):
            attrs = {"trans": trans, **more}
            for b in (normal(3, seed=5), normal(3, 2, seed=6)):
                yield Case(
                    "solve_triangular",
                    (x, b),
                    attrs,
                    lambda a, b, attrs=attrs: _run("solve_triangular")(a, b, **attrs),
                    ranked=True,
                    delicate=True,
                )
    diagonals = (sample(0.2, 0.8, (3,)), sample(2.0, 3.0, (4,), 1), sample(0.2, 0.8, (3,), 2))
    columns = (*diagonals, normal(4, 2, seed=8))
    yield Case("solve_tridiagonal", columns, {}, _run("solve_tridiagonal"), ranked=True)
    yield Case("lu_packed", (x,), {}, _run("lu_packed"), ranked=True, delicate=True)
    yield Case("lu_packed", (x[[2, 0, 1]],), {}, _run("lu_packed"), ranked=True, delicate=True)
    for m in (x, regular(2, 3, 3, seed=7)):
        yield Case("complex_eigvals", (m,), {}, _run("complex_eigvals"), delicate=True)


def scipy_cases() -> Iterator[Case]:
    """Cases of all ops of these kinds."""
    for group in (_special, _matrices):
        yield from group()
