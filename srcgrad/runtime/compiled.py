"""One function compiled for one signature: texts, loaded functions, paths.

``auto`` takes the path form where it pays: where the adjoint of a path is short and needs little of
the forward sweep, since each call first runs the primal once to learn its path.
"""

from __future__ import annotations

import ast
import contextlib
import linecache
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from srcgrad.ir.nodes import Eqn
from srcgrad.runtime.emission import Emission, Text
from srcgrad.runtime.load import SourceLine, annotate, filename_for, load
from srcgrad.runtime.locking import compiling
from srcgrad.transform.pipeline import Derivation
from srcgrad.transform.unroll import Path, record

PATH_EQUATIONS = 64  # a path adjoint longer than this stays rolled in "auto"
PATHS_KEPT = 64  # compiled paths kept for one signature, least recently used first out
Place = tuple[str, int, str] | None


@dataclass(frozen=True)
class Code:
    """An emitted text, the name of its function, and the user's place of each of its statements."""

    text: str
    name: str
    places: tuple[Place, ...]


@dataclass
class Loaded:
    """A loaded function and its code."""

    function: Callable[..., Any]
    code: Code
    filename: str

    @property
    def lines(self) -> dict[int, SourceLine]:
        """The user's file, line and text for each line of the emitted text."""
        with compiling:
            nodes = [n for n in ast.parse(self.code.text).body if isinstance(n, ast.FunctionDef)]
        main = next(n for n in nodes if n.name == self.code.name)
        found: dict[int, SourceLine] = {}
        for node, place in zip(_statements(main.body), self.code.places, strict=False):
            if place is not None:
                found[node.lineno] = _now(place)
        return found


