"""Keeps the texts of emitted programs on disk, one file an entry.

Invariant: `get` returns exactly what was `put` under that key, or nothing. An entry is written to a
temporary file, flushed, and published by one rename, so a reader sees an old entry, a new one or
none: no lock is needed. (After a loss of power a rename may be missing, which is a miss.) A file is
text under a sha256 of all that follows; nothing read from it is run or built but str and JSON.
Every operation opens the directory without following a link, checks owner and mode of what it
opened, and names files relative to that, so no rename can overtake the check.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from srcgrad.errors import ArgumentError, CacheWarning

MAX_BYTES = 256 << 20
MAX_ENTRIES = 4096
MAX_ENTRY = 16 << 20
STALE_AFTER = 600.0  # seconds; a live writer keeps its temporary file for milliseconds
TOUCH_AFTER = 3600.0  # an entry used again within this time is not marked again
_KEY = re.compile(r"[0-9a-f]{16,128}")
_ENTRY = re.compile(r"([0-9a-f]{16,128})\.txt")
_TEMPORARY = re.compile(r"\.[0-9a-f]{16}-[0-9a-f]{16}\.tmp")
_FLAGS: int = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"))
_DIRECTORY: int = os.O_RDONLY | _FLAGS | getattr(os, "O_DIRECTORY", 0)
_READ: int = os.O_RDONLY | _FLAGS | getattr(os, "O_NONBLOCK", 0)  # a FIFO must not block
_CREATE: int = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS
_REMEDY = "set SRCGRAD_CACHE_DIR to a directory of your own, or SRCGRAD_CACHE=memory"


@dataclass(frozen=True)
class Entry:
    """Is one cached program: its texts by name, and what else to know about it.

    Invariant: `meta` is JSON (no tuples); its "title", if a string, is what a listing shows.
    """

    texts: dict[str, str]
    meta: dict[str, Any]


class Info(NamedTuple):
    """Says what a listing shows of one entry; `mtime` is its last use, to the hour."""

    key: str
    size: int
    mtime: float
    title: str


class System:
    """Is the seam to the operating system: every call goes through it, so tests can put faults in.

    Invariant: it holds no logic. `relative` says whether files are named relative to a directory.
    """

    relative = os.open in os.supports_dir_fd and os.listdir in os.supports_fd
    mkdir = staticmethod(os.mkdir)
    open = staticmethod(os.open)
    fstat = staticmethod(os.fstat)
    stat = staticmethod(os.stat)
    read = staticmethod(os.read)
    write = staticmethod(os.write)
    fsync = staticmethod(os.fsync)
    close = staticmethod(os.close)
    replace = staticmethod(os.replace)
    unlink = staticmethod(os.unlink)
    listdir = staticmethod(os.listdir)
    utime = staticmethod(os.utime)
    geteuid = staticmethod(getattr(os, "geteuid", lambda: None))
    urandom = staticmethod(os.urandom)
    time = staticmethod(time.time)


class _Trouble(Exception):
    """Carries what went wrong from where it is found to the one place that warns."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code, self.what = code, what


def fingerprint(parts: Sequence[str | bytes]) -> str:
    """Return a sha256 of the parts, each with its type and length, so no two lists run together.

    >>> fingerprint(["ab", "c"]) == fingerprint(["a", "bc"])
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        digest.update((b"b" if data is part else b"s") + len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def _header(key: str, body: bytes) -> bytes:
    return f'{{"srcgrad-cache":1,"key":"{key}","sha256":"{hashlib.sha256(body).hexdigest()}"}}'.encode()


def encode(key: str, entry: Entry) -> bytes:
    """Write an entry: a header line and an index line, both JSON, then the texts as they are."""
    texts = {name: text.encode("utf-8") for name, text in entry.texts.items()}
    fields = {"meta": entry.meta, "texts": [[name, len(text)] for name, text in texts.items()]}
    index = json.dumps(fields, allow_nan=False, separators=(",", ":")).encode("ascii")
    body = b"".join((index, b"\n", *texts.values()))
    return _header(key, body) + b"\n" + body


def decode(key: str, data: bytes) -> Entry:
    """Read what `encode` wrote for this key; a ValueError if it is anything else, to the byte."""
    head, _, body = data.partition(b"\n")
    if head != _header(key, body):
        raise ValueError("its header does not fit its contents")
    index, _, rest = body.partition(b"\n")
    try:
        fields = json.loads(index.decode("ascii"))
    except RecursionError:
        raise ValueError("its index is nested too deep") from None
    texts: dict[str, str] = {}
    match fields:
        case {"meta": dict(meta), "texts": list(sizes)}:
            for item in sizes:
                match item:
                    case [str(name), int(size)] if 0 <= size <= len(rest):
                        texts[name], rest = rest[:size].decode("utf-8"), rest[size:]
                    case _:
                        raise ValueError("its index does not fit its texts")
            if not rest:
                return Entry(texts, meta)
    raise ValueError("its index does not fit its texts")


_warned: set[tuple[str, str]] = set()


def _warn(topic: str, trouble: _Trouble) -> None:
    """Warn once in a process about one topic, at the line of the user that led here."""
    if (trouble.code, topic) in _warned:
        return
    _warned.add((trouble.code, topic))
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("srcgrad."):
        level, frame = level + 1, frame.f_back
    warnings.warn(CacheWarning(trouble.code, trouble.what, _REMEDY), stacklevel=level)


class DiskCache:
    """Keeps entries in one directory, least recently used out first.

    Invariant: no method raises an OSError. A directory that is not the user's alone is not used; a
    bad entry is a miss, and the next `put` replaces it. Each gives one `CacheWarning` a process.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        *,
        max_bytes: int = MAX_BYTES,
        max_entries: int = MAX_ENTRIES,
        system: System | None = None,
    ) -> None:
        self.directory = os.path.abspath(directory)
        self.max_bytes, self.max_entries = max_bytes, max_entries
        self._os = system or System()
        self._puts, self._bytes = max_entries, 0  # since the last `_tidy`: the first put does it

    def get(self, key: str) -> Entry | None:
        """Return the entry of this key, or None."""
        with self._reporting(key), self._folder() as folder:
            entry, info, fd = self._load(folder, key)
            return entry
        return None

    def put(self, key: str, entry: Entry) -> None:
        """Publish the entry under this key, in place of what was there."""

    def ls(self) -> list[Info]:
        """List the entries, the last used first; a damaged one is shown as such."""

    def clear(self) -> int:
        """Remove all entries and temporary files, and return how many entries that were."""
