import numpy as np


def df(x):
    avg = (x[:-2] + x[1:-1] + x[2:]) / 3
    r = x[1:-1] - avg
    dr = 2.0 * r
    dx = np.zeros_like(x)
    dx[1:-1] += dr
    g = dr / 3
    dx[2:] -= g
    dx[1:-1] -= g
    dx[:-2] -= g
    return (dx,)
