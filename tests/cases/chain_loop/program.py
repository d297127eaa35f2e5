"""Interaction of neighbours in a chain."""

SAMPLE = lambda rng: dict(x=rng.normal(size=6))
WRT = ("x",)


def energy(x):
    e = 0.0
    for i in range(len(x) - 1):
        e = e + x[i] * x[i + 1]
    return e
