"""The identity that every derivative takes for a constant."""

from __future__ import annotations

import sys
from typing import Any, TypeVar

T = TypeVar("T")


def stop_gradient(x: T) -> T:
    """The value itself, which every derivative takes for a constant.

    Example:
        >>> from srcgrad import grad
        >>> grad(lambda x: x * stop_gradient(x))(3.0)
        3.0
    """
    recording = current_recording()
    return x if recording is None else recording.stopped(x)


def current_recording() -> Any:
    """The recorded run in progress, if there is one."""
    recorded = sys.modules.get("srcgrad.runtime.recorded")  # else nothing can be recorded
    return None if recorded is None else recorded.current.get()


stop_gradient.__srcgrad_mode__ = "stop_gradient"  # type: ignore[attr-defined]

__all__ = ["current_recording", "stop_gradient"]
