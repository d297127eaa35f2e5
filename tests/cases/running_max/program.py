"""Largest element, found by a loop."""

SAMPLE = lambda rng: dict(x=rng.normal(size=6))
WRT = ("x",)


def largest(x):
    best = x[0]
    for i in range(1, len(x)):
        if x[i] > best:
            best = x[i]
    return best
