"""The disk cache gives back what was put or nothing, through damage, crashes, kills and faults."""

from __future__ import annotations

import contextlib
import errno
import io
import itertools
import json
import os
import random
import socket
import stat
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from srcgrad.errors import ArgumentError, CacheWarning
from srcgrad.runtime import cache as caching
from srcgrad.runtime.cache import DiskCache, Entry, System, decode, fingerprint
from srcgrad.tools import cachecmd

KEY = fingerprint(["loss"])
OLD = Entry({"grad": "def dloss(x):\n    return 2 * x\n", "primal": "π = 3\n"}, {"title": "loss"})
NEW = Entry({"grad": "def dloss(x):\n    return x + x\n"}, {"title": "loss", "lines": [[1, 2]]})
CALLS = ("open", "fstat", "stat", "read", "write", "fsync", "close", "replace", "unlink")
CALLS += ("listdir", "utime", "mkdir", "urandom", "time", "geteuid")
ROOT = Path(__file__).resolve().parents[2]


class Crash(BaseException):
    """Stands for the end of the process: nothing may run after it."""


class Faulty(System):
    """Raises `fault` at the `at`-th call, before or after it is done; a crash goes on crashing."""

    def __init__(self, at: int = 0, fault: BaseException | None = None, after: bool = False):
        self.at, self.fault, self.after = at, fault, after
        self.calls: list[str] = []
        for name in CALLS:
            setattr(
                self, name, self.wrapped(name, getattr(System, name, None) or getattr(os, name))
            )

    def wrapped(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **options: Any) -> Any:
            self.calls.append(name)
            due = self.fault is not None and len(self.calls) == self.at
            dead = isinstance(self.fault, Crash) and len(self.calls) > self.at > 0
            if dead or (due and not self.after):
                raise self.fault
            result = call(*args, **options)
            if due:
                raise self.fault
            return result

        return run


class Later(System):
    """Has a clock that is two hours ahead."""

    time = staticmethod(lambda: time.time() + 7200)


class Strange(System):
    """Runs as a user to whom nothing belongs."""

    geteuid = staticmethod(lambda: 4_000_000)


@pytest.fixture(autouse=True)
def forget_warnings():
    caching._warned.clear()
    caching._known.clear()


@pytest.fixture
def cache(tmp_path: Path) -> DiskCache:
    made = DiskCache(tmp_path / "cache")
    made.put(KEY, OLD)
    return made


def path_of(cache: DiskCache, key: str = KEY) -> Path:
    return Path(cache.directory, f"{key}.txt")


def names(cache: DiskCache) -> list[str]:
    return sorted(os.listdir(cache.directory))


def missed(cache: DiskCache, code: str = "SG602", key: str = KEY) -> bool:
    """Whether the entry is a miss that warns once, and no second time."""
    caching._warned.clear()
    with pytest.warns(CacheWarning, match=code) as seen:
        first = cache.get(key)
    return first is None and len(seen) == 1 and cache.get(key) is None


@contextlib.contextmanager
def at_most_one_warning() -> Iterator[None]:
    caching._warned.clear()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        yield
    assert all(issubclass(w.category, CacheWarning) for w in seen) and len(seen) <= 1


# what is kept


def test_get_returns_what_was_put(cache):
    assert cache.get(KEY) == OLD
    cache.put(KEY, NEW)
    assert DiskCache(cache.directory).get(KEY) == NEW
    assert cache.get(fingerprint(["other"])) is None
    assert DiskCache(Path(cache.directory) / "missing").get(KEY) is None


@pytest.mark.parametrize(
    "entry",
    [
        Entry({}, {}),
        Entry({"": ""}, {"": None}),
        Entry({"a\n b": "\n\r\n\t\x00\u2028π🦔"}, {"x": [1, 2.5, True, {"y": "\ud800\n"}]}),
        Entry({"b": "{}\n{}", "a": '{"srcgrad-cache":1}\n'}, {"title": "π\n\x1b[31m"}),
        Entry({"big": "x = 1\n" * 200_000}, {}),
    ],
)
def test_any_entry_comes_back(cache, entry):
    cache.put(KEY, entry)
    found = cache.get(KEY)
    assert found == entry and list(found.texts) == list(entry.texts)


