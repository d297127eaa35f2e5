"""Arrays of `srcgrad.nd` in files, in NumPy's format for several arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from srcgrad.dialects.nd_calls import checked
from srcgrad.dialects.nd_creation import placed

_POSITION = "arr_"  # how NumPy names what has no name


def save(fname: str | Path, data: Any) -> None:
    """Write arrays to a file: one, a list of them, or a dictionary with names.

    Raises:
        NotAnArrayError: something else is among them.
    """
    if isinstance(data, dict):
        named = {str(k): checked(v).asnumpy() for k, v in data.items()}
    else:
        parts = data if isinstance(data, (list, tuple)) else [data]
        named = {f"{_POSITION}{k}": checked(v).asnumpy() for k, v in enumerate(parts)}
    with open(fname, "wb") as file:
        np.savez(file, **named)


def load(fname: str | Path) -> Any:
    """Read what `save` wrote: a list, or a dictionary if the arrays have names.

    Raises:
        ValueError: the file is of another kind.
    """
    with np.load(fname, allow_pickle=False) as found:
        if not isinstance(found, np.lib.npyio.NpzFile):
            raise ValueError(f"{fname} holds one array: read it with numpy.load")
        arrays = {name: placed(found[name], None) for name in found.files}
    listed = all(name == f"{_POSITION}{k}" for k, name in enumerate(arrays))
    return list(arrays.values()) if listed else arrays


__all__ = [
    "load",
    "save",
]
