"""Keeps the texts of emitted programs on disk, one file an entry.

Invariant: `get` returns what was `put` under that key, or nothing. A file is text under a sha256,
published by one rename, so that no lock is needed; a loss of power may cost an entry, never change
one. The directory is opened without following links, checked once open, and files are named
relative to it: no rename can overtake the check.
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

MAX_BYTES, MAX_ENTRIES = 256 << 20, 4096  # of a directory
MAX_ENTRY = 16 << 20  # bytes
STALE_AFTER = 600.0  # seconds; a live writer keeps its temporary file for milliseconds
TOUCH_AFTER = 3600.0  # an entry used again within this time is not marked again
_NAMES = re.compile(r"[0-9a-f]{16,128}\.txt|\.[0-9a-f]{16}-[0-9a-f]{16}\.tmp")
_FLAGS: int = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"))
_DIRECTORY: int = os.O_RDONLY | _FLAGS | getattr(os, "O_DIRECTORY", 0)
_READ: int = os.O_RDONLY | _FLAGS | getattr(os, "O_NONBLOCK", 0)  # a FIFO must not block
_CREATE: int = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS
_warned: set[tuple[str, str]] = set()
_OWN = ("srcgrad.", "contextlib")  # a warning names the first line outside these modules
_REMEDY = "set SRCGRAD_CACHE_DIR to a directory of your own, or SRCGRAD_CACHE=memory"


@dataclass(frozen=True)
class Entry:
    """Is one cached program: texts by name, and JSON about them; `meta["title"]` is for lists."""

    texts: dict[str, str]
    meta: dict[str, Any]


class Info(NamedTuple):
    """Says what a listing shows of one entry; `mtime` is its last use, to the hour."""

    key: str
    size: int
    mtime: float
    title: str


class System:
    """Is the seam to the operating system, where tests put faults in: `os`, the clock, the user."""

    relative = os.open in os.supports_dir_fd and os.listdir in os.supports_fd
    geteuid = staticmethod(getattr(os, "geteuid", lambda: None))
    time = staticmethod(time.time)

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


class _Trouble(Exception):
    """Carries (code, path, what is wrong) to the one place that warns."""


def fingerprint(parts: Sequence[str | bytes]) -> str:
    """Return a sha256 of the parts, each with its type and length, so no two lists run together.

    >>> fingerprint(["ab", "c"]) == fingerprint(["a", "bc"])
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        digest.update((b"b" if data is part else b"s") + len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def _sealed(key: str, body: bytes) -> bytes:
    digest = hashlib.sha256(body).hexdigest()
    return f'{{"srcgrad-cache":1,"key":"{key}","sha256":"{digest}"}}\n'.encode() + body


def encode(key: str, entry: Entry) -> bytes:
    """Write an entry: a header line and an index line, both JSON, then the texts as they are."""
    texts = {name: text.encode("utf-8") for name, text in entry.texts.items()}
    fields = {"meta": entry.meta, "texts": {name: len(text) for name, text in texts.items()}}
    index = json.dumps(fields, allow_nan=False, separators=(",", ":")).encode("ascii")
    return _sealed(key, b"".join((index, b"\n", *texts.values())))


def decode(key: str, data: bytes) -> Entry:
    """Read what `encode` wrote for this key; a ValueError if it is anything else, to the byte."""
    _, _, body = data.partition(b"\n")
    if data != _sealed(key, body):
        raise ValueError("its header does not fit its contents")
    index, _, rest = body.partition(b"\n")
    match json.loads(index.decode("ascii")):
        case {"meta": dict(meta), "texts": dict(sizes)}:
            texts: dict[str, str] = {}
            for name, size in sizes.items():
                if not isinstance(size, int) or not 0 <= size <= len(rest):
                    break
                texts[name], rest = rest[:size].decode("utf-8"), rest[size:]
            if not rest and len(texts) == len(sizes):
                return Entry(texts, meta)
    raise ValueError("its index does not fit its texts")


def _warn(code: str, path: str, what: str) -> None:
    """Warn once in a process about one kind of trouble with one path, at the user's line."""
    if (code, path) not in _warned:
        _warned.add((code, path))
        level, frame = 1, sys._getframe()
        while frame.f_back and frame.f_globals.get("__name__", "").startswith(_OWN):
            level, frame = level + 1, frame.f_back
        warnings.warn(CacheWarning(code, f"{path} {what}", _REMEDY), stacklevel=level)


def _name(key: str) -> str:
    if not _NAMES.fullmatch(f"{key}.txt"):
        raise ValueError(f"{key!r} is no key of the cache: 16 to 128 hexadecimal digits are")
    return f"{key}.txt"


class DiskCache:
    """Keeps entries in one directory, the least recently used out first.

    Invariant: no method raises an OSError. A directory that is not the user's alone is not used; a
    bad entry is a miss that the next `put` replaces. Each gives one `CacheWarning` in a process.
    """

    max_bytes, max_entries = MAX_BYTES, MAX_ENTRIES

    def __init__(self, directory: str | os.PathLike[str], system: System | None = None) -> None:
        self.directory = os.path.abspath(directory)
        self._os = system or System()
        self._puts, self._bytes = MAX_ENTRIES, 0  # since the last check; the first put makes one

    def get(self, key: str) -> Entry | None:
        """Return the entry of this key, or None."""
        name = _name(key)
        with self._reporting(), self._folder() as folder:
            return self._load(folder, name, touch=True)
        return None

    def put(self, key: str, entry: Entry) -> None:
        """Publish the entry under this key, in place of what was there."""
        name, data = _name(key), encode(key, entry)
        with self._reporting():
            if len(data) > MAX_ENTRY:
                raise _Trouble("SG603", self.directory, f"takes no entry of {len(data)} bytes")
            self._make(self.directory)
            with self._folder() as folder:
                self._publish(folder, name, data)
                self._puts, self._bytes = self._puts + 1, self._bytes + len(data)
                if self._puts >= self.max_entries / 64 or self._bytes >= self.max_bytes / 64:
                    self._puts = self._bytes = 0
                    self._tidy(folder)

    def ls(self) -> list[Info]:
        """List the entries, the last used first; a damaged one is shown as such."""
        found = []
        with self._reporting(), self._folder() as folder:
            for name, info in self._scan(folder):
                if name.endswith(".txt"):
                    title = "(damaged)"
                    with contextlib.suppress(_Trouble, FileNotFoundError):
                        title = str(self._load(folder, name).meta.get("title", ""))
                    found.append(Info(name[:-4], info.st_size, info.st_mtime, title))
        return sorted(found, key=lambda info: (-info.mtime, info.key))

    def clear(self) -> int:
        """Remove all entries and temporary files, and return how many entries they were."""
        count = 0
        with self._reporting(), self._folder() as folder:
            for name, _ in self._scan(folder):
                with contextlib.suppress(FileNotFoundError):
                    self._os.unlink(self._at(folder, name), dir_fd=folder)
                    count += name.endswith(".txt")
        return count

    @contextlib.contextmanager
    def _reporting(self) -> Iterator[None]:
        """Turn trouble into a warning; a file that is not there, or not any more, is no trouble."""
        try:
            yield
        except FileNotFoundError:
            pass
        except _Trouble as trouble:
            _warn(*trouble.args)
        except OSError as error:
            _warn("SG603", self.directory, f"cannot be written: {error.strerror}")

    @contextlib.contextmanager
    def _folder(self) -> Iterator[int | None]:
        """Open the directory and check what was opened; None where files are named by path."""
        with contextlib.ExitStack() as stack:
            fd = None
            try:
                if self._os.relative:
                    fd = self._os.open(self.directory, _DIRECTORY)
                    stack.callback(self._os.close, fd)
                    info = self._os.fstat(fd)
                else:
                    info = self._os.stat(self.directory, follow_symlinks=False)
                fault = self._fault(info, stat.S_IFDIR)
            except FileNotFoundError:
                raise
            except OSError as error:
                fault = str(error.strerror)
            if fault:
                raise _Trouble("SG601", self.directory, f"is not used as a cache: {fault}")
            yield fd

    def _make(self, path: str) -> None:
        """Make the directory, and those above it that are missing, for the user alone."""
        try:
            self._os.stat(path)
        except FileNotFoundError:
            if os.path.dirname(path) != path:
                self._make(os.path.dirname(path))
            with contextlib.suppress(FileExistsError):
                self._os.mkdir(path, 0o700)

    def _fault(self, info: os.stat_result, kind: int) -> str:
        """Say why this directory or file is not to be trusted, or ""."""
        user = self._os.geteuid()
        if stat.S_IFMT(info.st_mode) != kind:
            return "it is a link or of the wrong type"
        if user is not None and info.st_uid != user:
            return "it belongs to another user"
        if user is not None and info.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return "others can write to it"
        if kind == stat.S_IFREG and info.st_nlink > 1:  # 0: it was just replaced
            return "it has a second name"
        return "it is too big" if kind == stat.S_IFREG and info.st_size > MAX_ENTRY else ""

    def _at(self, folder: int | None, name: str) -> str:
        return name if folder is not None else os.path.join(self.directory, name)

    def _load(self, folder: int | None, name: str, touch: bool = False) -> Entry:
        """Read one file and check it; whatever is wrong with it is trouble SG602."""
        try:
            fd = self._os.open(self._at(folder, name), _READ, dir_fd=folder)
            try:
                info = self._os.fstat(fd)
                if fault := self._fault(info, stat.S_IFREG):
                    raise ValueError(fault)
                data = b""
                while len(data) < info.st_size and (more := self._os.read(fd, info.st_size)):
                    data += more
                if touch and self._os.time() - info.st_mtime > TOUCH_AFTER:
                    with contextlib.suppress(OSError, TypeError):  # only the order of eviction
                        self._os.utime(fd)
                return decode(name.removesuffix(".txt"), data)
            finally:
                self._os.close(fd)
        except FileNotFoundError:
            raise
        except (OSError, ValueError, RecursionError) as error:
            what = f"is not a good entry: {getattr(error, 'strerror', error)}"
            raise _Trouble("SG602", os.path.join(self.directory, name), what) from None

    def _publish(self, folder: int | None, name: str, data: bytes) -> None:
        """Write a temporary file that is new, flush it, and rename it."""
        temporary = self._at(folder, f".{name[:16]}-{self._os.urandom(8).hex()}.tmp")
        fd = self._os.open(temporary, _CREATE, 0o600, dir_fd=folder)
        try:
            try:
                rest = memoryview(data)
                while rest:
                    rest = rest[self._os.write(fd, rest) :]
                self._os.fsync(fd)
            finally:
                self._os.close(fd)
            final = self._at(folder, name)
            self._os.replace(temporary, final, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            self._discard(folder, temporary)
            raise

    def _discard(self, folder: int | None, name: str) -> None:
        with contextlib.suppress(OSError):
            self._os.unlink(self._at(folder, name), dir_fd=folder)

    def _scan(self, folder: int | None) -> Iterator[tuple[str, os.stat_result]]:
        """Yield the files that are the cache's by name; others are none of its business."""
        for name in self._os.listdir(self.directory if folder is None else folder):
            if _NAMES.fullmatch(name):
                with contextlib.suppress(FileNotFoundError):
                    path = self._at(folder, name)
                    yield name, self._os.stat(path, dir_fd=folder, follow_symlinks=False)

    def _tidy(self, folder: int | None) -> None:
        """Sweep stale temporary files; evict down to 7/8 of the bounds: 8 writers fit above."""
        now, entries = self._os.time(), []
        for name, info in self._scan(folder):
            if name.endswith(".txt"):
                entries.append((info.st_mtime_ns, name, info.st_size))
            elif abs(now - info.st_mtime) > STALE_AFTER:
                self._discard(folder, name)
        total = sum(size for _, _, size in entries)
        entries.sort(reverse=True)
        while len(entries) > self.max_entries * 7 / 8 or total > self.max_bytes * 7 / 8:
            _, name, size = entries.pop()
            total -= size
            self._discard(folder, name)


def cache_mode() -> Literal["off", "memory", "disk"]:
    """Return what SRCGRAD_CACHE asks for: "disk" if it is not set."""
    mode = os.environ.get("SRCGRAD_CACHE") or "disk"
    if mode in ("off", "memory", "disk"):
        return cast(Literal["off", "memory", "disk"], mode)
    raise ArgumentError("SG604", f"SRCGRAD_CACHE is {mode!r}", "set it to disk, memory or off")


def cache_directory() -> Path | None:
    """Return where the disk cache lies; None, with a warning, if the user has no home."""
    if asked := os.environ.get("SRCGRAD_CACHE_DIR"):
        path = Path(os.path.expanduser(asked))
        if not path.is_absolute():
            raise ArgumentError("SG604", f"SRCGRAD_CACHE_DIR is {asked!r}", "give the full path")
        return path
    import platformdirs

    with contextlib.suppress(RuntimeError):  # newer platformdirs raise it, older give "~"
        path = Path(platformdirs.user_cache_dir("srcgrad", appauthor=False))
        if path.is_absolute():
            return path
    _warn("SG601", "~/.cache", "is not used as a cache: the user has no home directory")
    return None


_known: dict[Path, DiskCache] = {}


def open_cache() -> DiskCache | None:
    """Return the disk cache that the environment asks for, or None; one object a directory."""
    if cache_mode() != "disk" or (directory := cache_directory()) is None:
        return None
    return _known.setdefault(directory, DiskCache(directory))