def test_file_is_private_readable_text(cache):
    mode = path_of(cache).lstat().st_mode
    assert stat.S_ISREG(mode) and stat.S_IMODE(mode) == 0o600
    head, index, *rest = path_of(cache).read_text(encoding="utf-8").split("\n")
    assert json.loads(head)["key"] == KEY and json.loads(index)["meta"] == {"title": "loss"}
    assert "\n".join(rest) == "".join(OLD.texts.values())
    assert names(cache) == [f"{KEY}.txt"]


def test_directories_are_made_private(tmp_path):
    old = os.umask(0)
    try:
        made = DiskCache(tmp_path / "a" / "b" / "c")
        made.put(KEY, OLD)
    finally:
        os.umask(old)
    for path in (tmp_path / "a", tmp_path / "a" / "b", tmp_path / "a" / "b" / "c"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE(path_of(made).stat().st_mode) == 0o600


def test_directory_removed_in_between_is_made_again(cache):
    cache.clear()
    os.rmdir(cache.directory)
    assert cache.get(KEY) is None and cache.ls() == [] and cache.clear() == 0
    cache.put(KEY, NEW)
    assert cache.get(KEY) == NEW


def test_fingerprint_keeps_parts_apart():
    lists = [
        [],
        [""],
        ["", ""],
        [b""],
        ["ab"],
        ["a", "b"],
        [b"ab"],
        ["ba"],
        ["\ud800"],
        ["a", b"b"],
    ]
    assert len({fingerprint(parts) for parts in lists}) == len(lists)
    assert fingerprint(["a", b"b"]) == fingerprint(("a", b"b")) and len(fingerprint([])) == 64


def test_meta_that_json_cannot_hold_is_refused(cache):
    with pytest.raises(ValueError):
        cache.put(KEY, Entry({}, {"x": float("nan")}))
    with pytest.raises(TypeError):
        cache.put(KEY, Entry({}, {"x": {1, 2}}))
    assert cache.get(KEY) == OLD


def test_reads_that_come_in_pieces_are_joined(cache):
    class Slow(System):
        read = staticmethod(lambda fd, size: os.read(fd, 7))
        write = staticmethod(lambda fd, data: os.write(fd, data[:5]))

    slow = DiskCache(cache.directory, Slow())
    assert slow.get(KEY) == OLD
    slow.put(KEY, NEW)
    assert slow.get(KEY) == cache.get(KEY) == NEW


def test_paths_serve_where_directories_cannot_be_opened(tmp_path):
    class Plain(System):
        relative = False

    plain = DiskCache(tmp_path / "cache", Plain())
    plain.max_entries = 4
    for number in range(6):
        plain.put(fingerprint([str(number)]), OLD)
    assert plain.get(fingerprint(["5"])) == OLD and len(plain.ls()) == 3
    os.chmod(plain.directory, 0o777)
    assert missed(plain, "SG601", fingerprint(["5"]))
    os.chmod(plain.directory, 0o700)
    (tmp_path / "link").symlink_to(plain.directory)
    assert missed(DiskCache(tmp_path / "link", Plain()), "SG601", fingerprint(["5"]))
    assert plain.clear() == 3 and names(plain) == []


def test_entry_replaced_while_it_is_read_is_still_good(cache):
    class Replacing(System):
        def fstat(self, fd):
            if stat.S_ISREG(os.fstat(fd).st_mode):
                cache.put(KEY, NEW)
                assert os.fstat(fd).st_nlink == 0
            return os.fstat(fd)

    assert DiskCache(cache.directory, Replacing()).get(KEY) == OLD
    assert cache.get(KEY) == NEW


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_no_file_stays_open(cache):
    before = len(os.listdir("/proc/self/fd"))
    cache.put(KEY, NEW)
    cache.get(KEY)
    cache.get(fingerprint(["absent"]))
    cache.ls()
    os.chmod(cache.directory, 0o777)
    with pytest.warns(CacheWarning):
        cache.get(KEY)
    os.chmod(cache.directory, 0o700)
    path_of(cache).write_bytes(b"")
    assert missed(cache) and cache.clear() == 1
    assert len(os.listdir("/proc/self/fd")) == before


# damage


def test_truncation_at_every_byte_is_a_miss(cache):
    data = path_of(cache).read_bytes()
    for length in range(len(data)):
        path_of(cache).write_bytes(data[:length])
        assert missed(cache), length
    path_of(cache).write_bytes(data + b"\n")
    assert missed(cache)
    cache.put(KEY, OLD)
    assert cache.get(KEY) == OLD


def test_bit_flips_are_misses(cache):
    data = path_of(cache).read_bytes()
    header = data.index(b"\n") + 1
    draw = random.Random(3)
    places = [(at, 1 << draw.randrange(8)) for at in range(header)]
    places += [(draw.randrange(len(data)), 1 << draw.randrange(8)) for _ in range(400)]
    for at, bit in places:
        damaged = bytearray(data)
        damaged[at] ^= bit
        path_of(cache).write_bytes(damaged)
        assert missed(cache), (at, bit)
    cache.put(KEY, OLD)
    assert cache.get(KEY) == OLD


def test_entry_under_another_key_is_a_miss(cache):
    other = fingerprint(["other"])
    path_of(cache, other).write_bytes(path_of(cache).read_bytes())
    path_of(cache, other).chmod(0o600)
    assert missed(cache, key=other)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]\n",
        b"{}\n",
        b'{"meta":{}}\n',
        b'{"meta":[],"texts":{}}\n',
        b'{"meta":{},"texts":[]}\n',
        b'{"meta":{},"texts":{"a":9}}\nshort',
        b'{"meta":{},"texts":{"a":-1}}\nx',
        b'{"meta":{},"texts":{"a":"5"}}\nabcde',
        b'{"meta":{},"texts":{"a":1.0}}\nx',
        b'{"meta":{},"texts":{"a":2}}\nlonger',
        b'{"meta":{},"texts":{"a":1}}\n\xff',
        b'{"meta":{},"texts":{"a":1,"b":1}}\n\xc3\xa4',
        b'{"meta":{"x":' + b"[" * 100_000 + b"]" * 100_000 + b'},"texts":{}}\n',
        b'{"meta":{"x":' + b"9" * 10_000 + b'},"texts":{}}\n',
        b'{"meta":{"\xff":1},"texts":{}}\n',
    ],
)
def test_true_checksum_over_false_contents_is_a_miss(cache, body):
    path_of(cache).write_bytes(caching._sealed(KEY, body))
    assert missed(cache)


