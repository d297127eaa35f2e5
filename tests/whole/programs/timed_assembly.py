"""Distances of a molecule within user context managers; temporaries deleted, errors quietened."""

import contextlib

import numpy as np

WRT = ("coords", "charges")


class Section:
    """Collects the names of the sections that ran."""

    log = []

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        Section.log.append(self.name)
        return self

    def __exit__(self, *exc):
        return False


@contextlib.contextmanager
def scaled(array, factor):
    array *= factor
    try:
        yield array
    finally:
        array /= factor


def loss(coords, charges, cutoff):
    n = len(coords)
    with Section("distances"), np.errstate(divide="ignore", invalid="ignore"):
        delta = coords[:, None] - coords
        r = np.sqrt((delta**2).sum(-1) + np.eye(n))
        inverse = np.where(np.eye(n, dtype=bool), 0.0, 1.0 / r)
        del delta
    energy = 0.0
    with scaled(charges, 2.0) as q:
        for i in range(n - 1):
            if (near := r[i, i + 1 :] < cutoff).any():
                energy += (q[i] * q[i + 1 :] * inverse[i, i + 1 :])[near].sum()
    Section.log.clear()
    return energy + 0.1 * charges @ charges


def SAMPLE(rng):
    return (2.0 * rng.normal(size=(5, 3)), rng.normal(size=5), 4.0)
