"""NumPy's functions on arrays that can be recorded, as `mxnet.np` has them.

>>> from srcgrad import np
>>> np.dot(np.arange(3), np.ones(3))
array(3.)
"""

from __future__ import annotations

from typing import Any

import numpy as _numpy

from srcgrad.dialects import np_linalg as linalg
from srcgrad.dialects import np_random as random
from srcgrad.dialects.np_creation import (
    arange,
    array,
    asarray,
    empty,
    eye,
    from_dlpack,
    full,
    identity,
    indices,
    linspace,
    logspace,
    ones,
    zeros,
)
from srcgrad.dialects.np_functions import CONSTANTS, FUNCTIONS
from srcgrad.dialects.np_methods import ndarray

globals().update(CONSTANTS | FUNCTIONS)


def __getattr__(name: str) -> Any:
    remedy = "; NumPy's own function takes these arrays too" if hasattr(_numpy, name) else ""
    raise AttributeError(f"module 'srcgrad.np' has no attribute {name!r}{remedy}")


__all__ = [
    "arange",
    "array",
    "asarray",
    "empty",
    "eye",
    "from_dlpack",
    "full",
    "identity",
    "indices",
    "linalg",
    "linspace",
    "logspace",
    "ndarray",
    "ones",
    "random",
    "zeros",
]