def test_damage_warns_at_the_line_of_the_user(cache):
    path_of(cache).write_bytes(b"")
    with pytest.warns(CacheWarning) as seen:
        cache.get(KEY)
    assert seen[0].filename == __file__ and path_of(cache).name in str(seen[0].message)


def test_warning_as_error_reaches_the_user_once(cache):
    path_of(cache).write_bytes(b"")
    with pytest.raises(CacheWarning):
        cache.get(KEY)
    assert cache.get(KEY) is None


# crashes and faults


def points(cache: DiskCache) -> int:
    """How many calls one `put` makes, its tidying included."""
    system = Faulty()
    DiskCache(cache.directory, system).put(KEY, OLD)
    return len(system.calls)


@pytest.mark.parametrize("after", [False, True])
def test_crash_at_every_call_leaves_the_old_or_the_new_entry(cache, after):
    total, outcomes = points(cache), set()
    assert total > 10
    for at in range(1, total + 1):
        cache.put(KEY, OLD)
        system = Faulty(at, Crash(), after)
        with pytest.raises(Crash):
            DiskCache(cache.directory, system).put(KEY, NEW)
        found = DiskCache(cache.directory).get(KEY)
        assert found in (OLD, NEW), system.calls
        outcomes.add("old" if found == OLD else "new")
    assert outcomes == {"old", "new"}
    assert len(names(cache)) > 1
    DiskCache(cache.directory, Later()).put(KEY, NEW)
    assert names(cache) == [f"{KEY}.txt"] and cache.get(KEY) == NEW


def test_crash_in_the_middle_of_a_write_is_harmless(cache):
    for length in (0, 1, 50):

        class Torn(System):
            def write(self, fd, data, length=length):
                os.write(fd, data[:length])
                raise Crash

            def unlink(self, *args, **options):
                raise Crash

        with pytest.raises(Crash):
            DiskCache(cache.directory, Torn()).put(KEY, NEW)
        assert cache.get(KEY) == OLD


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    "number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO, errno.EMFILE]
)
def test_fault_at_every_call_of_put_is_survived(cache, number, after):
    for at in range(1, points(cache) + 1):
        cache.put(KEY, OLD)
        system = Faulty(at, OSError(number, os.strerror(number)), after)
        with at_most_one_warning():
            DiskCache(cache.directory, system).put(KEY, NEW)
        assert DiskCache(cache.directory).get(KEY) in (OLD, NEW), system.calls
    cache.put(KEY, NEW)
    assert cache.get(KEY) == NEW
    DiskCache(cache.directory, Later()).put(KEY, NEW)
    assert names(cache) == [f"{KEY}.txt"]


