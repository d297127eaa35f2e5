"""Sum of all products x[i] * y[j] * m[i, j]."""

SAMPLE = lambda rng: dict(x=rng.normal(size=3), y=rng.normal(size=4), m=rng.normal(size=(3, 4)))
WRT = ("x", "m")


def form(x, y, m):
    total = 0.0
    for i in range(3):
        for j in range(4):
            total = total + x[i] * y[j] * m[i, j]
    return total
