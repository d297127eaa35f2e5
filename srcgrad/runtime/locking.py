"""One compilation at a time: CPython's parser counts its depth for all threads together.

Invariant: a child of a fork never waits for a thread that it does not have.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType


class ForkSafeLock:
    """A reentrant lock that is free in the child of a fork."""

    def __init__(self) -> None:
        self._renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self._lock = threading.RLock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()


@contextmanager
def collection_paused() -> Iterator[None]:
    """No garbage collection meanwhile: a compilation makes many small objects and drops few."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


compiling = ForkSafeLock()
