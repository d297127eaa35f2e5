import numpy as np


def df(c, x):
    # for k, a in enumerate(c):
    dc = np.zeros_like(c)
    dx = 0.0
    for k in reversed(range(len(c))):
        # total = total + a * x**k
        a = c[k]
        dc[k] += x ** k
        dx += a * (k * x ** (k - (k != 0)))
    return dc, float(dx)
