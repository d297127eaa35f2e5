"""Multiplies by the data while a counter follows Collatz's rule."""

SAMPLE = lambda rng: dict(x=1.1, n=7)
WRT = ("x",)


def f(x, n):
    y = x
    while n != 1:
        if n % 2 == 0:
            n = n // 2
            y = y * x
        else:
            n = 3 * n + 1
            y = y + x
    return y