class LazyLines(Mapping[int, SourceLine]):
    """The lines of a loaded function, worked out only if an error asks for them."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._lines: dict[int, SourceLine] | None = None

    def _all(self) -> dict[int, SourceLine]:
        if self._lines is None:
            self._lines = self._loaded.lines
        return self._lines

    def __getitem__(self, line: int) -> SourceLine:
        return self._all()[line]

    def __iter__(self) -> Iterator[int]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def _statements(body: list[ast.stmt]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for node in body:
        found.append(node)
        for part in ("body", "orelse"):
            found += _statements(getattr(node, part, []))
    return found


def _now(place: tuple[str, int, str]) -> SourceLine:
    """The place today: the line that still has the text, if the file was edited above it."""
    file, line, text = place
    if linecache.getline(file, line).strip() == text:
        return place
    same = [k for k, row in enumerate(linecache.getlines(file), 1) if row.strip() == text]
    return (file, same[0], text) if len(same) == 1 else place


@dataclass
class PathCount:
    """How often a path was taken, and whether it was compiled."""

    calls: int = 0
    compiled: bool = False


@dataclass
class Compiled:
    """What is known of one signature; ``derive`` lowers the function when a text is missing.

    ``recall`` and ``keep`` read and write the code of one path in the disk cache.
    """

    title: str
    unroll: bool | str
    branches: bool
    codes: dict[str, Code]
    classes: dict[str, type]
    derive: Callable[[], Emission]
    recall: Callable[[tuple[int, ...]], tuple[Code | None] | None]
    keep: Callable[[tuple[int, ...], Code | None], None]
    paths: OrderedDict[tuple[int, ...], Loaded] = field(default_factory=OrderedDict)
    seen: dict[tuple[int, ...], PathCount] = field(default_factory=dict)
    unrecorded: int = 0
    latest: tuple[int, ...] | None = None
    loaded: dict[str, Loaded] = field(default_factory=dict)
    persistent: bool = False
    _emission: Emission | None = None

    def adopt(self, emission: Emission) -> None:
        """Use a derivation that was made already."""
        self._emission = emission

    def annotate(self, error: BaseException) -> None:
        """Note on an exception from emitted code which line of the user's it arose in."""
        for loaded in (*self.loaded.values(), *self.paths.values()):
            annotate(error, loaded.code.text, loaded.filename, LazyLines(loaded))

    @property
    def emission(self) -> Emission:
        """The derivation and what emits it."""
        if self._emission is None:
            self._emission = self.derive()
        return self._emission

    def code(self, kind: str) -> Code:
        """The code of a kind: ``rolled`` or ``scout``."""
        if kind not in self.codes:
            with compiling:
                self.codes[kind] = make_code(self.emission, kind)
        return self.codes[kind]

    def load(self, kind: str) -> Loaded:
        """The loaded function of a kind."""
        if kind not in self.loaded:
            with compiling:
                self.loaded[kind] = self._load(self.code(kind))
        return self.loaded[kind]

    def _load(self, code: Code) -> Loaded:
        filename = filename_for(code.name, code.text)
        return Loaded(load(code.text, code.name, dict(self.classes), filename), code, filename)

    def entry(self) -> Callable[..., Any]:
        """The function to call for this signature, with the arguments and captured values."""
        if not self.branches or self.unroll is False:
            return self.load("rolled").function
        return self.run_path

    def run_path(self, *args: Any) -> Any:
        """Learn the path of the call, then run the straight-line gradient of it if that pays."""
        if self.unrecorded:
            self.unrecorded += 1
            return self.load("rolled").function(*args)
        decisions = self.learn(args)
        found = self.path(decisions)
        if found is None:
            self.unrecorded = 1
            return self.load("rolled").function(*args)
        return found.function(*args)

    def learn(self, args: tuple[Any, ...]) -> tuple[int, ...]:
        """The decisions of a run on these arguments."""
        path = Path()
        self.load("scout").function(*args, path)
        decisions = self.latest = tuple(path)
        if len(self.seen) < 10_000 or decisions in self.seen:
            self.seen.setdefault(decisions, PathCount()).calls += 1
        return decisions

    def path(self, decisions: tuple[int, ...]) -> Loaded | None:
        """The straight-line gradient of one path; ``None`` where ``auto`` stays rolled."""
        found = self.paths.get(decisions)
        if found is not None:
            with contextlib.suppress(KeyError):  # another thread may just have dropped it
                self.paths.move_to_end(decisions)
            return found
        with compiling:
            code = self._path_code(decisions)
            if code is None:
                return None
            loaded = self.paths[decisions] = self._load(code)
        if len(self.paths) > PATHS_KEPT:
            self.paths.popitem(last=False)
        if decisions in self.seen:
            self.seen[decisions].compiled = True
        return loaded

    def _path_code(self, decisions: tuple[int, ...]) -> Code | None:
        if self.unroll == "auto" and (
            len(decisions) > PATH_EQUATIONS or len(self.paths) >= PATHS_KEPT
        ):
            return None
        stored = self.recall(decisions)
        if stored is not None and (stored[0] is not None or self.unroll == "auto"):
            return stored[0]
        pays = self.unroll is True or _pays(self.emission.derivation, decisions)
        code = make_code(self.emission, "path", decisions) if pays else None
        self.keep(decisions, code)
        return code


def _pays(derivation: Derivation, decisions: tuple[int, ...]) -> bool:
    """Whether a path adjoint is likely faster than the rolled one: short, little forward work."""
    if not derivation.is_short(decisions, 4 * PATH_EQUATIONS):
        return False
    stmts = derivation.adjoint(decisions).entry.stmts
    before = next(
        (k for k, s in enumerate(stmts) if isinstance(s, Eqn) and s.op.name == "boundary"),
        len(stmts),
    )
    after = len(stmts) - before
    return before + after <= PATH_EQUATIONS and 4 * before <= after


def make_code(emission: Emission, kind: str, decisions: tuple[int, ...] | None = None) -> Code:
    """Emit the code of a kind."""
    if kind == "scout":
        program = record(emission.derivation.primal)
        text = emission.primal(program, f"{emission.title}_path")
    elif kind == "primal":
        text = emission.primal(emission.derivation.primal)
    else:
        text = emission.gradient(decisions)
    return _code(text)


def _code(text: Text) -> Code:
    emitted = text.emitted
    places = tuple(
        None if s is None else (s.file, s.line, linecache.getline(s.file, s.line).strip())
        for s in emitted.spans
    )
    return Code(emitted.text, emitted.name, places)
