"""Rules of complex numbers: parts, conjugate, angle.

The cotangent of a complex value ``z`` is ``dL/dRe(z) + 1j * dL/dIm(z)``: what a step of gradient
descent takes away. An op that is complex-differentiable with derivative ``p`` then has the vjp
``g * conj(p)``, and the transpose of a linear op is its adjoint.
"""

from __future__ import annotations

import numpy as np

from srcgrad.ir import infer
from srcgrad.ir.ops import Storage
from srcgrad.rules.registry import elementwise, linear
from srcgrad.rules.symbols import conj, nonzero

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
linear(
    "conj", lambda g, x: conj(g), run=np.conj, infer=infer.elementwise({"": np.conj}), cheap=True
)
elementwise(
    "angle",
    lambda x, out: -1j / nonzero(x),
    run=np.angle,
    infer=infer.elementwise({"": np.angle}),
    spell="np.angle",
)
