"""Arrays in files, in the form of `numpy.savez`."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.dialects.np_array import ndarray
from srcgrad.dialects.np_creation import placed

_LISTED = "[{}]"  # the names of arrays that were saved without names


def save(file: str, arr: Any) -> None:
    """Save an array, a list of arrays, or a dictionary of arrays by name.

    The file has the name that is given and can be read with `numpy.load`.
    """
    several = [arr] if isinstance(arr, ndarray) else arr
    if not isinstance(several, dict):
        several = {_LISTED.format(k): array for k, array in enumerate(several)}
    for name, array in several.items():
        if not isinstance(array, ndarray):
            raise TypeError(f"{name} is a {type(array).__name__}, not an array of srcgrad.np")
    with open(file, "wb") as stream:
        np.savez(stream, **{name: array.asnumpy() for name, array in several.items()})


def load(file: str) -> Any:
    """What was saved: a list, of one array too, or a dictionary."""
    with np.load(file, allow_pickle=False) as found:
        arrays = {name: placed(found[name]) for name in found.files}
    names = [_LISTED.format(k) for k in range(len(arrays))]
    return [arrays[n] for n in names] if set(names) == set(arrays) else arrays


__all__ = ["load", "save"]
