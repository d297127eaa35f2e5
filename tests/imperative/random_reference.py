"""Writes what MXNet draws: `python random_reference.py`, with MXNet 1.9.1. The tests need no MXNet."""

from __future__ import annotations

from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("random_reference.npz")
SEEDS = (0, 1, 123)
COUNTS = (1, 3, 65, 2000, 100_000)

# Name: the call of MXNet for some numbers.
CALLS = {
    "uniform": lambda nd, np, n: nd.random.uniform(-1.5, 2.3, shape=n),
    "uniform64": lambda nd, np, n: nd.random.uniform(-1.5, 2.3, shape=n, dtype="float64"),
    "uniform_np": lambda nd, np, n: np.random.uniform(-1.5, 2.3, size=n),
    "uniform_np64": lambda nd, np, n: np.random.uniform(-1.5, 2.3, size=n, dtype="float64"),
    "normal_nd": lambda nd, np, n: nd.random.normal(0.3, 2.1, shape=n),
    "normal_nd64": lambda nd, np, n: nd.random.normal(0.3, 2.1, shape=n, dtype="float64"),
    "normal_np": lambda nd, np, n: np.random.normal(0.3, 2.1, size=n),
}


def main():
    """Ask MXNet twice for each name, seed and count; keep what shows where each stream stands."""
    import mxnet

    found = {}
    for name, call in CALLS.items():
        for seed in SEEDS:
            for count in COUNTS:
                mxnet.random.seed(seed)
                first, second = (
                    call(mxnet.nd, mxnet.np, n).asnumpy() for n in (count, min(count, 70))
                )
                found[f"{name}/{seed}/{count}"] = sample(first, second)
    np.savez_compressed(FILE, **found)


def sample(first, second):
    """Some numbers of a first call, and those of a second one."""
    return np.concatenate([first.ravel()[:: max(1, first.size // 30)], second.ravel()])


if __name__ == "__main__":
    main()
