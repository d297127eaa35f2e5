"""Adds terms of a series until they are small."""
import math

SAMPLE = lambda rng: dict(x=0.8)
WRT = ("x",)


def series(x):
    total = 0.0
    term = 1.0
    for k in range(1, 50):
        term = term * x / k
        if abs(term) < 1e-3:
            break
        total = total + term
    return total
