"""The functions of `srcgrad.np.linalg`, which are NumPy's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.dialects.np_array import ndarray
from srcgrad.dialects.np_calls import general, named, of_one

NAMES = """
    cholesky cond cross det diagonal eig eigh eigvals eigvalsh inv lstsq matmul matrix_norm matrix_power
    matrix_rank matrix_transpose multi_dot norm outer pinv qr slogdet solve svd svdvals tensordot
    tensorinv tensorsolve trace vecdot vector_norm
"""
_FAST = ("det", "inv", "norm", "cholesky")


def _function(name: str) -> Callable[..., Any]:
    original = getattr(np.linalg, name)
    made = (of_one if name in _FAST else general)(ndarray, original)
    return named(made, name, original, "srcgrad.np.linalg")


FUNCTIONS = {name: _function(name) for name in NAMES.split()}
LinAlgError = np.linalg.LinAlgError
globals().update(FUNCTIONS)


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'srcgrad.np.linalg' has no attribute {name!r}")


__all__ = ["FUNCTIONS", "LinAlgError"]
