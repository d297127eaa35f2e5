"""Rules of functions of matrices, and of Sylvester's equation.

Helpers import SciPy where they run: only functions that the user took from it need them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.nodes import Slice, Slot
from srcgrad.ir.types import Dims
from srcgrad.rules.bindings import FUNCTIONS, Binding
from srcgrad.rules.broadcasting import full
from srcgrad.rules.registry import custom, total
from srcgrad.rules.solvers import adjoint, on_matrices
from srcgrad.rules.symbols import Sym, op

# -- functions of matrices --------------------------------------------------------------------------


def _along(name: str, a: Sym, t: Sym) -> Sym:
    """The derivative of a function of matrices, off the diagonal of that of a matrix of blocks."""
    zero = a.call("zeros_like")
    upper = op("concatenate")(a, t, axis=1)
    block = op("concatenate")(upper, op("concatenate")(zero, a, axis=1), axis=0)
    n = a.call("length", axis=0)
    index = (Slice(None, Slot(1), None), Slice(Slot(1), None, None))
    return block.call(name).call("index", n, index=index)


def _matrix_function(name: str, run: Callable[..., Any]) -> None:
    """Register ``scipy.linalg.<name>``, a function whose value at a real matrix is real."""
    custom(
        name,
        lambda g, x, out: _along(name, adjoint(x), full(g, out)),
        jvp=lambda tangents, x, out: _along(name, x, full(tangents[0], x)),
        run=run,
        spell=f"helper:{run.__name__}",
        infer=on_matrices(lambda a: a * 1.0),
        real_only=True,
    )
    FUNCTIONS[run] = Binding(name, "", 1, ())


def matrix_exponential(a: Any) -> Any:
    """``scipy.linalg.expm``."""
    from scipy import linalg

    return linalg.expm(a)


def matrix_root(a: Any) -> Any:
    """``scipy.linalg.sqrtm``, where it is real."""
    from scipy import linalg

    root = linalg.sqrtm(a)
    if np.iscomplexobj(root) and np.any(np.imag(root)):
        raise ValueError("the square root of this matrix is complex: pass it as complex numbers")
    return np.real(root)


def matrix_logarithm(a: Any) -> Any:
    """``scipy.linalg.logm``, where it is real."""
    from scipy import linalg

    found = linalg.logm(a)
    if np.iscomplexobj(found) and np.any(np.imag(found)):
        raise ValueError("the logarithm of this matrix is complex: no gradient is known")
    return np.real(found)


def matrix_sine(a: Any) -> Any:
    """``scipy.linalg.sinm``."""
    from scipy import linalg

    return linalg.sinm(a)


def matrix_cosine(a: Any) -> Any:
    """``scipy.linalg.cosm``."""
    from scipy import linalg

    return linalg.cosm(a)


def matrix_tangent(a: Any) -> Any:
    """``scipy.linalg.tanm``."""
    from scipy import linalg

    return linalg.tanm(a)


def matrix_sinh(a: Any) -> Any:
    """``scipy.linalg.sinhm``."""
    from scipy import linalg

    return linalg.sinhm(a)


def matrix_cosh(a: Any) -> Any:
    """``scipy.linalg.coshm``."""
    from scipy import linalg

    return linalg.coshm(a)


def matrix_tanh(a: Any) -> Any:
    """``scipy.linalg.tanhm``."""
    from scipy import linalg

    return linalg.tanhm(a)


for _name, _function in (
    ("expm", matrix_exponential),
    ("sqrtm", matrix_root),
    ("logm", matrix_logarithm),
    ("sinm", matrix_sine),
    ("cosm", matrix_cosine),
    ("tanm", matrix_tangent),
    ("sinhm", matrix_sinh),
    ("coshm", matrix_cosh),
    ("tanhm", matrix_tanh),
):
    _matrix_function(_name, _function)


# -- Sylvester's equation -----------------------------------------------------------------------------


def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """The solution of ``a @ x + x @ b = q``."""
    from scipy import linalg

    return linalg.solve_sylvester(a, b, q)


def _sylvester_back(g: Sym, a: Sym, b: Sym, out: Sym) -> Sym:
    return op("solve_sylvester")(adjoint(a), adjoint(b), full(g, out))


def _sylvester_jvp(tangents: Any, a: Sym, b: Sym, q: Sym, out: Sym) -> Sym:
    terms = [] if tangents[2] is None else [full(tangents[2], q)]
    if tangents[0] is not None:
        terms.append(-(full(tangents[0], a) @ out))
    if tangents[1] is not None:
        terms.append(-(out @ full(tangents[1], b)))
    return op("solve_sylvester")(a, b, total(terms))


def _of_right_side(a: Any, b: Any, q: Any) -> Dims:
    return q  # type: ignore[no-any-return]


custom(
    "solve_sylvester",
    lambda g, a, b, q, out: -(_sylvester_back(g, a, b, out) @ adjoint(out)),
    lambda g, a, b, q, out: -(adjoint(out) @ _sylvester_back(g, a, b, out)),
    lambda g, a, b, q, out: _sylvester_back(g, a, b, out),
    jvp=_sylvester_jvp,
    run=solve_sylvester,
    spell="helper:solve_sylvester",
    infer=infer.shaped(lambda a, b, q: a * b * q * 1.0, _of_right_side, rank=2),
)
FUNCTIONS[solve_sylvester] = Binding("solve_sylvester", "", 3, ())