@pytest.mark.parametrize("method", ["get", "ls", "clear"])
@pytest.mark.parametrize(
    "number", [errno.EACCES, errno.EIO, errno.EMFILE, errno.ENOENT, errno.EROFS]
)
def test_fault_at_every_call_of_a_reader_is_survived(cache, method, number):
    for at in itertools.count(1):
        cache.put(KEY, OLD)
        system = Faulty(at, OSError(number, os.strerror(number)))
        faulty = DiskCache(cache.directory, system)
        with at_most_one_warning():
            result = faulty.get(KEY) if method == "get" else getattr(faulty, method)()
        assert method != "get" or result in (None, OLD)
        if at > len(system.calls):
            break
    assert at > 5


@pytest.mark.parametrize("call", ["mkdir", "open", "write", "fsync", "close", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_cache_that_cannot_be_written_warns_once(tmp_path, call, number):
    class Full(System):
        pass

    def fail(*args, **options):
        if call == "close":
            os.close(*args)
        if call == "open" and not args[1] & os.O_CREAT:
            return os.open(*args, **options)
        raise OSError(number, os.strerror(number))

    setattr(Full, call, staticmethod(fail))
    full = DiskCache(tmp_path / "cache", Full())
    with pytest.warns(CacheWarning, match="SG603") as seen:
        full.put(KEY, OLD)
        full.put(KEY, NEW)
    assert len(seen) == 1
    assert not (tmp_path / "cache").exists() or names(full) == []


def test_entry_that_is_too_big_is_not_kept(cache, monkeypatch):
    monkeypatch.setattr(caching, "MAX_ENTRY", 4000)
    with pytest.warns(CacheWarning, match="SG603"):
        cache.put(KEY, Entry({"grad": "x" * 4000}, {}))
    assert cache.get(KEY) == OLD


# the bounds


def test_bounds_are_those_promised(tmp_path):
    made = DiskCache(tmp_path)
    assert (made.max_bytes, made.max_entries) == (256 * 2**20, 4096)


def test_number_of_entries_is_bounded_least_recently_used_first(tmp_path):
    made = DiskCache(tmp_path / "cache")
    made.max_entries = 16
    keys = [fingerprint([str(number)]) for number in range(40)]
    for number, key in enumerate(keys):
        made.put(key, OLD)
        used = time.time() - 7200 + number
        os.utime(path_of(made, key), (used, used))
        assert made.get(keys[0]) == OLD  # marks it as used
        assert len(names(made)) <= 16
    kept = {info.key for info in made.ls()}
    assert keys[0] in kept and keys[1] not in kept
    assert {*keys[-10:]} <= kept


def test_bytes_are_bounded(tmp_path):
    made = DiskCache(tmp_path / "cache")
    made.max_bytes = 100_000
    for number in range(100):
        made.put(fingerprint([str(number)]), Entry({"grad": "x" * (500 * (number % 9))}, {}))
        assert sum(info.size for info in made.ls()) <= 100_000
    assert len(made.ls()) > 10


def test_most_puts_and_hits_do_not_look_at_the_whole_directory(cache):
    system = Faulty()
    made = DiskCache(cache.directory, system)
    for _ in range(64):
        made.put(KEY, OLD)
    assert system.calls.count("listdir") == 1
    made.put(KEY, OLD)
    assert system.calls.count("listdir") == 2
    del system.calls[:]
    made.get(KEY)
    assert not {"listdir", "write", "utime", "mkdir"} & set(system.calls) and len(system.calls) < 12


def test_only_stale_temporary_files_are_swept(cache):
    fresh, stale = (f".{KEY[:16]}-{digit * 16}.tmp" for digit in "ab")
    foreign = "notes.tmp"
    for name in (fresh, stale, foreign):
        Path(cache.directory, name).touch()
    long_ago = time.time() - 3600
    for name in (stale, foreign):
        os.utime(Path(cache.directory, name), (long_ago, long_ago))
    DiskCache(cache.directory).put(KEY, OLD)
    assert names(cache) == sorted([fresh, foreign, f"{KEY}.txt"])
    assert cache.clear() == 1
    assert names(cache) == [foreign]


# many processes

NURSERY = """
import os, random, signal, sys, time, warnings
from srcgrad.runtime.cache import DiskCache, Entry, fingerprint
directory, writers, kills = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
warnings.simplefilter("error")
keys = [fingerprint([str(number)]) for number in range(40)]

def text(key, version):
    return f"{key} {version}\\n" * (1 + version % 200)

def check(cache, key):
    entry = cache.get(key)
    if entry is not None:
        assert entry.texts["grad"] == text(key, entry.meta["version"]), key
    return entry is not None

def write():
    status = 7
    try:
        draw, cache = random.Random(os.urandom(8)), DiskCache(directory)
        cache.max_entries = 32
        while True:
            version = draw.randrange(10**6)
            key = draw.choice(keys)
            cache.put(key, Entry({"grad": text(key, version)}, {"version": version}))
            check(cache, draw.choice(keys))
    except BaseException:
        import traceback
        traceback.print_exc()
    finally:
        os._exit(status)

def start():
    child = os.fork()
    return child if child else write()

warnings.simplefilter("ignore", DeprecationWarning)
draw, children = random.Random(5), [start() for _ in range(writers)]
warnings.simplefilter("error")
for _ in range(kills):
    time.sleep(draw.uniform(0.001, 0.03))
    victim = children.pop(draw.randrange(writers))
    os.kill(victim, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(victim, 0)[1])
    assert status == -signal.SIGKILL, status
    children.append(start())
for victim in children:
    os.kill(victim, signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(victim, 0)[1]) == -signal.SIGKILL
cache = DiskCache(directory)
found = sum(check(cache, key) for key in keys)
print(found, len([name for name in os.listdir(directory) if name.endswith(".tmp")]))
"""


def survive(directory: Path, writers: int, kills: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NURSERY, str(directory), str(writers), str(kills)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and not done.stderr, done.stderr
    found, left = map(int, done.stdout.split())
    assert 10 <= found <= 36  # 28, and what the writers added since they last looked
    assert left <= kills + writers
    cache = DiskCache(directory, Later())
    cache.put(KEY, OLD)
    assert not [name for name in names(cache) if name.endswith(".tmp")]


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@needs_fork
def test_four_writers_survive_a_hundred_kills(tmp_path):
    survive(tmp_path / "cache", 4, 100)


@needs_fork
@pytest.mark.long
def test_eight_writers_survive_a_thousand_kills(tmp_path):
    survive(tmp_path / "cache", 8, 1000)


# the settings


@pytest.fixture
def settings(monkeypatch):
    for name in ("SRCGRAD_CACHE", "SRCGRAD_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    "value, mode", [("", "disk"), ("disk", "disk"), ("memory", "memory"), ("off", "off")]
)
def test_mode_is_read_from_the_environment(settings, value, mode):
    assert caching.cache_mode() == "disk"
    settings.setenv("SRCGRAD_CACHE", value)
    assert caching.cache_mode() == mode


def test_wrong_settings_are_refused(settings):
    settings.setenv("SRCGRAD_CACHE_DIR", "relative/path")
    with pytest.raises(ArgumentError, match="SG604"):
        caching.open_cache()
    settings.setenv("SRCGRAD_CACHE", "Disk")
    with pytest.raises(ArgumentError, match="SG604"):
        caching.cache_mode()


def test_directory_is_where_the_environment_says(settings, tmp_path):
    settings.setenv("SRCGRAD_CACHE_DIR", str(tmp_path / "here"))
    assert caching.cache_directory() == tmp_path / "here"
    settings.setenv("SRCGRAD_CACHE_DIR", "~/there")
    settings.setenv("HOME", str(tmp_path))
    assert caching.cache_directory() == tmp_path / "there"
    settings.delenv("SRCGRAD_CACHE_DIR")
    found = caching.cache_directory()
    assert found.is_absolute() and tmp_path in found.parents and "srcgrad" in found.parts


def test_open_cache_gives_one_object_a_directory(settings, tmp_path):
    settings.setenv("SRCGRAD_CACHE_DIR", str(tmp_path / "here"))
    first = caching.open_cache()
    assert first is caching.open_cache() and not (tmp_path / "here").exists()
    settings.setenv("SRCGRAD_CACHE_DIR", str(tmp_path / "there"))
    assert caching.open_cache() is not first
    for mode in ("memory", "off"):
        settings.setenv("SRCGRAD_CACHE", mode)
        assert caching.open_cache() is None


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX homes")
def test_no_home_means_memory_and_one_warning(settings):
    import pwd

    def nobody(uid):
        raise KeyError(uid)

    settings.delenv("HOME", raising=False)
    settings.setattr(pwd, "getpwuid", nobody)
    with pytest.warns(CacheWarning, match="SG601") as seen:
        assert caching.open_cache() is None
        assert caching.open_cache() is None
    assert len(seen) == 1
    import platformdirs

    caching._warned.clear()
    settings.setattr(platformdirs, "user_cache_dir", lambda *names, **options: "~/.cache/srcgrad")
    with pytest.warns(CacheWarning, match="SG601"):
        assert caching.open_cache() is None


# attacks: what others might leave behind. Root may do anything, so where modes matter the cache
# runs as another user, in a process that gave up root.

ROOTLESS = """
import json, os, sys, warnings, hashlib, platformdirs
from pathlib import Path
from srcgrad.runtime import cache as caching
from srcgrad.runtime.cache import DiskCache, Entry
directory, KEY = Path(sys.argv[1]), sys.argv[2]
OLD = Entry({"grad": "old"}, {})
if os.geteuid() == 0:
    child = os.fork()
    if child:
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
assert os.geteuid() != 0
warnings.simplefilter("always")

def seen(action):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        result = action()
    return result, [warning.message.code for warning in found]
"""


@pytest.fixture
def public() -> Iterator[Path]:
    """A directory that every user can reach and write to, as others could have prepared it."""
    with tempfile.TemporaryDirectory() as made:
        os.chmod(made, 0o777)
        yield Path(made)


def as_user(directory: Path, program: str) -> None:
    """Run the program as a user who is not root."""
    done = subprocess.run(
        [sys.executable, "-c", ROOTLESS + program, str(directory), KEY],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


needs_posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX modes")
needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can make files of others"
)


def refused(cache: DiskCache) -> bool:
    """Whether the directory is not used: misses, no writes, one warning in all."""
    before = os.listdir(cache.directory)
    with pytest.warns(CacheWarning, match="SG601") as seen:
        assert cache.get(KEY) is None
        cache.put(KEY, NEW)
        assert cache.get(KEY) is None and cache.ls() == [] and cache.clear() == 0
    return len(seen) == 1 and os.listdir(cache.directory) == before


def test_attack_planted_file(cache, tmp_path):
    for planted in (b"import os\n", b"{}", b"cos\nsystem\n(S'true'\ntR.", b"\x80\x04N."):
        path_of(cache).write_bytes(planted)
        assert missed(cache)
    cache.put(KEY, NEW)
    assert cache.get(KEY) == NEW
    (tmp_path / "file").write_text("x")
    made = DiskCache(tmp_path / "file")
    with pytest.warns(CacheWarning, match="SG601") as seen:
        assert made.get(KEY) is None
        made.put(KEY, OLD)
    assert len(seen) == 1 and (tmp_path / "file").read_text() == "x"


@needs_posix
def test_attack_planted_directory(cache, tmp_path):
    path_of(cache).unlink()
    path_of(cache).mkdir()
    assert missed(cache)
    with pytest.warns(CacheWarning, match="SG603"):
        cache.put(KEY, NEW)
    assert names(cache) == [f"{KEY}.txt"]
    stranger = DiskCache(cache.directory, Strange())
    assert refused(stranger)


@needs_posix
def test_attack_link_in_place_of_the_directory(cache, tmp_path):
    (tmp_path / "link").symlink_to(cache.directory)
    for spelling in ("link", "link/", "link/.", "./link"):
        caching._warned.clear()
        assert refused(DiskCache(f"{tmp_path}/{spelling}"))
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.warns(CacheWarning, match="SG601"):
        DiskCache(tmp_path / "dangling").put(KEY, NEW)
    assert not (tmp_path / "nowhere").exists()


@needs_posix
def test_attack_link_in_place_of_an_entry(cache, tmp_path):
    target = tmp_path / "target"
    target.write_bytes(path_of(cache).read_bytes())
    target.chmod(0o600)
    path_of(cache).unlink()
    path_of(cache).symlink_to(target)
    assert missed(cache)
    cache.put(KEY, NEW)
    assert cache.get(KEY) == NEW and not path_of(cache).is_symlink()
    assert decode(KEY, target.read_bytes()) == OLD


@needs_posix
def test_attack_hard_link(cache, tmp_path):
    os.link(path_of(cache), tmp_path / "second")
    assert missed(cache)
    cache.put(KEY, NEW)
    assert cache.get(KEY) == NEW
    assert decode(KEY, (tmp_path / "second").read_bytes()) == OLD


@needs_posix
def test_attack_fifo_and_socket_do_not_block(cache):
    path_of(cache).unlink()
    os.mkfifo(path_of(cache))
    start = time.monotonic()
    assert missed(cache)
    assert [info.title for info in cache.ls()] == ["(damaged)"]
    cache.put(KEY, NEW)
    assert cache.get(KEY) == NEW
    path_of(cache).unlink()
    with socket.socket(socket.AF_UNIX) as server:
        here = os.getcwd()
        os.chdir(cache.directory)  # the name of a socket must be short
        try:
            server.bind(path_of(cache).name)
        finally:
            os.chdir(here)
        assert missed(cache)
    assert time.monotonic() - start < 5


@needs_posix
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o720, 0o702, 0o1777])
def test_attack_directory_that_others_can_write(cache, mode):
    os.chmod(cache.directory, mode)
    assert refused(cache)
    os.chmod(cache.directory, 0o755)
    assert cache.get(KEY) == OLD


@needs_posix
@pytest.mark.parametrize("mode", [0o666, 0o620, 0o602])
def test_attack_entry_that_others_can_write(cache, mode):
    path_of(cache).chmod(mode)
    assert missed(cache)
    cache.put(KEY, NEW)
    assert stat.S_IMODE(path_of(cache).stat().st_mode) == 0o600 and cache.get(KEY) == NEW


@needs_root
def test_attack_directory_of_another_user(public):
    made = DiskCache(public / "cache")
    made.put(KEY, OLD)  # by root, and open to all readers, so only the owner tells
    os.chmod(made.directory, 0o755)
    path_of(made).chmod(0o644)
    as_user(
        public / "cache",
        """
cache = DiskCache(directory)
assert Path(directory, KEY + ".txt").read_bytes()
def use():
    assert cache.get(KEY) is None
    cache.put(KEY, OLD)
    return cache.get(KEY)
assert seen(use) == (None, ["SG601"])
""",
    )
    os.chown(made.directory, 65534, 65534)
    as_user(
        public / "cache",
        """
cache = DiskCache(directory)
assert Path(directory, KEY + ".txt").stat().st_uid == 0
assert seen(lambda: cache.get(KEY)) == (None, ["SG602"])
assert seen(lambda: cache.put(KEY, OLD)) == (None, [])
assert seen(lambda: cache.get(KEY)) == (OLD, [])
assert Path(directory, KEY + ".txt").stat().st_uid == os.geteuid()
""",
    )


@pytest.mark.parametrize(
    "key",
    [
        *("../" + KEY, "/etc/passwd", KEY + "/../x", KEY + "\n", KEY + "\0", KEY.upper(), "..", ""),
        *("f" * 15, "f" * 129, KEY[:-1] + "g", KEY[:-1] + "٣", "." + KEY, KEY + ".txt"),
    ],
)
def test_attack_path_escape_in_a_key(cache, tmp_path, key):
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ValueError):
        cache.get(key)
    with pytest.raises(ValueError):
        cache.put(key, NEW)
    assert sorted(tmp_path.rglob("*")) == before


