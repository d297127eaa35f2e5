"""Caches that outlive a run: what is found in them was computed in another run, so it is a constant.

A cached function of the user's has, in a recorded run, a cache of that run. Where a differentiated number
is itself looked up among keys that are there already, the run is refused (see ``RecordedNumber.__eq__``).
"""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable
from typing import Any

from srcgrad.runtime.recorded import is_recorded
from srcgrad.runtime.stand_ins import StandIn, active_recording

_CACHED = type(functools.lru_cache(abs))


class Cached(StandIn):
    """A function with ``lru_cache`` on it, whose results are kept for one run."""

    def __init__(self, original: Any) -> None:
        super().__init__(original)
        self._runs: tuple[Any, Callable[..., Any]] = (None, original)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The result, computed in this run."""
        recording = active_recording()
        original: Any = self.__wrapped__
        if recording is None:
            return original(*args, **kwargs)
        if self._runs[0] is not recording:
            keep = functools.lru_cache(**original.cache_parameters())
            self._runs = (recording, keep(original.__wrapped__))
        return self._runs[1](*args, **kwargs)


def cached(value: Any) -> Cached | None:
    """What replaces a cached function for one run; ``None`` for anything else."""
    return Cached(value) if type(value) is _CACHED else None


def clear_caches() -> None:
    """Empty the caches that hold a recorded value, as a result or in a key."""
    for cache in [o for o in gc.get_objects() if type(o) is _CACHED]:
        entries = [v for d in gc.get_referents(cache) if type(d) is dict for v in (*d, *d.values())]
        if any(map(_is_of_a_run, entries)):
            cache.cache_clear()


def _is_of_a_run(entry: Any) -> bool:
    """Whether a key, a result or a link between the two is recorded, or holds what is."""
    if is_recorded(entry):
        return True
    if type(entry) is tuple or type(entry).__name__ == "_lru_list_elem":
        return any(map(is_recorded, gc.get_referents(entry)))
    return False


__all__ = ["cached", "clear_caches"]
