"""Weighted squares, paired by zip."""

SAMPLE = lambda rng: dict(xs=rng.normal(size=5), ws=rng.normal(size=5))
WRT = ("xs", "ws")


def f(xs, ws):
    total = 0.0
    for x, w in zip(xs, ws):
        total += w * x**2
    return total