def test_attack_path_escape_in_a_qualname(cache, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    name = "../../../outside/" + "\0\n" + "x" * 5000
    cache.put(KEY, Entry({name: "text"}, {"title": name}))
    assert cache.get(KEY).texts == {name: "text"}
    assert sorted(tmp_path.rglob("*")) == before


@needs_posix
def test_attack_huge_file(cache):
    with path_of(cache).open("r+b") as file:
        file.truncate(1 << 40)  # sparse
    start = time.monotonic()
    assert missed(cache)
    assert time.monotonic() - start < 1
    cache.put(KEY, NEW)
    assert cache.get(KEY) == NEW


@pytest.mark.parametrize("junk", [b"\xff\xfe\x00", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf8\x88"])
def test_attack_text_that_is_not_utf8(cache, junk):
    index = b'{"meta":{},"texts":{"grad":%d}}\n' % len(junk)
    path_of(cache).write_bytes(caching._sealed(KEY, index + junk))
    assert missed(cache)
    path_of(cache).write_bytes(junk)
    assert missed(cache)


@needs_posix
def test_attack_race_for_the_temporary_file(cache, tmp_path):
    class Foreseen(System):
        urandom = staticmethod(lambda size: b"\xaa" * size)

    victim = tmp_path / "victim"
    victim.write_text("precious")
    planted = Path(cache.directory, f".{KEY[:16]}-{'aa' * 8}.tmp")
    made = DiskCache(cache.directory, Foreseen())
    for plant in (planted.symlink_to, planted.hardlink_to):
        plant(victim)
        caching._warned.clear()
        with pytest.warns(CacheWarning, match="SG603"):
            made.put(KEY, NEW)
        assert victim.read_text() == "precious" and cache.get(KEY) == OLD
        planted.unlink()
    cache.put(KEY, NEW)  # whose name nobody foresees
    assert cache.get(KEY) == NEW


@needs_posix
def test_attack_directory_swapped_while_in_use(cache, tmp_path):
    evil = tmp_path / "evil"
    DiskCache(evil).put(KEY, NEW)

    class Swapping(System):
        def fstat(self, fd):
            if Path(cache.directory).is_dir() and not (tmp_path / "aside").exists():
                os.rename(cache.directory, tmp_path / "aside")
                os.rename(evil, cache.directory)
            return os.fstat(fd)

    assert DiskCache(cache.directory, Swapping()).get(KEY) == OLD  # of the directory it checked


@needs_posix
def test_modes_bind_a_user_who_is_not_root(public):
    as_user(
        public,
        """
closed = directory / "closed"
closed.mkdir(mode=0o500)
assert seen(lambda: DiskCache(closed / "cache").put(KEY, OLD)) == (None, ["SG603"])
made = DiskCache(directory / "cache")
made.put(KEY, OLD)
os.chmod(made.directory, 0o500)
assert seen(lambda: made.get(KEY)) == (OLD, [])
assert seen(lambda: [made.put(KEY, OLD), made.put(KEY, OLD)])[1] == ["SG603"]
caching._warned.clear()
assert seen(made.clear) == (0, ["SG603"])
os.chmod(made.directory, 0o000)
caching._warned.clear()
assert seen(lambda: [made.get(KEY), made.get(KEY)]) == ([None, None], ["SG601"])
os.chmod(made.directory, 0o700)
path = directory / "cache" / (KEY + ".txt")
path.chmod(0)
assert seen(lambda: made.get(KEY)) == (None, ["SG602"])
made.put(KEY, OLD)
assert seen(lambda: made.get(KEY)) == (OLD, [])
""",
    )


# the commands


def run_command(command: Callable[[io.StringIO], int]) -> tuple[int, str]:
    out = io.StringIO()
    return command(out), out.getvalue()


def test_commands_list_and_clear(settings, tmp_path):
    settings.setenv("SRCGRAD_CACHE_DIR", str(tmp_path / "cache"))
    assert run_command(cachecmd.list_entries)[1].startswith("0 entries, 0 bytes, in ")
    made = caching.open_cache()
    made.put(KEY, Entry({"grad": "x"}, {"title": "lo\x1b[31mss"}))
    made.put(fingerprint(["b"]), OLD)
    path_of(made, fingerprint(["b"])).write_bytes(b"")
    status, text = run_command(cachecmd.list_entries)
    rows = text.splitlines()
    assert status == 0 and len(rows) == 3 and rows[-1].startswith("2 entries, ")
    assert "lo?[31mss" in text and "(damaged)" in text and "\x1b" not in text
    assert any(row.startswith(KEY[:12]) for row in rows)
    assert run_command(cachecmd.clear_entries) == (0, f"removed 2 entries from {made.directory}\n")
    assert made.ls() == []


def test_commands_say_when_there_is_no_cache(settings):
    settings.setenv("SRCGRAD_CACHE", "off")
    text = "the disk cache is not used: SRCGRAD_CACHE=off\n"
    assert run_command(cachecmd.list_entries) == (0, text)
    assert run_command(cachecmd.clear_entries) == (0, text)
