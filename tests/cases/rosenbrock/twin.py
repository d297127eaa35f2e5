import numpy as np


def df(x):
    a, b = x[1:], x[:-1]
    u = 100 * (2.0 * (a - b**2))
    dx = np.zeros_like(x)
    dx[:-1] -= 2.0 * (1 - b)
    dx[:-1] -= u * (2.0 * b)
    dx[1:] += u
    return (dx,)
