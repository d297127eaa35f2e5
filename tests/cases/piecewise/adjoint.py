import math


def df(x):
    if x < 0:
        dx = 6.0 * x
    else:
        dx = 3.0 * math.cos(x) if x < 1 else 3.0 / x
    return (dx,)
