"""Source-transformation automatic differentiation for Python and NumPy.

>>> import numpy as np
>>> from srcgrad import grad
>>> @grad
... def loss(x):
...     return np.sum(np.sin(x) ** 2)
>>> loss(np.array([0.0, 1.0]))
array([0.        , 0.90929743])
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from srcgrad.api import grad, value_and_grad
from srcgrad.compositions.stopping import stop_gradient
from srcgrad.custom import checkpoint, custom_jvp, custom_vjp
from srcgrad.errors import SrcgradError

if TYPE_CHECKING:
    from srcgrad.imperative.context import Context as Context
    from srcgrad.imperative.context import cpu as cpu
    from srcgrad.imperative.context import cpu_pinned as cpu_pinned
    from srcgrad.imperative.context import current_context as current_context
    from srcgrad.imperative.context import gpu as gpu
    from srcgrad.imperative.context import num_gpus as num_gpus
    from srcgrad.implicit import fixed_point as fixed_point
    from srcgrad.implicit import implicit_diff as implicit_diff
    from srcgrad.modes import compiled as compiled
    from srcgrad.modes import elementwise_grad as elementwise_grad
    from srcgrad.modes import gvp as gvp
    from srcgrad.modes import hessian as hessian
    from srcgrad.modes import holomorphic_grad as holomorphic_grad
    from srcgrad.modes import hvp as hvp
    from srcgrad.modes import jacobian as jacobian
    from srcgrad.modes import jvp as jvp
    from srcgrad.modes import linearize as linearize
    from srcgrad.modes import vjp as vjp
    from srcgrad.testing import check_grads as check_grads

__version__ = "0.1.0"
_MODULES = {
    **{name: f"srcgrad.{name}" for name in ("autograd", "nd", "np", "npx", "random")},
    "context": "srcgrad.imperative.context",
}
_LATER = {
    "srcgrad.imperative.context": (
        *("Context", "cpu", "cpu_pinned", "current_context", "gpu", "num_gpus"),
    ),
    "srcgrad.implicit": ("fixed_point", "implicit_diff"),
    "srcgrad.modes": (
        *("compiled", "elementwise_grad", "gvp", "hessian", "holomorphic_grad", "hvp"),
        *("jacobian", "jvp", "linearize", "vjp"),
    ),
    "srcgrad.testing": ("check_grads",),
}
__all__ = [
    "Context",
    "SrcgradError",
    "__version__",
    "check_grads",
    "checkpoint",
    "compiled",
    "context",
    "cpu",
    "cpu_pinned",
    "current_context",
    "custom_jvp",
    "custom_vjp",
    "elementwise_grad",
    "fixed_point",
    "gpu",
    "grad",
    "gvp",
    "hessian",
    "holomorphic_grad",
    "hvp",
    "implicit_diff",
    "jacobian",
    "jvp",
    "linearize",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]


def __getattr__(name: str) -> Any:
    """Import on first use what needs NumPy."""
    if name in _MODULES:
        return importlib.import_module(_MODULES[name])
    for module, names in _LATER.items():
        if name in names:
            return getattr(importlib.import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
