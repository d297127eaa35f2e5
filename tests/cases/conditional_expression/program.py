"""A leaky rectifier of one number, by a conditional expression."""

SAMPLE = lambda rng: dict(w=-0.3, x=1.2)
WRT = ("w",)


def f(w, x):
    z = w * x
    y = z if z > 0 else 0.01 * z
    return y * y
