"""Rules of complex numbers: parts, conjugate, angle.

The cotangent of a complex value ``z`` is ``dL/dRe(z) + 1j * dL/dIm(z)``: what a step of gradient
descent takes away. An op that is complex-differentiable with derivative ``p`` then has the vjp
``g * conj(p)``, and the transpose of a linear op is its adjoint.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.ops import Storage
from srcgrad.ir.types import is_complex
from srcgrad.rules.broadcasting import unbroadcast
from srcgrad.rules.registry import custom, elementwise, linear
from srcgrad.rules.symbols import Sym, conj, nonzero


def real_part(x: Sym) -> Sym:
    """The real part; what is real stays as it is."""
    return x.call("real") if is_complex(x.type) else x


elementwise(
    "real",
    lambda x, out: 1,
    run=np.real,
    infer=infer.elementwise({"": np.real}),
    storage=Storage.VIEW,
    cheap=True,
)
elementwise(
    "imag",
    lambda x, out: -1j,
    run=np.imag,
    infer=infer.elementwise({"": np.imag}),
    storage=Storage.VIEW,
    cheap=True,
)


def from_parts(real: Any, imag: Any) -> Any:
    """The complex array of a real and an imaginary part, infinities and signed zeros kept."""
    result = np.empty(np.shape(real), np.result_type(real, np.complex64))
    result.real = real
    result.imag = imag
    return result


linear(
    "from_parts",
    lambda g, x, y: real_part(g),
    lambda g, x, y: g.call("imag") if is_complex(g.type) else 0.0 * g,
    run=from_parts,
    infer=infer.shaped(lambda x, y: x + 1j * y, lambda x, y: x),
    spell="helper:from_parts",
)
linear(
    "conj", lambda g, x: conj(g), run=np.conj, infer=infer.elementwise({"": np.conj}), cheap=True
)


def _across(t: Sym, x: Sym, out: Sym) -> Sym:
    """The part of a step across the direction of ``x``, as a turn; zero at zero."""
    return (t - out * (conj(out) * t).call("real")) / nonzero(x.call("absolute", via="np"))


# The sign of complex numbers, ``x / |x|``. Its derivative is real-linear and symmetric.
custom(
    "direction",
    lambda g, x, out: unbroadcast(_across(g, x, out), out, x),
    jvp=lambda tangents, x, out: _across(tangents[0], x, out),
    run=np.sign,
    infer=infer.elementwise({"": np.sign}),
    spell="np.sign",
)
elementwise(
    "angle",
    lambda x, out: -1j / nonzero(x),
    run=np.angle,
    infer=infer.elementwise({"": np.angle}),
    spell="np.angle",
)
