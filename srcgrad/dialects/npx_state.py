"""Whether the NumPy dialect is switched on, and other settings of `srcgrad.npx`."""

from __future__ import annotations


class _State:
    def __init__(self) -> None:
        self.array = False
        self.shape = False


_state = _State()


def set_np(shape: bool = True, array: bool = True, dtype: bool = False) -> None:
    """Switch the NumPy dialect on, for what makes arrays of either dialect.

    `srcgrad.np` and `srcgrad.nd` work beside each other with or without it.

    Raises:
        ValueError: arrays without shapes are asked for.
    """
    if array and not shape:
        raise ValueError("NumPy arrays are only there with NumPy shapes: call set_np()")
    _state.array, _state.shape = bool(array), bool(shape)


def reset_np() -> None:
    """Switch the NumPy dialect off."""
    set_np(shape=False, array=False)


def is_np_array() -> bool:
    """Whether `set_np` switched NumPy's arrays on."""
    return _state.array


def is_np_shape() -> bool:
    """Whether `set_np` switched NumPy's shapes on."""
    return _state.shape


def waitall() -> None:
    """Nothing: results are there when an operation returns."""


__all__ = ["is_np_array", "is_np_shape", "reset_np", "set_np", "waitall"]
