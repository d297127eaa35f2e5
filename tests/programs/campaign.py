"""Runs many generated programs, keeps score, and saves small versions of those that fail."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from .generator import Program, generate
from .oracles import Outcome, Point, Wrong, check, check_text, points
from .shrink import shrink

CASES = Path(__file__).parent / "cases"


class TimeUp(BaseException):
    """A program took too long."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise ``TimeUp`` after some seconds of work."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@dataclass
class Score:
    """What became of the programs so far."""

    programs: int = 0
    compared: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    recorded: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[int, str]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)
    seconds: float = 0.0

    def line(self) -> str:
        return (
            f"{self.programs} programs, {self.compared} compared, {sum(self.recorded.values())} of "
            f"them recorded, {sum(self.refused.values())} refused, "
            f"{len(self.wrong)} wrong, {len(self.errors)} errors, {self.seconds:.0f} s"
        )

    def summary(self) -> str:
        lines = [self.line()]
        lines += [f"  recorded {code}: {count}" for code, count in self.recorded.most_common()]
        lines += [f"  refused {code}: {count}" for code, count in self.refused.most_common()]
        lines += [
            f"  points not judged, {why}: {count}" for why, count in self.skipped.most_common()
        ]
        lines += [f"  seed {seed} wrong: {what}" for seed, what in self.wrong]
        lines += [f"  seed {seed} error: {what}" for seed, what in self.errors]
        return "\n".join(lines)

    def note(self, seed: int, count: int = 3) -> None:
        """Generate and check one program."""
        started = time.perf_counter()
        self.programs += 1
        try:
            with at_most(60):
                self._count(check(generate(seed), count))
        except Wrong as failure:
            (self.errors if "raises" in failure.what else self.wrong).append(
                (seed, str(failure)[:200])
            )
        except TimeUp:
            self.errors.append((seed, "more than 60 s"))
        except Exception as error:
            self.errors.append((seed, f"{type(error).__name__}: {error}"[:200]))
        self.seconds += time.perf_counter() - started

    def _count(self, outcome: Outcome) -> None:
        if outcome.refused:
            self.refused[outcome.refused] += 1
        if outcome.recorded:
            self.recorded[outcome.recorded] += 1
        self.compared += outcome.compared > 0
        self.skipped.update(outcome.skipped)

    def add(self, other: Score) -> None:
        """Take over the counts of another score."""
        for name in ("programs", "compared", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.refused += other.refused
        self.recorded += other.recorded
        self.skipped += other.skipped
        self.wrong += other.wrong
        self.errors += other.errors


def failure_of(text: str, at: list[Point]) -> str:
    """In what way a program fails; empty if it does not, or if it is no program."""
    try:
        with at_most(5):
            check_text(text, at, "shrinking")
    except Wrong as failure:
        return failure.what
    except (Exception, TimeUp):
        return ""
    return ""


def save(program: Program, folder: Path = CASES, seconds: float = 30.0) -> Path | None:
    """Shrink a failing program and write it to the cases; ``None`` if it does not fail in time."""
    at = points(program.arguments, program.seed)
    what = failure_of(program.text, at)
    if not what:
        return None
    text = shrink(program.text, lambda t: failure_of(t, at) == what, seconds)
    taken = [int(p.stem) for p in folder.glob("[0-9]*.py")]
    path = folder / f"{max(taken, default=0) + 1:03d}.py"
    head = f"# Seed {program.seed}: {what}."
    path.write_text(f"{head}\n\n{text}\n\nPOINTS = {literal(at)}\n", encoding="utf-8")
    return path


def literal(value: Any) -> str:
    """Points as source text."""
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()!r})"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(map(literal, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner},)"
    return repr(value)


def recheck(path: Path) -> Outcome:
    """Check a saved case."""
    text = path.read_text(encoding="utf-8")
    program, _, tail = text.rpartition("\nPOINTS = ")
    at = eval(tail, {"np": np})
    return check_text(program, at, path.stem)
