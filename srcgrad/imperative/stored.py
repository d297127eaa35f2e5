"""Compiled backward passes on disk, in the cache of `grad`: found by the steps that they are of."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from srcgrad.imperative.steps import Op, Text
from srcgrad.runtime.cache import Entry, open_cache
from srcgrad.runtime.keys import NotPersistent, described, key_text, recording_key


def persistent_key(steps: Hashable) -> str | None:
    """The key of recorded steps in the cache on disk; ``None`` if they cannot be written down."""
    if open_cache() is None:
        return None
    try:
        return recording_key(_text_of(steps))
    except NotPersistent:
        return None


def _text_of(part: Any) -> str:
    if isinstance(part, tuple):
        return "(" + ",".join(map(_text_of, part)) + ")"
    if isinstance(part, Op):
        known = isinstance(part.target, (str, tuple)) or part.target is None
        target = _text_of(part.target) if known else " ".join(described(part.target))
        return f"{part.kind} {target}"
    return "..." if part is Ellipsis else key_text(part)


def fetch(key: str | None) -> Text | None:
    """What was stored under a key."""
    cache = None if key is None else open_cache()
    found = None if cache is None or key is None else cache.get(key)
    if found is None:
        return None
    try:
        numbers = [tuple(map(int, found.meta[k])) for k in ("given", "floats", "seeds", "wrt")]
        given, floats, seeds, wrt = numbers
        return Text(found.texts["backward"], given, frozenset(floats), seeds, wrt)
    except (LookupError, TypeError, ValueError):
        return None


def store(key: str | None, text: Text) -> None:
    """Keep a backward pass for other processes."""
    cache = None if key is None else open_cache()
    if cache is None or key is None:
        return
    meta = {
        "title": "backward",
        "given": list(text.given),
        "floats": sorted(text.floats),
        "seeds": list(text.seeds),
        "wrt": list(text.wrt),
    }
    cache.put(key, Entry({"backward": text.text}, meta))


__all__ = ["fetch", "persistent_key", "store"]
