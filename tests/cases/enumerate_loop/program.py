"""A power series with coefficients from an array."""

SAMPLE = lambda rng: dict(c=rng.normal(size=5), x=0.7)
WRT = ("c", "x")


def f(c, x):
    total = 0.0
    for k, a in enumerate(c):
        total = total + a * x**k
    return total
