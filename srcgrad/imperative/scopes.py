"""Scopes of recording and training, one pair of them for each thread.

>>> with record():
...     is_recording(), is_training()
(True, True)
>>> is_recording()
False
"""

from __future__ import annotations

from types import TracebackType

from srcgrad.imperative.trace import Trace, local


def is_recording() -> bool:
    """Whether this thread records operations."""
    return local.trace is not None


def is_training() -> bool:
    """Whether layers such as dropout act as in training, in this thread."""
    return local.training


def set_recording(is_recording: bool) -> bool:
    """Switch recording on or off in this thread; returns what was before."""
    before = local.trace
    if bool(is_recording) != (before is not None):
        local.trace = Trace() if is_recording else None
    return before is not None


def set_training(train_mode: bool) -> bool:
    """Switch training mode on or off in this thread; returns what was before."""
    before = local.training
    local.training = bool(train_mode)
    return before


class Scope:
    """A ``with`` block in which recording or training is switched; can be used again, and nested."""

    def __init__(self, recording: bool | None, training: bool | None) -> None:
        self._recording = recording
        self._training = training

    def __enter__(self) -> None:
        before = local.trace
        local.outer.append((before, local.training))
        if self._recording is not None and self._recording != (before is not None):
            local.trace = Trace() if self._recording else None
        if self._training is not None:
            local.training = self._training

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        trace, local.training = local.outer.pop()
        if trace is not None and trace.ended:  # a backward inside the block has used it up
            trace = local.trace or Trace()
        local.trace = trace


def record(train_mode: bool = True) -> Scope:
    """A scope in which operations on arrays with an attached gradient are recorded.

    Arguments:
        train_mode: whether layers such as dropout act as in training inside.
    """
    return Scope(True, train_mode)


def pause(train_mode: bool = False) -> Scope:
    """A scope in which nothing is recorded: what is computed inside is a constant."""
    return Scope(False, train_mode)


def train_mode() -> Scope:
    """A scope in which layers act as in training; recording stays as it is."""
    return Scope(None, True)


def predict_mode() -> Scope:
    """A scope in which layers act as in prediction; recording stays as it is."""
    return Scope(None, False)


__all__ = [
    "is_recording",
    "is_training",
    "pause",
    "predict_mode",
    "record",
    "set_recording",
    "set_training",
    "train_mode",
]
