"""Sample values of the rule cases."""

from __future__ import annotations

from typing import Any

import numpy as np

Shape = tuple[int, ...]


def sample(low: float, high: float, shape: Shape, seed: int = 0) -> Any:
    """Random values between two bounds."""
    return np.random.default_rng([seed, *shape]).uniform(low, high, shape)


def normal(*shape: int, seed: int = 0) -> Any:
    """Normal values: positive and negative, all different."""
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def complex_normal(*shape: int, seed: int = 0) -> Any:
    """Complex values in all directions."""
    return normal(*shape, seed=seed) + 1j * normal(*shape, seed=seed + 50)


def regular(*shape: int, seed: int = 0) -> Any:
    """Matrices far from singular, and not symmetric."""
    return normal(*shape, seed=seed) + 3.0 * np.eye(shape[-2], shape[-1])


def positive(*shape: int, seed: int = 0) -> Any:
    """Symmetric positive definite matrices with well separated eigenvalues."""
    x = normal(*shape, seed=seed)
    return 0.1 * (x + np.swapaxes(x, -1, -2)) + np.diag(2.0 + np.arange(shape[-1]))
