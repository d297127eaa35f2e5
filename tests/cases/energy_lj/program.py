"""Lennard-Jones energy of one pair of atoms."""
import numpy as np

SAMPLE = lambda rng: dict(p=rng.normal(size=3), q=rng.normal(size=3), eps=0.8, sigma=1.1)
WRT = ("p", "q")


def energy(p, q, eps, sigma):
    d = p - q
    s = sigma**2 / np.sum(d * d)
    return 4 * eps * (s**6 - s**3)
