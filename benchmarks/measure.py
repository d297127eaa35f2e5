"""Times several contenders in turn, in one process: minimum and median of interleaved rounds, as ratios."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np


def interleaved(
    contenders: dict[str, Callable[[], object]], rounds: int = 15, budget: float = 0.02
) -> dict[str, list[float]]:
    """Seconds per call of each contender, one figure a round; each round calls every contender in turn."""
    repeats = {}
    for name, call in contenders.items():
        call()
        start = time.perf_counter()
        call()
        once = max(time.perf_counter() - start, 1e-8)
        repeats[name] = max(1, int(budget / once))
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, call in contenders.items():
            count = repeats[name]
            start = time.perf_counter()
            for _ in range(count):
                call()
            times[name].append((time.perf_counter() - start) / count)
    return times


def report(title: str, times: dict[str, list[float]], base: str) -> None:
    """A table: minimum and median in microseconds, and the ratio of minima and medians to ``base``."""
    print(f"\n{title}")
    print(
        f"  {'contender':<34}{'min us':>10}{'median us':>12}{'min ratio':>11}{'median ratio':>14}"
    )
    low, mid = min(times[base]), statistics.median(times[base])
    for name, found in times.items():
        a, b = min(found), statistics.median(found)
        print(f"  {name:<34}{a * 1e6:>10.2f}{b * 1e6:>12.2f}{a / low:>11.2f}{b / mid:>14.2f}")


def equal(reference: object, others: dict[str, object], rtol: float = 1e-6) -> None:
    """Stop unless every contender gives the reference's result."""
    for name, other in others.items():
        if not np.allclose(np.asarray(reference), np.asarray(other), rtol=rtol):
            raise SystemExit(f"{name} disagrees: {other} instead of {reference}")


def optional(module: str) -> object | None:
    """A module, or ``None`` with a word if it is not installed."""
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError:
        print(f"  ({module} is not installed: left out)")
        return None
