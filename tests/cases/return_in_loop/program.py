"""Leaves a loop with a value as soon as it is large enough."""

SAMPLE = lambda rng: dict(x=1.5)
WRT = ("x",)


def f(x):
    y = x
    for k in range(10):
        y = y * x
        if y > 10:
            return y * k
    return y
