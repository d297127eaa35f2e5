"""Product of the elements by a loop."""

SAMPLE = lambda rng: dict(x=rng.normal(size=5))
WRT = ("x",)


def prod(x):
    p = 1.0
    for i in range(len(x)):
        p = p * x[i]
    return p
