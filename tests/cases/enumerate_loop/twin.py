import numpy as np


def df(c, x):
    dc = np.zeros_like(c)
    dx = 0.0
    for k in reversed(range(len(c))):
        dc[k] += x**k
        dx += c[k] * (k * x ** (k - (k != 0)))
    return dc, float(dx)
