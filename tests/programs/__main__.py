"""Fuzzes: ``python -m tests.programs --count 2000 --seed 0 --jobs 2``."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys

os.environ.setdefault("SRCGRAD_CACHE", "off")

from .campaign import Score, save
from .generator import generate

_CHUNK = 10


def _run(seeds: range) -> Score:
    score = Score()
    for seed in seeds:
        score.note(seed)
    return score


def main() -> int:
    """Run the programs of the seeds; exit status 1 if any of them fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.programs", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="number of programs")
    parser.add_argument("--seed", type=int, default=0, help="first seed")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument(
        "--save", action="store_true", help="shrink failures into tests/programs/cases"
    )
    parser.add_argument("--show", action="store_true", help="print the program of --seed and stop")
    options = parser.parse_args()
    if options.show:
        print(generate(options.seed).text)
        return 0
    end = options.seed + options.count
    chunks = [range(k, min(k + _CHUNK, end)) for k in range(options.seed, end, _CHUNK)]
    total = Score()
    with multiprocessing.Pool(options.jobs) as pool:
        for score in pool.imap_unordered(_run, chunks):
            total.add(score)
            print(f"\r{total.line()}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(total.summary())
    if options.save:
        for seed, _ in [*total.wrong, *total.errors]:
            print(f"seed {seed}: {save(generate(seed)) or 'not kept'}")
    return 1 if total.wrong or total.errors else 0


if __name__ == "__main__":
    sys.exit(main())
