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
P = [0.1, 0.2, 0.3, 0.4]
SKEWED = [0.3, 0.05, 0.2, 0.15, 0.2, 0.1]


def _dropout(nd, np, n):
    from mxnet import autograd

    with autograd.train_mode():
        return nd.Dropout(nd.ones(n), p=0.3)


def _shuffled_np(nd, np, n):
    x = np.arange(n)
    np.random.shuffle(x)
    return x


def _pairs(nd, np, n):
    return nd.random.shuffle(nd.arange(2 * n).reshape((n, 2)))[:, 0] / 2


# The same for laws that draw number by number, or less often.
MORE = {
    "randint": lambda nd, np, n: nd.random.randint(-3, 1000, shape=n),
    "randint64": lambda nd, np, n: nd.random.randint(5, 2**40, shape=n, dtype="int64"),
    "randint_np": lambda nd, np, n: np.random.randint(-3, 1000, size=n, dtype="int32"),
    "exponential_nd": lambda nd, np, n: nd.random.exponential(1.7, shape=n),
    "exponential_np": lambda nd, np, n: np.random.exponential(1.7, size=n),
    "gamma": lambda nd, np, n: nd.random.gamma(2.5, 1.5, shape=n),
    "gamma_low": lambda nd, np, n: nd.random.gamma(0.4, 1.5, shape=n),
    "poisson": lambda nd, np, n: nd.random.poisson(3.7, shape=n),
    "poisson_many": lambda nd, np, n: nd.random.poisson(31.7, shape=n),
    "dropout": _dropout,
    "shuffled": lambda nd, np, n: nd.random.shuffle(nd.arange(n)),
    "shuffled_np": _shuffled_np,
    "shuffled_pairs": _pairs,
    "choice": lambda nd, np, n: np.random.choice(1000, n),
    "choice_few": lambda nd, np, n: np.random.choice(3 * n + 1, n, replace=False),
    "choice_many": lambda nd, np, n: np.random.choice(2 * n, n, replace=False),
    "choice_weighted": lambda nd, np, n: np.random.choice(4, n, p=np.array(P)),
    "choice_distinct": lambda nd, np, n: np.random.choice(
        6, min(n, 5), replace=False, p=np.array(SKEWED)
    ),
    "multinomial_nd": lambda nd, np, n: nd.random.multinomial(nd.array(P), shape=n),
    "multinomial_rows": lambda nd, np, n: nd.random.multinomial(nd.array([P, P[::-1]]), shape=n),
    "multinomial_np": lambda nd, np, n: np.random.multinomial(7, P, size=(n,)),
    "multinomial_array": lambda nd, np, n: np.random.multinomial(n, np.array(P)),
}
FEWER = (1, 3, 65, 700)


def main():
    """Ask MXNet twice for each name, seed and count; keep what shows where each stream stands."""
    import mxnet

    found = {}
    for name, call in {**CALLS, **MORE}.items():
        for seed in SEEDS:
            for count in COUNTS if name in CALLS else FEWER:
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
