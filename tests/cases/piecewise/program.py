"""A function of one number in three pieces."""
import math

SAMPLE = lambda rng: dict(x=0.7)
WRT = ("x",)


def f(x):
    if x < 0:
        y = x * x
    elif x < 1:
        y = math.sin(x)
    else:
        y = math.sin(1.0) + math.log(x)
    return 3 * y
