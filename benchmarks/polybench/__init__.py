"""Kernels after Polybench as functions of arrays, each with an adjoint written by hand.

The adjoints are what an expert would write in NumPy: in place, gathering where that is cheaper,
and keeping no value that can be read back from the result. Each returns the gradients for ``wrt``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Kernel(NamedTuple):
    """A loss, its adjoint by hand, arguments of a size that takes some ten milliseconds."""

    loss: Callable[..., Any]
    by_hand: Callable[..., tuple[Any, ...]]
    sample: Callable[[Any], tuple[Any, ...]]
    wrt: tuple[int, ...]
