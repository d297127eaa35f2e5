"""Rules of activation functions that NumPy lacks: functions of this module, bound to ops of their own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcgrad.rules.bindings import FUNCTIONS, Binding
from srcgrad.rules.registry import elementwise
from srcgrad.rules.symbols import exp


def relu(x: Any) -> Any:
    """``max(x, 0)``, flat at zero; NaN stays."""
    return np.where(x <= 0, 0.0, x)


def sigmoid(x: Any) -> Any:
    """``1 / (1 + exp(-x))``, without a warning where ``exp(-x)`` is too large: there it is zero."""
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-x))


def error_function(x: Any) -> Any:
    """The error function of each element: SciPy's, or that of ``math`` where SciPy is not installed."""
    try:
        from scipy.special import erf
    except ImportError:
        from math import erf

        return np.vectorize(erf, otypes=[np.asarray(x).dtype])(x)
    return erf(x)


elementwise("relu", lambda x, out: x > 0, run=relu, spell="helper:relu", real_only=True)
elementwise(
    "sigmoid",
    # Of the result, which is exact in both tails, where the quotient rule would give inf * 0.
    lambda x, out: out * (1 - out),
    run=sigmoid,
    spell="helper:sigmoid",
    real_only=True,
)
elementwise(
    "error_function",
    lambda x, out: (2 / math.sqrt(math.pi)) * exp(-(x * x)),
    run=error_function,
    spell="helper:error_function",
    real_only=True,
)
FUNCTIONS[error_function] = Binding("error_function", "", 1, ())
FUNCTIONS[sigmoid] = Binding("sigmoid", "", 1, ())
FUNCTIONS[relu] = Binding("relu", "", 1, ())
