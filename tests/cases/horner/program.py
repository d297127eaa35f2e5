"""A polynomial by Horner's scheme."""

SAMPLE = lambda rng: dict(c=rng.normal(size=5), x=0.8)
WRT = ("c", "x")


def horner(c, x):
    p = 0.0
    for a in c:
        p = p * x + a
    return p
