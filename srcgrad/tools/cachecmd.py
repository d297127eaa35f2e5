"""Shows and empties the disk cache, for `srcgrad cache`.

Invariant: nothing that an entry holds reaches the terminal unless it is printable.
"""

from __future__ import annotations

import time
from typing import TextIO

from srcgrad.runtime.cache import DiskCache, cache_mode, open_cache

_SHOWN = 12  # digits of a key


def list_entries(out: TextIO) -> int:
    """Print a table of the entries, the last used first; return the exit status."""
    cache = _cache(out)
    if cache is None:
        return 0
    found = cache.ls()
    for info in found:
        used = time.strftime("%Y-%m-%d %H:%M", time.localtime(info.mtime))
        title = "".join(c if c.isprintable() else "?" for c in info.title)
        print(f"{info.key[:_SHOWN]}  {info.size:>9,}  {used}  {title}".rstrip(), file=out)
    total = sum(info.size for info in found)
    print(f"{_count(len(found))}, {total:,} bytes, in {cache.directory}", file=out)
    return 0


def clear_entries(out: TextIO) -> int:
    """Remove all entries and say how many they were; return the exit status: 1 if some are left."""
    cache = _cache(out)
    if cache is None:
        return 0
    print(f"removed {_count(cache.clear())} from {cache.directory}", file=out)
    return 1 if cache.ls() else 0


def _count(number: int) -> str:
    return f"{number} entry" if number == 1 else f"{number} entries"


def _cache(out: TextIO) -> DiskCache | None:
    cache = open_cache()
    if cache is None:
        why = (
            "has no place"
            if cache_mode() == "disk"
            else f"is not used: SRCGRAD_CACHE={cache_mode()}"
        )
        print(f"the disk cache {why}", file=out)
    return cache
