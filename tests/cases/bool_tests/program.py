"""A window with and/or tests on a number."""

SAMPLE = lambda rng: dict(x=0.4, a=0.0, b=1.0)
WRT = ("x",)


def f(x, a, b):
    if x > a and x < b or x == 2 * b:
        y = (x - a) * (b - x)
    else:
        y = 0.1 * x
    return y * x
