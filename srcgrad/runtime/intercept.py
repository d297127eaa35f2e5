"""Stands in for what NumPy's protocols do not show during a recorded run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from srcgrad.runtime.record import Recording


@contextmanager
def intercepted(recording: Recording, function: Any, arguments: dict[str, Any]) -> Iterator[None]:
    """Install the stand-ins for the duration of a run."""
    yield
