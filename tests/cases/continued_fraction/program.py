"""A continued fraction, evaluated until it settles."""

SAMPLE = lambda rng: dict(x=1.3)
WRT = ("x",)


def fraction(x):
    y = x
    step = 1.0
    while step > 1e-6:
        z = x / (2 + y)
        step = abs(z - y)
        y = z
    return y
