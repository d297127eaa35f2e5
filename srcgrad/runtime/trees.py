"""Containers of arrays as values: copied, and fitted to one another."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.errors import ArgumentError
from srcgrad.runtime.signature import children, rebuilt


def copied(value: Any) -> Any:
    """Arrays in a container, copied."""
    if isinstance(value, np.ndarray):
        return value.copy()
    parts = children(value)
    return value if parts is None else rebuilt(value, [copied(part) for _, part in parts])


def fitted(given: Any, value: Any, what: str, path: str = "") -> Any:
    """Tangents or cotangents in the shapes and dtypes of the values that they belong to."""
    where = f"{what}{path}"
    if isinstance(value, dict):
        if not isinstance(given, dict) or given.keys() != value.keys():
            raise ArgumentError("SG313", f"{where} is not a dict of the same keys", "match them")
        return {k: fitted(given[k], v, what, f"{path}[{k!r}]") for k, v in value.items()}
    if isinstance(value, (tuple, list)):
        if not isinstance(given, (tuple, list)) or len(given) != len(value):
            raise ArgumentError("SG313", f"{where} does not have {len(value)} parts", "match them")
        pairs = enumerate(zip(given, value, strict=True))
        parts = [fitted(g, v, what, f"{path}[{k}]") for k, (g, v) in pairs]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    if np.shape(given) != np.shape(value):
        message = f"{where} has the shape {np.shape(given)}, its value {np.shape(value)}"
        raise ArgumentError("SG313", message, "pass one of the same shape")
    if isinstance(value, (float, int)):
        return float(given)
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "fc":
        return (
            np.asarray(given, value.dtype)[()]
            if value.ndim == 0
            else np.asarray(given, value.dtype)
        )
    return given


__all__ = ["copied", "fitted"]
