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

from srcgrad.api import grad, value_and_grad
from srcgrad.errors import SrcgradError

__version__ = "0.1.0"
__all__ = ["SrcgradError", "__version__", "grad", "value_and_grad"]
