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

from typing import TYPE_CHECKING, Any

from srcgrad.api import grad, value_and_grad
from srcgrad.errors import SrcgradError

if TYPE_CHECKING:
    from srcgrad.testing import check_grads as check_grads

__version__ = "0.1.0"
__all__ = ["SrcgradError", "__version__", "check_grads", "grad", "value_and_grad"]


def __getattr__(name: str) -> Any:
    """Import on first use what needs NumPy."""
    if name == "check_grads":
        from srcgrad.testing import check_grads

        return check_grads
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
