"""What recording costs: chains of small operations, and a training step, next to eager libraries.

    python benchmarks/imperative.py --peer torch=PYTHON --peer mxnet=PYTHON ...

A peer is a library (torch, mxnet, autograd, tensorflow) and the interpreter of an environment that has
it; without any, those that are installed here. Each runs in a process of its own; rounds are
interleaved. Gradients are compared before anything is timed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

CHAINS = (10, 100, 1000)
PEERS = ("torch", "mxnet", "autograd", "tensorflow")
WORKER = Path(__file__).with_name("eager_worker.py")


class Worker:
    """A process that runs workloads with one library."""

    def __init__(self, library: str, python: str) -> None:
        quiet = {"MXNET_MKLDNN_ENABLED": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
        threads = os.environ.get("OMP_NUM_THREADS", "1")
        self.process = subprocess.Popen(
            [python, str(WORKER), library],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **quiet, "OMP_NUM_THREADS": threads},
        )

    def run(self, workload: str, count: int) -> tuple[float, float]:
        """Seconds per run, and the sum of the gradient."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{workload} {count}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.process.args} stopped")
        seconds, result = json.loads(answer)
        return seconds / count, result


def compare(workers: dict[str, Worker], workload: str, rounds: int) -> dict[str, list[float]]:
    """Seconds per run of each library, one figure a round, once the gradients are found equal."""
    counts, reference = {}, None
    for name, worker in workers.items():
        worker.run(workload, 2)
        seconds, result = worker.run(workload, 2)
        reference = result if reference is None else reference
        if abs(result - reference) > 1e-3 * abs(reference):
            raise SystemExit(f"{name} disagrees on {workload}: {result} instead of {reference}")
        counts[name] = max(1, int(0.05 / seconds))
    times: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(rounds):
        for name, worker in workers.items():
            times[name].append(worker.run(workload, counts[name])[0])
    return times


def report(title: str, times: dict[str, list[float]], per: int) -> None:
    """Microseconds per operation or step, and ratios to srcgrad."""
    print(f"\n{title}")
    print(f"  {'library':<14}{'min us':>10}{'median us':>12}{'min ratio':>11}{'median ratio':>14}")
    low, mid = min(times["srcgrad"]), statistics.median(times["srcgrad"])
    for name, found in times.items():
        a, b = min(found), statistics.median(found)
        print(
            f"  {name:<14}{a / per * 1e6:>10.2f}{b / per * 1e6:>12.2f}{a / low:>11.2f}{b / mid:>14.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", action="append", default=[], metavar="LIBRARY=PYTHON")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    peers = dict(p.split("=", 1) for p in options.peer)
    if not peers:
        peers = {p: sys.executable for p in PEERS if importlib.util.find_spec(p) is not None}
    workers = {"srcgrad": Worker("srcgrad", sys.executable)}
    workers |= {name: Worker(name, python) for name, python in peers.items()}
    for n in CHAINS:
        times = compare(workers, str(n), options.rounds)
        report(f"forward and backward, per operation in a chain of {n} on 3 floats", times, n)
    times = compare(workers, "mlp", options.rounds)
    report("a training step, 784-256-256-10, 128 images", times, 1)


if __name__ == "__main__":
    main()
