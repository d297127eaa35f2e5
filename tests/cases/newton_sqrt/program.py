"""Square root by Newton's iteration on a scalar."""

SAMPLE = lambda rng: dict(a=2.7)
WRT = ("a",)


def root(a):
    x = a
    for _ in range(6):
        x = 0.5 * (x + a / x)
    return x
